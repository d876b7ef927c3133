"""Note trade without a label, trade whose duty is unknown, and years that do not hold most of the world."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.core.table import Note, NoteKind
from aitrade.core.wording import ranges
from aitrade.trade.tables.catalogue import Spec
from aitrade.trade.tables.macros import SQL
from aitrade.trade.tables.parameters import Parameters

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NAMED = 4


def trade_notes(con: "DuckDBPyConnection", spec: Spec, parameters: Parameters, flows: Sequence[str]) -> list[Note]:
    """Note the trade that has no label, and where a table shows rates, that whose duty is unknown.

    Args:
        con: a workspace with the tables' macros.
        spec: the table.
        parameters: of its SQL.
        flows: those of the table that the workspace holds.
    """
    notes = [note for flow in flows for note in _unlabelled(con, replace(parameters, flow=flow))]
    if any("tariff" in heading.measure for heading in spec.headings):
        notes += _unknown_duty(con, parameters)
    return notes


def unheld_notes(parameters: Parameters) -> list[Note]:
    """Note the years whose shares are empty because most of the world is lacking."""
    empty = [year for year in parameters.years if year not in parameters.world_years]
    if not empty:
        return []
    text = f"shares of {ranges(empty)} are empty: the data lack partner countries with most of the value of "
    return [Note(f"{text}{parameters.rank_year}; shares of all years leave them out", "gaps")]


def _unlabelled(con: "DuckDBPyConnection", parameters: Parameters) -> list[Note]:
    ((everything, unlabelled, codes, years, most),) = query(con, SQL, "unlabelled", **parameters.by_name)
    if not codes:
        return []
    share = _percent(unlabelled, everything)
    counted = f"{codes} code{'s' if codes > 1 else ''}"
    by_year = ", ".join(f"{one['year']} {one['value']:,.2f} of {one['whole']:,.2f}" for one in years)
    with_most = ", ".join(f"{one['hs10']} {one['value']:,.2f}" for one in most)
    text = (
        f"{unlabelled:,.2f} of {everything:,.2f} billion dollars of {parameters.flow} ({share}, {counted}) have no "
        f"label in run {parameters.run}, which covers {_percent(everything - unlabelled, everything)} of the value; "
        f"by year {by_year}; with most {with_most}"
    )
    # Trade that rounds to nothing is told by tables, not by charts and cards.
    kind: NoteKind = "labels" if 100 * unlabelled >= 0.005 * everything else "method"
    return [Note(text, kind, f"{share} of the value of {parameters.flow} has no label in run {parameters.run}")]


def _unknown_duty(con: "DuckDBPyConnection", parameters: Parameters) -> list[Note]:
    rows = query(con, SQL, "unknown_duty", **parameters.by_name)
    lacking = [row for row in rows if row[3] > 0]
    if not lacking:
        return []
    everything, unknown = sum(row[2] for row in rows), sum(row[3] for row in rows)
    named = [f"{name or code} ({_percent(part, whole)} of its value)" for code, name, whole, part in lacking[:_NAMED]]
    others = f" and {len(lacking) - _NAMED} others" if len(lacking) > _NAMED else ""
    share = _percent(unknown, everything)
    text = (
        f"the duty of {unknown:,.2f} of {everything:,.2f} billion dollars ({share}) is unknown, most of it of "
        f"{', '.join(named)}{others}: rates are of the value whose duty is known, and two rates can be of other "
        "countries"
    )
    most = ", ".join(name or code for code, name, _, _ in lacking[:_NAMED])
    return [Note(text, "duty", f"duty unknown for {share} of the value, most of it of {most}")]


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "none"
