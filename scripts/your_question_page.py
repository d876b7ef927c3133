#!/usr/bin/env python3
"""Write docs/your-question.md: run the commands of the page one after the other, and paste what they print.

    AITRADE_MODELS=models/weights scripts/your_question_page.py [FILE]

The commands run in a temporary folder that holds the checkout's data/, with the smallest model.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from aitrade.core.files import write_file
from aitrade.core.paths import weights_folder

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "your-question.md"
MODEL, BASE, TUNED = "smollm2-135m-instruct", "all-minilm-l6-v2", "all-minilm-l6-v2+clean-energy"
SHIPPED, MINE = "data/questions/clean-energy", "workspace/questions/energy"
WIDEST = 118  # characters of a line that the page keeps
_PROGRESS = re.compile(r"\r(?!\n)")
_STEP = re.compile(r"(?P<stage>.*): [\d,]+ of [\d,]+(, about .* left)?")


@dataclass(frozen=True)
class Step:
    """A piece of the page.

    Attributes:
        text: what the page says before the command.
        command: as a reader types it in a shell; empty for text alone.
        lines: how many lines of the output the page keeps; all where None.
        same: whether every machine prints the same.
        in_test: a command of seconds that a test runs in its place; empty where the command is one.
    """

    text: str
    command: str = ""
    lines: int | None = None
    same: bool = True
    in_test: str = ""


def run_command(command: str, folder: Path) -> str:
    """Run a command in a folder; return what it printed, messages and data as they came.

    Raises:
        RuntimeError: the command failed.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    mine = {name: value for name, value in os.environ.items() if name not in ("AITRADE_QUESTION", "AITRADE_WORKSPACE")}
    models = str(weights_folder().resolve())
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=folder,
        env={**mine, "PATH": path, "AITRADE_MODELS": models, "COLUMNS": str(WIDEST), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def shown(printed: str, lines: int | None = None) -> str:
    """What the page keeps of an output: the end state of progress lines, the first lines, none too wide."""
    kept = [_PROGRESS.split(line)[-1].rstrip() for line in printed.replace("\r\n", "\n").splitlines()]
    stages = [step["stage"] if (step := _STEP.fullmatch(line)) else None for line in kept]
    kept = [
        line for line, (now, then) in zip(kept, pairwise([*stages, None]), strict=True) if now is None or now != then
    ]
    kept = [line if len(line) <= WIDEST else line[: WIDEST - 3] + "..." for line in kept]
    if lines is not None and len(kept) > lines:
        kept = [*kept[:lines], f"... ({len(kept) - lines} more lines)"]
    return "\n".join(kept)


def prepared(folder: Path) -> Path:
    """A folder to run the commands in, which holds the checkout's data."""
    (folder / "data").symlink_to(ROOT / "data")
    return folder


def written(steps: tuple[Step, ...], outputs: list[str]) -> str:
    """The page."""
    parts = [HEAD]
    for step, output in zip(steps, outputs, strict=True):
        parts.append(f"\n{step.text}\n")
        if step.command:
            parts.append(f"\n```\n{step.command}\n```\n")
        if output:
            parts.append(f"\n```text\n{output}\n```\n")
    return "".join(parts)


def main(page: Path) -> None:
    """Run everything and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        where = prepared(Path(folder))
        outputs = [shown(run_command(step.command, where), step.lines) if step.command else "" for step in STEPS]
    write_file(page, written(STEPS, outputs).encode())


HEAD = """# A question of your own

aitrade asks one question of every traded product: how relevant is it to something? This page makes a question from
nothing and goes on to tables and a report. The question is clean energy, which ships as `clean-energy`: you can follow
with its texts and labels, or write your own.

Every command below was run by `scripts/your_question_page.py` in the root of a checkout, and what follows it is what it
printed, long outputs cut. The models `smollm2-135m-instruct` and `all-minilm-l6-v2` have to be installed
(`aitrade models install`). The sample of 241 codes that is classified here carries **invented trade**: no dollar on
this page means anything.
"""

STEPS = (
    Step(
        "## Begin\n\nA question is a folder. `question new` writes one with a commented `question.toml`; below "
        "`workspace/questions/` it is found by its name.",
        "aitrade question new workspace/questions/energy",
    ),
    Step(
        "Its levels stand for any question:",
        "sed -n '/^\\[\\[level/,/^$/p' workspace/questions/energy/question.toml",
    ),
    Step(
        "## Write what the labels mean\n\nChange every text to your own, in an editor. Here the texts of "
        "`clean-energy` take their place. Its levels follow the lists of environmental goods (APEC, IMF) and their "
        "known weakness: most subheadings of such lists hold goods of dual use.",
        'sed \'s/^name = "clean-energy"/name = "energy"/\' data/questions/clean-energy/question.toml '
        "> workspace/questions/energy/question.toml\n"
        "sed -n '/^\\[\\[level/,/^$/p' workspace/questions/energy/question.toml",
    ),
    Step(
        "The role says what tables do with a level: they report the trade of what is `counted`, and compare its growth "
        "with that of the `reference`. Categories and rules follow in the same file; the whole of it is "
        "[here](../data/questions/clean-energy/question.toml).",
    ),
    Step(
        "## Label exemplars\n\nExemplars are codes that you have read and labelled, with a reason each. A few dozen "
        "are a beginning, a few hundred are better. Choose some from every chapter, so that the rest of trade is known "
        "to be unrelated, and more where near things are to be told apart. These are the columns:",
        "head -3 data/questions/clean-energy/exemplars.csv",
    ),
    Step(
        "All of a file is added, or nothing:",
        "aitrade --question energy question add-exemplars data/questions/clean-energy/exemplars.csv",
    ),
    Step(
        "`question check` finds labels that contradict each other, and gives advice. Codes that read nearly alike and "
        "are labelled unlike deserve a second look; these five are meant.",
        "aitrade question check energy",
        same=False,
    ),
    Step("Now there are three questions to ask:", "aitrade question list"),
    Step(
        "## Tune the embedder\n\nThe embedder finds the exemplars that are nearest to a code. From a hundred "
        "exemplars on it is worth tuning, so that near means near in use: "
        "[what that gained](experiments/learning-curve.md). The embedder goes by the name that `question.toml` gives "
        "it. With fewer exemplars leave `embedder` as the skeleton has it.",
        f"aitrade --question energy models tune {BASE} --name clean-energy",
        in_test=f"cp -r {SHIPPED}/adapters {MINE}/",
        same=False,
    ),
    Step(
        "## Bring codes and trade",
        "aitrade codes import data/sample/codes.csv\n"
        "aitrade trade import data/sample/trade_imports.csv data/sample/trade_exports.csv",
    ),
    Step(
        "## Fit the calibration\n\nA calibration turns what the model says and how the nearest exemplars are labelled "
        "into probabilities. It asks the model about exemplars, each hidden from itself, so it takes some minutes.",
        f"aitrade --question energy calibrate --model {MODEL} --sample 1000",
        in_test=f"mkdir -p {MINE}/calibration/{TUNED} && "
        f"cp {SHIPPED}/calibration/{TUNED}/{MODEL}.json {MINE}/calibration/{TUNED}/",
        same=False,
    ),
    Step(
        "## Classify",
        f"aitrade --question energy classify --flow all --model {MODEL}",
        in_test="(head -20 data/sample/codes.csv; grep -h 8501640135 data/sample/codes.csv) > few.csv && "
        f"aitrade --question energy classify --codes few.csv --model {MODEL}",
        same=False,
    ),
    Step(
        "## Read the result\n\nTables take the question from the run, so they speak of its levels.",
        "aitrade table summary --years 2023,2024,2025",
        same=False,
    ),
    Step("Why has a code its label?", "aitrade explain 8501640135", lines=24, same=False),
    Step(
        "Where a label is wrong, add the code as an exemplar with the right one, fit and classify again.\n\n"
        "The report is one page that needs no network:",
        "aitrade report -o energy.html",
        same=False,
    ),
)

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE)
