"""Draw a gold sample, take its labels back, and measure a run against it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.api.benchmark import Benchmarks
from aitrade.api.result import Result
from aitrade.core.errors import UsageError

if TYPE_CHECKING:
    from aitrade.evaluation.gold.importing import GoldReceipt

GOLD_SEED = 1


@dataclass(frozen=True)
class DrawnGold:
    """What drawing a gold sample gave.

    Attributes:
        files: the workbook for the raters, and the design.
        run, year: by whose labels and which year's trade it was drawn.
        codes: how many were drawn.
        frame_codes: from how many.
        certain: how many of the codes drawn were certain to be.
    """

    files: tuple[Path, ...]
    run: str
    year: int
    codes: int
    frame_codes: int
    certain: int


@dataclass(frozen=True)
class ImportedGold:
    """What taking gold labels in gave.

    Attributes:
        receipt: how many labels, and which codes are undecided.
        agreement: of the raters, by level; no rows where there is one rater.
        weights: file with every code of the sample, its weight and its labels, for R and Stata.
    """

    receipt: "GoldReceipt"
    agreement: Result
    weights: Path


class Golds(Benchmarks):
    """What is measured against a probability sample of hand labels."""

    def gold_draw(
        self,
        path: str | Path,
        size: int = 200,
        *,
        raters: int = 1,
        seed: int = GOLD_SEED,
        run: str | None = None,
        flow: str = "imports",
        year: int | None = None,
        replace: bool = False,
    ) -> DrawnGold:
        """Draw a probability sample of codes, and write a workbook for people to label them in.

        Args:
            path: the workbook, .xlsx.
            size: codes to draw.
            raters: sheets, each in an order of its own.
            seed: the same seed and workspace give the same codes.
            run: by whose labels strata are made; the default run's.
            flow: imports or exports.
            year: whose trade; the latest that the workspace holds in full.
            replace: draw anew, and write over the workbook, where there is one.

        Raises:
            UsageError: the file is no .xlsx or is there already, the sample is too small, or there is one already.
            BadInputError: there is no such run or no full year of trade, or the file cannot be written.
        """
        from aitrade.core.extras import require_extra
        from aitrade.core.files import require_writable
        from aitrade.evaluation.gold.drawing import draw_gold, write_design
        from aitrade.evaluation.gold.workbook import shown_codes, write_gold_workbook
        from aitrade.workspace import open_workspace
        from aitrade.workspace.runs import get_run

        path = Path(path)
        if path.suffix.lower() != ".xlsx":
            raise UsageError(f"{path} does not end in .xlsx", fix="write such as gold.xlsx")
        if path.exists() and not replace:
            raise UsageError(f"{path} is there already, perhaps filled in", fix="choose another name, or replace it")
        if raters < 1:
            raise UsageError(f"{raters} raters", fix="one or more")
        require_extra("excel", "writing an Excel workbook")
        require_writable(path)
        with open_workspace(self.folder, create=False) as con:
            chosen = get_run(con, run or self._default_run(con))
            drawn = draw_gold(con, chosen, flow, size, seed, year=year, replace=replace)
            shown = shown_codes(con, drawn)
        write_gold_workbook(shown, drawn, raters, seed, path)
        design = drawn.design
        certain = sum(stratum["certain"] for stratum in design["strata"])
        files = (path, write_design(drawn, self.folder))
        return DrawnGold(files, drawn.run, drawn.year, len(drawn.codes), design["frame_codes"], certain)

    def gold_import(self, path: str | Path, *, flow: str = "imports") -> ImportedGold:
        """Take the labels of a filled gold workbook, in place of what was taken before.

        Where raters differ and nothing was decided, the sheet ``decisions`` is written into the workbook.

        Raises:
            BadInputError: there is no gold sample, or the workbook is of another one or wrong; nothing is kept.
        """
        from aitrade.evaluation.gold.importing import import_gold
        from aitrade.evaluation.gold.raters import rater_agreement
        from aitrade.evaluation.gold.weights import write_weights
        from aitrade.workspace import open_workspace
        from aitrade.workspace.gold import require_sample
        from aitrade.workspace.questions import question_of_run

        with open_workspace(self.folder, create=False) as con:
            sample = require_sample(con, flow)
            question = question_of_run(con, sample.design["run"])
            receipt = import_gold(con, Path(path), sample, question)
            weights = write_weights(con, sample, self.folder)
        return ImportedGold(receipt, Result(rater_agreement(receipt, question.labels), flow), weights)

    def gold_score(self, run: str | None = None, *, flow: str = "imports", interval: float = 95) -> tuple[Result, ...]:
        """Measure a run against the gold sample: estimates for all codes of the frame, and what to label next.

        Args:
            run: the run; the default one.
            flow: imports or exports.
            interval: what intervals hold, in percent.

        Returns:
            Agreement by code and by value with intervals, calibration, and what each stratum adds to the error.

        Raises:
            BadInputError: there is no gold sample, a code of it has no final label, or there is no such run.
        """
        from aitrade.evaluation.gold.score import score_gold
        from aitrade.workspace import open_workspace
        from aitrade.workspace.runs import get_run

        with open_workspace(self.folder, create=False) as con:
            chosen = get_run(con, run or self._default_run(con))
            return tuple(Result(table, flow) for table in score_gold(con, chosen, flow, interval))
