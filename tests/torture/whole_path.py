"""The whole path from codes to report by the real command line, on toy models: what tests watch from outside.

``python whole_path.py FOLDER`` with AITRADE_MODELS and AITRADE_QUESTION set; prints the number of commands.
"""

import csv
import sqlite3
import sys
from functools import partial
from pathlib import Path

import duckdb
import toys

from aitrade.api import data
from aitrade.classification.method import Method
from aitrade.cli import main
from aitrade.demo import DEMO_EMBEDDER

MODEL = "toy-llama"
CHOSEN = ("--model", MODEL, "--embedder", DEMO_EMBEDDER, "--device", "cpu")
COUNTRIES = ("5700", "5830", "2010")


def run(expected: int, *arguments: str | Path) -> None:
    """Run a command, and refuse another exit code than the expected one."""
    sys.argv = ["aitrade", *map(str, arguments)]
    try:
        main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    if code != expected:
        raise AssertionError(f"exit code {code} of {' '.join(sys.argv)}")


def write_codes(path: Path) -> Path:
    """Write the toy codes as a CSV file with a column flow."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["hs10", "description", "flow", "naics_description"])
        rows.writerows([c.hs10, c.description, c.flow, c.naics_description or ""] for c in toys.toy_codes())
    return path


def write_trade(path: Path, flow: str, factor: int = 1) -> Path:
    """Write three years of trade in the toy codes of a flow."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["hs10", "cty_code", "time", "value", "flow"])
        for place, code in enumerate(c for c in toys.toy_codes() if c.flow == flow):
            for country in COUNTRIES:
                for month in range(36):
                    value = (place + 2) * 1000 * factor + 17 * month * int(country) % 991
                    rows.writerow([code.hs10, country, f"{2023 + month // 12}-{month % 12 + 1:02d}", value, flow])
    return path


def write_labels(path: Path) -> Path:
    """Write labels by hand as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["hs10", "flow", "relevance", "category"])
        rows.writerows([hs10, flow, level, category] for flow, hs10, _, _, level, category in toys.LABELLED)
    return path


def write_list(path: Path) -> Path:
    """Write an exemption list."""
    path.write_text("hts_code\n8471\n850421\n", "utf-8")
    return path


def from_codes_to_report(folder: Path) -> int:
    """Run every command that an analyst does, from files to report; the number of commands."""
    done = 0

    def aitrade(*arguments: str | Path) -> None:
        nonlocal done
        run(0, "--workspace", folder / "workspace", *arguments)
        done += 1

    out = folder / "out"
    aitrade("codes", "import", write_codes(folder / "codes.csv"))
    aitrade("trade", "import", write_trade(folder / "imports.csv", "imports"))
    aitrade("trade", "import", write_trade(folder / "exports.csv", "exports"))
    aitrade("exemptions", "import", write_list(folder / "list.csv"), "--name", "annex")
    aitrade("labels", "import", write_labels(folder / "labels.csv"), "--name", "hand")
    aitrade("models", "tune", MODEL, "--name", "own", "--epochs", "1", "--folds", "2", "--device", "cpu")
    aitrade("calibrate", *CHOSEN)
    aitrade("classify", *CHOSEN, "--flow", "all")
    aitrade("runs", "list")
    aitrade("table", "summary", "-o", out / "summary.csv")
    aitrade("table", "growth", "--format", "json")
    aitrade("report", "-o", out / "report.html", "--tables", out / "tables")
    aitrade("review", "export", out / "review.csv")
    fill_in(out / "review.csv")
    aitrade("review", "import", out / "review.csv", "--name", "reviewed")
    aitrade("compare", "hand", "reviewed")
    aitrade("explain", toys.UNLABELLED[0][1])
    aitrade("runs", "export", "reviewed", "-o", out / "run.csv")
    aitrade("replicate")
    aitrade("doctor")
    aitrade("bench", "speed", "--model", MODEL, "--codes", "8", "--device", "cpu")
    return done


def fill_in(path: Path) -> None:
    """Relabel the first code of a review."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"new_relevance": "High", "new_category": "Compute_Hardware", "reason": "looked at"}
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def hostile_workspaces(folder: Path) -> int:
    """Open workspaces that were made to reach out; the number of commands."""
    made = folder / "workspace" / "aitrade.duckdb"
    statements = {
        "view": "DROP TABLE flows; CREATE VIEW flows AS SELECT 1 AS flow",
        "macro": "CREATE MACRO sum(x) AS (SELECT content FROM read_text('/etc/hostname'))",
        "attached": "CREATE VIEW v AS FROM read_text('/etc/hostname')",
    }
    done = 0
    for name, sql in statements.items():
        place = folder / name
        place.mkdir()
        (place / made.name).write_bytes(made.read_bytes())
        with duckdb.connect(str(place / made.name)) as con:
            con.execute(sql)
        for command in (("table", "summary"), ("runs", "list"), ("codes", "import", folder / "codes.csv")):
            run(0 if name == "attached" else 3, "--workspace", place, *command)
            done += 1
    (folder / "sqlite").mkdir()
    with sqlite3.connect(folder / "sqlite" / made.name) as con:
        con.execute("CREATE TABLE codes (flow)")
    for place in (folder / "sqlite", "md:x", "https://192.0.2.1/x", "postgres:host=192.0.2.1", "s3://bucket/x"):
        run(3, "--workspace", place, "runs", "list")
        done += 1
    hostile = folder / "hostile.csv"
    hostile.write_text('hs10,description\n8471500150,=WEBSERVICE("https://192.0.2.1/")\n', "utf-8")
    run(0, "--workspace", folder / "workspace", "codes", "import", hostile)
    run(3, "--workspace", folder / "workspace", "trade", "import", "https://192.0.2.1/x.csv")
    return done + 2


if __name__ == "__main__":
    data.Method = partial(Method, codes_per_batch=6)  # type: ignore[misc]
    place = Path(sys.argv[1])
    commands = from_codes_to_report(place)
    commands += hostile_workspaces(place)
    print(f"commands: {commands}")  # noqa: T201
