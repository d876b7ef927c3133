"""Write docs/leaderboard.md from docs/leaderboard.json; with a folder that ``bench models -o DIR`` wrote, that first.

python scripts/write_leaderboard.py [DIR]
"""

import csv
import json
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
RESULT, PAGE = DOCS / "leaderboard.json", DOCS / "leaderboard.md"
FIGURES = {
    "accuracy": "accuracy",
    "kappa": "kappa",
    "counted_f1": "F1 of counted levels",
    "trade_f1": "F1 by trade",
    "calibration_error": "calibration error",
    "headline_error": "error, bn dollars",
}
_LEARNT = (
    "gold_exemplars", "gold_in_headings", "kept_from_exemplars", "revised_against", "model_published",
    "model_before_gold", "model_data",
)  # fmt: skip
_KEPT = ("row", "kind", *FIGURES, "kappa_low", "kappa_high", "with_best", "codes_per_second", "label_mass", *_LEARNT)


def take(folder: Path) -> None:
    """Keep what the page needs of a benchmark."""
    title, *notes = (folder / "notes.txt").read_text("utf-8").splitlines()
    rows = json.loads((folder / "models.json").read_text("utf-8"))
    with (folder / "contamination.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["row"]: {"exemplars": line["exemplars"], "model": line["model"]} for line in csv.DictReader(file)}
    kept = [{name: _short(row[name]) for name in _KEPT} | lines[row["row"]] for row in rows]
    told = {"title": title, "notes": notes, "rows": kept}
    RESULT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


def page() -> str:
    """The page, from the result that is kept."""
    told = json.loads(RESULT.read_text("utf-8"))
    lines = [
        "# Leaderboard",
        "",
        "Written by `scripts/write_leaderboard.py` from `docs/leaderboard.json`. " + told["title"] + ".",
        "",
        "Made by `aitrade bench models --gold development --gold-made 2026 --limit 1500 -o DIR`, the run "
        "development being the paper's "
        "labels of one half of the subheadings (`aitrade labels import ../shared/reference/labels_dev.csv --name "
        "development --as-reference`); bfloat16, on one core that other jobs used as well. These labels are no truth: "
        "they are another model's, and exemplars of the question were written after reading disagreements with them.",
        "",
        "| | | kappa, 95% | " + " | ".join(FIGURES.values()) + " | codes a second |",
        "|---|---|---|" + "---|" * (len(FIGURES) + 1),
    ]
    for row in told["rows"]:
        same = "=" if row["with_best"] == "yes" else ""
        figures = " | ".join(f"{row[name]:.3f}" for name in FIGURES)
        speed = "" if row["codes_per_second"] is None else f"{row['codes_per_second']:.1f}"
        interval = f"{row['kappa_low']:.3f} to {row['kappa_high']:.3f}"
        lines.append(f"| {row['row']} | {same} | {interval} | {figures} | {speed} |")
    lines += ["", *(f"- {note}" for note in told["notes"])]
    lines += ["", "What each row may have learnt of this gold before:", ""]
    lines += ["| | kept from the exemplars | its base model |", "|---|---|---|"]
    lines += [f"| {row['row']} | {row['exemplars']} | {row['model']} |" for row in told["rows"]]
    return "\n".join([*lines, ""])


def _short(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main() -> None:
    if sys.argv[1:]:
        take(Path(sys.argv[1]))
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
