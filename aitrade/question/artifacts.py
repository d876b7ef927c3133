"""Where what is made from a question lies: calibrations and adapters, in the workspace and in the question's folder.

A workspace keeps what is made from each question apart: below ``questions/NAME``, and at its top for the shipped
question that is asked where no other is named.
"""

from pathlib import Path

from aitrade.question import SHIPPED
from aitrade.question.catalogue import workspace_questions
from aitrade.question.question import Question


def calibration_folders(question: Question, workspace: Path) -> tuple[Path, ...]:
    """Folders to look for calibrations in, in order: the workspace's, where they are written, then the question's."""
    return _folders(question, workspace, "calibration")


def adapter_folders(question: Question, workspace: Path) -> tuple[Path, ...]:
    """Folders to look for adapters in, likewise, before those that ship with the models."""
    return _folders(question, workspace, "adapters")


def _folders(question: Question, workspace: Path, kind: str) -> tuple[Path, ...]:
    made = workspace if question.name == SHIPPED else workspace_questions(workspace) / question.name
    own = (question.folder / kind,) if question.folder else ()
    return tuple(dict.fromkeys((made / kind, *own)))
