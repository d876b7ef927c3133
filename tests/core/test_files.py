"""Files that cannot be written are the user's to fix: exit code 3, the path and the fix, and no traceback."""

import errno
import os
import resource
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import report_workspace as made
from conftest import MODEL

import aitrade as api
from aitrade.core.errors import BadInputError
from aitrade.core.files import atomic_write, require_writable, writing
from aitrade.workspace import open_workspace
from aitrade.workspace.runs import get_run

WRITES = {
    "a table": ("table", "summary", "--years", "2024", "--format", "text", "-o"),
    "predictions": ("runs", "export", made.RUN, "-o"),
    "the page": ("report", "--run", made.RUN, "-o"),
    "files for a paper": ("report", "--run", made.RUN, "-o", "{tmp}/r.html", "--tables"),
    "a workbook": ("review", "export", "--replace", "--run", made.RUN),
    "a calibration": ("calibrate", "--model", "nothing", "-o"),
    "a pack of models": ("models", "pack", "--model", "all-minilm-l6-v2"),
    "an adapter": ("models", "tune", MODEL, "--name", "own", "--device", "cpu", "-o"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.fill(tmp_path_factory.mktemp("output") / "workspace")


@pytest.mark.parametrize("what", WRITES)
def test_a_place_that_cannot_be_written_to(what, folder, tmp_path, command_line, models):
    file = tmp_path / "a file"
    file.write_text("kept", "utf-8")
    out = file / "deep" / ("out.xlsx" if what == "a workbook" else "out")
    found = partial(command_line, folder)(*(part.format(tmp=tmp_path) for part in WRITES[what]), out)
    assert (found.code, found.out) == (3, "")
    assert f"aitrade: {file}" in found.err
    assert "cannot be written" in found.err
    assert "fix: choose another place" in found.err
    assert file.read_text("utf-8") == "kept"
    assert not (tmp_path / "r.html").exists()  # nothing is computed for what cannot be written


def test_a_folder_is_no_file(folder, tmp_path, command_line):
    for arguments in (WRITES["a table"], WRITES["predictions"], WRITES["the page"]):
        found = command_line(folder, *arguments, tmp_path)
        assert found.code == 3
        assert f"aitrade: {tmp_path}: this cannot be written: Is a directory" in found.err


def test_a_full_disk_is_said_as_such(folder):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    from aitrade.workspace.predictions import export_csv

    with open_workspace(folder) as con, pytest.raises(BadInputError, match="No space left.*has room"):
        export_csv(con, get_run(con, made.RUN).run, full)


def test_what_may_not_be_written_is_refused_before_the_work(tmp_path, monkeypatch):
    require_writable(tmp_path / "new" / "file")
    assert (tmp_path / "new").is_dir()
    assert not (tmp_path / "new" / "file").exists()
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(BadInputError, match="Permission denied"):
        require_writable(tmp_path / "file")


def test_an_error_of_many_files_says_what_it_is(tmp_path):
    with pytest.raises(BadInputError, match="two went wrong"), writing(tmp_path / "x"):
        raise shutil.Error("two went wrong")
    with pytest.raises(BadInputError) as caught, writing(tmp_path / "x"):
        raise OSError(errno.EROFS, "Read-only file system", "/media/stick/x")
    assert caught.value.where == "/media/stick/x"


def test_the_api_says_so_too(folder, tmp_path):
    with pytest.raises(BadInputError, match="Is a directory"):
        api.open(folder).report(tmp_path, run=made.RUN)


def test_what_a_stop_leaves_half_written_is_never_seen(tmp_path: Path) -> None:
    path = tmp_path / "made" / "file.json"
    with atomic_write(path) as partial:
        partial.write_text("old", "utf-8")
        assert not path.exists()
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as partial:
        partial.write_text("ne", "utf-8")
        raise KeyboardInterrupt
    assert path.read_text("utf-8") == "old"
    assert list(path.parent.iterdir()) == [path]
    with atomic_write(path) as partial:
        partial.write_text("new", "utf-8")
    assert path.read_text("utf-8") == "new"


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a power cut can leave an empty file that another already speaks of."""
    synced: list[bool] = []
    monkeypatch.setattr("os.fsync", lambda _: synced.append(not (tmp_path / "file").exists()))
    with atomic_write(tmp_path / "file") as partial:
        partial.write_bytes(b"new")
    assert synced == [True, False]  # the file, then the folder with its name


@pytest.mark.parametrize("what", ["a table", "predictions", "the page", "a workbook", "a review as text"])
def test_a_full_disk_leaves_what_was_there(what, folder, tmp_path):
    """A real limit in a real process: nothing larger than some bytes can be written."""
    out = tmp_path / {"a workbook": "out.xlsx", "a review as text": "out.csv"}.get(what, "out")
    out.write_bytes(b"a reviewer's work")
    arguments = WRITES.get(what, WRITES["a workbook"])
    done = subprocess.run(
        [sys.executable, "-c", "from aitrade.cli import main; main()", "--workspace", folder, *arguments, out],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40)),
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 3, done.stderr
    assert "this cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr or what == "a workbook"  # openpyxl complains of its own temporary file too
    assert out.read_bytes() == b"a reviewer's work"
    assert list(tmp_path.iterdir()) == [out]


def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept", tmp_path / "link"
    kept.write_text("old")
    kept.chmod(0o640)
    link.symlink_to("kept")
    with atomic_write(link) as partial:
        partial.write_text("new")
    assert (link.is_symlink(), kept.read_text(), kept.stat().st_mode & 0o777) == (True, "new", 0o640)


def test_what_is_no_file_is_written_as_it_is(tmp_path: Path) -> None:
    read, write = os.pipe()
    with atomic_write(Path(f"/dev/fd/{write}")) as place:
        place.write_text("data")
    assert os.read(read, 99) == b"data"
    os.close(read)
    os.close(write)
