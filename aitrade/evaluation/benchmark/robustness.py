"""How many labels of a model flip when what must not matter is changed: orders in the prompt, arithmetic, batches.

A model is asked about the same codes again with the levels in the rubric in the other order, with the neighbours in the
prompt in the other order, in float32 instead of bfloat16 (or the other way round), and a code at a time. A tuned model
reads neither rubric nor neighbours, so only the last two are asked of it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.classification.loading import load_classifier
from aitrade.core.device import choose_runtime
from aitrade.core.files import write_file
from aitrade.core.progress import OnStep
from aitrade.core.table import Column, Table, Value
from aitrade.evaluation.benchmark.contest import Contest
from aitrade.evaluation.benchmark.gold import Gold, whole_headings
from aitrade.evaluation.benchmark.judging import batches
from aitrade.evaluation.benchmark.rows import row_key
from aitrade.llm.scorer import Neighbourhoods, Scorer
from aitrade.llm.scorer_loading import load_scorer
from aitrade.models.adapter_files import is_tuned
from aitrade.nomenclature.codes import Code
from aitrade.question.artifacts import adapter_folders
from aitrade.question.question import Question

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS, NEIGHBOURS, ARITHMETIC, SINGLY = "order of levels", "order of neighbours", "arithmetic", "batch of 1"


@dataclass(frozen=True)
class Flips:
    """What flips of a model's labels.

    Attributes:
        model: ``BASE`` or ``BASE+ADAPTER``.
        codes: (flow, hs10) of the codes asked about.
        flipped: by what was changed, whether the label of each code is another then.
    """

    model: str
    codes: tuple[tuple[str, str], ...]
    flipped: dict[str, tuple[bool, ...]]


def flips_of(contest: Contest, model: str, number: int, seed: int, on_step: OnStep) -> Flips:
    """Ask a model again with each thing changed that must not matter; what was asked once is kept.

    Args:
        contest: whose gold codes, in whole headings.
        model: which model.
        number: draw whole headings until there are this many codes; exemplars are left out.
        seed: of the draw.
        on_step: told (codes asked about, codes to ask about).
    """
    codes = _codes(contest, number, seed)
    made_from = {**contest.of_model(model), "robustness": [code.key for code in codes]}
    path = contest.folder / "robustness" / f"{row_key(model, made_from)}.json"
    if path.is_file():
        raw = json.loads(path.read_text("utf-8"))
        return Flips(model, tuple(code.key for code in codes), {name: tuple(said) for name, said in raw.items()})
    flipped = {name: said.tolist() for name, said in _ask(contest, model, codes, on_step).items()}
    write_file(path, (json.dumps(flipped) + "\n").encode())
    return Flips(model, tuple(code.key for code in codes), {name: tuple(said) for name, said in flipped.items()})


def robustness_table(found: Sequence[Flips], gold: Gold, values: "NDArray[np.int64]", year: int | None) -> Table:
    """A row for each model and change: how many labels flip, and the trade under them.

    Args:
        found: of each model.
        gold: the codes of the benchmark.
        values: dollars of each of these.
        year: of the dollars.
    """
    dollars = {code.key: int(value) for code, value in zip(gold.codes, values, strict=True)}
    columns = [Column("model", "Model"), Column("changed", "Changed"), Column("codes", "Codes", "count")]
    columns += [Column("flipped", "Labels flipped", "count"), Column("share", "Share", "ratio")]
    columns += [Column(f"value_{year}", f"Their value {year}", "billions", "value", year)] if year else []
    rows: list[tuple[Value, ...]] = []
    for one in found:
        for name, said in one.flipped.items():
            under = sum(dollars[key] for key, flipped in zip(one.codes, said, strict=True) if flipped) / 1e9
            rows.append((one.model, name, len(said), sum(said), sum(said) / len(said), *((under,) if year else ())))
    note = "each model alone, asked again with one thing changed that must not matter"
    return Table("robustness", "How many labels flip", tuple(columns), tuple(rows), (note,))


def _codes(contest: Contest, number: int, seed: int) -> list[Code]:
    exemplars = contest.question.exemplars.by_code
    fresh = [(code, level) for code, level in zip(contest.gold.codes, contest.gold.levels, strict=True)]
    fresh = [(code, level) for code, level in fresh if code.key not in exemplars] or fresh
    gold = Gold(contest.gold.name, tuple(code for code, _ in fresh), tuple(level for _, level in fresh))
    return list(whole_headings(gold, number, seed).codes)


def _ask(contest: Contest, model: str, codes: list[Code], on_step: OnStep) -> "dict[str, NDArray[np.bool_]]":
    question, method, workspace = contest.question, contest.method, contest.workspace
    runtime, folders = choose_runtime(contest.device), adapter_folders(question, workspace)
    other = choose_runtime(contest.device, "float32" if runtime.arithmetic != "float32" else "bfloat16")
    classifier = load_classifier(
        question, model, contest.device, workspace, method=method, embedder=contest.embedder, calibrated=False
    ).knowing(contest.headings)
    shown: Neighbourhoods = classifier.shown(codes, classifier.retrieve(codes).neighbours)
    backwards = [tuple(reversed(near)) for near in shown]

    def load(asked: Question, at: Any) -> Scorer:
        return load_scorer(model, at, asked, method.prompt_neighbours, folders)

    changes: dict[str, Callable[[], NDArray[np.int64]]] = {
        ARITHMETIC: lambda: _levels(load(question, other), codes, shown),
        SINGLY: lambda: _levels(classifier.scorer, codes, shown, singly=True),
    }
    if not is_tuned(model):
        turned, last = _turned(question), len(question.labels.levels) - 1
        changes[LEVELS] = lambda: last - _levels(load(turned, runtime), codes, shown)
        changes[NEIGHBOURS] = lambda: _levels(classifier.scorer, codes, backwards)
    steps = len(codes) * (len(changes) + 1)
    before, found = _levels(classifier.scorer, codes, shown), {}
    for number, (name, ask) in enumerate(changes.items(), 1):
        on_step(number * len(codes), steps)
        found[name] = ask() != before
    on_step(steps, steps)
    return found


def _turned(question: Question) -> Question:
    """The question with its levels in the other order."""
    rubric = replace(question.rubric, levels=question.rubric.levels[::-1])
    return replace(question, rubric=rubric, labels=replace(question.labels, levels=question.labels.levels[::-1]))


def _levels(
    scorer: Scorer, codes: Sequence[Code], shown: Neighbourhoods, *, singly: bool = False
) -> "NDArray[np.int64]":
    """Place of each code's likeliest level, shape (n,)."""
    said, done = [], 0
    for batch in [[code] for code in codes] if singly else batches(codes):
        said.append(scorer.relevance(batch, shown[done : done + len(batch)]).relevance.argmax(1))
        done += len(batch)
    return np.concatenate(said)
