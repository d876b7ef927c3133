"""Score labels: the log-probability of each label's whole token sequence after a prompt.

Nothing is generated, so the answer is always one of the labels and always the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.core.softmax import softmax
from aitrade.llm.engine import Engine
from aitrade.llm.prefix_tree import Tokens

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
    wanted = [_edges(path, labels[i % len(labels)]) for i, path in enumerate(engine.read(sequences))]
    scores = _edge_logprobs(engine, wanted)
    flat = np.array([sum(scores[edge] for edge in edges) for edges in wanted])
    return LabelScores(flat.reshape(len(prompts), len(labels)))


def last_hidden(engine: Engine, prompts: Sequence[Tokens]) -> "torch.Tensor":
    """Hidden state of each prompt's last token, in float32 on the CPU, shape (n, width)."""
    nodes = [path[-1] for path in engine.read(prompts)]
    return engine.hidden(nodes).float().cpu()


def _edges(path: Sequence[int], label: Tokens) -> list[tuple[int, int]]:
    """The edges (node, next token) that a label is made of, where the path ends before its last token."""
    return list(zip(path[len(path) - len(label) :], label, strict=True))


def _edge_logprobs(engine: Engine, wanted: list[list[tuple[int, int]]]) -> dict[tuple[int, int], float]:
    """Log-probability of each distinct edge; vocabulary logits are computed once for each node that needs them."""
    import torch

    tokens_after: dict[int, set[int]] = {}
    for node, token in (edge for edges in wanted for edge in edges):
        tokens_after.setdefault(node, set()).add(token)
    nodes = sorted(tokens_after)
    found: dict[tuple[int, int], float] = {}
    for start in range(0, len(nodes), _ROWS):
        chunk = nodes[start : start + _ROWS]
        edges = [(row, token) for row, node in enumerate(chunk) for token in sorted(tokens_after[node])]
        rows, tokens = torch.tensor(edges, device=engine.runtime.where).T
        logprobs = engine.token_logprobs(engine.hidden(chunk), rows, tokens)
        found.update(
            ((chunk[row], token), logprob) for (row, token), logprob in zip(edges, logprobs.tolist(), strict=True)
        )
    return found
