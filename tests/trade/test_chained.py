"""Chained growth against Fisher indices in plain Python, and what such indices have to hold."""

import random
from collections.abc import Sequence
from dataclasses import replace
from math import prod, sqrt
from pathlib import Path

import duckdb
import pytest
from trade_fixtures import IMPORT_LABELS, Row, made_up, workspace

from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.table import Note, Table
from aitrade.trade.tables.catalogue import SPECS
from aitrade.trade.tables.deflators import import_deflator
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table

YEARS = range(2022, 2026)
GROUPS = ("", "84", "8471")
CODES = ("8471500150", "8471300100", "8415820130", "8504409540", "0101210010", "6109100012", "8542310001")
Prices = dict[tuple[str, int, int], float]


def trade(seed: int) -> list[Row]:
    """Months of seven codes and three countries; Canada has no computers (8471) in 2024, Mexico none before 2025."""
    source = random.Random(seed)  # noqa: S311
    rows = [
        Row("imports", hs10, cty, year, month, source.randrange(1, 10**9), None)
        for hs10 in CODES for cty in ("1220", "2010", "5700") for year in YEARS for month in range(1, 13)
    ]  # fmt: skip
    none = {("1220", 2024), *(("2010", year) for year in range(2022, 2025))}
    return [row for row in rows if not (row.hs10.startswith("8471") and (row.cty, row.year) in none)]


def prices(seed: int, years: range = range(2019, 2028)) -> Prices:
    """Of each group in each month, with a trend of its own."""
    source = random.Random(seed)  # noqa: S311
    trends = {group: source.uniform(-0.02, 0.02) for group in GROUPS}
    return {
        (group, year, month): 100 * (1 + trends[group]) ** (12 * (year - 2019) + month) * source.uniform(0.9, 1.1)
        for group in GROUPS for year in years for month in range(1, 13)
    }  # fmt: skip


def made(folder: Path, rows: list[Row], of: Prices) -> duckdb.DuckDBPyConnection:
    con = workspace(rows)
    lines = [f"{year}-{month:02d},{price!r},{group}" for (group, year, month), price in of.items()]
    path = folder / "prices.csv"
    path.write_text("\n".join(["month,index,hs", *lines]) + "\n", "utf-8")
    import_deflator(con, path, "prices")
    return con


def chained(con: duckdb.DuckDBPyConnection, years: tuple[int, ...] = tuple(YEARS), **options: int) -> Table:
    return table(con, "growth", Options(run="hand", real="prices", chained=True, years=years, **options))  # type: ignore[arg-type]


def group_of(hs10: str) -> str:
    return max((group for group in GROUPS if hs10.startswith(group)), key=len)


def of_group(rows: list[Row], of: Prices, group: str, year: int) -> tuple[float, float, float]:
    """Price, quantity and value of a group in a year."""
    there = [row for row in rows if row.year == year and group_of(row.hs10) == group]
    value, quantity = sum(r.value for r in there), sum(r.value / of[group, year, r.month] for r in there)
    mean = sum(of[group, year, month] for month in range(1, 13)) / 12
    return (value / quantity if quantity else mean), quantity, float(value)


def fisher(rows: list[Row], of: Prices, year: int) -> tuple[float, float, float]:
    """Fisher's indices of quantities and of prices of a year over the year before, and the ratio of the values."""
    before = [of_group(rows, of, group, year - 1) for group in GROUPS]
    now = [of_group(rows, of, group, year) for group in GROUPS]
    pairs = list(zip(before, now, strict=True))
    v00, v11 = sum(p * q for p, q, _ in before), sum(p * q for p, q, _ in now)
    p0q1, p1q0 = sum(b[0] * n[1] for b, n in pairs), sum(n[0] * b[1] for b, n in pairs)
    return (
        sqrt(p0q1 / v00 * v11 / p1q0),
        sqrt(p1q0 / v00 * v11 / p0q1),
        sum(n[2] for n in now) / sum(b[2] for b in before),
    )


def assert_near(found: Sequence[object], expected: Sequence[object]) -> None:
    for mine, theirs in zip(found, expected, strict=True):
        assert mine == (pytest.approx(theirs, rel=1e-9, abs=1e-9) if isinstance(theirs, float) else theirs)


def rows_of(rows: list[Row], cty: str | None, level: str) -> list[Row]:
    return [r for r in rows if cty in (None, r.cty) and level in ("All", IMPORT_LABELS[r.hs10][0])]


@pytest.mark.parametrize("seed", range(3))
def test_growth_is_fishers_and_its_product_the_index(tmp_path: Path, seed: int) -> None:
    rows, of = trade(seed), prices(seed)
    found = chained(made(tmp_path, rows, of))
    assert len(found.rows) == 4 * 3
    for row in found.records():
        mine = rows_of(rows, row["cty_code"], row["relevance"])  # type: ignore[arg-type]
        links = []
        for year in YEARS[1:]:
            quantities, of_prices, values = fisher(mine, of, year)
            assert row[f"growth_{year}"] == pytest.approx(100 * (quantities - 1), rel=1e-9)
            # Factor reversal: what quantities and prices made of the value is the change of the value.
            assert (1 + row[f"growth_{year}"] / 100) * of_prices == pytest.approx(values, rel=1e-9)  # type: ignore[operator]
            links.append(quantities)
            assert row[f"chained_{year}"] == pytest.approx(100 * prod(links), rel=1e-9)
        assert row["chained_2022"] == 100
        assert row["value_2024"] == pytest.approx(sum(r.value for r in mine if r.year == 2024) / 1e9)  # as paid
    # Over a year that is not shown, the index chains all the same.
    ends = chained(made(tmp_path, rows, of), years=(2022, 2025))
    position = [column.name for column in ends.columns].index("chained_2025")
    assert [row[position] for row in ends.rows] == [row["chained_2025"] for row in found.records()]


