"""Gold: hand labels that are kept for measuring, so that none of them may be an exemplar."""

from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import read_records
from aitrade.nomenclature.codes import parse_flow, parse_hs10
from aitrade.question.labels import LabelSpace

GOLD = "gold"


def read_gold(folder: Path | None, labels: LabelSpace) -> dict[tuple[str, str], Path]:
    """Read the codes of ``gold/*.csv`` of a question's folder, as (flow, hs10), each with the file that it is in.

    The columns are hs10, flow and relevance, and category where the question has any; others are not looked at.

    Raises:
        BadInputError: a file lacks a column, or holds a code that is none or a label that the question does not know.
    """
    needed = ("hs10", "flow", "relevance", *(("category",) if labels.categories else ()))
    codes: dict[tuple[str, str], Path] = {}
    for path in sorted((folder / GOLD).glob("*.csv")) if folder else ():
        for record in read_records(path, needed)[1]:
            values, line = record.values, record.line
            if wrong := labels.wrong(values["relevance"], values.get("category", "")):
                raise BadInputError(wrong, where=at(path, line), fix="use the names of the question")
            flow = parse_flow(values["flow"], where=at(path, line, "flow"))
            codes.setdefault((flow, parse_hs10(values["hs10"], where=at(path, line, "hs10"))), path)
    return codes
