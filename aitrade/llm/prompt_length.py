"""How many tokens a question's prompts have, for an installed model; only the model's tokenizer is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from aitrade.llm.prompt import Prompter, short_tokens
from aitrade.models.adapter_files import base_and_adapter
from aitrade.models.installed import locate
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar
from aitrade.question.question import Question


@dataclass(frozen=True)
class PromptLength:
    """Tokens of prompts.

    Attributes:
        model: ``BASE`` or ``BASE+ADAPTER`` that reads them.
        rubric: how many stand before the neighbours and the product, the same for every code; 0 for a tuned model.
        longest: how many the longest prompt of an exemplar has, with the neighbours that have the longest texts.
        limit: how many the model was made for; None where it does not say.
    """

    model: str
    rubric: int
    longest: int
    limit: int | None

    @property
    def fits(self) -> bool:
        """Whether the longest prompt is one that the model was made for."""
        return self.limit is None or self.longest <= self.limit

    def __str__(self) -> str:
        parts = f"{self.rubric:,} of the rubric, {self.longest:,} with" if self.rubric else f"{self.longest:,} of"
        limit = "" if self.limit is None else f"; the model reads up to {self.limit:,}"
        return f"prompt of {self.model} in tokens: {parts} the longest neighbours and product{limit}"


def prompt_length(question: Question, model: str, prompt_neighbours: int) -> PromptLength:
    """Measure the prompts of a question for an installed model.

    Args:
        question: what is asked.
        model: ``BASE`` or ``BASE+ADAPTER``.
        prompt_neighbours: how many exemplars stand in a base model's prompt.

    Raises:
        ModelError: the base is not installed.
    """
    from transformers import AutoConfig, AutoTokenizer

    base, adapter = base_and_adapter(model)
    folder = str(locate(base).folder)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    config = AutoConfig.from_pretrained(folder, local_files_only=True).get_text_config()
    limit = getattr(config, "max_position_embeddings", None)
    longest = _longest(question.exemplars.exemplars, question)
    code = longest[0].code if longest else Code("0" * 10, "imports", "a")
    if adapter:
        return PromptLength(model, 0, len(short_tokens(tokenizer, code, question)), limit)
    prompter = Prompter(tokenizer, question)
    neighbours = longest[1 : prompt_neighbours + 1]
    return PromptLength(model, len(prompter.preamble), len(prompter.prompt(code, neighbours)), limit)


def _longest(exemplars: Sequence[Exemplar], question: Question) -> list[Exemplar]:
    return sorted(exemplars, key=lambda e: (-len(question.words.expand(e.code.description)), e.code.key))
