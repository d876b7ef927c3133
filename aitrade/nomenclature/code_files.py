"""Files that list codes: CSV with a header, workbooks, the Census concordances, and HTS schedule exports."""

import io
import re
from dataclasses import dataclass, replace
from pathlib import Path

from aitrade.core.archive import open_zip, read_member
from aitrade.core.clean import clean
from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import decode_named, lines_of, read_bytes, read_records
from aitrade.nomenclature.census_layouts import CONCORD, IMP_EXP_CODE, NAICS, Layout
from aitrade.nomenclature.code_workbook import read_code_sheets
from aitrade.nomenclature.codes import Code, parse_flow, parse_hs10
from aitrade.nomenclature.hts_schedule import CSV_COLUMNS, codes_of, read_schedule_csv, read_schedule_json

_FIXED_WIDTH = re.compile(r"[0-9]{10}[^,;|\t\r\n]")


@dataclass(frozen=True)
class CodeFile:
    """The codes of a file, each once, in the file's order.

    Attributes:
        read: lines before equal ones were merged.
        assumed: whether nothing said that they are import codes.
        encoding: of its text.
    """

    codes: tuple[Code, ...]
    read: int
    assumed: bool
    encoding: str = "utf-8"


def read_code_file(path: Path, flow: str | None = None, *, pad: bool = False) -> CodeFile:
    """Read codes from a CSV file, a workbook, a Census concordance, an IMDB or EXDB zip, or an HTS schedule export.

    Args:
        path: the file. A CSV file or a sheet has the columns hs10 and description, optionally naics, naics_description
            and flow; a concordance is ``CONCORD.TXT``, ``imp-code.txt`` or ``exp-code.txt``; of a zip CONCORD.TXT is
            read. An HTS schedule export (CSV, JSON or Excel) holds import codes.
        flow: the codes' flow; where it is None the file has to say (a flow column, the zip's content, the concordance's
            published name), and a file that does not is taken as import codes.
        pad: put back the leading zero of codes of nine digits.

    Raises:
        BadInputError: a column or value is missing or wrong, or one code has two different descriptions.
    """
    content = read_bytes(path)
    encoding = "utf-8"
    if content.startswith(b"PK\x03\x04"):
        found, assumed, encoding = _from_zip(path, content, flow, pad=pad)
    else:
        text, encoding = decode_named(content, str(path))
        found, assumed = _from_text(path, text.removeprefix("\ufeff"), flow, pad=pad)
    if not found:
        raise BadInputError("the file holds no codes", where=str(path))
    return CodeFile(_merge(found), len(found), assumed, encoding)


def _from_text(path: Path, text: str, flow: str | None, *, pad: bool) -> tuple[list[tuple[Code, str]], bool]:
    if _FIXED_WIDTH.match(text):
        known = flow or _flow_of_name(path.name)
        return _from_concordance(text, str(path), known, {}), known is None
    is_json = text.lstrip().startswith("[")
    header = {name.strip().lower() for name in next(lines_of(text.partition("\n")[0], str(path)), (1, []))[1]}
    if not is_json and not header.issuperset(CSV_COLUMNS):
        return _from_csv(path, flow, pad=pad)
    _refuse_exports(path, flow)
    return (read_schedule_json if is_json else read_schedule_csv)(path), False


def _from_csv(path: Path, flow: str | None, *, pad: bool) -> tuple[list[tuple[Code, str]], bool]:
    columns, records = read_records(path, ("hs10", "description"))
    found = [_row(at(path, record.line), record.values, flow, pad=pad) for record in records]
    return found, flow is None and "flow" not in columns


def _row(where: str, values: dict[str, str], flow: str | None, *, pad: bool) -> tuple[Code, str]:
    """The code of a row with a header, and where it stands."""
    if not values["description"]:
        raise BadInputError(
            "the description is empty",
            where=f"{where}, column description",
            fix="describe the code, or delete the row",
        )
    said = parse_flow(values["flow"], where=f"{where}, column flow") if "flow" in values else None
    code = Code(
        hs10=parse_hs10(values["hs10"], where=f"{where}, column hs10", pad=pad),
        flow=said or flow or "imports",
        description=values["description"],
        naics=values.get("naics") or None,
        naics_description=values.get("naics_description") or None,
    )
    if said and flow and said != flow:
        raise BadInputError(
            f"flow {said} where {flow} was asked for",
            where=f"{where}, column flow",
            fix="leave the flow out: the file says it",
        )
    return code, where


