"""Prefix trees: token sequences that share a beginning are computed once where they share it.

A pack is the tree of several sequences, its nodes in depth-first order. A node attends to its ancestors and itself
only, so every sequence sees exactly what it would see alone; only the order of floating point sums differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tokens = tuple[int, ...]


@dataclass(frozen=True)
class Pack:
    """The prefix tree of some sequences.

    Attributes:
        tokens: token of each node, shape (nodes,), depth-first order.
        depth: number of ancestors of each node, shape (nodes,): its position.
        end: one past the last descendant of each node, shape (nodes,).
        sequences: indices of the sequences that the pack holds.
        paths: for each of them, its nodes from the root on.
    """

    tokens: "NDArray[np.int64]"
    depth: "NDArray[np.int64]"
    end: "NDArray[np.int64]"
    sequences: tuple[int, ...]
    paths: tuple[tuple[int, ...], ...]

    def mask(self) -> "NDArray[np.bool_]":
        """Who attends to whom, shape (nodes, nodes): row i is true at i and at the ancestors of i."""
        index = np.arange(len(self.tokens))
        return (index[None, :] <= index[:, None]) & (index[:, None] < self.end[None, :])


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


def pack(sequences: Sequence[Tokens], limit: int) -> list[Pack]:
    """Sort the sequences and pack them into trees of at most ``limit`` nodes each (a longer sequence stands alone).

    Args:
        sequences: token sequences, none empty; equal ones share all their nodes.
        limit: nodes in a pack, at most.

    Returns:
        Packs that together hold every sequence once. The same sequences always give the same packs.
    """
    order = sorted(range(len(sequences)), key=lambda i: (sequences[i], i))
    packs: list[Pack] = []
    builder = _Builder()
    for index in order:
        if builder.sequences and builder.size_with(sequences[index]) > limit:
            packs.append(builder.build())
            builder = _Builder()
        builder.add(index, sequences[index])
    if builder.sequences:
        packs.append(builder.build())
    return packs


class _Builder:
    """Grows a tree by sequences in lexicographic order, so that new nodes always come last."""

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.depth: list[int] = []
        self.end: list[int] = []
        self.sequences: list[int] = []
        self.paths: list[tuple[int, ...]] = []

    def _shared(self, sequence: Tokens) -> int:
        path = self.paths[-1] if self.paths else ()
        shared = 0
        while shared < min(len(path), len(sequence)) and self.tokens[path[shared]] == sequence[shared]:
            shared += 1
        return shared

    def size_with(self, sequence: Tokens) -> int:
        return len(self.tokens) + len(sequence) - self._shared(sequence)

    def add(self, index: int, sequence: Tokens) -> None:
        shared = self._shared(sequence)
        path = list(self.paths[-1][:shared]) if self.paths else []
        for depth in range(shared, len(sequence)):
            path.append(len(self.tokens))
            self.tokens.append(sequence[depth])
            self.depth.append(depth)
            self.end.append(0)
        for node in path:
            self.end[node] = len(self.tokens)
        self.sequences.append(index)
        self.paths.append(tuple(path))

    def build(self) -> Pack:
        def column(values: list[int]) -> "NDArray[np.int64]":
            return np.array(values, np.int64)

        return Pack(column(self.tokens), column(self.depth), column(self.end), tuple(self.sequences), tuple(self.paths))
