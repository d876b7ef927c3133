"""Classify batches of codes on several GPUs at once: each takes the next batch when it is done with one."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from aitrade.classification.classifier import Classifier
from aitrade.classification.prediction import Prediction
from aitrade.core.progress import OnStep, unheard
from aitrade.nomenclature.codes import Code


def judge_batches(
    classifiers: Sequence[Classifier],
    batches: Sequence[Sequence[Code]],
    step_of: Callable[[Sequence[Code]], OnStep] = lambda _: unheard,
) -> Generator[list[Prediction], None, None]:
    """Classify batches, in their order; closing the iterator leaves out those that have not begun.

    Args:
        classifiers: the same on each GPU; each works in a thread of its own. A single one works in the caller's,
            where Ctrl-C stops it in the middle of a batch.
        batches: codes, exemplars or not.
        step_of: gives, for a batch, what is told how much of it the LLM has computed, in the thread that judges it.
    """
    if len(classifiers) == 1:
        for batch in batches:
            yield _judge(classifiers[0], batch, step_of(batch))
        return
    idle: SimpleQueue[Classifier] = SimpleQueue()
    for classifier in classifiers:
        idle.put(classifier)

    def judge(batch: Sequence[Code]) -> list[Prediction]:
        classifier = idle.get()
        try:
            return _judge(classifier, batch, step_of(batch))
        finally:
            idle.put(classifier)

    with ThreadPoolExecutor(len(classifiers)) as pool:
        yield from pool.map(judge, batches)


def _judge(classifier: Classifier, batch: Sequence[Code], on_step: OnStep) -> list[Prediction]:
    by_hand = {code: p for code in batch if (p := classifier.exemplar_prediction(code)) is not None}
    rest = [code for code in batch if code not in by_hand]
    with classifier.scorer.telling(on_step):
        return list(by_hand.values()) + (classifier.predict(rest) if rest else [])
