#!/usr/bin/env python3
"""Run the example notebook without Jupyter, and keep what its cells show in the file.

    AITRADE_MODELS=models/weights scripts/run_notebook.py [NOTEBOOK]

A cell's value is that of its last expression; it is kept as HTML where it has any, as an image where it is a chart,
and as text besides. Files are written in a temporary folder, so that none is left behind.
"""

import ast
import base64
import contextlib
import io
import json
import os
import pprint
import sys
import tempfile
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "example.ipynb"
LONGEST = 12_000  # characters of a text or of HTML that a reader of the notebook scrolls past


def run_notebook(notebook: dict[str, Any]) -> list[Any]:
    """Run the cells in order, put what each shows under it, and return the values of the code cells."""
    names: dict[str, Any] = {"__name__": "__main__"}
    values = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            values.append(run_cell("".join(cell["source"]), names))
        cell["execution_count"] = len(values)
        cell["outputs"] = []
        if text := printed.getvalue():
            cell["outputs"].append({"output_type": "stream", "name": "stdout", "text": lines(text)})
        if values[-1] is not None:
            cell["outputs"].append(result(values[-1], len(values)))
    return values


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; its value is that of its last expression."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102  (our own notebook)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None  # noqa: S307


def result(value: Any, number: int) -> dict[str, Any]:
    """What a notebook keeps of a cell's value."""
    shown: dict[str, Any] = {}
    if type(value).__module__.startswith("altair"):
        shown["image/png"] = drawn(value)
        shown["text/plain"] = ["a chart"]
    elif hasattr(value, "_repr_html_"):
        shown["text/html"] = lines(value._repr_html_())
        shown["text/plain"] = lines(str(value))
    else:
        shown["text/plain"] = lines(value if isinstance(value, str) else pprint.pformat(value, width=100))
    return {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": shown}


def drawn(chart: Any) -> str:
    import vl_convert

    from aitrade.report.drawing import VEGA_LITE, specification

    return base64.b64encode(vl_convert.vegalite_to_png(specification(chart), vl_version=VEGA_LITE, scale=1)).decode()


def lines(text: str) -> list[str]:
    if len(text) > LONGEST:
        raise SystemExit(f"a cell shows {len(text):,} characters: show less of it")
    return text.splitlines(keepends=True)


def main() -> None:
    path = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else NOTEBOOK
    notebook = json.loads(path.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run_notebook(notebook)
        os.chdir(path.parent)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"ran {path.name}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
