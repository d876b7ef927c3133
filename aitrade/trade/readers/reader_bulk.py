"""Read Census merchandise bulk files, IMDByymm.ZIP and EXDByymm.ZIP: detail records, straight from the zip."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from aitrade.core.archive import open_zip, read_member
from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import decode_legacy
from aitrade.nomenclature.census_layouts import CONCORD, EXP_DETL, IMP_DETL, Layout
from aitrade.nomenclature.codes import why_not_hs10
from aitrade.trade.countries import Country, parse_country_txt
from aitrade.trade.readers.explanations import explain_text
from aitrade.trade.readers.fixed_width import blocks, numbers
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import Column, ImportOptions, Rows, damaged
from aitrade.workspace.rows import offered

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy import uint8
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Detail:
    """A detail file: its layout, its flow, and the fields that hold value, duty and quantities."""

    layout: Layout
    flow: str
    value: str
    duty: str | None
    quantities: tuple[str, str]


DETAILS = {
    "IMP_DETL.TXT": Detail(IMP_DETL, "imports", "con_val_mo", "cal_dut_mo", ("con_qy1_mo", "con_qy2_mo")),
    "EXP_DETL.TXT": Detail(EXP_DETL, "exports", "all_val_mo", None, ("qty_1_mo", "qty_2_mo")),
}
_COLUMNS = (
    "hs10 VARCHAR, cty_code VARCHAR, year SMALLINT, month TINYINT, value BIGINT, duty BIGINT, "
    "quantity_1 BIGINT, quantity_2 BIGINT"
)
_DIGITS = ("hs10", "cty_code", "year", "month")  # fields that no blanks pad


def is_detail_file(head: bytes) -> bool:
    """Whether a file begins like a detail file by itself: digits where its first record has code, country and month."""
    record = head.split(b"\n", 1)[0].rstrip(b"\r")
    return any(
        len(record) == detail.layout.length
        and all(record[detail.layout.span(field)].isdigit() for field in ("commodity", "cty_code", "year", "month"))
        for detail in DETAILS.values()
    )


def read_bulk(session: ImportSession, path: Path, options: ImportOptions, /) -> list[Rows]:
    """Read the detail records of a bulk zip, or of a detail file by itself.

    Every detail file in the zip is read, in whichever folder; imports and exports are kept apart. Districts, rate
    provisions and re-exports add up in the import.

    Raises:
        BadInputError: the zip is damaged or cut off or holds no detail file or the other flow's alone, two detail files
            hold the same months, or a record has the wrong length or a field that cannot be read.
    """
    parts, countries, units = _parts(path)
    flows = list(dict.fromkeys(part.detail.flow for part in parts))
    if options.flow:
        if options.flow not in flows:
            raise BadInputError(
                f"the file holds {flows[0]}", where=parts[0].where, fix=f"say --flow {flows[0]}, or nothing"
            )
        flows = [options.flow]
    with offered(session.con, "offered_units", units):
        # Each code once, so that no record joins twice.
        session.con.execute(
            "CREATE OR REPLACE TEMP TABLE bulk_units AS SELECT hs10::VARCHAR AS hs10, "
            "any_value(unit_1)::VARCHAR AS unit_1, any_value(unit_2)::VARCHAR AS unit_2 FROM offered_units GROUP BY 1"
        )
    return [_read(session.con, [part for part in parts if part.detail.flow == flow], path, countries) for flow in flows]


@dataclass(frozen=True)
class _Part:
    """A detail file: where it is in the zip (None for a file by itself), what an error calls it, and what it holds."""

    path: Path
    member: str | None
    where: str
    detail: Detail

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Open the file; what is found damaged, here or while it is read, is refused."""
        if self.member is None:
            with self.path.open("rb") as file:
                yield file
        else:
            with open_zip(self.path, str(self.path)) as archive, archive.open(self.member) as file:
                yield file


def _parts(path: Path) -> tuple[list[_Part], tuple[Country, ...], dict[str, list[str | None]]]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            flow = "IMP_DETL.TXT" if len(file.readline().rstrip(b"\r\n")) == IMP_DETL.length else "EXP_DETL.TXT"
        return [_Part(path, None, str(path), DETAILS[flow])], (), _units("")
    with open_zip(path, str(path)) as archive:
        parts = [
            _Part(path, member, f"{path}!{member}", DETAILS[Path(member).name.upper()])
            for member in archive.namelist()
            if Path(member).name.upper() in DETAILS
        ]
        countries = _countries(archive, path)
        units = _units(_member_text(archive, path, "CONCORD.TXT"))
    if not parts:
        raise BadInputError(
            f"the zip holds no {' or '.join(DETAILS)}",
            where=str(path),
            fix="give an IMDB or EXDB zip of the Census merchandise trade files",
        )
    return parts, countries, units


