"""A code in words, as embedders and tuned models read it."""

import hashlib
import re

from aitrade.nomenclature.codes import Code
from aitrade.nomenclature.text import Words


def describe(code: Code, words: Words) -> str:
    """Describe a code as an embedder reads it: without shorthand, with heading and industry where known."""
    heading = words.title(code.hs4)
    text = words.expand(code.description)
    if heading:
        text += f" (heading: {heading})"
    return text + (f" (industry: {code.naics_description.lower()})" if code.naics_description else "")


def short_text(code: Code, template: str, words: Words) -> str:
    """Describe a code as a tuned model reads it: what siblings share comes first, so that it is computed once.

    Args:
        code: the code.
        template: the short text of a question's prompts, with the fields industry, heading and description.
        words: what spells out the description.
    """
    return template.format(
        industry=f"{code.naics_description.lower()} " if code.naics_description else "",
        heading=f"{words.title(code.hs4) or ''} ",
        description=words.expand(code.description),
    )


# Share of words in common from which two texts are one product. Of 5,051 shipped exemplars in the import codes of 2022,
# 5,039 have the very same words; below it are displays, cameras, printers and generators that took over numbers.
SAME_PRODUCT = 2 / 3


def same_product(one: Code, other: Code, words: Words) -> bool:
    """Say whether two codes of one number are one product by their descriptions: editions reuse numbers."""
    if one.description == other.description:
        return True
    first, second = (set(re.findall(r"[a-z0-9]+", words.expand(code.description))) for code in (one, other))
    return len(first & second) >= SAME_PRODUCT * len(first | second)


def text_sha256(template: str, words: Words) -> str:
    """Hash everything that :func:`describe` and :func:`short_text` make texts from."""
    return hashlib.sha256(template.encode() + b"".join(words.files)).hexdigest()
