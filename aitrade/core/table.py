"""A table as data: columns that know unit, measure and year, and rows. Rendering is another room's work."""

from dataclasses import dataclass, replace
from typing import Literal

from aitrade.core.clean import clean

Kind = Literal["text", "name", "prose", "period", "count", "billions", "percent", "index", "number", "ratio"]
Role = Literal["value", "lower", "upper", "expected", "labelled", "gold only"]
NoteKind = Literal[
    "labels", "gaps", "partners", "parts", "base", "duty", "interval", "run", "terms", "method", "choice", "data"
]
Value = str | int | float | bool | None
EVERYTHING = "All"  # in a table by level: every code, labelled or not

# Kinds of notes without which a figure misleads: charts and cards carry them too.
TELLING: frozenset[NoteKind] = frozenset(
    {"labels", "gaps", "partners", "base", "duty", "interval", "run", "terms", "data"}
)


class Note(str):
    """A note on figures: its text, what kind of thing it tells, and the same in a few words for charts and cards.

    Args:
        text: the note.
        kind: ``labels`` (codes without a label), ``gaps`` (a country or chapter that a period lacks), ``partners`` (few
            partner countries), ``parts`` (a part of a year), ``base`` (the base year), ``duty`` (unknown duty),
            ``interval``, ``run`` (whose labels), ``terms`` (real or seasonally adjusted), ``method``, ``choice`` (what
            was asked for), ``data`` (of files).
        brief: the same in a few words; the text itself by default.
        hint: what changes that on the command line, such as ``-n 0 for all``; only the screen shows it.
    """

    kind: NoteKind
    brief: str
    hint: str

    def __new__(cls, text: str, kind: NoteKind, brief: str = "", hint: str = "") -> "Note":
        """Make a note of a text."""
        note = super().__new__(cls, text)
        note.kind, note.brief, note.hint = kind, brief or text, hint
        return note

    def __reduce__(self) -> tuple[type["Note"], tuple[str, NoteKind, str, str]]:
        """What a copy is made of."""
        return Note, (str(self), self.kind, self.brief, self.hint)


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        name: key in JSON and CSV, such as ``value_2024``.
        title: heading for people.
        kind: unit: ``billions`` of US dollars, ``percent``, ``index`` (base year = 100), ``count``, ``number``
            without a unit, ``ratio`` (of 1), ``period`` (a year or a month), ``text``, ``name`` (of a category, whose
            underscores are spaces on a page), or ``prose``, which may be shortened for reading.
        measure: what the figures measure, such as value, share or growth; empty where programs need not know.
        year: the year of the figures; None where they are of no single year, or rows say which.
        since: the year that a change starts from; None where the figures are no change.
        series: whose figures they are where columns differ by that, such as a level.
        role: the figure itself, the lower or upper end of its interval, its expected value, or beside a figure that
            gold corrects what the labels alone or gold alone give.
    """

    name: str
    title: str
    kind: Kind = "text"
    measure: str = ""
    year: int | None = None
    since: int | None = None
    series: str = ""
    role: Role = "value"


@dataclass(frozen=True)
class Levels:
    """The levels of a question as a table shows them.

    Args:
        group: what the levels that count are called together, such as ``High`` or ``High+Medium``.
        reference: the level that they are compared with.
        between: the levels that neither count nor are the reference.
    """

    group: str
    reference: str
    between: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows under columns. Each row has one value for each column; None where there is no figure.

    Args:
        name: the table's name on the command line.
        title: one line that says what is shown, for which flow.
        columns: the columns in order.
        rows: the rows in order.
        notes: what a reader has to know to read the figures right.
        by: the periods that it goes by, year or month; empty where it has none.
        levels: the levels that it shows; None where it shows none.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    by: str = ""
    levels: Levels | None = None

    def records(self) -> list[dict[str, Value]]:
        """The rows as objects, keyed by column name."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def telling(self, *but: NoteKind) -> tuple[Note, ...]:
        """The notes that charts and cards carry too, other than those of some kinds."""
        notes = (note for note in self.notes if isinstance(note, Note))
        return tuple(note for note in notes if note.kind in TELLING and note.kind not in but)

    def measured(self, measure: str, role: Role = "value") -> list[Column]:
        """The columns of a measure, in their order."""
        return [column for column in self.columns if (column.measure, column.role) == (measure, role)]


def with_hints(table: Table) -> Table:
    """A table whose notes name the command's options that would change what they tell."""
    notes = (f"{note} ({note.hint})" if isinstance(note, Note) and note.hint else note for note in table.notes)
    return replace(table, notes=tuple(notes))


def cleaned(table: Table) -> Table:
    """A table without characters that no reader sees but that terminals and typesetters obey."""
    return replace(
        table,
        title=clean(table.title),
        rows=tuple(tuple(clean(value) if isinstance(value, str) else value for value in row) for row in table.rows),
        notes=tuple(note if note.isprintable() else clean(note) for note in table.notes),
    )
