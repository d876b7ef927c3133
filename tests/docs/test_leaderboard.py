"""The leaderboard is what its committed result says."""

from conftest import loaded_script


def test_the_page_is_written_from_the_committed_result() -> None:
    with loaded_script("write_leaderboard") as script:
        assert script.PAGE.read_text("utf-8") == script.page()
