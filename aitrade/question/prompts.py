"""Prompts: the texts with fields that models read."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from aitrade.core.errors import BadInputError
from aitrade.core.textfile import read_text


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


def read_prompts(path: Path) -> Prompts:
    """Read the prompts of a question from its ``prompts.toml``.

    Raises:
        BadInputError: the file is no TOML, or a text is missing or unknown.
    """
    try:
        raw = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"not valid TOML: {error}", where=str(path)) from error
    texts = {**raw.get("rubric", {}), "short": raw.get("short", {}).get("text")}
    names = [field.name for field in fields(Prompts)]
    for name in names:
        if not isinstance(texts.get(name), str):
            raise BadInputError(f"there is no text {name}", where=str(path), fix=f'write {name} = "..."')
    if unknown := sorted(set(texts) - set(names)):
        raise BadInputError(f"{unknown[0]!r} is not a text of a prompt", where=str(path), fix=", ".join(names))
    return Prompts(**texts)
