"""Write labels out for review, and make a run from what a reviewer filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.api.arguments import flows, only_codes
from aitrade.api.runs import Runs
from aitrade.core.errors import UsageError

if TYPE_CHECKING:
    from aitrade.review.candidates import Candidates
    from aitrade.review.import_review import ReviewReceipt

REVIEW_SUFFIXES = (".xlsx", ".csv", ".html")


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
        exemplars: bool = False,
        codes: Sequence[str] | str | Path | None = None,
        differs_from: str | None = None,
        by_impact: bool = False,
    ) -> ReviewExport:
        """Write the labels that are most worth a look to a workbook, a CSV file, or a page to fill in by keyboard.

        Args:
            path: file to write, .xlsx, .csv or .html.
            run: whose labels; the default one where none is named.
            flow: imports, exports or all.
            limit: how many codes; 0 for all.
            below: only codes whose largest probability is below this.
            replace: write over the file where there is one.
            exemplars: take in codes labelled by hand as exemplars.
            codes: only these, exemplars or not: HS10 codes, or a file with the column hs10.
            differs_from: a run; only codes that it labels differently.
            by_impact: codes first that may move the counted dollars most.

        Raises:
            UsageError: the file has another suffix, or is there already.
            BadInputError: there is no such run or no code to review, or the file cannot be written.
        """
        from aitrade.core.files import write_file
        from aitrade.core.render import render
        from aitrade.review.candidates import Choice, candidates
        from aitrade.review.page import write_review_page
        from aitrade.review.workbook import write_review
        from aitrade.workspace import read_workspace
        from aitrade.workspace.questions import question_of_run
        from aitrade.workspace.runs import get_run

        path = Path(path)
        if (suffix := path.suffix.lower()) not in REVIEW_SUFFIXES:
            raise UsageError(f"{path} ends neither in .xlsx nor in .csv or .html", fix="write such as review.xlsx")
        if path.exists() and not replace:
            raise UsageError(f"{path} is there already, perhaps filled in", fix="choose another name, or replace it")
        with read_workspace(self.folder) as con:
            chosen = get_run(con, run or self._default_run(con))
            only = tuple(only_codes(codes, pad=False) or ())
            choice = Choice(limit, below, exemplars, only, differs_from, by_impact)
            found = candidates(con, chosen, flows(flow), choice)
            question = question_of_run(con, chosen.run)
        if suffix == ".xlsx":
            write_review(found.table, question.rubric, path)
        elif suffix == ".html":
            write_review_page(found.table, question, path)
        else:
            write_file(path, render(found.table, "csv").encode())
        return ReviewExport(path, chosen.run, found)

    def suggest_exemplars(self, count: int = 50, *, run: str | None = None) -> "Candidates":
        """List the codes to label by hand next: uncertain, and with much trade where trade is known.

        Raises:
            BadInputError: there is no such run, or no code to label.
        """
        from aitrade.nomenclature.codes import FLOWS
        from aitrade.review.candidates import Choice, candidates
        from aitrade.workspace import read_workspace
        from aitrade.workspace.runs import get_run

        with read_workspace(self.folder) as con:
            return candidates(con, get_run(con, run or self._default_run(con)), FLOWS, Choice(count))

    def review_import(
        self, path: str | Path, name: str, *, pad: bool = False, replace: bool = False, as_exemplars: bool = False
    ) -> "ReviewReceipt":
        """Make a run from a reviewed file: the run that was exported, with the reviewed codes replaced.

        Args:
            path: what :meth:`review_export` wrote, filled in.
            name: of the new run.
            pad: put back the leading zero of codes of nine digits.
            replace: replace the labels that have this name.
            as_exemplars: add the reviewed codes to the exemplars of the question's own folder too, in place of those
                that the same codes have.

        Raises:
            UsageError: the name cannot name a run, or is that of the run that was reviewed; or the question ships.
            BadInputError: the file is wrong, or the name is taken; nothing is kept.
        """
        from dataclasses import replace as replaced

        from aitrade.question.add_exemplars import own_folder, prepare_exemplars
        from aitrade.review.as_exemplars import reviewed_exemplars
        from aitrade.review.import_review import import_review
        from aitrade.workspace import open_workspace

        if as_exemplars:
            own_folder(self.question)
        with open_workspace(self.folder, create=False) as con:
            addition = None
            if as_exemplars:
                exemplars = reviewed_exemplars(con, Path(path), self.question, pad=pad)
                addition = prepare_exemplars(self.question, exemplars, replace=True)
            receipt = import_review(con, Path(path), name, pad=pad, replace=replace)
        return replaced(receipt, exemplars=addition.write()) if addition else receipt
