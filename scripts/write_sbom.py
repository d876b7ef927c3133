"""Write docs/sbom.cdx.json (CycloneDX 1.6) and docs/licences.md from the tested versions, as they are installed here.

python scripts/write_sbom.py            write both
python scripts/write_sbom.py --check    fail where one is out of date, or a licence is not known to be compatible
"""

import json
import re
import sys
import tomllib
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SBOM, LICENCES = ROOT / "docs" / "sbom.cdx.json", ROOT / "docs" / "licences.md"
# Licences that software under Apache-2.0 may depend on as separate packages, by words of their names or of classifiers.
COMPATIBLE = {
    "Apache-2.0": r"apache",
    "MIT": r"\bmit\b",
    "BSD": r"\bbsd\b|0bsd",
    "PSF-2.0": r"psf|python software foundation|cnri",
    "ISC": r"\bisc\b",
    "MPL-2.0": r"\bmpl|mozilla",
    "Zlib": r"zlib",
    "Unlicense": r"unlicense|public domain|cc0",
    "LGPL-3.0": r"lgpl",
}
DEVELOPMENT_ONLY = {"LGPL-3.0"}


def tested() -> dict[str, str]:
    """Versions of constraints.txt by name."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {name.strip(): version.strip() for name, version in pairs}


def key(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def used() -> set[str]:
    """Packages that a user of aitrade needs, extras included, by way of others too; the rest are for development."""
    found: set[str] = set()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [needs for name, needs in project["optional-dependencies"].items() if name not in ("all", "dev")]
    own = [*project["dependencies"], *(need for needs in extras for need in needs)]
    todo = [(key(name), frozenset[str]()) for name in _names(own, set())]
    while todo:
        name, extras = todo.pop()
        if name in found:
            continue
        found.add(name)
        try:
            needs = requires(name) or []
        except PackageNotFoundError:
            continue
        todo += [(key(other), frozenset()) for other in _names(needs, set(extras))]
    return found


def _names(needs: list[str], extras: set[str]) -> list[str]:
    names = []
    for need in needs:
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", need)
        if extra is None or extra[1] in extras:
            names.append(re.split(r"[^\w.-]", need.strip(), maxsplit=1)[0])
    return names


def licence(about: Message) -> str:
    """The licence that a package names: its expression, its classifiers, or the first line of its text."""
    if said := about.get("License-Expression"):
        return str(said)
    classifiers = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License")]
    lines = str(about.get("License") or "").strip().splitlines()
    return "; ".join(classifiers) or (lines[0][:60] if lines else "not named")


def compatible(text: str) -> list[str]:
    """The kinds of licence that a text names, of those that are compatible."""
    return [kind for kind, words in COMPATIBLE.items() if re.search(words, text, re.IGNORECASE)]


def packages() -> list[dict[str, Any]]:
    """Name, version, licence and use of each tested package that is installed here."""
    needed, rows = used(), []
    for name, version in tested().items():
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue
        rows.append({"name": name, "version": version, "licence": licence(about), "use": key(name) in needed})
    return sorted(rows, key=lambda row: key(row["name"]))


def sbom(rows: list[dict[str, Any]]) -> str:
    """The bill of materials as CycloneDX JSON, without a time so that it only changes with its content."""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{key(row['name'])}@{row['version']}",
            "name": row["name"],
            "version": row["version"],
            "scope": "required" if row["use"] else "excluded",
            "licenses": [{"license": {"name": row["licence"]}}],
            "purl": f"pkg:pypi/{key(row['name'])}@{row['version']}",
        }
        for row in rows
    ]
    main = {"type": "application", "name": "aitrade", "licenses": [{"license": {"id": "Apache-2.0"}}]}
    made = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": main}}
    return json.dumps(made | {"components": components}, indent=1) + "\n"


def page(rows: list[dict[str, Any]]) -> str:
    """The licences as a page of the documentation."""
    lines = [
        "# Licences of the libraries",
        "",
        "aitrade is under Apache-2.0. It contains none of these libraries; pip installs them as packages of their own.",
        "Written by `scripts/write_sbom.py` from what the packages say of themselves; models have licences of",
        "their own (`aitrade models list`). The same as CycloneDX: [sbom.cdx.json](sbom.cdx.json).",
        "",
        "| package | version | licence | needed by |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row['name']} | {row['version']} | {row['licence']} | {'users' if row['use'] else 'development'} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def refused(rows: list[dict[str, Any]]) -> list[str]:
    """Packages whose licence is not known to be compatible with their use."""
    wrong = []
    for row in rows:
        kinds = set(compatible(row["licence"]))
        if not kinds or (row["use"] and kinds <= DEVELOPMENT_ONLY):
            wrong.append(f"{row['name']}: {row['licence']}")
    return wrong


def main() -> None:
    rows = packages()
    wrong = refused(rows)
    if wrong:
        sys.exit("licences to look at: " + "; ".join(wrong))
    for path, text in ((SBOM, sbom(rows)), (LICENCES, page(rows))):
        if "--check" not in sys.argv:
            path.write_text(text, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != text:
            sys.exit(f"{path} is out of date: python scripts/write_sbom.py")


if __name__ == "__main__":
    main()
