"""Training that was stopped after an epoch goes on as if it had not been, also where batches have no category."""

from pathlib import Path

import pytest
import torch

from aitrade.tuning.learner import NONE, Example
from aitrade.tuning.settings import TuneSettings
from aitrade.tuning.train import train

SETTINGS = TuneSettings(epochs=3, batch=2, learning_rate=1e-1, head_rate=1e-1)


class Learner:
    """One linear layer, and heads of two levels and three categories."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = torch.nn.Linear(4, 4)
        self.heads = torch.nn.ModuleDict({"relevance": torch.nn.Linear(4, 2), "category": torch.nn.Linear(4, 3)})

    def vectors(self, examples: list[Example]) -> torch.Tensor:
        made: torch.Tensor = self.model(torch.stack([e.inputs for e in examples]))
        return made


def examples(*categories: int) -> list[Example]:
    torch.manual_seed(1)
    return [Example(torch.randn(4), int(category != NONE), category) for category in categories]


@pytest.mark.parametrize(
    "categories", [(0, 1, 2, 1), (NONE, NONE, NONE, 1, NONE, NONE), (NONE,) * 4], ids=["all", "one", "none"]
)
def test_a_stop_between_epochs_changes_nothing(categories: tuple[int, ...], tmp_path: Path) -> None:
    whole, stopped, resumed = Learner(), Learner(), Learner()
    train(whole, examples(*categories), SETTINGS, lambda *_: None, tmp_path / "whole")

    def stop(step: int, steps: int, loss: float) -> None:
        if step > 2 * steps // 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(stopped, examples(*categories), SETTINGS, stop, tmp_path / "stopped")
    train(resumed, examples(*categories), SETTINGS, lambda *_: None, tmp_path / "stopped")
    for part in ("model", "heads"):
        for name, value in getattr(whole, part).state_dict().items():
            assert torch.equal(value, getattr(resumed, part).state_dict()[name]), (part, name)