def _refuse_exports(path: Path, flow: str | None) -> None:
    if flow == "exports":
        raise BadInputError(
            "the HTS holds import codes, and --flow says exports",
            where=str(path),
            fix="leave --flow out; export codes are those of Schedule B",
        )


def _from_workbook(path: Path, flow: str | None, *, pad: bool) -> tuple[list[tuple[Code, str]], bool]:
    found, says_flow = [], True
    for sheet in read_code_sheets(path):
        if "indent" in sheet.columns:
            _refuse_exports(path, flow)
            found += codes_of((where, row["hs10"], row["indent"], row["description"]) for where, row in sheet.rows)
        else:
            found += [_row(where, row, flow, pad=pad) for where, row in sheet.rows]
            says_flow = says_flow and "flow" in sheet.columns
    return found, flow is None and not says_flow


def _from_zip(path: Path, content: bytes, flow: str | None, *, pad: bool) -> tuple[list[tuple[Code, str]], bool, str]:
    with open_zip(io.BytesIO(content), str(path)) as archive:
        if "xl/workbook.xml" in archive.namelist():
            return *_from_workbook(path, flow, pad=pad), "utf-8"
        members = {Path(name).name.upper(): name for name in archive.namelist()}
        if "CONCORD.TXT" not in members:
            raise BadInputError(
                "the zip holds no CONCORD.TXT", where=str(path), fix="give an IMDB or EXDB zip, or the concordance"
            )
        text, encoding = decode_named(read_member(archive, members["CONCORD.TXT"], str(path)), f"{path}!CONCORD.TXT")
        naics = read_member(archive, members["NAICS.TXT"], str(path)) if "NAICS.TXT" in members else b""
    said = "exports" if "EXP_DETL.TXT" in members else "imports" if "IMP_DETL.TXT" in members else None
    names = {
        NAICS.cut(line, "naics"): clean(NAICS.cut(line, "description"))
        for line in decode_named(naics, f"{path}!NAICS.TXT")[0].splitlines()
        if line.strip()
    }
    known = flow or said
    return _from_concordance(text, f"{path}!CONCORD.TXT", known, names), known is None, encoding


def _from_concordance(text: str, where: str, flow: str | None, naics_names: dict[str, str]) -> list[tuple[Code, str]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        layout = IMP_EXP_CODE if line[10:14].isspace() else CONCORD
        _check_length(line, layout, at(where, number))
        naics = layout.cut(line, "naics") or None
        code = Code(
            hs10=parse_hs10(layout.cut(line, "commodity"), where=at(where, number, "commodity")),
            flow=flow or "imports",
            description=" ".join(clean(layout.cut(line, "description")).split()),
            naics=naics,
            naics_description=naics_names.get(naics) if naics else None,
        )
        if not code.description:
            raise BadInputError("the description is empty", where=at(where, number, "description"))
        found.append((code, at(where, number)))
    return found


def _check_length(line: str, layout: Layout, where: str) -> None:
    # Trailing blanks may have been stripped by an editor; the NAICS field is the last that is needed.
    if not layout.span("naics").stop <= len(line) <= layout.length:
        raise BadInputError(
            f"the record has {len(line)} characters, the layout has {layout.length}",
            where=where,
            fix="the file is cut off or is no Census concordance: download it again",
        )


def _flow_of_name(name: str) -> str | None:
    """The Census Bureau publishes the two concordances under fixed names; their content does not tell them apart."""
    return {"imp-code.txt": "imports", "exp-code.txt": "exports"}.get(name.lower())


def _merge(found: list[tuple[Code, str]]) -> tuple[Code, ...]:
    merged: dict[tuple[str, str], tuple[Code, str]] = {}
    for code, where in found:
        before, first = merged.setdefault(code.key, (code, where))
        for field in ("description", "naics", "naics_description"):
            old, new = getattr(before, field), getattr(code, field)
            if old and new and old != new:
                raise BadInputError(
                    f"code {code.hs10} is there twice with different {field}: {new!r}, and {old!r} at {first}",
                    where=where,
                    fix="delete one of the two",
                )
        merged[code.key] = (
            replace(
                before,
                naics=before.naics or code.naics,
                naics_description=before.naics_description or code.naics_description,
            ),
            first,
        )
    return tuple(code for code, _ in merged.values())
