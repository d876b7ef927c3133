"""What a benchmark compares, and what each of its rows is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aitrade.classification.loading import calibration_inputs
from aitrade.classification.method import Method
from aitrade.core.device import choose_runtime
from aitrade.evaluation.benchmark.gold import Gold
from aitrade.nomenclature.codes import Code
from aitrade.question.question import Question

EXEMPLAR, HEADING = "exemplar", "heading"


@dataclass(frozen=True)
class Contest:
    """What a benchmark compares, and on what.

    Attributes:
        question: whose exemplars and prompts.
        method: the numbers of the method.
        gold: the codes with known labels.
        nomenclature: all import codes.
        headings: all codes by flow and heading, for what prompts show.
        models: ``BASE`` or ``BASE+ADAPTER``, each once.
        embedder: what finds neighbours.
        device: auto, cpu or cuda.
        workspace: folder of the workspace.
        folder: where rows are kept.
        listed: of each model, by name: parameters, bytes, licence, and what its card tells.
    """

    question: Question
    method: Method
    gold: Gold
    nomenclature: Sequence[Code]
    headings: Mapping[tuple[str, str], Sequence[Code]]
    models: tuple[str, ...]
    embedder: str
    device: str
    workspace: Path
    folder: Path
    listed: Mapping[str, Mapping[str, Any]]

    @cached_property
    def beside_exemplars(self) -> list[str]:
        """Whether each gold code is an exemplar, or stands in a heading that has exemplars; else empty."""
        exemplars = self.question.exemplars
        headings = {e.code.hs4 for e in exemplars.exemplars}
        return [
            EXEMPLAR if code.key in exemplars.by_code else HEADING if code.hs4 in headings else ""
            for code in self.gold.codes
        ]

    @property
    def shared(self) -> dict[str, Any]:
        """What every row is made from."""
        return {
            "gold": self.gold.name,
            "gold_sha256": self.gold.sha256,
            "exemplars_sha256": self.question.exemplars.sha256,
            "labels": self.question.labels.names,
            "nomenclature": len(self.nomenclature),
        }

    def of_model(self, model: str) -> dict[str, Any]:
        """What a model's rows are made from; loads nothing, and hashes the model's files once."""
        if model not in self._hashed:
            self._hashed[model] = self._inputs(model)
        return self._hashed[model]

    @cached_property
    def _hashed(self) -> dict[str, dict[str, Any]]:
        return {}

    def _inputs(self, model: str) -> dict[str, Any]:
        runtime = choose_runtime(self.device)
        inputs = calibration_inputs(self.question, self.method, model, self.embedder, self.workspace)
        return {
            **self.shared,
            **inputs,
            "method": asdict(self.method),
            "device": runtime.device,
            "arithmetic": runtime.arithmetic,
        }
