"""Prefix trees: whatever is shared, every sequence keeps its tokens, its positions and its own past."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitrade.llm.prefix_tree import ROOT, Tree, common_prefix

# Few tokens and short sequences, so that beginnings are shared often.
SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=7).map(tuple), min_size=1, max_size=14)


def distinct_prefixes(sequences: list[tuple[int, ...]]) -> int:
    return len({s[:n] for s in sequences for n in range(1, len(s) + 1)})


@settings(max_examples=200, deadline=None)
@given(SEQUENCES, SEQUENCES)
def test_a_tree_spells_every_sequence_and_holds_what_they_share_once(
    first: list[tuple[int, ...]], later: list[tuple[int, ...]]
) -> None:
    tree = Tree()
    paths = tree.add(first) + tree.add(later)
    for sequence, path in zip(first + later, paths, strict=True):
        assert tuple(tree.tokens[node] for node in path) == sequence
        assert [tree.depth[node] for node in path] == list(range(len(path)))
        assert [tree.parents[node] for node in path] == [ROOT, *path[:-1]]
    assert len(tree) == distinct_prefixes(first + later)


@settings(max_examples=100, deadline=None)
@given(SEQUENCES, st.randoms(use_true_random=False))
def test_a_tree_is_the_same_in_whatever_order_sequences_come(sequences, random) -> None:
    """What is computed together must not hang on the order of the codes."""
    shuffled = list(sequences)
    random.shuffle(shuffled)
    first, second = Tree(), Tree()
    first.add(sequences)
    second.add(shuffled)
    assert (first.tokens, first.parents) == (second.tokens, second.parents)


@settings(max_examples=100, deadline=None)
@given(SEQUENCES, SEQUENCES)
def test_what_is_truncated_leaves_no_trace(first: list[tuple[int, ...]], later: list[tuple[int, ...]]) -> None:
    tree, fresh = Tree(), Tree()
    tree.add(first)
    kept = len(tree)
    tree.add([(9, *s) for s in first])
    tree.truncate(kept)
    assert len(tree) == kept
    fresh.add(first)
    assert tree.add(later) == fresh.add(later)
    assert (tree.tokens, tree.parents, tree.depth) == (fresh.tokens, fresh.parents, fresh.depth)


def test_a_tree_by_hand() -> None:
    tree = Tree()
    assert tree.add([(5, 6, 8), (5, 6), (5, 7), (5, 6, 8)]) == [[0, 1, 2], [0, 1], [0, 3], [0, 1, 2]]
    assert tree.tokens == [5, 6, 8, 7]


def test_nothing_to_add() -> None:
    tree = Tree()
    assert tree.add([]) == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.integers(0, 1), max_size=5).map(tuple), max_size=6))
def test_common_prefix_is_the_longest_that_leaves_every_sequence_a_token(sequences: list[tuple[int, ...]]) -> None:
    """Something must be left to compute after a preamble, even where one sequence is all preamble."""
    found = common_prefix(sequences)
    shared = [n for n in range(8) if all(len(s) > n for s in sequences) and len({s[:n] for s in sequences}) == 1]
    assert len(found) == max(shared, default=0)
    assert all(s[: len(found)] == found for s in sequences)


@pytest.mark.parametrize(("sequences", "prefix"), [([], ()), ([()], ()), ([(1, 2), (1, 2)], (1,))])
def test_common_prefix_at_the_edges(sequences: list[tuple[int, ...]], prefix: tuple[int, ...]) -> None:
    assert common_prefix(sequences) == prefix
