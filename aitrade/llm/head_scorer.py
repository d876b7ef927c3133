"""A model with an adapter: its heads read the last token of a short prompt; neighbours are joined afterwards."""

from collections.abc import Callable, Sequence
from functools import cached_property

from aitrade.llm.code_vectors import CodeVectors, project
from aitrade.llm.engine import Engine, filled
from aitrade.llm.heads import Heads
from aitrade.llm.label_scoring import last_hidden
from aitrade.llm.prompt import short_tokens
from aitrade.llm.scorer import Neighbourhoods, Scorer, Scores
from aitrade.nomenclature.code_text import short_text
from aitrade.nomenclature.codes import Code
from aitrade.question.question import Question


class HeadScorer(Scorer):
    """A model with an adapter: the heads read the last token of a short prompt; neighbours are joined afterwards."""

    def __init__(
        self,
        load: Callable[[], tuple[Engine, Heads]],
        sha256: str,
        question: Question,
        vectors: CodeVectors | None = None,
    ) -> None:
        super().__init__(lambda: self.engine_and_heads[0])
        self._load_both, self.sha256, self.question, self.vectors = load, sha256, question, vectors
        labels, dimensions = question.labels, vectors.projection.shape[1] if vectors else 0
        self.columns = len(labels.levels), len(labels.categories), 0, dimensions

    @cached_property
    def engine_and_heads(self) -> tuple[Engine, Heads]:
        """The LLM with its adapter, and the adapter's heads."""
        return self._load_both()

    @property
    def engine_kind(self) -> str:
        """See :class:`Scorer`; adapters run on the tree engine alone, so that it need not be loaded to say so."""
        return Engine.kind

    def reads(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> list[str]:  # noqa: ARG002
        """See :class:`Scorer`."""
        template, words = self.question.prompts.short, self.question.words
        return [short_text(code, template, words) for code in codes]

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:  # noqa: ARG002
        """See :class:`Scorer`; the neighbours are not looked at."""
        import torch

        engine, heads = self.engine_and_heads
        engine.truncate()
        prompts = [short_tokens(engine.tokenizer, code, self.question) for code in codes]
        hidden = last_hidden(engine, prompts, self._on_step)
        relevance, category = heads.logits(filled(hidden))
        return Scores(
            relevance[: len(codes)].double().numpy(),
            None if category is None else torch.log_softmax(category[: len(codes)], -1).double().numpy(),
            None,
            project(hidden.numpy(), self.vectors.projection) if self.vectors else None,
        )
