"""Dollars by relevance and category under each draw of the labels."""

from typing import TYPE_CHECKING

from aitrade.question.rubric import NOT_RELATED, RELEVANCES
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.query import fetch
from aitrade.trade.tables.setting import Setting
from aitrade.trade.tables.simulation import DRAWS, Label, draw, likely_categories, probabilities

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    Sums = dict[tuple[str, str | None], NDArray[np.float64]]


def drawn_sums(con: "DuckDBPyConnection", setting: Setting) -> tuple[list[int], "Sums"]:
    """Periods (year * 100 + month), and dollars by (relevance, category or None): arrays of draws × periods.

    The chosen relevances count as one. ``("All", None)`` holds every code, ``("Unlabelled", None)`` those without a
    label; both are the same in every draw.
    """
    import numpy as np

    parameters = setting.parameters
    values = fetch(con, "code_values", parameters)
    labels = {row[0]: Label(*row) for row in fetch(con, "code_labels", parameters)}
    periods = sorted({period for _, there, _ in values for period in there})
    dollars = np.zeros((len(values), len(periods)))
    for number, (_, there, amounts) in enumerate(values):
        dollars[number, np.searchsorted(periods, there)] = amounts
    labelled = [labels[hs10] for hs10, _, _ in values if hs10 in labels]
    of_labelled = dollars[[hs10 in labels for hs10, _, _ in values]]
    chances = probabilities(labelled, parameters["run"])
    sums = _draw_sums(labelled, chances, of_labelled, setting.options)
    everything = dollars.sum(axis=0)
    sums["All", None] = np.broadcast_to(everything, (DRAWS, len(periods)))
    sums["Unlabelled", None] = np.broadcast_to(everything - of_labelled.sum(axis=0), (DRAWS, len(periods)))
    return periods, sums


def _draw_sums(
    labels: list[Label], chances: "NDArray[np.float64]", dollars: "NDArray[np.float64]", options: Options
) -> "Sums":
    import numpy as np

    categories = np.array(likely_categories(labels))
    members = {name: np.flatnonzero(categories == name) for name in sorted(set(categories.tolist()))}
    *counted_levels, last = RELEVANCES
    blocks: dict[tuple[str, str], list[NDArray[np.float64]]] = {}
    for drawn in draw([label.hs10 for label in labels], chances):
        for category, codes in members.items():
            of_category = drawn[:, codes]
            for level, relevance in enumerate(counted_levels):
                counted = (of_category == level).astype(np.float64) @ dollars[codes]
                blocks.setdefault((relevance, category), []).append(counted)
    levels: Sums = {key: np.concatenate(parts) for key, parts in blocks.items()}
    for category, codes in members.items():
        # Every code has some relevance: what has none of the others has the last one.
        others = [levels[relevance, category] for relevance in counted_levels]
        levels[last, category] = np.broadcast_to(dollars[codes].sum(axis=0), (DRAWS, dollars.shape[1])) - sum(others)
    sums: Sums = {}
    for (relevance, category), drawn_dollars in levels.items():
        group = options.group if relevance in options.relevances else relevance
        # What is drawn Low is not related, whatever it would be were it relevant.
        counts_as = NOT_RELATED if relevance == "Low" else category
        for key in ((group, counts_as), (group, None)):
            sums[key] = sums[key] + drawn_dollars if key in sums else drawn_dollars
    return sums
