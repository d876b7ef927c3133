"""Gather what a calibration is fitted from: the exemplars as a classifier sees codes that it was not told about."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.classifier import Classifier
from aitrade.classification.features import near_votes
from aitrade.classification.fitting.calibration_set import (
    FOLDS,
    CalibrationSet,
    FoldEmbeddings,
    population_weights,
    spread,
)
from aitrade.classification.method import Method
from aitrade.core.errors import BadInputError
from aitrade.core.progress import OnStep, within
from aitrade.llm.code_vectors import CodeVectors
from aitrade.llm.out_of_fold import read_out_of_fold
from aitrade.models.adapter_files import OUT_OF_FOLD, find_adapter, is_tuned, read_manifest
from aitrade.nomenclature.codes import Code, by_heading
from aitrade.question.artifacts import adapter_folders
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.question.folds import fold_name, subheading_folds
from aitrade.retrieval.embedder import load_unlearnt
from aitrade.retrieval.index import Index, installed_indexes, open_index
from aitrade.retrieval.kept_embedder import keep_vectors
from aitrade.retrieval.neighbours import Neighbour
from aitrade.workspace.scores import ScoreStore

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 16  # exemplars that are asked about, and kept, at a time


def gather(
    classifier: Classifier,
    nomenclature: Sequence[Code],
    workspace: Path,
    sample: int | Collection[tuple[str, str]] | None,
    on_step: OnStep,
    store: ScoreStore | None = None,
) -> CalibrationSet:
    """The exemplars with the evidence about each of them, made without its own label.

    A tuned model's scores are the ones kept from tuning, made without the exemplar's subheading; a base model is
    asked now, with prompts whose neighbours leave the exemplar out, and are its heading's as they are in a run; of
    the category under the relevance by hand, as if that had been found. A tuned embedder sees each exemplar as the one
    that was tuned without its subheading does.

    Args:
        classifier: model, embedder and exemplars; its calibration is not used.
        nomenclature: all import codes, for the weights, and for headings where the classifier knows no nomenclature.
        workspace: folder of the user's own adapters, and where indexes are kept.
        sample: ask a base model about this many exemplars only, spread evenly, or about those with these (flow, hs10);
            None for all.
        on_step: told (exemplars scored, exemplars), also while a batch of them is scored.
        store: where the classifier keeps what models say, if it does.

    Raises:
        BadInputError: the nomenclature is empty.
        ModelError: an adapter is missing or altered, or was tuned on another model.
    """
    if not nomenclature:
        raise BadInputError("calibration needs the whole nomenclature", fix="aitrade codes import FILE")
    exemplars = classifier.index.exemplars.exemplars
    adapters, labels = adapter_folders(classifier.question, workspace), classifier.question.labels
    kept = _kept_scores(classifier.model, adapters)
    rows = np.array(_asked_about(exemplars, kept, sample))
    chosen = [exemplars[i] for i in rows]
    indexes = _fold_indexes(classifier, workspace, store)
    neighbours = neighbours_out_of_fold(classifier.method.near, indexes.__getitem__, len(indexes), exemplars)
    if kept is None:
        shown = _shown(classifier, nomenclature, neighbours, rows.tolist())
        llm, category = _ask(classifier, chosen, shown, on_step)
    else:
        scores = np.array([kept[e.code.key] for e in chosen])
        llm, category = scores[:, : len(labels.levels)], scores[:, len(labels.levels) :]
    votes = near_votes(_llm_neighbours(classifier, chosen, adapters), labels, classifier.method)
    parts = subheading_folds([e.code for e in exemplars], len(indexes))
    views = [FoldEmbeddings(parts == fold, index.vectors) for fold, index in enumerate(indexes)]
    weights = population_weights(exemplars, nomenclature)
    return CalibrationSet(
        labels=labels,
        method=classifier.method,
        exemplars=exemplars,
        vectors=classifier.index.vectors,
        views=views,
        neighbours=neighbours,
        weights=weights,
        rows=rows,
        llm=llm,
        llm_votes=votes,
        llm_category=category,
    )


def _fold_indexes(classifier: Classifier, workspace: Path, store: ScoreStore | None) -> list[Index]:
    """All exemplars for each fold, embedded without having learnt from those that it holds out."""
    index, embedder, question = classifier.index, classifier.embedder, classifier.question
    adapters = adapter_folders(question, workspace)
    unlearnt = load_unlearnt(classifier.runtime, embedder.name, question, adapters, embedder.on_stage)
    if store is not None:
        unlearnt = [keep_vectors(one, store) for one in unlearnt]
    folders = installed_indexes(), workspace / "index"
    indexes = [open_index(index.exemplars, question.words, one, *folders, keep=store is None) for one in unlearnt]
    return indexes or [index] * FOLDS


def _llm_neighbours(
    classifier: Classifier, asked: Sequence[Exemplar], adapters: Sequence[Path]
) -> list[tuple[Neighbour, ...]]:
    """The LLM's neighbours of exemplars; none where it keeps no vectors."""
    vectors = classifier.scorer.vectors
    if vectors is None:
        return [()] * len(asked)
    count = read_manifest(find_adapter(classifier.model, adapters)).settings["folds"]
    return tuned_neighbours(classifier.method, vectors, classifier.index.exemplars, count, asked)


