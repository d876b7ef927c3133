"""Prompts: the rubric, the neighbours and the product, in the model's own chat template."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from aitrade.llm.chat import ChatFrame, Piece, chat_frame, own_template
from aitrade.llm.prefix_tree import Tokens, common_prefix
from aitrade.llm.tokens import opening, piece_tokens, shared_length, text_tokens
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
        tokens = self._tokens(self._pieces(code, neighbours))
        return tokens[: len(tokens) - self._endings.split_again]

    def _pieces(self, code: Code, neighbours: Sequence[Exemplar]) -> list[Piece]:
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
        return self._chat_frame.fill(user.strip(), parts.system, parts.answer)

    @cached_property
    def _chat_frame(self) -> ChatFrame:
        tokenizer, has_system = self.tokenizer, bool(self.question.prompts.system)
        return chat_frame(tokenizer, own_template(tokenizer), has_system)

    def _tokens(self, pieces: Sequence[Piece], answered: str = "") -> Tokens:
        """Tokens of a prompt that is answered so far."""
        own = opening(self.tokenizer) if own_template(self.tokenizer) is None else ()
        return own + piece_tokens(self.tokenizer, [*pieces, Piece(answered, is_template=False)])

    @cached_property
    def sha256(self) -> str:
        """Hash what a model is shown beside the texts of the question: what its template adds, and tokens of labels."""
        endings = self._endings
        shown = [self._chat_frame.text, endings.levels, endings.answered, endings.categories]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()

    def category_prompt(self, prompt: Tokens, relevance: str) -> Tokens:
        """Tokens of a prompt answered by a level, up to where the category label follows."""
        return prompt + self._endings.answered[relevance]

    @property
    def relevance_labels(self) -> list[Tokens]:
        """Tokens of the levels, in their order, as they follow a prompt."""
        return self._endings.levels

    @property
    def category_labels(self) -> list[Tokens]:
        """Tokens of the categories that a code not of the reference level may have, as they follow its prompt."""
        return self._endings.categories

    @cached_property
    def _endings(self) -> "_Endings":
        """Tokens of what may follow a prompt, found where they stand: those with them less those without."""
        labels, asks = self.question.labels, self.question.prompts.category_question
        pieces = self._pieces(Code(hs10="0" * 10, flow="imports", description="a"), ())
        alone = self._tokens(pieces)
        levels = [self._tokens(pieces, f" {level}") for level in labels.levels]
        answered = {level: self._tokens(pieces, f" {level}{asks}") for level in labels.levels}
        asked = self._tokens(pieces, f" {labels.levels[0]}{asks}")
        categories = [self._tokens(pieces, f" {labels.levels[0]}{asks} {name}") for name in labels.categories]
        kept, asked_kept = shared_length([alone, *levels, *answered.values()]), shared_length([asked, *categories])
        again = len(asked) - asked_kept
        return _Endings(
            len(alone) - kept,
            [tokens[kept:] for tokens in levels],
            {level: tokens[kept : len(tokens) - again] for level, tokens in answered.items()},
            [tokens[asked_kept:] for tokens in categories],
        )

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


@dataclass(frozen=True)
class _Endings:
    """Tokens of what may follow a prompt.

    Attributes:
        split_again: how many tokens at a prompt's end are split otherwise before a label; they count to the label.
        levels: of each level.
        answered: of each level with the question for the category.
        categories: of each category.
    """

    split_again: int
    levels: list[Tokens]
    answered: dict[str, Tokens]
    categories: list[Tokens]


def chat_tokens(tokenizer: Any, user: str) -> Tokens:
    """Tokens of what a user says in the model's own chat template, up to where its answer follows.

    A base model has no template and reads plain text.
    """
    template = own_template(tokenizer)
    pieces = chat_frame(tokenizer, template, has_system=False).fill(user)
    return (opening(tokenizer) if template is None else ()) + piece_tokens(tokenizer, pieces)


def short_tokens(tokenizer: Any, code: Code, question: Question) -> Tokens:
    """Tokens of :func:`short_text`."""
    return opening(tokenizer) + text_tokens(tokenizer, short_text(code, question.prompts.short, question.words))


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
