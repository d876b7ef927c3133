"""Classify HS10 trade codes by relevance to AI data centers with a local LLM, and tabulate the trade, offline."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aitrade.api.workspace import open_folder as open  # noqa: A004  (aitrade.open reads like the built-in)

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def __getattr__(name: str) -> Any:
    """Load the API when it is first asked for, so that the command line answers at once."""
    if name == "open":
        from aitrade.api.workspace import open_folder

        return open_folder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
