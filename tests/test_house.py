"""The house: which rooms there are, and that a room imports only rooms below it."""

import ast
import re
from pathlib import Path

import aitrade
from aitrade.question.question import SHIPPED, load_question

PACKAGE = Path(aitrade.__file__).parent

# From the ground up: a room may import itself and any room before it.
ROOMS = (
    "core",
    "nomenclature",
    "question",
    "workspace",
    "models",
    "retrieval",
    "llm",
    "classification",
    "tuning",
    "trade.countries",
    "trade.readers",
    "trade.ingest",
    "trade.tables",
    "trade.paper",
    "evaluation",
    "review",
    "report",
    "bench",
    "demo",
    "doctor",
    "api",
    "cli",
)


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str | None:
    return next((room for room in ROOMS if module == room or module.startswith(room + ".")), None)


MODULES = {module_of(file): file for file in PACKAGE.rglob("*.py") if "shipped" not in file.parts}


def imports_of(file: Path) -> set[str]:
    """Modules of the package that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("aitrade.") for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("aitrade"):
            package = node.module.removeprefix("aitrade").removeprefix(".")
            parts = {f"{package}.{alias.name}".removeprefix(".") for alias in node.names}
            found |= parts & set(MODULES) or {package}
    return found & set(MODULES)


def test_only_what_opens_the_house_stands_at_its_top() -> None:
    assert {file.stem for file in PACKAGE.glob("*.py")} == {"__init__", "__main__", "doctor"}
    assert (PACKAGE / "py.typed").is_file()
    homeless = [m for m in MODULES if m not in ("__init__", "__main__", "trade", "") and not room_of(m)]
    assert homeless == []


def test_no_room_imports_a_room_above_it() -> None:
    order = {room: floor for floor, room in enumerate(ROOMS)}
    upward = []
    for module, file in MODULES.items():
        if (room := room_of(module)) is None:
            continue
        for other in sorted(imports_of(file)):
            above = room_of(other)
            if above is not None and order[above] > order[room]:
                upward.append(f"{module} imports {other}")
    assert upward == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: {other for other in imports_of(file) if other != module} for module, file in MODULES.items()}
    done: set[str] = set()
    circles: list[str] = []

    def visit(module: str, path: tuple[str, ...]) -> None:
        if module in path:
            circles.append(" -> ".join((*path[path.index(module) :], module)))
        elif module not in done:
            for other in sorted(graph[module]):
                visit(other, (*path, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())
    assert circles == []


def test_no_label_of_the_shipped_question_is_written_into_the_package() -> None:
    """Levels and categories come from the question; the demo and the paper's figures are about the shipped one."""
    names = [*load_question(SHIPPED).labels.levels, *load_question(SHIPPED).labels.all_categories]
    quoted = re.compile("|".join(f"""["']{name}["']""" for name in names))
    own = {"demo", "trade/paper", "workspace/migrations", "shipped"}
    found = [
        f"{file.relative_to(PACKAGE)}:{number}"
        for suffix in ("*.py", "*.sql", "*.js", "*.j2")
        for file in PACKAGE.rglob(suffix)
        if not any(file.relative_to(PACKAGE).as_posix().startswith(folder) for folder in own)
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if quoted.search(line) and not line.strip().startswith("--")
    ]
    assert found == []
