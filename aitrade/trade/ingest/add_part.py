"""Add a file to rows of the workspace that have its keys, where it holds another part of the same trade."""

import json
from collections.abc import Iterable, Iterator

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.flow_table import FileIdentity, FlowTable
from aitrade.trade.ingest.months import month_text
from aitrade.trade.ingest.parts import Parts

# How far values are apart: summed distances of the values of each key over the summed larger ones. A revision moves a
# few hundredths of trade.
FAR = 0.3
_MANY = 10  # keys from which it is no chance that one side is the larger in each
_REPEATS = "the values are the same, or a row is the sum of the others and of what the workspace has"
_ONE_FILE = (
    "leave --part out if it is the same trade again; if it is another part, put both into one file, with a column that "
    "tells their rows apart"
)


def earlier_parts(table: FlowTable) -> Iterator[tuple[int, Parts]]:
    """The imports that the file shares keys with, and the parts of trade that they hold."""
    for import_id, held, totals in table.query("earlier_parts"):
        yield import_id, Parts(json.loads(held), json.loads(totals))


def add_part(table: FlowTable, file: FileIdentity) -> tuple[list[int], list[str]]:
    """Add the rows of the workspace to those of the file; say which imports hold the other parts, and what is doubtful.

    Raises:
        BadInputError: the file may hold trade that the workspace has: it was imported before, its values repeat, a
            total is in one of them, or it plausibly is a revision.
    """
    if table.query("own_imports"):
        raise BadInputError(
            "this file was imported before: added as a part it would count twice",
            where=file.path,
            fix="leave --part out",
        )
    parts, imports = file.parts, []
    ((distance,),) = table.query("shared_keys")
    what = ""
    for import_id, earlier in earlier_parts(table):
        apart = file.parts.are_apart_from(earlier)
        said = file.parts.says_something or earlier.says_something
        if not apart and (said or distance <= FAR):
            what = what or f"import {import_id} holds {earlier}, the file {file.parts}"
        parts = parts.and_those_of(earlier)
        imports.append(import_id)
    if not what and (part := parts.like_total()):
        what = f"{part} is as large as all other parts together, and may be their total"
    ((of, doubled, traded, exceeding, keys),) = table.query("doubled")
    if of:
        what = f"of {of}, in codes, countries and months with half of the value or more, {_REPEATS}"
    for part, keys_of_part in table.query("total_of_parts"):
        what, keys = f"{part} is the sum of all other parts, and is their total", keys_of_part
    if what:
        examples = _examples(keys or table.query("shared_examples"))
        raise BadInputError(
            f"added as a part, the file may count trade of the workspace twice: {what} ({examples})",
            where=file.path,
            fix=_ONE_FILE,
        )
    table.query("add_part")
    notes = [f"in {doubled:,} codes, countries and months {_REPEATS}: {_examples(keys)}"] if doubled else []
    if traded >= _MANY and exceeding == traded:
        notes.append(
            f"in each of the {traded:,} codes, countries and months that were there before, the file has at least as "
            f"much as the workspace had: it counts twice if it is a total ({file.parts})"
        )
    return imports, notes


def _examples(keys: Iterable[tuple[str, str, int, int, str]]) -> str:
    return "; ".join(
        f"{hs10}, country {country}, {month_text((year, month))}: {values}"
        for hs10, country, year, month, values in keys
    )
