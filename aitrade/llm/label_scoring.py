"""Score labels by the log-probability of each label's token sequence after a prompt.

No text is generated, so that the answer is always one of the labels and always the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.core.progress import OnStep, unheard
from aitrade.core.softmax import softmax
from aitrade.llm.engine import Engine
from aitrade.llm.plain_engine import PlainEngine
from aitrade.llm.prefix_tree import Tokens

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

_LOGIT_ROWS = 128  # rows of vocabulary logits computed at a time: 128 x 152,000 float32 are 78 MB


@dataclass(frozen=True)
class LabelScores:
    """Scores of n prompts over k labels.

    Attributes:
        logprobs: natural logarithm of the probability that the answer begins with the label, shape (n, k).
    """

    logprobs: "NDArray[np.float64]"

    @property
    def mass(self) -> "NDArray[np.float64]":
        """Probability that the answer begins with any of the labels, shape (n,); near 0, the scores mean little."""
        mass: NDArray[np.float64] = np.exp(self.logprobs).sum(1)
        return mass

    @property
    def probabilities(self) -> "NDArray[np.float64]":
        """Probabilities among the labels, shape (n, k)."""
        return softmax(self.logprobs)


def score_labels(
    engine: Engine | PlainEngine, prompts: Sequence[Tokens], labels: Sequence[Tokens], on_step: OnStep = unheard
) -> LabelScores:
    """Score every label after every prompt.

    Args:
        engine: the model.
        prompts: n token sequences.
        labels: k token sequences, none of them a prefix of another.
        on_step: told how much of the prompts is computed, of how much.

    Returns:
        Scores of shape (n, k).

    Raises:
        ValueError: a label's tokens are a prefix of another label's.
    """
    for position, label in enumerate(labels):
        others = (*labels[:position], *labels[position + 1 :])
        if any(other[: len(label)] == label for other in others):
            raise ValueError("a label's tokens begin another label's, so that their scores would overlap")
    if isinstance(engine, PlainEngine):
        return LabelScores(engine.label_logprobs(prompts, labels, on_step))
    # The last token of a label is predicted but not run, because no token after it is needed.
    sequences = [prompt + label[:-1] for prompt in prompts for label in labels]
    edges = [_edges(path, labels[i % len(labels)]) for i, path in enumerate(engine.prefill(sequences, on_step))]
    logprobs = _edge_logprobs(engine, edges)
    flat = np.array([sum(logprobs[edge] for edge in label_edges) for label_edges in edges])
    return LabelScores(flat.reshape(len(prompts), len(labels)))


def last_hidden(engine: Engine, prompts: Sequence[Tokens], on_step: OnStep = unheard) -> "torch.Tensor":
    """Compute the hidden state of each prompt's last token, in float32 on the CPU, shape (n, width)."""
    nodes = [path[-1] for path in engine.prefill(prompts, on_step)]
    return engine.hidden_states(nodes).float().cpu()


def _edges(path: Sequence[int], label: Tokens) -> list[tuple[int, int]]:
    """List a label's edges (node, next token), given the path that ends before the label's last token."""
    return list(zip(path[len(path) - len(label) :], label, strict=True))


def _edge_logprobs(engine: Engine, label_edges: list[list[tuple[int, int]]]) -> dict[tuple[int, int], float]:
    """Compute the log-probability of each distinct edge, with one row of vocabulary logits for each node."""
    import torch

    tokens_after: dict[int, set[int]] = {}
    for node, token in (edge for edges in label_edges for edge in edges):
        tokens_after.setdefault(node, set()).add(token)
    nodes = sorted(tokens_after)
    edge_logprobs: dict[tuple[int, int], float] = {}
    for start in range(0, len(nodes), _LOGIT_ROWS):
        chunk = nodes[start : start + _LOGIT_ROWS]
        edges = [(row, token) for row, node in enumerate(chunk) for token in sorted(tokens_after[node])]
        rows, tokens = torch.tensor(edges, device=engine.runtime.torch_device).T
        logprobs = engine.token_logprobs(engine.hidden_states(chunk), rows, tokens)
        edge_logprobs.update(
            ((chunk[row], token), logprob) for (row, token), logprob in zip(edges, logprobs.tolist(), strict=True)
        )
    return edge_logprobs
