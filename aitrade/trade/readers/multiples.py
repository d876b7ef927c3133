"""Words that say that amounts are no single dollars: thousands, millions, or a power of ten."""

import re

_WORDS = re.compile(
    r"thousand|million|billion|1[,.]?000|'000|\b000s?\b|\b(?:mn|mil|mio|mill|bn|tsd|ths|thsd)\b|10\^[369]|\b1e\+?0?[369]\b|"
    r"(?:usd|\$)[ .]?(?:k|m|mm|b)\b|\b(?:k|m|mm|b)[ .]?(?:usd|us\$|\$)",
    re.IGNORECASE,
)
# Above a table: words that stand in titles for other reasons are left out.
_IN_TITLES = re.compile(
    r"thousand|million|billion|\b1,?000(?:,?000)? (?:us )?(?:dollars|\$|usd)|\$1,?000|\(000|\$'?000|'000|"
    r"(?:usd|us\$)[ .]?(?:k|m|mn|bn)\b",
    re.IGNORECASE,
)
# An exponent as SDMX and Comtrade write it (0 is single dollars), or a factor.
_SINGLE = re.compile(r"[01](\.0*)?")


def says_multiple(text: str) -> bool:
    """Whether a unit, or the name of a column, says that amounts are thousands or millions."""
    return _WORDS.search(text.replace("_", " ")) is not None


def title_says_multiple(text: str) -> bool:
    """Whether a line above a table says that amounts are thousands or millions."""
    return _IN_TITLES.search(text) is not None


def is_factor(text: str) -> bool:
    """Whether a number in a column of factors or powers of ten is not that of single dollars."""
    return re.fullmatch(r"[0-9]+(\.0*)?", text.strip()) is not None and _SINGLE.fullmatch(text.strip()) is None
