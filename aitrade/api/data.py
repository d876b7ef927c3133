"""Take codes, trade, labels and exemption lists into a workspace, and query it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.api.result import Result
from aitrade.classification.method import Method
from aitrade.core.errors import UsageError
from aitrade.core.wording import offer
from aitrade.question.question import Question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from aitrade.classification.label_import import LabelsReceipt
    from aitrade.trade.ingest.receipt import Receipt
    from aitrade.trade.tables.deflators import Deflator
    from aitrade.trade.tables.exemptions import ExemptionList
    from aitrade.workspace.code_import import CodesReceipt

Files = str | Path | Sequence[str | Path]


def _paths(files: Files) -> list[Path]:
    return [Path(files)] if isinstance(files, str | Path) else [Path(file) for file in files]


def _silent(_: Any) -> None:
    """Take no notice of a receipt."""


def _shipped_method() -> Method:
    return Method()


@dataclass(frozen=True)
class Data:
    """What goes into a workspace, and SQL over it.

    Attributes:
        folder: the workspace.
        question: what is asked of every code.
        method: the numbers of the method.
        question_given: whether the question was chosen by the user: then the labels of no other are taken where no run
            is named.
    """

    folder: Path
    question: Question
    method: Method = field(default_factory=_shipped_method)
    question_given: bool = False

    def _default_run(self, con: "DuckDBPyConnection") -> str:
        """The run whose labels are used where no run is named."""
        from aitrade.workspace.default_run import default_run

        return default_run(con, self.question.name if self.question_given else None)

    def import_codes(
        self,
        files: Files,
        *,
        flow: str | None = None,
        pad: bool = False,
        on_receipt: "Callable[[CodesReceipt], None]" = _silent,
    ) -> "list[CodesReceipt]":
        """Take codes into the workspace, one transaction a file; importing again updates descriptions and NAICS.

        Args:
            files: CSV files with the columns hs10 and description, or Census concordances and bulk zips.
            flow: the codes' flow where the file does not say; imports if neither does.
            pad: put back the leading zero of codes of nine digits.
            on_receipt: told what was imported, after each file.

        Raises:
            BadInputError: a file cannot be read, or a code in it is none; nothing of that file is kept.
        """
        from aitrade.workspace import open_workspace
        from aitrade.workspace.code_import import import_codes

        receipts = []
        with open_workspace(self.folder) as con:
            for path in _paths(files):
                for receipt in import_codes(con, path, flow, pad=pad):
                    on_receipt(receipt)
                    receipts.append(receipt)
        return receipts

    def import_trade(
        self,
        files: Files,
        *,
        flow: str | None = None,
        reader: str | None = None,
        columns: Mapping[str, str] | None = None,
        on_receipt: "Callable[[Receipt], None]" = _silent,
        **options: Any,
    ) -> "list[Receipt]":
        """Take trade into the workspace, one transaction a file, and say what became of every row.

        Args:
            files: files, or folders of them.
            flow: the trade's flow where the file does not say.
            reader: census-api, census-bulk, dataweb, parquet or csv; chosen by content by default.
            columns: names of the columns by role, such as ``{"hs10": "code", "value": "usd"}``.
            on_receipt: told what became of a file, after each.
            options: the switches of ``ImportOptions``, such as ``pad=True``, ``replace=True``, ``revision=True``.

        Raises:
            UsageError: there is no such reader or switch.
            BadInputError: a file cannot be read, or read in more than one way; nothing of that file is kept.
        """
        from aitrade.trade.ingest.importing import import_trade
        from aitrade.trade.readers.readers import READERS
        from aitrade.trade.readers.source import ImportOptions
        from aitrade.workspace import open_workspace

        if reader is not None and reader not in READERS:
            raise UsageError(f"there is no reader {reader!r}", fix=offer(reader, list(READERS)))
        if unknown := sorted(set(options) - set(ImportOptions.__dataclass_fields__)):
            known = sorted(set(ImportOptions.__dataclass_fields__) - {"flow", "reader", "columns"})
            raise UsageError(f"import_trade has no argument {unknown[0]!r}", fix=offer(unknown[0], known))
        asked = ImportOptions(flow, reader, dict(columns or {}), **options)
        paths = _paths(files)
        with open_workspace(self.folder, reads=paths) as con:
            return import_trade(con, paths, asked, on_receipt)

    def import_labels(
        self,
        file: str | Path | None = None,
        name: str | None = None,
        *,
        published: bool = False,
        flow: str | None = None,
        pad: bool = False,
        replace: bool = False,
        onto: str | None = None,
        as_reference: bool = False,
    ) -> "LabelsReceipt":
        """Take a classification into the workspace as a run: all of the file, or nothing.

        Args:
            file: CSV with the columns hs10 and relevance, and category where the question has categories.
            name: of the run.
            published: take the classification that ships with the question instead of a file.
            flow: the codes' flow where the file has no column flow.
            pad: put back the leading zero of codes of nine digits.
            replace: replace the labels that have this name.
            onto: a run that gives the labels that the file lacks.
            as_reference: the run is only measured against: tables use it only where it is named or chosen.

        Raises:
            UsageError: neither a file nor the published classification is asked for, or the name is missing or unfit.
            BadInputError: the file is wrong, or the name is taken; nothing is kept.
        """
        from aitrade.classification.label_import import import_labels
        from aitrade.classification.shipped_labels import import_published
        from aitrade.workspace import open_workspace

        if published == (file is not None):
            raise UsageError("give a file, or ask for the published classification", fix="give one of them")
        if file is not None and not name:
            raise UsageError("the labels need a name", fix="give a name, such as experts-2025")
        with open_workspace(self.folder) as con:
            if file is None:
                if onto or as_reference:
                    raise UsageError("the published classification stands alone", fix="import it, then overlay a file")
                return import_published(con, name or "published", self.question, replace=replace)
            return import_labels(
                con,
                Path(file),
                name or "",
                self.question,
                flow,
                pad=pad,
                replace=replace,
                onto=onto,
                reference=as_reference,
            )

    def import_exemptions(self, file: str | Path, name: str) -> "ExemptionList":
        """Take a tariff exemption list into the workspace; a list of the same name is replaced.

        Raises:
            BadInputError: the file cannot be read, or holds an entry that is no heading.
        """
        from aitrade.trade.tables.exemptions import import_list
        from aitrade.workspace import open_workspace

        with open_workspace(self.folder) as con:
            return import_list(con, Path(file), name)

    def remove_exemptions(self, name: str) -> int:
        """Remove a tariff exemption list from the workspace; returns how many entries it had.

        Raises:
            BadInputError: the workspace holds no such list.
        """
        from aitrade.trade.tables.exemptions import remove_list
        from aitrade.workspace import open_workspace

        with open_workspace(self.folder, create=False) as con:
            return remove_list(con, name)

    def import_deflator(self, file: str | Path, name: str) -> "Deflator":
        """Take a deflator into the workspace: price indices by month, of groups of codes; one of the name is replaced.

        Raises:
            BadInputError: the file cannot be read, or holds something that is no month, price or group.
        """
        from aitrade.trade.tables.deflators import import_deflator
        from aitrade.workspace import open_workspace

        with open_workspace(self.folder) as con:
            return import_deflator(con, Path(file), name)

    def deflators(self) -> "tuple[Deflator, ...]":
        """List the deflators of the workspace, by name."""
        from aitrade.trade.tables.deflators import known_deflators
        from aitrade.workspace import read_workspace

        with read_workspace(self.folder) as con:
            return known_deflators(con)

    def remove_trade(self, number: int) -> int:
        """Remove what one import of trade brought; returns how many rows. What it replaced does not come back.

        Args:
            number: of the import, as receipts have it.

        Raises:
            BadInputError: there is no such import.
        """
        from aitrade.trade.ingest.removing import remove_trade
        from aitrade.workspace import open_workspace

        with open_workspace(self.folder, create=False) as con:
            return remove_trade(con, number)

    def codes(self, *, flow: str = "all", under: str = "") -> Result:
        """List the codes of the workspace that start with some digits."""
        from aitrade.api.arguments import flows

        query = """
            SELECT flow, hs10, description, naics, naics_description FROM codes
            WHERE list_contains($flows, flow) AND starts_with(hs10, $under) ORDER BY flow DESC, hs10
        """
        return self.sql(query, flows=list(flows(flow)), under=under.replace(".", ""))

    def sql(self, query: str, **parameters: Any) -> Result:
        """Run SQL over the workspace, which is opened for reading only.

        Args:
            query: a SELECT; named parameters stand as ``$name``.
            parameters: their values.

        Raises:
            UsageError: the query is not valid.
            BadInputError: there is no workspace.
        """
        import duckdb

        from aitrade.workspace import read_workspace

        with read_workspace(self.folder) as con:
            try:
                cursor = con.execute(query, parameters or None)
                description, rows = cursor.description, cursor.fetchall()
            except duckdb.Error as error:
                raise UsageError(f"the query failed: {error}", fix="see docs/data-dictionary.md for tables") from error
        return Result.of_query(description or [], rows)
