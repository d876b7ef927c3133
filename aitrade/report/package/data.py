"""What a replication package holds of a workspace, as files that aitrade imports again."""

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.core.files import atomic_write
from aitrade.core.sql import query
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.pack import pack_question
from aitrade.question.question import SHIPPED, Question, load_question
from aitrade.trade.countries import shipped_countries
from aitrade.workspace.predictions import export_columns, export_rows
from aitrade.workspace.questions import question_of_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parents[1] / "sql"
_AT_ONCE = 10_000  # rows


@dataclass(frozen=True)
class DataFile:
    """A file of the package.

    Attributes:
        name: below the folder ``data``.
        holds: what is in it, in words.
        command: the arguments of aitrade that import it, with ``{file}`` for the file.
    """

    name: str
    holds: str
    command: str


def write_data(con: "DuckDBPyConnection", run: str, question: Question, folder: Path) -> tuple[DataFile, ...]:
    """Write codes, trade, labels, lists and the question of a run as files; returns them in the order of importing.

    Args:
        con: a workspace.
        run: whose labels.
        question: the question in force, whose folder is packed where the run's is not one that ships.
        folder: where they are written.

    Raises:
        BadInputError: the run's question is in no folder that is known, or a file cannot be written.
    """
    return (
        *_question(question_of_run(con, run), question, folder),
        *_countries(con, folder),
        *_codes(con, folder),
        *_trade(con, folder),
        _labels(con, run, folder),
        *_lists(con, folder),
    )


def _question(asked: Question, question: Question, folder: Path) -> tuple[DataFile, ...]:
    if asked.sha256 == load_question(SHIPPED).sha256:
        return ()
    if question.sha256 != asked.sha256 or question.folder is None:
        raise BadInputError(
            f"the run answers question {asked.name} as it was asked, which is not the one in force",
            fix=f"name its folder: aitrade --question DIR package -o {folder.parent}",
        )
    pack_question(question, folder / "question.zip")
    return (DataFile("question.zip", f"the question {asked.name}: rubric and exemplars", "question unpack {file}"),)


def _countries(con: "DuckDBPyConnection", folder: Path) -> tuple[DataFile, ...]:
    shipped = {(country.cty_code, country.name) for country in shipped_countries()}
    known = con.execute("SELECT cty_code, name FROM countries ORDER BY cty_code").fetchall()
    own = [row for row in known if row not in shipped]
    if not own:
        return ()
    _write_csv(folder / "countries.csv", ("cty_code", "name"), own)
    return (DataFile("countries.csv", "countries that aitrade does not know by itself", "trade countries {file}"),)


def _codes(con: "DuckDBPyConnection", folder: Path) -> tuple[DataFile, ...]:
    columns = ("flow", "hs10", "description", "naics", "naics_description")
    rows = con.execute(f"SELECT {', '.join(columns)} FROM codes ORDER BY flow DESC, hs10").fetchall()  # noqa: S608
    if not rows:
        return ()
    _write_csv(folder / "codes.csv", columns, rows)
    return (DataFile("codes.csv", f"{len(rows):,} HS10 codes with their descriptions", "codes import {file}"),)


def _trade(con: "DuckDBPyConnection", folder: Path) -> tuple[DataFile, ...]:
    """Trade as packed CSV: whole years and months apart, since a file is of one kind."""
    files = []
    for flow in FLOWS:
        for kind, columns, option in (
            ("years", ("hs10", "cty_code", "year", "value", "duty"), ""),
            ("months", ("hs10", "cty_code", "year", "month", "value", "duty"), " --values monthly"),
        ):
            cursor = con.execute(
                f"SELECT {', '.join(columns)} FROM flows "  # noqa: S608  (names of columns)
                "WHERE flow = $1 AND (month > 0) = $2 ORDER BY year, month, hs10, cty_code",
                [flow, kind == "months"],
            )
            name = f"{flow}_{kind}.csv.gz"
            if rows := _write_packed(folder / name, columns, cursor):
                holds = f"{rows:,} rows of {flow} by {kind.removesuffix('s')}, code and country, in dollars"
                files.append(DataFile(name, holds, f"trade import {{file}} --flow {flow}{option}"))
    return tuple(files)


def _write_packed(path: Path, columns: Sequence[str], cursor: "DuckDBPyConnection") -> int:
    """Write the rows of a query as gzipped CSV, the same bytes for the same rows; no file where there are none."""
    rows = cursor.fetchmany(_AT_ONCE)
    if not rows:
        return 0
    count = 0
    with (
        atomic_write(path) as partial,
        partial.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, "utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        while rows:
            writer.writerows(rows)
            count += len(rows)
            rows = cursor.fetchmany(_AT_ONCE)
    return count


def _labels(con: "DuckDBPyConnection", run: str, folder: Path) -> DataFile:
    """The labels with every digit and every text as it is, also one that a spreadsheet would run."""
    rows = list(export_rows(con, run))
    _write_csv(folder / "labels.csv", export_columns(question_of_run(con, run).labels), rows)
    holds = f"{len(rows):,} labels with probabilities and sources"
    return DataFile("labels.csv", holds, f"labels import {{file}} --name {run}")


def _lists(con: "DuckDBPyConnection", folder: Path) -> tuple[DataFile, ...]:
    """The exemption lists of the workspace; those that ship need no file."""
    names = [name for (name,) in con.execute("SELECT name FROM exemption_lists ORDER BY name").fetchall()]
    files = []
    for number, name in enumerate(names, 1):
        entries = con.execute("SELECT entry FROM exemptions WHERE name = $1 ORDER BY entry", [name]).fetchall()
        file = f"exemptions_{number}.csv"
        _write_csv(folder / file, ("hts_code",), entries)
        files.append(
            DataFile(
                file, f"exemption list {name}, {len(entries):,} headings", f"exemptions import {{file}} --name {name}"
            )
        )
    return tuple(files)


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    with atomic_write(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def sources(con: "DuckDBPyConnection") -> list[tuple[Any, ...]]:
    """The files that the workspace's trade came from: path, hash, reader, flow, date, notes, rows, years, dollars."""
    return query(con, SQL, "trade_files")
