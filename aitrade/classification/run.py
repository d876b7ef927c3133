"""Classify codes into a run, batch by batch: what is committed survives a stop, and resuming goes on from there."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from aitrade.classification.classifier import Classifier
from aitrade.classification.prediction import Prediction
from aitrade.classification.sharding import judge_batches
from aitrade.core.errors import BadInputError, ModelError, StoppedError
from aitrade.core.progress import OnStep, Together
from aitrade.llm.kept_scorer import KeptScorer
from aitrade.nomenclature.codes import FLOWS, Code, by_heading
from aitrade.workspace.codes import read_codes
from aitrade.workspace.database import transaction
from aitrade.workspace.predictions import insert_predictions, median_label_mass, predicted_codes
from aitrade.workspace.runs import (
    Run,
    add_warning,
    count_work,
    create_run,
    find_fingerprint,
    finish_run,
    get_run,
    planned_rows,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


LEAST_LABEL_MASS = 0.05  # of the median code; below, the order of the labels is hardly what the model would say
UNCALIBRATED = (
    "its labels are the model's own guesses, which no calibration checked: a small model may be wrong on most"
)
_JUDGED_CODES = 100  # before its end, a run is judged by as many
EMBEDDED_BATCHES = 64  # whose texts are embedded at once, so that many have the same length


@dataclass(frozen=True)
class Plan:
    """What a run is to classify, in the order of its batches."""

    codes: tuple[Code, ...]
    settings: dict[str, Any]
    codes_per_batch: int

    @property
    def fingerprint(self) -> str:
        """Hash of settings and codes."""
        digest = hashlib.sha256(json.dumps(self.settings, sort_keys=True).encode())
        for code in self.codes:
            digest.update(f"\n{code.flow} {code.hs10} {code.description} {code.naics_description or ''}".encode())
        return digest.hexdigest()

    @property
    def batches(self) -> list[tuple[Code, ...]]:
        """The codes, always cut the same way, so that a resumed run computes what an unbroken one does."""
        size = self.codes_per_batch
        return [self.codes[at : at + size] for at in range(0, len(self.codes), size)]


def planned_codes(con: "DuckDBPyConnection", run: Run, classifier: Classifier) -> list[Code]:
    """The codes of a stopped run, checked to be what it was begun with.

    Raises:
        BadInputError: a code or anything in the settings has changed, so that going on would mix two classifications.
    """
    rows = planned_rows(con, run.run)
    codes = [Code(*row) for row in rows if row[2] is not None]
    changed = sorted(key for key, value in classifier.settings.items() if run.settings.get(key) != value)
    if len(codes) < len(rows) or (not changed and _plan(codes, classifier).fingerprint != run.fingerprint):
        changed.append("codes")
    if changed:
        raise BadInputError(
            f"run {run.run} cannot go on: changed since it began: {', '.join(changed)}",
            fix="begin a new run: aitrade classify",
        )
    return codes


def _plan(codes: Sequence[Code], classifier: Classifier) -> Plan:
    return Plan(tuple(codes), classifier.settings, classifier.method.codes_per_batch)


def as_columns(predictions: Sequence[Prediction]) -> dict[str, list[Any]]:
    """Predictions by the columns of the workspace's table."""
    columns = {field.name: [getattr(p, field.name) for p in predictions] for field in fields(Prediction)}
    columns["evidence"] = [json.dumps(p.evidence) for p in predictions]
    return columns


def classify(
    con: "DuckDBPyConnection",
    classifiers: Sequence[Classifier],
    codes: Sequence[Code],
    on_step: OnStep,
    *,
    allow_low_label_mass: bool = False,
) -> Run:
    """Classify codes into the run that has this plan's fingerprint, beginning it or going on with it.

    Args:
        con: the workspace.
        classifiers: what classifies; the same on each GPU, where there are several.
        codes: what to classify, in order of flow and code.
        on_step: told (codes done, codes): after each commit, and within batches by how much of them the LLM has
            computed, then by the thread of each of several classifiers, one at a time.
        allow_low_label_mass: go on, with a warning kept with the run, where a base model's answers are hardly labels.

    Returns:
        The finished run.

    Raises:
        ModelError: a base model hardly answers with a label; every committed batch is kept.
        StoppedError: the user stopped it; every committed batch is kept.
    """
    plan = _plan(codes, classifiers[0])
    run = find_fingerprint(con, plan.fingerprint)
    if run is None:
        name = f"{plan.settings['model']}-{plan.fingerprint[:8]}"
        run = create_run(
            con, name, plan.fingerprint, plan.settings, [code.key for code in codes], classifiers[0].question
        )
    if classifiers[0].calibration is None:
        add_warning(con, run.run, UNCALIBRATED)
    done = predicted_codes(con, run.run)
    if run.finished:
        on_step(len(done), len(codes))
        return run
    left = [batch for batch in plan.batches if batch[0].key not in done]
    _check_label_mass(con, run.run, not left, allow_low_label_mass)
    nomenclature = by_heading(read_codes(con, FLOWS))
    judges = [classifier.knowing(nomenclature) for classifier in classifiers]
    far = Together(on_step, len(done), len(codes))
    try:
        if not left:
            far.tell()
        for some in (left[at : at + EMBEDDED_BATCHES] for at in range(0, len(left), EMBEDDED_BATCHES)):
            every = [code for batch in some for code in batch]
            judges[0].embed_ahead([code for code in every if judges[0].exemplar_prediction(code) is None])
            far.tell()
            with closing(judge_batches(judges, some, lambda batch: far.part(batch[0].key, len(batch)))) as judged:
                for batch, predictions in zip(some, judged, strict=True):
                    with transaction(con):
                        insert_predictions(con, run.run, as_columns(predictions))
                        count_work(con, run.run, *_work(judges))
                    done.update((p.flow, p.hs10) for p in predictions)
                    _check_label_mass(con, run.run, len(done) == len(codes), allow_low_label_mass)
                    far.keep(batch[0].key, len(batch))
    except KeyboardInterrupt:
        kept = len(predicted_codes(con, run.run))  # perhaps one batch more than was counted
        raise StoppedError(
            f"stopped after {kept:,} of {len(codes):,} codes; they and all embeddings are kept",
            fix=f"aitrade runs resume {run.run}",
        ) from None
    finish_run(con, run.run)
    return get_run(con, run.run)


def _check_label_mass(con: "DuckDBPyConnection", run: str, is_last: bool, allowed: bool) -> None:
    """Stop a run of a base model whose answers are hardly ever labels, or keep a warning with it where that is allowed.

    Raises:
        ModelError: the median label mass is under :data:`LEAST_LABEL_MASS`, and that is not allowed.
    """
    count, mass = median_label_mass(con, run)
    if not count or mass >= LEAST_LABEL_MASS or (count < _JUDGED_CODES and not is_last):
        return
    said = f"the model means to answer with a label with a probability of {mass:.2g} only (median of {count:,} codes)"
    if not allowed:
        raise ModelError(
            said,
            where=f"run {run}",
            fix="see what it is shown: aitrade prompt show CODE --model NAME; use another one, or go on all the same: "
            "--allow-low-label-mass",
        )
    if is_last:
        add_warning(con, run, said)


def _work(classifiers: Sequence[Classifier]) -> tuple[int, int]:
    """Count the codes that LLMs were asked about since this was called last, and those whose scores were kept."""
    scorers = [classifier.scorer for classifier in classifiers]
    counts = [scorer.take_counts() for scorer in scorers if isinstance(scorer, KeptScorer)]
    return sum(asked for asked, _ in counts), sum(reused for _, reused in counts)
