"""What each model, and what stands without one, says of the gold codes: probabilities of the levels.

A gold code that is an exemplar is judged out of fold: what was tuned or fitted was so without its subheading, and no
neighbour is the code itself; others of its subheading may be, as in a run. A tuned model that was tuned before a code
became an exemplar has not learnt its label, and is asked about it now; neighbours and probe are still those that were
found without it. Any other code is judged as in a run.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.classification.classifier import Classifier
from aitrade.classification.decision import Retrieved
from aitrade.classification.features import near_votes, relevance_features
from aitrade.classification.fitting.calibration_set import FOLDS, CalibrationSet, levels_of, population_weights, spread
from aitrade.classification.fitting.evidence import BASELINE_KINDS, fit_evidence_model, training_features
from aitrade.classification.fitting.gather import gather
from aitrade.classification.fitting.probe import Probe, fit_probe
from aitrade.core.progress import OnStep, within
from aitrade.core.softmax import softmax
from aitrade.evaluation.benchmark.gold import Gold
from aitrade.llm.kept_scorer import KeptScorer
from aitrade.models.adapter_files import is_tuned
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.folds import subheading_folds
from aitrade.question.question import Question
from aitrade.workspace.scores import ScoreStore

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_EXEMPLARS = 400  # that evidence is joined on
BATCH = 128
ALONE, JOINED, BASELINE = "alone", "joined", "baseline"
MAJORITY, TFIDF = "majority", "TF-IDF and logistic regression"  # names of rows


@dataclass(frozen=True)
class Judgement:
    """What a model says of n gold codes.

    Attributes:
        probabilities: of the k levels by variant (``alone``, ``joined``, and ``baseline``, which is without the LLM),
            shape (n, k) each.
        measured: seconds, codes asked, tokens, median label mass.
    """

    probabilities: "dict[str, NDArray[np.float64]]"
    measured: dict[str, Any]


def judge(
    classifier: Classifier,
    gold: Gold,
    nomenclature: Sequence[Code],
    workspace: Path,
    on_step: OnStep,
    store: ScoreStore | None = None,
) -> Judgement:
    """Judge the gold codes with a model, alone and joined with neighbours and probe, and without it.

    Args:
        classifier: the model with embedder and exemplars; without a calibration.
        gold: the codes.
        nomenclature: all import codes, for weights and for the headings that prompts show.
        workspace: folder of the user's own adapters, and where indexes are kept.
        on_step: told (codes asked about, codes).
        store: where the classifier keeps what models say, if it does, so that a stop loses little.
    """
    computed, started = classifier.scorer.engine.tokens_computed, time.perf_counter()
    exemplars = classifier.index.exemplars
    by_hand = {code.key for code in gold.codes if code.key in exemplars.by_code}
    asked = _fitted_on(classifier, by_hand)
    others = len(gold.codes) - len(by_hand)
    training = gather(classifier, nomenclature, workspace, asked, lambda done, of: on_step(done, of + others), store)
    places = {training.exemplars[row].code.key: place for place, row in enumerate(training.rows.tolist())}
    own = [place for place, code in enumerate(gold.codes) if code.key in places]
    fresh = [place for place, code in enumerate(gold.codes) if code.key not in places]
    codes = [gold.codes[place] for place in fresh]
    probe = fit_probe(training)
    retrieved, logits = _evidence(classifier, training, probe, codes)
    scores, votes, mass = _ask(
        classifier, codes, retrieved, lambda done, of: on_step(len(asked) + done, len(asked) + of)
    )
    seconds = time.perf_counter() - started
    rows = [places[gold.codes[place].key] for place in own]
    probabilities = {ALONE: _placed(gold, own, softmax(training.llm[rows]), fresh, softmax(scores))}
    features = training_features(training, probe)
    theirs = relevance_features(scores, votes, logits, retrieved.neighbours, training.labels, training.method)
    for variant, kinds in ((JOINED, None), (BASELINE, BASELINE_KINDS)):
        fitted = fit_evidence_model(training, features, kinds) if kinds else fit_evidence_model(training, features)
        new = fitted.model.probabilities(theirs)
        probabilities[variant] = _placed(gold, own, fitted.out_of_fold[rows], fresh, new)
    return Judgement(
        probabilities,
        {
            "asked": _asked(classifier, len(fresh) + (0 if is_tuned(classifier.model) else len(asked))),
            "seconds": seconds,
            "tokens": classifier.scorer.engine.tokens_computed - computed,
            "label_mass": float(np.median(mass)) if len(mass) else None,
        },
    )


def _evidence(
    classifier: Classifier, training: CalibrationSet, probe: Probe, codes: Sequence[Code]
) -> "tuple[Retrieved, NDArray[np.float64]]":
    """What is retrieved for codes that are asked about now, and the probe's logits; of exemplars without themselves."""
    if not codes:
        return Retrieved(training.vectors[:0], ()), np.zeros((0, len(training.labels.levels)))
    places = {e.code.key: place for place, e in enumerate(training.exemplars)}
    retrieved = classifier.retrieve(codes)
    logits = retrieved.vectors.astype(np.float64) @ probe.weights + probe.bias
    neighbours = list(retrieved.neighbours)
    for row, code in enumerate(codes):
        if (place := places.get(code.key)) is not None:
            neighbours[row], logits[row] = tuple(training.neighbours[place]), probe.held_out[place]
    return Retrieved(retrieved.vectors, tuple(neighbours)), logits


