"""Prompts: the texts with fields that models read."""

from dataclasses import dataclass, fields
from pathlib import Path
from string import Formatter

from aitrade.core.paths import shipped
from aitrade.question.toml_table import TomlTable, read_toml

DEFAULT_PROMPTS = "data/prompts.toml"
FIELDS = {
    "system": (),
    "user": ("question", "subject", "levels", "reference", "neighbours", "heading", "industry", "product"),
    "level": ("name", "definition", "includes", "excludes"),
    "neighbour": ("product", "relevance"),
    "heading": ("title",),
    "industry": ("name",),
    "answer": (),
    "category_question": (),
    "short": ("industry", "heading", "description"),
}
NEEDED = {"user": ("levels", "neighbours", "product"), "level": ("name",), "short": ("description",)}


@dataclass(frozen=True)
class Prompts:
    """The texts that models read; ``{fields}`` are filled in.

    Attributes:
        system, user, level, neighbour, heading, industry, answer, category_question: parts of a base model's prompt.
        short: all that a tuned model reads of a code.
    """

    system: str
    user: str
    level: str
    neighbour: str
    heading: str
    industry: str
    answer: str
    category_question: str
    short: str


def read_prompts(folder: Path) -> Prompts:
    """Read ``prompts.toml`` of a question's folder; each text that it lacks is the shipped one, for any question.

    Raises:
        BadInputError: the file is no TOML, or a text is unknown or no text, or lacks a field, or has an unknown one.
    """
    texts = _read(shipped(DEFAULT_PROMPTS))
    own = folder / "prompts.toml"
    return Prompts(**texts | (_read(own) if own.is_file() else {}))


def _read(path: Path) -> dict[str, str]:
    top = read_toml(path)
    top.only(("rubric", "short"))
    names = [field.name for field in fields(Prompts) if field.name != "short"]
    texts = {}
    for table, keys in ((top.table("rubric"), names), (top.table("short"), ["text"])):
        table.only(keys)
        for key in table.values:
            name = "short" if key == "text" else key
            texts[name] = table.words(key, "")
            _check_fields(table, key, texts[name], name)
    return texts


def _check_fields(table: TomlTable, key: str, text: str, name: str) -> None:
    """Refuse a text that cannot be filled in, or that leaves out what a model has to know."""
    if not FIELDS[name]:  # taken as it is
        return
    try:
        used = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
    except ValueError as error:
        raise table.wrong(f"{key} cannot be filled in: {error}", key, fix="write a brace as {{ or }}") from error
    known = ", ".join(f"{{{field}}}" for field in FIELDS[name])
    for field in used:
        if field not in FIELDS[name]:
            raise table.wrong(f"{key} has no field {{{field}}}", key, fix=f"choose from {known}")
    for field in NEEDED.get(name, ()):
        if field not in used:
            raise table.wrong(f"{key} lacks {{{field}}}", key, fix=f"choose from {known}")
