"""Questions are kept beside their runs; a workspace from before that is read as the shipped question."""

from pathlib import Path

import duckdb
import pytest

from aitrade.core.errors import BadInputError
from aitrade.question.question import SHIPPED, load_question
from aitrade.workspace import DATABASE, read_workspace
from aitrade.workspace.database import migrations
from aitrade.workspace.predictions import export_rows
from aitrade.workspace.questions import question_of_run


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A workspace with migrations 1 and 2 alone: a label with probabilities, and one without."""
    with duckdb.connect(str(tmp_path / DATABASE)) as con:
        con.execute("CREATE TABLE migrations (version INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMP)")
        for version, name, sql in migrations()[:2]:
            con.execute(sql)
            con.execute("INSERT INTO migrations VALUES (?, ?, now()::TIMESTAMP)", [version, name])
        con.execute(
            "INSERT INTO runs VALUES ('old', 'classification', 'f', '{}', 2, now()::TIMESTAMP, now()::TIMESTAMP)"
        )
        con.execute(
            "INSERT INTO predictions VALUES "
            "('old', 'imports', '8471500150', 'SERVERS', 'High', 'Compute_Hardware', 0.7, 0.2, 0.1, 'llm', NULL), "
            "('old', 'imports', '0101210010', 'HORSES', 'Low', 'Not_DC_Related', NULL, NULL, NULL, 'human', NULL)"
        )
    return tmp_path


def test_a_run_from_before_keeps_its_labels_and_answers_the_shipped_question(before: Path) -> None:
    with read_workspace(before) as con:
        assert list(export_rows(con, "old")) == [
            ("0101210010", "imports", "HORSES", "Low", "Not_DC_Related", None, None, None, "human"),
            ("8471500150", "imports", "SERVERS", "High", "Compute_Hardware", 0.7, 0.2, 0.1, "llm"),
        ]
        assert question_of_run(con, "old").labels == load_question(SHIPPED).labels
        assert con.execute("SELECT count(*), any_value(name) FROM questions").fetchall() == [(1, SHIPPED)]


def test_a_run_whose_question_is_gone_is_refused(before: Path) -> None:
    with read_workspace(before):
        pass
    with duckdb.connect(str(before / DATABASE)) as con:
        con.execute("DELETE FROM questions")
    with read_workspace(before) as con, pytest.raises(BadInputError, match="does not hold the question of run old"):
        question_of_run(con, "old")
