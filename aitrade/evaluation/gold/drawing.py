"""Draw a gold sample from a workspace, and keep how it was drawn beside it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.files import write_file
from aitrade.core.sql import query
from aitrade.evaluation.gold.design import Design, draw_sample, make_design, suspicion
from aitrade.evaluation.gold.separation import exemplar_levels
from aitrade.question.question import Question
from aitrade.trade.tables.macros import install_macros
from aitrade.trade.tables.years import full_year
from aitrade.workspace.gold import FrameCode, find_sample, keep_sample
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import Run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"
DESIGN = Path("gold") / "design.toml"
BY_HAND = ("human", "exemplar")
SMALLEST = 30


@dataclass(frozen=True)
class Drawn:
    """A sample that was drawn.

    Attributes:
        sample: its name, the hash of its design.
        flow, year, run: whose trade and labels it was drawn by.
        design: as kept in ``gold/design.toml``.
        codes: the codes drawn, in the order of their digits.
        question: whose rubric the raters are shown.
    """

    sample: str
    flow: str
    year: int
    run: str
    design: dict[str, Any]
    codes: tuple[str, ...]
    question: Question


def draw_gold(
    con: "DuckDBPyConnection",
    run: Run,
    flow: str,
    size: int,
    seed: int,
    *,
    year: int | None = None,
    replace: bool = False,
) -> Drawn:
    """Draw codes for people to label, by the labels of a run and the trade of a year, and keep the sample.

    Args:
        con: the workspace.
        run: by whose labels strata are made.
        flow: imports or exports.
        size: codes to draw.
        seed: the same seed and workspace give the same codes.
        year: whose trade; the latest that the workspace holds in full.
        replace: draw anew where the flow has a sample already; what raters said of that one is lost.

    Raises:
        UsageError: the sample is too small, or there is one already.
        BadInputError: there is no full year of the flow, or the run labels none of its codes.
    """
    if size < SMALLEST:
        raise UsageError(f"a sample of {size} codes", fix=f"draw {SMALLEST} or more; 200 serve well")
    if (before := find_sample(con, flow)) and not replace:
        raise UsageError(
            f"there is a gold sample of {flow} already, drawn {before.drawn_at:%Y-%m-%d}",
            fix="use it, or draw anew and lose its labels with --replace",
        )
    question = question_of_run(con, run.run)
    year = year or full_year(con, (flow,))
    if year is None:
        raise BadInputError(f"the workspace holds no full calendar year of {flow}", fix="import one, or choose a year")
    rows = _frame(con, run, flow, year, question)
    if len(rows) < size:
        raise BadInputError(
            f"run {run.run} labels {len(rows):,} codes with {flow} in {year}, fewer than {size:,}", fix="draw fewer"
        )
    made = _design(rows, question, size)
    chosen = draw_sample(made, seed)
    frame = [
        FrameCode(row[0], int(made.stratum[n]), int(row[1]), float(made.probability[n]), bool(chosen[n]))
        for n, row in enumerate(rows)
    ]
    described = _described(made, frame, run, flow, year, seed)
    described["exemplars"] = exemplar_levels(question, flow, [code.hs10 for code in frame if code.drawn])
    name = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
    keep_sample(con, name, flow, described, frame)
    return Drawn(name, flow, year, run.run, described, tuple(code.hs10 for code in frame if code.drawn), question)


def write_design(drawn: Drawn, folder: Path) -> Path:
    """Write ``gold/design.toml`` into a workspace: frame, strata, seed, hash, inclusion probabilities."""
    lines = [
        "# How the gold sample was drawn. The workspace holds the same; this file is for people and other programs.",
        f'sample = "{drawn.sample}"',
    ]
    strata, codes = drawn.design["strata"], drawn.design["codes"]
    lines += [
        f"{key} = {json.dumps(value)}" for key, value in drawn.design.items() if not isinstance(value, list | dict)
    ]
    for stratum in strata:
        lines += ["", "[[stratum]]", *(f"{key} = {json.dumps(value)}" for key, value in stratum.items())]
    lines += ["", "# What these codes were as exemplars, so that question check sees what became one later."]
    lines += ["[exemplars]", *(f"{hs10} = {json.dumps(level)}" for hs10, level in drawn.design["exemplars"].items())]
    lines += ["", "[inclusion_probability]", *(f"{hs10} = {probability!r}" for hs10, probability in codes)]
    return write_file(folder / DESIGN, ("\n".join(lines) + "\n").encode())


def _frame(con: "DuckDBPyConnection", run: Run, flow: str, year: int, question: Question) -> list[tuple[Any, ...]]:
    install_macros(con)
    return query(
        con,
        SQL,
        "frame",
        flow=flow,
        run=run.run,
        year=year,
        counted=list(question.labels.counted),
        excluded=list(question.settings.excluded_chapters),
    )


def _design(rows: list[tuple[Any, ...]], question: Question, size: int) -> Design:
    import numpy as np

    labels = question.labels
    hs10, value, levels, sources, chances = zip(*rows, strict=True)
    counted = np.array([level in labels.counted for level in labels.levels])
    counts = np.array([level in labels.counted for level in levels])
    chance = np.zeros(len(rows))
    for number, (counting, source, p) in enumerate(zip(counts.tolist(), sources, chances, strict=True)):
        if p is not None and source not in BY_HAND:
            chance[number] = float(np.array(p)[counted != counting].sum())
    roles = [labels.role(level) for level in levels]
    return make_design(roles, suspicion(hs10, counts, chance), np.array(value, dtype=np.float64), size)


def _described(made: Design, frame: list[FrameCode], run: Run, flow: str, year: int, seed: int) -> dict[str, Any]:
    """The design as it is kept and hashed."""
    strata = []
    for number, (name, rate) in enumerate(zip(made.names, made.rates.tolist(), strict=True)):
        codes = [code for code in frame if code.stratum == number]
        strata.append(
            {
                "name": name,
                "assumed_error_rate": rate,
                "codes": len(codes),
                "value": sum(code.size for code in codes),
                "drawn": sum(code.drawn for code in codes),
                "certain": sum(code.probability >= 1 for code in codes),
            }
        )
    listed = "\n".join(f"{code.hs10} {code.size}" for code in frame)
    return {
        "run": run.run,
        "run_fingerprint": run.fingerprint,
        "flow": flow,
        "year": year,
        "seed": seed,
        "size": sum(code.drawn for code in frame),
        "frame_codes": len(frame),
        "frame_value": sum(code.size for code in frame),
        "frame_sha256": hashlib.sha256(listed.encode()).hexdigest(),
        "strata": strata,
        "codes": [[code.hs10, code.probability] for code in frame if code.drawn],
    }
