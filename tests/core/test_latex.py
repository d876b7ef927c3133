"""Tables as LaTeX fit their page: by the layout that is chosen, and by what TeX says of them where it is installed."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from aitrade.core.render import render
from aitrade.core.render.latex_layout import TURNED, UPRIGHT, layout
from aitrade.core.table import Column, Table, Value

LONG = "PARTS AND ACCESSORIES OF AUTOMATIC DATA PROCESSING MACHINES/UNITS;PRINTED CIRCUIT ASSEMBLIES, NESOI"
NASTY = r"100% of $5 & #1 {x} ~^ \end{table} _a_ <b> [y]"
WORDS = (Column("relevance", "Relevance"), Column("category", "Category", "name"))
CODES = (Column("hs10", "HS10"), Column("description", "Description", "prose"))


def made(columns: tuple[Column, ...], figures: int, rows: int, *first: Value) -> Table:
    """A table of some columns, then so many of figures with intervals' titles."""
    years = tuple(Column(f"v{n}", f"{2010 + n} expected", "billions") for n in range(figures))
    cells = tuple((*first, *(1234.5 + n for n in range(figures))) for _ in range(rows))
    return Table("t", f"Title with {NASTY}", (*columns, *years), cells, (f"a note with {NASTY}",))


TABLES = {
    "small": made(WORDS, 3, 5, "High", "Compute_Hardware"),
    "with descriptions": made(CODES, 4, 10, "8473301180", LONG),
    "wide": made(CODES, 8, 10, "8473301180", LONG),
    "wider than a page": made(WORDS, 24, 10, "High", "Compute_Hardware"),
    "long": made(CODES, 3, 120, "8473301180", LONG),
    "long and wide": made(WORDS, 30, 90, "High", "Compute_Hardware"),
    "nasty": made(CODES, 1, 3, "[x]", NASTY),
    "empty": made(CODES, 1, 0),
}


def test_what_is_wide_is_turned_or_cut_and_what_is_long_goes_over_pages() -> None:
    chosen = {name: layout(table) for name, table in TABLES.items()}
    assert not chosen["small"].turned
    assert chosen["wide"].turned
    assert [len(chosen[name].parts) > 1 for name in ("small", "wide", "wider than a page")] == [False, False, True]
    assert [chosen[name].long for name in ("small", "long")] == [False, True]
    parts = chosen["wider than a page"].parts
    assert all(part[:2] == (0, 1) for part in parts)  # each part says what its rows are
    assert sorted(place for part in parts for place in part[2:]) == list(range(2, 26))
    assert UPRIGHT < TURNED


def test_names_are_words_and_groups_stand_apart() -> None:
    rows = (("High", None, 5.0), ("High", "Compute_Hardware", 5.0), ("Low", None, 1.0))
    text = render(Table("t", "t", (*WORDS, Column("v", "2024", "billions")), rows), "latex")
    assert "Compute Hardware" in text
    assert text.index("Compute Hardware") < text.index(r"\addlinespace") < text.index("Low")
    assert text.count(r"\addlinespace") == 1


def test_totals_come_first_in_latex_alone() -> None:
    columns = (Column("cty_code", "Code"), Column("relevance", "Relevance"), Column("v", "2024", "billions"))
    rows = tuple((code, level, 1.0) for code in (None, "5700") for level in ("High", "Low", "All"))
    table = Table("growth", "t", columns, rows)
    text = render(table, "latex")
    body = [line.split(" & ")[:2] for line in text.splitlines() if " & " in line][1:]
    assert body == [[code, level] for code in ("--", "5700") for level in ("All", "High", "Low")]
    assert [row["relevance"] for row in json.loads(render(table, "json"))] == ["High", "Low", "All"] * 2
    parts = (("High", None, 5.0), ("High", "Compute_Hardware", 5.0), ("Low", None, 1.0), ("All", None, 6.0))
    text = render(Table("summary", "t", (*WORDS, Column("v", "2024", "billions")), parts), "latex")
    found = re.findall(r"^(All|High|Low) &|(addlinespace)", text, re.MULTILINE)
    assert [first or second for first, second in found] == [
        "All",
        "addlinespace",
        "High",
        "High",
        "addlinespace",
        "Low",
    ]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex: apt-get install texlive-latex-base")
def test_every_table_fits_its_page(tmp_path: Path) -> None:
    packages = "booktabs,array,longtable,rotating,pdflscape"
    head = rf"\documentclass{{article}}\usepackage[margin=1in]{{geometry}}\usepackage{{{packages}}}"
    for number, table in enumerate(TABLES.values()):
        (tmp_path / f"t{number}.tex").write_text(render(table, "latex"), "utf-8")
    inputs = "\n".join(rf"\input{{t{number}}}\clearpage" for number in range(len(TABLES)))
    page = f"{head}\\usepackage[T1]{{fontenc}}\\begin{{document}}\n{inputs}\n\\end{{document}}\n"
    (tmp_path / "page.tex").write_text(page, "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    log = (tmp_path / "page.log").read_text("utf-8", errors="replace")
    assert not [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(points) > 5]
    assert "Float too large" not in log
