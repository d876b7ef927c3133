"""Made-up trade, small enough to add up by hand, with every awkward case: see ``made_up``."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from questions import tie_runs

from aitrade.trade.ingest.chapter_flows import sum_chapters
from aitrade.workspace import open_workspace
from aitrade.workspace.database import migrate

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
EXCLUDED = ("27", "71", "98", "99")


@dataclass(frozen=True)
class Row:
    flow: str
    hs10: str
    cty: str
    year: int
    month: int
    value: int
    duty: int | None


# hs10: (relevance, category) of the run, by flow. The last groups are labelled nowhere, or dropped by chapter.
IMPORT_LABELS = {
    "8471500150": ("High", "Compute_Hardware"),
    "8471500110": ("High", "Compute_Hardware"),
    "8471300100": ("Medium", "Compute_Hardware"),
    "8517620090": ("High", "Networking_Telecom"),
    "8504409540": ("High", "Electrical_Power"),
    "8415820130": ("High", "Cooling_HVAC"),
    "8415820140": ("Medium", "Cooling_HVAC"),
    "7403110000": ("High", "Specialty_Materials"),
    "7308903000": ("Medium", "Building_Structure"),
    "0101210010": ("Low", "Not_DC_Related"),
    "6109100012": ("Low", "Not_DC_Related"),
    "8703230110": ("Low", "Not_DC_Related"),
    "8542310001": ("Low", "Not_DC_Related"),
    "2710190600": ("High", "Electrical_Power"),
    "9802004040": ("Low", "Not_DC_Related"),
}
EXPORT_LABELS = {
    "8471500000": ("High", "Compute_Hardware"),
    "8504409550": ("High", "Electrical_Power"),
    "8415820140": ("Low", "Not_DC_Related"),  # an import code that the run labels otherwise as an export code
    "1201900095": ("Low", "Not_DC_Related"),
}
UNLABELLED = ("9013800000", "4407110001")
COUNTRIES = {"1220": "CANADA", "2010": "MEXICO", "5700": "CHINA", "5830": "TAIWAN", "5650": "PHILIPPINES"}
NAMELESS = "7999"
GROUP = "0003"
CODES = {
    "imports": (*IMPORT_LABELS, *UNLABELLED),
    "exports": (*EXPORT_LABELS, "8517620090", "8703230110", "2710190600", "9802004040", UNLABELLED[0]),
}


def made_up(seed: int = 7) -> list[Row]:
    """Months from 2022 to February 2026, of exports to January; 2021 imported whole, of imports 2020 too; China's 2022
    whole as well as by month.
    """
    source = random.Random(seed)  # noqa: S311
    rows = []

    def value() -> int:
        return source.choice((0, source.randrange(10**4), source.randrange(10**9), source.randrange(10**11)))

    def duty(flow: str, amount: int) -> int | None:
        return source.randrange(amount + 1) // 4 if flow == "imports" and source.random() < 0.6 else None

    for flow, codes in CODES.items():
        for hs10 in codes:
            for cty in (*COUNTRIES, NAMELESS):
                if source.random() < 0.2:
                    continue
                months = [(year, month) for year in range(2022, 2027) for month in range(1, 13)]
                last = (2026, 2) if flow == "imports" else (2026, 1)
                periods = [(2021, 0), *(period for period in months if period <= last)]
                periods += [(2020, 0)] if flow == "imports" else []
                if cty == "5700":
                    periods.append((2022, 0))
                for year, month in periods:
                    if source.random() < 0.4:
                        amount = value()
                        rows.append(Row(flow, hs10, cty, year, month, amount, duty(flow, amount)))
    return rows


def labels() -> list[dict[str, Any]]:
    """The run's predictions as plain dicts."""
    return [
        {"flow": flow, "hs10": hs10, "relevance": relevance, "category": category}
        for flow, of_flow in (("imports", IMPORT_LABELS), ("exports", EXPORT_LABELS))
        for hs10, (relevance, category) in of_flow.items()
    ]


def made_up_workspace(folder: Path) -> Path:
    """Fill a workspace's folder with the made-up trade, its countries and the run ``hand``."""
    with open_workspace(folder) as con:
        add_flows(con, made_up())
        con.executemany("INSERT INTO countries VALUES (?, ?, 'country')", list(COUNTRIES.items()))
        add_run(con, "hand", labels())
    return folder


def workspace(rows: Iterable[Row], predictions: Iterable[dict[str, Any]] | None = None) -> duckdb.DuckDBPyConnection:
    """A workspace in memory with these rows, a country group that double counts, and a finished run ``hand``."""
    con = duckdb.connect(":memory:")
    migrate(con, Path(":memory:"))
    add_flows(con, rows)
    con.execute("INSERT INTO group_flows SELECT flow, hs10, $1, year, month, value, duty, 2 FROM flows", [GROUP])
    names = [*COUNTRIES.items(), (GROUP, "EUROPEAN UNION")]
    con.executemany(
        "INSERT INTO countries VALUES (?, ?, ?)",
        [(code, name, "group" if code == GROUP else "country") for code, name in names],
    )
    add_run(con, "hand", labels() if predictions is None else predictions)
    return con


def add_flows(con: duckdb.DuckDBPyConnection, rows: Iterable[Row]) -> None:
    rows = list(rows)
    columns = [[getattr(row, name) for row in rows] for name in Row.__dataclass_fields__]
    unnested = ", ".join(f"unnest(${number})" for number in range(1, 8))
    con.execute(f"INSERT INTO flows SELECT {unnested}, 1", columns)
    sum_all_chapters(con)


def sum_all_chapters(con: duckdb.DuckDBPyConnection) -> None:
    """Sum flows that were changed by hand, as every import does."""
    con.execute("DELETE FROM chapter_flows")
    for flow, years in con.execute("SELECT flow, list(DISTINCT year) FROM flows GROUP BY flow").fetchall():
        sum_chapters(con, flow, years)


def add_run(con: duckdb.DuckDBPyConnection, name: str, predictions: Iterable[dict[str, Any]]) -> None:
    predictions = list(predictions)
    con.execute(
        "INSERT INTO runs VALUES ($1, 'labels', 'f', '{}', $2, now()::TIMESTAMP, now()::TIMESTAMP, NULL)",
        [name, len(predictions)],
    )
    tie_runs(con)
    names = ("flow", "hs10", "relevance", "category", "p_high", "p_medium", "p_low", "source")
    flow, hs10, relevance, category, *chances, origin = ([p.get(name) for p in predictions] for name in names)
    lists = [None if None in p else list(p) for p in zip(*chances, strict=True)]
    origin = [each or "human" for each in origin]
    con.execute(
        "INSERT INTO predictions SELECT $1, unnest($2), unnest($3), NULL, unnest($4), unnest($5), "
        "unnest($6::DOUBLE[][]), unnest($7), NULL",
        [name, flow, hs10, relevance, category, lists, origin],
    )
