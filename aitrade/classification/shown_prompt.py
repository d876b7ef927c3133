"""Say what a model is shown of a code, to the last token; no weights of the LLM are loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.classification.method import Method
from aitrade.core.device import choose_runtime
from aitrade.core.progress import OnStage, unheard_stage
from aitrade.llm.prefix_tree import Tokens
from aitrade.llm.prompt import Prompter, short_tokens
from aitrade.llm.prompt_scorer import heading_neighbours
from aitrade.models.adapter_files import base_and_adapter, is_tuned
from aitrade.models.installed import locate
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.artifacts import adapter_folders
from aitrade.question.question import Question
from aitrade.retrieval.embedder import Embedder, load_embedder
from aitrade.retrieval.index import open_index_of

if TYPE_CHECKING:
    from pathlib import Path

    from aitrade.question.exemplars import Exemplar


@dataclass(frozen=True)
class ShownPrompt:
    """What a model is shown of a code.

    Attributes:
        code, model: the code, and ``BASE`` or ``BASE+ADAPTER``.
        text: the prompt as the model's tokenizer reads it back, control tokens included.
        tokens: the tokens of the prompt.
        labels: what is scored after it: tokens of each level; none where the model is tuned, whose heads answer.
    """

    code: Code
    model: str
    text: str
    tokens: Tokens
    labels: dict[str, Tokens]

    def as_dict(self) -> dict[str, Any]:
        """Make plain values, for JSON."""
        return {
            "hs10": self.code.hs10,
            "flow": self.code.flow,
            "model": self.model,
            "text": self.text,
            "tokens": list(self.tokens),
            "labels": {name: list(tokens) for name, tokens in self.labels.items()},
        }


def shown_prompt(
    question: Question,
    method: Method,
    model: str,
    embedder: str,
    code: Code,
    siblings: Sequence[Code],
    folder: "Path",
    on_stage: OnStage = unheard_stage,
) -> ShownPrompt:
    """Make the prompt that a run of all codes of a heading makes of one of them.

    Args:
        question: what is asked.
        method: the numbers of the method.
        model: ``BASE`` or ``BASE+ADAPTER``.
        embedder: what finds the exemplars near a code.
        code: the code.
        siblings: codes of the heading that a run asks about, the code among them: they share their neighbours.
        folder: the workspace, which keeps the index.
        on_stage: told when the embedder is loaded, and how far it is with exemplars that have no index yet.

    Raises:
        ModelError: a model is not installed, or its chat template does not show the question.
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        str(locate(base_and_adapter(model)[0]).folder), local_files_only=True, trust_remote_code=False
    )
    if is_tuned(model):
        tokens = short_tokens(tokenizer, code, question)
        return ShownPrompt(code, model, tokenizer.decode(tokens), tokens, {})
    prompter = Prompter(tokenizer, question)
    found = load_embedder(choose_runtime(), embedder, question, adapter_folders(question, folder), on_stage=on_stage)
    near = _neighbours(question, method, found, code, siblings, folder)
    tokens = prompter.prompt(code, near)
    labels = dict(zip(question.labels.levels, prompter.relevance_labels, strict=True))
    return ShownPrompt(code, model, tokenizer.decode(tokens), tokens, labels)


def _neighbours(
    question: Question, method: Method, embedder: Embedder, code: Code, siblings: Sequence[Code], folder: "Path"
) -> "list[Exemplar]":
    """The exemplars in the prompt of a code, chosen for its whole heading."""
    index = open_index_of(question, embedder, folder)
    vectors = embedder.embed([describe(one, question.words) for one in siblings])
    chosen = heading_neighbours(siblings, method.near(index, siblings, vectors), method.prompt_neighbours)
    return [neighbour.exemplar for neighbour in chosen[list(siblings).index(code)]]
