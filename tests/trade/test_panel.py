"""Panels: the sums are those of plain Python over the same rows, and other programs read them as they are."""

from collections import defaultdict

import pandas
import pytest
from trade_fixtures import made_up, made_up_workspace
from trade_oracle import Oracle

import aitrade
from aitrade.core.errors import UsageError
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.panel import panel
from aitrade.workspace import open_workspace


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made_up_workspace(tmp_path_factory.mktemp("panel"))


@pytest.mark.parametrize("by_month", [False, True])
@pytest.mark.parametrize("digits", [4, 10])
def test_a_panel_is_the_sums_of_plain_python(folder, by_month, digits):
    oracle, years = Oracle(made_up()), (2023, 2024)
    expected: dict[tuple, int] = defaultdict(int)
    for row in oracle.monthly if by_month else oracle.yearly:
        if row.year in years:
            level, category = oracle.label(row.hs10)
            month = (row.month,) if by_month else ()
            expected[(row.year, *month, row.cty, row.hs10[:digits], level, category)] += row.value
    by = [*(["month"] if by_month else []), "country", "level", "category", f"hs{digits}"]
    with open_workspace(folder) as con:
        found = panel(con, by, Options(years=years))
    names = ["year", *(["month"] if by_month else []), "cty_code", "code", "level", "category"]
    got = {tuple(record[name] for name in names): record["value"] for record in found.records()}
    assert got == dict(expected)
    assert len(got) == len(found.rows)


def test_fewer_dimensions_have_the_same_total(folder):
    ws = aitrade.open(folder)
    totals = {by: sum(ws.panel(by, years="2023-2024")["value"]) for by in ("year", "level", "country,hs2", "category")}
    assert len(set(totals.values())) == 1


def test_stata_and_the_codebook(folder, tmp_path, command_line):
    out = tmp_path / "panel.dta"
    done = command_line(folder, "export", "panel", "--by", "month,country,hs10", "-o", out)
    assert done.code == 0, done.err
    frame = pandas.read_stata(out)
    assert frame.code.str.len().eq(10).all()
    assert {"year", "month", "value"} <= set(frame.select_dtypes("number").columns)
    book = pandas.read_csv(tmp_path / "panel_codebook.csv")
    assert book.variable.tolist() == frame.columns.tolist()


def test_what_cannot_be_meant_is_refused_before_work(folder, tmp_path):
    ws = aitrade.open(folder)
    with pytest.raises(UsageError, match="no dimension 'county'"):
        ws.panel("county")
    with pytest.raises(UsageError, match="two numbers of digits"):
        ws.panel("hs4,hs6")
    with pytest.raises(UsageError, match="pdf"):
        ws.export_panel(tmp_path / "p.pdf")
