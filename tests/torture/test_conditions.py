"""A full disk, a folder to read from only, another user, damaged workspaces, two at once: nothing is lost."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from questions import question_folder
from reliability_figures import record

from tests.torture.children import Children
from tests.torture.scenarios import BEFORE, SCENARIOS, Scenario, contents, fresh, state_of
from tests.torture.tried import Tried

NOBODY = 65534
ROOM = 24 * 2**20  # bytes of the small disk
HELD = "another aitrade process holds this workspace: process "
READING = (("table", "summary"), ("runs", "list"), ("explain", "8471500150"), ("codes", "list"), ("trade", "receipts"))
LONG = os.environ.get("AITRADE_LONG") == "1"
SCENARIOS_THAT_WRITE = [s for s in SCENARIOS if not s.costly]
CHOSEN = [s for s in SCENARIOS_THAT_WRITE if LONG or s.name in ("codes import", "classify", "review export")]
DATABASE = Path("workspace") / "aitrade.duckdb"


def may_mount() -> bool:
    """Whether this machine lets a small disk be mounted."""
    if os.name == "nt" or os.getuid() or not (mount := shutil.which("mount")):
        return False
    return not subprocess.run(["unshare", "-m", mount, "-t", "tmpfs", "none", "/mnt"], check=False).returncode  # noqa: S607


mounts = pytest.mark.skipif(not may_mount(), reason="needs root, to mount a small disk")
root = pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs root, to become nobody")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "none", folder], check=True)  # noqa: S607
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)  # noqa: S607


def fill_up(folder: Path, left: int) -> Path:
    """Take the room of a disk but for some bytes."""
    ballast = folder / "ballast"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - left, 1))
    return ballast


@mounts
@pytest.mark.parametrize("scenario", CHOSEN, ids=lambda s: s.name)
def test_a_full_disk_destroys_nothing(scenario: Scenario, children: Children, base: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        tried = Tried(scenario, children, base, disk / "place")
        refused = 0
        for left in (0,) if scenario.outputs else (0, 8192, 65536):  # bytes
            place = fresh(base, tried.folder, scenario)
            ballast = fill_up(disk, left)
            ended = children.run(place, *scenario.arguments)
            ballast.unlink()
            assert ended.code in (0, 3), (left, ended.err)
            assert "Traceback" not in ended.err
            refused += ended.code == 3
            tried.check_what_is_left(place, ended, f"{scenario.name} with {left} bytes left: {ended.err}")
            children.must(place, *scenario.arguments)
            assert state_of(place) == tried.after
            assert contents(place, scenario.outputs) == tried.written
    assert refused
    record("conditions", f"full disk, {scenario.name}: refused without loss", refused)


@mounts
@pytest.mark.parametrize("scenario", CHOSEN, ids=lambda s: s.name)
def test_a_folder_to_read_from_only(scenario: Scenario, children: Children, base: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        place = fresh(base, disk / "place", scenario)
        before = (place / DATABASE).read_bytes()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)  # noqa: S607
        ended = children.run(place, *scenario.arguments)
        assert (ended.code, "Traceback" in ended.err) == (3, False), ended.err
        for command in READING:
            children.must(place, *command)
        assert (place / DATABASE).read_bytes() == before
        assert contents(place, scenario.outputs) == [BEFORE] * len(scenario.outputs)
    record("conditions", f"folder to read from only, {scenario.name}: refused, {len(READING)} reading commands done", 1)


@root
def test_a_user_without_rights(children: Children, base: Path, toy_weights: Path) -> None:
    """Nobody reads what root made, writes nothing of it, and works in a folder of its own."""
    place = Path("/var/tmp") / f"aitrade-nobody-{os.getpid()}"  # noqa: S108  (nobody may not look into pytest's folders)
    try:
        shutil.copytree(base, place / "root's")
        question = question_folder(place / "question", None)
        environment = {"AITRADE_QUESTION": str(question), "HOME": str(place)}
        ended = children.run(place / "root's", "explain", "8471500150", user=True, environment=environment)
        assert (ended.code, "Traceback" in ended.err, str(toy_weights) in ended.err) == (3, False, True), ended.err
        shutil.copytree(toy_weights, place / "weights")
        for path in (place / "weights", *(place / "weights").rglob("*")):
            path.chmod(0o755)
        how = {"user": True, "environment": environment | {"AITRADE_MODELS": str(place / "weights")}}
        state = state_of(place / "root's")
        for command in READING:
            children.must(place / "root's", *command, **how)
        for scenario in SCENARIOS_THAT_WRITE:
            ended = children.run(place / "root's", *scenario.arguments, **how)
            assert (ended.code, "Traceback" in ended.err) == (3, False), (scenario.name, ended.code, ended.err)
        assert state_of(place / "root's") == state
        shutil.copytree(base, place / "own")
        for path in (place / "own", *(place / "own").rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        for command in (("codes", "import", "more.csv"), ("table", "summary", "-o", "out.csv"), READING[1]):
            children.must(place / "own", *command, **how)
    finally:
        shutil.rmtree(place)
    record("conditions", "a user without rights: commands refused without loss", len(SCENARIOS_THAT_WRITE))


def zeroed(content: bytes, start: int, end: int, step: int = 1) -> bytes:
    """A file with zeros in places."""
    data = bytearray(content)
    data[start:end:step] = bytes(len(data[start:end:step]))
    return bytes(data)


def with_sql(statement: str) -> Callable[[Path], None]:
    """What somebody did to the database by DuckDB."""

    def change(path: Path) -> None:
        with duckdb.connect(str(path)) as con:
            con.execute(statement)

    return change


def with_bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """What happened to the file."""
    return lambda path: path.write_bytes(change(path.read_bytes())) and None


DAMAGES: dict[str, Callable[[Path], None]] = {
    "cut off in the middle": with_bytes(lambda content: content[: len(content) // 2]),
    "cut off after its head": with_bytes(lambda content: content[:4096]),
    "without its head": with_bytes(lambda content: zeroed(content, 0, 4096)),
    "with a damaged head": with_bytes(lambda content: zeroed(content, 16, 12288, 7)),
    "with pages of zeros": with_bytes(lambda content: zeroed(content, 12288, len(content))),
    "with a byte changed on every page": with_bytes(lambda content: zeroed(content, 12300, len(content), 2048)),
    "text in its place": with_bytes(lambda _: b"hs10,description\n" * 999),
    "another file's bytes behind": with_bytes(lambda content: content[:20480] + os.urandom(200_000)),
    "a table gone": with_sql("DROP TABLE predictions"),
    "a column gone": with_sql("ALTER TABLE runs DROP settings"),
    "no record of migrations": with_sql("DROP TABLE migrations"),
    "a newer version": with_sql("INSERT INTO migrations VALUES (999, 'later', now()::TIMESTAMP)"),
    "settings that are a list": with_sql("UPDATE runs SET settings = '[1]'"),
    "a question that is a number": with_sql("UPDATE questions SET contents = '7'"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_workspace_is_said_to_be_so(damage: str, children: Children, base: Path, tmp_path: Path) -> None:
    scenario = SCENARIOS[0]
    place = fresh(base, tmp_path / "place", scenario)
    DAMAGES[damage](place / DATABASE)
    refused = 0
    for command in (
        *READING,
        scenario.arguments,
        ("report", "-o", "x.html"),
        ("runs", "export", "hand", "-o", "x.csv"),
    ):
        before = (place / DATABASE).read_bytes()
        ended = children.run(place, *command)
        assert ended.code in (0, 3), (command, ended.code, ended.err)
        assert "Traceback" not in ended.err, ended.err
        if ended.code == 3:
            assert (place / DATABASE).read_bytes() == before
            assert "fix: " in ended.err
            refused += 1
    assert refused
    record("conditions", f"workspace {damage}: commands that say so", refused)


@pytest.mark.parametrize(
    "second", [("codes", "import", "more.csv"), *READING, ("report", "-o", "x.html")], ids=" ".join
)
def test_somebody_who_comes_while_another_writes_is_told_who_and_since_when(
    second: tuple[str, ...], children: Children, others: Children, base: Path, tmp_path: Path
) -> None:
    (scenario,) = [s for s in SCENARIOS if s.name == "classify"]
    place = fresh(base, tmp_path / "place", scenario)
    after = children.must(place, *scenario.arguments)
    expected = state_of(place)
    place = fresh(base, tmp_path / "place", scenario)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    children.start(place, *scenario.arguments, at=after.points // 2, pause=str(pipe))
    with pipe.open("wb") as go_on:  # opens once the first one waits
        ended = others.run(place, *second)
        assert ended.code == 3, ended.err
        assert HELD in ended.err
        assert ", for " in ended.err
        assert "wait for it to end" in ended.err
        go_on.write(b"x")
    assert children.finish().code == 0
    assert state_of(place) == expected
    others.must(place, *second)
    record("conditions", f"{' '.join(second)} beside a classification: told who writes, and done afterwards", 1)
