"""Processes that run command lines, and what each scenario starts from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import toys
from questions import question_folder

from tests.torture.children import Children
from tests.torture.scenarios import make_base


@pytest.fixture(scope="session")
def toy_question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    exemplars = toys.write_exemplars(tmp_path_factory.mktemp("exemplars") / "exemplars.csv")
    return question_folder(tmp_path_factory.mktemp("question"), exemplars)


@pytest.fixture(scope="session")
def children(toy_weights: Path, toy_question: Path) -> Iterator[Children]:
    with Children(toy_weights, toy_question) as made:
        yield made


@pytest.fixture(scope="session")
def others(toy_weights: Path, toy_question: Path) -> Iterator[Children]:
    """A second process, for what happens while a command of the first one runs."""
    with Children(toy_weights, toy_question) as made:
        yield made


@pytest.fixture(scope="session")
def base(children: Children, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(tmp_path_factory.mktemp("base") / "base", children)
