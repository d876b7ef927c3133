"""Months: what is missing in a series, and what jumps."""

from hypothesis import given
from hypothesis import strategies as st

from aitrade.trade.ingest.months import jumps, missing, month_text

MONTHS = [(year, month) for year in (2023, 2024) for month in range(1, 13)]


@given(st.sets(st.sampled_from(MONTHS), min_size=1))
def test_missing_months_fill_the_range(months):
    inside = [m for m in MONTHS if min(months) <= m <= max(months)]
    assert missing(months) == [month_text(m) for m in inside if m not in months]


def test_nothing_is_missing_in_nothing():
    assert missing([]) == []


def test_a_month_at_twice_the_level_jumps_and_its_neighbours_do_not():
    values = {month: 1000 + 10 * number for number, month in enumerate(MONTHS)}
    assert jumps(values, MONTHS) == []
    values[2024, 3] *= 2
    (jump,) = jumps(values, MONTHS)
    assert (jump.month, jump.value) == ("2024-03", 2280)
    assert jumps(values, [(2024, 4)]) == []
    values[2024, 3] = 0
    assert [jump.month for jump in jumps(values, MONTHS)] == ["2024-03"]


def test_a_series_that_always_swings_is_not_reported():
    values = {month: 1000 if number % 2 else 2500 for number, month in enumerate(MONTHS)}
    assert jumps(values, MONTHS) == []


def test_too_few_months_are_not_judged():
    assert jumps({(2024, 1): 1, (2024, 2): 100, (2024, 3): 1}, MONTHS) == []
