"""Check that nothing has learnt from a gold sample: no exemplar was taken from it, and no adapter was tuned on it.

Exemplars are all that retrieval, calibrations and tuning learn from, and a calibration or an index is used with the
exemplars alone that it was made from. So gold is kept apart where its codes are the exemplars that they were when the
sample was drawn, and adapters have learnt no other code of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.llm.out_of_fold import read_out_of_fold
from aitrade.models.adapter_files import OUT_OF_FOLD, adapters_folder
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.artifacts import adapter_folders
from aitrade.question.exemplar_checks import Finding
from aitrade.question.question import Question
from aitrade.workspace.gold import Sample, find_sample, read_frame
from aitrade.workspace.questions import question_of_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIX = "gold that was learnt from measures nothing: take it back, or draw anew"


@dataclass(frozen=True)
class Separation:
    """Whether a gold sample was kept apart.

    Attributes:
        flow: whose sample.
        codes: drawn.
        exemplars: how many of them were exemplars before it was drawn, and are so unchanged.
        adapters: names of the adapters that were looked at.
        findings: what learnt from it.
    """

    flow: str
    codes: int
    exemplars: int
    adapters: tuple[str, ...]
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        of = f", {self.exemplars:,} of them exemplars before it was drawn" if self.exemplars else ""
        learnt = "nothing that retrieves, calibrates or tunes has learnt from it"
        if self.findings:
            learnt = f"{len(self.findings):,} of them were learnt from"
        return f"gold sample of {self.flow}: {self.codes:,} codes{of}; {learnt} ({len(self.adapters)} adapters checked)"


def exemplar_levels(question: Question, flow: str, codes: list[str]) -> dict[str, str]:
    """The level of each of some codes that is an exemplar; kept with a sample when it is drawn."""
    by_code = question.exemplars.by_code
    return {hs10: by_code[flow, hs10].relevance for hs10 in codes if (flow, hs10) in by_code}


def gold_separations(con: "DuckDBPyConnection", question: Question, workspace: Path) -> list[Separation]:
    """Check each gold sample of a workspace that was drawn by a run of the question."""
    samples = [sample for flow in FLOWS if (sample := find_sample(con, flow))]
    mine = [one for one in samples if question_of_run(con, one.design["run"]).name == question.name]
    return [_separation(con, sample, question, workspace) for sample in mine]


def _separation(con: "DuckDBPyConnection", sample: Sample, question: Question, workspace: Path) -> Separation:
    drawn = [code.hs10 for code in read_frame(con, sample.name) if code.drawn]
    before = sample.design.get("exemplars", {})
    when = "after the gold sample was drawn" if "exemplars" in sample.design else "at an unknown time"
    now = exemplar_levels(question, sample.flow, drawn)
    found = [
        Finding("gold", hs10, f"became an exemplar ({level}) {when}; {FIX}")
        if hs10 not in before
        else Finding("gold", hs10, f"its exemplar was {before[hs10]} when the sample was drawn, now {level}; {FIX}")
        for hs10, level in now.items()
        if before.get(hs10) != level
    ]
    learnt = _learnt(question, workspace)
    found += [
        Finding("gold", hs10, f"adapter {name} was tuned on it; {FIX}")
        for name, codes in learnt.items()
        for hs10 in drawn
        if (sample.flow, hs10) in codes and hs10 not in before
    ]
    kept = sum(before.get(hs10) == level for hs10, level in now.items())
    return Separation(sample.flow, len(drawn), kept, tuple(learnt), tuple(found))


def _learnt(question: Question, workspace: Path) -> dict[str, set[tuple[str, str]]]:
    """The codes that each LLM's adapter was tuned on, by the scores that tuning kept of them."""
    folders = (*adapter_folders(question, workspace), adapters_folder())
    files = {path.parent.name: path for folder in reversed(folders) for path in sorted(folder.glob(f"*/{OUT_OF_FOLD}"))}
    return {name: set(read_out_of_fold(path)) for name, path in sorted(files.items())}
