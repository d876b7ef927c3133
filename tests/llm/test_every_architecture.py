"""Labels are scored as the library itself scores them, whatever the architecture, or the model is refused."""

from pathlib import Path

import numpy as np
import pytest
import tiny_models

RANDOM = np.random.default_rng(3)
# Of each kind of attention one: capped, with sinks, by distance, latent, in chunks, linear, a state space,
# convolutions, recurrent, windows on some layers, windows that only the mask knows, rotations by length, learned
# positions, experts, the text part of a model that reads images. All families: make test-models.
KINDS = (
    "gemma2", "gpt_oss", "bloom", "deepseek_v3", "llama4_text", "qwen3_next", "mamba", "lfm2", "recurrent_gemma",
    "exaone4", "phimoe", "phi3", "gpt2", "mixtral", "qwen3", "mistral3", "bert",
)  # fmt: skip


def tokens(length: int) -> tuple[int, ...]:
    return tuple(RANDOM.integers(3, 700, length).tolist())


START = tokens(70)  # longer than the toy windows of 12, and than what the rotation of toy Phi-3 is made for
PROMPTS = [START + tokens(20), START + tokens(31), tokens(25)]
LABELS = [(3,), (4, 5), (4, 6, 7)]


@pytest.mark.parametrize("family", KINDS)
def test_every_kind_of_attention_is_scored_as_by_the_library_or_refused(
    family: str, tmp_path: Path, no_models: Path
) -> None:
    found = tiny_models.compare(family, tiny_models.save_tiny(family, tmp_path / "own"), PROMPTS, LABELS)
    assert found.is_right, found
    assert bool(found.refused) == (family == "bert")
