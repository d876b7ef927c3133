"""A model with an adapter: its heads read the last token of a short prompt; neighbours are joined afterwards."""

from collections.abc import Sequence

from aitrade.codes import Code
from aitrade.llm.adapter import Heads
from aitrade.llm.code_vectors import CodeVectors, place
from aitrade.llm.engine import Engine
from aitrade.llm.judge import Judge, Neighbourhoods, Opinions
from aitrade.llm.labels import last_hidden
from aitrade.llm.prompt import short_tokens


class TunedJudge(Judge):
    """A model with an adapter: the heads read the last token of a short prompt; neighbours are joined afterwards."""

    def __init__(self, engine: Engine, heads: Heads, sha256: str, vectors: CodeVectors | None = None) -> None:
        self.engine, self.heads, self.sha256, self.vectors = engine, heads, sha256, vectors

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Opinions:  # noqa: ARG002
        """See :class:`Judge`; the neighbours are not looked at."""
        import torch

        self.engine.forget()
        hidden = last_hidden(self.engine, [short_tokens(self.engine.tokenizer, code) for code in codes])
        relevance, category = self.heads.logits(hidden)
        return Opinions(
            relevance.double().numpy(),
            torch.log_softmax(category, -1).double().numpy(),
            None,
            place(hidden.numpy(), self.vectors.projection) if self.vectors else None,
        )
