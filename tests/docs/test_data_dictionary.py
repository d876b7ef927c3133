"""The data dictionary describes every table and column of a new workspace, and nothing else."""

import re
from pathlib import Path

from aitrade.workspace import open_workspace

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def described() -> set[tuple[str, str, str]]:
    columns = set()
    for section in PAGE.read_text("utf-8").split("\n## ")[1:]:
        table, _, text = section.partition("\n")
        rows = re.findall(r"^\| `(\w+)` \| ([A-Z]+(?:\[\]|\([0-9,]+\))?) \|", text, re.M)
        columns |= {(table, name, kind) for name, kind in rows}
    return columns


def test_every_table_and_column_of_a_new_workspace_stands_in_the_dictionary(tmp_path: Path) -> None:
    with open_workspace(tmp_path / "workspace") as con:
        columns = con.execute(
            "FROM duckdb_columns() SELECT table_name, column_name, data_type "
            "WHERE NOT internal AND database_name <> 'temp'"
        ).fetchall()
    assert described() == set(columns)


def test_every_column_of_the_dictionary_has_a_meaning() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) == len(described())
    assert all(row.split("|")[3].strip() for row in rows)
