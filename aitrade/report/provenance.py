"""Where a report's figures come from: the run and what determined it, the trade files, the rubric."""

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from aitrade.rubric import Rubric, load_rubric
from aitrade.store.runs import Run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class TradeFile:
    """An imported trade file, without the folder it lay in, which is nobody's business."""

    name: str
    sha256: str
    reader: str
    flow: str
    imported_at: str
    rows: int | None
    years: tuple[tuple[str, float], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Provenance:
    """What determines the report: run and its settings, trade files, exemption lists, nomenclature, rubric."""

    run: Run
    settings: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, int], ...]
    files: tuple[TradeFile, ...]
    lists: tuple[tuple[str, str], ...]
    nomenclature: tuple[tuple[str, int], ...]
    rubric: Rubric


def provenance(con: "DuckDBPyConnection", run: Run) -> Provenance:
    """Gather the provenance of a run and of the workspace's trade."""
    files = con.execute(
        "SELECT path, sha256, reader, flow, imported_at, receipt FROM trade_imports ORDER BY import_id"
    ).fetchall()
    return Provenance(
        run=run,
        settings=tuple((key.replace("_", " "), _text(value)) for key, value in run.settings.items()),
        sources=_pairs(con, "SELECT source, count(*) FROM predictions WHERE run = $1 GROUP BY ALL ORDER BY 1", run.run),
        files=tuple(_file(row) for row in files),
        lists=tuple(con.execute("SELECT name, sha256 FROM exemption_lists ORDER BY name").fetchall()),
        nomenclature=_pairs(con, "SELECT flow, count(*) FROM codes GROUP BY ALL ORDER BY flow DESC"),
        rubric=load_rubric(),
    )


def _pairs(con: "DuckDBPyConnection", query: str, *arguments: str) -> tuple[tuple[str, int], ...]:
    return tuple(con.execute(query, list(arguments)).fetchall())


def _text(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _file(row: tuple[Any, ...]) -> TradeFile:
    receipt = json.loads(row[5])
    years = tuple(sorted((str(year), dollars / 1e9) for year, dollars in receipt.get("value_by_year", {}).items()))
    name = PurePath(row[0].replace("\\", "/")).name
    return TradeFile(
        name, row[1], row[2], row[3], f"{row[4]:%Y-%m-%d %H:%M}", receipt.get("rows_kept"), years,
        tuple(receipt.get("notes", ())),
    )  # fmt: skip
