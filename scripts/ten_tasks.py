#!/usr/bin/env python3
"""Do ten tasks of an economist from an empty home, as the docs say them, and time each.

    AITRADE_MODELS=models/weights python scripts/ten_tasks.py            # write docs/ten-tasks.md
    AITRADE_MODELS=models/weights python scripts/ten_tasks.py --check    # only do them; fails where one does not work

Data are those of the bundled sample, of which months and countries are made up. What is not installed (Rscript,
unshare) is said and passed over.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ten-tasks.md"
SHOWN = 12  # lines of what a task prints


@dataclass(frozen=True)
class Task:
    """A task: its title, the lines of a shell that do it, the files that it leaves, the programs that it needs."""

    title: str
    lines: tuple[str, ...]
    leaves: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


SETUP = Task(
    "Before all: the data in, the labels that ship",
    (
        "aitrade codes import data/sample/codes.csv",
        "aitrade trade import data/sample/trade_imports.csv --flow imports",
        "aitrade trade import data/sample/trade_exports.csv --flow exports",
        "aitrade labels import --published",
    ),
)
TEN = "\\n".join(("hs10,relevance,category", *(f"{code},Medium,Cooling_HVAC" for code in (
    "8415101500", "8415103040", "8415103060", "8415103080", "8415108000", "8415200000", "8415810110", "8415810120",
    "8415810130", "8415820105",
))))  # fmt: skip
OWN = "\\n".join((
    "hs10,relevance,category", "8471500150,Related,Equipment", "8517620090,Partly related,Equipment",
    "0304410010,Unrelated,",
))  # fmt: skip
# Real codes without a label by hand, so that the model has to judge them.
OFFLINE = "\\n".join((
    "hs10,description", "7019905120,Glass fibers in bulk", "2915501000,Propionic acid",
    "8482992560,Inner or outer rings or races of cylindrical roller bearings",
))  # fmt: skip
OFFLINE_LABELS = (
    r"""python -c "import aitrade; print(aitrade.open('workspace').sql(\"SELECT hs10, relevance, source """
    r"""FROM predictions WHERE run LIKE 'smollm2%' AND hs10 IN ('7019905120', '2915501000', '8482992560')\"))" """
).strip()
TASKS = (
    Task(
        "A summary of 2024 in LaTeX",
        ("aitrade table summary --years 2024 -o summary.tex", "head -12 summary.tex"),
        ("summary.tex",),
    ),
    Task(
        "Taiwan's monthly High imports as a chart and as a Stata file",
        (
            "aitrade export panel --by month,level --countries taiwan -o taiwan.dta",
            'python -c \'import aitrade; aitrade.open("workspace").table("index", countries="taiwan")'
            '.chart(measure="Billion dollars").save("taiwan.svg")\'',
        ),
        ("taiwan.dta", "taiwan_codebook.csv", "taiwan.svg"),
    ),
    Task(
        "Ten labels changed",
        (
            f"printf '{TEN}\\n' > ten.csv",
            "aitrade labels import ten.csv --name ten --onto published",
            "aitrade compare published ten --differences 10 --format csv",
        ),
    ),
    Task("A figure with an interval", ("aitrade table share --interval 90",)),
    Task(
        "Two models compared, on labels that neither was shown",
        (
            "aitrade bench models --model smollm2-135m-instruct+relevance"
            " --model qwen2.5-coder-0.5b-instruct+relevance --limit 200 -o models.md",
            "head -11 models.md | cut -d '|' -f 2-6,10,11",
        ),
        ("models.md",),
    ),
    Task(
        "A report to mail: one file",
        ("aitrade report --run published -o report.html", "ls -s --block-size=1M report.html"),
        ("report.html",),
    ),
    Task(
        "A question of one's own",
        (
            "aitrade question new workspace/questions/batteries",
            f"printf '{OWN}\\n' > own.csv",
            "sed -i 's/my-question/batteries/' workspace/questions/batteries/question.toml",
            "aitrade --question batteries labels import own.csv --name mine",
            "aitrade --question batteries table summary --run mine --years 2024 --format csv",
        ),
    ),
    Task(
        "A table in R",
        (
            "aitrade table summary --run published -o summary.csv",
            'Rscript -e \'x <- read.csv("summary.csv"); print(x[x$relevance == "High", c("category", "value_2024")])\'',
        ),
        ("summary.csv",),
        ("Rscript",),
    ),
    Task(
        "A replication package, run again",
        (
            "aitrade package --run published -o replication",
            "sh replication/run_all.sh > run.log 2>&1",
            "tail -3 run.log",
        ),
        ("replication/README.md", "replication/run_all.sh"),
    ),
    Task(
        "A run without a network",
        (
            f"printf '{OFFLINE}\\n' > offline.csv",
            "aitrade codes import offline.csv --flow imports",
            "unshare --user --map-root-user --net aitrade classify --model smollm2-135m-instruct+relevance"
            " --codes offline.csv",
            OFFLINE_LABELS,
        ),
        (),
        ("unshare",),
    ),
)


