"""Calibration: weights for the world's base rate, folds of whole subheadings, a file that comes back."""

import dataclasses
import json
from collections import Counter
from functools import partial
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import questions
import toys
from hypothesis import example, given, settings
from hypothesis import strategies as st
from questions import DEFAULT_EMBEDDER, DEFAULT_MODEL, FEATURES, KINDS, LABELS, METHOD, QUESTION

from aitrade.classification.calibration import (
    Calibration,
    EvidenceModel,
    find_calibration,
    load_calibration,
    save_calibration,
)
from aitrade.classification.decision import Retrieved, decide
from aitrade.classification.features import near_votes
from aitrade.classification.fitting.calibration_set import (
    CalibrationSet,
    FoldEmbeddings,
    levels_of,
    population_weights,
    sampled_weights,
)
from aitrade.classification.fitting.evidence import _heard, fit_evidence_model, training_features
from aitrade.classification.fitting.fit import OVERRULED, _cascade_threshold, _figures, fit_calibration
from aitrade.classification.fitting.probe import fit_probe
from aitrade.core.errors import ModelError
from aitrade.core.paths import shipped
from aitrade.core.softmax import fit_softmax, softmax
from aitrade.llm.scorer import Scores
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.question.folds import subheading_folds

CATEGORIES = LABELS.categories


def code(hs10: str) -> Code:
    return Code(hs10, "imports", "x")


def exemplar(hs10: str, relevance: str = "Low") -> Exemplar:
    category = LABELS.reference_category if relevance == LABELS.reference else "Cooling_HVAC"
    return Exemplar(code(hs10), relevance, category, "because")


def test_population_weights_by_hand() -> None:
    exemplars = [exemplar("8471000001"), exemplar("8471000002"), exemplar("8517000001"), exemplar("0101000001")]
    nomenclature = [code(f"8471{i:06}") for i in range(6)]  # 6 codes for two exemplars
    nomenclature += [code("8517000001")]  # 1 code for one
    nomenclature += [code(f"8501{i:06}") for i in range(3)]  # a heading without exemplars
    nomenclature += [code(f"0102{i:06}") for i in range(50)] + [code("0101000001")]  # 50 more of chapter 01
    nomenclature += [code("9900000000")]  # a chapter without exemplars: nobody stands for it
    found = population_weights(exemplars, nomenclature)
    assert found.tolist() == [3.0, 3.0, 1.0 + 3.0, 51.0]


def test_an_exemplar_that_stands_for_nothing_still_counts_a_little() -> None:
    assert population_weights([exemplar("8471000001")], [code("0101000001")]).tolist() == [0.1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.from_regex(r"0[12]0[12][0-9]{6}", fullmatch=True), min_size=1, max_size=30, unique=True), st.data())