def tuned_neighbours(
    method: Method, vectors: CodeVectors, exemplars: ExemplarSet, count: int, asked: Sequence[Exemplar]
) -> list[tuple[Neighbour, ...]]:
    """Neighbours of exemplars where a tuned LLM places them, each by the LLM of the fold, of ``count``, without it."""

    def index_of_fold(fold: int) -> Index:
        return vectors.index(exemplars, fold_name(fold))

    return neighbours_out_of_fold(method.near, index_of_fold, count, asked)


def neighbours_out_of_fold(
    near: Callable[[Index, Sequence[Code], "NDArray[np.float32]"], list[tuple[Neighbour, ...]]],
    index_of_fold: Callable[[int], Index],
    count: int,
    asked: Sequence[Exemplar],
) -> list[tuple[Neighbour, ...]]:
    """Neighbours of exemplars, each found where the fold that holds it out, of ``count``, places the exemplars.

    Args:
        near: finds the neighbours of codes with their vectors in an index.
        index_of_fold: the exemplars where a fold places them.
        count: how many folds there are.
        asked: exemplars of these indexes.
    """
    found: list[tuple[Neighbour, ...]] = [()] * len(asked)
    parts = subheading_folds([e.code for e in asked], count)
    for fold in np.unique(parts).tolist():
        index = index_of_fold(fold)
        places = {e.code.key: place for place, e in enumerate(index.exemplars.exemplars)}
        rows = np.flatnonzero(parts == fold).tolist()
        codes = [asked[row].code for row in rows]
        own = index.vectors[[places[code.key] for code in codes]]
        for row, neighbours in zip(rows, near(index, codes, own), strict=True):
            found[row] = neighbours
    return found


def _kept_scores(model: str, adapters: Sequence[Path]) -> dict[tuple[str, str], list[float]] | None:
    """Scores that tuning kept of an adapter; None for a base model."""
    return read_out_of_fold(find_adapter(model, adapters) / OUT_OF_FOLD) if is_tuned(model) else None


def _asked_about(
    exemplars: Sequence[Exemplar],
    kept: dict[tuple[str, str], list[float]] | None,
    sample: int | Collection[tuple[str, str]] | None,
) -> list[int]:
    if kept is not None:
        return [i for i, e in enumerate(exemplars) if e.code.key in kept]
    if isinstance(sample, Collection):
        return [i for i, e in enumerate(exemplars) if e.code.key in sample]
    count = min(sample or len(exemplars), len(exemplars))
    return spread(count, len(exemplars))


def _shown(
    classifier: Classifier,
    nomenclature: Sequence[Code],
    neighbours: Sequence[Sequence[Neighbour]],
    asked: Sequence[int],
) -> Sequence[Sequence[Neighbour]]:
    """What a run's prompts would show of some exemplars, were they codes of the nomenclature without a label.

    Args:
        classifier: what asks.
        nomenclature: all codes.
        neighbours: of each exemplar, as found by an embedder that has not learnt its subheading.
        asked: rows of the exemplars that are asked about; only codes of their headings are embedded.
    """
    codes = [e.code for e in classifier.index.exemplars.exemplars]
    headings = {(codes[row].flow, codes[row].hs4) for row in asked}
    rows = [row for row, code in enumerate(codes) if (code.flow, code.hs4) in headings]
    knows = classifier if classifier.nomenclature else classifier.knowing(by_heading(nomenclature))
    shown = dict(zip(rows, knows.shown([codes[row] for row in rows], [neighbours[row] for row in rows]), strict=True))
    return [shown[row] for row in asked]


def _ask(
    classifier: Classifier,
    exemplars: Sequence[Exemplar],
    neighbours: Sequence[Sequence[Neighbour]],
    on_step: OnStep,
) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    relevance, labels = [], classifier.question.labels
    codes = [e.code for e in exemplars]
    category = np.full((len(exemplars), len(labels.categories)), np.nan)  # one of the reference level has none
    on_step(0, len(exemplars))
    for start in range(0, len(exemplars), BATCH):
        stop = min(start + BATCH, len(exemplars))
        asked = codes[start:stop], neighbours[start:stop]
        with classifier.scorer.telling(within(on_step, start, stop - start, len(exemplars))):
            relevance.append(classifier.scorer.relevance(*asked).relevance)
            levels = enumerate(e.relevance for e in exemplars[start:stop])
            related = {row: level for row, level in levels if level != labels.reference}
            if related and labels.categories:
                category[[start + row for row in related]] = classifier.scorer.category(*asked, related)
        on_step(stop, len(exemplars))
    return np.concatenate(relevance), category
