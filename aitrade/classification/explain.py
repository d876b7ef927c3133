"""Why a code got its label: the prediction, the neighbours with their reasons, and what each evidence said."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.llm.prompt import chat_tokens
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.nomenclature.text import read_words
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.question.rubric import RELEVANCES, load_rubric

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from aitrade.llm.engine import Engine

RATIONALE_TOKENS = 80


@dataclass(frozen=True)
class Explanation:
    """A prediction with what is behind it.

    Attributes:
        code: the code.
        run: the run that judged it.
        relevance, category, source: the prediction.
        probabilities: calibrated, of High, Medium, Low; None where labels came without.
        llm: the LLM's scores of High, Medium, Low; None where it was not asked.
        label_mass: probability that the LLM's answer is a label at all; None where labels were not scored.
        neighbours: exemplars that the evidence lists, with their similarity, nearest first.
        llm_neighbours: likewise those that a tuned LLM places nearest.
        rationale: the reason given by hand, for an exemplar.
    """

    code: Code
    run: str
    relevance: str
    category: str
    source: str
    probabilities: tuple[float, ...] | None
    llm: tuple[float, ...] | None
    label_mass: float | None
    neighbours: tuple[tuple[Exemplar, float], ...]
    llm_neighbours: tuple[tuple[Exemplar, float], ...]
    rationale: str | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "hs10": self.code.hs10,
            "flow": self.code.flow,
            "description": self.code.description,
            "run": self.run,
            "relevance": self.relevance,
            "category": self.category,
            "source": self.source,
            "probabilities": dict(zip(RELEVANCES, self.probabilities, strict=True)) if self.probabilities else None,
            "llm": dict(zip(RELEVANCES, self.llm, strict=True)) if self.llm else None,
            "label_mass": self.label_mass,
            "rationale": self.rationale,
            "neighbours": _plain(self.neighbours),
            "llm_neighbours": _plain(self.llm_neighbours),
        }


def _plain(neighbours: tuple[tuple[Exemplar, float], ...]) -> list[dict[str, Any]]:
    return [
        {
            "hs10": e.code.hs10,
            "similarity": similarity,
            "description": e.code.description,
            "relevance": e.relevance,
            "category": e.category,
            "rationale": e.rationale,
        }
        for e, similarity in neighbours
    ]


def explain(con: "DuckDBPyConnection", hs10: str, flow: str, run: str, exemplars: ExemplarSet) -> Explanation:
    """Read a prediction and what is behind it.

    Raises:
        BadInputError: the run has no prediction of the code.
    """
    row = con.execute(
        "SELECT description, relevance, category, source, p, evidence "
        "FROM predictions WHERE run = ? AND flow = ? AND hs10 = ?",
        [run, flow, hs10],
    ).fetchone()
    if row is None:
        raise BadInputError(f"run {run} says nothing of {flow} code {hs10}", fix="choose another run or flow")
    description, relevance, category, source, probabilities, raw = row
    evidence = json.loads(raw) if raw else {}
    return Explanation(
        code=Code(hs10, flow, description or ""),
        run=run,
        relevance=relevance,
        category=category,
        source=source,
        probabilities=tuple(probabilities) if probabilities else None,
        llm=tuple(evidence["llm"]) if evidence.get("llm") else None,
        label_mass=evidence.get("label_mass"),
        neighbours=_known(evidence.get("neighbours", []), exemplars),
        llm_neighbours=_known(evidence.get("llm_neighbours", []), exemplars),
        rationale=evidence.get("rationale"),
    )


def _known(listed: list[dict[str, Any]], exemplars: ExemplarSet) -> tuple[tuple[Exemplar, float], ...]:
    found = [(exemplars.by_code.get((n["flow"], n["hs10"])), n["similarity"]) for n in listed]
    return tuple((exemplar, similarity) for exemplar, similarity in found if exemplar is not None)


def write_rationale(engine: "Engine", explanation: Explanation) -> str:
    """Have the local model write one or two sentences on the use that the label rests on; greedy, so repeatable."""
    import torch

    rubric = load_rubric()
    question = (
        f"Product: {describe(explanation.code, read_words())}\n"
        f"It was judged {explanation.relevance} ({explanation.category}) for {rubric.subject}.\n"
        "In one or two sentences, name the specific use, or say why there is none."
    )
    tokens = torch.tensor([chat_tokens(engine.tokenizer, question)], device=engine.runtime.torch_device)
    with torch.inference_mode():
        output = engine.model.generate(
            tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=RATIONALE_TOKENS, do_sample=False
        )
    written: str = engine.tokenizer.decode(output[0, tokens.shape[1] :], skip_special_tokens=True)
    return written.strip()