def test_weights_add_up_to_the_codes_of_the_chapters_that_have_exemplars(codes: list[str], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
    weights = population_weights([exemplar(c) for c in chosen], [code(c) for c in codes])
    chapters = {c[:2] for c in chosen}
    assert weights.sum() == pytest.approx(sum(c[:2] in chapters for c in codes))


def test_a_sample_gives_each_level_the_share_that_all_exemplars_give_it() -> None:
    exemplars = [exemplar("8471000001", "High"), exemplar("8471000002", "High"), exemplar("8517000001", "Medium")]
    exemplars += [exemplar(f"0101{n:06}") for n in range(5)]
    weights = np.array([1.0, 3.0, 2.0, 10.0, 20.0, 30.0, 20.0, 10.0])
    found = sampled_weights(weights, levels_of(exemplars, LABELS), np.array([1, 2, 4, 7]), 3)
    assert found.tolist() == [4.0, 2.0, 60.0, 30.0]  # 4 High, 2 Medium, 90 Low; 20 to 10 among the Low


def test_a_sample_without_a_level_gives_it_no_share() -> None:
    exemplars = [exemplar("8471000001", "High"), exemplar("0101000001"), exemplar("0101000002")]
    found = sampled_weights(np.array([1.0, 4.0, 4.0]), levels_of(exemplars, LABELS), np.array([1]), 3)
    assert found.tolist() == [8.0]


def test_subheadings_are_never_split_over_folds() -> None:
    codes = [code(f"{n:06}{end}") for n in range(840000, 840400) for end in ("0000", "0010", "9999")]
    folds = subheading_folds(codes, 5)
    assert (folds.reshape(-1, 3) == folds[::3, None]).all()
    assert min(Counter(folds.tolist()).values()) > 0.7 * len(codes) / 5
    assert folds[:3].tolist() == subheading_folds(codes[:1], 5).tolist() * 3  # whoever else is there


def test_the_fold_of_a_subheading_never_changes() -> None:
    """Adapters keep what each fold was tuned without; another hash would pass off as unseen what was learnt."""
    codes = [code("8471500150"), Code("8471500199", "exports", "x"), code("0803901000"), code("0101210010")]
    assert subheading_folds(codes, 5).tolist() == [2, 2, 3, 3]  # printf 847150 | sha256sum, and so on, modulo 5
    assert subheading_folds(codes, 3).tolist() == [1, 1, 1, 2]


def views(
    exemplars: list[Exemplar], vectors: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"
) -> list[FoldEmbeddings]:
    """Five parts of the subheadings, held out of nothing but the probe."""
    parts = subheading_folds([e.code for e in exemplars], 5)
    return [FoldEmbeddings(parts == fold, vectors) for fold in range(5)]


def made_up_training(count: int = 400, seed: int = 1) -> CalibrationSet:
    """Exemplars whose LLM scores tell the relevance with some noise, and whose neighbours say nothing."""
    random = np.random.default_rng(seed)
    levels = random.choice(3, count, p=[0.4, 0.3, 0.3])
    exemplars = []
    for i, level in enumerate(levels):
        category = LABELS.reference_category if level == 2 else CATEGORIES[random.integers(len(CATEGORIES))]
        exemplars.append(Exemplar(code(f"{i:06}0000"), LABELS.levels[level], category, "because"))
    llm = np.eye(3)[levels] * 2 + random.gumbel(size=(count, 3))
    category = random.normal(size=(count, len(CATEGORIES)))
    for row, e in enumerate(exemplars):
        if e.category in CATEGORIES:
            category[row, CATEGORIES.index(e.category)] += 3
    vectors = random.normal(size=(count, 4)).astype(np.float32)
    weights = np.where(levels == 2, 5.0, 0.5)  # in the world most codes are Low
    rows, none = np.arange(count), [()] * count
    votes = near_votes(none, LABELS, METHOD)
    return CalibrationSet(
        LABELS, METHOD, exemplars, vectors, views(exemplars, vectors), none, weights, rows, llm, votes, category
    )


def probabilities(
    calibration: Calibration, training: CalibrationSet
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """What a calibration makes of a set's evidence, its probe included."""
    scores = Scores(training.llm, training.llm_category, None)
    known = Retrieved(training.vectors, training.neighbours)

    def none(related: Any) -> Any:
        raise AssertionError(related)

    return decide(known, scores, training.llm_votes, none, LABELS, METHOD, calibration).probabilities


@pytest.fixture(scope="module")
def training() -> CalibrationSet:
    return made_up_training()


@pytest.fixture(scope="module")
def calibration(training: CalibrationSet) -> Calibration:
    return fit_calibration(training, "toy", {"model_sha256": "1"})


def test_mean_probabilities_are_the_weighted_shares(training: CalibrationSet, calibration: Calibration) -> None:
    """What calibration is for: exemplars are chosen, the base rate is the world's."""
    found = probabilities(calibration, training)
    share = training.weights / training.weights.sum()
    expected = [share[training.targets == level].sum() for level in range(3)]
    assert (share[:, None] * found).sum(0) == pytest.approx(expected, abs=0.01)
    assert found.sum(1) == pytest.approx(np.ones(len(found)))


def test_the_fit_learns_from_the_llm_and_says_so(training: CalibrationSet, calibration: Calibration) -> None:
    low_share = 1 - calibration.figures["high_share"] - calibration.figures["medium_share"]
    assert calibration.figures["accuracy"] > low_share + 0.05
    assert calibration.figures["category_accuracy"] > 0.7
    fresh = made_up_training(seed=2)
    found = probabilities(calibration, fresh)
    hit = (fresh.weights * (found.argmax(1) == fresh.targets)).sum() / fresh.weights.sum()
    assert hit == pytest.approx(calibration.figures["accuracy"], abs=0.06)  # figures are of codes not learnt from


def test_an_llm_that_adds_nothing_is_not_heard_and_it_is_said() -> None:
    told = made_up_training()
    random = np.random.default_rng(5)
    vectors = (np.eye(4)[told.targets] + random.normal(size=(len(told.targets), 4)) / 4).astype(np.float32)
    deaf = dataclasses.replace(
        told,
        vectors=vectors,
        views=views(list(told.exemplars), vectors),
        llm=random.normal(size=told.llm.shape) * 9,
    )
    made = fit_calibration(deaf, "toy", {})
    assert made.figures["joined_log_loss"] >= made.figures["baseline_log_loss"] == made.figures["log_loss"]
    assert made.evidence_model == made.baseline
    assert made.expected.startswith("the exemplars do not show that the LLM adds anything, so it is left out: ")
    heard = fit_calibration(told, "toy", {})
    assert heard.evidence_model != heard.baseline
    assert heard.figures["joined_accuracy"] == heard.figures["accuracy"] > heard.figures["baseline_accuracy"]
    assert heard.expected.startswith(f"expect of new products: accuracy {heard.figures['accuracy']:.3f}")


def test_a_gain_that_few_exemplars_cannot_tell_from_chance_is_left_out() -> None:
    """The gain of a single exemplar is within its standard error; that of half of them, or of all, is not."""
    weights = np.ones(40)
    lucky, often = np.full(40, -0.001), np.zeros(40)
    lucky[0], often[::2] = 0.4, 0.1
    assert not _heard(lucky, weights, tuned=False)
    assert _heard(often, weights, tuned=False)  # mean 0.05, standard deviation 0.05, of 40: an error of 0.008
    assert _heard(np.full(40, 0.01), weights, tuned=False)
    assert not _heard(np.zeros(40), weights, tuned=False)
    assert not _heard(-often, weights, tuned=False)
    assert not _heard(np.ones(1), np.ones(1), tuned=False)


def test_a_tuned_llm_is_left_out_where_it_harms() -> None:
    """Tuned on two thirds of few exemplars it looks worse than it is, so that a loss within the error is no reason."""
    weights = np.ones(40)
    unlucky, often = np.full(40, 0.001), np.zeros(40)
    unlucky[0], often[::2] = -0.4, 0.1
    assert _heard(unlucky, weights, tuned=True)
    assert _heard(often, weights, tuned=True)
    assert not _heard(-often, weights, tuned=True)
    assert not _heard(np.full(40, -0.01), weights, tuned=True)


def test_the_probes_numbers_are_the_same_on_every_machine(calibration: Calibration) -> None:
    """What follows the sixth decimal is not, and the calibration's hash is part of a run's fingerprint."""
    numbers = np.array([*calibration.probe["weights"], calibration.probe["bias"]])
    assert np.array_equal(numbers, np.round(numbers, 6))
    assert np.abs(numbers).min() > 0


def test_figures_by_hand() -> None:
    likely = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.3, 0.2, 0.5]])
    targets, weights = np.array([0, 1, 1, 2, 0]), np.array([1.0, 2, 1, 5, 1])
    assert _figures(likely, targets, weights, LABELS) == pytest.approx(
        {
            "exemplars": 5,
            "accuracy": (1 + 1 + 5) / 10,
            "high_f1": 2 * 1 / (3 + 2),  # 3 called High, 2 of them wrongly; 2 High, 1 of them missed
            "log_loss": -(log(0.8) + 2 * log(0.3) + log(0.5) + 5 * log(0.8) + log(0.3)) / 10,
            "high_share": 2 / 10,
            "medium_share": 3 / 10,
        }
    )


