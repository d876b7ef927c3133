"""Time the import of forty million rows of trade and of a million bulk records, and the tables over them.

    python scripts/bench_trade.py --out /tmp/bench [--rows 40000000] [--records 1000000] [--one-file]

Makes, once, a set of Parquet files (HS10 x country x month, 2013 to 2026, one file a year or all in one) and a zip
shaped as IMDByymm.ZIP, then runs the aitrade commands on them as a user would, each in a process of its own, and prints
seconds, seconds of CPU and peak memory. The data are made up; only their number and shape mean something.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.workspace.lockdown import SETTINGS, lock

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROOT = Path(__file__).resolve().parent.parent
YEARS = range(2013, 2027)
CODES = 19_424
RECORD, VALUE, DUTY = 688, 73, 103  # of IMP_DETL.TXT: length, and where con_val_mo and cal_dut_mo begin, from 0
SEED = 20_260_101

# Timed over the imported rows, as they come and with all years: every table under 5 seconds, together under 20.
TABLES = (
    "summary",
    "top",
    "index",
    "share",
    "countries",
    "country-categories",
    "growth",
    "tariffs",
    "exemptions",
    "counterfactual",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the data and the workspace")
    parser.add_argument("--rows", type=int, default=40_000_000, help="rows of the Parquet set")
    parser.add_argument("--records", type=int, default=1_000_000, help="records of the zip")
    parser.add_argument("--one-file", action="store_true", help="one Parquet file instead of one a year")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    with ProcessPoolExecutor(1) as pool:  # a command would inherit the peak memory of the process that starts it
        parquet = pool.submit(make_parquet, options.out, options.rows, one_file=options.one_file).result()
        archive = pool.submit(make_bulk, options.out / "IMDB24.ZIP", options.records).result()
    workspace = options.out / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    seconds = timed("import of the zip", workspace, ["trade", "import", str(archive)])
    print(f"  {options.records / seconds:,.0f} records a second, start of the program included")
    shutil.rmtree(workspace)
    timed(f"import of {options.rows:,} rows", workspace, ["trade", "import", *map(str, parquet)])
    labels = ["labels", "import", str(make_labels(options.out)), "--name", "made-up", "--flow", "imports"]
    timed("import of labels", workspace, labels)
    every_year = ["--years", ",".join(map(str, YEARS))]
    for years, arguments in (("", []), (", all years", every_year)):
        total = sum(timed(f"table {name}{years}", workspace, ["table", name, *arguments]) for name in TABLES)
        print(f"{'all tables' + years:<40}{total:>10.1f} s")
    timed("table summary --interval 90", workspace, ["table", "summary", "--interval", "90"])


def timed(what: str, workspace: Path, arguments: list[str]) -> float:
    """Run an aitrade command in a process of its own; print and return its seconds."""
    program = "from aitrade.cli import main; main()"
    command = [sys.executable, "-c", program, "--workspace", str(workspace), *arguments]
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read() if child.stderr else ""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if child.returncode:
        sys.exit(f"{' '.join(arguments[:3])} failed with exit code {child.returncode}:\n{said}")
    processor = usage.ru_utime + usage.ru_stime
    print(f"{what:<40}{seconds:>10.1f} s{processor:>10.1f} s of CPU{usage.ru_maxrss / 1e6:>10.2f} GB", flush=True)
    return seconds


def make_parquet(out: Path, rows: int, *, one_file: bool) -> list[Path]:
    """Rows of HS10 x country x month, one file a year or one in all."""
    folder = out / f"parquet-{rows}"
    with (ROOT / "data" / "countries.csv").open(encoding="utf-8", newline="") as file:
        countries = [row["cty_code"] for row in csv.DictReader(file) if row["kind"] == "country"]
    # Each pair of code and country is either there in every month or never: that is how trade is, more or less.
    share = int(rows / (len(YEARS) * 12 * CODES * len(countries)) * 1_000_000)
    if not folder.exists():
        print(f"making {rows:,} rows", flush=True)
        making = out / "making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        con = locked_connection(out)
        con.execute("CREATE TABLE country AS SELECT unnest(?::VARCHAR[]) AS cty_code", [countries])
        con.execute(
            "CREATE TABLE pair AS SELECT format('{:010d}', 101000000 + i * 490000) AS hs10, cty_code "
            "FROM range(?) AS code(i), country WHERE hash(i, cty_code, ?) % 1000000 < ?",
            [CODES, SEED, share],
        )
        for year in YEARS:
            con.execute(f"""
                COPY (
                    SELECT hs10, cty_code, format('{year}-{{:02d}}', m) AS time,
                        (1000 + hash(hs10, cty_code, {year}, m) % 1000000)::BIGINT AS con_val_mo,
                        (hash(m, {year}, cty_code, hs10) % 10000)::BIGINT AS cal_dut_mo
                    FROM range(1, 13) AS month(m), pair ORDER BY m, hs10, cty_code
                ) TO '{making}/{year}.parquet' (COMPRESSION zstd)
            """)  # noqa: S608
        making.rename(folder)
    if not one_file:
        return sorted(folder.glob("20*.parquet"))
    whole = folder / "all.parquet"
    if not whole.exists():
        locked_connection(out).execute(f"COPY (FROM '{folder}/20*.parquet') TO '{whole}'")
    return [whole]


def locked_connection(folder: Path) -> "DuckDBPyConnection":
    """DuckDB in memory, locked as the product's is: no extension, no network, no files but those of the folder."""
    import duckdb

    con = duckdb.connect(config=dict(SETTINGS))
    lock(con, [folder])
    return con


