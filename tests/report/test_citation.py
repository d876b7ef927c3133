"""Citations name what figures rest on, and nothing private."""

import re

import report_workspace as made

import aitrade


def test_every_file_model_and_the_run_are_named(tmp_path, command_line):
    folder = made.fill(tmp_path / "workspace")
    ws = aitrade.open(folder)
    files = ws.sql("SELECT path, sha256 FROM trade_imports").records()
    done = command_line(folder, "cite", "--run", made.RUN, "--bibtex")
    assert done.code == 0, done.err
    entries = re.findall(r"^@(\w+)\{(\w[\w.-]*),\n((?:  .*\n)+)\}$", done.out, re.M)
    assert len(entries) == len(ws.citations(made.RUN))
    assert len({key for _, key, _ in entries}) == len(entries)
    for file in files:
        assert file["sha256"] in done.out
    assert made.RUN.replace("_", r"\_") in done.out
    assert str(tmp_path) not in done.out


def test_the_citation_file_is_of_this_version():
    from pathlib import Path

    text = (Path(__file__).parents[2] / "CITATION.cff").read_text("utf-8")
    assert f"version: {aitrade.__version__}\n" in text
