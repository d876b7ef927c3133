"""Import trade files: read, check, replace what they repeat, and keep each file completely or not at all."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.core.files import sha256_of
from aitrade.trade.countries import Country, add_countries, kind_of, seed_countries
from aitrade.trade.ingest.flow_table import FileIdentity, FlowTable
from aitrade.trade.ingest.merge import merge
from aitrade.trade.ingest.months import jumps, missing
from aitrade.trade.ingest.receipt import Receipt, UnknownCodes
from aitrade.trade.ingest.staging import Staged, stage
from aitrade.trade.ingest.year_to_date import check_growth, years_of_few_months
from aitrade.trade.readers.compressed import decompressed
from aitrade.trade.readers.explanations import COUNTRY_FIX
from aitrade.trade.readers.readers import READERS, detect, expand
from aitrade.trade.readers.session import ImportSession, count, import_session
from aitrade.trade.readers.source import Column, ImportOptions, Rows, key, literal, quoted
from aitrade.workspace.database import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EXAMPLES = 10
# Of a flow's trade in a month: what has less, such as a chapter of a country, has months without trade by nature.
_REGULAR = 0.001


def import_trade(
    con: "DuckDBPyConnection",
    paths: Iterable[Path],
    options: ImportOptions,
    report: Callable[[Receipt], None] = lambda _: None,
) -> list[Receipt]:
    """Import trade files, each in one transaction.

    Rows that the workspace already holds are replaced: those of an earlier import of the same content, those with a key
    of the file, and, of imports that it has other values for, what they brought in its months for its countries and
    headings. With ``options.revision``, of imports that the same call made only keys of the file are replaced.

    Args:
        con: the workspace.
        paths: files, or folders of them.
        options: what the user asked for.
        report: is given each receipt as soon as its file is imported.

    Returns:
        The receipts: one for each file and flow in it.

    Raises:
        BadInputError: a file cannot be read or holds nothing to import, years would count twice, or much of what it
            revises would be gone; nothing of that file is kept, and those before it stay.
    """
    seed_countries(con)
    receipts: list[Receipt] = []
    for path, folder_columns in expand(paths):
        earlier = [receipt.import_id for receipt in receipts if receipt.import_id is not None]
        with import_session(con) as session:
            for receipt in _import_file(session, path, folder_columns, options, earlier):
                receipts.append(receipt)
                report(receipt)
    return receipts


def _import_file(
    session: ImportSession,
    path: Path,
    folder_columns: Mapping[str, str],
    options: ImportOptions,
    earlier: Collection[int],
) -> list[Receipt]:
    if not path.is_file():
        raise BadInputError("there is no such file", where=str(path), fix="give the path of a trade file")
    content = decompressed(session, path)
    try:
        reader = options.reader or detect(content)
        parts = [_with_columns(rows, folder_columns) for rows in READERS[reader](session, content, options)]
        sha256 = _sha256(path, folder_columns)
        with transaction(session.con):
            return [_import_rows(session.con, rows, path, reader, sha256, options, earlier) for rows in parts]
    except BadInputError as error:
        if content == path or error.where is None:
            raise
        raise BadInputError(error.what, where=error.where.replace(str(content), str(path)), fix=error.fix) from error


def _with_columns(rows: Rows, folder_columns: Mapping[str, str]) -> Rows:
    """The rows with the columns that their folders name (``year=2024``), where the file has none of these."""
    names = {key(column.name) for column in rows.columns}
    added = {name: text for name, text in folder_columns.items() if key(name) not in names}
    if not added or rows.is_checked:
        return rows
    texts = ", ".join(f"{literal(text)} AS {quoted(f'folder {name}')}" for name, text in added.items())
    columns = tuple(Column(name, quoted(f"folder {name}"), "VARCHAR") for name in added)
    return replace(rows, relation=f"(FROM {rows.relation} SELECT *, {texts})", columns=(*rows.columns, *columns))


def _sha256(path: Path, folder_columns: Mapping[str, str]) -> str:
    """SHA-256 of a file and of what its folders say: equal files of two years are two files."""
    content = sha256_of(path)
    if not folder_columns:
        return content
    return hashlib.sha256(json.dumps([content, dict(folder_columns)], sort_keys=True).encode()).hexdigest()


def _import_rows(
    con: "DuckDBPyConnection",
    rows: Rows,
    path: Path,
    reader: str,
    sha256: str,
    options: ImportOptions,
    earlier: Collection[int],
) -> Receipt:
    staged = stage(con, rows, options, str(path))
    receipt = Receipt(None, str(path), sha256, reader, staged.flow, staged.rows_read)
    staged_rows = count(con, "staged")
    if staged_rows == 0:
        return _nothing(rows, staged, receipt)
    flows, groups = FlowTable(con, staged.flow), FlowTable(con, staged.flow, groups=True)
    _check_countries(con, flows, rows.countries, staged)
    if options.part:
        flows.query("largest_rows")
    group_rows = _set_groups_apart(con, flows)
    if staged.repeats:
        flows.query("sum_keys")
    kept = count(con, "staged")
    import_id = _one(con, "SELECT nextval('trade_import_ids')")
    file = FileIdentity(receipt.file, sha256, import_id, earlier, staged.parts, staged.constants)
    merged = merge(flows, file, options)
    groups_replaced = merge(groups, file, options).replaced if group_rows else None
    quantities, units = flows.query("insert_quantities")[0]
    flows.query("insert_parts")
    years = years_of_few_months(con)
    warning = staged.warning or (check_growth(con, options, receipt.file, staged.flow, years=years) if years else None)
    receipt = replace(
        _described(con, flows, receipt),
        import_id=import_id,
        rows_kept=kept,
        group_rows=group_rows,
        rows_merged=staged_rows - kept - group_rows,
        rows_dropped=dict(staged.dropped),
        holds="groups only" if not kept else "countries and groups" if group_rows else "countries",
        replaced=merged.replaced,
        groups_replaced=groups_replaced,
        notes=[*_summed(staged), *staged.notes, *merged.notes, *([warning] if warning else [])],
        remark=". ".join(filter(None, (options.remark, warning))) or None,
        summed_over=list(staged.summed_over),
        parts={column: dict(held) for column, held in staged.parts.held.items()},
        totals=list(staged.parts.totals),
        adds_to=merged.adds_to,
        constants=dict(staged.constants),
        quantities=quantities,
        quantity_units=units,
    )
    con.execute(
        "INSERT INTO trade_imports VALUES (?, ?, ?, ?, ?, now()::TIMESTAMP, ?)",
        [import_id, receipt.file, receipt.sha256, receipt.reader, receipt.flow, json.dumps(asdict(receipt))],
    )
    return receipt


def _summed(staged: Staged) -> list[str]:
    return [f"summed over {', '.join(staged.summed_over)}"] if staged.summed_over else []


def _set_groups_apart(con: "DuckDBPyConnection", flows: FlowTable) -> int:
    if flows.query("has_groups"):
        flows.query("set_groups_apart")
    else:
        flows.query("no_groups")
    return count(con, "staged_groups")


def _nothing(rows: Rows, staged: Staged, receipt: Receipt) -> Receipt:
    if rows.may_be_empty and not staged.dropped:
        return replace(receipt, notes=[*staged.notes, "the reply is empty: no trade in what was asked for"])
    reasons = "; ".join(f"{number:,} rows dropped: {reason}" for reason, number in staged.dropped.items())
    raise BadInputError(
        "the file holds no trade by HS10 code" + (f" ({reasons})" if reasons else ""),
        where=receipt.file,
        fix="ask the source for HS10 codes (ten digits) and their values",
    )


def _check_countries(con: "DuckDBPyConnection", flows: FlowTable, named: Collection[Country], staged: Staged) -> None:
    if named:
        add_countries(con, tuple(named))
    unknown = [code for (code,) in flows.query("unknown_countries")]
    for code in unknown:
        if kind_of(code) == "country":
            raise BadInputError(f"unknown country {code!r}", where=staged.locate_country(code), fix=COUNTRY_FIX)
    if unknown:
        add_countries(con, [Country(code, f"GROUP {code}", "group") for code in unknown])


def _described(con: "DuckDBPyConnection", flows: FlowTable, receipt: Receipt) -> Receipt:
    years = flows.query("contents")
    months = {(year, month): value for year, month, value in flows.query("months")}
    of_file = con.execute("SELECT DISTINCT year, month FROM staged WHERE month > 0").fetchall()
    unknown = None
    if count(con, "codes"):
        codes = flows.query("unknown_codes")
        unknown = UnknownCodes(len(codes), sum(value for _, value in codes), [code for code, _ in codes[:_EXAMPLES]])
    return replace(
        receipt,
        countries=_one(con, "SELECT count(DISTINCT cty_code) FROM staged"),
        codes=_one(con, "SELECT count(DISTINCT hs10) FROM staged"),
        unknown_codes=unknown,
        value_by_year={str(year): int(value) for year, value in years},
        missing_months=missing(months),
        jumps=jumps(months, of_file),
        gaps=dict(flows.query("gaps", share=_REGULAR)) if of_file else {},
    )


def _one(con: "DuckDBPyConnection", query: str) -> Any:
    ((value,),) = con.execute(query).fetchall()
    return value
