"""A made-up workspace for the report: monthly trade of a few codes, a run with probabilities, labels by hand."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from questions import tie_runs
from trade_fixtures import sum_all_chapters

from aitrade.trade.countries import seed_countries
from aitrade.workspace import open_workspace

EVIL = '=HYPERLINK("http://evil.example/","x")</script><img src=x onerror="alert(1)"> & \'quotes\' <!-- \u2028'
RUN, HAND = "toy-run", "hand-labels"
PARTNERS = ("5700", "5830", "2010", "1220", "4280")
MONTHS = tuple((year, month) for year in (2023, 2024, 2025) for month in range(1, 13) if (year, month) <= (2025, 6))

# hs10, description, relevance, category, p_high, p_medium, p_low, label by hand
CODES = (
    ("8471500150", EVIL, "High", "Compute_Hardware", 0.97, 0.02, 0.01, "High"),
    ("8471804000", "Units of data processing machines", "High", "Compute_Hardware", 0.91, 0.06, 0.03, "High"),
    ("8517620020", "Switching and routing apparatus", "High", "Networking_Telecom", 0.88, 0.1, 0.02, "High"),
    ("8504409570", "Inverters", "High", "Electrical_Power", 0.55, 0.4, 0.05, "Medium"),
    ("8415908085", "Parts of air conditioning machines", "Medium", "Cooling_HVAC", 0.35, 0.6, 0.05, "High"),
    ("7308909590", "Structures and parts of structures", "Medium", "Building_Structure", 0.05, 0.8, 0.15, "Medium"),
    ("0101210010", "Horses, purebred breeding, males", "Low", "Not_DC_Related", 0.0, 0.01, 0.99, "Low"),
    ("6109100012", "T-shirts of cotton", "Low", "Not_DC_Related", 0.0, 0.02, 0.98, "Low"),
    ("8703230190", "Motor cars", "Low", "Not_DC_Related", 0.01, 0.04, 0.95, "Low"),
    ("9403200050", "Metal furniture", "Low", "Not_DC_Related", 0.1, 0.35, 0.55, "Medium"),
)  # fmt: skip


def fill(
    folder: Path,
    *,
    flows: tuple[str, ...] = ("imports", "exports"),
    months: Iterable[tuple[int, int]] = MONTHS,
    duties: bool = True,
    probabilities: bool = True,
    by_hand: bool = True,
) -> Path:
    """Make the workspace, or one that lacks something; month 0 is a whole year."""
    with open_workspace(folder) as con:
        seed_countries(con)
        _runs(con, probabilities=probabilities, by_hand=by_hand)
        for number, flow in enumerate(flows, 1):
            rows = list(_trade(flow, tuple(months), number, duties=duties))
            columns = [list(column) for column in zip(*rows, strict=True)]
            con.execute(
                "INSERT INTO flows SELECT unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), "
                "unnest(?::BIGINT[]), unnest(?)",
                columns,
            )
            sum_all_chapters(con)
            receipt = {"notes": ["made up"]}
            con.execute(
                "INSERT INTO trade_imports VALUES (?, ?, 'cafe', 'parquet', ?, TIMESTAMP '2026-04-01', ?)",
                [number, f"/home/somebody/secret/{flow}.parquet", flow, json.dumps(receipt)],
            )
    return folder


def _runs(con: Any, *, probabilities: bool, by_hand: bool) -> None:
    insert = (
        "INSERT INTO runs (run, kind, fingerprint, settings, codes, started_at, finished_at) "
        "VALUES (?, ?, 'f00d', ?, ?, TIMESTAMP '2026-04-01', TIMESTAMP '2026-04-02' + to_days(?))"
    )
    settings = json.dumps({"model": "toy", "labels": ["High", "Medium", "Low"], "calibration_sha256": None})
    con.execute(insert, [RUN, "classification", settings, len(CODES), 1])
    label = (
        "INSERT INTO predictions (run, flow, hs10, description, relevance, category, p, source) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    for flow in ("imports", "exports"):
        for hs10, text, relevance, category, *p, _ in CODES:
            con.execute("INSERT INTO codes (flow, hs10, description) VALUES (?, ?, ?)", [flow, hs10, text])
            known = p if probabilities else None
            con.execute(label, [RUN, flow, hs10, text, relevance, category, known, "llm"])
    if by_hand:
        con.execute(insert, [HAND, "labels", "{}", len(CODES), 0])
        for hs10, _, _, category, *_, truth in CODES:
            name = "Not_DC_Related" if truth == "Low" else category.replace("Not_DC_Related", "Building_Structure")
            con.execute(label, [HAND, "imports", hs10, None, truth, name, None, "human"])
    tie_runs(con)


def _trade(flow: str, months: tuple[tuple[int, int], ...], number: int, *, duties: bool) -> Iterable[tuple[Any, ...]]:
    for place, (hs10, _, relevance, *_) in enumerate(CODES):
        for partner, cty_code in enumerate(PARTNERS):
            for time, (year, month) in enumerate(months):
                growth = 1 + (0.06 if relevance == "High" else 0.01) * time
                value = int(10_000_000 * (place + 1) * (partner + 1) * growth * (12 if month == 0 else 1) / number)
                duty = value * (place % 4) // 100 if duties and flow == "imports" else None
                yield flow, hs10, cty_code, year, month, value, duty, number