def _units(concordance: str) -> dict[str, list[str | None]]:
    """Both units of quantity of each code in a concordance, by column; an empty row ends each column."""
    lines = [line for line in concordance.splitlines() if line[:10].isdecimal()]
    columns = {"hs10": "commodity", "unit_1": "unit_qy1", "unit_2": "unit_qy2"}
    return {name: [*(CONCORD.cut(line, field) or None for line in lines), None] for name, field in columns.items()}


def _read(con: "DuckDBPyConnection", parts: list[_Part], path: Path, countries: tuple[Country, ...]) -> Rows:
    flow, table = parts[0].detail.flow, f"bulk_{parts[0].detail.flow}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({_COLUMNS})")
    months: dict[tuple[int, int], _Part] = {}
    for part in parts:
        own = set()
        with part.opened() as file:
            for line, block in blocks(file, part.detail.layout, part.where):
                own |= _load(con, table, block, line, part.detail, part.where)
        for month in sorted(own):
            if month in months:
                raise BadInputError(
                    f"{month[0]}-{month[1]:02d} is also in {months[month].where}: it would count twice",
                    where=part.where,
                    fix="take one of the two out of the zip",
                )
            months[month] = part
    columns = (Column("cty_code", "cty_code", "VARCHAR"),)
    locate = partial(_locate, parts)
    relation = f"(FROM {table} LEFT JOIN bulk_units USING (hs10))"
    return Rows(relation, columns, locate, damaged(path), flow, is_checked=True, countries=countries)


def _load(
    con: "DuckDBPyConnection", table: str, block: "NDArray[uint8]", line: int, detail: Detail, where: str
) -> set[tuple[int, int]]:
    """Append a block of records to a table, and say which months they are of."""
    import numpy as np

    fields = {"hs10": "commodity", "cty_code": "cty_code", "year": "year", "month": "month", "value": detail.value}
    if detail.duty:
        fields["duty"] = detail.duty
    fields |= dict(zip(("quantity_1", "quantity_2"), detail.quantities, strict=True))
    columns = {}
    for role, field in fields.items():
        columns[role], bad = numbers(block, detail.layout.span(field), padded=role not in _DIGITS)
        if role == "month":
            bad |= (columns[role] < 1) | (columns[role] > 12)
        if role == "year":
            bad |= (columns[role] < 1989) | (columns[role] > 2100)
        if bad.any():
            raise _unreadable(block, int(bad.argmax()), line, role, field, detail.layout, where)
    duty = "duty" if detail.duty else "NULL"
    con.register("records", columns)
    con.execute(f"""
        INSERT INTO {table} FROM records
        SELECT
            lpad(hs10::VARCHAR, 10, '0'), lpad(cty_code::VARCHAR, 4, '0'), year, month, value, {duty},
            quantity_1, quantity_2
    """)
    con.unregister("records")
    months = np.unique(columns["year"] * 100 + columns["month"])
    return {(int(month) // 100, int(month) % 100) for month in months}


def _unreadable(
    block: "NDArray[uint8]", place: int, line: int, role: str, field: str, layout: Layout, where: str
) -> BadInputError:
    text = block[place, layout.span(field)].tobytes().decode("latin-1")
    what, fix = why_not_hs10(text) if role == "hs10" else explain_text(role, text)
    return BadInputError(what, where=at(where, line + place, field), fix=fix)


def _countries(archive: zipfile.ZipFile, path: Path) -> tuple[Country, ...]:
    text = _member_text(archive, path, "COUNTRY.TXT")
    return tuple(parse_country_txt(text, f"{path}!COUNTRY.TXT")) if text else ()


def _member_text(archive: zipfile.ZipFile, path: Path, wanted: str) -> str:
    """Text of the member of a name, in whichever folder and case; empty where there is none."""
    member = next((name for name in archive.namelist() if Path(name).name.upper() == wanted), None)
    if member is None:
        return ""
    return decode_legacy(read_member(archive, member, str(path)), f"{path}!{member}")


def _locate(parts: list[_Part], _: str, code: str | None) -> str:
    """File, line and column of the first record of a country."""
    import numpy as np

    wanted = np.frombuffer((code or "").encode(), dtype=np.uint8)
    for part in parts:
        span = part.detail.layout.span("cty_code")
        with part.opened() as file:
            for line, block in blocks(file, part.detail.layout, part.where):
                is_country = (block[:, span] == wanted).all(axis=1)
                if is_country.any():
                    return at(part.where, line + int(is_country.argmax()), "cty_code")
    return at(parts[0].where, column="cty_code")