def make_labels(out: Path) -> Path:
    """Labels with probabilities for 49 of 50 codes: 3 percent High, 14 percent Medium, as in the world."""
    categories = ("Compute_Hardware", "Networking_Telecom", "Cooling_HVAC", "Electrical_Power", "Specialty_Materials")
    path = out / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["hs10", "relevance", "category", "p_high", "p_medium", "p_low"])
        for number in range(CODES):
            place = number * 61 % 100
            relevance = "High" if place < 3 else "Medium" if place < 17 else "Low"
            category = "Not_DC_Related" if relevance == "Low" else categories[number % len(categories)]
            chances = [0.9 if level == relevance else 0.05 for level in ("High", "Medium", "Low")]
            if number % 50:
                writer.writerow([f"{101_000_000 + number * 490_000:010d}", relevance, category, *chances])
    return path


def make_bulk(path: Path, records: int) -> Path:
    """A zip with IMP_DETL.TXT: random codes, ten countries, twelve months, monthly and year-to-date fields."""
    import numpy as np

    if path.exists():
        return path
    print(f"making {records:,} bulk records", flush=True)
    rng = np.random.default_rng(SEED)
    part = path.with_suffix(".part")
    with (
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        archive.open("IMP_DETL.TXT", "w", force_zip64=True) as file,
    ):
        for start in range(0, records, 50_000):
            file.write(_records(rng, min(50_000, records - start)).tobytes())
    part.rename(path)
    return path


def _records(rng: "np.random.Generator", number: int) -> "np.ndarray":  # noqa: F821
    import numpy as np

    block = np.full((number, RECORD + 1), ord("0"), dtype=np.uint8)
    block[:, RECORD] = ord("\n")
    countries = np.array([1220, 2010, 4120, 4280, 5330, 5520, 5700, 5800, 5830, 5880])
    fields = (
        (0, 10, 101_000_000 + rng.integers(0, CODES, number) * 490_000),
        (10, 4, rng.choice(countries, number)),
        (14, 2, rng.integers(0, 100, number)),
        (16, 2, rng.integers(1, 56, number)),
        (18, 2, rng.integers(1, 56, number)),
        (20, 2, rng.integers(10, 90, number)),
        (22, 4, np.full(number, 2024)),
        (26, 2, rng.integers(1, 13, number)),
        (VALUE, 15, rng.integers(1, 10_000_000, number)),
        (DUTY, 15, rng.integers(0, 100_000, number)),
        (403, 15, rng.integers(1, 100_000_000, number)),
    )
    for place, width, values in fields:
        for digit in range(width):
            block[:, place + digit] = ord("0") + values // 10 ** (width - 1 - digit) % 10
    return block


if __name__ == "__main__":
    main()
