"""What a reader hands over: the rows of a file, and where in the file something was found."""

import glob
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aitrade.core.errors import BadInputError
from aitrade.trade.countries import Country
from aitrade.trade.readers.session import ImportSession

# Where a value stands: from (column as the file names it, text found or None for an empty value) to file, line, column.
Locate = Callable[[str, str | None], str]
# From an error of DuckDB to what is wrong with the file.
Explain = Callable[[Exception], BadInputError]


# Names of columns of codes, in lower case with underscores for blanks: a line that has one is a header.
CODE_NAMES = ("hs10", "i_commodity", "e_commodity", "commodity", "hts_number", "schedule_b_number", "hts10")


@dataclass(frozen=True)
class ImportOptions:
    """How a user asks for an import.

    Args:
        flow: imports or exports, where the file does not say.
        reader: name of a reader, to skip detection.
        columns: role to column name, for files whose columns are not known.
        pad: put back leading zeros that a spreadsheet dropped.
        replace: yearly rows may take the place of monthly ones, and the other way round.
        revision: the file is a revised release, though much of what it takes the place of is not in it.
        sum_over: columns whose rows are parts that add up; ``rows`` of rows that are the same throughout.
        distinct: of rows that are the same throughout, each counts once.
        part: the file adds to rows of the workspace that have its keys, as one of several districts does.
        values: ``monthly`` or ``year-to-date``, where the file leaves in doubt what its months hold.
        remark: what every table and report on this trade has to say, such as that it is made up.
    """

    flow: str | None = None
    reader: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    pad: bool = False
    replace: bool = False
    revision: bool = False
    remark: str | None = None
    sum_over: tuple[str, ...] = ()
    distinct: bool = False
    part: bool = False
    values: str | None = None


@dataclass(frozen=True)
class Column:
    """A column of a relation: its name in the file, its SQL identifier and its DuckDB type."""

    name: str
    sql: str
    type: str

    @property
    def is_text(self) -> bool:
        """Whether its values are text."""
        return self.type == "VARCHAR"


@dataclass(frozen=True)
class Rows:
    """Rows of a file as a relation that DuckDB reads, before anything is made of them.

    Args:
        relation: what stands behind FROM.
        columns: its columns.
        locate: where a value stands in the file.
        explain: the error to raise where DuckDB cannot read the relation.
        flow: imports or exports, where the format says it.
        is_checked: whether the relation has the columns of ``staged`` and every value was checked.
        countries: countries that the file itself names with their codes.
        dropped: rows left out already, by reason.
        notes: what the user should know about the file.
        titles: lines above the header, which may say what the amounts are in.
        may_be_empty: whether a file without rows is a proper answer (no trade) and no error.
    """

    relation: str
    columns: tuple[Column, ...]
    locate: Locate
    explain: Explain
    flow: str | None = None
    is_checked: bool = False
    countries: tuple[Country, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    may_be_empty: bool = False


class Reader(Protocol):
    """Read a file: its rows as relations of the session, one for each flow that the format tells apart."""

    def __call__(self, session: ImportSession, path: Path, options: ImportOptions, /) -> list[Rows]:
        """Read a file.

        Raises:
            BadInputError: the file is damaged, or no file of this format.
        """


def damaged(path: Path) -> Explain:
    """Make the explanation of an error of DuckDB for a format that no user can look into."""

    def explain(error: Exception) -> BadInputError:
        what = f"the file is damaged or cut off: {str(error).splitlines()[0]}"
        return BadInputError(what, where=str(path), fix="copy or download it again")

    return explain


def key(name: str) -> str:
    """A column's name in lower case, with underscores for blanks."""
    return name.strip().lower().replace(" ", "_")


def is_header(cells: Sequence[str], options: ImportOptions) -> bool:
    """Whether a line is a header: it names a column of codes, and another."""
    names = {key(cell) for cell in cells if cell.strip()}
    return len(names) > 1 and not names.isdisjoint({*CODE_NAMES, key(options.columns.get("hs10", "hs10"))})


def quoted(identifier: str) -> str:
    """An SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


def this_file(path: Path) -> str:
    """First arguments of ``read_csv`` and ``read_parquet`` that stand for one file and what is in it.

    DuckDB takes a name for a pattern (``imports[1].csv`` for imports1.csv), and the folders that it lies in for columns
    (``year=2020`` in place of the file's own).
    """
    return f"{literal(glob.escape(str(path)))}, hive_partitioning = false"
