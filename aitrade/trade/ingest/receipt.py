"""The receipt that every import of trade ends with."""

from dataclasses import dataclass, field
from typing import Any

from aitrade.core.wording import few, ranges
from aitrade.trade.ingest.months import Jump
from aitrade.workspace.stored import read_stored


@dataclass(frozen=True)
class PeriodicityChange:
    """Yearly totals that months took the place of, or months that yearly totals did: rows and dollars.

    ``rows_missing`` and ``value_missing`` are of those in chapters (HS2) that the file does not hold for their country
    and year; ``missing_chapters`` names these; ``months_present`` are the months that are there now, by year that was
    a yearly total.
    """

    missing_chapters: list[str]
    months_present: dict[str, list[int]]
    rows: int
    value: int
    rows_missing: int
    value_missing: int


@dataclass(frozen=True)
class Replacement:
    """What an import took the place of: rows and dollars before and after, in the months concerned.

    ``beside`` counts rows that the replaced imports keep in these months, since the file does not hold them;
    ``changed`` rows before that are different now or gone; ``gone`` those without a row in their place;
    ``periodicity`` is of yearly totals and months that took one another's place, which count as neither.
    """

    imports: list[int]
    months: list[str]
    periodicity: PeriodicityChange | None
    rows_before: int
    value_before: int
    rows_after: int
    value_after: int
    beside: int
    changed: int
    gone: int
    value_gone: int

    @property
    def is_revision(self) -> bool:
        """Whether any of the rows before is different now."""
        return self.changed > 0


@dataclass(frozen=True)
class UnknownCodes:
    """Codes that the nomenclature does not hold: how many, their dollars, and those with most trade."""

    codes: int
    value: int
    examples: list[str]


@dataclass(frozen=True)
class Receipt:
    """What became of a trade file. Values are whole dollars.

    ``rows_read = rows_kept + group_rows + rows_merged + sum of rows_dropped``.

    Args:
        import_id: number of the import, None where there was nothing to import.
        file: its path.
        sha256: of its content.
        reader: which reader read it.
        flow: imports or exports.
        rows_read: data rows in the file.
        rows_kept: rows of countries that went into the workspace, one for each key.
        group_rows: rows of country groups and totals, kept apart and never summed.
        rows_merged: rows that were added to another of the same key (districts, provisions, re-exports).
        rows_dropped: rows left out, by reason.
        holds: ``countries``, ``countries and groups``, ``groups only``, or ``nothing``.
        countries: countries in it.
        codes: HS10 codes in it.
        unknown_codes: codes that the nomenclature does not hold; None where no nomenclature is there to compare with.
        value_by_year: dollars of the file, of countries alone.
        missing_months: months absent in the range that the workspace now holds of the flow.
        jumps: months of the file where the workspace's total is far from the months around.
        gaps: months of the file and others without trade of a country, a chapter or a country's chapter that has
            trade in the rest.
        replaced: what the import took the place of, in the tables flows and group_flows; None where nothing.
        notes: what else the user should know.
        remark: what every table and report on this trade has to say.
        summed_over: columns that told rows of one key apart, which were added up.
        parts: of columns that break trade down, the parts that the file holds and their dollars, where it holds no
            total.
        totals: columns over which the file holds totals.
        adds_to: imports that hold other parts of the same codes, countries and months, to which this one was added.
        constants: columns that nobody reads and that hold one text throughout.
        quantities: rows of quantities that were kept, one for each key and unit.
        quantity_units: units that these are in.
    """

    import_id: int | None
    file: str
    sha256: str
    reader: str
    flow: str
    rows_read: int
    rows_kept: int = 0
    group_rows: int = 0
    rows_merged: int = 0
    rows_dropped: dict[str, int] = field(default_factory=dict)
    holds: str = "nothing"
    countries: int = 0
    codes: int = 0
    unknown_codes: UnknownCodes | None = None
    value_by_year: dict[str, int] = field(default_factory=dict)
    missing_months: list[str] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)
    gaps: dict[str, list[str]] = field(default_factory=dict)
    replaced: Replacement | None = None
    groups_replaced: Replacement | None = None
    notes: list[str] = field(default_factory=list)
    remark: str | None = None
    summed_over: list[str] = field(default_factory=list)
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    totals: list[str] = field(default_factory=list)
    adds_to: list[int] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    quantities: int = 0
    quantity_units: int = 0