def main() -> int:
    """Do the tasks, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="do not write the page")
    asked = parser.parse_args()
    parts = [HEAD]
    with tempfile.TemporaryDirectory(prefix="ten-tasks-") as home:
        (Path(home) / "data").symlink_to(ROOT / "data")
        for number, task in enumerate((SETUP, *TASKS)):
            title = f"{number}. {task.title}" if number else task.title
            lacking = [program for program in task.needs if shutil.which(program) is None]
            if lacking:
                print(f"{title}: passed over, there is no {lacking[0]}", file=sys.stderr)
                continue
            said, seconds = _do(task, Path(home))
            print(f"{title}: {seconds:.1f} s", file=sys.stderr)
            shown = "\n".join(line[:118] for line in said.splitlines()[-SHOWN:])
            parts.append(
                f"## {title}\n\n{seconds:.0f} seconds of processor time.\n\n```\n"
                + "\n".join(task.lines)
                + f"\n```\n\n```text\n{shown}\n```"
            )
    if not asked.check:
        PAGE.write_text("\n\n".join(parts) + "\n", "utf-8")
    return 0


HEAD = """# Ten tasks, timed

Written by `python scripts/ten_tasks.py`, which does every task from an empty home with the bundled sample (its months
and countries are made up). Seconds are of processor time on one core with AVX-512 BF16, since other jobs ran beside. A
test does the tasks again."""


def _do(task: Task, home: Path) -> tuple[str, float]:
    """Run a task's lines in a shell; what they printed, and how many seconds of processor time they took.

    Raises:
        SystemExit: a line failed, or left no file that it is to leave.
    """
    program = f'"{sys.executable}" -m aitrade'
    models = os.environ.get("AITRADE_MODELS", str(ROOT / "models" / "weights"))
    environment = {
        "HOME": str(home),
        "PATH": f"{home}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "AITRADE_MODELS": models,
        "LANG": "C.UTF-8",
    }
    (home / "bin").mkdir(exist_ok=True)
    for name, runs in (("aitrade", f'exec {program} "$@"'), ("python", f'exec "{sys.executable}" "$@"')):
        (home / "bin" / name).write_text(f"#!/bin/sh\n{runs}\n")
        (home / "bin" / name).chmod(0o755)
    before = os.times()
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(task.lines)],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    lacking = [name for name in task.leaves if not (home / name).is_file()]
    if done.returncode or lacking:
        raise SystemExit(f"{task.title} failed ({done.returncode}, lacking {lacking}):\n{done.stdout}\n{done.stderr}")
    return (done.stdout or done.stderr).replace(str(home), "~").replace(str(ROOT), "."), seconds


if __name__ == "__main__":
    raise SystemExit(main())
