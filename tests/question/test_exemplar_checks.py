"""Checks on the exemplar set: what ships passes, and each thing that can be wrong with a set is found."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import toys
from conftest import Outcome

from aitrade.nomenclature.codes import Code
from aitrade.question.exemplar_checks import check_exemplars
from aitrade.question.exemplars import Exemplar, load_exemplars

SHIPPED = load_exemplars().exemplars
WIRE = "Copper wire that carries power to the racks."


def exemplar(
    hs10: str, text: str = "WIRE", relevance: str = "High", flow: str = "imports", rationale: str = WIRE
) -> Exemplar:
    category = "Not_DC_Related" if relevance == "Low" else "Electrical_Power"
    return Exemplar(Code(hs10, flow, text), relevance, category, rationale)


def found(exemplars: Sequence[Exemplar], check: str) -> list[tuple[str, str]]:
    return [(f.about, f.found) for f in check_exemplars(exemplars) if f.check == check]


def test_the_shipped_set_is_fit_to_use() -> None:
    assert check_exemplars(SHIPPED) == []


def test_codes_of_a_heading_that_read_alike_have_one_relevance() -> None:
    twins = exemplar("8544110020", "WIRE, W/ COPPER"), exemplar("8544110050", "wire w/ copper", "Medium")
    assert found(twins, "twins") == [("8544110020, 8544110050", "the same text, labelled High, Medium")]
    assert found([twins[0], exemplar("8544110050", "wire w/ copper")], "twins") == []
    others = [
        exemplar("8544110050", "WIRE, W/ ALUMINUM", "Medium"),
        exemplar("7413000000", "WIRE, W/ COPPER", "Medium"),
        exemplar("8544110050", "WIRE, W/ COPPER", "Medium", "exports"),
    ]
    assert found([twins[0], *others], "twins") == []


def test_relevant_chapters_want_every_heading_and_others_three_codes() -> None:
    some = [e for e in SHIPPED if e.code.hs4 != "8471"]
    assert found(some, "coverage") == [("8471", "no exemplar in this heading")]
    horses = [e for e in SHIPPED if e.code.hs2 == "01"]
    some = [e for e in SHIPPED if e not in horses[2:]]
    assert found(some, "coverage") == [("01", "2 exemplars in this chapter, 3 are wanted")]
    assert found([*some, horses[2]], "coverage") == []
    assert not {e.code.hs4 for e in SHIPPED} & {"8469"}, "typewriters, which the Harmonized System has dropped"


def test_every_category_is_wanted() -> None:
    some = [e for e in SHIPPED if e.category != "Fire_Safety_Security"]
    assert ("Fire_Safety_Security", "no exemplar in this category") in found(some, "coverage")


@pytest.mark.parametrize(("words", "wrong"), [(4, True), (5, False), (40, False), (41, True)])
def test_rationales_are_sentences(words: int, wrong: bool) -> None:
    text = " ".join(["word"] * words)
    expected = [("8544110020", f"{words} words: {text}")] if wrong else []
    assert found([exemplar("8544110020", rationale=text)], "rationale") == expected


def test_one_rationale_does_not_do_for_everything() -> None:
    alike = [exemplar(f"854411002{n}", f"WIRE {n}") for n in range(6)]
    assert found(alike[:5], "rationale") == []
    assert found(alike, "rationale") == [(WIRE, "is given 6 times")]


def test_the_command(aitrade: Callable[..., Outcome], tmp_path: Path) -> None:
    found = aitrade("exemplars", "check", toys.write_exemplars(tmp_path / "e.csv"))
    assert found.code == 3
    lines = found.out.splitlines()
    assert "coverage: 8541: no exemplar in this heading" in lines
    assert f"{len(lines)} findings in {len(toys.LABELLED)} exemplars" in found.err
    found = aitrade("exemplars", "check")
    assert (found.code, found.out) == (0, "")
    assert f"{len(SHIPPED):,} exemplars, nothing to fix" in found.err