def receipt_lines(receipt: Receipt) -> list[str]:
    """Lines of a receipt for people to read."""
    r = receipt
    head = f"{r.file}: {r.flow} ({r.reader}), {r.rows_read:,} rows read, {r.rows_kept:,} kept"
    text = [head + (f" of {r.countries:,} countries and {r.codes:,} codes" if r.rows_kept else "")]
    if r.group_rows:
        only = " The file holds nothing else: no table counts it." if r.holds == "groups only" else ""
        text.append(f"  {r.group_rows:,} rows of country groups and totals, kept apart and never summed.{only}")
    if r.rows_merged:
        text.append(f"  {r.rows_merged:,} rows added to another of the same key")
    text += [f"  {number:,} rows dropped: {reason}" for reason, number in r.rows_dropped.items()]
    if r.value_by_year:
        years = ", ".join(f"{year} {value / 1e9:,.4f}" for year, value in r.value_by_year.items())
        text.append(f"  value in billion dollars: {years}")
    if r.quantities:
        text.append(f"  {r.quantities:,} quantities kept, in {r.quantity_units:,} units")
    if r.unknown_codes is None and r.rows_kept:
        text.append("  codes not compared with a nomenclature: none is imported (aitrade codes import FILE)")
    elif r.unknown_codes is not None and r.unknown_codes.codes:
        unknown = r.unknown_codes
        text.append(
            f"  {unknown.codes:,} codes are not in the nomenclature ({unknown.value / 1e9:,.4f} billion dollars): "
            + ", ".join(unknown.examples)
        )
    for replaced, what in ((r.replaced, ""), (r.groups_replaced, " of groups")):
        text += _replacement_lines(replaced, what) if replaced else []
    if r.missing_months:
        text.append(f"  months missing in the workspace's range: {few(r.missing_months)}")
    text += [f"  {jump.month} jumps: {jump.ratio:.2f} times the months around it" for jump in r.jumps]
    text += [f"  no trade of {side} in {few(absent)}: is it missing?" for side, absent in r.gaps.items()]
    return text + [f"  {note}" for note in r.notes]


def _replacement_lines(replaced: Replacement, what: str) -> list[str]:
    """The lines of a receipt on what was replaced.

    Args:
        replaced: what was.
        what: what its rows are of, where not of countries: `` of groups``.
    """
    imports = ", ".join(map(str, replaced.imports))
    text = [
        f"  replaced rows{what} of import {imports} in {few(replaced.months)}: "
        f"{replaced.rows_before:,} rows and {replaced.value_before / 1e9:,.6f} billion dollars before, "
        f"{replaced.rows_after:,} and {replaced.value_after / 1e9:,.6f} after"
    ]
    if replaced.periodicity:
        text += _periodicity_lines(replaced.periodicity)
    if replaced.periodicity is None or replaced.periodicity.rows < replaced.rows_before:
        text.append(_revised(replaced))
    if replaced.beside:
        text.append(
            f"  {replaced.beside:,} rows of those imports stay: the file does not hold their codes or countries"
        )
    return text


def _revised(replaced: Replacement) -> str:
    rows = "other rows" if replaced.periodicity else "rows"
    if not replaced.is_revision:
        return f"  no revision: the {rows} before are the same now"
    text = f"  a revision: {replaced.changed:,} of the {rows} before are different now"
    if replaced.gone:
        text += (
            f", {replaced.gone:,} of them gone without a row in their place "
            f"({replaced.value_gone / 1e9:,.6f} billion dollars)"
        )
    return text


def _periodicity_lines(change: PeriodicityChange) -> list[str]:
    text = (
        "  yearly totals and months took one another's place: "
        f"{change.rows:,} rows and {change.value / 1e9:,.6f} billion dollars went"
    )
    if change.rows_missing:
        text += (
            f", of these {change.rows_missing:,} rows and {change.value_missing / 1e9:,.6f} billion dollars of "
            f"chapters that the file does not hold for their country and year ({few(change.missing_chapters)})"
        )
    return [text, *(_months_present(year, months) for year, months in change.months_present.items())]


def _months_present(year: str, months: list[int]) -> str:
    missing = [month for month in range(1, 13) if month not in months]
    text = f"  of {year} the workspace now holds, for these countries, months {ranges(months)}"
    return text + (f" only: without months {ranges(missing)} the year is not complete" if missing else "")


_COUNTS = ("import_id", "rows_read", "rows_kept", "group_rows", "rows_merged")


def read_receipt(text: str) -> dict[str, Any]:
    """Read a receipt that a workspace keeps as JSON; what it lacks is as in a receipt of nothing.

    Raises:
        BadInputError: it is not as aitrade writes it.
    """
    kinds = dict.fromkeys(_COUNTS, int) | {"file": str, "reader": str, "flow": str, "rows_dropped": dict}
    nothing: dict[str, Any] = dict.fromkeys((*_COUNTS, "replaced", "groups_replaced"), 0)
    return (
        nothing
        | {"rows_dropped": {}}
        | {"file": "", "reader": "", "flow": ""}
        | read_stored(text, "a trade import", kinds)
    )
