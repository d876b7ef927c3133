"""Merge staged rows into a table of flows: they replace what they repeat, and yearly totals never count with months."""

from dataclasses import dataclass

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.add_part import FAR, add_part, earlier_parts
from aitrade.trade.ingest.chapter_flows import sum_chapters
from aitrade.trade.ingest.constants import check_repetition
from aitrade.trade.ingest.flow_table import FileIdentity, FlowTable
from aitrade.trade.ingest.receipt import PeriodicityChange, Replacement
from aitrade.trade.readers.source import ImportOptions

_NAMED = 10


@dataclass(frozen=True)
class Merged:
    """What a file's rows replaced, which imports they were added to, and what the user should know of it."""

    replaced: Replacement | None
    adds_to: list[int]
    notes: list[str]


def merge(table: FlowTable, file: FileIdentity, options: ImportOptions) -> Merged:
    """Insert the staged rows.

    Raises:
        BadInputError: a country would have a yearly total and months of it, and nobody asked to replace one by the
            other; or the file revises much that it does not hold, and nobody said that it is a revision.
    """
    table.select()
    changes_periodicity = _check_periodicity(table, file.path, replace=options.replace)
    replacement, adds_to, notes = None, list[int](), list[str]()
    earlier = list(file.earlier_imports)
    repeats = table.query("repeated", sha256=file.sha256, revision=options.revision, earlier_imports=earlier)
    if options.part and repeats:
        adds_to, notes = add_part(table, file)
    elif repeats or changes_periodicity:
        if not options.revision:
            check_repetition(table, file)
            _check_revision(table, file)
        table.query("known_duties")
        table.query("replaced", replace=options.replace)
        if not options.revision:
            _check_vanishing(table, file.path)
        replacement = _replace(table)
    table.query("insert", import_id=file.import_id)
    if not table.groups:
        years = {year for (year,) in table.query("years")}
        if replacement:
            years |= {year for (year,) in table.query("replaced_years")}
        sum_chapters(table.con, table.flow, years)
    return Merged(replacement, adds_to, notes)


def _check_revision(table: FlowTable, file: FileIdentity) -> None:
    """Refuse a file that is hardly a revision: it holds other parts, or its values are far from those before."""
    what = ""
    for import_id, earlier in earlier_parts(table):
        if file.parts.are_apart_from(earlier) or file.parts.is_one_of(earlier):
            what = f"import {import_id} holds {earlier}, and the file {file.parts}"
    keys, before, now, distance = table.query("change")[0]
    if not what and distance > FAR:
        what = f"in {keys:,} rows the workspace has {before:,} dollars, and the file {now:,}"
    if what:
        raise BadInputError(
            f"the file has codes, countries and months that the workspace has, and is hardly a revision: {what}",
            where=file.path,
            fix="say --part if it is another part of the same trade, whose values add up, such as a second district; "
            "say --revision if it is a revised release that takes the place of the first",
        )


def _replace(table: FlowTable) -> Replacement | None:
    table.query("remove_replaced")
    table.query("replace_quantities")
    rows = table.query("replacement")
    if not rows:
        return None
    imports, months, *numbers = rows[0]
    return Replacement(imports, months, _periodicity_change(table), *(int(number or 0) for number in numbers))


def _periodicity_change(table: FlowTable) -> PeriodicityChange | None:
    rows = table.query("periodicity_change")
    if not rows:
        return None
    chapters, present, *numbers = rows[0]
    return PeriodicityChange(chapters, {str(year): months for year, months in present}, *map(int, numbers))


def _check_vanishing(table: FlowTable, where: str) -> None:
    """Refuse where too much of what is revised would have no row in its place: it may be another part of trade.

    A revision drops few rows, though they may be large: up to a third pass.
    """
    revised = table.query("vanishing")
    if not revised:
        return
    rows, gone, codes = revised[0]
    if 3 * gone <= rows:
        return
    named = ", ".join(codes[:_NAMED]) + (f" and {len(codes) - _NAMED:,} more" if len(codes) > _NAMED else "")
    raise BadInputError(
        f"the file has other values for rows of the workspace, and {gone:,} of the {rows:,} rows that it replaces "
        f"would have no row in their place: codes {named}",
        where=where,
        fix="say --revision if it is a revision that dropped these codes; if it is another part of trade, take "
        "the rows out of it that the workspace holds already",
    )


def _check_periodicity(table: FlowTable, where: str, *, replace: bool) -> bool:
    """Whether yearly totals have to take the place of months, or the other way round."""
    twice = table.query("periodicity")
    if not twice:
        return False
    country, year, yearly, in_file = twice[0]
    if in_file:
        raise BadInputError(
            f"{year} is there both as a yearly total and by month (country {country}): it would count twice",
            where=where,
            fix="take either out of the file",
        )
    if not replace:
        here, there = ("as a yearly total", "by month") if yearly else ("by month", "as a yearly total")
        raise BadInputError(
            f"the file holds {year} {here}, the workspace {there} (country {country}): it would count twice",
            where=where,
            fix="leave the file out, or say --replace to take the others out of the workspace",
        )
    return True
