"""Write docs/figures.json: every figure that README and the model card show, with the command that makes it.

    python scripts/write_figures.py ../shared

Measured here, from the folder with the reference data: the shipped labels against the development half of the
published labels, and the imports of 2024 that they call High. Carried over from docs/figures_carried_over.toml: what
was measured from outside, or by long runs of an earlier commit.
"""

import argparse
import json
import tempfile
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import aitrade
from aitrade.core.files import write_file

DOCS = Path(__file__).resolve().parents[1] / "docs"
CARRIED_OVER = DOCS / "figures_carried_over.toml"
FIGURES = DOCS / "figures.json"
NOTE = (
    "Every figure that the measured tables of README.md and docs/model-card.md show; written by "
    "scripts/write_figures.py. carried_over: measured from outside, or with an earlier commit."
)
COMMAND = "python scripts/write_figures.py ../shared"
DEVELOPMENT = "shipped labels against the development half of the published labels, 9,192 import codes"
IMPORTS = "imports of 2024 that the shipped labels call High, billion dollars"
BY_SOURCE = """
    SELECT sum(f.value) FILTER (p.source = 'exemplar') / 1e9 AS by_hand,
           sum(f.value) FILTER (p.source <> 'exemplar') / 1e9 AS by_model
    FROM predictions p JOIN flows f USING (flow, hs10)
    WHERE p.run = 'published' AND flow = 'imports' AND f.year = 2024 AND p.relevance = $counted
      AND NOT list_contains($excluded, hs10[:2])
"""


def carried_over() -> dict[str, dict[str, Any]]:
    """Figures that are not measured again, by name."""
    figures = {}
    for row in tomllib.loads(CARRIED_OVER.read_text("utf-8"))["figure"]:
        name = row.pop("name")
        figures[name] = {"command": None, "date": None, **row, "carried_over": True}
    return figures


def measured(shared: Path) -> dict[str, dict[str, Any]]:
    """What the shipped labels give on the reference data, by name."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = aitrade.open(folder, create=True)
        workspace.import_codes(shared / "nomenclature/imports_hs10.csv")
        workspace.import_trade(shared / "trade/imports_2024_hs10_country.parquet")
        workspace.import_labels(published=True)
        workspace.import_labels(shared / "reference/labels_dev.csv", "development")
        (agreement,) = workspace.compare("development", "published", year=2024).agreement
        (source,) = workspace.sql(
            BY_SOURCE,
            counted=workspace.question.labels.counted[0],
            excluded=list(workspace.question.settings.excluded_chapters),
        )
    figures = {
        f"development.{name}": _figure(f"{agreement[column]:.{digits}f}", DEVELOPMENT)
        for name, column, digits in (
            ("accuracy", "accuracy", 3),
            ("kappa", "kappa", 3),
            ("high_f1", "high_f1", 3),
            ("value_weighted_high_f1", "value_high_f1", 3),
            ("high_imports_2024", "run_high_2024", 1),
            ("high_imports_2024_published", "reference_high_2024", 1),
        )
    }
    by_hand, by_model = source["by_hand"], source["by_model"]
    return figures | {
        "high_imports_2024.all": _figure(f"{by_hand + by_model:.1f}", IMPORTS),
        "high_imports_2024.by_hand": _figure(f"{by_hand:.1f}", f"{IMPORTS}, labelled by hand"),
        "high_imports_2024.by_model": _figure(f"{by_model:.1f}", f"{IMPORTS}, labelled by the model"),
    }


def _figure(value: str, source: str) -> dict[str, Any]:
    return {
        "value": value,
        "command": COMMAND,
        "date": f"{datetime.now().astimezone():%Y-%m-%d}",
        "source": source,
        "carried_over": False,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="folder with the reference data")
    figures = carried_over() | measured(parser.parse_args().shared)
    write_file(FIGURES, (json.dumps({"note": NOTE, "figures": figures}, indent=2, ensure_ascii=False) + "\n").encode())


if __name__ == "__main__":
    main()
