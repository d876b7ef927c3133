"""Where a report's figures come from: the run and what determined it, the trade files, the rubric."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from aitrade.core.files import sha256_of
from aitrade.core.sql import query
from aitrade.question.rubric import Rubric
from aitrade.trade.tables.exemptions import shipped_lists
from aitrade.workspace.runs import Run
from aitrade.workspace.stored import read_texts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class TradeFile:
    """An imported trade file, without its folder, which is private.

    Attributes:
        rows: how many the workspace still holds of it; later imports may have replaced the others.
        years: billion dollars that it still holds of it, by year.
    """

    name: str
    sha256: str
    reader: str
    flow: str
    imported_at: str
    rows: int
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


_SOURCES = (
    "SELECT coalesce(evidence->>'decided_by', source) AS decided_by, count(*) FROM predictions WHERE run = $1 "
    "GROUP BY ALL ORDER BY 1"
)


def provenance(con: "DuckDBPyConnection", run: Run, rubric: Rubric, lists: Collection[str]) -> Provenance:
    """Gather the provenance of a run and of the workspace's trade.

    Args:
        con: a workspace.
        run: whose labels the report shows.
        rubric: that of the run's question.
        lists: names of the exemption lists that it counts by.
    """
    return Provenance(
        run=run,
        settings=tuple((key.replace("_", " "), _text(value)) for key, value in run.settings.items()),
        sources=_pairs(con, _SOURCES, run.run),
        files=tuple(_file(*row) for row in query(con, SQL, "trade_files")),
        lists=_lists(con, lists),
        nomenclature=_pairs(con, "SELECT flow, count(*) FROM codes GROUP BY ALL ORDER BY flow DESC"),
        rubric=rubric,
    )


def _pairs(con: "DuckDBPyConnection", query: str, *arguments: str) -> tuple[tuple[str, int], ...]:
    return tuple(con.execute(query, list(arguments)).fetchall())


def _lists(con: "DuckDBPyConnection", names: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Name and hash of exemption lists; the workspace's come before those shipped under the same name."""
    known = {name: sha256_of(path) for name, path in shipped_lists().items()}
    known |= dict(con.execute("SELECT name, sha256 FROM exemption_lists").fetchall())
    return tuple((name, known[name]) for name in sorted(names))


def _text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {part}" for key, part in value.items())
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _file(
    path: str, sha256: str, reader: str, flow: str, imported_at: datetime, notes: str | None,
    rows: int, years: list[int], dollars: list[int],
) -> TradeFile:  # fmt: skip
    by_year = tuple((str(year), value / 1e9) for year, value in zip(years, dollars, strict=True))
    name = PurePath(path.replace("\\", "/")).name
    return TradeFile(
        name,
        sha256,
        reader,
        flow,
        f"{imported_at:%Y-%m-%d %H:%M}",
        rows,
        by_year,
        read_texts(notes or "[]", f"the import of {name}"),
    )
