"""What is killed: commands with the workspace and files that they start from."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import toys

from tests.torture import whole_path as files
from tests.torture.children import Children

CALIBRATION = f"out/{files.DEMO_EMBEDDER}/{files.MODEL}.json"
BEFORE = b"what was there before"
# Times (evidence may hold one), the number of an import (a file that was imported before the kill is so once more), and
# how much a run found kept.
VOLATILE = {"started_at", "finished_at", "imported_at", "applied_at", "evidence", "import_id", "asked", "reused"}
State = dict[str, tuple[tuple[Any, ...], ...]]


@dataclass(frozen=True)
class Scenario:
    """A command, and what it may leave.

    Args:
        name: for people.
        arguments: of the command line.
        outputs: the files that it writes, which are there before with other content.
        steps: command lines whose states may also be found, such as the first file of an import of two.
        grows: whether rows of a run may be there in part, in whole batches.
        costly: whether it is for the long group alone.
    """

    name: str
    arguments: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    steps: tuple[tuple[str, ...], ...] = ()
    grows: bool = False
    costly: bool = False


SCENARIOS = (
    Scenario("codes import", ("codes", "import", "more.csv")),
    Scenario(
        "trade import",
        ("trade", "import", "revised.csv", "exports.csv", "--revision"),
        steps=(("trade", "import", "revised.csv", "--revision"),),
    ),
    Scenario("trade countries", ("trade", "countries", "countries.csv")),
    Scenario("labels import", ("labels", "import", "labels.csv", "--name", "hand", "--replace")),
    Scenario("exemptions import", ("exemptions", "import", "list.csv", "--name", "annex")),
    Scenario("review import", ("review", "import", "review.csv", "--name", "reviewed")),
    Scenario("classify", ("classify", *files.CHOSEN, "--flow", "all"), grows=True),
    Scenario(
        "calibrate", ("calibrate", *files.CHOSEN, "-o", "out"), outputs=(f"out/{files.DEMO_EMBEDDER}/toy-llama.json",)
    ),
    Scenario("table", ("table", "summary", "-o", "out.csv"), outputs=("out.csv",)),
    Scenario("runs export", ("runs", "export", "hand", "-o", "out.csv"), outputs=("out.csv",)),
    Scenario("review export", ("review", "export", "out.csv", "--replace"), outputs=("out.csv",)),
    Scenario(
        "report",
        ("report", "-o", "out.html", "--tables", "tables"),
        outputs=("out.html", "tables/summary.csv"),
    ),
    Scenario(
        "models tune",
        ("models", "tune", files.MODEL, "--name", "own", "--epochs", "2", "--folds", "2", "--device", "cpu"),
        costly=True,
    ),
)


def make_base(folder: Path, children: Children) -> Path:
    """Make the workspace and files that every scenario starts from."""
    folder.mkdir()
    files.write_codes(folder / "codes.csv")
    more = "".join(f"85423{n:05d},CIRCUIT {n}\n" for n in range(300))
    (folder / "more.csv").write_text("hs10,description\n" + more, "utf-8")
    files.write_trade(folder / "imports.csv", "imports")
    files.write_trade(folder / "revised.csv", "imports", factor=3)
    files.write_trade(folder / "exports.csv", "exports")
    files.write_labels(folder / "labels.csv")
    files.write_list(folder / "list.csv")
    (folder / "countries.csv").write_text("cty_code,name\n9990,Atlantis\n9991,Mu\n", "utf-8")
    ready = (
        ("codes", "import", "codes.csv"),
        ("trade", "import", "imports.csv"),
        ("labels", "import", "labels.csv", "--name", "hand"),
        ("review", "export", "review.csv"),
    )
    for arguments in ready:
        children.must(folder, *arguments)
    files.fill_in(folder / "review.csv")
    return folder


def fresh(base: Path, folder: Path, scenario: Scenario) -> Path:
    """Copy the base, with a file of before in every place that the scenario writes to."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    for name in scenario.outputs:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(BEFORE)
    return folder


def state_of(folder: Path) -> State:
    """Every row of every table but times and receipts, read by DuckDB itself from a copy of the database."""
    copy = folder / "copy"
    copy.mkdir()
    for file in (folder / "workspace").glob("aitrade.duckdb*"):
        shutil.copy(file, copy)
    state: State = {}
    with duckdb.connect(str(copy / "aitrade.duckdb")) as con:
        for flows in ("flows", "group_flows"):
            assert not con.execute(f"FROM {flows} ANTI JOIN trade_imports USING (import_id)").fetchall()
        query = "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'trade_imports' ORDER BY 1"
        for (table,) in con.execute(query).fetchall():
            cursor = con.execute(f"FROM {table}")
            names = [column[0] for column in cursor.description or ()]
            places = [place for place, name in enumerate(names) if name not in VOLATILE]
            rows = (tuple(str(row[place]) for place in places) for row in cursor.fetchall())
            state[table] = tuple(sorted(rows))
    shutil.rmtree(copy)
    return state


def contents(folder: Path, names: Sequence[str]) -> list[bytes]:
    """What files hold."""
    return [(folder / name).read_bytes() for name in names]


def batches(state: State) -> int:
    """Predictions of the run in work."""
    return len(state["predictions"]) - len(toys.LABELLED)
