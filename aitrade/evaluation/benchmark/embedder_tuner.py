"""Tune an embedder on each draw of a learning curve, once for all benchmarks of a workspace."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from aitrade.core.device import Runtime
from aitrade.models.installed import Installed
from aitrade.question.question import Question
from aitrade.retrieval.embedder import Embedder, load_embedder, load_unlearnt
from aitrade.tuning.embedder import make_embedder_adapter
from aitrade.tuning.job import Task
from aitrade.tuning.settings import EMBEDDER_SETTINGS

FOLDS = 3


@dataclass(frozen=True)
class Embedders:
    """What places exemplars and codes: an embedder, and for each fold of the exemplars one that has not learnt it."""

    whole: Embedder
    folds: tuple[Embedder, ...]


def embedder_tuner(
    base: Installed, runtime: Runtime, folder: Path, on_message: Callable[[str], None]
) -> Callable[[Question], Embedders]:
    """Make a function that tunes an embedder on a question's exemplars, as ``aitrade models tune`` does.

    Args:
        base: the embedder.
        runtime: device and arithmetic.
        folder: of the adapters that it makes; one that was made of the same is used again.
        on_message: told what is being learnt.
    """

    def tune(question: Question) -> Embedders:
        task = Task("", base, question, runtime, EMBEDDER_SETTINGS, FOLDS)
        task = replace(task, name=task.checkpoints(folder).name)  # a hash of all that the adapter is made of
        name, told = f"{base.name}+{task.name}", ""

        def on_step(stage: str, *_: object) -> None:
            nonlocal told
            if stage != told:
                told = stage
                on_message(f"tuning {base.name} on {len(question.exemplars):,} labels: {stage}")

        if not (folder / name).is_dir():
            make_embedder_adapter(task, folder / name, folder / f".{name}", on_step)
        folds = load_unlearnt(runtime, name, question, (folder,))
        return Embedders(load_embedder(runtime, name, question, (folder,)), tuple(folds))

    return tune