def _asked(classifier: Classifier, codes: int) -> int:
    """Codes that the LLM was asked about now, of some: those whose scores were kept cost nothing."""
    return classifier.scorer.take_counts()[0] if isinstance(classifier.scorer, KeptScorer) else codes


def _fitted_on(classifier: Classifier, own: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The exemplars that the LLM is asked about: those of the gold, and evenly others where these are few."""
    others = [e.code.key for e in classifier.index.exemplars.exemplars if e.code.key not in own]
    missing = min(max(LEAST_EXEMPLARS - len(own), 0), len(others))
    return own | {others[place] for place in spread(missing, len(others))}


def _ask(
    classifier: Classifier, codes: Sequence[Code], retrieved: Retrieved, on_step: OnStep
) -> "tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]":
    """Scores (n, k), votes of the LLM's neighbours (n, 2 (k - 1)) and label mass (n or 0) of codes that are new."""
    labels = classifier.question.labels
    scores, votes, mass = [np.zeros((0, len(labels.levels)))], [np.zeros((0, 2 * len(labels.others)))], [np.zeros(0)]
    done = 0
    for batch in batches(codes):
        near = retrieved.neighbours[done : done + len(batch)]
        with classifier.scorer.telling(within(on_step, done, len(batch), len(codes))):
            said = classifier.scorer.relevance(batch, classifier.shown(batch, near))
        scores.append(said.relevance)
        votes.append(near_votes(classifier.llm_neighbours(batch, said), labels, classifier.method))
        if said.mass is not None:
            mass.append(said.mass)
        done += len(batch)
        on_step(done, len(codes))
    return np.concatenate(scores), np.concatenate(votes), np.concatenate(mass)


def batches(codes: Sequence[Code]) -> list[list[Code]]:
    """Whole headings, put together to batches of about :data:`BATCH` codes."""
    batches: list[list[Code]] = [[]]
    for _, heading in groupby(codes, key=lambda code: (code.flow, code.hs4)):
        members = list(heading)
        if batches[-1] and len(batches[-1]) + len(members) > BATCH:
            batches.append([])
        batches[-1] += members
    return [batch for batch in batches if batch]


def _placed(
    gold: Gold,
    own: Sequence[int],
    of_own: "NDArray[np.float64]",
    fresh: Sequence[int],
    of_fresh: "NDArray[np.float64]",
) -> "NDArray[np.float64]":
    """Both in the order of the gold, shape (n, k)."""
    placed = np.zeros((len(gold.codes), of_own.shape[1] if len(own) else of_fresh.shape[1]))
    placed[list(own)], placed[list(fresh)] = of_own, of_fresh
    return placed


def majority(question: Question, gold: Gold, nomenclature: Sequence[Code]) -> "NDArray[np.float64]":
    """Give every code the shares of the levels in the nomenclature, as the exemplars tell them, shape (n, k)."""
    exemplars, labels = question.exemplars.exemplars, question.labels
    shares = np.bincount(levels_of(exemplars, labels), population_weights(exemplars, nomenclature), len(labels.levels))
    return np.tile(shares / shares.sum(), (len(gold.codes), 1))


def tfidf(question: Question, gold: Gold) -> "NDArray[np.float64]":
    """Classify by the words alone: TF-IDF of one and two words and logistic regression, shape (n, k).

    Exemplars of the gold are judged by a fit without their subheading's fold.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    exemplars, labels = question.exemplars.exemplars, question.labels
    texts = np.array([describe(e.code, question.words) for e in exemplars], dtype=object)
    levels, folds = levels_of(exemplars, labels), subheading_folds([e.code for e in exemplars], FOLDS)
    asked = np.array([describe(code, question.words) for code in gold.codes], dtype=object)
    is_own = np.array([code.key in question.exemplars.by_code for code in gold.codes])
    asked_folds = np.where(is_own, subheading_folds(gold.codes, FOLDS), -1)
    probabilities = np.zeros((len(gold.codes), len(labels.levels)))
    for fold in np.unique(asked_folds).tolist():
        seen, rows = folds != fold, asked_folds == fold
        model = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2), LogisticRegression(C=10.0, max_iter=2000)
        )
        model.fit(texts[seen], levels[seen])
        probabilities[np.ix_(rows, model.classes_)] = model.predict_proba(asked[rows])
    return probabilities
