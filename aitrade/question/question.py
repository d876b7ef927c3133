"""The question: rubric, label space, exemplars, prompts and settings, read from a folder."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aitrade.nomenclature.code_text import text_sha256
from aitrade.nomenclature.text import Words, read_words
from aitrade.question import SHIPPED
from aitrade.question.catalogue import QUESTION_FILE, find_question
from aitrade.question.exemplars import ExemplarSet, exemplars_from_rows, exemplars_to_rows, read_exemplars
from aitrade.question.labels import LabelSpace, labels_from_json
from aitrade.question.prompts import Prompts, read_prompts
from aitrade.question.question_file import read_question_file
from aitrade.question.rubric import Category, Level, Rubric, Rule
from aitrade.question.settings import Settings, Without

EXEMPLARS = "exemplars.csv"
__all__ = ["SHIPPED", "Question", "load_question", "question_from_contents"]


@dataclass(frozen=True)
class Question:
    """What is asked of every code, and all that is needed to ask it.

    Attributes:
        name: how the question is chosen on the command line.
        title: heading of the report.
        noun: what products are related to, as tables and report print it.
        rubric: what the labels mean, in words.
        labels: the label space.
        exemplars: codes labelled by hand.
        prompts: the texts that models read.
        settings: defaults of models and tables.
        words: titles and shorthand that spell out the texts of codes.
        folder: where the question was read from; None where a workspace kept it.
        revised_against: the gold labels, each in words, whose disagreements were read before rubric or exemplars were
            revised; None where the question does not say. Labels do not depend on it, so that no hash does.
    """

    name: str
    title: str
    noun: str
    rubric: Rubric
    labels: LabelSpace
    exemplars: ExemplarSet
    prompts: Prompts
    settings: Settings
    words: Words
    folder: Path | None = None
    revised_against: tuple[str, ...] | None = None

    @cached_property
    def contents(self) -> dict[str, Any]:
        """Everything that labels depend on, as plain values: what a workspace keeps beside a run.

        Of the words there is the hash: nothing that a kept question is read for spells out a code that was not judged.
        """
        return {
            "name": self.name,
            "title": self.title,
            "noun": self.noun,
            "rubric": asdict(self.rubric),
            "labels": asdict(self.labels),
            "exemplars": exemplars_to_rows(self.exemplars),
            "prompts": asdict(self.prompts),
            "settings": asdict(self.settings),
            "text_sha256": self.text_sha256,
        }

    @cached_property
    def text_sha256(self) -> str:
        """Hash what embedders and tuned models read of codes: the short prompt, titles and shorthand."""
        return text_sha256(self.prompts.short, self.words)

    @cached_property
    def sha256(self) -> str:
        """Hash of the contents."""
        return hashlib.sha256(json.dumps(self.contents, sort_keys=True).encode()).hexdigest()


def golds_in_words(golds: Sequence[str] | None) -> str:
    """Name the gold labels that a question was revised against, as the question records it."""
    return "not recorded" if golds is None else "; ".join(golds) or "no gold"


def load_question(name_or_folder: str | Path, workspace: Path | None = None) -> Question:
    """Read a question by its name, or from a folder; see :func:`find_question`.

    A question without ``exemplars.csv`` has no exemplars; one without ``prompts.toml``, ``titles.csv`` or
    ``shorthand.csv`` has those that ship for any question.

    Raises:
        BadInputError: there is no such question, or a file of it is wrong.
    """
    folder = find_question(name_or_folder, workspace)
    file = folder / QUESTION_FILE
    parts = read_question_file(file)
    labels = parts.labels
    return Question(
        name=parts.name,
        title=parts.title,
        noun=parts.noun,
        rubric=parts.rubric,
        labels=labels,
        exemplars=_exemplars(folder / EXEMPLARS, labels, file),
        prompts=read_prompts(folder),
        settings=parts.settings,
        words=read_words(folder),
        folder=folder,
        revised_against=parts.revised_against,
    )


def _exemplars(path: Path, labels: LabelSpace, rubric_file: Path) -> ExemplarSet:
    return read_exemplars(path, labels, rubric_file) if path.is_file() else ExemplarSet(())


def question_from_contents(contents: dict[str, Any]) -> Question:
    """The question that :attr:`Question.contents` was made from, with the shipped words."""
    rubric, settings = contents["rubric"], contents["settings"]
    return Question(
        name=contents["name"],
        title=contents["title"],
        noun=contents["noun"],
        rubric=Rubric(
            rubric["subject"],
            rubric["question"],
            tuple(Level(**level) for level in rubric["levels"]),
            tuple(Category(**category) for category in rubric["categories"]),
            tuple(Rule(**rule) for rule in rubric["rules"]),
        ),
        labels=labels_from_json(contents["labels"]),
        exemplars=exemplars_from_rows(contents["exemplars"]),
        prompts=Prompts(**contents["prompts"]),
        settings=Settings(
            model=settings["model"],
            embedder=settings["embedder"],
            excluded_chapters=tuple(settings["excluded_chapters"]),
            base_year=settings["base_year"],
            without=tuple(Without(w["name"], tuple(w["categories"])) for w in settings["without"]),
        ),
        words=read_words(),
    )
