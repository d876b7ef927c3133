"""Judge descriptions that have no code; also known as ``aitrade.classify``."""

from collections.abc import Callable, Sequence
from pathlib import Path

from aitrade.api.result import Result
from aitrade.api.telling import log_message, log_stage, log_steps
from aitrade.classification.method import Method
from aitrade.core.offline import refuse_network
from aitrade.core.progress import OnStage, OnStep
from aitrade.question.question import SHIPPED, Question, load_question


def classify(
    texts: str | Sequence[str],
    *,
    question: str | Path | Question | None = None,
    model: str | None = None,
    embedder: str | None = None,
    device: str = "auto",
    arithmetic: str = "auto",
    workspace: str | Path = "workspace",
    on_step: OnStep = log_steps,
    on_stage: OnStage = log_stage,
    on_message: Callable[[str], None] = log_message,
) -> Result:
    """Judge descriptions without a code by a local LLM and the exemplars nearest in meaning.

    No workspace is needed and none is written: codes, runs and tables know nothing of what is asked here.

    Args:
        texts: descriptions, such as those of a catalogue or of customs declarations.
        question: what is asked: a name, a folder or a ``Question``; ``ai-data-centers`` by default.
        model: ``BASE`` or ``BASE+ADAPTER``; the question's by default.
        embedder: what finds the nearest exemplars; the question's by default.
        device: auto, cpu or cuda.
        arithmetic: auto, bfloat16 or float32.
        workspace: folder that may hold questions, calibrations and adapters of one's own.
        on_step: told (descriptions judged, descriptions) after each.
        on_stage: told when a model is loaded or many texts are embedded.
        on_message: told what the work is doing, in a sentence.

    Returns:
        A row for each description: level, category, probabilities, and the exemplar nearest in meaning.

    Raises:
        BadInputError: there is no description, or an empty one; or no such question.
        ModelError: a model is missing or altered, or its calibration does not fit.
    """
    from aitrade.classification.free_text import classify_texts, texts_table
    from aitrade.classification.loading import load_classifier

    refuse_network(everywhere=False)
    folder = Path(workspace)
    asked = question if isinstance(question, Question) else load_question(question or SHIPPED, folder)
    name = model or asked.settings.model
    on_message(f"preparing {name}")
    classifier = load_classifier(
        asked,
        name,
        device,
        folder,
        method=Method(),
        embedder=embedder,
        arithmetic=arithmetic,
        on_stage=on_stage,
    )
    judged = classify_texts(classifier, [texts] if isinstance(texts, str) else list(texts), on_step)
    return Result(texts_table(classifier, judged))
