"""Read Census merchandise bulk files, IMDByymm.ZIP and EXDByymm.ZIP: detail records, straight from the zip."""

import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import decode
from aitrade.nomenclature.census_layouts import EXP_DETL, IMP_DETL, Layout
from aitrade.nomenclature.codes import why_not_hs10
from aitrade.trade.countries import Country, parse_country_txt
from aitrade.trade.readers.explanations import explain_text
from aitrade.trade.readers.fixed_width import blocks, numbers
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import Column, ImportOptions, Rows, damaged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy import uint8
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Detail:
    """A detail file: its layout, its flow, and the fields that hold value and duty."""

    layout: Layout
    flow: str
    value: str
    duty: str | None


DETAILS = {
    "IMP_DETL.TXT": Detail(IMP_DETL, "imports", "con_val_mo", "cal_dut_mo"),
    "EXP_DETL.TXT": Detail(EXP_DETL, "exports", "all_val_mo", None),
}
_COLUMNS = "hs10 VARCHAR, cty_code VARCHAR, year SMALLINT, month TINYINT, value BIGINT, duty BIGINT"


def read_bulk(session: ImportSession, path: Path, options: ImportOptions, /) -> list[Rows]:
    """Read the detail records of a bulk zip; districts, rate provisions and re-exports add up in the import.

    Raises:
        BadInputError: the zip is damaged or cut off or holds no detail file or the other flow's, or a record has the
            wrong length or a field that cannot be read.
    """
    con = session.con
    try:
        with zipfile.ZipFile(path) as archive:
            members = {Path(name).name.upper(): name for name in archive.namelist()}
            name = next((name for name in DETAILS if name in members), None)
            if name is None:
                raise BadInputError(
                    f"the zip holds no {' or '.join(DETAILS)}",
                    where=str(path),
                    fix="give an IMDB or EXDB zip of the Census merchandise trade files",
                )
            detail, where = DETAILS[name], f"{path}!{name}"
            if options.flow not in (None, detail.flow):
                raise BadInputError(
                    f"the file holds {detail.flow}", where=where, fix=f"say --flow {detail.flow}, or nothing"
                )
            con.execute(f"CREATE OR REPLACE TEMP TABLE bulk_rows ({_COLUMNS})")
            with archive.open(members[name]) as file:
                for line, block in blocks(file, detail.layout, where):
                    _load(con, block, line, detail, where)
            countries = _countries(archive, members, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise BadInputError(
            f"the zip is damaged or cut off: {error}", where=str(path), fix="download it again"
        ) from error
    locate = partial(_locate, path, members[name], detail, where)
    columns = (Column("cty_code", "cty_code", "VARCHAR"),)
    return [Rows("bulk_rows", columns, locate, damaged(path), detail.flow, is_checked=True, countries=countries)]


def _load(con: "DuckDBPyConnection", block: "NDArray[uint8]", line: int, detail: Detail, where: str) -> None:
    """Append a block of records to ``bulk_rows``."""
    fields = {"hs10": "commodity", "cty_code": "cty_code", "year": "year", "month": "month", "value": detail.value}
    if detail.duty:
        fields["duty"] = detail.duty
    columns = {}
    for role, field in fields.items():
        columns[role], bad = numbers(block, detail.layout.span(field), padded=role in ("value", "duty"))
        if role == "month":
            bad |= (columns[role] < 1) | (columns[role] > 12)
        if role == "year":
            bad |= (columns[role] < 1989) | (columns[role] > 2100)
        if bad.any():
            raise _unreadable(block, int(bad.argmax()), line, role, field, detail.layout, where)
    duty = "duty" if detail.duty else "NULL"
    con.register("records", columns)
    con.execute(f"""
        INSERT INTO bulk_rows FROM records
        SELECT lpad(hs10::VARCHAR, 10, '0'), lpad(cty_code::VARCHAR, 4, '0'), year, month, value, {duty}
    """)
    con.unregister("records")


def _unreadable(
    block: "NDArray[uint8]", place: int, line: int, role: str, field: str, layout: Layout, where: str
) -> BadInputError:
    text = block[place, layout.span(field)].tobytes().decode("latin-1")
    what, fix = why_not_hs10(text) if role == "hs10" else explain_text(role, text)
    return BadInputError(what, where=at(where, line + place, field), fix=fix)


def _countries(archive: zipfile.ZipFile, members: dict[str, str], path: Path) -> tuple[Country, ...]:
    if "COUNTRY.TXT" not in members:
        return ()
    where = f"{path}!COUNTRY.TXT"
    return tuple(parse_country_txt(decode(archive.read(members["COUNTRY.TXT"]), where), where))


def _locate(path: Path, member: str, detail: Detail, where: str, _: str, code: str | None) -> str:
    """File, line and column of the first record of a country."""
    import numpy as np

    wanted = np.frombuffer((code or "").encode(), dtype=np.uint8)
    span = detail.layout.span("cty_code")
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        for line, block in blocks(file, detail.layout, where):
            is_country = (block[:, span] == wanted).all(axis=1)
            if is_country.any():
                return at(where, line + int(is_country.argmax()), "cty_code")
    return at(where, column="cty_code")