def test_figures_are_out_of_fold() -> None:
    """Labels made at random, an embedding that names each exemplar: a fit that saw them would look good."""
    made = made_up_training(60)
    random = np.random.default_rng(0)
    names = np.eye(60, dtype=np.float32)
    blind = dataclasses.replace(
        made,
        vectors=names,
        views=views(list(made.exemplars), names),
        llm=random.normal(size=(60, 3)),
        weights=np.ones(60),
    )
    found = fit_evidence_model(blind, training_features(blind, fit_probe(blind, 1e-3))).out_of_fold
    assert (found.argmax(1) == blind.targets).mean() < 0.6


def test_the_figures_of_a_calibration_are_of_exemplars_that_it_was_not_fitted_on(
    training: CalibrationSet, calibration: Calibration
) -> None:
    held_out = fit_evidence_model(training, training_features(training, fit_probe(training))).out_of_fold
    right = np.log(held_out[np.arange(len(held_out)), training.targets])
    assert calibration.figures["log_loss"] == pytest.approx(-np.average(right, weights=training.weights))


def test_a_calibration_comes_back_from_its_file_as_it_was(calibration: Calibration, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "toy.json"
    save_calibration(calibration, path)
    back = load_calibration(path)
    assert back == calibration
    assert back.sha256 == calibration.sha256


def test_fitting_again_gives_the_same_calibration(training: CalibrationSet, calibration: Calibration) -> None:
    assert fit_calibration(training, "toy", {"model_sha256": "1"}).sha256 == calibration.sha256


def test_the_llm_may_be_asked_about_some_exemplars_only(training: CalibrationSet, calibration: Calibration) -> None:
    part = asked_about(training, np.arange(0, len(training.exemplars), 2))
    found = fit_calibration(part, "toy", {})
    assert found.figures["exemplars"] == len(part.rows)
    assert found.probe == calibration.probe  # what needs no LLM learns from all
    features = training_features(part, fit_probe(part))
    assert found.baseline.probabilities(features) == pytest.approx(calibration.baseline.probabilities(features))
    assert found.evidence_model != calibration.evidence_model
    for share in ("high_share", "medium_share"):
        assert found.figures[share] == pytest.approx(calibration.figures[share])  # the sample stands for all of them


def asked_about(training: CalibrationSet, rows: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> CalibrationSet:
    scores = {name: getattr(training, name)[rows] for name in ("llm", "llm_votes", "llm_category")}
    return dataclasses.replace(training, rows=rows, **scores)


def test_categories_of_a_sample_are_fitted_on_its_own_neighbours(training: CalibrationSet) -> None:
    """Each exemplar's neighbours tell its category, the LLM nothing."""
    near = [(questions.neighbour(e, 0.9, False, False),) for e in training.exemplars]
    noise = np.random.default_rng(7).normal(size=training.llm_category.shape)
    told = dataclasses.replace(training, neighbours=near, llm_category=noise)
    found = fit_calibration(asked_about(told, np.arange(1, 400, 3)), "toy", {})
    assert found.figures["category_accuracy"] > 0.95


def test_few_exemplars_asked_about_do_not_spoil_what_all_have_taught() -> None:
    """The embeddings tell the relevance, the LLM nothing; from 40 exemplars one would learn that badly."""
    whole = made_up_training()
    random = np.random.default_rng(5)
    told = np.eye(4)[whole.levels] + random.normal(size=(len(whole.exemplars), 4)) * 0.6
    vectors = told.astype(np.float32)
    noise = random.normal(size=whole.llm.shape)
    whole = dataclasses.replace(whole, vectors=vectors, views=views(list(whole.exemplars), vectors), llm=noise)
    part = asked_about(whole, np.arange(0, 400, 10))
    features = training_features(part, fit_probe(part))
    others = np.setdiff1d(np.arange(400), part.rows)
    w, b = fit_softmax(features[part.rows], part.targets, part.asked_weights, 3.0, 3)
    few = features @ w + b

    def loss(probabilities: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float:
        right = probabilities[others, part.levels[others]]
        return float(-(np.log(right) * part.weights[others]).sum() / part.weights[others].sum())

    baseline = loss(fit_evidence_model(part, features, ("neighbours", "probe")).model.probabilities(features))
    joined, from_few = loss(fit_evidence_model(part, features).model.probabilities(features)), loss(softmax(few))
    assert joined - baseline < 0.6 * (from_few - baseline)


def slope(
    training: CalibrationSet, scaled: np.ndarray, probabilities: np.ndarray, weights: np.ndarray, ridge: float
) -> np.ndarray:
    """Of the penalized loss at some weights, shape (features, 3): zero at the fit and nowhere else, as it is convex."""
    share = training.asked_weights / training.asked_weights.mean()
    return scaled.T @ (share[:, None] * (probabilities - np.eye(3)[training.targets])) + ridge * weights


def in_units(joint: EvidenceModel) -> np.ndarray:
    """Weights of features as they come."""
    return np.array(joint.weights) / np.array(joint.scale)[:, None]


@pytest.mark.parametrize(("kinds", "every"), [(tuple(KINDS), 1), (("llm",), 3)], ids=["all exemplars", "LLM alone"])
def test_where_nothing_is_to_be_added_to_everything_is_fitted_together(
    training: CalibrationSet, kinds: tuple[str, ...], every: int
) -> None:
    part = asked_about(training, np.arange(0, 400, every))
    features = training_features(part, fit_probe(part))
    found, rows = fit_evidence_model(part, features, kinds).model, features[part.rows]
    steep = slope(part, (rows - found.center) / found.scale, found.probabilities(rows), np.array(found.weights), 3.0)
    heard = [name for kind in kinds for name in KINDS[kind]]
    assert steep[np.isin(FEATURES, heard)] == pytest.approx(np.zeros((len(heard), 3)), abs=0.02)
    assert np.abs(found.weights).max() > 0.1


def test_of_a_sample_what_the_llm_says_is_added_to_what_is_said_without_it_out_of_fold(
    training: CalibrationSet,
) -> None:
    """To a baseline that has seen the labels too little would be added; and few exemplars are trusted less."""
    part = asked_about(training, np.arange(0, 400, 3))
    features = training_features(part, fit_probe(part))
    baseline, found = fit_evidence_model(part, features, ("neighbours", "probe")), fit_evidence_model(part, features)
    rows = features[part.rows]
    added = np.log(found.model.probabilities(rows)) - np.log(baseline.model.probabilities(rows))
    scaled, scale = (rows - rows.mean(0)) / np.maximum(rows.std(0), 1e-9), np.array(found.model.scale)[:, None]
    weights = (in_units(found.model) - in_units(baseline.model)) * scale
    steep = slope(part, scaled, softmax(np.log(baseline.out_of_fold) + added), weights, 10.0)
    assert steep == pytest.approx(np.zeros(steep.shape), abs=0.02)
    assert np.abs(weights).max() > 0.1
    right = [(said.out_of_fold.argmax(1) == part.targets).mean() for said in (baseline, found)]
    assert right[1] > right[0] + 0.05, "the LLM tells the relevance, and is not heard"


def test_out_of_fold_a_sample_keeps_what_is_known_without_the_llm() -> None:
    """The embeddings tell the relevance, the LLM nothing."""
    whole = made_up_training()
    random = np.random.default_rng(5)
    vectors = (np.eye(4)[whole.levels] * 3 + random.normal(size=(400, 4)) * 0.6).astype(np.float32)
    noise = random.normal(size=whole.llm.shape)
    whole = dataclasses.replace(whole, vectors=vectors, views=views(list(whole.exemplars), vectors), llm=noise)
    part = asked_about(whole, np.arange(0, 400, 4))
    found = fit_evidence_model(part, training_features(part, fit_probe(part)), ("probe", "llm"))
    assert (found.out_of_fold.argmax(1) == part.targets).mean() > 0.9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_joints_add_up(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = len(FEATURES)
    one, other = (
        EvidenceModel(
            random.normal(size=size).tolist(),
            random.uniform(0.1, 3, size).tolist(),
            random.normal(size=(size, 3)).tolist(),
            random.normal(size=3).tolist(),
        )
        for _ in range(2)
    )
    features = random.normal(size=(5, size))
    product = one.probabilities(features) * other.probabilities(features)
    assert one.plus(other).probabilities(features) == pytest.approx(product / product.sum(1, keepdims=True))


@pytest.mark.parametrize("field", ["cascade_threshold", "category_weights", "inputs", "model"])
def test_the_hash_changes_with_every_number(calibration: Calibration, field: str) -> None:
    other: object = {"model_sha256": "2"} if field == "inputs" else "another" if field == "model" else [0.5]
    assert dataclasses.replace(calibration, **{field: other}).sha256 != calibration.sha256


@pytest.mark.parametrize("part", ["evidence_model", "baseline"])
@pytest.mark.parametrize("field", ["bias", "weights", "center", "scale"])
def test_the_hash_changes_with_what_joins(calibration: Calibration, part: str, field: str) -> None:
    other = dataclasses.replace(getattr(calibration, part), **{field: [0.5]})
    assert dataclasses.replace(calibration, **{part: other}).sha256 != calibration.sha256


def test_the_cascade_is_trusted_as_far_as_the_llm_seldom_overrules_it(training: CalibrationSet) -> None:
    found = fit_calibration(training, "toy", {})
    features = training_features(training, fit_probe(training))
    baseline = fit_evidence_model(training, features, ("neighbours", "probe")).out_of_fold[:, 2]
    other = fit_evidence_model(training, features).out_of_fold.argmax(1) != 2
    share = training.weights / training.weights.sum()

    def overruled(threshold: float) -> float:
        return float(share[(baseline >= threshold) & other].sum())

    assert overruled(found.cascade_threshold) <= OVERRULED
    lower = sorted({p for p in baseline if p < found.cascade_threshold})
    assert lower, "everything is trusted, so nothing was tested"
    assert overruled(lower[-1]) > OVERRULED
    assert found.figures["cascade_share"] == pytest.approx(float(share[baseline >= found.cascade_threshold].sum()))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(30, 100), st.booleans(), st.integers(1, 400)), min_size=1, max_size=12))
@example([(90, False, 399), (80, True, 1), (80, False, 400), (70, True, 1)])  # 1 of 801 may be overruled, 2 not
@example([(90, False, 398), (80, True, 1), (70, False, 1)])  # exactly as many as may be
@example([(90, True, 1), (80, False, 1)])  # not even the surest
@example([(90, False, 9), (50, False, 1), (40, False, 9)])  # never overruled, but Low is not the likeliest
def test_the_threshold_is_the_lowest_probability_of_low_that_is_seldom_overruled(
    codes: list[tuple[int, bool, int]],
) -> None:
    """By trying every one; codes of equal probability are trusted together or not at all."""
    probability, overruled, weights = (np.array(values) for values in zip(*codes, strict=True))
    total = sum(weight for *_, weight in codes)

    def share(threshold: int, *kinds: bool) -> float:
        return sum(weight for p, wrong, weight in codes if p >= threshold and wrong in kinds) / total

    trusted = [p for p, *_ in codes if p > 50 and share(p, True) <= OVERRULED]
    expected = (min(trusted) / 100, share(min(trusted), True, False)) if trusted else (2.0, 0.0)
    assert _cascade_threshold(probability / 100, overruled, weights.astype(float)) == pytest.approx(expected)


def test_a_calibration_of_other_features_is_refused(calibration: Calibration, tmp_path: Path) -> None:
    path = tmp_path / "toy.json"
    save_calibration(calibration, path)
    raw = json.loads(path.read_text("utf-8"))
    assert raw["features"] == list(FEATURES)
    path.write_text(json.dumps(raw | {"features": raw["features"][1:]}), "utf-8")
    with pytest.raises(ModelError, match="another version.*aitrade calibrate") as caught:
        load_calibration(path)
    assert caught.value.where == str(path)
    del raw["labels"]  # as before a calibration carried its label space
    path.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(ModelError, match="another version"):
        load_calibration(path)


@pytest.mark.parametrize("text", ["", '{"features": [', "[]", '{"features": 1}', "{}"])
def test_a_calibration_that_cannot_be_read_says_how_to_fit_it_again(tmp_path: Path, text: str) -> None:
    """A disk that was full, or a hand that slipped; `aitrade doctor` lives on this error too."""
    path = tmp_path / "calibration" / "all-minilm-l6-v2" / "toy.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(ModelError, match="aitrade calibrate --model toy --embedder all-minilm-l6-v2") as caught:
        load_calibration(path)
    assert caught.value.where == str(path)


def test_a_workspaces_own_calibration_comes_before_the_shipped_one(calibration: Calibration, tmp_path: Path) -> None:
    find = partial(find_calibration, DEFAULT_MODEL, question=QUESTION, workspace=tmp_path)
    assert (
        find(DEFAULT_EMBEDDER)
        == shipped("data/questions/ai-data-centers/calibration") / DEFAULT_EMBEDDER / f"{DEFAULT_MODEL}.json"
    )
    own = tmp_path / "calibration" / DEFAULT_EMBEDDER / f"{DEFAULT_MODEL}.json"
    save_calibration(calibration, own)
    assert find(DEFAULT_EMBEDDER) == own
    assert find("another") is None
    assert find_calibration("another", DEFAULT_EMBEDDER, QUESTION, tmp_path) is None


def test_the_llms_neighbours_are_heard(training: CalibrationSet) -> None:
    """They tell the relevance, the LLM's own scores nothing; also where it was asked about some exemplars only."""
    random = np.random.default_rng(3)
    votes = random.normal(size=(len(training.exemplars), 4)) * 0.3
    votes[:, :2] += 2 * np.eye(3)[training.levels, :2]
    told = dataclasses.replace(training, llm=random.normal(size=training.llm.shape), llm_votes=votes)
    for one in (told, asked_about(told, np.arange(1, 400, 2))):
        made = fit_calibration(one, "toy", {})
        vectors = one.vectors[one.rows]
        found = probabilities(
            made, dataclasses.replace(one, vectors=vectors, neighbours=[one.neighbours[row] for row in one.rows])
        )
        assert (found.argmax(1) == one.targets).mean() > 0.9


def test_categories_follow_the_llm_and_the_neighbours(calibration: Calibration, exemplars: ExemplarSet) -> None:
    rows = len(CATEGORIES)
    said = np.full((rows, rows), -5.0) + 4.5 * np.eye(rows)
    assert calibration.category(said, [()] * rows, METHOD).argmax(1).tolist() == list(range(rows))
    weights = dataclasses.replace(calibration, category_weights=[0.0, 1.0])  # the neighbours alone
    related = [e for e in exemplars.exemplars if e.category != LABELS.reference_category]
    near = [(questions.neighbour(e, 0.9, True, True),) for e in related]
    found = weights.category(np.zeros((len(related), rows)), near, METHOD)
    assert [CATEGORIES[i] for i in found.argmax(1)] == [e.category for e in related]
    assert len(related) == sum(row[4] != "Low" for row in toys.LABELLED)
