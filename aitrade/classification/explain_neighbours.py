"""Find the exemplars near a code whose run kept none, as imported and shipped labels do."""

from dataclasses import replace
from pathlib import Path

from aitrade.classification.explain import Explanation
from aitrade.classification.method import Method
from aitrade.core.device import choose_runtime
from aitrade.core.progress import OnStage, unheard_stage
from aitrade.nomenclature.code_text import describe
from aitrade.question.artifacts import adapter_folders
from aitrade.retrieval.embedder import load_embedder
from aitrade.retrieval.index import open_index_of


def with_neighbours(
    explanation: Explanation, method: Method, workspace: Path, on_stage: OnStage = unheard_stage
) -> Explanation:
    """Find the nearest exemplars of a code by the embedder of the question, and add them to an explanation.

    Args:
        explanation: of a code; one that has neighbours, or whose question has no exemplars, stays as it is.
        method: how many neighbours are shown, and what sharing heading and subheading adds.
        workspace: its folder, which may hold adapters and indexes.
        on_stage: told when the embedder is loaded, and how far it is with exemplars that have no index yet.

    Raises:
        ModelError: the embedder is not installed, or altered.
    """
    question = explanation.question
    if explanation.neighbours or not len(question.exemplars):
        return explanation
    name = question.settings.embedder
    embedder = load_embedder(
        choose_runtime("auto"), name, question, adapter_folders(question, workspace), on_stage=on_stage
    )
    index = open_index_of(question, embedder, workspace)
    vectors = embedder.embed([describe(explanation.code, question.words)])
    (near,) = method.near(index, [explanation.code], vectors, method.prompt_neighbours)
    return replace(explanation, neighbours=tuple((one.exemplar, one.similarity) for one in near), found_by=name)
