"""What models are measured against: codes with known labels, in whole headings, with the trade under each."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aitrade.core.errors import BadInputError
from aitrade.evaluation.benchmark.foreign import read_predictions
from aitrade.evaluation.metrics import bootstrap, bootstrap_within_strata
from aitrade.nomenclature.codes import FLOWS, Code
from aitrade.question.labels import LabelSpace
from aitrade.question.question import Question
from aitrade.workspace.codes import read_codes
from aitrade.workspace.gold import DECIDED, read_frame, read_gold_labels, require_gold, require_sample
from aitrade.workspace.runs import get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

EXEMPLARS, SAMPLE = "exemplars", "sample"
REPLICATES = 500
SEED = 2026


@dataclass(frozen=True)
class Gold:
    """Codes with known labels, in order of flow, heading and code.

    Attributes:
        name: ``exemplars``, ``sample`` (the workspace's gold sample), a file, or the run that the labels are of.
        codes: the n codes.
        levels: the level of each.
        weights: design weights of a gold sample, for how many codes of its frame each stands; empty: one each.
        strata: of each code of a sample, -1 for those that were certain to be drawn; empty without weights.
        raters: of a sample with several, the level that each gives each code, by name.
        made: year, or year and month, in which the codes were labelled; empty where that is not told.
    """

    name: str
    codes: tuple[Code, ...]
    levels: tuple[str, ...]
    weights: tuple[float, ...] = ()
    strata: tuple[int, ...] = ()
    raters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    made: str = ""

    def targets(self, labels: LabelSpace) -> "NDArray[np.int64]":
        """Place of each code's level among the levels, shape (n,)."""
        return np.array([labels.position(level) for level in self.levels])

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Flow and heading of each code; whole ones are drawn again by the bootstrap."""
        return tuple(code.flow + code.hs4 for code in self.codes)

    def times(self) -> "NDArray[np.int64 | np.float64]":
        """How many times each code counts: once, or by its design weight, then in each replicate.

        Whole headings are drawn again, or of a sample, codes within its strata; shape (1 + replicates, n).
        """
        if self.weights:
            weights = np.array(self.weights)
            drawn = bootstrap_within_strata(np.array(self.strata), weights, REPLICATES, SEED)
            return np.vstack([weights, drawn])
        once = np.ones((1, len(self.codes)), np.int64)
        return np.vstack([once, bootstrap(self.headings, REPLICATES, SEED)])

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
    _require_levels({row[5] for row in rows}, f"run {run.run}", question)
    return _gold(run.run, ((Code(*row[:5]), row[5]) for row in rows), question)


def gold_of_sample(con: "DuckDBPyConnection", question: Question, flow: str = "imports") -> Gold:
    """Take the final labels of the workspace's gold sample, with its design weights and strata.

    Raises:
        BadInputError: there is no gold sample, or a code of it has no final label.
    """
    sample = require_sample(con, flow)
    final = require_gold(con, sample)
    drawn = [code for code in read_frame(con, sample.name) if code.drawn]
    texts = {code.hs10: code for code in read_codes(con, (flow,), only=[code.hs10 for code in drawn])}
    if lacking := [code.hs10 for code in drawn if code.hs10 not in texts]:
        raise BadInputError(
            f"the workspace knows no description of {len(lacking):,} codes of the gold sample, such as {lacking[0]}",
            fix="import the nomenclature: aitrade codes import",
        )
    said: dict[str, dict[str, str]] = {}
    for label in read_gold_labels(con, sample.name):
        said.setdefault(label.rater, {})[label.hs10] = label.relevance
    levels = tuple(final[code.hs10][0] for code in drawn)
    _require_levels(set(levels), "the gold sample", question)
    whole = {rater: by for rater, by in said.items() if rater != DECIDED and len(by) == len(drawn)}
    raters = tuple((rater, tuple(by[code.hs10] for code in drawn)) for rater, by in whole.items())
    return Gold(
        SAMPLE,
        tuple(texts[code.hs10] for code in drawn),
        levels,
        tuple(1 / code.probability for code in drawn),
        tuple(-1 if code.probability >= 1 else code.stratum for code in drawn),
        raters if len(raters) > 1 else (),
    )


def gold_of_file(con: "DuckDBPyConnection", path: Path, question: Question) -> Gold:
    """Take labels from a file with the columns hs10, relevance and, for exports, flow.

    Raises:
        BadInputError: the file is wrong, or the workspace knows none of its codes.
    """
    told = read_predictions(path, question.labels)
    known = [code for code in read_codes(con, FLOWS) if code.key in told]
    if not known:
        raise BadInputError(
            "the workspace knows no code of the file", where=str(path), fix="import the nomenclature: codes import"
        )
    levels = question.labels.levels
    return _gold(path.name, ((code, levels[int(told[code.key].argmax())]) for code in known), question)


def _require_levels(levels: set[str], whose: str, question: Question) -> None:
    if unlike := levels - set(question.labels.levels):
        raise BadInputError(
            f"{whose} has level {min(unlike)}, which question {question.name} has not",
            fix="name labels of the same question",
        )


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
