"""The rubric: what levels, categories and rules mean, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """A level with its definition.

    Attributes:
        role: counted, between or reference.
        test: how a person who labels a code decides; may be empty.
        includes, excludes: products that belong to the level, or do not, in words; may be empty.
    """

    name: str
    definition: str
    role: str
    test: str = ""
    includes: str = ""
    excludes: str = ""


@dataclass(frozen=True)
class Category:
    """A category with its definition; the one with ``role`` reference is that of every code of the reference level."""

    name: str
    definition: str
    role: str = ""


@dataclass(frozen=True)
class Rule:
    """How one family of products is decided."""

    topic: str
    text: str


@dataclass(frozen=True)
class Rubric:
    """What the labels mean.

    Attributes:
        subject: what the levels are relevant to, in a sentence.
        question: what is asked of every code.
    """

    subject: str
    question: str
    levels: tuple[Level, ...]
    categories: tuple[Category, ...]
    rules: tuple[Rule, ...]
