"""Prefix trees: whatever is shared, every sequence keeps its tokens, its positions and its own past."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitrade.llm.tree import Pack, common_prefix, pack

# Few tokens and short sequences, so that beginnings are shared often.
SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=7).map(tuple), min_size=1, max_size=14)
LIMITS = st.integers(1, 30)


def distinct_prefixes(sequences: list[tuple[int, ...]]) -> int:
    return len({s[:n] for s in sequences for n in range(1, len(s) + 1)})


def ancestors(tree: Pack) -> dict[int, set[int]]:
    """Every node's ancestors and itself, read off the paths alone."""
    found: dict[int, set[int]] = {}
    for path in tree.paths:
        for place, node in enumerate(path):
            past = set(path[: place + 1])
            assert found.setdefault(node, past) == past, "one node has two pasts"
    return found


@settings(max_examples=200, deadline=None)
@given(SEQUENCES, LIMITS)
def test_packs_hold_every_sequence_once_and_spell_it(sequences: list[tuple[int, ...]], limit: int) -> None:
    packs = pack(sequences, limit)
    assert sorted(i for tree in packs for i in tree.sequences) == list(range(len(sequences)))
    for tree in packs:
        for index, path in zip(tree.sequences, tree.paths, strict=True):
            assert tuple(tree.tokens[list(path)].tolist()) == sequences[index]
            assert tree.depth[list(path)].tolist() == list(range(len(path)))


@settings(max_examples=200, deadline=None)
@given(SEQUENCES, LIMITS)
def test_masks_let_a_node_see_its_ancestors_and_itself_only(sequences: list[tuple[int, ...]], limit: int) -> None:
    for tree in pack(sequences, limit):
        past = ancestors(tree)
        assert set(past) == set(range(len(tree.tokens))), "a node belongs to no sequence"
        expected = [[other in past[node] for other in sorted(past)] for node in sorted(past)]
        assert tree.mask().tolist() == expected


@settings(max_examples=200, deadline=None)
@given(SEQUENCES, LIMITS)
def test_packs_stay_within_the_limit_and_share_all_that_they_can(sequences: list[tuple[int, ...]], limit: int) -> None:
    for tree in pack(sequences, limit):
        held = [sequences[i] for i in tree.sequences]
        assert len(tree.tokens) == distinct_prefixes(held)
        assert len(tree.tokens) <= limit or len(held) == 1


@settings(max_examples=100, deadline=None)
@given(SEQUENCES, LIMITS, st.randoms(use_true_random=False))
def test_packs_are_the_same_in_whatever_order_sequences_come(sequences, limit, random) -> None:
    """What is computed together must not hang on the order of the codes."""
    shuffled = list(sequences)
    random.shuffle(shuffled)
    first, second = pack(sequences, limit), pack(shuffled, limit)
    assert [tree.tokens.tolist() for tree in first] == [tree.tokens.tolist() for tree in second]
    assert [tree.paths for tree in first] == [tree.paths for tree in second]


def test_a_tree_by_hand() -> None:
    (tree,) = pack([(5, 6, 8), (5, 6), (5, 7), (5, 6, 8)], 10)
    assert tree.tokens.tolist() == [5, 6, 8, 7]
    assert tree.depth.tolist() == [0, 1, 2, 1]
    assert dict(zip(tree.sequences, tree.paths, strict=True)) == {1: (0, 1), 0: (0, 1, 2), 3: (0, 1, 2), 2: (0, 3)}
    assert tree.mask().astype(int).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 1]]


def test_nothing_to_pack() -> None:
    assert pack([], 8) == []


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
