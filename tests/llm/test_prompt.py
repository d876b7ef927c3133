"""Prompts: what they say, that the preamble begins them all, and that no code finds its own label in its prompt."""

import dataclasses
from typing import Any

import pytest
import questions
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import LABELS, METHOD, QUESTION

from aitrade.llm.prompt import Prompter, chat_tokens, short_tokens
from aitrade.llm.prompt_scorer import PromptScorer, heading_neighbours
from aitrade.nomenclature.code_text import describe, short_text
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.retrieval.neighbours import Neighbour

SERVER = Code("8471500150", "imports", "PROCESSING UNITS NESOI", None, "COMPUTERS")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return toys.chat_tokenizer()


@pytest.fixture(scope="module", params=["chat", "base"])
def prompter(request: pytest.FixtureRequest, tokenizer: Any) -> Prompter:
    """For a chat model, and for a base model that has no template."""
    if request.param == "chat":
        return Prompter(tokenizer, QUESTION)
    base = toys.chat_tokenizer()
    base.chat_template = None
    return Prompter(base, QUESTION)


@pytest.fixture(scope="module")
def opening_tokenizer() -> Any:
    """Of a base model whose texts open with a token, as Gemma's and Llama's do."""
    from tokenizers import processors

    base = toys.chat_tokenizer()
    base.chat_template, base.bos_token = None, "<|im_start|>"
    opened = processors.TemplateProcessing(
        single="<|im_start|> $A", pair="<|im_start|> $A $B", special_tokens=[("<|im_start|>", base.bos_token_id)]
    )
    base.backend_tokenizer.post_processor = opened
    return base


def test_texts_of_a_model_that_opens_them_with_a_token_do_so_once(opening_tokenizer: Any, tokenizer: Any) -> None:
    prompter, first = Prompter(opening_tokenizer, QUESTION), opening_tokenizer.bos_token_id
    assert opening_tokenizer("a")["input_ids"][0] == first  # as it splits text by itself
    prompt = prompter.prompt(SERVER, [])
    category = prompter.category_prompt(prompt, "High")
    short = short_tokens(opening_tokenizer, SERVER, QUESTION)
    for tokens in (prompt, category, short, prompter.preamble, chat_tokens(opening_tokenizer, "Why?")):
        assert (tokens[0], tokens.count(first)) == (first, 1)
    assert short[1:] == short_tokens(tokenizer, SERVER, QUESTION)  # which opens with none
    assert opening_tokenizer.decode(short[1:]) == short_text(SERVER, QUESTION.prompts.short, QUESTION.words)


def text_of(prompter: Prompter, tokens: tuple[int, ...]) -> str:
    return prompter.tokenizer.decode(tokens)


def near(exemplar: Exemplar, similarity: float = 0.5, code: Code = SERVER) -> Neighbour:
    hs10 = exemplar.code.hs10
    return questions.neighbour(exemplar, similarity, hs10[:4] == code.hs4, hs10[:6] == code.hs6)


def test_the_prompt_says_rubric_neighbours_and_product_in_this_order(
    prompter: Prompter, exemplars: ExemplarSet
) -> None:
    first, second = exemplars.exemplars[0], exemplars.exemplars[5]
    text = text_of(prompter, prompter.prompt(SERVER, [first, second]))
    parts = [QUESTION.rubric.question]
    parts += [f"{term.name}: {term.definition}" for term in QUESTION.rubric.levels]
    for e in (second, first):  # the nearest last
        parts += [f"Product: {QUESTION.words.expand(e.code.description)}", f"\nRelevance: {e.relevance}\n\n"]
    place = 0
    # What siblings share comes before what tells them apart, so that it is computed once.
    for part in [
        *parts,
        f"Heading: {QUESTION.words.title('8471')}\nIndustry: computers\n"
        f"Product: {QUESTION.words.expand(SERVER.description)}",
    ]:
        place = text.index(part, place) + len(part)
    assert text.endswith("Relevance:")
    assert ("<|im_start|>assistant" in text) == bool(prompter.tokenizer.chat_template)


def test_a_code_without_heading_or_industry_has_no_empty_lines_for_them(prompter: Prompter) -> None:
    bare = Code("0000000000", "imports", "ZINC")
    text = text_of(prompter, prompter.prompt(bare, []))
    assert "Product: zinc" in text
    assert "Heading:" not in text
    assert "Industry:" not in text


def test_the_category_is_asked_after_the_relevance(prompter: Prompter) -> None:
    prompt = prompter.prompt(SERVER, [])
    asked = prompter.category_prompt(prompt, "Medium")
    assert asked[: len(prompt)] == prompt
    assert text_of(prompter, asked).endswith("Relevance: Medium\nCategory:")


def test_labels_are_scored_with_the_space_before_them(prompter: Prompter) -> None:
    assert [text_of(prompter, t) for t in prompter.relevance_labels] == [f" {r}" for r in LABELS.levels]
    assert [text_of(prompter, t) for t in prompter.category_labels] == [f" {c}" for c in LABELS.categories]


