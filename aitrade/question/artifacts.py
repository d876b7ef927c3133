"""Where what is made from a question lies: calibrations and adapters, in the workspace and in the question's folder."""

from pathlib import Path

from aitrade.question.question import Question


def calibration_folders(question: Question, workspace: Path) -> tuple[Path, ...]:
    """Folders to look for calibrations in, in order: the workspace's own come before the question's."""
    return _folders(question, workspace, "calibration")


def adapter_folders(question: Question, workspace: Path) -> tuple[Path, ...]:
    """Folders to look for adapters in, in order, before those that ship with the models."""
    return _folders(question, workspace, "adapters")


def _folders(question: Question, workspace: Path, kind: str) -> tuple[Path, ...]:
    own = (question.folder / kind,) if question.folder else ()
    return (workspace / kind, *own)
