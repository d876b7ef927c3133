"""A prefix tree of token sequences: what several begin with is in it once, and computed once.

Sequences are added in sorted order and nodes are numbered as they come, so that any run of consecutive nodes is a pack
that can be computed when all nodes before it are. A node attends to its ancestors and itself only, so every sequence
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
class Pack:
    """Consecutive nodes of a tree, to be computed together.

    Attributes:
        start, stop: the nodes, from ``start`` to before ``stop``.
        past: earlier nodes that any of them descends from, ascending, shape (past,).
        mask: who attends to whom, shape (stop - start, past + stop - start): a row is true at its node's ancestors,
            and at itself.
    """

    start: int
    stop: int
    past: "NDArray[np.int64]"
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

    def packs(self, start: int, limit: int) -> list[Pack]:
        """Cut the nodes from ``start`` on into packs of at most ``limit``."""
        return [self._pack(at, min(at + limit, len(self))) for at in range(start, len(self), limit)]

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

    def _pack(self, start: int, stop: int) -> Pack:
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
        return Pack(start, stop, past, mask)

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
