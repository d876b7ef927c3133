"""The layers of a chart, by the figure's shape: lines, columns, bars, and what each shows where it is pointed at."""

from typing import TYPE_CHECKING, Any

from aitrade.report.figure import Figure
from aitrade.report.palette import TEXT, inks

if TYPE_CHECKING:
    import altair as alt


_IN_A_ROW = 5  # names that a legend has room for in a row
_WIDEST = 1 / 8  # of a drawing's width that a column of a year takes
_TWO_LINES = "[slice(datum.label, 0, 10), slice(datum.label, 11)]"  # a code, and its description below
_PART_BELOW = "split(datum.label, ', ')"  # a year, and below it that it is there in part
_HALF_A_LINE = 7  # pixels that a name of two lines is raised by, to stand before the middle of its bar
_OF_A_FIGURE = 40  # pixels of room for the figure beside a bar below 0
_GAP = 0.2  # between the columns of two years, as a part of what a year takes


def layers_of(figure: Figure, shown: list[str]) -> list["alt.Chart"]:
    """The layers that draw a figure.

    Args:
        figure: what is drawn.
        shown: its series that have points, in their order; the legend names these.
    """
    shapes = {
        "months": _lines,
        "curve": _lines,
        "years": _columns,
        "bars": _bars,
        "scatter": _scatter,
        "forest": _forest,
    }
    return shapes[figure.shape](figure, shown)


def _lines(figure: Figure, shown: list[str]) -> list["alt.Chart"]:
    import altair as alt

    if figure.shape == "months":
        x = alt.X("x:T", timeUnit="utcyearmonth", title=None, axis=alt.Axis(format="%b %Y", tickCount=8))
    else:
        percent = alt.Scale(domain=[0, 1])
        x = alt.X("x:Q", title=figure.x_title, scale=percent, axis=alt.Axis(format=".0%", tickCount=6))
    nearest = alt.selection_point(name="near", nearest=True, on="pointerover", fields=["x", "series"], empty=False)
    axis = alt.Axis(format=_percent(figure) if figure.shape == "curve" else ",~f", tickCount=6)
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=figure.shape == "curve"), axis=axis)
    base = alt.Chart().encode(x=x, y=y)
    line = base.mark_line(strokeWidth=2).encode(**_colour(figure, shown), **_dash(figure, shown))
    dots = base.mark_point(filled=True, size=70).encode(
        color=_colour(figure, shown)["color"],
        opacity=alt.condition(nearest, alt.value(1), alt.value(0)),
        tooltip=_tooltip(figure),
    )
    layers = [line, dots.add_params(nearest)]
    if "lower" in figure.columns():
        whiskers = alt.Chart().mark_rule().encode(x=x, y="lower:Q", y2="upper:Q", color=_colour(figure, shown)["color"])
        layers.insert(0, whiskers)
    return layers


def _columns(figure: Figure, shown: list[str]) -> list["alt.Chart"]:
    import altair as alt

    names = alt.Axis(labelAngle=0, ticks=False, labelExpr=_PART_BELOW)
    x = alt.X("x:O", title=None, axis=names, scale=_few_columns(figure))
    offset = alt.XOffset("series:N", sort=list(figure.series))
    axis = alt.Axis(format=",~f", tickCount=6)
    y = alt.Y("value:Q", title=None, axis=axis)
    columns = (
        alt.Chart().mark_bar().encode(x=x, xOffset=offset, y=y, **_colour(figure, shown), tooltip=_tooltip(figure))
    )
    layers = [columns]
    if "lower" in figure.columns():
        ink = alt.value(TEXT.light)
        layers.append(alt.Chart().mark_rule().encode(x=x, xOffset=offset, y="lower:Q", y2="upper:Q", color=ink))
    return layers


def _percent(figure: Figure) -> str:
    """How shares are written on an axis: with the decimals that tell its ticks apart."""
    highest = max((float(point["value"] or 0) for point in figure.points), default=1.0)
    return ".0%" if highest > 0.06 else ".1%" if highest > 0.006 else ".2%"


def _few_columns(figure: Figure) -> "alt.Scale":
    """The scale of the years: where these are few, a column takes no more than an eighth of the drawing's width."""
    import altair as alt

    years, series = len({point["x"] for point in figure.points}), max(len(figure.series), 1)
    padding = max(1 - years * series * _WIDEST, _GAP)
    return alt.Scale(paddingInner=padding, paddingOuter=padding / 2)


