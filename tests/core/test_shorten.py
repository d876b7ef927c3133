"""Short descriptions: cut between words, in small letters, and never two alike that were not."""

from hypothesis import given
from hypothesis import strategies as st

from aitrade.core.shorten import sentence_case, shorten, told_apart

SIBLINGS = [
    "PARTS AND ACCESSORIES OF AUTOMATIC DATA PROCESSING MACHINES, PRINTED CIRCUIT ASSEMBLIES",
    "PARTS AND ACCESSORIES OF AUTOMATIC DATA PROCESSING MACHINES, MEMORY MODULES",
    "LITHIUM-ION STORAGE BATTERIES, NESOI",
]


def test_siblings_are_told_apart_by_their_ends() -> None:
    short = told_apart(SIBLINGS, 36)
    assert len(set(short)) == 3
    assert short[1].startswith("Parts and")
    assert short[1].endswith("memory modules")
    assert short[2] == "Lithium-ion storage batteries, nesoi"


@given(
    st.lists(st.text(st.characters(categories=("Lu", "Ll", "Nd", "Zs")), max_size=90), max_size=6), st.integers(20, 60)
)
def test_no_text_is_longer_than_asked(texts: list[str], letters: int) -> None:
    assert all(len(text) <= letters for text in told_apart(texts, letters))


def test_mixed_case_and_short_texts_stay() -> None:
    assert sentence_case("Units of ADP machines") == "Units of ADP machines"
    assert shorten("Inverters", 20) == "Inverters"
    assert shorten("Static converters for power", 20) == "Static converters…"
