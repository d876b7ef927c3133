"""Write a gold sample with its design weights, for survey packages of R and Stata."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.files import write_file
from aitrade.core.render.as_csv import csv_cell
from aitrade.workspace.gold import Sample, final_labels, read_frame, read_gold_labels

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WEIGHTS = Path("gold") / "weights.csv"
_COLUMNS = (
    "hs10", "flow", "stratum", "stratum_name", "stratum_codes", "inclusion_probability", "weight", "size", "relevance",
    "category",
)  # fmt: skip


def write_weights(con: "DuckDBPyConnection", sample: Sample, folder: Path) -> Path:
    """Write ``gold/weights.csv`` into a workspace: a row for each code drawn, its weight being 1 / pi.

    ``stratum`` tells the certain codes (0) from those of each stratum (from 1), as survey packages want it:
    ``svydesign(~1, strata = ~stratum, probs = ~inclusion_probability, data = w)`` in R, and
    ``svyset [pweight = weight], strata(stratum)`` in Stata.
    """
    final = final_labels(read_gold_labels(con, sample.name))
    frame = read_frame(con, sample.name)
    names = [stratum["name"] for stratum in sample.design["strata"]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for code in frame:
        if code.drawn:
            certain = code.probability >= 1
            within = sum(other.stratum == code.stratum and (other.probability >= 1) == certain for other in frame)
            relevance, category = final.get(code.hs10, ("", ""))
            writer.writerow(
                [
                    code.hs10, sample.flow, 0 if certain else code.stratum + 1,
                    "certain" if certain else names[code.stratum], within, repr(code.probability),
                    repr(1 / code.probability), code.size, csv_cell(relevance), csv_cell(category),
                ]
            )  # fmt: skip
    return write_file(folder / WEIGHTS, text.getvalue().encode())
