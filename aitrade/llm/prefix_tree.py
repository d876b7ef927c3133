"""A prefix tree of token sequences: what several begin with is in it once, and computed once.

Sequences are added in sorted order and nodes are numbered as they come, so that any run of consecutive nodes can be
computed when all nodes before it are. A node attends to its ancestors and itself only, so every sequence
sees exactly what it would see alone; only the order of floating point sums differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tokens = tuple[int, ...]
ROOT = -1


@dataclass(frozen=True)
class Stretch:
    """Consecutive nodes of a tree, and what they attend to.

    Attributes:
        start, stop: the nodes, from ``start`` to before ``stop``.
        seen: the nodes that any of them attends to, themselves included, ascending, shape (seen,).
        mask: who attends to whom, shape (stop - start, seen): a row is true at its node's ancestors, and at itself.
    """

    start: int
    stop: int
    seen: "NDArray[np.int64]"
    mask: "NDArray[np.bool_]"


class Tree:
    """A prefix tree that grows.

    Attributes:
        tokens: token of each node.
        parents: node before each node, :data:`ROOT` for the first of a sequence.
        depth: number of ancestors of each node: its position.
    """

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.parents: list[int] = []
        self.depth: list[int] = []
        self._children: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self.tokens)

    def add(self, sequences: Sequence[Tokens]) -> list[list[int]]:
        """Add sequences and return the nodes of each; whatever order they come in, the tree is the same."""
        paths: list[list[int]] = [[] for _ in sequences]
        for place in sorted(range(len(sequences)), key=lambda i: sequences[i]):
            paths[place] = self._add(sequences[place])
        return paths

    def forget(self, count: int) -> None:
        """Keep the first ``count`` nodes only."""
        for node in range(count, len(self)):
            del self._children[self.parents[node], self.tokens[node]]
        del self.tokens[count:], self.parents[count:], self.depth[count:]

    def stretches(self, start: int, stop: int, length: int) -> list[Stretch]:
        """Cut the nodes from ``start`` to before ``stop`` into stretches of at most ``length``."""
        return [self._stretch(at, min(at + length, stop)) for at in range(start, stop, length)]

    def _add(self, sequence: Tokens) -> list[int]:
        path, node = [], ROOT
        for depth, token in enumerate(sequence):
            child = self._children.get((node, token))
            if child is None:
                child = self._children[node, token] = len(self)
                self.tokens.append(token)
                self.parents.append(node)
                self.depth.append(depth)
            path.append(child)
            node = child
        return path

    def _stretch(self, start: int, stop: int) -> Stretch:
        outer = {self.parents[node] for node in range(start, stop)} - {ROOT}
        lines = {node: self._line(node) for node in outer if node < start}
        past = np.array(sorted(set().union(*lines.values())), np.int64)
        mask = np.zeros((stop - start, len(past) + stop - start), bool)
        for row in range(stop - start):
            parent = self.parents[start + row]
            if parent >= start:
                mask[row] = mask[parent - start]
            elif parent != ROOT:
                mask[row, np.searchsorted(past, lines[parent])] = True
            mask[row, len(past) + row] = True
        return Stretch(start, stop, np.concatenate([past, np.arange(start, stop)]), mask)

    def _line(self, node: int) -> list[int]:
        """A node and its ancestors."""
        line = []
        while node != ROOT:
            line.append(node)
            node = self.parents[node]
        return line


def common_prefix(sequences: Sequence[Tokens]) -> Tokens:
    """The longest beginning that all sequences share, always shorter than the shortest of them."""
    if not sequences:
        return ()
    first, last = min(sequences), max(sequences)  # in lexicographic order the extremes share least
    limit = min(len(sequence) for sequence in sequences) - 1
    length = 0
    while length < limit and first[length] == last[length]:
        length += 1
    return first[:length]
