"""Prompts: the rubric, the neighbours and the product, in the model's own chat template."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from aitrade.core.paths import shipped
from aitrade.llm.prefix_tree import Tokens, common_prefix
from aitrade.models.adapter_files import is_tuned
from aitrade.nomenclature.code_text import WORDS, prompt_texts, short_text, text_sha256
from aitrade.nomenclature.codes import Code
from aitrade.nomenclature.text import expand, title
from aitrade.question.exemplars import Exemplar
from aitrade.question.question import SHIPPED, Question, load_question
from aitrade.question.rubric import NOT_RELATED, RELEVANCES, load_rubric, related_categories


@dataclass(frozen=True)
class Prompter:
    """Makes token sequences for one model.

    Attributes:
        tokenizer: the model's own; its chat template is used where it has one.
    """

    tokenizer: Any

    def prompt(self, code: Code, neighbours: Sequence[Exemplar]) -> Tokens:
        """Tokens up to where the relevance label follows; the nearest neighbour comes last."""
        parts = prompt_texts()["rubric"]
        rubric, heading = load_rubric(), title(code.hs4)
        user = parts["user"].format(
            question=rubric.question,
            levels="".join(parts["level"].format(name=t.name, definition=t.definition) for t in rubric.levels).rstrip(),
            neighbours="".join(
                parts["neighbour"].format(product=expand(e.code.description), relevance=e.relevance)
                for e in reversed(neighbours)
            ),
            heading=parts["heading"].format(title=heading) if heading else "",
            industry=parts["industry"].format(name=code.naics_description.lower()) if code.naics_description else "",
            product=expand(code.description),
        )
        return chat_tokens(self.tokenizer, user.strip(), parts["system"], parts["answer"])

    def category_prompt(self, prompt: Tokens, relevance: str) -> Tokens:
        """Tokens of a prompt answered by a relevance, up to where the category label follows."""
        return prompt + self.label(relevance) + _tokens(self.tokenizer, prompt_texts()["rubric"]["category_question"])

    def label(self, name: str) -> Tokens:
        """Tokens of a label as it follows the prompt: with the space before it."""
        return _tokens(self.tokenizer, " " + name)

    @property
    def relevance_labels(self) -> list[Tokens]:
        """Tokens of High, Medium and Low, in this order."""
        return [self.label(name) for name in RELEVANCES]

    @property
    def category_labels(self) -> list[Tokens]:
        """Tokens of the categories that a High or Medium code may have, in the rubric's order."""
        return [self.label(name) for name in related_categories()]

    @property
    def preamble(self) -> Tokens:
        """The tokens that every prompt begins with."""
        probes = [
            Code(hs10="0" * 10, flow="imports", description="a"),  # without a heading's title
            Code(hs10="0" * 10, flow="imports", description="a", naics_description="computers"),
            Code(hs10="8471" + "0" * 6, flow="imports", description="a"),
        ]
        return common_prefix([self.prompt(code, ()) for code in probes] + [self.prompt(probes[0], (_PROBE,))])


def chat_tokens(tokenizer: Any, user: str, system: str = "", answer: str = "") -> Tokens:
    """Tokens of a question in the model's own chat template, up to where its answer goes on from ``answer``.

    A base model has no template and reads plain text.
    """
    if not tokenizer.chat_template:
        return opening(tokenizer) + _tokens(tokenizer, f"{system}\n\n{user}\n".lstrip() + answer)
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": user})
    text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return _tokens(tokenizer, text + answer)


def short_tokens(tokenizer: Any, code: Code) -> Tokens:
    """Tokens of :func:`short_text`."""
    return opening(tokenizer) + _tokens(tokenizer, short_text(code))


def opening(tokenizer: Any) -> Tokens:
    """The token that every text of the model opens with, where its tokenizer says that there is one."""
    first = tokenizer("")["input_ids"][:1]
    return tuple(first) if first == [tokenizer.bos_token_id] else ()


def _tokens(tokenizer: Any, text: str) -> Tokens:
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def prompt_sha256(model: str) -> str:
    """Hash of everything that the prompts of ``BASE`` or ``BASE+ADAPTER`` are made of; a tuned one reads no rubric."""
    return text_sha256() if is_tuned(model) else _rubric_prompt_sha256()


@cache
def _rubric_prompt_sha256() -> str:
    return rubric_prompt_sha256(load_question(SHIPPED))


def rubric_prompt_sha256(question: Question) -> str:
    """Hash what a base model reads of a question, exemplars apart; a rule that no prompt holds changes nothing."""
    texts = {
        "prompts": asdict(replace(question.prompts, short="")),
        "question": question.rubric.question,
        "levels": [[level.name, level.definition] for level in question.rubric.levels],
        "categories": question.labels.categories,
        "words": [hashlib.sha256(shipped(file).read_bytes()).hexdigest() for file in WORDS],
    }
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()


_PROBE = Exemplar(Code(hs10="1" * 10, flow="imports", description="brass"), "Low", NOT_RELATED, "a probe")
