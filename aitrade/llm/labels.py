"""Score labels: the log-probability of each label's whole token sequence after a prompt.

Nothing is generated, so the answer is always one of the labels and always the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.llm.engine import Engine
from aitrade.llm.tree import Tokens
from aitrade.softmax import softmax

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

_ROWS = 128  # rows of vocabulary logits at a time: 128 x 152,000 float32 are 78 MB


@dataclass(frozen=True)
class LabelScores:
    """Scores of n prompts over k labels.

    Attributes:
        logprobs: natural logarithm of the probability that the answer begins with the label, shape (n, k).
    """

    logprobs: "NDArray[np.float64]"

    @property
    def mass(self) -> "NDArray[np.float64]":
        """Probability that the answer begins with any of the labels, shape (n,). Near 0, the scores mean little."""
        mass: NDArray[np.float64] = np.exp(self.logprobs).sum(1)
        return mass

    @property
    def probabilities(self) -> "NDArray[np.float64]":
        """Probabilities among the labels, shape (n, k)."""
        return softmax(self.logprobs)


def score_labels(engine: Engine, prompts: Sequence[Tokens], labels: Sequence[Tokens]) -> LabelScores:
    """Score every label after every prompt.

    Args:
        engine: the model.
        prompts: n token sequences.
        labels: k token sequences, none the beginning of another.

    Returns:
        Scores of shape (n, k).
    """
    for place, one in enumerate(labels):
        if any(other[: len(one)] == one for other in (*labels[:place], *labels[place + 1 :])):
            raise ValueError("a label's tokens begin another label's, so that their scores would overlap")
    # A label's last token is only predicted: nothing reads what comes after it, so it is not run.
    sequences = [prompt + label[:-1] for prompt in prompts for label in labels]
    flat = np.zeros(len(sequences))
    for tree, hidden, _ in engine.run(sequences):
        wanted = [_edges(path, labels[i % len(labels)]) for path, i in zip(tree.paths, tree.sequences, strict=True)]
        scores = _edge_logprobs(engine, hidden, wanted)
        for row, index in enumerate(tree.sequences):
            flat[index] = sum(scores[edge] for edge in wanted[row])
    return LabelScores(flat.reshape(len(prompts), len(labels)))


def last_hidden(engine: Engine, prompts: Sequence[Tokens]) -> "torch.Tensor":
    """Hidden state of each prompt's last token, in float32 on the CPU, shape (n, width)."""
    import torch

    rows = torch.zeros(len(prompts), engine.model.config.hidden_size)
    for tree, hidden, _ in engine.run(prompts):
        last = torch.tensor([path[-1] for path in tree.paths])
        rows[torch.tensor(tree.sequences)] = hidden[last.to(hidden.device)].float().cpu()
    return rows


def _edges(path: Sequence[int], label: Tokens) -> list[tuple[int, int]]:
    """The edges (node, next token) that a label is made of, where the path ends before its last token."""
    return list(zip(path[len(path) - len(label) :], label, strict=True))


def _edge_logprobs(
    engine: Engine, hidden: "torch.Tensor", wanted: list[list[tuple[int, int]]]
) -> dict[tuple[int, int], float]:
    """Log-probability of each distinct edge; vocabulary logits are computed once for each node that needs them."""
    import torch

    edges = sorted({edge for row in wanted for edge in row})
    nodes = sorted({node for node, _ in edges})
    found: dict[tuple[int, int], float] = {}
    for start in range(0, len(nodes), _ROWS):
        chunk = nodes[start : start + _ROWS]
        place = {node: row for row, node in enumerate(chunk)}
        mine = [edge for edge in edges if edge[0] in place]

        def index(values: list[int]) -> "torch.Tensor":
            return torch.tensor(values, device=hidden.device)

        rows, tokens = index([place[node] for node, _ in mine]), index([token for _, token in mine])
        logprobs = engine.token_logprobs(hidden[index(chunk)], rows, tokens)
        found.update(zip(mine, logprobs.tolist(), strict=True))
    return found
