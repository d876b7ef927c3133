"""Look into a GGUF file before it is converted: its family has to be one that transformers converts."""

import struct
from pathlib import Path

from aitrade.core.errors import BadInputError, ModelError
from aitrade.models.architecture import first_line

_MAGIC = b"GGUF"


def check_gguf(path: Path) -> None:
    """Refuse what is no GGUF file, or one of a family that transformers does not convert; no weights are read.

    Raises:
        BadInputError: there is no such file.
        ModelError: as said.
    """
    if not path.is_file():
        raise BadInputError("there is no such file", where=str(path), fix="give a GGUF file or a model folder")
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ModelError("this is no GGUF file", where=str(path), fix="download it again")
    from gguf import GGUFReader
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES

    try:
        family = GGUFReader(path).fields["general.architecture"].contents()
    except (ValueError, KeyError, IndexError, OSError, struct.error) as error:
        raise ModelError(
            f"the GGUF file cannot be read: {first_line(error)}", where=str(path), fix="download it again"
        ) from error
    if family not in GGUF_SUPPORTED_ARCHITECTURES:
        raise ModelError(
            f"transformers converts no GGUF file of the family {family}",
            where=str(path),
            fix="take the model as a Hugging Face folder with safetensors",
        )
