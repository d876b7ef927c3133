"""The run whose labels are used where no run is named is one of the question that is asked."""

from dataclasses import replace

import pytest
from questions import QUESTION
from trade_fixtures import add_run, workspace

from aitrade.core.errors import BadInputError
from aitrade.question.question import SHIPPED
from aitrade.workspace.default_run import choose_default, default_run
from aitrade.workspace.questions import keep_question
from aitrade.workspace.runs import latest_run_of


def answered(con, run, name):
    """A run of a question of this name, finished after those before it."""
    add_run(con, run, [])
    question = replace(QUESTION, name=name)
    con.execute(
        "UPDATE runs SET question = ?, finished_at = (SELECT max(finished_at) FROM runs) + INTERVAL 1 DAY "
        "WHERE run = ?",
        [keep_question(con, question), run],
    )
    return question


def test_it_is_the_latest_of_the_question_that_is_asked():
    con = workspace([])
    answered(con, "green", "clean-energy")
    assert default_run(con, "clean-energy") == "green"
    assert default_run(con, SHIPPED) == "hand"
    assert default_run(con) == "hand", "of several questions, the one that is asked where no other is named"
    with pytest.raises(BadInputError, match="no finished run of question other; there are runs of ai-"):
        default_run(con, "other")


def test_a_chosen_run_is_used_for_its_own_question_alone():
    con = workspace([])
    answered(con, "green", "clean-energy")
    choose_default(con, "green")
    assert default_run(con) == "green"
    assert default_run(con, SHIPPED) == "hand"


def test_it_is_of_the_only_question_that_there_is():
    con = workspace([])
    answered(con, "green", "clean-energy")
    con.execute("DELETE FROM runs WHERE run = 'hand'")
    assert default_run(con) == "green"
    answered(con, "late", "other")
    with pytest.raises(BadInputError, match="runs of several questions; there are runs of clean-energy, other"):
        default_run(con)


def test_a_changed_question_has_no_run_before_it_is_asked():
    con = workspace([])
    question = answered(con, "green", "clean-energy")
    assert latest_run_of(con, question) == "green"
    assert latest_run_of(con, replace(question, title="another")) is None
