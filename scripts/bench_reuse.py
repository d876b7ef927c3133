"""Time what a workspace that holds a whole run need not compute again, and compare it with runs from nothing.

    python scripts/bench_reuse.py --codes imports_hs10.csv --out /tmp/reuse [--every 5] [--compare] [--json FILE]

In one workspace, by the command line: a default run over all codes; one more code of a heading; another calibration;
one exemplar with another label, its calibration refitted. Printed are seconds, those of all processors in brackets,
how many codes the LLM was asked about, and how many were reused. With ``--compare`` each is done again in an empty
workspace, and the exported labels must be the same bytes.
"""

import argparse
import csv
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from aitrade.core.paths import shipped
from aitrade.workspace import read_workspace
from aitrade.workspace.runs import list_runs

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", type=Path, required=True, help="CSV of the import codes")
    parser.add_argument("--out", type=Path, required=True, help="folder for workspaces and exports")
    parser.add_argument("--every", type=int, default=1, help="only every Nth heading")
    parser.add_argument("--compare", action="store_true", help="do each again from nothing, and compare bytes")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.every < 1:
        parser.error("--every takes 1 or more")

    codes, more, heading = write_codes(options.codes, options.out, options.every)
    question = relabelled_question(options.out)
    kept = options.out / "workspace"
    steps = {
        "a whole run": ((codes,), None, ()),
        f"one more code, of a heading of {heading}": ((codes, more), None, ()),
        "another calibration": ((codes, more), None, ("calibrate",)),
        "one exemplar with another label": ((codes, more), question, ("calibrate",)),
    }
    figures = {}
    for number, (name, step) in enumerate(steps.items()):
        figures[name] = found = work(kept, *step, options.out / f"{number}.csv")
        print(f"{name:45} {told(found)}", flush=True)
        if options.compare and number:
            empty = options.out / f"empty-{number}"
            shutil.rmtree(empty, ignore_errors=True)
            again = work(empty, *step, options.out / f"{number}-empty.csv")
            same = (options.out / f"{number}.csv").read_bytes() == (options.out / f"{number}-empty.csv").read_bytes()
            found["same bytes as from nothing"] = same
            print(f"{'  from nothing':45} {told(again)}; {'the same bytes' if same else 'OTHER BYTES'}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    sys.exit(any(found.get("same bytes as from nothing") is False for found in figures.values()))


def write_codes(source: Path, folder: Path, every: int) -> tuple[Path, Path, int]:
    """Write every Nth heading's codes, and a new code of a heading with computers, if there; its size is the third."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    headings = sorted({row["hs10"][:4] for row in rows})[::every]
    chosen = [row for row in rows if row["hs10"][:4] in set(headings)]
    heading = next(name for name in ("8471", "8504", *headings) if name in headings)
    like, *others = [row for row in chosen if row["hs10"][:4] == heading]
    taken = {row["hs10"] for row in rows}
    number = next(n for n in range(9999, 0, -1) if like["hs10"][:6] + f"{n:04}" not in taken)
    new = like | {"hs10": like["hs10"][:6] + f"{number:04}", "description": like["description"] + ", with a heat sink"}
    files = []
    for name, part in (("codes", chosen), ("more", [new])):
        files.append(folder / f"{name}.csv")
        with files[-1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(like))
            writer.writeheader()
            writer.writerows(part)
    return files[0], files[1], len(others) + 2


def relabelled_question(folder: Path) -> Path:
    """Copy the shipped question, and give one exemplar the label of the one before it."""
    target = folder / "question"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(shipped("data/questions/ai-data-centers"), target)
    shutil.rmtree(target / "calibration")
    shutil.rmtree(target / "published")
    with (target / "exemplars.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    place = next(i for i in range(1, len(rows)) if rows[i]["relevance"] != rows[i - 1]["relevance"])
    for column in ("relevance", "category"):
        rows[place][column] = rows[place - 1][column]
    with (target / "exemplars.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return target


def work(
    workspace: Path, codes: tuple[Path, ...], question: Path | None, first: tuple[str, ...], export: Path
) -> dict[str, Any]:
    """Import codes, do what comes before, classify all and export; the seconds of each but import and export."""

    def aitrade(*words: str) -> tuple[float, float]:
        asked = ("--question", str(question)) if question else ()
        started, used = time.perf_counter(), _used()
        command = [sys.executable, "-m", "aitrade", "--workspace", str(workspace), *asked, *words]
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, env=os.environ)
        if done.returncode:
            sys.exit(f"aitrade {' '.join(words)} failed:\n{done.stderr}")
        return round(time.perf_counter() - started, 1), round(_used() - used, 1)

    for file in codes:
        aitrade("codes", "import", str(file), "--flow", "imports")
    seconds = {word: aitrade(word) for word in (*first, "classify")}
    with read_workspace(workspace) as con:
        run = list_runs(con)[-1]
    aitrade("runs", "export", run.run, "-o", str(export))
    return {"seconds": seconds, "asked": run.asked, "reused": run.reused}


def _used() -> float:
    """Seconds of processor that finished child processes took."""
    times = resource.getrusage(resource.RUSAGE_CHILDREN)
    return times.ru_utime + times.ru_stime


def told(found: dict[str, Any]) -> str:
    """The figures in words."""
    seconds = found["seconds"]
    parts = " + ".join(f"{word} {wall:.1f} s ({used:.1f} s)" for word, (wall, used) in seconds.items())
    return f"{parts}; asked about {found['asked']}, reused {found['reused']}"


if __name__ == "__main__":
    main()
