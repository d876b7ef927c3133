"""docs/cli.md says what `--help` says."""

from conftest import loaded_script


def test_the_page_of_commands_is_up_to_date() -> None:
    with loaded_script("cli_reference") as script:
        assert script.PAGE.read_text("utf-8") == script.reference(), "run python scripts/cli_reference.py"


def test_it_does_not_depend_on_the_width_of_the_terminal(monkeypatch) -> None:
    with loaded_script("cli_reference") as script:
        wide = script.reference()
        monkeypatch.setenv("COLUMNS", "40")
        assert script.reference() == wide
