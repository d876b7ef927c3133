"""Trade files as users have them, made by hand, and what a workspace holds of them."""

import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from aitrade.trade.ingest.importing import import_trade
from aitrade.trade.ingest.receipt import Receipt
from aitrade.trade.readers.source import ImportOptions
from aitrade.workspace.database import migrate

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
SERVERS, FANS, HORSES, PHONES = "8471500150", "8414596560", "0101210010", "8517130000"

# hs10, cty_code, year, month, value, duty
Key = tuple[str, str, int, int]
Trade = tuple[str, str, int, int, int, int | None]


def workspace() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    migrate(con, Path(":memory:"))
    return con


def take(con: duckdb.DuckDBPyConnection, path: Path, **options: Any) -> Receipt:
    """Import a file, and check what holds for every receipt."""
    (receipt,) = import_trade(con, [path], ImportOptions(**options))
    dropped = sum(receipt.rows_dropped.values())
    assert receipt.rows_read == receipt.rows_kept + receipt.group_rows + receipt.rows_merged + dropped
    assert sum(receipt.value_by_year.values()) == sum(
        r[4] for r in held(con, flow=receipt.flow) if receipt.import_id == r[6]
    )
    check_chapter_sums(con)
    return receipt


def check_chapter_sums(con: duckdb.DuckDBPyConnection) -> None:
    """Check that the sums by chapter are those of the rows."""
    summed: dict[tuple, list[int]] = {}
    for flow, *row in con.execute("SELECT flow, cty_code, hs10, year, month, value, duty FROM flows").fetchall():
        country, hs10, year, month, value, duty = row
        sums = summed.setdefault((flow, country, hs10[:2], year, month), [0, 0, 0])
        sums[:] = [sums[0] + 1, sums[1] + value, sums[2] + (0 if duty is None else value)]
    kept = con.execute("FROM chapter_flows").fetchall()
    assert {row[:5]: list(row[5:]) for row in kept} == summed
    assert len(kept) == len(summed)


def held(con: duckdb.DuckDBPyConnection, table: str = "flows", flow: str = "imports") -> list[tuple]:
    """Rows of flows or group_flows: hs10, cty_code, year, month, value, duty, import_id."""
    return con.execute(
        f"SELECT hs10, cty_code, year, month, value, duty, import_id FROM {table} WHERE flow = ? ORDER BY ALL", [flow]
    ).fetchall()


def facts(con: duckdb.DuckDBPyConnection, table: str = "flows", flow: str = "imports") -> list[tuple]:
    """The same without the number of the import."""
    return [row[:6] for row in held(con, table, flow)]


def is_empty(con: duckdb.DuckDBPyConnection) -> bool:
    tables = ("flows", "group_flows", "trade_imports")
    return not any(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables)


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Empty the tables of trade."""
    for table in ("flows", "chapter_flows", "group_flows", "quantities", "part_flows", "trade_imports"):
        con.execute(f"DELETE FROM {table}")


def csv_of(path: Path, rows: Iterable[Trade], header: str = "hs10,cty_code,time,con_val_mo,cal_dut_mo") -> Path:
    """The given rows as monthly imports."""
    lines = [f"{h},{c},{y}-{m:02d},{v},{'' if d is None else d}" for h, c, y, m, v, d in rows]
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return path


def text_of(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def api_of(path: Path, *rows: list[str | None], lines: bool = True) -> Path:
    """An API reply, laid out as the API does: one row a line."""
    text = "[" + ",\n".join(json.dumps(row) for row in rows) + "]" if lines else json.dumps(rows)
    path.write_text(text, "utf-8")
    return path


API_HEADER = ["I_COMMODITY", "CTY_CODE", "CTY_NAME", "CON_VAL_MO", "CAL_DUT_MO", "COMM_LVL", "time"]


def imp(
    hs10: str, cty: str, value: object, duty: object = 0, *, time: str = "202401", dist: str = "01", rate: str = "61"
) -> str:
    """A record of IMP_DETL.TXT; its year-to-date fields hold ten times the month's value."""
    record = list("0" * 688)
    fields = ((1, hs10), (11, cty), (17, dist), (21, rate), (23, time[:4]), (27, time[4:]))
    amounts = ((74, value), (104, duty), (179, 7 if value else 0), (404, "9" * 12), (434, "9" * 9))
    for start, text in (*fields, *((start, str(amount).rjust(15)) for start, amount in amounts)):
        record[start - 1 : start - 1 + len(text)] = text
    assert len(record) == 688
    return "".join(record)


def exp(hs10: str, cty: str, value: object, *, time: str = "202401", df: str = "1", dist: str = "01") -> str:
    """A record of EXP_DETL.TXT, padded with zeros."""
    record = list("0" * 323)
    fields = ((1, df), (2, hs10), (12, cty), (16, dist), (18, time[:4]), (22, time[4:]))
    for start, text in (*fields, (69, str(value).rjust(15, "0")), (219, "9" * 15)):
        record[start - 1 : start - 1 + len(text)] = text
    assert len(record) == 323
    return "".join(record)


def bulk_of(
    path: Path, records: Iterable[str], *, ending: str = "\r\n", name: str = "IMP_DETL.TXT", **more: str
) -> Path:
    """A bulk zip; ``more`` are further members, by name without .TXT."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "".join(record + ending for record in records))
        for other, text in more.items():
            archive.writestr(f"{other}.TXT", text)
    path.write_bytes(content.getvalue())
    return path
