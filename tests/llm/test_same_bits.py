"""What a model says of a text is the same to the bit whatever is read beside it: that is why it may be kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import toys
from questions import QUESTION

from aitrade.core.device import Runtime
from aitrade.llm.code_vectors import project
from aitrade.llm.engine import PACK_NODES, Engine
from aitrade.llm.label_scoring import last_hidden, score_labels
from aitrade.llm.prefix_tree import Tokens
from aitrade.nomenclature.code_text import describe
from aitrade.retrieval.embedder import Embedder, load_sentence_transformer

RANDOM = np.random.default_rng(2)


def tokens(length: int) -> Tokens:
    return tuple(RANDOM.integers(3, 700, length).tolist())


SHARED = [tokens(n) for n in (3, 70, 140)]
PROMPTS = [SHARED[i % 3] + tokens(1 + i % 23) for i in range(60)]
LABELS = [(3,), (4, 5), (4, 6, 7)]
COMPANIES = ([0], [59], [1, 4], [7, 2, 3], list(range(0, 60, 7)), list(range(59, 20, -1)))


@pytest.mark.parametrize("arithmetic", ["float32", "bfloat16"])
@pytest.mark.parametrize("architecture", toys.ARCHITECTURES)
def test_a_prompt_has_the_same_bits_in_any_company(
    architecture: str, arithmetic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Runtime("cpu", arithmetic)
    engine = Engine(toys.toy_model(architecture).to(runtime.dtype), None, runtime)
    engine.cache_prefix(())

    def read(prompts: Sequence[Tokens]) -> tuple[np.ndarray, np.ndarray]:
        engine.truncate()
        return score_labels(engine, prompts, LABELS).logprobs, last_hidden(engine, prompts).numpy()

    scores, hidden = read(PROMPTS)
    vectors = project(hidden, np.eye(32, 8, dtype=np.float32))
    assert len({row.tobytes() for row in scores}) == len(PROMPTS), "nothing is told apart, so nothing was tested"
    for pack in (PACK_NODES["cpu"], 37):
        monkeypatch.setitem(PACK_NODES, "cpu", pack)
        for rows in COMPANIES:
            some_scores, some_hidden = read([PROMPTS[row] for row in rows])
            assert np.array_equal(some_scores, scores[rows])
            assert np.array_equal(some_hidden, hidden[rows])
            assert np.array_equal(project(some_hidden, np.eye(32, 8, dtype=np.float32)), vectors[rows])


@pytest.mark.parametrize("arithmetic", ["float32", "bfloat16"])
def test_a_text_has_the_same_vector_in_any_company(tmp_path: Path, arithmetic: str) -> None:
    runtime = Runtime("cpu", arithmetic)
    toys.save_embedder(tmp_path)
    model = load_sentence_transformer(toys.Installed("toy", "embedder", 1, "none", "", (), {}, tmp_path), runtime)
    embedder = Embedder("toy", "", "cpu", arithmetic, lambda: model.to(runtime.dtype).eval())
    texts = [describe(code, QUESTION.words) for code in toys.toy_codes()]
    vectors = embedder.embed(texts)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0)
    for rows in ([0], [3, 2], list(range(0, len(texts), 3)), list(range(len(texts)))[::-1]):
        assert np.array_equal(embedder.embed([texts[row] for row in rows]), vectors[rows])
    assert embedder.embed([]).shape == (0, 16)
