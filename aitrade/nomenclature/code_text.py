"""A code in words, as embedders and tuned models read it."""

import hashlib
import tomllib
from functools import cache

from aitrade.core.paths import shipped
from aitrade.nomenclature.codes import Code
from aitrade.nomenclature.text import expand, title

WORDS = ("data/shorthand.csv", "data/titles.csv")  # what every text of a code is made of


def describe(code: Code) -> str:
    """A code as an embedder reads it: its description without shorthand, its heading and industry where known."""
    heading = title(code.hs4)
    words = expand(code.description)
    if heading:
        words += f" (heading: {heading})"
    return words + (f" (industry: {code.naics_description.lower()})" if code.naics_description else "")


def short_text(code: Code) -> str:
    """What a tuned model reads of a code: what siblings share first, so that it is computed once."""
    return str(
        prompt_texts()["short"]["text"].format(
            industry=f"{code.naics_description.lower()} " if code.naics_description else "",
            heading=f"{title(code.hs4) or ''} ",
            description=expand(code.description),
        )
    )


@cache
def prompt_texts() -> dict[str, dict[str, str]]:
    """The prompt texts as shipped."""
    return tomllib.loads(shipped("data/questions/ai-data-centers/prompts.toml").read_text("utf-8"))


@cache
def text_sha256() -> str:
    """Hash of everything that :func:`describe` and :func:`short_text` are made of."""
    short = prompt_texts()["short"]["text"].encode()
    return hashlib.sha256(short + b"".join(shipped(file).read_bytes() for file in WORDS)).hexdigest()
