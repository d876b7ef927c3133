"""Split text into a model's tokens: control tokens only where the template wrote them, labels where they stand."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from aitrade.llm.chat import THOUGHTS, Piece, own_template
from aitrade.llm.prefix_tree import Tokens

# Text that any tokenizer ends a token after, so that what follows is split as it is within a text.
_ANCHOR = "a\n"


def text_tokens(tokenizer: Any, text: str) -> Tokens:
    """Tokens of a text of ours, in which a control token is text too."""
    return piece_tokens(tokenizer, [Piece(text, is_template=False)])


def piece_tokens(tokenizer: Any, pieces: Sequence[Piece]) -> Tokens:
    """Tokens of a prompt's pieces as one text; a control token that the template did not write is text."""
    text, cuts = "".join(piece.text for piece in pieces), [0, *_cuts(tokenizer, pieces)]
    stretches = [text[start:stop] for start, stop in zip(cuts, [*cuts[1:], len(text)], strict=True)]
    tokens = _plain(tokenizer, stretches[0])
    for stretch in stretches[1:]:
        tokens += continued(tokenizer, _ANCHOR, stretch)
    return tokens


def continued(tokenizer: Any, before: str, text: str) -> Tokens:
    """Tokens of a text that follows another: those of both less those of the first."""
    first, both = _plain(tokenizer, before), _plain(tokenizer, before + text)
    return both[shared_length([first, both]) :]


def shared_length(sequences: Sequence[Tokens]) -> int:
    """Count the tokens that all sequences begin with."""
    first, last = min(sequences), max(sequences)
    return next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


def opening(tokenizer: Any) -> Tokens:
    """The token that every text of the model opens with, where its tokenizer says that there is one."""
    first = tokenizer("")["input_ids"][:1]
    return tuple(first) if first == [tokenizer.bos_token_id] else ()


def _plain(tokenizer: Any, text: str) -> Tokens:
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def _cuts(tokenizer: Any, pieces: Sequence[Piece]) -> list[int]:
    """Places within each control token that our texts have a part in; split there, it is no control token."""
    text, ends, at, cuts = "".join(piece.text for piece in pieces), [], 0, []
    for piece in pieces:
        at += len(piece.text)
        ends.append(at)
    pattern, at = _control_tokens(tokenizer, own_template(tokenizer) or ""), 0
    while found := pattern.search(text, at):
        at = found.end()
        touched = pieces[bisect_right(ends, found.start()) : bisect_left(ends, found.end()) + 1]
        if not all(piece.is_template for piece in touched):
            at = found.start() + 1
            cuts.append(at)
    return cuts


@lru_cache(maxsize=8)
def _control_tokens(tokenizer: Any, template: str) -> "re.Pattern[str]":
    """What matches a control token: a special one, or an added one of thoughts or of the chat template."""
    thoughts = {mark for pair in THOUGHTS for mark in pair}
    control = [
        token.content
        for token in tokenizer.added_tokens_decoder.values()
        if (token.special or token.content in template or token.content in thoughts)
        and not token.content.isspace()
        and len(token.content) > 1
    ]
    return re.compile("|".join(map(re.escape, sorted(control, key=len, reverse=True))) or "(?!)")
