"""The same codes judged with and without the LLM, neighbours and probe.

Codes labelled by hand are judged as if they were not: by scores made without their subheading, and without themselves
among the neighbours.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.classification.classifier import Classifier
from aitrade.classification.features import KINDS, relevance_features
from aitrade.classification.fitting.calibration_set import CalibrationSet
from aitrade.classification.fitting.evidence import BASELINE_KINDS, fit_evidence_model, training_features
from aitrade.classification.fitting.probe import fit_probe
from aitrade.core.errors import BadInputError
from aitrade.nomenclature.codes import Code
from aitrade.workspace.runs import Run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

BASELINE = "neighbours and probe, no LLM"
VARIANTS = {
    "neighbours": ("neighbours",),
    "probe on the embeddings": ("probe",),
    BASELINE: BASELINE_KINDS,
    "LLM": ("llm",),
    "LLM and its neighbours": ("llm", "llm neighbours"),
    "LLM, neighbours and probe": ("llm", "neighbours", "probe"),
    "LLM's neighbours, neighbours and probe": ("llm neighbours", "neighbours", "probe"),
    "LLM, its neighbours, neighbours and probe": tuple(KINDS),
}
# Settings that a run's evidence must share with the exemplars' for the two to be set side by side.
_THE_SAME = ("model_sha256", "embedder_sha256", "exemplars_sha256", "prompt_sha256", "method")


@dataclass(frozen=True)
class Judged:
    """n codes with labels, and the probabilities that each variant gives them.

    Attributes:
        headings: of each code.
        targets: place of each label among the levels, shape (n,).
        probabilities: of each variant, shape (n, k).
    """

    headings: tuple[str, ...]
    targets: "NDArray[np.int64]"
    probabilities: "dict[str, NDArray[np.float64]]"

    def only(self, chosen: "NDArray[np.bool_]") -> "Judged":
        """Some of the codes."""
        headings = tuple(heading for heading, is_in in zip(self.headings, chosen, strict=True) if is_in)
        kept = {name: p[chosen] for name, p in self.probabilities.items()}
        return Judged(headings, self.targets[chosen], kept)


def judge_variants(
    con: "DuckDBPyConnection", classifier: Classifier, training: CalibrationSet, run: Run, reference: Run
) -> dict[str, Judged]:
    """Classify codes with every variant.

    Args:
        con: the workspace.
        classifier: what made the run; its LLM is not asked.
        training: the exemplars with their evidence.
        run: holds the LLM's scores and its neighbours' votes of codes that are no exemplars.
        reference: the labels to measure against.

    Returns:
        ``all`` import codes of the reference, exemplars out of fold; the ``unlabelled`` among them, which are no
        exemplars; and the exemplars out of fold against their own labels, ``by hand``.

    Raises:
        BadInputError: the run and the reference have no such code in common, or the run was made with other exemplars,
            models, prompts or numbers of the method than the classifier has now.
    """
    _refuse_other(run, classifier)
    rows = _rows(con, run, reference, classifier.question.settings.excluded_chapters)
    places = {e.code.key: place for place, e in enumerate(training.asked)}
    known = [row for row in rows if (row[1], row[0]) in places]
    asked = [row for row in rows if (row[1], row[0]) not in places and row[6] is not None]
    if not asked:
        raise BadInputError(
            f"runs {run.run} and {reference.run} have no import code in common that the LLM was asked about",
            fix="classify with --cascade off, and choose a reference that labels import codes",
        )
    codes = [Code(*row[:5]) for row in asked]
    retrieved, probe, labels = classifier.retrieve(codes), fit_probe(training), classifier.question.labels
    features = relevance_features(
        np.array([json.loads(row[6]) for row in asked]),
        np.array([json.loads(row[7]) for row in asked]),
        retrieved.vectors.astype(np.float64) @ probe.weights + probe.bias,
        retrieved.neighbours,
        labels,
        classifier.method,
    )
    by_hand = [places[row[1], row[0]] for row in known]
    of_exemplars = training_features(training, probe)
    probabilities, out_of_fold = {}, {}
    for name, kinds in VARIANTS.items():
        fitted = fit_evidence_model(training, of_exemplars, kinds)
        out_of_fold[name] = fitted.out_of_fold
        probabilities[name] = np.concatenate([fitted.out_of_fold[by_hand], fitted.model.probabilities(features)])
    everything = known + asked
    together = Judged(
        headings=tuple(row[0][:4] for row in everything),
        targets=np.array([labels.position(row[5]) for row in everything]),
        probabilities=probabilities,
    )
    return {
        "all": together,
        "unlabelled": together.only(np.arange(len(everything)) >= len(known)),
        "by hand": Judged(tuple(e.code.hs4 for e in training.asked), training.targets, out_of_fold),
    }


def _refuse_other(run: Run, classifier: Classifier) -> None:
    changed = [name for name in _THE_SAME if run.settings.get(name) != classifier.settings[name]]
    if changed:
        names = ", ".join(name.removesuffix("_sha256") for name in changed)
        raise BadInputError(
            f"run {run.run} was made by {run.settings['model']} with another {names}",
            fix="classify again with --cascade off",
        )


def _rows(con: "DuckDBPyConnection", run: Run, reference: Run, excluded: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Import codes that both label: the fields of a Code, the reference's relevance, the run's LLM scores and votes."""
    return con.execute(
        "SELECT c.hs10, c.flow, c.description, c.naics, c.naics_description, r.relevance, p.evidence->>'llm', "
        "p.evidence->>'llm_votes' "
        "FROM predictions r JOIN codes c USING (flow, hs10) JOIN predictions p USING (flow, hs10) "
        "WHERE r.run = ? AND p.run = ? AND flow = 'imports' AND NOT list_contains(?, hs10[:2]) ORDER BY hs10",
        [reference.run, run.run, list(excluded)],
    ).fetchall()
