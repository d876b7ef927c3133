"""Prompts: the rubric, the neighbours and the product, in the model's own chat template."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from aitrade.llm.prefix_tree import Tokens, common_prefix
from aitrade.models.adapter_files import is_tuned
from aitrade.nomenclature.code_text import short_text
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar
from aitrade.question.question import Question
from aitrade.question.rubric import Level


@dataclass(frozen=True)
class Prompter:
    """Makes token sequences of a question for one model.

    Attributes:
        tokenizer: the model's own; its chat template is used where it has one.
        question: what is asked.
    """

    tokenizer: Any
    question: Question

    def prompt(self, code: Code, neighbours: Sequence[Exemplar]) -> Tokens:
        """Tokens up to where the level follows; the nearest neighbour comes last."""
        parts, rubric, words = self.question.prompts, self.question.rubric, self.question.words
        heading = words.title(code.hs4)
        user = parts.user.format(
            question=rubric.question,
            subject=rubric.subject,
            reference=self.question.labels.reference,
            levels="".join(_level(parts.level, level) for level in rubric.levels).rstrip(),
            neighbours="".join(
                parts.neighbour.format(product=words.expand(e.code.description), relevance=e.relevance)
                for e in reversed(neighbours)
            ),
            heading=parts.heading.format(title=heading) if heading else "",
            industry=parts.industry.format(name=code.naics_description.lower()) if code.naics_description else "",
            product=words.expand(code.description),
        )
        return chat_tokens(self.tokenizer, user.strip(), parts.system, parts.answer)

    def category_prompt(self, prompt: Tokens, relevance: str) -> Tokens:
        """Tokens of a prompt answered by a level, up to where the category label follows."""
        return prompt + self.label(relevance) + _tokens(self.tokenizer, self.question.prompts.category_question)

    def label(self, name: str) -> Tokens:
        """Tokens of a label as it follows the prompt: with the space before it."""
        return _tokens(self.tokenizer, " " + name)

    @property
    def relevance_labels(self) -> list[Tokens]:
        """Tokens of the levels, in their order."""
        return [self.label(name) for name in self.question.labels.levels]

    @property
    def category_labels(self) -> list[Tokens]:
        """Tokens of the categories that a code not of the reference level may have, in the rubric's order."""
        return [self.label(name) for name in self.question.labels.categories]

    @property
    def preamble(self) -> Tokens:
        """The tokens that every prompt begins with."""
        titled = next((hs for hs in self.question.words.titles if len(hs) == 4), "0000")
        brass = Code(hs10="1" * 10, flow="imports", description="brass")
        example = Exemplar(brass, self.question.labels.reference, self.question.labels.reference_category, "")
        probes = [
            Code(hs10="0" * 10, flow="imports", description="a"),  # without a heading's title
            Code(hs10="0" * 10, flow="imports", description="a", naics_description="computers"),
            Code(hs10=titled + "0" * 6, flow="imports", description="a"),
        ]
        return common_prefix([self.prompt(code, ()) for code in probes] + [self.prompt(probes[0], (example,))])


def _level(template: str, level: Level) -> str:
    """What a prompt says of a level."""
    includes, excludes = (
        f" {title}: {text.rstrip('.')}." if text else ""
        for title, text in (("Includes", level.includes), ("Excludes", level.excludes))
    )
    return template.format(name=level.name, definition=level.definition, includes=includes, excludes=excludes)


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


def short_tokens(tokenizer: Any, code: Code, question: Question) -> Tokens:
    """Tokens of :func:`short_text`."""
    return opening(tokenizer) + _tokens(tokenizer, short_text(code, question.prompts.short, question.words))


def opening(tokenizer: Any) -> Tokens:
    """The token that every text of the model opens with, where its tokenizer says that there is one."""
    first = tokenizer("")["input_ids"][:1]
    return tuple(first) if first == [tokenizer.bos_token_id] else ()


def _tokens(tokenizer: Any, text: str) -> Tokens:
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def prompt_sha256(model: str, question: Question) -> str:
    """Hash everything that the prompts of ``BASE`` or ``BASE+ADAPTER`` are made of; a tuned one reads no rubric."""
    return question.text_sha256 if is_tuned(model) else rubric_prompt_sha256(question)


def rubric_prompt_sha256(question: Question) -> str:
    """Hash what a base model reads of a question, exemplars apart; a rule that no prompt holds changes nothing."""
    rubric, prompts = question.rubric, replace(question.prompts, short="")
    texts: dict[str, Any] = {
        "prompts": asdict(prompts),
        "question": rubric.question,
        "levels": [[level.name, level.definition] for level in rubric.levels],
        "categories": question.labels.categories,
        "words": [hashlib.sha256(table).hexdigest() for table in question.words.files],
    }
    only_where_read = {
        "subject": rubric.subject,
        "reference": question.labels.reference,
        "includes": [level.includes for level in rubric.levels],
        "excludes": [level.excludes for level in rubric.levels],
    }
    texts |= {name: text for name, text in only_where_read.items() if f"{{{name}}}" in prompts.user + prompts.level}
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
