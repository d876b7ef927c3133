"""Real tables are those of trade that was deflated in plain Python before it was imported."""

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from trade_fixtures import Row, made_up, workspace

from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.table import Note
from aitrade.trade.tables.deflators import REAL_TABLES, import_deflator, in_real_terms, known_deflators
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table

YEARS = range(2022, 2027)
EXCLUDED = ("27", "71", "98", "99")


def price(prefix: str, year: int, month: int) -> float:
    return (100 if prefix == "" else 80) * (1 + 0.01 * (12 * (year - 2022) + month)) + (month % 5)


def written(folder: Path, prefixes: tuple[str, ...] = ("", "8471"), last: tuple[int, int] = (2026, 12)) -> Path:
    lines = ["month,index,hs"]
    lines += [
        f"{year}-{month:02d},{price(prefix, year, month)},{prefix}"
        for prefix in prefixes for year in YEARS for month in range(1, 13) if (year, month) <= last
    ]  # fmt: skip
    path = folder / "prices.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def deflated(row: Row) -> Row:
    """A row in dollars of 2023, by plain arithmetic."""
    prefix = "8471" if row.hs10.startswith("8471") else ""
    months = range(1, 13) if row.month == 0 else (row.month,)
    base = sum(price(prefix, 2023, month) for month in range(1, 13)) / 12
    level = sum(price(prefix, row.year, month) for month in months) / len(months) / base

    def real(dollars: int | None) -> int | None:
        return None if dollars is None else int(Decimal(dollars / level).quantize(Decimal(1), ROUND_HALF_UP))

    return replace(row, value=real(row.value), duty=real(row.duty))


ROWS = [row for row in made_up() if row.year >= 2022]


@pytest.mark.parametrize("flow", ["imports", "exports"])
@pytest.mark.parametrize("name", REAL_TABLES)
def test_a_real_table_is_that_of_trade_deflated_before(name: str, flow: str, tmp_path: Path) -> None:
    if (name, flow) == ("counterfactual", "exports"):
        flow = "imports"  # it is of both flows
    nominal = workspace(ROWS)
    import_deflator(nominal, written(tmp_path), "prices")
    plain = table(nominal, name, Options(flow=flow, run="hand"))
    real = table(nominal, name, Options(flow=flow, run="hand", real="prices"))
    wanted = table(workspace([deflated(row) for row in ROWS]), name, Options(flow=flow, run="hand"))
    assert len(real.rows) == len(wanted.rows)
    for row, expected in zip(real.rows, wanted.rows, strict=True):
        figures = [(ours, theirs) for ours, theirs in zip(row, expected, strict=True) if isinstance(theirs, float)]
        assert [ours for ours, _ in figures] == pytest.approx([theirs for _, theirs in figures], rel=1e-7, abs=1e-8)
        assert [v for v in row if not isinstance(v, float)] == [v for v in expected if not isinstance(v, float)]
    # And so are the notes on what is lacking, of which one code without a label is part.
    lacking = [note for note in real.notes if isinstance(note, Note) and note.kind in ("labels", "gaps")]
    assert lacking == [note for note in wanted.notes if isinstance(note, Note) and note.kind in ("labels", "gaps")]
    assert real.rows != plain.rows
    assert real.title.endswith("in dollars of 2023")
    assert "deflated by prices" in real.notes[0]
    assert table(nominal, name, Options(flow=flow, run="hand")) == plain  # nothing of it stays


def test_trade_without_a_price_is_refused(tmp_path: Path) -> None:
    con = workspace(ROWS)
    import_deflator(con, written(tmp_path, prefixes=("8471",)), "one-group")
    with pytest.raises(BadInputError, match="has no price of code") as refused:
        table(con, "share", Options(run="hand", real="one-group"))
    assert "all other codes" in str(refused.value.fix)
    import_deflator(con, written(tmp_path, last=(2025, 6)), "short")
    with pytest.raises(BadInputError, match="in 2025-07"):
        table(con, "share", Options(run="hand", real="short"))
    assert table(con, "share", Options(run="hand", real="short", years=(2023, 2024))).rows


def test_a_group_without_the_base_year_does_not_take_the_price_of_a_wider_one(tmp_path: Path) -> None:
    con = workspace(ROWS)
    lines = written(tmp_path).read_text("utf-8").splitlines()
    path = tmp_path / "later.csv"
    path.write_text("\n".join(line for line in lines if not re.match("202[23].*,8471$", line)) + "\n", "utf-8")
    import_deflator(con, path, "later")
    with pytest.raises(BadInputError, match="no price of code 8471.*or not twelve months of 2023"):
        table(con, "share", Options(run="hand", real="later", years=(2024,)))
    assert table(con, "share", Options(run="hand", real="later", years=(2024,), base_year=2024)).rows


def test_what_is_misspelt_or_has_no_real_figures_says_so(tmp_path: Path) -> None:
    con = workspace(ROWS)
    with pytest.raises(BadInputError, match="no deflator") as refused:
        table(con, "share", Options(run="hand", real="prices"))
    assert "aitrade deflators import" in str(refused.value.fix)
    import_deflator(con, written(tmp_path), "prices")
    with pytest.raises(BadInputError) as refused:
        table(con, "share", Options(run="hand", real="price"))
    assert "did you mean prices?" in str(refused.value.fix)
    with pytest.raises(UsageError, match="no real figures"):
        table(con, "tariffs", Options(run="hand", real="prices"))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("2023-13,100,", "not a month"), ("2023-01,-1,", "not a price"), ("2023-01,abc,", "not a price"),
        ("2023-01,100,847", "not 2, 4, 6, 8 or 10 digits"), ("2023-01,100,\n2023-01,101,", "there twice"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_whole(line: str, what: str, tmp_path: Path) -> None:
    con = workspace(ROWS[:1])
    path = tmp_path / "bad.csv"
    path.write_text(f"month,index,hs\n2022-01,99,\n{line}\n", "utf-8")
    with pytest.raises(BadInputError, match=what):
        import_deflator(con, path, "bad")
    assert known_deflators(con) == ()


def test_the_view_is_gone_where_the_block_fails(tmp_path: Path) -> None:
    con = workspace(ROWS)
    import_deflator(con, written(tmp_path), "prices")
    before = con.execute("SELECT sum(value) FROM flows").fetchall()
    with pytest.raises(ZeroDivisionError), in_real_terms(con, "prices", ("imports",), 2023, (), EXCLUDED):
        assert con.execute("SELECT sum(value) FROM flows").fetchall() != before
        1 / 0  # noqa: B018
    assert con.execute("SELECT sum(value) FROM flows").fetchall() == before
