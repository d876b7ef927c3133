"""Look into a GGUF file before it is converted: its family has to be one that transformers converts."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from aitrade.core.bounds import LONGEST_GGUF_LISTS
from aitrade.core.errors import BadInputError, ModelError
from aitrade.models.architecture import first_line

_MAGIC = b"GGUF"
_STRING, _LIST = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # bytes of the other types


def check_gguf(path: Path) -> None:
    """Refuse what is no GGUF file, or one of a family that transformers does not convert; no weights are read.

    Raises:
        BadInputError: there is no such file.
        ModelError: as said; or its settings are cut off, or hold lists of more than ``LONGEST_GGUF_LISTS`` values.
    """
    if not path.is_file():
        raise BadInputError("there is no such file", where=str(path), fix="give a GGUF file or a model folder")
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise ModelError("this is no GGUF file", where=str(path), fix="download it again")
            _check_lists(file, path.stat().st_size)
        from gguf import GGUFReader
        from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES

        family = GGUFReader(path).fields["general.architecture"].contents()
    except (ValueError, KeyError, IndexError, OSError, OverflowError, struct.error) as error:
        raise ModelError(
            f"the GGUF file cannot be read: {first_line(error)}", where=str(path), fix="download it again"
        ) from error
    if family not in GGUF_SUPPORTED_ARCHITECTURES:
        raise ModelError(
            f"transformers converts no GGUF file of the family {family}",
            where=str(path),
            fix="take the model as a Hugging Face folder with safetensors",
        )


def _check_lists(file: IO[bytes], size: int) -> None:
    """Walk through the settings: the library would go on past the end of a file for as long as a list claims to be."""
    version = file.read(4)
    order = "<" if version[:2] != b"\0\0" else ">"
    _, settings = struct.unpack(f"{order}QQ", file.read(16))
    values = 0
    for _ in range(settings):
        (name,) = struct.unpack(f"{order}Q", file.read(8))
        _skip(file, name, size)
        (kind,) = struct.unpack(f"{order}I", file.read(4))
        for length in _lengths(file, order, kind):
            _skip(file, length, size)
            values += 1
            if values > LONGEST_GGUF_LISTS:
                raise ValueError(f"its settings hold more than {LONGEST_GGUF_LISTS:,} values")


def _lengths(file: IO[bytes], order: str, kind: int) -> Iterator[int]:
    """Bytes of each value of a setting; the file is to be moved past each before the next is asked for."""
    count = 1
    if kind == _LIST:
        kind, count = struct.unpack(f"{order}IQ", file.read(12))
        if count > LONGEST_GGUF_LISTS:
            raise ValueError(f"a setting is a list of {count:,} values")
    if kind != _STRING and kind not in _SIZES:
        raise ValueError(f"a setting is {'a list of lists' if kind == _LIST else f'of the unknown type {kind}'}")
    for _ in range(count):
        yield _SIZES[kind] if kind in _SIZES else struct.unpack(f"{order}Q", file.read(8))[0]


def _skip(file: IO[bytes], length: int, size: int) -> None:
    if file.tell() + length > size:
        raise ValueError("it is cut off within its settings")
    file.seek(length, os.SEEK_CUR)
