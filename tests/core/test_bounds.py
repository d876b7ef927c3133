"""Files that are none, or have no end, given wherever a file is asked for: refused at once, by our own errors."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import report_workspace as made

from aitrade.core import files
from aitrade.core.errors import BadInputError
from aitrade.core.files import read_bounded

COMMANDS = {
    "labels": ("labels", "import", "{file}", "--name", "x"),
    "exemptions": ("exemptions", "import", "{file}", "--name", "x"),
    "codes": ("codes", "import", "{file}"),
    "a review": ("review", "import", "{file}", "--name", "x"),
    "a review as a workbook": ("review", "import", "{file}.xlsx", "--name", "x"),
    "exemplars": ("exemplars", "check", "{file}"),
    "countries": ("trade", "countries", "{file}"),
    "codes to classify": ("classify", "--codes", "{file}"),
}
STRANGE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a folder": Path.mkdir,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.fill(tmp_path_factory.mktemp("bounds") / "workspace")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", STRANGE)
def test_what_is_no_file_is_refused_at_once(command: str, what: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / ("file.xlsx" if "workbook" in command else "file")
    STRANGE[what](path)
    arguments = [part.format(file=tmp_path / "file") for part in COMMANDS[command]]
    done = subprocess.run(
        [sys.executable, "-c", "from aitrade.cli import main; main()", "--workspace", folder, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (2, 3), done.stderr
    assert "Traceback" not in done.stderr
    assert str(path) in done.stderr.replace("\n", "")


def test_a_file_that_is_too_large_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(files.LARGEST_TEXT + 1)  # of holes: it takes no room on the disk
    with pytest.raises(BadInputError, match="larger than 0 MiB"):
        read_bounded(path, 1000)
    path.write_bytes(b"x" * 1000)
    assert len(read_bounded(path, 1000)) == 1000
