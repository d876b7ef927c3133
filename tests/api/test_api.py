"""The Python API: the same figures as the command line's, as objects a notebook can show."""

import sys
from pathlib import Path

import pytest
import report_workspace as made

import aitrade
from aitrade.core.errors import BadInputError, UsageError
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table
from aitrade.workspace import open_workspace


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.fill(tmp_path_factory.mktemp("api") / "workspace")


def test_a_table_is_the_command_lines(folder: Path) -> None:
    workspace = aitrade.open(folder)
    result = workspace.table("summary", flow="exports", years=(2024,))
    with open_workspace(folder) as con:  # nothing holds the database
        assert result.table == table(con, "summary", Options(flow="exports", years=(2024,)))
    assert result.records()[0]["relevance"] == "High"
    assert [run.run for run in workspace.runs()] == [made.HAND, made.RUN]
    assert str(result).startswith(result.table.title)


def test_html_shows_and_escapes(folder: Path) -> None:
    shown = aitrade.open(folder).table("top")._repr_html_()
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;/script&gt;&lt;img" in shown
    assert ">8471500150<" in shown


def test_charts_are_drawn_of_every_table(folder: Path) -> None:
    workspace = aitrade.open(folder)
    from aitrade.trade.tables.catalogue import SPECS

    for name in SPECS:
        spec = workspace.table(name).chart().to_dict()
        assert next(iter(spec["datasets"].values())), name
    assert workspace.table("exemptions", flow="exports").chart().to_dict()["datasets"]
    chosen = workspace.table("index").chart(measure="Billion dollars").to_dict()
    assert "billion" in " ".join(chosen["title"]["subtitle"])
    with pytest.raises(UsageError, match="can't be chosen"):
        workspace.table("index").chart(measure="Euro")


def test_to_arrow(folder: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    found = aitrade.open(folder).table("top").to_arrow()
    assert found.schema.field("hs10").type == arrow.string()
    assert found.schema.field("rank").type == arrow.int64()
    assert found.schema.field("value_2024").type == arrow.float64()
    assert found.to_pylist() == aitrade.open(folder).table("top").records()


def test_to_pandas(folder: Path) -> None:
    pytest.importorskip("pandas")
    found = aitrade.open(folder).table("top").to_pandas()
    assert found["hs10"].tolist() == [row["hs10"] for row in aitrade.open(folder).table("top").records()]
    assert str(found["rank"].dtype) == "Int64"


def test_what_cannot_be_asked_says_so(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInputError, match="no workspace"):
        aitrade.open(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="no option 'flows'"):
        aitrade.open(folder).table("top", flows="imports")
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="pip install pandas"):
        aitrade.open(folder).table("top").to_pandas()
    with pytest.raises(AttributeError, match="nothing_here"):
        aitrade.nothing_here  # noqa: B018


def test_the_report(folder: Path, tmp_path: Path) -> None:
    (path,) = aitrade.open(folder).report(tmp_path / "r.html", run=made.RUN).files
    assert path.read_text("utf-8").startswith("<!doctype html>")
