"""Classify the sample, with the sample's own codes held out of the exemplars."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from aitrade.classification.classifier import Classifier
from aitrade.classification.fitting.calibration_set import levels_of
from aitrade.classification.fitting.probe import probe_weights
from aitrade.classification.run import classify
from aitrade.core.errors import ModelError, StoppedError
from aitrade.demo import DEMO_EMBEDDER
from aitrade.models.adapter_files import base_and_adapter, is_tuned
from aitrade.models.installed import require_installed
from aitrade.nomenclature.codes import FLOWS, Code
from aitrade.question.exemplars import ExemplarSet
from aitrade.question.question import SHIPPED, load_question
from aitrade.retrieval.index import index_of
from aitrade.workspace.codes import read_codes
from aitrade.workspace.runs import Run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def require_models(model: str) -> None:
    """Check that the embedder and the base of a model are installed, before anything is done.

    Raises:
        ModelError: one is not, or neither; the fix installs what is missing.
    """
    missing: list[ModelError] = []
    names: list[str] = []
    for name in (base_and_adapter(embedder_of(model))[0], base_and_adapter(model)[0]):
        try:
            require_installed(name)
        except ModelError as error:
            missing.append(error)
            names.append(name)
    if missing:
        what = "not installed: " + ", ".join(names)
        raise ModelError(what, where=missing[0].where, fix=f"aitrade models install {' '.join(names)}")


def embedder_of(model: str) -> str:
    """The base embedder beside a base model; a tuned embedder has learnt the labels, as a tuned model has."""
    return load_question(SHIPPED).settings.embedder if is_tuned(model) else DEMO_EMBEDDER


def hold_out(classifier: Classifier, codes: Iterable[Code]) -> Classifier:
    """A classifier that has none of these codes among its exemplars, so that it has to ask the LLM about each of them.

    They are retrieved no more, and the calibration's probe is fitted without them; how the evidence is joined, a few
    numbers for all codes, stays as it is, and so does an adapter, which may have been tuned on them. The smaller set
    of exemplars and the calibration are part of the fingerprint, as any are.
    """
    hs10 = {code.hs10 for code in codes}
    exemplars = classifier.index.exemplars.exemplars
    places = [place for place, exemplar in enumerate(exemplars) if exemplar.code.hs10 not in hs10]
    kept = ExemplarSet(tuple(exemplars[place] for place in places))
    vectors, calibration = classifier.index.vectors[places], classifier.calibration
    if calibration:
        labels = classifier.question.labels
        weights, bias = probe_weights(vectors, levels_of(kept.exemplars, labels), len(labels.levels))
        calibration = replace(calibration, probe={"weights": weights.tolist(), "bias": bias.tolist()})
    return replace(classifier, index=index_of(kept, vectors), calibration=calibration)


def classify_sample(
    con: "DuckDBPyConnection",
    classifier: Classifier,
    codes: Iterable[Code],
    on_batch: Callable[[int, int], None],
    again: str = "aitrade demo",
) -> Run:
    """Classify the sample's codes of both flows, going on where an earlier demo stopped.

    Args:
        con: a workspace that holds the sample.
        classifier: what judges.
        codes: the sample's codes.
        on_batch: told (codes done, codes) after each commit.
        again: the command line that goes on after a stop.

    Raises:
        StoppedError: the user stopped it; every committed batch is kept.
    """
    wanted = {code.key for code in codes}
    chosen = [code for code in read_codes(con, FLOWS) if code.key in wanted]
    try:
        return classify(con, [classifier], chosen, on_batch)
    except StoppedError as error:
        # `runs resume` would load all exemplars, and the run was begun with some held out.
        raise StoppedError(error.what, fix=again) from error
