"""Checks on the exemplar set: what ships passes, and each thing that can be wrong with a set is found."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import toys
from conftest import Outcome
from questions import QUESTION, on_exemplars

from aitrade.nomenclature.codes import Code
from aitrade.question.exemplar_checks import check_exemplars, coverage_advice
from aitrade.question.exemplars import Exemplar, ExemplarSet

SHIPPED = QUESTION.exemplars.exemplars
WIRE = "Copper wire that carries power to the racks."


def exemplar(
    hs10: str, text: str = "WIRE", relevance: str = "High", flow: str = "imports", rationale: str = WIRE
) -> Exemplar:
    category = "Not_DC_Related" if relevance == "Low" else "Electrical_Power"
    return Exemplar(Code(hs10, flow, text), relevance, category, rationale)


def found(exemplars: Sequence[Exemplar], check: str) -> list[tuple[str, str]]:
    return [
        (f.about, f.found) for f in check_exemplars(on_exemplars(ExemplarSet(tuple(exemplars)))) if f.check == check
    ]


def test_the_shipped_set_is_fit_to_use() -> None:
    assert check_exemplars(QUESTION) == []


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


def advice(exemplars: Sequence[Exemplar]) -> list[tuple[str, str]]:
    return [(f.about, f.found) for f in coverage_advice(on_exemplars(ExemplarSet(tuple(exemplars))))]


def test_chapters_with_a_counted_level_want_every_heading_and_others_one_exemplar() -> None:
    some = [e for e in SHIPPED if e.code.hs4 != "8471"]
    assert ("8471", "no exemplar in this heading") in advice(some)
    assert ("8471", "no exemplar in this heading") not in advice(SHIPPED)
    horses = [e for e in SHIPPED if e.code.hs2 != "01"]
    assert ("01", "no exemplar in this chapter") in advice(horses)
    assert not [about for about, _ in advice(horses) if about.startswith("01") and len(about) == 4]
    assert ("99", "no exemplar in this chapter") not in advice(SHIPPED), "an excluded chapter"


def test_every_level_and_category_is_wanted() -> None:
    some = [e for e in SHIPPED if e.category != "Fire_Safety_Security"]
    assert ("Fire_Safety_Security", "no exemplar in this category") in advice(some)
    some = [e for e in SHIPPED if e.relevance != "Medium"]
    assert ("Medium", "no exemplar in this level") in advice(some)


@pytest.mark.parametrize(("words", "wrong"), [(4, True), (5, False), (40, False), (41, True)])
def test_rationales_are_sentences(words: int, wrong: bool) -> None:
    text = " ".join(["word"] * words)
    expected = [("8544110020", f"{words} words: {text}")] if wrong else []
    assert found([exemplar("8544110020", rationale=text)], "rationale") == expected


def test_one_rationale_does_not_do_for_everything() -> None:
    alike = [exemplar(f"854411002{n}", f"WIRE {n}") for n in range(6)]
    assert found(alike[:5], "rationale") == []
    assert found(alike, "rationale") == [(WIRE, "is given 6 times")]


def test_the_command(aitrade: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = aitrade("exemplars", "check", toys.write_exemplars(tmp_path / "e.csv"))
    assert "advice: 02: no exemplar in this chapter" in found.err
    monkeypatch.delenv("AITRADE_QUESTION")
    found = aitrade("exemplars", "check")
    assert (found.code, found.out) == (0, "")
    assert f"{len(SHIPPED):,} exemplars, nothing to fix" in found.err