def _bars(figure: Figure, shown: list[str]) -> list["alt.Chart"]:
    import altair as alt

    names = alt.Axis(
        labelExpr=_TWO_LINES if figure.names_codes else "datum.label",
        labelOffset=-_HALF_A_LINE if figure.names_codes else 0,
        labelLimit=240,
        ticks=False,
        domain=False,
    )
    y = alt.Y("x:N", title=None, sort=None, axis=names)
    axis = alt.Axis(format=",~f", tickCount=6)
    scale = alt.Scale(padding=_OF_A_FIGURE) if any(float(p["value"] or 0) < 0 for p in figure.points) else alt.Scale()
    shared: dict[str, Any] = {"y": y, "x": alt.X("value:Q", title=None, axis=axis, scale=scale)}
    if len(figure.series) > 1:
        shared["yOffset"] = alt.YOffset("series:N", sort=list(figure.series))
    bars = alt.Chart().mark_bar().encode(**shared, **_colour(figure, shown), tooltip=_tooltip(figure))
    values = (
        alt.Chart()
        .mark_text(
            align=alt.ExprRef("datum.value < 0 ? 'right' : 'left'"),
            dx=alt.ExprRef("datum.value < 0 ? -4 : 4"),
            fontSize=11,
        )
        .encode(**shared, text=alt.Text("value:Q", format=",.1f"), color=alt.value(TEXT.light))
    )
    return [bars, values]


def _scatter(figure: Figure, shown: list[str]) -> list["alt.Chart"]:
    """Points by two numbers, the first on a logarithmic scale, each with its name."""
    import altair as alt

    x = alt.X("x:Q", title=figure.x_title, scale=alt.Scale(type="log", nice=True), axis=alt.Axis(tickCount=6))
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False))
    colour = {"color": _colour(figure, shown)["color"].copy(deep=True)}
    colour["color"].legend = None
    points = alt.Chart().mark_point(filled=True, size=80).encode(x=x, y=y, **colour, tooltip=_tooltip(figure))
    names = alt.Chart().mark_text(align="left", dx=8, fontSize=11).encode(x=x, y=y, text="series:N")
    return [points, names]


def _forest(figure: Figure, _shown: list[str]) -> list["alt.Chart"]:
    """A point with its interval for each name, and a line where there is no difference."""
    import altair as alt

    y = alt.Y("x:N", title=None, sort=None, axis=alt.Axis(labelLimit=360, ticks=False, domain=False))
    ink = alt.value(TEXT.light)
    x = alt.X("value:Q", title=figure.unit)
    nothing = alt.Chart().mark_rule(strokeDash=[3, 3]).encode(x=alt.datum(0), color=ink)
    whiskers = alt.Chart().mark_rule().encode(y=y, x="lower:Q", x2="upper:Q", color=ink)
    points = alt.Chart().mark_point(filled=True, size=70).encode(y=y, x=x, color=ink, tooltip=_tooltip(figure))
    return [nothing, whiskers, points]


def _colour(figure: Figure, shown: list[str]) -> dict[str, Any]:
    import altair as alt

    found = inks(figure.series, figure.levels)
    scale = alt.Scale(domain=list(figure.series), range=[found[name].light for name in figure.series])
    return {"color": alt.Color("series:N", scale=scale, legend=_legend(figure, shown))}


def _dash(figure: Figure, shown: list[str]) -> dict[str, Any]:
    import altair as alt

    found = inks(figure.series, figure.levels)
    scale = alt.Scale(domain=list(figure.series), range=[list(found[name].dash) or [1, 0] for name in figure.series])
    return {"strokeDash": alt.StrokeDash("series:N", scale=scale, legend=_legend(figure, shown))}


def _legend(figure: Figure, shown: list[str]) -> "alt.Legend | None":
    import altair as alt

    symbol = "stroke" if figure.shape in ("months", "curve") else "square"
    several = len(figure.series) > 1
    rows: dict[str, Any] = {"columns": 2, "labelLimit": 300} if len(shown) > _IN_A_ROW else {}
    return alt.Legend(title=None, orient="bottom", symbolType=symbol, values=shown, **rows) if several else None


def _tooltip(figure: Figure) -> list[Any]:
    import altair as alt

    number = ",.2f"
    x = (
        alt.Tooltip("x:T", title=figure.x_title, format="%Y-%m", timeUnit="utcyearmonth")
        if figure.shape == "months"
        else alt.Tooltip("x:N", title=figure.x_title)
    )
    shown = [x, alt.Tooltip("series:N", title="Series"), alt.Tooltip("value:Q", title="Value", format=number)]
    if "lower" in figure.columns():
        shown += [alt.Tooltip(f"{end}:Q", title=end.capitalize(), format=number) for end in ("lower", "upper")]
    return shown
