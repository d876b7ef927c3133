"""A model with an adapter: its heads read the last token of a short prompt; neighbours are joined afterwards."""

from collections.abc import Sequence

from aitrade.llm.code_vectors import CodeVectors, project
from aitrade.llm.engine import Engine
from aitrade.llm.heads import Heads
from aitrade.llm.label_scoring import last_hidden
from aitrade.llm.prompt import short_tokens
from aitrade.llm.scorer import Neighbourhoods, Scorer, Scores
from aitrade.nomenclature.codes import Code
from aitrade.question.question import Question


class HeadScorer(Scorer):
    """A model with an adapter: the heads read the last token of a short prompt; neighbours are joined afterwards."""

    def __init__(
        self, engine: Engine, heads: Heads, sha256: str, question: Question, vectors: CodeVectors | None = None
    ) -> None:
        self.engine = self._tree = engine
        self.heads, self.sha256, self.vectors, self.question = heads, sha256, vectors, question

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:  # noqa: ARG002
        """See :class:`Scorer`; the neighbours are not looked at."""
        import torch

        self.engine.truncate()
        hidden = last_hidden(self._tree, [short_tokens(self.engine.tokenizer, code, self.question) for code in codes])
        relevance, category = self.heads.logits(hidden)
        return Scores(
            relevance.double().numpy(),
            None if category is None else torch.log_softmax(category, -1).double().numpy(),
            None,
            project(hidden.numpy(), self.vectors.projection) if self.vectors else None,
        )
