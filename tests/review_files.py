"""A run to review, and review files filled in by a reviewer."""

import csv

import openpyxl
from trade_fixtures import add_run, workspace

from aitrade.question.question import SHIPPED, load_question
from aitrade.review.columns import review_columns

SERVERS, CHIPS, HORSES, PHONES = "8471500150", "8542310001", "0101210010", "8517130000"
HEADER = [column.name for column in review_columns(load_question(SHIPPED).labels)]


def prediction(hs10, relevance="Low", category="Not_DC_Related", chances=(0.1, 0.2, 0.7), flow="imports", source="llm"):
    return {"flow": flow, "hs10": hs10, "relevance": relevance, "category": category, "source": source} | dict(
        zip(("p_high", "p_medium", "p_low"), chances, strict=True)
    )


BASE = [
    prediction(SERVERS, "High", "Compute_Hardware", (0.6, 0.3, 0.1)),
    prediction(CHIPS),
    prediction(HORSES, chances=(0.0, 0.1, 0.9)),
    prediction(PHONES, source="exemplar", chances=(0, 0, 1)),
    prediction(SERVERS, "Medium", "Compute_Hardware", (0.3, 0.4, 0.3), flow="exports"),
]


def base_workspace():
    """A workspace with the finished run base, and evidence behind its own judgements."""
    con = workspace([], [])
    con.execute("DELETE FROM runs")
    add_run(con, "base", BASE)
    con.execute(
        "UPDATE predictions SET evidence = $1 WHERE source = 'llm'", ['{"neighbours": [], "llm": [0.5, 0.3, 0.2]}']
    )
    return con


def held(con, run):
    columns = "flow, hs10, relevance, category, p[1], p[2], p[3], source, evidence"
    rows = con.execute(f"SELECT {columns} FROM predictions WHERE run = ?", [run]).fetchall()
    return {(row[0], row[1]): row[2:] for row in rows}


def filled(path, *rows, **other):
    """A review file with these rows: (hs10, new_relevance, new_category, reason) of imports of the run base."""
    names = ("hs10", "new_relevance", "new_category", "reason")
    records = [{"flow": "imports", "run": "base", **dict(zip(names, row, strict=False)), **other} for row in rows]
    lines = [HEADER, *([record.get(name, "") for name in HEADER] for record in records)]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(lines)
        return path
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append([cell or None for cell in line])
    book.save(path)
    return path
