"""``review import --as-exemplars``: reviewed codes become exemplars of the user's own question."""

import pytest
from review_files import BASE, CHIPS, HORSES, filled
from trade_fixtures import add_run

from aitrade.question.catalogue import shipped_questions
from aitrade.question.question import SHIPPED, load_question
from aitrade.question.skeleton import new_question
from aitrade.workspace import open_workspace

WHY = "Chips are what servers are made of."


@pytest.fixture
def mine(tmp_path):
    """A copy of the shipped question, with one exemplar."""
    folder = tmp_path / "mine"
    new_question(folder, shipped_questions() / SHIPPED)
    header = "hs10,flow,description,relevance,category,rationale\n"
    line = f"{HORSES},imports,HORSES,Low,Not_DC_Related,Horses are no machines.\n"
    (folder / "exemplars.csv").write_text(header + line, "utf-8")
    return folder


@pytest.fixture
def ask(tmp_path, command_line):
    with open_workspace(tmp_path / "workspace") as con:
        add_run(con, "base", BASE)
        con.execute("UPDATE predictions SET description = NULL")
        con.execute("INSERT INTO codes VALUES ('imports', ?, 'ICS', '334413', 'SEMICONDUCTORS')", [CHIPS])
    return lambda *arguments: command_line(tmp_path / "workspace", *arguments)


def test_reviewed_codes_become_exemplars_with_the_reason_as_rationale(ask, mine, tmp_path):
    file = filled(tmp_path / "r.csv", (CHIPS, "High", "Compute_Hardware", WHY))
    done = ask("--question", mine, "review", "import", file, "--name", "reviewed", "--as-exemplars")
    assert done.code == 0
    assert "1 added, 0 replaced, 0 unchanged; 2 exemplars" in done.err
    exemplar = load_question(mine).exemplars.by_code["imports", CHIPS]
    assert (exemplar.relevance, exemplar.category, exemplar.rationale) == ("High", "Compute_Hardware", WHY)
    assert (exemplar.code.description, exemplar.code.naics_description) == ("ICS", "SEMICONDUCTORS")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ((CHIPS, "High", "Compute_Hardware", ""), "needs a reason"),
        ((HORSES, "Medium", "Compute_Hardware", WHY), "knows no description of imports code"),
    ],
)
def test_nothing_is_kept_of_a_review_that_cannot_become_exemplars(ask, mine, tmp_path, row, what):
    before = (mine / "exemplars.csv").read_bytes()
    file = filled(tmp_path / "r.csv", row)
    refused = ask("--question", mine, "review", "import", file, "--name", "reviewed", "--as-exemplars")
    assert refused.code == 3
    assert what in refused.err
    assert (mine / "exemplars.csv").read_bytes() == before
    assert ask("runs", "show", "reviewed").code == 3


def test_a_question_that_ships_and_one_of_other_labels_take_none(ask, tmp_path):
    file = filled(tmp_path / "r.csv", (CHIPS, "High", "Compute_Hardware", WHY))
    shipped = ask("review", "import", file, "--name", "reviewed", "--as-exemplars")
    assert shipped.code == 2
    assert "question new DIR --from ai-data-centers" in shipped.err
    new_question(tmp_path / "other")
    other = ask("--question", tmp_path / "other", "review", "import", file, "--name", "reviewed", "--as-exemplars")
    assert other.code == 3
    assert "whose labels are not those of question other" in other.err
