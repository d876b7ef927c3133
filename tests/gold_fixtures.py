"""A workspace with made-up trade, a run whose labels are partly wrong, and the truth."""

import random
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from trade_fixtures import Row, add_flows, add_run

from aitrade.workspace import open_workspace

LABELS = (("High", "Compute_Hardware"), ("Medium", "Cooling_HVAC"), ("Low", "Not_DC_Related"))
COUNTRIES = ("1220", "2010", "5700")


@dataclass(frozen=True)
class Made:
    """A workspace folder, the run's label of each code, and the true one."""

    folder: Path
    run: dict[str, tuple[str, str]]
    truth: dict[str, tuple[str, str]]
    rows: tuple[Row, ...]


def made_up_gold(folder: Path, codes: int = 240, seed: int = 3) -> Made:
    """Codes of a few headings with whole years 2023 and 2024, one label in ten being wrong in the run."""
    source = random.Random(seed)  # noqa: S311
    names = [f"84{7 + n % 3}{n % 7}{n:06d}" for n in range(codes)]
    truth = {hs10: source.choices(LABELS, (1, 2, 5))[0] for hs10 in names}
    run = {hs10: source.choice(LABELS) if source.random() < 0.1 else truth[hs10] for hs10 in names}
    rows = tuple(
        Row("imports", hs10, country, year, 0, int(source.lognormvariate(14, 2)), None)
        for hs10 in names
        for country in COUNTRIES
        for year in (2023, 2024)
    )
    with open_workspace(folder) as con:
        add_flows(con, rows)
        con.executemany(
            "INSERT INTO codes VALUES ('imports', ?, ?, '334111', 'COMPUTERS')",
            [[hs10, f"WIDGETS NO {n}"] for n, hs10 in enumerate(names)],
        )
        add_run(
            con,
            "model",
            [{"flow": "imports", "hs10": hs10, "relevance": one, "category": two} for hs10, (one, two) in run.items()],
        )
    return Made(folder, run, truth, rows)


def fill_in(path: Path, truth: dict[str, tuple[str, str]], *, wrong: frozenset[str] = frozenset()) -> None:
    """Fill in every sheet of a gold workbook by the truth; the second rater says Low of the codes in ``wrong``."""
    workbook = openpyxl.load_workbook(path)
    for sheet in workbook.worksheets:
        if sheet.title == "rubric":
            continue
        header = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            hs10 = str(row[header.index("hs10")].value)
            low = hs10 in wrong and sheet.title == "rater 2"
            level, category = LABELS[2] if low else truth[hs10]
            row[header.index("relevance")].value = level
            row[header.index("category")].value = category
            row[header.index("reason")].value = f"{sheet.title} thinks so"
            row[header.index("date")].value = "2026-03-31"
    workbook.save(path)
