"""Read what a workspace keeps as JSON, which may be somebody else's."""

import json
from collections.abc import Mapping
from typing import Any

from aitrade.core.errors import BadInputError

_Kind = type | tuple[type, ...]
_EVIDENCE: dict[str, _Kind] = {
    "decided_by": str,
    "llm": list,
    "label_mass": (int, float),
    "rationale": str,
    "neighbours": list,
    "llm_neighbours": list,
}
_NEIGHBOUR: dict[str, _Kind] = {"flow": str, "hs10": str, "similarity": (int, float)}


def read_stored(text: str, what: str, kinds: Mapping[str, _Kind]) -> dict[str, Any]:
    """Read an object that the workspace keeps.

    Args:
        text: as JSON.
        what: what it belongs to, for the error.
        kinds: of values that are used by name; one may be missing, or null.

    Raises:
        BadInputError: it is no JSON, no object, or a value is of another kind.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(what) from error
    if not isinstance(value, dict):
        raise damaged(what)
    for key, kind in kinds.items():
        if value.get(key) is not None and not isinstance(value[key], kind):
            raise damaged(f"{what} ({key})")
    return value


def read_texts(text: str, what: str) -> tuple[str, ...]:
    """Read a list of texts that the workspace keeps, as JSON.

    Raises:
        BadInputError: it is no JSON, or no list of texts.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(what) from error
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise damaged(what)
    return tuple(value)


def read_evidence(text: str | None, what: str) -> dict[str, Any]:
    """Read the evidence of a prediction, which has none where the text is None.

    Raises:
        BadInputError: as :func:`read_stored`, of each neighbour too.
    """
    evidence = read_stored(text or "{}", what, _EVIDENCE)
    for name in ("neighbours", "llm_neighbours"):
        for one in evidence.get(name) or ():
            if not isinstance(one, dict) or not all(isinstance(one.get(k), kind) for k, kind in _NEIGHBOUR.items()):
                raise damaged(f"{what} ({name})")
    return evidence


def damaged(what: str) -> BadInputError:
    """The error for what a workspace keeps, but not as aitrade writes it."""
    return BadInputError(
        f"what the workspace keeps of {what} is not as aitrade writes it", fix="restore a copy of the workspace"
    )
