"""Compare label scores of a tiny model of every causal architecture with the library's own; write the counts.

    python scripts/model_matrix.py [--only FAMILY ...] [--write]

`make test-models` runs all of them and writes the counts into docs/models.md. Exit code 1: one is wrong, or fails with
an error that is none of ours, or fewer than 60 were compared.
"""

import argparse
import logging
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
PAGE = ROOT / "docs" / "models.md"
BEGIN, END = "<!-- model matrix: make test-models -->", "<!-- end of the model matrix -->"
LEAST = 60


def main() -> int:
    """Run the comparison; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    import tiny_models

    outcomes, unbuilt, failed = [], [], []
    for family in arguments.only or tiny_models.families():
        with tempfile.TemporaryDirectory() as folder:
            try:
                tiny = tiny_models.save_tiny(family, Path(folder) / "own")
            except Exception as error:  # sizes of ours that do not fit the family
                unbuilt.append(family)
                print(f"{family}: no tiny model: {str(error).splitlines()[0] if str(error) else error!r}"[:160])
                continue
            os.environ["AITRADE_MODELS"] = str(Path(folder) / "weights")
            try:
                outcomes.append(compared(family, tiny))
            except Exception:
                failed.append(family)
                traceback.print_exc()
    text = summary(outcomes, unbuilt, failed)
    print(text)
    if arguments.write:
        write(text)
    wrong = [outcome for outcome in outcomes if not outcome.is_right]
    return int(bool(wrong or failed or (not arguments.only and len(outcomes) < LEAST)))


def compared(family: str, folder: Path) -> "tiny_models.Outcome":  # noqa: F821
    """Compare one family and print how it did."""
    import tiny_models
    from llm.test_every_architecture import LABELS, PROMPTS

    outcome = tiny_models.compare(family, folder, PROMPTS, LABELS)
    how = f"refused: {outcome.refused}" if outcome.refused else f"{outcome.engine}, {outcome.difference:.1e}"
    print(f"{family}: {'' if outcome.is_right else 'WRONG: '}{how} ({outcome.seconds:.1f} s)", flush=True)
    return outcome


def summary(outcomes: Sequence["tiny_models.Outcome"], unbuilt: Sequence[str], failed: Sequence[str]) -> str:  # noqa: F821
    """Say in Markdown how many families are right in which engine, and which are refused."""
    import transformers

    right = [o for o in outcomes if o.is_right and not o.refused]
    tree = [o.family for o in right if o.engine == "tree"]
    plain = [o.family for o in right if o.engine != "tree"]
    rows = [
        ("right in the tree engine", tree),
        ("right in the plain engine", plain),
        ("refused by `models add`", [o.family for o in outcomes if o.is_right and o.refused]),
        ("wrong, or refused too late", [o.family for o in outcomes if not o.is_right]),
        ("failed with an error of the library", list(failed)),
        ("no tiny model could be made: not compared", list(unbuilt)),
    ]
    largest = max((o.difference for o in right), default=0.0)
    slowest = max((o.seconds for o in outcomes), default=0.0)
    lines = [
        f"Of {len(outcomes) + len(failed)} architectures of transformers {transformers.__version__}, each a tiny model "
        "with random weights and prompts longer than its windows, in float32:",
        "",
        "| outcome | count | families |",
        "|---|---:|---|",
        *(f"| {name} | {len(found)} | {', '.join(sorted(found))} |" for name, found in rows),
        "",
        f"The largest difference of a label's log-probability is {largest:.0e}; adding took at most {slowest:.1f} "
        "seconds of processor time.",
    ]
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the counts into the page, between its two marks."""
    from aitrade.core.files import write_file

    page = PAGE.read_text("utf-8")
    head, _, rest = page.partition(BEGIN)
    write_file(PAGE, f"{head}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}".encode())


if __name__ == "__main__":
    sys.exit(main())
