"""Write a replication package: data, tables, a script that makes them again, provenance and the README of the AEA."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import AitradeError, UsageError
from aitrade.core.files import sha256_of, write_file
from aitrade.core.render import render, write_tables
from aitrade.core.table import Column, Table
from aitrade.question.question import Question
from aitrade.report.citation import citations
from aitrade.report.package.data import DataFile, sources, write_data
from aitrade.report.package.readme import readme
from aitrade.report.provenance import provenance
from aitrade.trade.paper.exhibits import EXHIBITS, Exhibit
from aitrade.trade.tables.tables import table
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMATS = (("csv", ".csv"), ("latex", ".tex"))


@dataclass(frozen=True)
class Package:
    """What was written.

    Attributes:
        folder: the package.
        exhibits: the tables in it.
        missing: why other exhibits of the paper are not in it, by name.
    """

    folder: Path
    exhibits: tuple[Exhibit, ...]
    missing: dict[str, str]


def write_package(
    con: "DuckDBPyConnection", run: str, question: Question, folder: Path, on_message: Callable[[str], None]
) -> Package:
    """Write the replication package of a run.

    Args:
        con: a workspace.
        run: whose labels.
        question: the question in force; see :func:`write_data`.
        folder: new or empty.
        on_message: told what the work is doing.

    Raises:
        UsageError: the folder holds something.
        BadInputError: there is no such run, or a file cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", fix="name a new folder: -o DIR")
    made = get_run(con, run)
    asked = question_of_run(con, made.run)
    on_message("writing the data")
    data = write_data(con, made.run, question, folder / "data")
    exhibits, missing = _tables(con, made.run, folder / "output", on_message)
    script = _script(data, exhibits, made.run, asked.name)
    write_file(folder / "run_all.sh", script.encode())
    sums = [f"{sha256_of(path)}  {path.name}" for path in sorted((folder / "output").iterdir())]
    write_file(folder / "SHA256SUMS", ("\n".join(sums) + "\n").encode())
    behind = provenance(con, made, asked.rubric, ())
    cited = citations(con, made.run)
    write_file(folder / "README.md", readme(behind, cited, data, exhibits, missing).encode())
    write_file(folder / "references.bib", "\n".join(one.as_bibtex() for one in cited).encode())
    write_file(folder / "provenance.csv", render(_provenance(con, behind.settings), "csv").encode())
    return Package(folder, exhibits, missing)


def _tables(
    con: "DuckDBPyConnection", run: str, folder: Path, on_message: Callable[[str], None]
) -> tuple[tuple[Exhibit, ...], dict[str, str]]:
    """Write every exhibit that the workspace's data allow, and say of the others why not."""
    exhibits, missing = [], {}
    for one in EXHIBITS:
        on_message(f"table {one.name}")
        try:
            computed = table(con, one.table, one.asked(run))
        except AitradeError as error:
            missing[one.name] = error.what
            continue
        exhibits.append(one)
        for format_name, suffix in FORMATS:
            write_tables([computed], folder / f"{one.name}{suffix}", format_name)
    return tuple(exhibits), missing


def _script(data: Sequence[DataFile], exhibits: Sequence[Exhibit], run: str, question: str) -> str:
    """A shell script that imports the data and makes the tables in a new workspace."""
    lines = [
        "#!/bin/sh",
        "# Makes every table of this package again, in a new workspace, and compares them byte for byte.",
        "set -eu",
        'cd "$(dirname "$0")"',
        "AITRADE=${AITRADE:-aitrade}",
        "work=$(mktemp -d)",
        "trap 'rm -rf \"$work\"' EXIT",
        "mkdir -p output_again",
        "",
    ]
    do = f'$AITRADE --workspace "$work/workspace" --question {shlex.quote(question)}'
    for file in data:
        asked = do if not file.command.startswith("question") else '$AITRADE --workspace "$work/workspace"'
        lines.append(f"{asked} {file.command.format(file='data/' + file.name)}")
    lines.append("")
    for one in exhibits:
        for _, suffix in FORMATS:
            command = replace(one, name=f"output_again/{one.name}").command(suffix).removeprefix("aitrade ")
            lines.append(f"{do} {command} --run {shlex.quote(run)}")
    return "\n".join([*lines, "", "cd output_again", "sha256sum -c ../SHA256SUMS"]) + "\n"


def _provenance(con: "DuckDBPyConnection", settings: Sequence[tuple[str, str]]) -> Table:
    """Where everything is from: every trade file by hash, receipt and date, and what determines the labels."""
    rows = [
        (
            "trade file",
            Path(path).name,
            sha256,
            f"{at:%Y-%m-%d %H:%M}",
            f"{flow}, read as {reader}, {rows:,} rows in use",
        )
        for path, sha256, reader, flow, at, _, rows, _, _ in sources(con)
    ]
    rows += [("labels", name, value, "", "") for name, value in settings]
    columns = ("what", "name", "sha256_or_value", "imported", "receipt")
    return Table("provenance", "Provenance", tuple(Column(name, name) for name in columns), tuple(rows))
