"""What models are measured against: codes with known labels, in whole headings, with the trade under each."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aitrade.core.errors import BadInputError
from aitrade.nomenclature.codes import Code
from aitrade.question.labels import LabelSpace
from aitrade.question.question import Question
from aitrade.workspace.runs import get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

EXEMPLARS = "exemplars"


@dataclass(frozen=True)
class Gold:
    """Codes with known labels, in order of flow, heading and code.

    Attributes:
        name: ``exemplars``, or the run that the labels are of.
        codes: the n codes.
        levels: the level of each.
    """

    name: str
    codes: tuple[Code, ...]
    levels: tuple[str, ...]

    def targets(self, labels: LabelSpace) -> "NDArray[np.int64]":
        """Place of each code's level among the levels, shape (n,)."""
        return np.array([labels.position(level) for level in self.levels])

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Flow and heading of each code; whole ones are drawn again by the bootstrap."""
        return tuple(code.flow + code.hs4 for code in self.codes)

    @cached_property
    def sha256(self) -> str:
        """Hash of codes, descriptions and levels."""
        rows = [(*code.key, code.description, level) for code, level in zip(self.codes, self.levels, strict=True)]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def gold_of_exemplars(question: Question) -> Gold:
    """Take the exemplars, which every model judges without having seen their subheadings."""
    return _gold(EXEMPLARS, ((e.code, e.relevance) for e in question.exemplars.exemplars), question)


def gold_of_run(con: "DuckDBPyConnection", name: str, question: Question) -> Gold:
    """Take the labels of a run, such as labels that were imported.

    Raises:
        BadInputError: there is no such run, it has other levels than the question, or no code that the workspace knows.
    """
    run = get_run(con, name)
    rows = con.execute(
        "SELECT c.hs10, c.flow, c.description, c.naics, c.naics_description, p.relevance FROM predictions p "
        "JOIN codes c USING (flow, hs10) WHERE p.run = ?",
        [run.run],
    ).fetchall()
    if not rows:
        raise BadInputError(
            f"the workspace knows no code that run {run.run} labels",
            fix="import the nomenclature: aitrade codes import",
        )
    if unlike := {row[5] for row in rows} - set(question.labels.levels):
        raise BadInputError(
            f"run {run.run} has level {min(unlike)}, which question {question.name} has not",
            fix="name labels of the same question",
        )
    return _gold(run.run, ((Code(*row[:5]), row[5]) for row in rows), question)


def _gold(name: str, labelled: Iterable[tuple[Code, str]], question: Question) -> Gold:
    excluded = question.settings.excluded_chapters
    rows = sorted(
        ((code, level) for code, level in labelled if code.hs2 not in excluded),
        key=lambda row: (row[0].flow, row[0].hs10),
    )
    return Gold(name, tuple(code for code, _ in rows), tuple(level for _, level in rows))


def whole_headings(gold: Gold, limit: int | None, seed: int) -> Gold:
    """Draw whole headings at random until at least ``limit`` codes are in them; all where there is no limit.

    Codes of a heading share their prompt's beginning, so that time and answers are those of a run.
    """
    if limit is None or limit >= len(gold.codes):
        return gold
    sizes = Counter(gold.headings)
    drawn = np.random.default_rng(seed).permutation(sorted(sizes)).tolist()
    before = np.cumsum([0, *(sizes[name] for name in drawn)])
    chosen = {name for name, count in zip(drawn, before, strict=False) if count < limit}
    kept = [place for place, name in enumerate(gold.headings) if name in chosen]
    return Gold(gold.name, tuple(gold.codes[i] for i in kept), tuple(gold.levels[i] for i in kept))


def values_of(con: "DuckDBPyConnection", gold: Gold, year: int | None) -> "NDArray[np.int64]":
    """Dollars of each code in a year, shape (n,); zeros where no year is given."""
    from aitrade.trade.tables.macros import install_macros

    if year is None:
        return np.zeros(len(gold.codes), np.int64)
    install_macros(con)
    rows = con.execute("SELECT flow, hs10, value FROM traded($years, $years, [])", {"years": [year]}).fetchall()
    by_code = {(flow, hs10): value for flow, hs10, value in rows}
    return np.array([by_code.get(code.key, 0) for code in gold.codes], np.int64)
