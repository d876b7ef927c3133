"""Measure how often intervals from a gold sample hold the truth, on real labels and real trade.

The paper's labels of one half of the subheadings play the truth, the published classification the run, imports of 2024
the values. Codes are drawn as ``aitrade gold draw`` draws them, labelled by the truth, and estimated as
``aitrade table --gold`` does. With ``--worse`` every fifth code that the run counts is given the reference level first,
without a trace in its probabilities.

    python scripts/gold_coverage.py --shared ../shared --draws 1000
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from aitrade.classification.shipped_labels import CLASSIFICATION, published_folder
from aitrade.evaluation.gold.design import draw_sample, make_design, suspicion
from aitrade.question.question import SHIPPED, load_question
from aitrade.trade.tables.gold_estimates import GoldSample, draw_levels, gold_interval, standard_error

SIZES = (100, 200, 400)
POSTERIOR = 500  # draws of the unseen labels in each sample; a table takes more

_CODES = """
WITH trade AS (
    SELECT hs10, sum(con_val_yr)::DOUBLE AS value FROM read_parquet($trade)
    WHERE regexp_full_match(cty_code, '[1-9][0-9]{3}') AND NOT list_contains($excluded, hs10[:2]) GROUP BY hs10
)
SELECT hs10, value, truth.relevance, run.relevance, run.source, [run.p_high, run.p_medium, run.p_low]::DOUBLE[]
FROM read_csv($labels, all_varchar = true) AS truth JOIN read_csv($run, all_varchar = true) AS run USING (hs10)
JOIN trade USING (hs10)
WHERE truth.flow = 'import' AND run.flow = 'imports' AND value > 0
ORDER BY hs10
"""


@dataclass(frozen=True)
class Population:
    """Codes with what is true of them and what the run says."""

    hs10: tuple[str, ...]
    value: NDArray[np.float64]
    truth: NDArray[np.int64]
    levels: NDArray[np.int64]
    chances: NDArray[np.float64]
    by_hand: NDArray[np.bool_]
    roles: tuple[str, ...]
    counted: NDArray[np.bool_]


@dataclass(frozen=True)
class Coverage:
    """What the samples of one size gave; dollars in billions."""

    codes: int
    worse: bool
    draws: int
    truth: float
    as_labelled: float
    covered: float
    covered_share: float
    too_high: float
    too_low: float
    mean_error_in_se: float
    standard_error: float
    estimated_error: float
    width: float
    gold_only_width: float
    random_sample_width: float
    certain: int


def population(shared: Path) -> Population:
    """Read labels, run and trade."""
    question = load_question(SHIPPED)
    labels = question.labels
    rows = (
        duckdb.connect()
        .execute(
            _CODES,
            {
                "trade": str(shared / "trade" / "imports_2024_hs10_country.parquet"),
                "labels": str(shared / "reference" / "labels_dev.csv"),
                "run": str(published_folder(question) / CLASSIFICATION),
                "excluded": list(question.settings.excluded_chapters),
            },
        )
        .fetchall()
    )
    hs10, value, truth, run, source, chances = zip(*rows, strict=True)
    return Population(
        hs10,
        np.array(value),
        np.array([labels.position(level) for level in truth]),
        np.array([labels.position(level) for level in run]),
        np.array(chances),
        np.array([one == "exemplar" for one in source]),
        tuple(labels.role(level) for level in labels.levels),
        np.array([level in labels.counted for level in labels.levels]),
    )


def made_worse(codes: Population) -> NDArray[np.int64]:
    """The run's levels with every fifth counted code, in the order of the digits, at the last level."""
    levels = codes.levels.copy()
    levels[np.flatnonzero(codes.counted[levels])[::5]] = len(codes.counted) - 1
    return levels


def measure(codes: Population, size: int, draws: int, seed: int, *, worse: bool) -> Coverage:
    """Draw samples of one size, and see which intervals hold the truth."""
    levels = made_worse(codes) if worse else codes.levels
    counts, true = codes.counted[levels], codes.counted[codes.truth]
    crossing = np.where(counts, codes.chances[:, ~codes.counted].sum(1), codes.chances[:, codes.counted].sum(1))
    chance = np.where(codes.by_hand | (levels != codes.levels), 0.0, crossing)
    made = make_design([codes.roles[n] for n in levels], suspicion(codes.hs10, counts, chance), codes.value, size)
    value, everything = codes.value / 1e9, codes.value.sum() / 1e9
    truth, labelled = float(value[true].sum()), float(value[counts].sum())
    found = []
    for number in range(draws):
        drawn = draw_sample(made, seed + number)
        gold = np.where(drawn, codes.truth, -1)
        sample = GoldSample(made.stratum, made.rates, codes.value, made.probability, gold)
        difference = value * (true.astype(float) - counts)
        estimate = labelled + float((sample.weights * difference).sum())
        totals = np.concatenate(
            [
                codes.counted[block] @ value
                for block in draw_levels(sample, levels, codes.counted, seed + number, POSTERIOR)
            ]
        )
        shares = gold_interval(estimate / everything, totals / everything, 95)
        found.append(
            (
                estimate, standard_error(sample, difference), *gold_interval(estimate, totals, 95),
                shares[0] <= truth / everything <= shares[1], standard_error(sample, value * true),
            )
        )  # fmt: skip
    estimates, errors, lower, upper, share, gold_only = (np.array(column) for column in zip(*found, strict=True))
    spread = float(np.std(value * true, ddof=1)) * len(value) * np.sqrt((1 - size / len(value)) / size)
    return Coverage(
        size, worse, draws, truth, labelled,
        float(((lower <= truth) & (truth <= upper)).mean()), float(share.mean()),
        float((lower > truth).mean()), float((upper < truth).mean()),
        float((estimates.mean() - truth) / estimates.std()), float(estimates.std()), float(errors.mean()),
        float((upper - lower).mean()), float(2 * 1.96 * gold_only.mean()), float(2 * 1.96 * spread),
        int((made.probability >= 1).sum()),
    )  # fmt: skip


def main() -> None:
    """Print one JSON object for each size, with the run as it is and made worse."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seed", type=int, default=20_260_401)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    codes = population(asked.shared)
    jobs = list(product((False, True), asked.sizes))
    with ProcessPoolExecutor(asked.processes) as pool:
        running = [
            pool.submit(partial(measure, codes, size, asked.draws, asked.seed, worse=worse)) for worse, size in jobs
        ]
        for job in running:
            print(json.dumps(asdict(job.result())), flush=True)


if __name__ == "__main__":
    main()
