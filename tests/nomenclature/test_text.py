"""Descriptions in plain English, and the titles of chapters and headings."""

import csv
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitrade.core.errors import BadInputError
from aitrade.core.paths import shipped
from aitrade.nomenclature.code_text import same_product
from aitrade.nomenclature.codes import Code
from aitrade.nomenclature.text import load_shorthand, load_titles, read_words

WORDS = read_words()
expand, title = WORDS.expand, WORDS.title

NOMENCLATURE = Path(__file__).resolve().parents[3] / "shared" / "nomenclature"
needs_nomenclature = pytest.mark.skipif(not NOMENCLATURE.is_dir(), reason=f"{NOMENCLATURE} is not here")


def column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def nomenclature(name: str) -> list[str]:
    return column(NOMENCLATURE / "imports_hs10.csv", name) + column(NOMENCLATURE / "exports_hs10.csv", name)


SHORTS = column(shipped("data/shorthand.csv"), "short")
LONGS = column(shipped("data/shorthand.csv"), "long")


@pytest.mark.parametrize(
    ("description", "plain"),
    [
        ("GEAR BOXES FOR VEHICLES, NESOI", "gear boxes for vehicles, not elsewhere specified or included"),
        (
            "ADP INPUT/OUTPUT UNITS W/ CATHODE RAY TUBE",
            "automatic data processing input/output units with cathode ray tube",
        ),
        (
            "DENTAL SCIENCE, & PTS & ACC,NESOI",
            "dental science, and parts and accessories,not elsewhere specified or included",
        ),
        (
            "GRIND MAC,MTL REMOV,ACC 0.01MM,EX N/C,NEW",
            "grind machine,metal removing,accurate to 0.01mm,except numerically controlled,new",
        ),
        ("LN PP IOS NA OTH LNGTD WLD DIAM", "line pipe iron or nonalloy steel other longitudinally welded diameter"),
        (
            "AL STL NOT SS, CIRC CS, NT CLD-TRTED",
            "alloy steel not stainless steel, circular cross section, not cold-treated",
        ),
        ("FIXED RESISTORS LE 20 W", "fixed resistors less than or equal to 20 w"),
        (
            "AC GENERATORS GT 750 KVA BUT LT=10,000 KVA",
            "ac generators greater than 750 kva but less than or equal to 10,000 kva",
        ),
        ("COTTON,GE85%COT,UN85% SYN", "cotton,greater than or equal to 85% cotton,under 85% synthetic"),
        (
            "TOUCH SCREENS W/O DISP, FOR INC INTO APP HAVING DISP",
            "touch screens without display, for incorporation into apparatus having display",
        ),
        ("PLATED W/ZINC, BAR&ROD", "plated with zinc, bars and rods"),
    ],
)
def test_shorthand_is_spelled_out(description: str, plain: str) -> None:
    assert expand(description) == plain


@pytest.mark.parametrize(
    ("description", "plain"),
    [
        ("OF A WIDTH EXC 30 CM, EXC COLORED", "of a width exceeding 30 cm, except colored"),
        ("NOV 14% ALCOHOL, ENTERED FROM NOV 15", "not over 14% alcohol, entered from november 15"),
        ("ROUGH NT TRT, STAT NT 6", "rough not treated, statistical note 6"),
        ("ART FIL YARN & SIMILAR ART", "artificial filament yarn and similar articles"),
        ("CIRC SAW BLADES; PRNTD CIRC BRD", "circular saw blades; printed circuit board"),
        ("PERM INST, CONTROL INST", "permanently installed, control instruments"),
    ],
)
def test_context_decides_what_a_short_token_means(description: str, plain: str) -> None:
    assert expand(description) == plain


@pytest.mark.parametrize(
    "text", ["men's t-shirts", "sec-butyl n,n-ot-ss", "random access memory (dram)", "35mm", "intercept"]
)
def test_ordinary_words_stay(text: str) -> None:
    assert expand(text.upper()) == text


@given(st.lists(st.sampled_from([*SHORTS, *" ,;:/()-'.%$#", "1.5MM", "WIRE"]), max_size=12).map("".join) | st.text())
@settings(max_examples=150, deadline=None)
def test_any_text_is_taken_and_none_is_lost(text: str) -> None:
    plain = expand(text)
    assert bool(plain.strip()) == bool(text.strip())
    assert plain == expand(text.lower())


