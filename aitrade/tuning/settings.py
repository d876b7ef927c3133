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
# Where exemplars are few, more passes over them; measured in docs/experiments/learning-curve.md.
LEAST_READ = 4_000
MOST_EPOCHS = 12


def passes(settings: TuneSettings, exemplars: int) -> TuneSettings:
    """The same with as many epochs as a number of exemplars needs: :data:`LEAST_READ` are read, if in few epochs."""
    needed = -(-LEAST_READ // max(exemplars, 1))
    return replace(settings, epochs=max(settings.epochs, min(needed, MOST_EPOCHS)))
