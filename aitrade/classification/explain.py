"""Explain a label: the prediction, the neighbours with their reasons, and what each kind of evidence said."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.llm.prompt import chat_tokens
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.question.question import Question
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.stored import read_evidence

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from aitrade.llm.engine import Engine
    from aitrade.llm.plain_engine import PlainEngine

RATIONALE_TOKENS = 80


@dataclass(frozen=True)
class Explanation:
    """A prediction with what is behind it.

    Attributes:
        code: the code.
        run: the run that labels the code.
        question: the question that the run answers.
        relevance, category, source: the prediction.
        probabilities: calibrated, in the order of the levels; None where a label has none.
        llm: the LLM's scores in the order of the levels; None where the LLM was not asked.
        label_mass: probability that the LLM's answer is a label at all; None where labels were not scored.
        neighbours: exemplars that the evidence lists, with their similarity, nearest first.
        llm_neighbours: likewise those that a tuned LLM places nearest.
        rationale: the reason given by hand, for an exemplar.
        found_by: the embedder that found the neighbours now, where the run kept none; else None.
        decided_by: what decided, where the LLM was asked and did not; else None.
        note: what else has to be known of the label, such as that an exemplar has the number but is another product.
    """

    code: Code
    run: str
    question: Question
    relevance: str
    category: str
    source: str
    probabilities: tuple[float, ...] | None
    llm: tuple[float, ...] | None
    label_mass: float | None
    neighbours: tuple[tuple[Exemplar, float], ...]
    llm_neighbours: tuple[tuple[Exemplar, float], ...]
    rationale: str | None
    found_by: str | None = None
    note: str | None = None
    decided_by: str | None = None

    @property
    def contrary(self) -> tuple[Exemplar, float] | None:
        """The nearest exemplar of another level: what would change the label, were the code more like it."""
        return next(((one, near) for one, near in self.neighbours if one.relevance != self.relevance), None)

    def as_dict(self) -> dict[str, Any]:
        """Make plain values, for JSON."""
        levels = self.question.labels.levels
        return {
            "hs10": self.code.hs10,
            "flow": self.code.flow,
            "description": self.code.description,
            "run": self.run,
            "relevance": self.relevance,
            "category": self.category,
            "source": self.source,
            "decided_by": self.decided_by or self.source,
            "probabilities": dict(zip(levels, self.probabilities, strict=True)) if self.probabilities else None,
            "llm": dict(zip(levels, self.llm, strict=True)) if self.llm else None,
            "label_mass": self.label_mass,
            "rationale": self.rationale,
            "note": self.note,
            "neighbours": _plain(self.neighbours),
            "found_by": self.found_by,
            "contrary": _plain((self.contrary,))[0] if self.contrary else None,
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


def explain(con: "DuckDBPyConnection", hs10: str, flow: str, run: str) -> Explanation:
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
        raise _no_label(con, run, flow, hs10)
    description, relevance, category, source, probabilities, raw = row
    evidence = read_evidence(raw, f"{flow} code {hs10} in run {run}")
    question = question_of_run(con, run)
    rationale = evidence.get("rationale")
    if source == "exemplar" and rationale is None and (exemplar := question.exemplars.by_code.get((flow, hs10))):
        rationale = exemplar.rationale
    return Explanation(
        code=Code(hs10, flow, description or ""),
        run=run,
        question=question,
        relevance=relevance,
        category=category,
        source=source,
        probabilities=tuple(probabilities) if probabilities else None,
        llm=tuple(evidence["llm"]) if evidence.get("llm") else None,
        label_mass=evidence.get("label_mass"),
        neighbours=_known(evidence.get("neighbours") or [], question.exemplars),
        llm_neighbours=_known(evidence.get("llm_neighbours") or [], question.exemplars),
        rationale=rationale,
        note=evidence.get("note"),
        decided_by=evidence.get("decided_by"),
    )


def _no_label(con: "DuckDBPyConnection", run: str, flow: str, hs10: str) -> BadInputError:
    """Say that the run lacks the code; or, where there is no such code, which ones its heading has."""
    if con.execute("SELECT 1 FROM codes WHERE flow = ? AND hs10 = ?", [flow, hs10]).fetchone():
        return BadInputError(f"run {run} has no label of {flow} code {hs10}", fix="choose another run or flow")
    siblings = con.execute(
        "SELECT hs10 FROM predictions WHERE run = ? AND flow = ? AND hs10[:4] = ? "
        "ORDER BY hs10[:8] <> ?, hs10[:6] <> ?, hs10 LIMIT 8",
        [run, flow, hs10[:4], hs10[:8], hs10[:6]],
    ).fetchall()
    return BadInputError(
        f"there is no {flow} code {hs10}",
        fix=f"nearest in its heading: {', '.join(row[0] for row in siblings)}"
        if siblings
        else f"no code of heading {hs10[:4]} has a label: look it up by `aitrade codes list`",
    )


def _known(listed: list[dict[str, Any]], exemplars: ExemplarSet) -> tuple[tuple[Exemplar, float], ...]:
    found = [(exemplars.by_code.get((n["flow"], n["hs10"])), n["similarity"]) for n in listed]
    return tuple((exemplar, similarity) for exemplar, similarity in found if exemplar is not None)


def write_rationale(engine: "Engine | PlainEngine", explanation: Explanation) -> str:
    """Have the local model write one or two sentences on the use that the label rests on; greedy, so repeatable."""
    import torch

    asked = explanation.question
    prompt = (
        f"Product: {describe(explanation.code, asked.words)}\n"
        f"It was judged {explanation.relevance} ({explanation.category}) for {asked.rubric.subject}.\n"
        "In one or two sentences, name the specific use, or say why there is none."
    )
    tokens = torch.tensor([chat_tokens(engine.tokenizer, prompt)], device=engine.runtime.torch_device)
    with torch.inference_mode():
        output = engine.model.generate(
            tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=RATIONALE_TOKENS, do_sample=False
        )
    written: str = engine.tokenizer.decode(output[0, tokens.shape[1] :], skip_special_tokens=True)
    return written.strip()
