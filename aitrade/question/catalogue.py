"""Where questions are found by name: in the workspace's folder, then among those that ship."""

from pathlib import Path

from aitrade.core.errors import BadInputError
from aitrade.core.paths import shipped
from aitrade.core.wording import nearest

QUESTIONS = "data/questions"
QUESTION_FILE = "question.toml"


def workspace_questions(workspace: Path) -> Path:
    """The folder of a workspace in which questions are found by name."""
    return workspace / "questions"


def shipped_questions() -> Path:
    """The folder of the questions that ship."""
    return shipped(QUESTIONS)


def question_folders(workspace: Path | None = None) -> dict[str, Path]:
    """The folder of each question that has a name here, by name: the workspace's own before those that ship."""
    parents = ([workspace_questions(workspace)] if workspace else []) + [shipped_questions()]
    folders: dict[str, Path] = {}
    for parent in parents:
        for file in sorted(parent.glob(f"*/{QUESTION_FILE}")):
            folders.setdefault(file.parent.name, file.parent)
    return folders


def find_question(name_or_folder: str | Path, workspace: Path | None = None) -> Path:
    """The folder of a question: the one given, else that of the name in the workspace, else that of the name shipped.

    Raises:
        BadInputError: there is neither such a folder with ``question.toml`` nor such a name.
    """
    folder = Path(name_or_folder)
    if (folder / QUESTION_FILE).is_file():
        return folder
    folders, name = question_folders(workspace), str(name_or_folder)
    if name in folders:
        return folders[name]
    if folder.is_dir():
        fix = f"write one there: aitrade question new {folder}"
        raise BadInputError(f"the folder holds no {QUESTION_FILE}", where=str(folder), fix=fix)
    near = nearest(name, folders)
    meant = f"did you mean {near}? There are" if near else "choose from"
    raise BadInputError(
        f"there is no question {name!r}",
        fix=f"{meant} {', '.join(sorted(folders))}, or give a folder that holds {QUESTION_FILE}",
    )


def is_shipped(folder: Path) -> bool:
    """Whether a folder is one of those that ship, which nobody writes to."""
    return folder.resolve().is_relative_to(shipped_questions().resolve())
