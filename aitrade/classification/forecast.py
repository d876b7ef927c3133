"""Say before a classification what it will do: how many codes the LLM is asked about, and how long it will take."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from aitrade.classification.classifier import Classifier
from aitrade.classification.run import EMBEDDED_BATCHES
from aitrade.core.progress import OnStage, OnStep, unheard_stage, within
from aitrade.llm.kept_scorer import KeptScorer
from aitrade.nomenclature.codes import Code
from aitrade.retrieval.neighbours import Neighbour

TRIED_CODES = 32  # that the LLM is asked about to time it; their scores are kept, so that nothing is asked twice


@dataclass(frozen=True)
class Forecast:
    """What a classification will do.

    Attributes:
        codes: how many it classifies.
        exemplars: of these, how many have a label by hand.
        certain: how many are surely of the reference level without the LLM.
        kept: about how many the workspace holds what the LLM says.
        asked: about how many the LLM will be asked.
        seconds: how long that will take on this machine; 0 where none is asked about.
    """

    codes: int
    exemplars: int
    certain: int
    kept: int
    asked: int
    seconds: float


def forecast(
    classifier: Classifier, codes: Sequence[Code], on_step: OnStep, on_stage: OnStage = unheard_stage
) -> Forecast:
    """Find what a run over these codes will do, and time the LLM on a few of them.

    The vectors of descriptions and the scores of the few codes are kept, so that the run does not compute them again.

    Args:
        classifier: what would classify; it knows the nomenclature and keeps what models say.
        codes: what would be classified, in order of flow and code.
        on_step: told (codes looked at, codes).
        on_stage: told when the LLM is timed.
    """
    new = [code for code in codes if classifier.exemplar_prediction(code) is None]
    done, certain, kept, asked = len(codes) - len(new), 0, 0, 0
    tried: list[Code] = []
    on_step(done, len(codes))
    size = classifier.method.codes_per_batch
    for some in _parts(new, EMBEDDED_BATCHES * size):
        classifier.embed_ahead(some)
        for batch in _parts(some, size):
            retrieved = classifier.retrieve(batch)
            sure = classifier.certain(retrieved)
            rows = [row for row in range(len(batch)) if row not in sure]
            rest, near = [batch[row] for row in rows], [retrieved.neighbours[row] for row in rows]
            there = _kept(classifier, rest, near)
            missing = [code for code, is_there in zip(rest, there, strict=True) if not is_there]
            certain, kept, asked = certain + len(sure), kept + sum(there), asked + len(missing)
            tried = max(tried, missing[:TRIED_CODES], key=len)
            done += len(batch)
            on_step(done, len(codes))
    seconds = _seconds(classifier, tried, on_stage) * asked if tried else 0.0
    return Forecast(len(codes), len(codes) - len(new), certain, kept, asked, seconds)


def _parts(codes: Sequence[Code], size: int) -> list[Sequence[Code]]:
    return [codes[at : at + size] for at in range(0, len(codes), size)]


def _kept(classifier: Classifier, codes: Sequence[Code], neighbours: Sequence[Sequence[Neighbour]]) -> list[bool]:
    scorer = classifier.scorer
    if not codes or not isinstance(scorer, KeptScorer):
        return [False] * len(codes)
    return scorer.kept(codes, classifier.shown(codes, neighbours))


def _seconds(classifier: Classifier, codes: Sequence[Code], on_stage: OnStage) -> float:
    """Seconds a code, measured; loading the LLM is not counted."""
    _ = classifier.scorer.engine
    on_step = on_stage("timing the LLM on codes")
    on_step(0, len(codes))
    started = time.perf_counter()
    with classifier.scorer.telling(within(on_step, 0, len(codes), len(codes))):
        classifier.ask(codes, classifier.retrieve(codes))
    on_step(len(codes), len(codes))
    return (time.perf_counter() - started) / len(codes)