def test_neither_base_year_nor_the_scale_of_prices_matters(tmp_path: Path) -> None:
    rows, of = trade(1), prices(1)
    con = made(tmp_path, rows, of)
    assert chained(con, base_year=2022).rows == chained(con, base_year=2025).rows == chained(con, base_year=1999).rows
    plain = [table(con, "growth", Options(run="hand", real="prices", base_year=y)).records() for y in (2022, 2024)]
    assert plain[0][0]["growth_2025"] != pytest.approx(plain[1][0]["growth_2025"], rel=1e-6)  # fixed prices do depend
    other = chained(made(tmp_path, rows, {key: p * (7 if key[0] == "8471" else 1) for key, p in of.items()}))
    for row, expected in zip(other.rows, chained(con).rows, strict=True):
        assert_near(row, expected)


def test_time_turned_round_turns_the_index_round(tmp_path: Path) -> None:
    rows, of = trade(2), prices(2)
    forth = chained(made(tmp_path, rows, of)).records()
    turned = [replace(row, year=4047 - row.year) for row in rows]
    back = chained(made(tmp_path, turned, {(g, 4047 - y, m): p for (g, y, m), p in of.items()}))
    by_row = {(row["cty_code"], row["relevance"]): row for row in back.records()}
    for row in forth:
        other = by_row[row["cty_code"], row["relevance"]]
        for year in YEARS[1:]:
            ratio, turned_round = 1 + row[f"growth_{year}"] / 100, 1 + other[f"growth_{4048 - year}"] / 100  # type: ignore[operator]
            assert ratio * turned_round == pytest.approx(1, rel=1e-9)


GAP = [row for row in trade(6) if (row.hs10[:2], row.cty, row.year) != ("84", "5700", 2023)]


@pytest.mark.parametrize("rows", [made_up(), GAP], ids=["every awkward case", "a chapter is lacking"])
def test_with_one_price_growth_is_that_of_the_dollars(tmp_path: Path, rows: list[Row]) -> None:
    """Also with gaps, years that are whole beside their months, and years in part, as plain growth has it."""
    one = {(group, year, month): 50.0 for group in GROUPS for year in range(2020, 2027) for month in range(1, 13)}
    con = made(tmp_path, rows, one)
    found, plain = chained(con, ()), table(con, "growth", Options(run="hand"))
    assert any("the data lack" in note for note in plain.notes) == (rows is GAP)
    assert [c.name for c in found.columns if not c.name.startswith("chained")] == [c.name for c in plain.columns]
    for row, expected in zip(found.records(), plain.records(), strict=True):
        assert_near([row[key] for key in expected], list(expected.values()))


def test_with_one_group_growth_is_that_of_deflated_dollars(tmp_path: Path) -> None:
    rows, of = trade(3), {key: price for key, price in prices(3).items() if key[0] == ""}
    con = made(tmp_path, rows, of)
    deflated = table(con, "growth", Options(run="hand", real="prices", years=tuple(YEARS))).records()
    for row, expected in zip(chained(con).records(), deflated, strict=True):
        for year in YEARS[1:]:
            assert row[f"growth_{year}"] == pytest.approx(expected[f"growth_{year}"], rel=1e-6, abs=1e-6)


def test_threads_change_no_figure_and_the_notes_say_what_is_chained(tmp_path: Path) -> None:
    con = made(tmp_path, trade(4), prices(4))
    found = chained(con)
    for threads in (1, 4):
        con.execute(f"SET threads = {threads}")
        assert chained(con) == found
    note = found.notes[0]
    assert isinstance(note, Note)
    assert (note.kind, "Fisher" in note, "dollars are as they were paid" in note) == ("terms", True, True)
    assert "real growth over the year before, chained (2022 = 100)" in found.title
    assert "growth" not in chained(con, (2022,)).title


def test_what_cannot_be_chained_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs the prices of a deflator"):
        Options(chained=True)
    con = made(tmp_path, trade(5), prices(5))
    for name in SPECS.keys() - {"growth"}:
        with pytest.raises(UsageError, match=f"table {name} has no chained figures: .* do not add up"):
            table(con, name, Options(run="hand", real="prices", chained=True))
    with pytest.raises(UsageError, match="gold does not go with"):
        table(con, "growth", Options(run="hand", real="prices", chained=True, gold=True))
    with pytest.raises(BadInputError, match="no deflator 'price'"):
        table(con, "growth", Options(run="hand", real="price", chained=True))
    lacking = {key: price for key, price in prices(5).items() if key != ("8471", 2023, 7)}
    con = made(tmp_path, trade(5), lacking)
    with pytest.raises(BadInputError, match=r"not all twelve months of 2023 for group 8471, such as code 8471300100"):
        chained(con)
    assert chained(con, (2025,)).rows  # 2024 and 2025 are all that it needs
    con = made(tmp_path, trade(5), {key: price for key, price in prices(5).items() if key[0] == "84"})
    with pytest.raises(BadInputError, match="for code 0101210010"):
        chained(con)
