"""Import a trade file: read, check, replace what it repeats, and keep it whole or not at all."""

import json
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.core.files import sha256_of
from aitrade.trade.countries import Country, add_countries, kind_of, seed_countries
from aitrade.trade.ingest.connection import importing
from aitrade.trade.ingest.merge import Target, keep
from aitrade.trade.ingest.months import jumps, missing
from aitrade.trade.ingest.receipt import Receipt, UnknownCodes
from aitrade.trade.ingest.staging import count
from aitrade.trade.ingest.validation import COUNTRY_MEND, refuse_beyond_counting
from aitrade.trade.readers.readers import READERS, detect
from aitrade.trade.readers.source import ImportOptions, Staged
from aitrade.workspace.database import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EXAMPLES = 10


def import_trade(con: "DuckDBPyConnection", path: Path, options: ImportOptions, made: Collection[int] = ()) -> Receipt:
    """Import a trade file in one transaction.

    Rows that the workspace already holds are replaced: those of an earlier import of the same content, those with a key
    of the file, and, of imports that it has other values for, what they brought in its months for its countries and
    headings.

    Args:
        con: the workspace.
        path: the file.
        options: what the user asked for.
        made: imports that the same command made: with ``options.revision``, only keys of the file are replaced of them.

    Raises:
        BadInputError: the file cannot be read or holds nothing to import, years would count twice, or much of what it
            revises would be gone; nothing of the file is kept.
    """
    if not path.is_file():
        raise BadInputError("there is no such file", where=str(path), fix="give the path of a trade file")
    seed_countries(con)
    with importing(con):
        reader = options.reader or detect(path)
        staged = READERS[reader](con, path, options)
        receipt = Receipt(
            None, str(path), sha256_of(path), reader, staged.flow, staged.rows_read, remark=options.remark
        )
        with transaction(con):
            return _import_staged(con, staged, receipt, options, made)


def _import_staged(
    con: "DuckDBPyConnection", staged: Staged, receipt: Receipt, options: ImportOptions, made: Collection[int]
) -> Receipt:
    rows = count(con, "staged")
    if rows == 0:
        return _nothing(staged, receipt)
    refuse_beyond_counting(con, receipt.file)
    flows, groups = Target(con, staged.flow), Target(con, staged.flow, groups=True)
    _know_countries(con, flows, staged)
    group_rows = _set_groups_apart(con, flows)
    if flows.fetch("repeated_keys")[0][0]:
        flows.fetch("sum_keys")
    kept = count(con, "staged")
    import_id = _one(con, "SELECT nextval('trade_import_ids')")
    about = (receipt.file, import_id, receipt.sha256, options, made)
    replaced = keep(flows, *about)
    groups_replaced = keep(groups, *about) if group_rows else None
    receipt = replace(
        _described(con, flows, receipt, staged),
        import_id=import_id,
        rows_kept=kept,
        group_rows=group_rows,
        rows_merged=rows - kept - group_rows,
        rows_dropped=dict(staged.dropped),
        holds="groups only" if not kept else "countries and groups" if group_rows else "countries",
        replaced=replaced,
        groups_replaced=groups_replaced,
        notes=list(staged.notes),
    )
    con.execute(
        "INSERT INTO trade_imports VALUES (?, ?, ?, ?, ?, now()::TIMESTAMP, ?)",
        [import_id, receipt.file, receipt.sha256, receipt.reader, receipt.flow, json.dumps(asdict(receipt))],
    )
    return receipt


def _set_groups_apart(con: "DuckDBPyConnection", flows: Target) -> int:
    if not flows.fetch("has_groups"):
        return 0
    flows.fetch("set_groups_apart")
    return count(con, "staged_groups")


def _nothing(staged: Staged, receipt: Receipt) -> Receipt:
    if staged.may_be_empty and not staged.dropped:
        return replace(receipt, notes=[*staged.notes, "the reply is empty: no trade in what was asked for"])
    reasons = "; ".join(f"{number:,} rows dropped: {reason}" for reason, number in staged.dropped.items())
    raise BadInputError(
        "the file holds no trade by HS10 code" + (f" ({reasons})" if reasons else ""),
        where=receipt.file,
        fix="ask the source for HS10 codes (ten digits) and their values",
    )


def _know_countries(con: "DuckDBPyConnection", flows: Target, staged: Staged) -> None:
    if staged.countries:
        add_countries(con, staged.countries)
    unknown = [code for (code,) in flows.fetch("unknown_countries")]
    for code in unknown:
        if kind_of(code) == "country":
            raise BadInputError(f"unknown country {code!r}", where=staged.locate_country(code), fix=COUNTRY_MEND)
    if unknown:
        add_countries(con, [Country(code, f"GROUP {code}", "group") for code in unknown])


def _described(con: "DuckDBPyConnection", flows: Target, receipt: Receipt, staged: Staged) -> Receipt:
    years = flows.fetch("contents")
    months = {(year, month): value for year, month, value in flows.fetch("months")}
    of_file = con.execute("SELECT DISTINCT year, month FROM staged WHERE month > 0").fetchall()
    unknown = None
    if count(con, "codes"):
        found = flows.fetch("unknown_codes")
        unknown = UnknownCodes(len(found), sum(value for _, value in found), [code for code, _ in found[:_EXAMPLES]])
    return replace(
        receipt,
        flow=staged.flow,
        countries=_one(con, "SELECT count(DISTINCT cty_code) FROM staged"),
        codes=_one(con, "SELECT count(DISTINCT hs10) FROM staged"),
        unknown_codes=unknown,
        value_by_year={str(year): int(value) for year, value in years},
        missing_months=missing(months),
        jumps=jumps(months, of_file),
    )


def _one(con: "DuckDBPyConnection", query: str) -> Any:
    ((value,),) = con.execute(query).fetchall()
    return value