def test_every_prompt_begins_with_the_preamble(prompter: Prompter, exemplars: ExemplarSet) -> None:
    """Else the shared keys and values would go unused, and a run take several times as long."""
    preamble = prompter.preamble
    assert QUESTION.rubric.levels[-1].definition in text_of(prompter, preamble)
    for code in toys.toy_codes():
        for neighbours in ([], list(exemplars.exemplars[:3])):
            prompt = prompter.prompt(code, neighbours)
            assert prompt[: len(preamble)] == preamble
            assert len(prompt) > len(preamble)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
def test_no_description_breaks_the_preamble(tokenizer: Any, description: str) -> None:
    prompter = Prompter(tokenizer, QUESTION)
    prompt = prompter.prompt(dataclasses.replace(SERVER, description=description), [])
    assert prompt[: len(prompter.preamble)] == prompter.preamble


def test_describe_and_short_text() -> None:
    assert describe(SERVER, QUESTION.words).startswith(
        "processing units not elsewhere specified or included (heading: "
    )
    assert describe(SERVER, QUESTION.words).endswith("(industry: computers)")
    assert "industry" not in describe(dataclasses.replace(SERVER, naics_description=None), QUESTION.words)
    assert (
        short_text(SERVER, QUESTION.prompts.short, QUESTION.words)
        == f"computers | {QUESTION.words.title('8471')} | {QUESTION.words.expand(SERVER.description)}"
    )
    siblings = (
        short_text(SERVER, QUESTION.prompts.short, QUESTION.words),
        short_text(
            dataclasses.replace(SERVER, hs10="8471500110", description="SERVERS"),
            QUESTION.prompts.short,
            QUESTION.words,
        ),
    )
    assert siblings[0].rpartition("| ")[0] == siblings[1].rpartition("| ")[0]  # what siblings share comes first


def test_the_hash_of_texts_is_of_all_that_they_are_made_of() -> None:
    """A tuned model knows texts as it has read them: what changes them has to part it from its adapter."""
    words, now = QUESTION.words, QUESTION.text_sha256
    others = (
        dataclasses.replace(words, titles={**words.titles, "8471": "else"}),
        dataclasses.replace(words, longs={**words.longs, "ZZZ": "else"}),
    )
    for other in others:
        assert dataclasses.replace(QUESTION, words=other).text_sha256 != now
    for part, same in (("short", False), ("user", True)):
        prompts = dataclasses.replace(QUESTION.prompts, **{part: "else"})
        assert (dataclasses.replace(QUESTION, prompts=prompts).text_sha256 == now) == same


def by_hand_heading_neighbours(codes: list[Code], lists: list[list[Neighbour]]) -> list[list[Code]]:
    """The oracle: sum closeness over a heading's codes, take the best, leave the code itself out."""
    chosen = []
    for code in codes:
        totals: dict[Code, float] = {}
        for other, listed in zip(codes, lists, strict=True):
            if (other.flow, other.hs4) == (code.flow, code.hs4):
                for n in listed:
                    totals[n.exemplar.code] = totals.get(n.exemplar.code, 0.0) + n.closeness
        ranked = sorted(totals, key=lambda c: (-totals[c], c.hs10, c.flow))[: METHOD.prompt_neighbours]
        chosen.append([c for c in ranked if (c.flow, c.hs10) != (code.flow, code.hs10)])
    return chosen


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_codes_of_a_heading_share_their_neighbours(exemplars: ExemplarSet, data: st.DataObject) -> None:
    codes = data.draw(st.lists(st.sampled_from(toys.toy_codes()), min_size=1, max_size=8, unique=True))
    lists = []
    for code in codes:
        others = [e for e in exemplars.exemplars if e.code != code]
        drawn = data.draw(st.lists(st.sampled_from(others), max_size=12, unique_by=lambda e: e.code))
        lists.append([near(e, data.draw(st.integers(-10, 10)) / 10, code) for e in drawn])
    got = [[n.exemplar.code for n in chosen] for chosen in heading_neighbours(codes, lists, METHOD.prompt_neighbours)]
    assert got == by_hand_heading_neighbours(codes, lists)


def test_no_code_finds_its_own_label_in_its_prompt(exemplars: ExemplarSet) -> None:
    """Siblings list each other; the heading's shared list must not bring a code's own exemplar back."""
    family = [e for e in exemplars.exemplars if e.code.hs4 == "8471" and e.code.flow == "imports"]
    codes = [e.code for e in family]
    lists = [[near(e, code=code) for e in family if e.code != code] for code in codes]

    class Noted(Prompter):
        def prompt(self, code, neighbours):
            assert code not in [e.code for e in neighbours]
            assert set(codes) - {code} <= {e.code for e in neighbours}
            return (1,)

    scorer = PromptScorer.__new__(PromptScorer)
    scorer.prompter, scorer.prompt_neighbours = Noted(None, QUESTION), METHOD.prompt_neighbours
    shown = heading_neighbours(codes, lists, METHOD.prompt_neighbours)
    assert scorer._prompts(codes, shown, range(len(codes))) == [(1,)] * len(codes)
