"""Classify HS10 trade codes with a local LLM by a question of one's own, and tabulate the trade, offline."""

from typing import TYPE_CHECKING, Any

from aitrade.core.errors import AitradeError, BadInputError, ModelError, StoppedError, UsageError

if TYPE_CHECKING:
    from aitrade.api.questions import list_questions, new_question
    from aitrade.api.result import Result
    from aitrade.api.texts import classify
    from aitrade.api.workspace import Workspace
    from aitrade.api.workspace import open_folder as open  # noqa: A004  (aitrade.open reads like the built-in)
    from aitrade.demo.sample import sample_folder
    from aitrade.question.question import Question

__version__ = "0.1.0"
__all__ = [
    "AitradeError",
    "BadInputError",
    "ModelError",
    "Question",
    "Result",
    "StoppedError",
    "UsageError",
    "Workspace",
    "__version__",
    "classify",
    "list_questions",
    "new_question",
    "open",
    "sample_folder",
]

_HOMES = {
    "classify": ("aitrade.api.texts", "classify"),
    "open": ("aitrade.api.workspace", "open_folder"),
    "Workspace": ("aitrade.api.workspace", "Workspace"),
    "Result": ("aitrade.api.result", "Result"),
    "sample_folder": ("aitrade.demo.sample", "sample_folder"),
    "new_question": ("aitrade.api.questions", "new_question"),
    "list_questions": ("aitrade.api.questions", "list_questions"),
    "Question": ("aitrade.question.question", "Question"),
}


def __getattr__(name: str) -> Any:
    """Load the API when it is first asked for, so that the command line answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
