"""docs/your-question.md shows the commands that its script runs, and they go from nothing to a report."""

from pathlib import Path

import pytest
from conftest import loaded_script

from aitrade.core.paths import weights_folder

MODELS = ("smollm2-135m-instruct", "all-minilm-l6-v2")


def test_the_page_has_the_texts_and_commands_of_its_script_in_order() -> None:
    with loaded_script("your_question_page") as script:
        page, place = script.PAGE.read_text("utf-8"), 0
        assert page.startswith(script.HEAD)
        for step in script.STEPS:
            place = page.index(f"{step.text}\n\n```\n{step.command}\n```" if step.command else step.text, place)


def test_the_page_shows_nothing_of_the_machine_that_ran_it() -> None:
    with loaded_script("your_question_page") as script:
        page = script.PAGE.read_text("utf-8")
        assert str(weights_folder()) not in page
        assert "/tmp/" not in page  # noqa: S108
        assert "\r" not in page


def test_of_each_stage_the_page_keeps_the_last_line() -> None:
    printed = "asking: 1 of 9, about 2 s left\rasking: 9 of 9\nasking: 9 of 9\nfitting: 1 of 2\ndone\n"
    with loaded_script("your_question_page") as script:
        assert script.shown(printed) == "asking: 9 of 9\nfitting: 1 of 2\ndone"
        assert script.shown("") == ""


@pytest.mark.real
@pytest.mark.skipif(
    not all((weights_folder() / name / "aitrade.json").is_file() for name in MODELS),
    reason=f"{' and '.join(MODELS)} are not installed: run `make models-test`",
)
def test_the_commands_go_from_nothing_to_a_report(tmp_path: Path) -> None:
    """The slow ones on fewer codes; what every machine prints alike stands in the page."""
    with loaded_script("your_question_page") as script:
        page = script.PAGE.read_text("utf-8")
        folder = script.prepared(tmp_path)
        for step in script.STEPS:
            if step.command:
                printed = script.shown(script.run_command(step.in_test or step.command, folder), step.lines)
                assert not step.same or printed in page, step.command
    report = (tmp_path / "energy.html").read_text("utf-8")
    assert "Trade in clean energy products" in report
    assert "Dual use" in report
