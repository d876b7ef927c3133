"""Long descriptions made short for charts and for columns of a page."""

from collections.abc import Sequence
from dataclasses import replace

from aitrade.core.table import Table

LETTERS = 48  # of a description in a table of short ones


def sentence_case(text: str) -> str:
    """A description as a sentence begins: in small letters after the first, where it was all in capitals."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:].lower() if text.isupper() else text


def shorten(text: str, letters: int) -> str:
    """The beginning of a text, cut between words where it is longer than so many letters."""
    text = " ".join(text.split())
    if len(text) <= letters:
        return text
    cut = text[: letters - 1]
    at_word = cut.rfind(" ")
    return (cut[:at_word] if at_word > letters // 2 else cut).rstrip(" ,;:(") + "…"


def told_apart(texts: Sequence[str], letters: int) -> list[str]:
    """Shorten descriptions; those that begin alike show where they differ: ``Parts and… memory modules``.

    Args:
        texts: the descriptions that stand beside each other.
        letters: how many letters each may have.
    """
    full = [sentence_case(text) for text in texts]
    cut = [shorten(text, letters) for text in full]
    alike: dict[str, set[str]] = {}
    for text, short in zip(full, cut, strict=True):
        alike.setdefault(short, set()).add(text)
    return [
        _begin_and_end(text, letters) if len(alike[short]) > 1 else short for text, short in zip(full, cut, strict=True)
    ]


def _begin_and_end(text: str, letters: int) -> str:
    """The first words of a text and its last ones, by which the codes of a heading differ more often than by others."""
    begin = shorten(text, letters // 3)
    end = text[-(letters - len(begin) - 1) :]
    return f"{begin} {end[end.find(' ') + 1 :]}"


def with_short_texts(table: Table) -> Table:
    """The table with its descriptions in small letters and shortened, siblings told apart."""
    short = {
        place: told_apart([str(row[place] or "") for row in table.rows], LETTERS)
        for place, column in enumerate(table.columns)
        if column.kind == "prose"
    }
    rows = (
        tuple(short[place][number] if place in short else value for place, value in enumerate(row))
        for number, row in enumerate(table.rows)
    )
    return replace(table, rows=tuple(rows))
