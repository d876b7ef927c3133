"""A review as one offline HTML page: a code at a time, by keyboard, saved to a file that ``review import`` takes."""

import json
from pathlib import Path
from typing import Any

from aitrade.core.files import write_file
from aitrade.core.table import Table, Value
from aitrade.question.question import Question

TEMPLATE = Path(__file__).parent / "page.html"


def write_review_page(table: Table, question: Question, path: Path) -> None:
    """Write a review as a page that needs no network and nothing beside it.

    Args:
        table: the codes, as a review file has them.
        question: whose levels, categories and rubric the page offers.
        path: the file.

    Raises:
        BadInputError: the file cannot be written.
    """
    rubric, labels = question.rubric, question.labels
    records = table.records()
    data: dict[str, Any] = {
        "title": table.title,
        "file": f"{path.stem}.csv",
        "run": records[0]["run"],
        "levels": list(labels.levels),
        "categories": list(labels.categories),
        "reference": labels.reference,
        "reference_category": labels.reference_category,
        "rubric": [[level.name, level.definition] for level in rubric.levels]
        + [[category.name, category.definition] for category in rubric.categories],
        "codes": [_code(record) for record in records],
    }
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    write_file(path, TEMPLATE.read_text("utf-8").replace("/*DATA*/", text).encode())


def _code(record: dict[str, Value]) -> dict[str, Any]:
    """A code as the page shows it."""
    value = record["value_B"]
    said = [str(record[name]) for name in ("relevance", "category") if record[name]]
    return {
        "hs10": record["hs10"],
        "flow": record["flow"],
        "description": record["description"],
        "category": record["category"],
        "said": ", ".join(said),
        "value": f"{value:,.3f} billion dollars" if isinstance(value, int | float) else "",
        "heading": record["heading"],
        "rationale": record["rationale"],
        "neighbours": record["neighbours"],
    }
