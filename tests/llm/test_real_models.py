"""The real SmolLM2 and MiniLM: the tricks that make them fast change nothing, and their answers make sense."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from questions import METHOD, QUESTION

from aitrade.classification.classifier import Classifier
from aitrade.classification.loading import load_classifier
from aitrade.core.device import Runtime
from aitrade.core.paths import weights_folder
from aitrade.llm.head_scorer import HeadScorer
from aitrade.llm.label_scoring import score_labels
from aitrade.llm.prompt import short_tokens
from aitrade.llm.prompt_scorer import PromptScorer, heading_neighbours
from aitrade.llm.scorer_loading import load_scorer
from aitrade.nomenclature.codes import Code
from aitrade.retrieval.embedder import load_embedder

LLM, EMBEDDER = "smollm2-135m-instruct", "all-minilm-l6-v2"
EXACT = Runtime("cpu", "float32")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not all((weights_folder() / name / "aitrade.json").is_file() for name in (LLM, EMBEDDER)),
        reason=f"{LLM} and {EMBEDDER} are not installed: run `make models-test`",
    ),
]

RELEVANT = (
    Code("8471500150", "imports", "PROCESSING UNITS WHICH MAY CONTAIN STORAGE, INPUT OR OUTPUT UNITS, NESOI"),
    Code("8471801000", "imports", "CONTROL OR ADAPTER UNITS FOR AUTOMATIC DATA PROCESSING MACHINES"),
    Code("8517620020", "imports", "SWITCHING AND ROUTING APPARATUS"),
    Code("8504230080", "imports", "LIQUID DIELECTRIC TRANSFORMERS EXCEEDING 100,000 KVA"),
    Code("8415820170", "imports", "AIR CONDITIONING MACHINES, SELF-CONTAINED, OTHER THAN WINDOW TYPE"),
    Code("8536500500", "imports", "MOTOR STARTERS FOR A VOLTAGE NOT EXCEEDING 1,000 V"),
)
UNRELATED = (
    Code("0803901000", "imports", "BANANAS, FRESH"),
    Code("6109100040", "imports", "WOMEN'S COTTON T-SHIRTS, KNITTED OR CROCHETED"),
    Code("9403608081", "imports", "WOODEN FURNITURE, NESOI"),
    Code("0102294088", "imports", "CATTLE, LIVE, NESOI"),
    Code("2204215040", "imports", "GRAPE WINES IN CONTAINERS HOLDING 2 LITERS OR LESS"),
    Code("9503000073", "imports", "TOYS FOR CHILDREN UNDER 3 YEARS"),
)
CODES = (*RELEVANT, *UNRELATED)


@pytest.fixture(scope="module", autouse=True)
def all_cores() -> Iterator[None]:
    """The toy models of the other tests run on one thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count() or 1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    """The default: adapter, neighbours and calibration as shipped."""
    return load_classifier(QUESTION, f"{LLM}+relevance", "cpu", tmp_path_factory.mktemp("kept"), method=METHOD)


def test_minilm_knows_what_is_alike() -> None:
    texts = ["servers for data centers", "computers that run in racks", "fresh bananas", "tropical fruit"]
    vectors = load_embedder(EXACT, EMBEDDER, QUESTION).embed(texts)
    assert vectors.shape == (4, 384)
    alike = vectors @ vectors.T
    assert min(alike[0, 1], alike[2, 3]) > alike[:2, 2:].max() + 0.1


def test_packed_label_scores_are_those_of_each_sequence_alone(tuned: Classifier) -> None:
    """With real weights, real tokenizer and the whole prompt; two codes, since plain float32 is slow."""
    import torch

    scorer = load_scorer(LLM, EXACT, QUESTION, METHOD.prompt_neighbours)
    assert isinstance(scorer, PromptScorer)
    codes = [RELEVANT[0], UNRELATED[0]]
    shown = heading_neighbours(codes, tuned.retrieve(codes).neighbours, METHOD.prompt_neighbours)
    prompts = scorer._prompts(codes, shown, range(len(codes)))
    assert all(prompt[: len(scorer.prompter.preamble)] == scorer.prompter.preamble for prompt in prompts)
    assert len(scorer.prompter.preamble) > 100
    labels = scorer.prompter.relevance_labels
    found = score_labels(scorer.engine, prompts, labels)
    for row, prompt in enumerate(prompts):
        for column, label in enumerate(labels):
            with torch.inference_mode():
                kept = len(label) + 1  # positions whose logits are needed: all would be thousands times the vocabulary
                output = scorer.engine.model(torch.tensor([prompt + label]), logits_to_keep=kept)
            logits = output.logits[0].log_softmax(-1)
            alone = sum(logits[i, token].item() for i, token in enumerate(label))
            assert found.logprobs[row, column] == pytest.approx(alone, abs=1e-3)
    assert (found.mass > 0.5).all()  # the model means to answer with a label


def test_packed_hidden_states_of_the_tuned_model_are_those_of_each_text_alone() -> None:
    import torch

    scorer = load_scorer(f"{LLM}+relevance", EXACT, QUESTION, METHOD.prompt_neighbours)
    assert isinstance(scorer, HeadScorer)
    found = scorer.relevance(CODES, [()] * len(CODES)).relevance
    for row, code in enumerate(CODES):
        tokens = list(short_tokens(scorer.engine.tokenizer, code, QUESTION))
        with torch.inference_mode():
            last = scorer.engine.model.base_model(torch.tensor([tokens])).last_hidden_state[0, -1:]
        alone, _ = scorer.engine_and_heads[1].logits(last)
        assert found[row] == pytest.approx(alone[0].numpy(), abs=1e-3)


def test_predictions_are_the_same_every_time(tuned: Classifier, tmp_path: Path) -> None:
    again = load_classifier(QUESTION, f"{LLM}+relevance", "cpu", tmp_path, method=METHOD)
    assert again.settings == tuned.settings
    assert again.predict(CODES) == tuned.predict(CODES)


def test_predictions_make_sense(tuned: Classifier) -> None:
    found = tuned.predict(CODES)
    high = np.array([p.p[0] for p in found])
    assert high[: len(RELEVANT)].min() > high[len(RELEVANT) :].max()
    for p in found[len(RELEVANT) :]:
        assert (p.relevance, p.category) == ("Low", "Not_DC_Related")
    categories = {p.hs10: p.category for p in found}
    assert categories["8471500150"] == "Compute_Hardware"
    assert categories["8504230080"] == "Electrical_Power"
    assert categories["8415820170"] == "Cooling_HVAC"
