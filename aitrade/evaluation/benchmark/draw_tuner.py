"""Tune models on each draw of a learning curve, each once for all benchmarks of a workspace."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import cast

from aitrade.core.device import Runtime
from aitrade.core.progress import OnStage
from aitrade.llm.code_vectors import CodeVectors
from aitrade.llm.out_of_fold import read_out_of_fold
from aitrade.llm.scorer import Scorer
from aitrade.llm.scorer_loading import load_scorer
from aitrade.models.adapter_files import OUT_OF_FOLD
from aitrade.models.installed import Installed
from aitrade.question.question import Question
from aitrade.retrieval.embedder import Embedder, load_embedder, load_unlearnt
from aitrade.tuning.embedder import make_embedder_adapter
from aitrade.tuning.job import OnStep, Task
from aitrade.tuning.llm import make_llm_adapter
from aitrade.tuning.settings import EMBEDDER_SETTINGS, TuneSettings, llm_settings

FOLDS = 3


@dataclass(frozen=True)
class Embedders:
    """What places exemplars and codes: an embedder, and for each fold of the exemplars one that has not learnt it."""

    whole: Embedder
    folds: tuple[Embedder, ...]


@dataclass(frozen=True)
class TunedLLM:
    """An LLM that was tuned on exemplars.

    Attributes:
        name: ``BASE+ADAPTER``.
        scorer: of codes that are no exemplars.
        vectors: where it and the LLM of each fold place the exemplars.
        out_of_fold: scores of the levels, then of the categories, of each exemplar by (flow, hs10), by an LLM that has
            not learnt its subheading.
    """

    name: str
    scorer: Scorer
    vectors: CodeVectors
    out_of_fold: dict[tuple[str, str], list[float]]


@dataclass(frozen=True)
class DrawTuner:
    """Tunes models on a question's exemplars, as ``aitrade models tune`` does.

    Attributes:
        runtime: device and arithmetic.
        folder: of the adapters; one that was made of the same is used again.
        on_stage: told what is being learnt, and how far that is.
    """

    runtime: Runtime
    folder: Path
    on_stage: OnStage

    def embedders(self, base: Installed, question: Question) -> Embedders:
        """Tune an embedder."""
        task = self._task(base, question, EMBEDDER_SETTINGS)
        target, work = self._places(task)
        if not target.is_dir():
            make_embedder_adapter(task, target, work, self._telling(task))
        folds = load_unlearnt(self.runtime, target.name, question, (self.folder,))
        return Embedders(load_embedder(self.runtime, target.name, question, (self.folder,)), tuple(folds))

    def llm(self, base: Installed, question: Question) -> TunedLLM:
        """Tune an LLM."""
        task = self._task(base, question, llm_settings(len(question.exemplars.exemplars)))
        target, work = self._places(task)
        if not target.is_dir():
            make_llm_adapter(task, FOLDS, target, work, self._telling(task))
        scorer = load_scorer(target.name, self.runtime, question, 0, (self.folder,))
        vectors = cast("CodeVectors", scorer.vectors)  # an adapter that was made just so has them
        return TunedLLM(target.name, scorer, vectors, read_out_of_fold(target / OUT_OF_FOLD))

    def _task(self, base: Installed, question: Question, settings: TuneSettings) -> Task:
        """The task, named by a hash of all that its adapter is made of."""
        task = Task("", base, question, self.runtime, settings, FOLDS)
        return replace(task, name=task.checkpoints(self.folder).name)

    def _places(self, task: Task) -> tuple[Path, Path]:
        """Folders of the adapter, and of its checkpoints."""
        name = f"{task.base.name}+{task.name}"
        return self.folder / name, self.folder / f".{name}"

    def _telling(self, task: Task) -> OnStep:
        doing = f"tuning {task.base.name} on {len(task.question.exemplars.exemplars):,} labels"
        begin = cache(self.on_stage)  # each stage once
        return lambda stage, step, steps, _loss: begin(f"{doing}: {stage}")(step, steps)
