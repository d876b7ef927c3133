"""How an adapter is tuned."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class TuneSettings:
    """How an adapter is tuned.

    Attributes:
        share: share of the layers that is tuned, from the top; the others run once.
        rank: of the LoRA matrices; their scale (alpha) is twice the rank.
        epochs: passes over the exemplars.
        batch: exemplars in a step.
        learning_rate: peak, after a warm-up over a twentieth of the steps; then a cosine to zero.
        head_rate: learning rate of the heads.
        category_weight: weight of the category's loss beside the relevance's.
        max_tokens: longer texts lose their end.
        seed: of everything random.
    """

    share: float = 0.5
    rank: int = 16
    epochs: int = 2
    batch: int = 8
    learning_rate: float = 3e-4
    head_rate: float = 1e-3
    category_weight: float = 0.5
    max_tokens: int = 160
    seed: int = 2026


LLM_SETTINGS = TuneSettings()
# An embedder is so small that all of its layers are tuned.
EMBEDDER_SETTINGS = TuneSettings(share=1.0, epochs=4, batch=32, learning_rate=1e-3, head_rate=5e-3, max_tokens=128)
LEAST_READ, MOST_EPOCHS = 4_000, 12  # measured in docs/experiments/learning-curve.md


def llm_settings(exemplars: int) -> TuneSettings:
    """How an LLM is tuned on a number of exemplars: where they are few, in more epochs, so that it learns at all.

    An embedder learns as much from few of them in the epochs that it has.
    """
    needed = -(-LEAST_READ // max(exemplars, 1))
    return replace(LLM_SETTINGS, epochs=max(LLM_SETTINGS.epochs, min(needed, MOST_EPOCHS)))
