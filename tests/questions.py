"""Questions for tests: the shipped one on toy exemplars, one of two levels without categories, one of five levels."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.classification import features
from aitrade.classification.features import feature_names, features_of_kind
from aitrade.classification.method import Method
from aitrade.core.files import write_file
from aitrade.core.paths import shipped
from aitrade.demo import DEMO_EMBEDDER
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.nomenclature.codes import Code
from aitrade.question.catalogue import QUESTIONS
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.question.question import SHIPPED, Question, load_question
from aitrade.retrieval.index import Index
from aitrade.retrieval.neighbours import Neighbour, find_neighbours
from aitrade.workspace.questions import keep_question

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

QUESTION = load_question(SHIPPED)
LABELS = QUESTION.labels
METHOD = Method()
SMALL = Method(codes_per_batch=6)  # so that the toy codes are several batches
NAMES = LABELS.names
DEFAULT_MODEL, DEFAULT_EMBEDDER = QUESTION.settings.model, QUESTION.settings.embedder


def tie_runs(con: "DuckDBPyConnection") -> None:
    """Tie runs that name no question to the shipped one, which is read once for all tests."""
    con.execute("UPDATE runs SET question = ? WHERE question IS NULL", [keep_question(con, QUESTION)])


def on_exemplars(exemplars: ExemplarSet) -> Question:
    """The shipped question with other exemplars, and the embedder that tests install a toy of."""
    settings = replace(QUESTION.settings, embedder=DEMO_EMBEDDER)
    return replace(QUESTION, exemplars=exemplars, settings=settings, folder=None)


def question_folder(folder: Path, exemplars: Path | None = None) -> Path:
    """Write the shipped question with the plain embedder, and with other exemplars where a file is given."""
    source = shipped(QUESTIONS) / SHIPPED
    text = (source / "question.toml").read_text("utf-8")
    write_file(folder / "question.toml", text.replace(DEFAULT_EMBEDDER, DEMO_EMBEDDER).encode())
    write_file(folder / "prompts.toml", (source / "prompts.toml").read_bytes())
    if not (folder / "published").exists():
        (folder / "published").symlink_to(source / "published")
    write_file(folder / "exemplars.csv", (exemplars or source / "exemplars.csv").read_bytes())
    return folder


def near(
    index: Index, codes: Sequence[Code], vectors: "NDArray[np.float32]", count: int
) -> list[tuple[Neighbour, ...]]:
    """The nearest exemplars by the shipped numbers of the method."""
    return find_neighbours(index, codes, vectors, count, same_hs4=METHOD.same_hs4, same_hs6=METHOD.same_hs6)


def neighbour(exemplar: Exemplar, similarity: float, same_hs4: bool, same_hs6: bool) -> Neighbour:
    """A neighbour, as close as the shipped numbers of the method say."""
    closeness = similarity + METHOD.same_hs4 * same_hs4 + METHOD.same_hs6 * same_hs6
    return Neighbour(exemplar, similarity, same_hs4, same_hs6, closeness)


FEATURES = feature_names(LABELS)
KINDS = {kind: features_of_kind(kind, LABELS) for kind in features.KINDS}


def scorer_parts(scorer: PromptScorer, sha256: str = "0" * 64) -> tuple[Any, ...]:
    """What another scorer of the same base model is made from."""
    engine = scorer.engine
    return lambda: engine, engine.tokenizer, sha256, scorer.prompter.question, scorer.prompt_neighbours
