"""Correct the figures of a table by a gold sample, with intervals, and beside them what labels or gold alone give.

Formulas and their sources stand in ``gold_estimates``. Sums of dollars are made for every way of labelling at
once: the run's labels, these corrected by design weights, gold alone, and draws of the labels that nobody has seen.
Shares, indices and growth are then computed from each of them as the table computes them.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.core.table import Column, Note, Role, Table, Value
from aitrade.trade.tables.context import QueryContext
from aitrade.trade.tables.gold_estimates import DRAWS, GoldSample, draw_levels, gold_interval, standard_error
from aitrade.trade.tables.macros import SQL
from aitrade.trade.tables.simulation import Label, likely_categories
from aitrade.trade.tables.sum_figures import WORLD, PlacedSums, column_key, figures_of
from aitrade.workspace.gold import Sample, read_frame, require_gold, require_sample

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    from aitrade.trade.tables.sum_figures import Figures, Place

_LABELLED, _CORRECTED, _GOLD_ONLY, _DRAWN = 0, 1, 2, 3
_ROLES: tuple[tuple[Role, str], ...] = (
    ("lower", "lower"),
    ("upper", "upper"),
    ("labelled", "as labelled"),
    ("gold only", "gold only"),
)
_SEED = 20_260_401


@dataclass(frozen=True)
class _Labelled:
    """Every code with trade or in the frame: its dollars by place, and its label as a number among the keys.

    Attributes:
        keys: (group or level, category or None) of each kind of label; the last is that of codes without one.
        own: the key that the run gives each code.
        gold: the key that gold gives; the run's where there is none.
        at_level: the key that each code of the frame would have at each level.
        levels: the run's level of each code of the frame; -1 where none.
        frame: places of the frame's codes among all.
    """

    sample: GoldSample
    keys: tuple[tuple[str, str | None], ...]
    own: "NDArray[np.int64]"
    gold: "NDArray[np.int64]"
    at_level: "NDArray[np.int64]"
    levels: "NDArray[np.int64]"
    frame: "NDArray[np.int64]"
    dollars: "NDArray[np.float64]"


def with_gold(con: "DuckDBPyConnection", table: Table, context: QueryContext, percent: float) -> Table:
    """A table with each uncertain figure corrected by gold, its interval, and what labels and gold alone give.

    Args:
        con: the workspace.
        table: summary, share, index, countries or growth, computed.
        context: what it was computed from.
        percent: what intervals hold.

    Raises:
        BadInputError: there is no gold sample of the flow, or a code of it has no final label.
    """
    sample = require_sample(con, context.options.flow)
    final = require_gold(con, sample)
    places, dollars = _dollars(con, table, context)
    labelled = _label(con, context, sample, final, dollars, places)
    placed = PlacedSums(_sums(labelled, context), places)
    return _corrected(
        table, figures_of(table, context, placed), percent, _notes(sample, labelled, context, places, percent)
    )


def _dollars(
    con: "DuckDBPyConnection", table: Table, context: QueryContext
) -> "tuple[list[Place], dict[str, dict[Place, int]]]":
    """The places that a table needs, and the dollars of each code at each."""
    names = [column.name for column in table.columns]
    if "cty_code" in names:
        countries = sorted({str(row[names.index("cty_code")]) for row in table.rows if row[names.index("cty_code")]})
        rows = query(con, SQL, "code_country_values", **context.parameters.by_name, countries=countries)
        dollars = {
            hs10: {(country, year * 100): value for country, year, value in zip(*columns, strict=True)}
            for hs10, *columns in rows
        }
    else:
        rows = query(con, SQL, "code_values", **context.parameters.by_name)
        dollars = {
            hs10: {(WORLD, period): value for period, value in zip(periods, values, strict=True)}
            for hs10, periods, values in rows
        }
    return sorted({place for of_code in dollars.values() for place in of_code}), dollars


def _label(
    con: "DuckDBPyConnection",
    context: QueryContext,
    sample: Sample,
    final: dict[str, tuple[str, str]],
    dollars: "dict[str, dict[Place, int]]",
    places: "list[Place]",
) -> _Labelled:
    import numpy as np

    space, options = context.question.labels, context.options
    frame = read_frame(con, sample.name)
    by_code = {row[0]: Label(*row) for row in query(con, SQL, "code_labels", **context.parameters.by_name)}
    codes = sorted({*dollars, *(code.hs10 for code in frame)})
    number = {hs10: place for place, hs10 in enumerate(codes)}
    amounts = np.zeros((len(codes), len(places)))
    of_place = {place: column for column, place in enumerate(places)}
    for hs10, of_code in dollars.items():
        for place, value in of_code.items():
            amounts[number[hs10], of_place[place]] = value
    labels = [by_code[hs10] for hs10 in codes if hs10 in by_code]
    likely = dict(zip([one.hs10 for one in labels], likely_categories(labels, space.reference_category), strict=True))
    keys: dict[tuple[str, str | None], int] = {}

    def key(level: str, category: str) -> int:
        group = options.group if level in options.relevances else level
        named = space.reference_category if level == space.reference else category
        return keys.setdefault((group, named or None), len(keys))

    own = np.array([key(by_code[hs10].relevance, by_code[hs10].category) if hs10 in by_code else -1 for hs10 in codes])
    gold = own.copy()
    for hs10, (level, category) in final.items():
        gold[number[hs10]] = key(level, category)
    at_level = np.array(
        [[key(level, likely.get(code.hs10, space.reference_category)) for level in space.levels] for code in frame]
    )
    keys["Unlabelled", None] = unlabelled = len(keys)
    own[own < 0] = unlabelled
    gold[gold < 0] = unlabelled
    said = [space.position(by_code[code.hs10].relevance) if code.hs10 in by_code else -1 for code in frame]
    return _Labelled(
        GoldSample(
            np.array([code.stratum for code in frame]),
            np.array([stratum["assumed_error_rate"] for stratum in sample.design["strata"]]),
            np.array([code.size for code in frame], dtype=np.float64),
            np.array([code.probability for code in frame]),
            np.array([space.position(final[code.hs10][0]) if code.hs10 in final else -1 for code in frame]),
        ),
        tuple(keys),
        own,
        gold,
        at_level,
        np.array(said),
        np.array([number[code.hs10] for code in frame]),
        amounts,
    )


def _sums(labelled: _Labelled, context: QueryContext) -> "dict[tuple[str, str | None], NDArray[np.float64]]":
    """Sums by key, and by level over its categories: arrays of labellings × places."""
    import numpy as np

    dollars, frame = labelled.dollars, labelled.frame
    blocks = np.zeros((_DRAWN + DRAWS, len(labelled.keys), dollars.shape[1]))
    np.add.at(blocks[_LABELLED], labelled.own, dollars)
    weights = labelled.sample.weights[:, None] * dollars[frame]
    np.add.at(blocks[_GOLD_ONLY], labelled.gold[frame], weights)
    blocks[_CORRECTED] = blocks[_LABELLED] + blocks[_GOLD_ONLY]
    np.subtract.at(blocks[_CORRECTED], labelled.own[frame], weights)
    np.add.at(blocks[_DRAWN], labelled.gold, dollars)
    blocks[_DRAWN + 1 :] = blocks[_DRAWN]
    before, of_frame = labelled.gold[frame], dollars[frame]
    unseen = (labelled.sample.gold < 0) & (labelled.levels >= 0)
    counted = np.array([level in context.options.relevances for level in context.question.labels.levels])
    draw = _DRAWN
    for levels in draw_levels(labelled.sample, labelled.levels, counted, _SEED):
        for drawn in levels:
            moved = np.flatnonzero(unseen & (drawn != labelled.levels))
            np.subtract.at(blocks[draw], before[moved], of_frame[moved])
            np.add.at(blocks[draw], labelled.at_level[moved, drawn[moved]], of_frame[moved])
            draw += 1
    sums: dict[tuple[str, str | None], NDArray[np.float64]] = {}
    for place, (level, category) in enumerate(labelled.keys):
        for key in {(level, category), (level, None)}:
            sums[key] = sums[key] + blocks[:, place] if key in sums else blocks[:, place]
    sums["All", None] = np.broadcast_to(dollars.sum(axis=0), (len(blocks), dollars.shape[1]))
    return sums


def _corrected(table: Table, figures: "list[Figures]", percent: float, notes: tuple[str, ...]) -> Table:
    """The table with corrected figures; one that sums do not give as the table has it stays as it is, without ends."""
    keys = {key for figure in figures for key in figure}
    columns: list[Column] = []
    for column in table.columns:
        columns.append(column)
        if column_key(column) in keys:
            columns += [
                replace(
                    column, name=f"{column.name}_{role.replace(' ', '_')}", title=f"{column.title} {title}", role=role
                )
                for role, title in _ROLES
            ]
    rows, left_out = [], 0
    for row, figure in zip(table.rows, figures, strict=True):
        cells: list[Value] = []
        for value, column in zip(row, table.columns, strict=True):
            if column_key(column) not in keys:
                cells.append(value)
                continue
            found = figure.get(column_key(column))
            if found is None or not isinstance(value, int | float) or not _is_close(float(found[_LABELLED]), value):
                left_out += value is not None
                cells += [value, None, None, value, None]
                continue
            of_figure = _cells(found, percent)
            if _by_category(table, row, column):  # the categories of codes that nobody has seen are not drawn
                of_figure[1:3] = None, None
            cells += of_figure
        rows.append(tuple(cells))
    if left_out:
        notes = (*notes, f"{left_out} figures compare parts of the trade alone and are not corrected")
    return replace(table, columns=tuple(columns), rows=tuple(rows), notes=(*table.notes, *notes))


def _is_close(computed: float, shown: float) -> bool:
    """Whether sums give what the table shows."""
    return abs(computed - shown) <= 1e-9 * max(1.0, abs(shown))


def _by_category(table: Table, row: tuple[Value, ...], column: Column) -> bool:
    """Whether a figure depends on the categories of codes."""
    if table.name == "summary":
        return row[1] is not None
    return table.levels is not None and column.series.startswith(f"{table.levels.group} without ")


def _cells(figure: "NDArray[np.float64]", percent: float) -> list[Value]:
    """The corrected figure, the ends of its interval, the figure as labelled, and that of gold alone."""
    import numpy as np

    labelled, corrected, gold_only = (float(figure[n]) for n in (_LABELLED, _CORRECTED, _GOLD_ONLY))
    if not np.isfinite(figure[_DRAWN:]).all() or not np.isfinite(corrected):
        return [labelled, None, None, labelled, None]
    lower, upper = gold_interval(corrected, figure[_DRAWN:], percent)
    return [corrected, lower, upper, labelled, gold_only if np.isfinite(gold_only) else None]


def _notes(
    sample: Sample, labelled: _Labelled, context: QueryContext, places: "list[Place]", percent: float
) -> tuple[str, ...]:
    import numpy as np

    design = sample.design
    by_gold = (
        f"corrected by a gold sample of {design['size']:,} codes, drawn from {design['frame_codes']:,} that run "
        f"{design['run']} labels, by {sample.flow} of {design['year']}: the run's figure plus the weighted difference "
        f"of gold and run; scored {sample.scored} times before"
    )
    brief = f"run {design['run']} corrected by a gold sample of {design['size']:,} codes"
    notes = [
        Note(by_gold, "interval", f"{brief}; whiskers hold {percent:g} percent"),
        f"lower and upper hold {percent:g} percent of {DRAWS} draws of the labels that nobody has seen, from the "
        "errors found in each stratum and a prior for those not found; figures by category have none, since the sample "
        "is drawn for the levels; rows and their order are as labelled",
    ]
    if (place := (WORLD, context.selection.rank * 100)) in places:
        dollars = labelled.dollars[labelled.frame, places.index(place)] / 1e9
        counts = np.array([level == context.options.group for level, _ in labelled.keys])
        gold, run = counts[labelled.gold[labelled.frame]], counts[labelled.own[labelled.frame]]
        with_run = standard_error(labelled.sample, dollars * (gold.astype(float) - run))
        alone = standard_error(labelled.sample, dollars * gold)
        notes.append(
            f"standard error of {context.options.group} {sample.flow} of {context.selection.rank}: {with_run:.2f} "
            f"billion dollars with the run's labels, {alone:.2f} from gold alone"
        )
    return tuple(notes)
