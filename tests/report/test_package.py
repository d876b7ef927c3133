"""The replication package: its own script makes its tables again, byte for byte, in a clean folder."""

import hashlib
import re
import shlex
from pathlib import Path

import pytest
import report_workspace as made

import aitrade
from aitrade.core.errors import UsageError
from aitrade.trade.paper.exhibits import EXHIBITS
from aitrade.workspace import open_workspace


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    made.fill(folder / "workspace")
    with open_workspace(folder / "workspace") as con:  # as an import leaves it, but no spreadsheet may run it
        for name in ("codes", "predictions"):
            con.execute(f"UPDATE {name} SET description = '=SUM(processing units)' WHERE hs10 = '8471500150'")
    aitrade.open(folder / "workspace").package(folder / "package", run=made.RUN)
    return folder / "package"


def test_its_script_makes_the_same_tables_byte_for_byte(
    packed: Path, tmp_path: Path, monkeypatch, command_line
) -> None:
    """As a shell would run it, but in this process: a process for each of its commands would take a minute."""
    monkeypatch.chdir(packed)
    lines = [line for line in (packed / "run_all.sh").read_text("utf-8").splitlines() if line.startswith("$AITRADE")]
    assert lines
    for line in lines:
        program, option, workspace, *rest = shlex.split(line.replace("$work", str(tmp_path)))
        assert (program, option) == ("$AITRADE", "--workspace")
        done = command_line(Path(workspace), *rest)
        assert done.code == 0, (line, done.err)
    sums = dict(reversed(line.split("  ")) for line in (packed / "SHA256SUMS").read_text("utf-8").splitlines())
    again = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (packed / "output_again").iterdir()}
    assert again == sums
    assert {path.name for path in (packed / "output").iterdir()} == set(sums)


def test_the_readme_names_every_table_every_source_and_the_versions(packed: Path) -> None:
    text = (packed / "README.md").read_text("utf-8")
    for path in (packed / "output").glob("*.csv"):
        assert f"output/{path.stem}.csv" in text
    for heading in ("Data availability", "Statement about rights", "Computational requirements", "List of tables"):
        assert heading in text
    for flow in ("imports", "exports"):
        assert f"{flow}.parquet" in text  # the file as imported, by name
    assert "cafe" in text  # its hash
    assert f"aitrade {aitrade.__version__}" in text
    assert "secret" not in text  # nobody's folders
    assert re.search(r"^- \[ \] I certify", text, re.M)  # nobody certifies for the authors


def test_what_the_data_do_not_allow_is_said(tmp_path: Path) -> None:
    folder = made.fill(tmp_path / "w", flows=("imports",), months=((2024, 0),))
    written = aitrade.open(folder).package(tmp_path / "p", run=made.RUN)
    names = {one.name for one in written.exhibits}
    assert "summary-imports" in names
    assert names.isdisjoint(written.missing)
    assert names | set(written.missing) == {one.name for one in EXHIBITS}
    assert "no exports" in written.missing["summary-exports"]
    assert "no exports" in (tmp_path / "p" / "README.md").read_text("utf-8")


def test_a_folder_that_holds_something_is_left_alone(packed: Path) -> None:
    with pytest.raises(UsageError, match="not empty"):
        aitrade.open(packed.parent / "workspace").package(packed, run=made.RUN)
