"""Gather what a calibration is fitted from: the exemplars as a classifier sees codes that it was not told about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aitrade.calibration_fit import FOLDS, Training, View, population_weights
from aitrade.classifier import Classifier
from aitrade.codes import Code
from aitrade.errors import BadInputError
from aitrade.evidence import NEIGHBOURS, near_votes
from aitrade.exemplars import Exemplar
from aitrade.folds import subheading_folds
from aitrade.llm.adapter import OUT_OF_FOLD, find_adapter, read_manifest
from aitrade.llm.code_vectors import fold_view
from aitrade.llm.out_of_fold import read_out_of_fold
from aitrade.llm.prompt import related_categories
from aitrade.retrieval.embedder import load_embedder
from aitrade.retrieval.index import Index, open_index
from aitrade.retrieval.neighbours import Neighbour, find_neighbours
from aitrade.rubric import RELEVANCES

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 64


def gather(
    classifier: Classifier,
    nomenclature: Sequence[Code],
    workspace: Path,
    sample: int | None,
    on_step: Callable[[int, int], None],
) -> Training:
    """The exemplars with the evidence about each of them, made without its own label.

    A tuned model's scores are the ones kept from tuning, made without the exemplar's subheading; a model as it comes
    is asked now, with prompts whose neighbours leave the exemplar out. A tuned embedder sees each exemplar as the one
    that was tuned without its subheading does.

    Args:
        classifier: model, embedder and exemplars; its calibration is not used.
        nomenclature: all import codes, for the weights.
        workspace: folder of the user's own adapters, and where indexes are kept.
        sample: ask a model as it comes about this many exemplars only, spread evenly; None for all.
        on_step: told (exemplars scored, exemplars).

    Raises:
        BadInputError: the nomenclature is empty.
        ModelError: an adapter is missing or altered, or was tuned on another model.
    """
    if not nomenclature:
        raise BadInputError("calibration needs the whole nomenclature", mend="aitrade codes import FILE")
    exemplars = classifier.index.exemplars.exemplars
    kept = _kept_scores(classifier.model, workspace / "adapters")
    rows = np.array(_asked_about(exemplars, kept, sample))
    chosen = [exemplars[i] for i in rows]
    folds = _folds(classifier, workspace)
    neighbours = _neighbours(folds, exemplars, rows)
    if kept is None:
        llm, category = _ask(classifier, chosen, neighbours, on_step)
    else:
        scores = np.array([kept[e.code.flow, e.code.hs10] for e in chosen])
        llm, category = scores[:, : len(RELEVANCES)], scores[:, len(RELEVANCES) :]
    votes = near_votes(_llm_neighbours(classifier, chosen, workspace / "adapters"))
    views = [View(fold.held_out, fold.index.vectors) for fold in folds]
    weights = population_weights(chosen, nomenclature)
    return Training(exemplars, classifier.index.vectors, views, rows, neighbours, llm, votes, category, weights)


@dataclass(frozen=True)
class _Fold:
    """Some exemplars, and all of them embedded without having learnt from these."""

    held_out: "NDArray[np.bool_]"
    index: Index


def _folds(classifier: Classifier, workspace: Path) -> list[_Fold]:
    index, embedder = classifier.index, classifier.embedder
    tuned = "+" in embedder.name
    manifest = read_manifest(find_adapter(embedder.name, workspace / "adapters")) if tuned else None
    count = manifest.settings["folds"] if manifest else FOLDS
    parts = subheading_folds([e.code for e in index.exemplars.exemplars], count)
    if not tuned:
        return [_Fold(parts == fold, index) for fold in range(count)]
    folds = []
    for fold in range(count):
        one = load_embedder(classifier.machine, embedder.name, workspace / "adapters", fold)
        folds.append(_Fold(parts == fold, open_index(index.exemplars, one, workspace / "index")))
    return folds


def _neighbours(
    folds: Sequence[_Fold], exemplars: Sequence[Exemplar], rows: "NDArray[np.int64]"
) -> list[tuple[Neighbour, ...]]:
    """Neighbours of the exemplars in ``rows``, each found by the fold that holds it out."""
    found: dict[int, tuple[Neighbour, ...]] = {}
    for fold in folds:
        mine = rows[fold.held_out[rows]]
        near = find_neighbours(fold.index, [exemplars[i].code for i in mine], fold.index.vectors[mine], NEIGHBOURS)
        found.update(zip(mine.tolist(), near, strict=True))
    return [found[row] for row in rows.tolist()]


def _llm_neighbours(classifier: Classifier, asked: Sequence[Exemplar], adapters: Path) -> list[tuple[Neighbour, ...]]:
    """The LLM's neighbours of exemplars, each placed by the fold that holds it out; none where it keeps no vectors."""
    found: list[tuple[Neighbour, ...]] = [()] * len(asked)
    vectors = classifier.judge.vectors
    if vectors is None:
        return found
    count = read_manifest(find_adapter(classifier.model, adapters)).settings["folds"]
    parts = subheading_folds([e.code for e in asked], count)
    for fold in np.unique(parts).tolist():
        index = vectors.index(classifier.index.exemplars, fold_view(fold))
        places = {(e.code.flow, e.code.hs10): place for place, e in enumerate(index.exemplars.exemplars)}
        rows = np.flatnonzero(parts == fold).tolist()
        codes = [asked[row].code for row in rows]
        own = index.vectors[[places[code.flow, code.hs10] for code in codes]]
        for row, near in zip(rows, find_neighbours(index, codes, own, NEIGHBOURS), strict=True):
            found[row] = near
    return found


def _kept_scores(model: str, adapters: Path) -> dict[tuple[str, str], list[float]] | None:
    """Scores that tuning kept of an adapter; None for a model as it comes."""
    return read_out_of_fold(find_adapter(model, adapters) / OUT_OF_FOLD) if "+" in model else None


def _asked_about(
    exemplars: Sequence[Exemplar], kept: dict[tuple[str, str], list[float]] | None, sample: int | None
) -> list[int]:
    if kept is not None:
        return [i for i, e in enumerate(exemplars) if (e.code.flow, e.code.hs10) in kept]
    count = min(sample or len(exemplars), len(exemplars))
    return [i * len(exemplars) // count for i in range(count)]


def _ask(
    classifier: Classifier,
    exemplars: Sequence[Exemplar],
    neighbours: Sequence[Sequence[Neighbour]],
    on_step: Callable[[int, int], None],
) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    relevance = []
    codes = [e.code for e in exemplars]
    category = np.full((len(exemplars), len(related_categories())), np.nan)  # a Low exemplar has none to learn from
    for start in range(0, len(exemplars), BATCH):
        stop = min(start + BATCH, len(exemplars))
        asked = codes[start:stop], neighbours[start:stop]
        relevance.append(classifier.judge.relevance(*asked).relevance)
        levels = enumerate(e.relevance for e in exemplars[start:stop])
        related = {row: level for row, level in levels if level != "Low"}
        if related:
            category[[start + row for row in related]] = classifier.judge.category(*asked, related)
        on_step(stop, len(exemplars))
    return np.concatenate(relevance), category
