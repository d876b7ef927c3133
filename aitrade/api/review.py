"""Write labels out for review, and make a run from what a reviewer filled in."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.api.arguments import flows
from aitrade.api.runs import Runs
from aitrade.core.errors import UsageError

if TYPE_CHECKING:
    from aitrade.review.candidates import Candidates
    from aitrade.review.import_review import ReviewReceipt

REVIEW_SUFFIXES = (".xlsx", ".csv")


@dataclass(frozen=True)
class ReviewExport:
    """What an export for review wrote.

    Attributes:
        path: the file.
        run: the run whose labels are reviewed.
        candidates: the codes, and how many there were to choose from.
    """

    path: Path
    run: str
    candidates: "Candidates"


class Reviews(Runs):
    """What a person decides about labels."""

    def review_export(
        self,
        path: str | Path,
        *,
        run: str | None = None,
        flow: str = "all",
        limit: int = 200,
        below: float | None = None,
        replace: bool = False,
    ) -> ReviewExport:
        """Write the labels that are most worth a look to a workbook or CSV file, with empty columns for new ones.

        Args:
            path: file to write, .xlsx or .csv.
            run: whose labels; the default one where none is named.
            flow: imports, exports or all.
            limit: how many codes; 0 for all.
            below: only codes whose largest probability is below this.
            replace: write over the file where there is one.

        Raises:
            UsageError: the file has another suffix, or is there already.
            BadInputError: there is no such run or no code to review, or the file cannot be written.
        """
        from aitrade.core.files import write_file
        from aitrade.core.render import render
        from aitrade.review.candidates import candidates
        from aitrade.review.workbook import write_review
        from aitrade.workspace import read_workspace
        from aitrade.workspace.default_run import default_run
        from aitrade.workspace.questions import question_of_run
        from aitrade.workspace.runs import get_run

        path = Path(path)
        if (suffix := path.suffix.lower()) not in REVIEW_SUFFIXES:
            raise UsageError(f"{path} ends neither in .xlsx nor in .csv", fix="write such as review.xlsx")
        if path.exists() and not replace:
            raise UsageError(f"{path} is there already, perhaps filled in", fix="choose another name, or replace it")
        with read_workspace(self.folder) as con:
            chosen = get_run(con, run or default_run(con))
            found = candidates(con, chosen, flows(flow), limit, below)
            question = question_of_run(con, chosen.run)
        if suffix == ".xlsx":
            write_review(found.table, question.rubric, path)
        else:
            write_file(path, render(found.table, "csv").encode())
        return ReviewExport(path, chosen.run, found)

    def review_import(
        self, path: str | Path, name: str, *, pad: bool = False, replace: bool = False
    ) -> "ReviewReceipt":
        """Make a run from a reviewed file: the run that was exported, with the reviewed codes replaced.

        Raises:
            UsageError: the name cannot name a run, or is that of the run that was reviewed.
            BadInputError: the file is wrong, or the name is taken; nothing is kept.
        """
        from aitrade.review.import_review import import_review
        from aitrade.workspace import open_workspace

        with open_workspace(self.folder, create=False) as con:
            return import_review(con, Path(path), name, pad=pad, replace=replace)
