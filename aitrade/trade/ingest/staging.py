"""From the rows of a file to the temporary table ``staged``: roles found, values read, what cannot be read refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.nomenclature.codes import FLOWS, parse_flow
from aitrade.trade.countries import CODE, codes_by_name, simplified
from aitrade.trade.ingest.breakdowns import Breakdown, settle_repeats
from aitrade.trade.ingest.column_expressions import as_text, canonical
from aitrade.trade.ingest.columns import Layout, is_known, resolve
from aitrade.trade.ingest.constants import constants_of
from aitrade.trade.ingest.parts import Parts, check_parts
from aitrade.trade.ingest.plausibility import check_clock, check_duties, check_units
from aitrade.trade.ingest.quantities import stage_quantities, unreadable_quantities
from aitrade.trade.ingest.validation import check_countable, check_readable, has_decimal_commas, has_unreadable
from aitrade.trade.ingest.year_to_date import YEAR_TO_DATE, check_growth, difference_months
from aitrade.trade.readers.session import count
from aitrade.trade.readers.source import Column, ImportOptions, Rows, key
from aitrade.workspace.rows import offered

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Staged:
    """Rows of a file in the temporary table ``staged`` (hs10, cty_code, year, month, value, duty), keys may repeat.

    Args:
        flow: imports or exports.
        rows_read: data rows in the file.
        dropped: rows left out, by reason.
        locate_country: where a country code stands in the file.
        notes: what the user should know about the file.
        repeats: whether a key has several rows, which add up.
        summed_over: the columns that tell these rows apart.
        constants: columns that nobody reads and that hold one text throughout.
        warning: what every table on this trade has to say.
        parts: which parts of trade the file holds, of columns that break it down.
    """

    flow: str
    rows_read: int
    dropped: Mapping[str, int]
    locate_country: Callable[[str], str]
    notes: tuple[str, ...] = ()
    repeats: bool = False
    summed_over: tuple[str, ...] = ()
    parts: Parts = field(default_factory=Parts)
    constants: Mapping[str, str] = field(default_factory=dict)
    warning: str | None = None


def stage(con: "DuckDBPyConnection", rows: Rows, options: ImportOptions, where: str) -> Staged:
    """Make the temporary table ``staged`` of the rows of a file.

    Args:
        con: the connection of the import session.
        rows: the file's rows as a relation.
        options: what the user asked for.
        where: the file's name.

    Raises:
        BadInputError: the file is damaged, a column is missing or ambiguous, a value cannot be read, or the flow is not
            known.
    """
    import duckdb

    query(con, _SQL, "no_parts")
    try:
        return _checked(con, rows, options) if rows.is_checked else _read(con, rows, options, where)
    except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException, duckdb.InternalError):
        raise  # no fault of the file
    except duckdb.Error as error:
        raise rows.explain(error) from error


def _checked(con: "DuckDBPyConnection", rows: Rows, options: ImportOptions) -> Staged:
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged AS FROM {rows.relation}")
    read = count(con, "staged") + sum(rows.dropped.values())
    flow = rows.flow or options.flow or "imports"
    locate = partial(rows.locate, "cty_code")
    stage_quantities(con)
    return Staged(flow, read, rows.dropped, locate, rows.notes, repeats=has_repeats(con))


def _read(con: "DuckDBPyConnection", rows: Rows, options: ImportOptions, where: str) -> Staged:
    query(con, _SQL, "macros")
    con.execute(f"CREATE OR REPLACE TEMP VIEW file_rows AS FROM {rows.relation}")
    layout = resolve(_unique_columns(con, rows, where), options, where)
    if options.values == YEAR_TO_DATE and layout.kind == "yearly":
        layout = replace(layout, kind="plain")
    flow = _flow(con, rows, layout, options, where)
    _look_up_countries(con, layout)
    check_units(con, rows, layout, where)
    sql = canonical(layout, flow=flow, pad=options.pad)
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged AS {sql.select()}")
    notes = list(rows.notes)
    if has_unreadable(con) and has_decimal_commas(con, layout):
        sql = canonical(layout, flow=flow, pad=options.pad, commas=True)
        con.execute(f"CREATE OR REPLACE TEMP TABLE staged AS {sql.select()}")
        notes.append("amounts were read with dots between thousands and commas before cents")
    check_readable(con, rows, layout, sql)
    check_countable(con, where)
    read, kept = count(con, "file_rows"), count(con, "staged")
    dropped = dict(rows.dropped)
    if kept < read:
        con.execute(f"CREATE OR REPLACE TEMP VIEW left_out AS SELECT {sql.drop} AS reason {sql.source}")
        dropped |= dict(
            con.execute("SELECT reason, count(*) FROM left_out WHERE reason IS NOT NULL GROUP BY 1").fetchall()
        )
    breakdown, repeats = Breakdown(), has_repeats(con)
    if repeats:
        breakdown = settle_repeats(con, rows, layout, sql, options, where)
        dropped |= breakdown.dropped
        notes += breakdown.notes
        repeats = has_repeats(con)
    notes += check_duties(con, layout, options, where) if flow == "imports" else []
    stage_quantities(con)
    notes += unreadable_quantities(con, layout)
    notes += check_clock(con)
    if options.values == YEAR_TO_DATE:
        query(con, _SQL, "sum_keys")
        difference_months(con, where)
        query(con, _SQL, "difference_quantities")
        repeats = False
        notes.append("year-to-date values: each month has what it adds to the one before")
    warning = check_growth(con, options, where, flow)
    parts, partial_notes = check_parts(con, rows, layout, sql, options, breakdown.totals)
    notes += partial_notes
    country = layout.roles.get("cty_code") or layout.roles.get("country")
    return Staged(
        flow=flow,
        rows_read=read + sum(rows.dropped.values()),
        dropped=dropped,
        locate_country=lambda code: rows.locate(country.name, code) if country else where,
        notes=tuple(notes),
        repeats=repeats,
        summed_over=tuple(breakdown.summed_over),
        parts=parts,
        constants=constants_of(con, rows, {key(column.name) for column in layout.roles.values()}),
        warning=warning,
    )


def has_repeats(con: "DuckDBPyConnection") -> bool:
    """Whether a key has several rows in ``staged``."""
    return bool(query(con, _SQL, "repeated_keys"))


def _unique_columns(con: "DuckDBPyConnection", rows: Rows, where: str) -> list[Column]:
    """The columns, each name once. The Census API repeats columns that were also asked for as predicates."""
    first: dict[str, Column] = {}
    for column in rows.columns:
        before = first.setdefault(key(column.name), column)
        if before is column or not is_known(column.name):
            continue
        con.execute(f"CREATE OR REPLACE TEMP VIEW pairs AS FROM file_rows SELECT {before.sql} AS a, {column.sql} AS b")
        ((different,),) = con.execute("SELECT count(*) FROM pairs WHERE a IS DISTINCT FROM b").fetchall()
        if different:
            raise BadInputError(
                f"two columns match {column.name}, and differ in {different:,} rows",
                where=where,
                fix="take one of them out of the file, or give them different names and say --columns",
            )
    return list(first.values())


def _flow(con: "DuckDBPyConnection", rows: Rows, layout: Layout, options: ImportOptions, where: str) -> str:
    said = rows.flow or layout.flow
    if (column := layout.roles.get("flow")) is not None:
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW flow_words AS FROM file_rows SELECT DISTINCT {as_text(column)} AS word"
        )
        words = [word for (word,) in con.execute("FROM flow_words ORDER BY word").fetchall()]
        flows = {parse_flow(word or "", where=rows.locate(column.name, word)) for word in words}
        if len(flows) > 1 and options.flow is None:
            raise BadInputError(
                "the file holds imports and exports",
                where=where,
                fix="import it twice, with --flow imports and with --flow exports",
            )
        said = said or (flows.pop() if len(flows) == 1 else options.flow)
    if said and options.flow and said != options.flow:
        raise BadInputError(f"the file holds {said}, not {options.flow}", where=where, fix=f"say --flow {said}")
    flow = said or options.flow
    if flow not in FLOWS:
        raise BadInputError("the file does not say its flow", where=where, fix="say --flow imports or --flow exports")
    return flow


def _look_up_countries(con: "DuckDBPyConnection", layout: Layout) -> None:
    """Make the table country_names (name_in_file, cty_code) of the country names in a file that gives no codes."""
    column = layout.roles.get("country")
    if column is None or "cty_code" in layout.roles:
        return
    con.execute(f"CREATE OR REPLACE TEMP VIEW names_found AS FROM file_rows SELECT DISTINCT {as_text(column)} AS name")
    found = [name for (name,) in con.execute("FROM names_found WHERE name IS NOT NULL").fetchall()]
    names = codes_by_name(con)
    known = {n: n.strip() if re.fullmatch(CODE, n.strip()) else names.get(simplified(n)) for n in found}
    with offered(con, "offered_names", {"found": [*known, None], "cty_code": [*known.values(), None]}):
        con.execute("""
            CREATE OR REPLACE TEMP TABLE country_names AS
            SELECT found::VARCHAR AS name_in_file, cty_code::VARCHAR AS cty_code FROM offered_names
        """)
