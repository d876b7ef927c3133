"""Open a workspace from Python: tables, explanations, comparisons, reviews and the report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.api.arguments import Names, Years, flows, names
from aitrade.api.arguments import years as year_numbers
from aitrade.api.gold import Golds
from aitrade.api.result import Result
from aitrade.api.telling import log_message, log_stage
from aitrade.core.errors import UsageError
from aitrade.core.extras import require_extra
from aitrade.core.offline import refuse_network
from aitrade.core.progress import OnStage
from aitrade.core.wording import offer
from aitrade.question.question import SHIPPED, Question, load_question

if TYPE_CHECKING:
    from aitrade.classification.explain import Explanation
    from aitrade.classification.shown_prompt import ShownPrompt
    from aitrade.report.citation import Citation
    from aitrade.report.contents import Contents
    from aitrade.report.package.package import Package


def open_folder(
    workspace: str | Path = "workspace", *, question: str | Path | Question | None = None, create: bool = False
) -> "Workspace":
    """Open a workspace; also known as ``aitrade.open``.

    Args:
        workspace: its folder.
        question: what is asked of every code: the name of a question in the workspace's folder or of one that ships, a
            folder, or a ``Question``; ``ai-data-centers`` by default, and what is read is then of the question whose
            runs the workspace holds.
        create: make the workspace where there is none.

    Raises:
        BadInputError: there is no workspace in this folder, or it cannot be used; or there is no such question.
    """
    from aitrade.workspace import open_workspace, read_workspace

    refuse_network(everywhere=False)
    folder = Path(workspace)
    with open_workspace(folder) if create else read_workspace(folder):
        asked = question if isinstance(question, Question) else load_question(question or SHIPPED, folder)
        return Workspace(folder, asked, question_given=question is not None)


@dataclass(frozen=True)
class Compared:
    """How runs agree with a reference.

    Attributes:
        agreement: a row for each run, with every figure.
        reading: the same for reading: figures by code and by trade, and of two runs the confusion matrix.
        differences: the codes that two runs label differently, with the most trade first.
        notes: what has to be known to read the figures right.
    """

    agreement: Result
    reading: tuple[Result, ...]
    differences: Result | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class WrittenReport:
    """What writing a report gave.

    Attributes:
        contents: what the report holds, and in ``contents.missing`` what it lacks.
        files: the files written, the page first.
    """

    contents: "Contents" = field(repr=False)
    files: tuple[Path, ...]


class Workspace(Golds):
    """A workspace. Its database is open only while something is asked of it, so that others can use it in between."""

    def table(
        self,
        name: str,
        *,
        years: Years | None = None,
        countries: Names | None = None,
        relevance: Names | None = None,
        exclude_chapters: Names | None = None,
        lists: Names | None = None,
        **options: Any,
    ) -> Result:
        """Compute a table.

        Args:
            name: summary, top, index, share, countries, country-categories, growth, tariffs, exemptions or
                counterfactual.
            years: such as ``2024``, ``"2023-2025"`` or ``[2023, 2024]``; from the base year on by default.
            countries: Census codes or names, such as ``"mexico"`` or ``["1220", "china"]``.
            relevance: the levels that count; those of the question by default.
            exclude_chapters: HS2 chapters that are dropped; those of the question by default.
            lists: exemption lists; all by default.
            options: further fields of ``Options``, such as ``flow="exports"``, ``run="paper"``, ``by="month"``,
                ``interval=90``, ``gold=True``, ``sa=True``, ``real="prices"`` with ``chained=True``.

        Raises:
            UsageError: there is no such table, or an option does not go with it.
            BadInputError: the workspace lacks what the table needs.
        """
        from aitrade.trade.tables.catalogue import SPECS
        from aitrade.trade.tables.options import Options
        from aitrade.trade.tables.tables import table
        from aitrade.workspace import read_workspace

        given: dict[str, Any] = {
            "years": year_numbers(years),
            "countries": names(countries),
            "lists": names(lists),
            "relevances": (relevance,) if isinstance(relevance, str) else relevance and tuple(relevance),
            "excluded_chapters": None if exclude_chapters is None else names(exclude_chapters),
        } | options
        fields = Options.__dataclass_fields__
        if unknown := sorted(set(options) - set(fields)):
            known = sorted((set(fields) - {"relevances", "excluded_chapters"}) | {"relevance", "exclude_chapters"})
            raise UsageError(f"a table has no option {unknown[0]!r}", fix=offer(unknown[0], known))
        asked = Options(**{field: value for field, value in given.items() if value is not None})
        with read_workspace(self.folder) as con:
            if asked.run is None and name in SPECS:
                asked = replace(asked, run=self._default_run(con))
            return Result(table(con, name, asked), asked.flow)

    def panel(
        self,
        by: Names = ("month", "country", "category", "level"),
        *,
        flow: str = "imports",
        run: str | None = None,
        years: Years | None = None,
        countries: Names | None = None,
    ) -> Result:
        """Sum trade in whole dollars over everything but some dimensions, a row for each combination.

        Args:
            by: of year, month, country, level, category, and one of hs2, hs4, hs6 and hs10.
            flow: imports or exports.
            run: whose labels.
            years: such as ``2024`` or ``"2023-2025"``; from the base year on by default.
            countries: Census codes or names; all by default.

        Raises:
            UsageError: there is no such dimension.
            BadInputError: the workspace lacks trade or labels.
        """
        from aitrade.trade.tables.options import Options
        from aitrade.trade.tables.panel import panel
        from aitrade.workspace import read_workspace

        (only,) = flows(flow)
        asked = Options(flow=only, run=run, years=year_numbers(years), countries=names(countries))
        with read_workspace(self.folder) as con:
            return Result(panel(con, names(by), asked), only)

    def export_panel(
        self, path: str | Path, by: Names = ("month", "country", "category", "level"), **options: Any
    ) -> int:
        """Write :meth:`panel` as a file, and the meaning of its variables beside it; returns the number of rows.

        Args:
            path: the file; .parquet, .dta, .csv or .xlsx says how.
            by: the dimensions.
            options: as of :meth:`panel`.

        Raises:
            UsageError: the suffix or a dimension is none that there is.
            BadInputError: the workspace lacks trade or labels, or a file cannot be written.
        """
        from aitrade.core.render import choose_format
        from aitrade.trade.tables.panel import codebook

        path = Path(path)
        choose_format(path, None)
        found = self.panel(by, **options)
        found.save(path)
        Result(codebook(found.table)).save(path.with_name(f"{path.stem}_codebook.csv"))
        return len(found)

    def default_run(self) -> str:
        """Name the run whose labels are used where no run is named: the latest finished one of the question.

        Raises:
            BadInputError: no run of the question is finished, or there are runs of several and none was chosen.
        """
        from aitrade.workspace import read_workspace

        with read_workspace(self.folder) as con:
            return self._default_run(con)

    def explain(
        self,
        hs10: str,
        *,
        flow: str = "imports",
        run: str | None = None,
        find: bool = False,
        on_stage: OnStage = log_stage,
    ) -> "Explanation":
        """Say why a code has its label: probabilities, what the model said, the nearest exemplars and their reasons.

        Args:
            hs10: the code.
            flow: imports or exports.
            run: whose label; that of the default run where none is named.
            find: find the nearest exemplars now, by the embedder of the question, where the run kept none.
            on_stage: told when the embedder is loaded, and how far it is with exemplars that have no index yet.

        Raises:
            BadInputError: this is no code, or the run has no label of it.
        """
        from aitrade.classification.explain import explain
        from aitrade.nomenclature.codes import parse_hs10
        from aitrade.trade.tables.run import choose_run
        from aitrade.workspace import read_workspace

        (only,) = flows(flow)
        with read_workspace(self.folder) as con:
            chosen = choose_run(con, run or self._default_run(con), only)
            found = explain(con, parse_hs10(hs10), only, chosen.run)
        if not find:
            return found
        from aitrade.classification.explain_neighbours import with_neighbours

        return with_neighbours(found, self.method, self.folder, on_stage)

    def prompt(
        self,
        hs10: str,
        *,
        flow: str = "imports",
        model: str | None = None,
        embedder: str | None = None,
        on_stage: OnStage = log_stage,
    ) -> "ShownPrompt":
        """Make what a model is shown of a code of the workspace, to the last token; nothing is asked.

        Args:
            hs10: the code.
            flow: imports or exports.
            model: ``BASE`` or ``BASE+ADAPTER``; the question's by default.
            embedder: what finds the exemplars near a code; the question's by default.
            on_stage: told when the embedder is loaded, and how far it is with exemplars that have no index yet.

        Raises:
            BadInputError: this is no code, or the workspace does not hold it.
            ModelError: a model is not installed, or its chat template does not show the question.
        """
        from aitrade.classification.shown_prompt import shown_prompt
        from aitrade.nomenclature.codes import parse_hs10
        from aitrade.workspace import read_workspace
        from aitrade.workspace.codes import read_codes

        asked, settings, by_hand = parse_hs10(hs10), self.question.settings, self.question.exemplars.by_code
        with read_workspace(self.folder) as con:
            (code,) = read_codes(con, flows(flow), only=[asked])
            heading = [one for one in read_codes(con, flows(flow)) if one.hs4 == code.hs4]
        siblings = [one for one in heading if one == code or one.key not in by_hand]
        names_of = model or settings.model, embedder or settings.embedder
        return shown_prompt(self.question, self.method, *names_of, code, siblings, self.folder, on_stage)

    def compare(
        self,
        reference: str,
        runs: str | Sequence[str],
        *,
        flow: str = "imports",
        year: int | None = None,
        differences: int = 0,
        exclude_exemplars: bool = False,
        same_codes: bool = False,
        only: str | None = None,
    ) -> Compared:
        """Measure how well runs agree with a reference, by code and by trade value.

        Args:
            reference: run taken as the reference.
            runs: the run, or runs, compared with it.
            flow: imports, exports or all.
            year: year whose trade weighs the codes; the latest full year by default.
            differences: how many of the codes labelled differently are listed.
            exclude_exemplars: leave out the codes that are exemplars of the question of any of the runs.
            same_codes: compare several runs over the codes that every one of them labels.
            only: what decided the codes that count in every run compared: llm, cascade, exemplar or human.

        Raises:
            UsageError: differences are asked of more than two runs, or a run is named twice.
            BadInputError: there is no such run, or no trade of the year.
        """
        from aitrade.evaluation.compare.certainty import certainties, certainty_table, decided_table, with_certainty
        from aitrade.evaluation.compare.comparison import compare
        from aitrade.evaluation.compare.comparison_tables import agreement_table, differences_table, reading_tables
        from aitrade.evaluation.compare.spec import ask
        from aitrade.workspace import read_workspace

        compared = [runs] if isinstance(runs, str) else list(runs)
        if differences and len(compared) > 1:
            raise UsageError("differences are of two runs", fix="name one run after the reference")
        with read_workspace(self.folder) as con:
            chosen = {"exclude_exemplars": exclude_exemplars, "same_codes": same_codes}
            spec = ask(con, reference, compared, flows(flow), year, **chosen, only=only)
            comparisons, sure = compare(con, spec), certainties(con, spec)
            agreement, reading = agreement_table(spec, comparisons), [*reading_tables(spec, comparisons)]
            if sure:
                agreement, reading = with_certainty(agreement, sure), [*reading, certainty_table(comparisons, sure)]
            reading.append(decided_table(con, spec))
            differing = differences_table(con, spec, differences) if differences else None
        return Compared(
            Result(agreement),
            tuple(Result(one) for one in reading),
            Result(differing) if differing else None,
            (spec.without_value,) if spec.without_value else (),
        )

    def citations(self, run: str | None = None) -> "tuple[Citation, ...]":
        """List what figures rest on: the software, the run, its models, the trade files, and the paper.

        Raises:
            BadInputError: there is no finished run, or not this one.
        """
        from aitrade.report.citation import citations
        from aitrade.workspace import read_workspace

        with read_workspace(self.folder) as con:
            return citations(con, run or self.default_run())

    def package(
        self, folder: str | Path, *, run: str | None = None, on_message: Callable[[str], None] = log_message
    ) -> "Package":
        """Write a replication package: data, every table of the paper, a script that makes them again, and a README.

        Args:
            folder: new or empty.
            run: whose labels; the default one where none is named.
            on_message: told what the work is doing.

        Raises:
            UsageError: the folder holds something.
            BadInputError: there is no finished run, or not this one; or a file cannot be written.
        """
        from aitrade.report.package.package import write_package
        from aitrade.workspace import read_workspace

        with read_workspace(self.folder) as con:
            return write_package(con, run or self._default_run(con), self.question, Path(folder), on_message)

    def replicate(self, run: str | None = None) -> Result:
        """Compare every published figure of the paper with what the workspace gives."""
        from aitrade.trade.paper.replicate import replicate
        from aitrade.workspace import read_workspace

        with read_workspace(self.folder) as con:
            return Result(replicate(con, run or self._default_run(con)))

    def report(
        self,
        path: str | Path = "report.html",
        *,
        run: str | None = None,
        reference: str | None = None,
        base_year: int | None = None,
        tables: str | Path | None = None,
        gold: bool = False,
    ) -> WrittenReport:
        """Write the report as one HTML file.

        Args:
            path: the page.
            run: whose labels; the default one where none is named.
            reference: labels that the run is measured against; the latest imported by default.
            base_year: where indices, changes and the counterfactual start; the question's by default.
            tables: folder for every table and figure as files for a paper.
            gold: correct what the gold sample can correct, with its intervals.

        Returns:
            What the report holds, and the files written.

        Raises:
            UsageError: the libraries of the extra ``report`` are not installed.
            BadInputError: there is no finished run, or not this one, or no gold sample; or a file cannot be written.
        """
        from aitrade.core.files import require_writable
        from aitrade.report.contents import gather
        from aitrade.report.writing import WORKBOOK, write_files, write_page
        from aitrade.workspace import read_workspace

        path = Path(path)
        folder = None if tables is None else Path(tables)
        require_extra("report", "writing a report")
        if folder:
            require_extra("excel", "writing an Excel workbook")
        with read_workspace(self.folder) as con:
            for file in (path, *([folder / WORKBOOK] if folder else [])):
                require_writable(file)
            contents = gather(con, run or self._default_run(con), reference, base_year, gold=gold)
        write_page(contents, path)
        return WrittenReport(contents, (path, *(write_files(contents, folder) if folder else ())))