def test_long_forms_stay_as_they_are() -> None:
    assert [long for long in LONGS if expand(long) != long] == []


def test_every_short_becomes_its_long_form() -> None:
    for short, long in zip(SHORTS, LONGS, strict=True):
        number = " 3" if short.endswith(" #") else ""
        assert expand(f"WIRE {short.removesuffix(' #')}{number} WIRE") == f"wire {long}{number} wire", short


def test_no_code_or_short_is_there_twice() -> None:
    codes = column(shipped("data/titles.csv"), "hs")
    assert len(codes) == len(set(codes)) == len(WORDS.titles)
    assert len(SHORTS) == len(set(SHORTS))


def test_titles() -> None:
    assert title("8413") == "pumps for liquids; liquid elevators"
    assert title("8471") == "automatic data processing machines and units thereof"
    assert title("85") is not None
    assert title("8413300000") is None
    assert title("0000") is None


def test_titles_are_short_plain_and_told_apart() -> None:
    titles = WORDS.titles
    assert all(3 <= len(words.split()) <= 12 for words in titles.values())
    assert all(expand(words) == words.lower() for words in titles.values())
    assert len(set(titles.values())) == len(titles)
    assert {hs[:2] for hs in titles} <= titles.keys()


@needs_nomenclature
def test_every_chapter_and_heading_of_the_nomenclature_has_a_title() -> None:
    codes = nomenclature("hs10")
    assert {hs[:2] for hs in codes} | {hs[:4] for hs in codes} == set(WORDS.titles)


@needs_nomenclature
def test_the_nomenclature_expands_fast_and_once() -> None:
    descriptions = nomenclature("description")
    read_words()
    start = time.process_time()
    plain = [expand(description) for description in descriptions]
    assert time.process_time() - start < 2
    assert [expand(text) for text in plain] == plain
    assert not any("nesoi" in text.replace(",", " ").split() for text in plain)


@pytest.mark.parametrize(
    ("load", "content", "line", "what"),
    [
        (load_titles, "hs,words\n", 1, "columns"),
        (load_titles, "hs,title\n84,machinery\n841,pumps\n", 3, "'841'"),
        (load_titles, "hs,title\n84,machinery\n84,pumps\n", 3, "twice"),
        (load_titles, "hs,title\n84, \n", 2, "empty"),
        (load_titles, "hs,title\n84\n", 2, "1 fields"),
        (load_shorthand, "short,long\nPTS,parts\nPTS,points\n", 3, "twice"),
        (load_shorthand, "short,long\npts,parts\n", 2, "capitals"),
        (load_shorthand, "short,long\nPTS,Parts\n", 2, "lower case"),
        (load_shorthand, "short,long\nPTS,parts\nACC,pts of it\n", 3, "holds shorthand"),
    ],
)
def test_damaged_tables_are_refused(
    tmp_path: Path, load: Callable[[Path], object], content: str, line: int, what: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(BadInputError, match=what) as caught:
        load(path)
    assert caught.value.where is not None
    assert caught.value.where.startswith(f"{path}, line {line}")


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("BAR&ROD IRN/STL, LT 0.25% CARBON, HOT-ROLLED", "BAR&ROD IRN/STL, LT 0.25% CARBON, HOT-ROLLED,NESOI", True),
        ("PARTS OF HEADINGS 8525 TO 8528, NESOI", "PARTS OF HEADINGS 8524 TO 8528, NESOI", True),
        ("TELEVISION CAMERAS, COLOR, NESOI", "NIGHT VISION TELEVISION CAMERAS AND DIGITAL CAMERAS", False),
        (
            "PHOTOVOLTAIC DC GENERATORS, OF AN OUTPUT EXCEEDING 375 KW",
            "PHOTOVOLTAIC AC GENERATORS, OF AN OUTPUT EXCEEDING 750 KVA",
            False,
        ),
    ],
)
def test_editions_reword_a_product_or_give_its_number_to_another(before: str, after: str, same: bool) -> None:
    """Real texts of one number, of the editions of 2019 or 2022 and of today."""
    one, other = (Code("8501809000", "imports", text) for text in (before, after))
    assert same_product(one, other, WORDS) == same_product(other, one, WORDS) == same
