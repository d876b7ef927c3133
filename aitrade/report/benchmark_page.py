"""A benchmark as one offline HTML page: its table, four drawings, and the costliest disagreements."""

from pathlib import Path
from typing import TYPE_CHECKING

from aitrade import __version__
from aitrade.core.extras import require_extra
from aitrade.core.files import write_file
from aitrade.core.render import render
from aitrade.core.render.figures import figure as as_text
from aitrade.core.render.figures import is_numeric
from aitrade.core.table import Table
from aitrade.evaluation.benchmark.contamination import COLUMNS
from aitrade.evaluation.benchmark.curves import reliability, risk_and_coverage
from aitrade.evaluation.benchmark.figures import ALL_FIGURES
from aitrade.evaluation.benchmark.leaderboard import TITLES
from aitrade.evaluation.benchmark.statistics import MEASURE
from aitrade.report.drawing import chart, specification, subtitle
from aitrade.report.figure import Figure, figure, point
from aitrade.report.page import dark_styles, drawing, filled, policy
from aitrade.report.palette import swatches

if TYPE_CHECKING:
    from aitrade.evaluation.benchmark.result import Measured

_FOLDER = Path(__file__).parent / "page"
PAGE = "benchmark.html"
_CURVES = 6  # rows that curves are drawn of, the best first


def write_benchmark(measured: "Measured", folder: Path) -> tuple[Path, ...]:
    """Write a benchmark into a folder: the page; its table as CSV, JSON and LaTeX; lines and disagreements as CSV.

    Raises:
        UsageError: the libraries of the extra ``report`` are not installed.
        BadInputError: a file cannot be written.
    """
    files = {
        PAGE: benchmark_page(measured),
        "models.csv": render(measured.data, "csv"),
        "models.json": render(measured.data, "json"),
        "models.tex": render(measured.reading, "latex"),
        "contamination.csv": render(measured.contamination, "csv"),
        "disagreements.csv": render(measured.disagreements, "csv"),
        "notes.txt": "\n".join([measured.data.title, *measured.data.notes, ""]),
    }
    if measured.robustness:
        files["robustness.csv"] = render(measured.robustness, "csv")
    return tuple(write_file(folder / name, text.encode()) for name, text in files.items())


def benchmark_page(measured: "Measured") -> str:
    """The page; it holds drawings, no script, and asks nothing of a network."""
    require_extra("report", "writing a page")
    drawn = [one for one in benchmark_figures(measured) if one is not None]
    return filled(
        "benchmark.html.j2",
        title=measured.data.title,
        version=__version__,
        figures=drawn,
        drawings={one.id: drawing(specification(chart(one))) for one in drawn},
        subtitle=lambda one: subtitle(one, one.chosen()),
        tables=[
            measured.reading,
            measured.contamination,
            *([measured.robustness] if measured.robustness else []),
            measured.disagreements,
            _full(measured.data),
        ],
        text=as_text,
        is_numeric=is_numeric,
        policy=policy([]),
        style=(_FOLDER / "page.css").read_text("utf-8") + swatches(":root", dark=False) + dark_styles(),
    )


def benchmark_figures(measured: "Measured") -> tuple[Figure | None, ...]:
    """Cost against quality, reliability, risk and coverage, and the paired differences to the best."""
    return (_cost(measured), _reliability(measured), _risk(measured), _forest(measured))


def _cost(measured: "Measured") -> Figure | None:
    title = TITLES[MEASURE]
    points = [
        point(float(row["codes_per_second"]), str(row["row"]), row[MEASURE])
        for row in measured.data.records()
        if isinstance(row["codes_per_second"], float)
    ]
    return figure(
        "cost", "Cost against quality", f"Points of {title} by codes a second, a point for each model.", points,
        shape="scatter", x_title="Codes a second", unit=title,
    )  # fmt: skip


def _reliability(measured: "Measured") -> Figure | None:
    points = [
        point(round(chance, 4), name, right)
        for name in measured.best(_CURVES)
        for chance, right in reliability(measured.said[name], measured.once)
    ]
    points += [point(end, "Perfect", end) for end in (0.0, 1.0)]
    return figure(
        "reliability", "Do the probabilities hold?", "Share of labels that are right, by their probability.", points,
        shape="curve", x_title="Probability of the label", unit="share of labels that are right",
    )  # fmt: skip


def _risk(measured: "Measured") -> Figure | None:
    points = [
        point(round(kept, 4), name, wrong)
        for name in measured.best(_CURVES)
        for kept, wrong in risk_and_coverage(measured.said[name], measured.once)
    ]
    return figure(
        "risk", "What if only the surest labels counted?",
        "Share of wrong labels among the surest ones, by how many are kept.", points,
        shape="curve", x_title="Share of codes kept, surest first", unit="share of labels that are wrong",
    )  # fmt: skip


def _forest(measured: "Measured") -> Figure | None:
    place = ALL_FIGURES.index(MEASURE)
    points = []
    for name, one in measured.compared.items():
        apart = one.to_best
        if apart is not None:
            points.append(point(f"{name} ({one.figures[place].figure:.3f})", "x", apart.figure, apart.low, apart.high))
    best = next(iter(measured.compared))
    return figure(
        "forest", f"{TITLES[MEASURE]} less that of {best}", "Points with 95% intervals of paired differences.", points,
        shape="forest", x_title="Row", unit=f"{TITLES[MEASURE]} less the best row's",
    )  # fmt: skip


def _full(table: Table) -> Table:
    """The table of every figure without the ends of intervals, and without what has a table of its own on the page."""
    apart = {column.name for column in COLUMNS}
    places = [
        n
        for n, column in enumerate(table.columns)
        if not column.name.endswith(("_low", "_high")) and column.name not in apart
    ]
    rows = tuple(tuple(row[n] for n in places) for row in table.rows)
    return Table("all", "Every figure, and what each row costs", tuple(table.columns[n] for n in places), rows)
