"""How to cite what figures rest on: the software, the run, its model and exemplars, the trade files, the paper."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade import __version__
from aitrade.models.manifest import load_manifests
from aitrade.report.provenance import provenance
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAPER = {
    "author": "Waugh, Michael E.",
    "title": "Trade in AI-Related Products",
    "year": "2026",
    "institution": "National Bureau of Economic Research",
    "number": "35053",
}


@dataclass(frozen=True)
class Citation:
    """One thing to cite.

    Attributes:
        key: of the BibTeX entry.
        kind: of the BibTeX entry: software, techreport or misc.
        fields: of the BibTeX entry, in order.
    """

    key: str
    kind: str
    fields: dict[str, str]

    def as_text(self) -> str:
        """Write the citation as a sentence."""
        f = self.fields
        head = ". ".join(part for part in (f.get("author"), f["title"]) if part)
        rest = ", ".join(f[name] for name in ("institution", "number", "version", "year", "note") if name in f)
        return f"{head}. {rest}."

    def as_bibtex(self) -> str:
        """Write the citation as a BibTeX entry."""
        lines = "".join(f"  {name} = {{{_escaped(value)}}},\n" for name, value in self.fields.items())
        return f"@{self.kind}{{{self.key},\n{lines}}}\n"


def citations(con: "DuckDBPyConnection", run: str) -> tuple[Citation, ...]:
    """Gather what figures of a run rest on.

    Args:
        con: a workspace.
        run: whose labels.

    Raises:
        BadInputError: there is no such run.
    """
    made = get_run(con, run)
    question = question_of_run(con, made.run)
    behind = provenance(con, made, question.rubric, ())
    labels = f"{made.codes:,} codes, question {question.name}"
    fingerprint = f", fingerprint {made.fingerprint[:16]}" if made.fingerprint else ""
    found = [
        Citation(
            "aitrade",
            "software",
            {"author": "{The aitrade maintainers}", "title": "aitrade", "version": __version__, "note": "Apache-2.0"},
        ),
        Citation(
            "aitrade_run",
            "misc",
            {
                "title": f"Labels of run {made.run}",
                "year": f"{made.started_at:%Y}",
                "note": f"{labels}{fingerprint}, {made.started_at:%Y-%m-%d}",
            },
        ),
        Citation("waugh2026", "techreport", PAPER),
    ]
    found += [_model(name) for name in _models(made.settings)]
    for number, file in enumerate(behind.files, 1):
        note = f"{file.flow}, read as {file.reader}, imported {file.imported_at}, SHA-256 {file.sha256}"
        found.append(Citation(f"trade_file_{number}", "misc", {"title": file.name, "note": note}))
    return tuple(found)


def _models(settings: dict[str, object]) -> list[str]:
    named = [str(settings[part]) for part in ("model", "embedder") if settings.get(part)]
    return list(dict.fromkeys(named))


def _model(name: str) -> Citation:
    base = name.split("+", maxsplit=1)[0]
    manifest = load_manifests().get(base)
    adapter = f" with adapter {name.split('+')[1]}" if "+" in name else ""
    note = f"{manifest.licence}, SHA-256 {manifest.source_sha256}" if manifest else "added by the user"
    return Citation(f"model_{base}", "misc", {"title": f"{base}{adapter}", "note": note})


def _escaped(text: str) -> str:
    return text.replace("&", r"\&").replace("_", r"\_").replace("%", r"\%") if "{" not in text else text
