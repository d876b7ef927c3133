"""Begin a question of one's own: a folder with a commented skeleton, or a copy of another question."""

import re
import shutil
from pathlib import Path

from aitrade.core.errors import UsageError
from aitrade.core.files import require_writable, write_file, writing
from aitrade.core.paths import shipped
from aitrade.question.catalogue import QUESTION_FILE
from aitrade.question.exemplars import COLUMNS
from aitrade.question.question import EXEMPLARS
from aitrade.question.question_file import QUESTION_NAME

SKELETON = "data/new-question.toml"
PARTS = (EXEMPLARS, "prompts.toml", "titles.csv", "shorthand.csv", "gold", "calibration", "adapters", "published")
_COPIED = tuple(part for part in PARTS if part != "published")  # of the other question, by its name
_NAME_LINE = re.compile(r"(?m)^(name\s*=\s*)(\"[^\"\n]*\"|'[^'\n]*')")


def new_question(folder: Path, source: Path | None = None) -> Path:
    """Write the folder of a new question; its name is the folder's. Returns ``question.toml``.

    Args:
        folder: where; made if it is not there.
        source: folder of a question to copy; None for the skeleton, without exemplars.

    Raises:
        UsageError: the folder holds a question already, or its name cannot name a question.
        BadInputError: a file cannot be written.
    """
    name, target = folder.resolve().name, folder / QUESTION_FILE
    if not QUESTION_NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot name a question", fix="use letters, digits, dot, hyphen and underscore")
    for path in (target, *(folder / part for part in PARTS)):
        if path.exists():
            raise UsageError(f"{path} is there already", fix="choose another folder")
    require_writable(target)
    text = (source / QUESTION_FILE if source else shipped(SKELETON)).read_text("utf-8-sig")
    for part in _COPIED if source else ():
        _copy(source / part if source else Path(), folder / part)
    if source is None:
        write_file(folder / EXEMPLARS, (",".join(COLUMNS) + "\n").encode())
    return write_file(target, _NAME_LINE.sub(rf'\g<1>"{name}"', text, count=1).encode())


def _copy(path: Path, target: Path) -> None:
    with writing(target):
        if path.is_dir():
            shutil.copytree(path, target)
        elif path.is_file():
            shutil.copyfile(path, target)
