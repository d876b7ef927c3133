"""A code in words, as embedders and tuned models read it."""

import hashlib

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


def text_sha256(template: str, words: Words) -> str:
    """Hash everything that :func:`describe` and :func:`short_text` make texts from."""
    return hashlib.sha256(template.encode() + b"".join(words.files)).hexdigest()
