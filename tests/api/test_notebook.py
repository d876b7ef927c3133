"""The example notebook runs: its cells, one after the other, as a kernel would run them."""

import json
import re
from pathlib import Path

import pytest
from conftest import loaded_script

from aitrade.core.paths import weights_folder

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "example.ipynb"
MODELS = ("smollm2-135m-instruct", "all-minilm-l6-v2")


def outputs(notebook: dict) -> list[str]:
    return [json.dumps(cell["outputs"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_shows_what_its_cells_gave_and_nothing_of_a_machine() -> None:
    text = NOTEBOOK.read_text("utf-8")
    notebook = json.loads(text)
    assert len(text) < 200_000
    shown = outputs(notebook)
    assert all(output != "[]" for output in shown)
    assert any("image/png" in output for output in shown)
    assert not re.search(r"/(tmp|home|root|work)/", "".join(shown))


@pytest.mark.real
@pytest.mark.skipif(
    not all((weights_folder() / name / "aitrade.json").is_file() for name in MODELS),
    reason=f"{' and '.join(MODELS)} are not installed: run `make models-test`",
)
def test_the_notebook_goes_from_nothing_to_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AITRADE_QUESTION", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    kept = outputs(notebook)
    with loaded_script("run_notebook") as script:
        script.run_notebook(notebook)
    fresh = outputs(notebook)
    assert fresh[0] == kept[0]  # the files of the sample
    assert fresh[1] == kept[1]  # what importing kept of them
    assert fresh[2] == kept[2]  # 200 codes classified
    assert fresh[-1] == kept[-1]  # a report that lacks nothing
    assert list(tmp_path.glob("*/report.html"))
    assert len(list(tmp_path.glob("*/workspace/*.duckdb"))) == 1
