"""Draw figures with Altair, and write them as SVG, PDF and PNG."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aitrade.core.clean import clean_values
from aitrade.core.extras import require_extra
from aitrade.report.figure import UNITS, Figure
from aitrade.report.layers import layers_of
from aitrade.report.palette import GRID, MUTED, PAPER, TEXT

if TYPE_CHECKING:
    import altair as alt

WIDTH = 640
_LETTERS = 105  # of a line of notes that is as wide as a drawing
VEGA_LITE = "6.4"
VEGA_LICENCE = (
    "Vega, Vega-Lite and Vega-Embed, copyright University of Washington Interactive Data Lab and contributors, "
    "BSD 3-Clause licence"
)
FONT = "Liberation Sans, Helvetica, Arial, sans-serif"


def chart(figure: Figure, choice: dict[str, str] | None = None) -> "alt.LayerChart":
    """A figure as an Altair chart, with what is chosen of it (by default what is chosen at first)."""
    require_extra("report", "drawing a chart")
    import altair as alt

    choice = choice or figure.chosen()
    points = figure.shown(choice)
    shown = [name for name in figure.series if any(point["series"] == name for point in points)]
    title = alt.TitleParams(figure.title, subtitle=[subtitle(figure, choice), *_lines(figure.notes)])
    data = alt.InlineData(values=list(points))
    drawn: Any = alt.layer(*layers_of(figure, shown), data=data).properties(title=title, width=WIDTH)
    names = len({point["x"] for point in points})
    heights = {"bars": names * bar_height(figure, len(shown)), "forest": names * 22}
    drawn = drawn.properties(height=heights.get(figure.shape, 280))
    if figure.shape in ("bars", "scatter"):
        drawn = drawn.properties(padding={"left": 5, "top": 5, "bottom": 5, "right": 30})  # room for the last figure
    configured: alt.LayerChart = drawn.configure(**_config())
    return configured


def bar_height(figure: Figure, series: int) -> int:
    """Pixels that each name of a figure of bars takes; a name with a code stands on two lines."""
    return 8 + 14 * max(series, 2 if figure.names_codes else 1)


def _lines(notes: Sequence[str]) -> list[str]:
    """Notes as lines that fit a drawing's width."""
    return [line for note in notes for line in textwrap.wrap(note, _LETTERS)]


def subtitle(figure: Figure, choice: dict[str, str]) -> str:
    """What is chosen and in which unit, such as ``imports · 2024 · billion US dollars``.

    The only series of a figure has no legend and is named here.
    """
    measure = choice.get("measure", figure.unit)
    parts = [value for name, value in choice.items() if name != "measure"]
    parts = [*figure.only_series(parts), *parts]
    return " · ".join([*parts, UNITS.get(measure, measure)])


def specification(drawn: "alt.LayerChart") -> dict[str, Any]:
    """A chart as Vega-Lite. Altair checked its parts when they were made; it need not check the whole again."""
    # A control character would end the whole process in the drawing library.
    spec: dict[str, Any] = clean_values(drawn.to_dict(validate=False))
    return spec


def to_svg(spec: dict[str, Any]) -> str:
    """A specification as SVG; its texts stay texts."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))


def to_pdf(spec: dict[str, Any]) -> bytes:
    """A specification as PDF."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_pdf(spec, vl_version=VEGA_LITE))


def to_png(spec: dict[str, Any]) -> bytes:
    """A specification as PNG, three times as many pixels as units."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=3))


def javascript() -> str:
    """The libraries that draw charts in a browser: Vega-Embed, Vega-Lite, Vega, as one script without imports."""
    import vl_convert

    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE)
    return f"/*! {VEGA_LICENCE} */\n{bundle}"


def _config() -> dict[str, Any]:
    return {
        "font": FONT,
        "background": PAPER.light,
        "aria": False,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "color": TEXT.light,
            "subtitleColor": MUTED.light,
            "fontSize": 15,
            "subtitleFontSize": 12,
            "offset": 12,
        },
        "axis": {
            "labelColor": MUTED.light,
            "titleColor": MUTED.light,
            "gridColor": GRID.light,
            "domainColor": MUTED.light,
            "tickColor": MUTED.light,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
        "axisX": {"grid": False},
        "legend": {"labelColor": TEXT.light, "labelFontSize": 12, "symbolStrokeWidth": 3, "symbolSize": 200},
    }
