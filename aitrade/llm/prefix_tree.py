"""A prefix tree of token sequences: a prefix that several sequences share is stored and computed once.

Nodes are numbered in the order in which they are added, ancestors first, so that consecutive nodes can be computed
once all nodes before them are. A node attends only to its ancestors and itself (:mod:`aitrade.llm.attention`). Each
sequence is therefore computed as it would be alone.
"""

from collections.abc import Sequence

Tokens = tuple[int, ...]
ROOT = -1


class Tree:
    """A prefix tree that grows.

    Attributes:
        tokens: token of each node.
        parents: node before each node, :data:`ROOT` for the first token of a sequence.
        depth: number of ancestors of each node, which is its position in a sequence.
    """

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.parents: list[int] = []
        self.depth: list[int] = []
        self._children: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self.tokens)

    def add(self, sequences: Sequence[Tokens]) -> list[list[int]]:
        """Add sequences and return the nodes of each.

        Sequences are added in sorted order, so that the tree does not depend on the order in which they are given.
        """
        paths: list[list[int]] = [[] for _ in sequences]
        for position in sorted(range(len(sequences)), key=lambda i: sequences[i]):
            paths[position] = self._add(sequences[position])
        return paths

    def truncate(self, count: int) -> None:
        """Keep only the first ``count`` nodes."""
        for node in range(count, len(self)):
            del self._children[self.parents[node], self.tokens[node]]
        del self.tokens[count:], self.parents[count:], self.depth[count:]

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


def common_prefix(sequences: Sequence[Tokens]) -> Tokens:
    """Find the longest prefix that all sequences share, always shorter than the shortest sequence."""
    if not sequences:
        return ()
    first, last = min(sequences), max(sequences)  # of all pairs, the lexicographic extremes share the least
    limit = min(len(sequence) for sequence in sequences) - 1
    length = 0
    while length < limit and first[length] == last[length]:
        length += 1
    return first[:length]
