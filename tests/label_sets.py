"""Small random classifications, and their agreement in plain Python from the textbook definitions."""

from hypothesis import strategies as st
from trade_fixtures import Row

LEVELS = ("High", "Medium", "Low")
RELATED = ("Compute_Hardware", "Cooling_HVAC")
CODES = ("0101210010", "2710190600", "7108121000", "8415820130", "8471500150", "8471500151", "8517620090", "9802004040")


def labelled(relevance, category):
    return relevance, "Not_DC_Related" if relevance == "Low" else category


A_LABEL = st.sampled_from([labelled(level, category) for level in LEVELS for category in RELATED])
LABELS = st.dictionaries(st.tuples(st.sampled_from(("imports", "exports")), st.sampled_from(CODES)), A_LABEL)
VALUES = st.dictionaries(st.sampled_from(CODES), st.integers(0, 10**12))


def predictions(labels):
    return [
        {"flow": flow, "hs10": hs10, "relevance": relevance, "category": category}
        for (flow, hs10), (relevance, category) in labels.items()
    ]


def trade(values, year=2024, flow="imports"):
    """Each value in two countries: one has the whole year, as well as a month that is part of it."""
    rows = [Row(flow, hs10, "1220", year, 0, value - value // 3, None) for hs10, value in values.items()]
    rows += [Row(flow, hs10, "1220", year, 5, value // 7, None) for hs10, value in values.items()]
    return rows + [Row(flow, hs10, "2010", year, 0, value // 3, None) for hs10, value in values.items()]


def f1_of(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def oracle(pairs):
    """Figures of (reference, run, weight), each of the two a (relevance, category), from their textbook definitions."""
    total = sum(weight for *_, weight in pairs)
    names = ("accuracy", "kappa", "macro_f1", "high_precision", "high_recall", "high_f1")
    high = sum(w for a, b, w in pairs if a[0] == b[0] == "High")
    same = sum(w for a, b, w in pairs if a[0] == b[0] == "High" and a[1] == b[1])
    if not total:
        return dict.fromkeys((*names, "high_same_category"))
    observed = sum(w for a, b, w in pairs if a[0] == b[0]) / total
    expected, scores = 0.0, {}
    for level in LEVELS:
        in_a = sum(w for a, _, w in pairs if a[0] == level)
        in_b = sum(w for _, b, w in pairs if b[0] == level)
        hit = sum(w for a, b, w in pairs if a[0] == b[0] == level)
        expected += (in_a / total) * (in_b / total)
        scores[level] = (hit / in_b if in_b else 0.0, hit / in_a if in_a else 0.0)
    one_level = any(all(a[0] == b[0] == level or not w for a, b, w in pairs) for level in LEVELS)
    figures = (
        observed,
        0.0 if one_level else (observed - expected) / (1 - expected),
        sum(f1_of(*score) for score in scores.values()) / 3,
        *scores["High"],
        f1_of(*scores["High"]),
    )
    return dict(zip(names, figures, strict=True)) | {"high_same_category": same / high if high else None}
