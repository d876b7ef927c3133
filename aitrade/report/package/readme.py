"""The README of a replication package: the template of the AEA data editor, filled in from a workspace."""

import platform
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from aitrade import __version__
from aitrade.report.package.data import DataFile

if TYPE_CHECKING:
    from aitrade.report.citation import Citation
    from aitrade.report.provenance import Provenance
    from aitrade.trade.paper.exhibits import Exhibit

LIBRARIES = ("duckdb", "numpy", "torch", "transformers", "sentence-transformers", "faiss-cpu", "scikit-learn")


def readme(
    provenance: "Provenance",
    citations: "Sequence[Citation]",
    data: Sequence[DataFile],
    exhibits: "Sequence[Exhibit]",
    missing: Mapping[str, str],
) -> str:
    """Fill in the template.

    Args:
        provenance: the run, its settings and the trade files.
        citations: what the figures rest on.
        data: the files of the folder data.
        exhibits: the tables in the folder output.
        missing: why further exhibits of the paper are not there, by name.
    """
    run = provenance.run
    parts = [
        "# Replication package",
        "Written by `aitrade package` after the template README of the AEA Data Editor. Authors complete what stands "
        "in [BRACKETS].",
        "## Overview",
        f"The programs make {len(exhibits)} tables from trade data and the labels of run {run.run}: each HS10 code has "
        f'a level of relevance by the question "{provenance.rubric.question}" `sh run_all.sh` runs everything; the '
        "replicator should expect it to take a few minutes.",
        "## Data availability and provenance statements",
        "### Statement about rights",
        "- [ ] I certify that the authors of the manuscript have legitimate access to and permission to use the data.\n"
        "- [ ] I certify that the authors have documented permission to redistribute the data in this package.\n\n"
        "Trade statistics of the U.S. Census Bureau and the USITC are in the public domain in the United States.",
        "### Summary of availability",
        "- [x] All data are publicly available and are in the folder `data`. [CHECK]",
        "### Details on each data source",
        "Trade files as they were imported. SHA-256 is of the file as downloaded, rows and dollars are those in use.",
        _sources(provenance),
        "The folder `data` holds what the tables rest on, in aitrade's own form:",
        _table(("file", "holds"), [(f"data/{file.name}", file.holds) for file in data]),
        "## Computational requirements",
        "### Software",
        f"- Python {platform.python_version()}\n- aitrade {__version__}\n"
        + "\n".join(f"- {name} {version(name)}" for name in LIBRARIES),
        "No network is needed once these are installed, and no language model: the labels are data here. "
        "`provenance.csv` names the model that made them, with its hash.",
        "### Randomness",
        "No table of this package is drawn at random; dollars are summed as whole numbers, so that neither the order "
        "of rows nor the number of threads changes a figure.",
        "### Memory and run time",
        f"Last run on {platform.machine()}, {sys.platform}. 4 GB of memory and some minutes are enough for a year of "
        "US imports by country.",
        "## Description of programs",
        "- `run_all.sh` imports the files of `data` into a new workspace, makes every table, and compares them byte "
        "for byte with `SHA256SUMS`.",
        "## Instructions to replicators",
        f"1. Install: `pip install aitrade=={__version__}`, or from its source with `make`.\n"
        "2. Run `sh run_all.sh`, or `AITRADE=path/to/aitrade sh run_all.sh`. Tables go to `output_again`.\n"
        "3. The last lines say OK for each table that is the same byte for byte.",
        "## List of tables and programs",
        _table(
            ("exhibit", "file", "command"),
            [(one.shows, f"output/{one.name}.csv, .tex", f"`{one.command('.csv')}`") for one in exhibits],
        ),
    ]
    if missing:
        parts += ["Not in this package:", "\n".join(f"- {name}: {why}" for name, why in missing.items())]
    parts += ["## References", "\n".join(f"- {one.as_text()}" for one in citations)]
    return "\n\n".join(parts) + "\n"


def _sources(provenance: "Provenance") -> str:
    rows = [
        (
            file.name, file.flow, ", ".join(f"{year}: {value:,.2f}" for year, value in file.years),
            f"{file.rows:,}", file.imported_at, file.sha256,
        )
        for file in provenance.files
    ]  # fmt: skip
    return _table(("file", "flow", "billion dollars", "rows", "imported", "SHA-256"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
