"""The example notebook runs: its cells, one after the other, as a kernel would run them."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
import report_workspace as made

NOTEBOOK = Path(__file__).parents[2] / "docs" / "example.ipynb"


def test_the_example_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AITRADE_WORKSPACE", str(made.fill(tmp_path / "workspace")))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    shown = [
        value
        for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code"
        for value in [run_cell("".join(cell["source"]), names)]
    ]
    assert len(shown) == 6
    assert "<table>" in shown[1]._repr_html_()
    assert shown[3].to_dict()["title"]["text"]
    assert (tmp_path / "report.html").exists()


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; its value is that of its last expression."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102  (our own notebook)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None  # noqa: S307
