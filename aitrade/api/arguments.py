"""Arguments as a person writes them, made into what the rooms below take."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from aitrade.core.errors import BadInputError, UsageError, at
from aitrade.core.wording import offer
from aitrade.nomenclature.codes import FLOWS

Years = int | str | Sequence[int | str]
Names = str | Sequence[str]


def flows(flow: str) -> tuple[str, ...]:
    """The flows that ``imports``, ``exports`` or ``all`` means.

    Raises:
        UsageError: it is none of them.
    """
    if flow == "all":
        return FLOWS
    if flow not in FLOWS:
        raise UsageError(f"flow={flow!r} is not a flow", fix=offer(flow, [*FLOWS, "all"]))
    return (flow,)


def names(value: Names | None) -> tuple[str, ...]:
    """Names given as a list, or in one text with commas between them."""
    if value is None:
        return ()
    parts: Iterable[str] = value.split(",") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())


def years(value: Years | None) -> tuple[int, ...]:
    """Years given as numbers, or as text such as ``2024`` or ``2015-2019,2024``.

    Raises:
        UsageError: a part is no year, or a range ends before it starts.
    """
    if value is None:
        return ()
    parts = [value] if isinstance(value, int) else names(value) if isinstance(value, str) else value
    return tuple(year for part in parts for year in ([part] if isinstance(part, int) else _range(part)))


def _range(text: str) -> range:
    parts = re.fullmatch("([0-9]{4})(?:-([0-9]{4}))?", text.strip())
    if parts is None:
        raise UsageError(f"{text!r} is not a year, nor a first and a last one", fix="write such as 2015-2019,2024")
    first, last = int(parts[1]), int(parts[2] or parts[1])
    if last < first:
        raise UsageError(f"years {text} ends before it starts", fix=f"write {last}-{first}")
    return range(first, last + 1)


def only_codes(codes: Sequence[str] | str | Path | None, pad: bool) -> list[str] | None:
    """The codes of a list, or of a file's column hs10; None for all."""
    from aitrade.core.textfile import read_records
    from aitrade.nomenclature.codes import parse_hs10

    if codes is None:
        return None
    if not isinstance(codes, str | Path):
        return [parse_hs10(code, where="codes", pad=pad) for code in codes]
    path = Path(codes)
    _, records = read_records(path, ("hs10",))
    if not records:
        raise BadInputError("the file names no code", where=str(path), fix="list the codes to classify below hs10")
    return [parse_hs10(r.values["hs10"], where=at(path, r.line, "hs10"), pad=pad) for r in records]
