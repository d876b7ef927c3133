"""Make the rows of a benchmark: each model once, and never again what a file already keeps."""

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.loading import load_classifier
from aitrade.core.device import peak_memory
from aitrade.core.errors import BadInputError
from aitrade.core.progress import OnStage
from aitrade.evaluation.benchmark.contamination import contamination
from aitrade.evaluation.benchmark.contest import Contest
from aitrade.evaluation.benchmark.foreign import list_foreign
from aitrade.evaluation.benchmark.judging import ALONE, BASELINE, JOINED, MAJORITY, TFIDF, judge, majority, tfidf
from aitrade.evaluation.benchmark.rows import Row, load_row, save_row
from aitrade.workspace.runs import get_run
from aitrade.workspace.scores import ScoreStore

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

LIBRARIES = ("torch", "transformers", "sentence-transformers", "numpy", "scipy", "scikit-learn")


def left_to_ask(contest: Contest) -> list[str]:
    """The models that no file keeps the rows of yet."""
    return [model for model in contest.models if _kept(contest, model) is None]


def expected_seconds(contest: Contest, models: Sequence[str]) -> list[float | None]:
    """How long each model will take, by the rows that are kept of other gold, by codes asked about; None if unknown."""
    known: dict[str, float] = {}
    for path in sorted(contest.folder.glob("*.json")):
        raw = json.loads(path.read_text("utf-8"))
        if raw["kind"] == ALONE and raw["measured"].get("asked"):
            known[raw["model"]] = raw["measured"]["seconds"] / raw["measured"]["asked"]
    return [known[model] * len(contest.gold.codes) if model in known else None for model in models]


def run_contest(
    contest: Contest,
    on_step: OnStage,
    on_message: Callable[[str], None],
    store: ScoreStore | None = None,
) -> list[Row]:
    """Make every row: without a model, of each model alone and joined, and the mean of the models.

    Args:
        contest: what is compared.
        on_step: gives, for a model, what is told (codes asked about, codes); told other stages of the work too.
        on_message: told what the work is doing.
        store: where what a model says of each code is kept, so that a stop loses little.
    """
    on_message("measuring what stands without a model")
    rows = [
        _floor(contest, MAJORITY, lambda: majority(contest.question, contest.gold, contest.nomenclature)),
        _floor(contest, TFIDF, lambda: tfidf(contest.question, contest.gold)),
    ]
    joined = []
    for number, model in enumerate(contest.models):
        baseline, alone, with_evidence = _kept(contest, model) or _ask(contest, model, on_step, on_message, store)
        rows += [*([baseline] if number == 0 else []), alone, with_evidence]
        joined.append(with_evidence)
    if len(joined) > 1:
        mean: NDArray[np.float64] = np.mean([row.probabilities for row in joined], axis=0)
        made_from = {**contest.shared, "of": [row.name for row in joined]}
        rows.append(Row("mean of the models", "mean", "", made_from, {}, mean))
    return rows


def row_of_run(con: "DuckDBPyConnection", contest: Contest, run: str) -> Row:
    """Make a row of labels that a run holds, such as a hosted model's, without asking anything.

    Raises:
        BadInputError: it does not label every gold code.
    """
    labels = contest.question.labels
    found = con.execute("SELECT hs10, flow, relevance, p FROM predictions WHERE run = ?", [run]).fetchall()
    said = {(flow, hs10): p or [float(level == name) for name in labels.levels] for hs10, flow, level, p in found}
    kind = get_run(con, run).kind
    keys = [(code.flow, code.hs10) for code in contest.gold.codes]
    missing = [hs10 for flow, hs10 in keys if (flow, hs10) not in said]
    if missing:
        raise BadInputError(
            f"run {run} labels {len(keys) - len(missing):,} of the {len(keys):,} gold codes, not {missing[0]}",
            fix="compare it by `aitrade compare`, or take gold that it labels",
        )
    made_from = {**contest.shared, "run": run, "made_by": kind}
    return Row(f"run {run}", "run", "", made_from, {}, np.array([said[key] for key in keys]))


def rows_made_elsewhere(contest: Contest) -> tuple[list[Row], list[str]]:
    """Make a row of each rater of a gold sample with several, and of the predictions added to the benchmark.

    Returns:
        The rows; and a note for each predictions that lack some gold codes and are left out.
    """
    labels, notes = contest.question.labels, []
    once = np.eye(len(labels.levels))
    rows = [
        Row(f"rater {name}", "rater", "", contest.shared, {}, once[[labels.position(level) for level in levels]])
        for name, levels in contest.gold.raters
    ]
    for added in list_foreign(contest.folder, labels):
        lacking = sum(code.key not in added.said for code in contest.gold.codes)
        if lacking:
            notes.append(f"{added.name} lacks {lacking:,} of {len(contest.gold.codes):,} codes and is left out")
            continue
        said = np.array([added.said[code.key] for code in contest.gold.codes])
        made_from = {**contest.shared, "file": added.file, "file_sha256": added.sha256}
        rows.append(Row(added.name, "added", "", made_from, {}, said))
    return rows, notes


def _floor(contest: Contest, name: str, make: "Callable[[], NDArray[np.float64]]") -> Row:
    kept = load_row(contest.folder, name, contest.shared)
    if kept is None:
        kept = Row(name, "floor", "", contest.shared, {}, make())
        _save(contest, kept)
    return kept


def _save(contest: Contest, row: Row) -> None:
    save_row(contest.folder, row, contest.gold, asdict(contamination(row, contest)), contest.beside_exemplars)


def _names(contest: Contest, model: str) -> tuple[str, str, str]:
    return f"baseline: neighbours and probe, {contest.embedder}", f"{model} alone", f"{model} joined"


def _kept(contest: Contest, model: str) -> tuple[Row, Row, Row] | None:
    made_from = contest.of_model(model)
    rows = [load_row(contest.folder, name, made_from) for name in _names(contest, model)]
    baseline, alone, joined = rows
    return (baseline, alone, joined) if baseline and alone and joined else None


def _ask(
    contest: Contest,
    model: str,
    on_step: OnStage,
    on_message: Callable[[str], None],
    store: ScoreStore | None,
) -> tuple[Row, Row, Row]:
    on_message(f"preparing {model}")
    started = perf_counter()
    classifier = load_classifier(
        contest.question,
        model,
        contest.device,
        contest.workspace,
        method=contest.method,
        embedder=contest.embedder,
        calibrated=False,
        store=store,
        on_stage=on_step,
    ).knowing(contest.headings)
    loaded = perf_counter() - started
    judged = judge(classifier, contest.gold, contest.nomenclature, contest.workspace, on_step(model), store)
    measured = {
        **judged.measured,
        "load_seconds": loaded,
        "peak_memory": peak_memory(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "processor": platform.processor() or platform.machine(),
    }
    made_from = contest.of_model(model)
    rows = []
    for name, kind in zip(_names(contest, model), (BASELINE, ALONE, JOINED), strict=True):
        rows.append(Row(name, kind, model, made_from, measured, judged.probabilities[kind]))
        _save(contest, rows[-1])
    baseline, alone, joined = rows
    return baseline, alone, joined
