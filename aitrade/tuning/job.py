"""What a tuning is made of: it says where the checkpoints lie, and what the adapter's manifest tells."""

import dataclasses
import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.device import Runtime
from aitrade.models.adapter_files import AdapterManifest
from aitrade.models.installed import Installed
from aitrade.question.agreement import Agreement
from aitrade.question.exemplars import Exemplar
from aitrade.question.folds import subheading_folds
from aitrade.question.labels import LabelSpace
from aitrade.question.question import Question
from aitrade.tuning.settings import TuneSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OnStep = Callable[[str, int, int, float | None], None]  # told (stage, step, steps, loss where something is learnt)


@dataclass(frozen=True)
class Task:
    """A model to tune, what on, and how.

    Attributes:
        name: of the adapter.
        base: the model.
        question: whose exemplars to tune on.
        runtime: device and arithmetic.
        settings: how.
        folds: into how many parts the exemplars' subheadings are cut; each is held out in turn.
    """

    name: str
    base: Installed
    question: Question
    runtime: Runtime
    settings: TuneSettings
    folds: int

    @property
    def parts(self) -> "NDArray[np.int64]":
        """The fold of each exemplar, shape (exemplars,)."""
        return subheading_folds([e.code for e in self.question.exemplars.exemplars], self.folds)

    def stage(self, fold: int | None) -> str:
        """What a person is told is being learnt: all but a fold, or everything."""
        return "all exemplars" if fold is None else f"fold {fold + 1} of {self.folds}"

    def reading(self, fold: int | None, on_step: OnStep) -> Callable[[int, int], None]:
        """What is told how many exemplars a model has read that was tuned on all but a fold, or on everything."""
        return lambda done, total: on_step(f"{self.stage(fold)}: reading exemplars", done, total, None)

    def checkpoints(self, work: Path) -> Path:
        """Folder of the checkpoints of just this task: those of anything else are not gone on with."""
        made_of = (
            self.base.sha256,
            self.question.exemplars.sha256,
            self.question.text_sha256,
            *self.question.labels.names,
            str(self.runtime),
            str(self.settings),
            str(self.folds),
        )
        return work / hashlib.sha256(" ".join(made_of).encode()).hexdigest()[:16]

    def manifest(
        self, held_out: Sequence[Exemplar], scores: "NDArray[np.float64]", **settings: object
    ) -> AdapterManifest:
        """The adapter's manifest, with figures of held-out exemplars and further settings; it names no files yet."""
        return AdapterManifest(
            name=self.name,
            base=self.base.name,
            base_sha256=self.base.source_sha256,
            exemplars_sha256=self.question.exemplars.sha256,
            text_sha256=self.question.text_sha256,
            labels=self.question.labels.names,
            settings=dataclasses.asdict(self.settings) | {"folds": self.folds} | settings,
            figures=held_out_figures(scores, held_out, self.question.labels),
            files={},
        )


def put_in_place(made: Path, target: Path, work: Path) -> None:
    """Put a whole adapter where it is used, in place of any there, and clear up; until now the one there was whole."""
    shutil.rmtree(target, ignore_errors=True)
    made.replace(target)
    shutil.rmtree(work)


def held_out_figures(
    scores: "NDArray[np.float64]", exemplars: Sequence[Exemplar], labels: LabelSpace
) -> dict[str, float]:
    """Measure accuracy, and F1 of the counted levels together, of exemplars by scores made without their subheading.

    Args:
        scores: of the n exemplars, shape (n, k or more).
        exemplars: with their labels by hand.
        labels: the label space.
    """
    said = [labels.levels[place] for place in scores[:, : len(labels.levels)].argmax(1)]
    both = Agreement(labels, Counter(zip((e.relevance for e in exemplars), said, strict=True)))
    counted = "_".join(level.lower() for level in labels.counted)
    return {"out_of_fold_accuracy": both.accuracy or 0.0, f"out_of_fold_{counted}_f1": both.f1 or 0.0}
