"""Fixed-width records, a block at a time, and the numbers in them."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from aitrade.core.errors import BadInputError, at
from aitrade.nomenclature.census_layouts import Layout

if TYPE_CHECKING:
    from numpy import bool_, int64, uint8
    from numpy.typing import NDArray

_ZERO, _BLANK = 48, 32
BLOCK = 65_536
"""Records that are read at a time: 45 MB of imports."""


def numbers(block: "NDArray[uint8]", span: slice, *, padded: bool) -> "tuple[NDArray[int64], NDArray[bool_]]":
    """Read a field of every record as a non-negative integer.

    Args:
        block: records by bytes, shape (records, record length), ASCII.
        span: the field's bytes in a record; at most 18, so that no number overflows.
        padded: blanks may stand before and behind the digits; otherwise the field is digits throughout.

    Returns:
        The numbers, shape (records,), and which fields are not one: letters, signs, blanks alone or between digits.
    """
    import numpy as np

    records = block.shape[0]
    total = np.zeros(records, dtype=np.int64)
    bad = np.zeros(records, dtype=bool)
    seen = np.zeros(records, dtype=bool)
    ended = np.zeros(records, dtype=bool)
    for byte in np.ascontiguousarray(block[:, span].T):
        digit = byte - np.uint8(_ZERO)  # bytes below "0" wrap around to large numbers
        is_digit = digit <= 9
        bad |= ~is_digit & (byte != _BLANK) if padded else ~is_digit
        ended |= seen & ~is_digit
        bad |= ended & is_digit
        seen |= is_digit
        total = np.where(is_digit, total * 10 + digit, total)
    return total, bad | ~seen


def blocks(file: IO[bytes], layout: Layout, where: str, records: int = BLOCK) -> "Iterator[tuple[int, NDArray[uint8]]]":
    """Cut a file into blocks of records, each with the line of its first record.

    Records may end in CR LF, in LF or in nothing at all; a block has no more than ``records`` of them.

    Returns:
        Pairs of a line number and the records by bytes, shape (records, record length with line ending).

    Raises:
        BadInputError: a record has another length than the layout says.
    """
    import numpy as np

    first = file.read(layout.length + 2)
    ending = b"\r\n" if first.endswith(b"\r\n") else b"\n" if first[layout.length : layout.length + 1] == b"\n" else b""
    stride = layout.length + len(ending)
    line, rest = 1, first
    while True:
        content = rest + file.read(stride * records - len(rest))
        whole = len(content) // stride * stride
        block = np.frombuffer(content, dtype=np.uint8, count=whole).reshape(-1, stride)
        _check_endings(block, line, ending, layout, content, where)
        if whole:
            yield line, block
            line += block.shape[0]
        rest = content[whole:]
        if len(content) < stride * records:
            break
    rest = rest.rstrip(b"\r\n\x1a")
    if len(rest) == layout.length:
        yield line, np.frombuffer(rest, dtype=np.uint8).reshape(1, -1)
    elif rest:
        raise _wrong_length(len(rest), line, layout, where)


def _check_endings(
    block: "NDArray[uint8]", line: int, ending: bytes, layout: Layout, content: bytes, where: str
) -> None:
    import numpy as np

    if not ending:
        if b"\n" in content[: layout.length + 2]:
            raise _wrong_length(len(content.split(b"\n", 1)[0].rstrip(b"\r")), line, layout, where)
        return
    expected = np.frombuffer(ending, dtype=np.uint8)
    wrong = (block[:, layout.length :] != expected).any(axis=1)
    if wrong.any():
        place = int(wrong.argmax())
        record = content[place * block.shape[1] :].split(b"\n", 1)[0].rstrip(b"\r")
        raise _wrong_length(len(record), line + place, layout, where)


def _wrong_length(found: int, line: int, layout: Layout, where: str) -> BadInputError:
    return BadInputError(
        f"the record has {found} bytes, the layout has {layout.length}",
        where=at(where, line),
        fix="the file is cut off or was altered by an editor: download it again",
    )
