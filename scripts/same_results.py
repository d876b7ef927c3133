"""Show that two checkouts give the same results: labels, every table and the report's data, byte for byte.

    python scripts/same_results.py make CHECKOUT DIR --shared ../shared     # once for each checkout
    python scripts/same_results.py compare DIR_BEFORE DIR_AFTER

``make`` runs the command line of a checkout (by PYTHONPATH, with this interpreter's libraries): the default model over
every tenth import code, the labels as exported; every table as CSV and JSON on the trade of ``--shared`` with the
published labels; the report with its tables. ``compare`` lists the files that differ and exits with 1 if any does.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

TABLES = (
    "summary", "top", "index", "share", "countries", "country-categories", "growth", "tariffs", "exemptions",
    "counterfactual",
)  # fmt: skip
VARIANTS = {
    "imports": [],
    "exports": ["--flow", "exports"],
    "medium": ["--relevance", "high,medium"],
    "interval": ["--interval", "90"],
    "month": ["--by", "month"],
    "base2025": ["--base-year", "2025"],
    "mexico": ["--countries", "mexico,canada", "--years", "2025"],
}


def make(checkout: Path, folder: Path, shared: Path, only: str) -> None:
    """Write everything that is compared into ``folder``; ``only`` tables leaves the classification out."""
    folder.mkdir(parents=True, exist_ok=True)
    env = os.environ | {"PYTHONPATH": str(checkout), "COLUMNS": "200"}

    def run(workspace: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from aitrade.cli import main; main()", "--workspace", str(folder / workspace)]
        return subprocess.run([*command, *arguments], env=env, capture_output=True, text=True, check=False, cwd=folder)

    def need(workspace: str, *arguments: str) -> str:
        done = run(workspace, *arguments)
        if done.returncode:
            sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
        return done.stdout

    if only != "tables":
        _classify(need, folder, shared)
    _fill_trade(need, shared)
    for table in TABLES:
        for variant, options in VARIANTS.items():
            for style in ("csv", "json"):
                done = run("ws-trade", "table", table, "--format", style, *options)
                text = done.stdout if done.returncode == 0 else f"exit code {done.returncode}\n"
                (folder / f"table-{table}-{variant}.{style}").write_text(text)
    need("ws-trade", "report", "-o", str(folder / "report.html"), "--tables", str(folder / "report-tables"))
    _report_data(folder)


def _classify(need: Callable[..., str], folder: Path, shared: Path) -> None:
    _every_tenth(shared / "nomenclature" / "imports_hs10.csv", folder / "tenth.csv")
    need("ws-labels", "codes", "import", str(folder / "tenth.csv"), "--flow", "imports")
    need("ws-labels", "classify", "--flow", "imports")
    name = json.loads(need("ws-labels", "runs", "list", "--json"))[-1]["run"]
    need("ws-labels", "runs", "export", name, "--output", str(folder / "labels.csv"))


def _fill_trade(need: Callable[..., str], shared: Path) -> None:
    need("ws-trade", "codes", "import", str(shared / "nomenclature" / "imports_hs10.csv"), "--flow", "imports")
    need("ws-trade", "codes", "import", str(shared / "nomenclature" / "exports_hs10.csv"), "--flow", "exports")
    for file in sorted((shared / "trade").glob("*.parquet")):
        if "EU_group" not in file.name:
            need("ws-trade", "trade", "import", str(file))
    for file in sorted((shared / "exemptions").glob("*.csv")):
        need("ws-trade", "exemptions", "import", str(file), "--name", file.stem)
    need("ws-trade", "labels", "import", "--published")


def _every_tenth(source: Path, target: Path) -> None:
    with source.open(newline="") as file:
        rows = list(csv.reader(file))
    with target.open("w", newline="") as file:
        csv.writer(file).writerows([rows[0], *rows[1::10]])


def _report_data(folder: Path) -> None:
    """What the page holds as data: its JSON blocks, each into a file."""
    page = (folder / "report.html").read_text("utf-8")
    blocks = re.findall(r'<script type="application/json"[^>]*id="([^"]+)"[^>]*>(.*?)</script>', page, re.DOTALL)
    for name, text in blocks:
        (folder / f"report-data-{name}.json").write_text(text)


def compare(before: Path, after: Path) -> int:
    """Print the files that differ, or are there once; returns how many."""
    kinds = ("*.csv", "*.json", "*.tex", "*.vl.json", "*.svg")
    names = sorted(
        {
            str(file.relative_to(folder))
            for folder in (before, after)
            for kind in kinds
            for file in folder.rglob(kind)
            if not file.relative_to(folder).parts[0].startswith("ws-")
        }
    )
    if not names:
        sys.exit(f"{before} and {after} hold nothing to compare")
    unlike = [name for name in names if _hash(before / name) != _hash(after / name)]
    for name in unlike:
        print("differs:", name)
    print(f"{len(names) - len(unlike)} of {len(names)} files are the same")
    return len(unlike)


def _hash(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("make")
    one.add_argument("checkout", type=Path)
    one.add_argument("folder", type=Path)
    one.add_argument("--shared", type=Path, default=Path("../shared"))
    one.add_argument("--only", choices=("all", "tables"), default="all")
    two = commands.add_parser("compare")
    two.add_argument("before", type=Path)
    two.add_argument("after", type=Path)
    given = parser.parse_args()
    if given.command == "make":
        make(given.checkout.resolve(), given.folder.resolve(), given.shared.resolve(), given.only)
    else:
        sys.exit(min(compare(given.before, given.after), 1))


if __name__ == "__main__":
    main()
