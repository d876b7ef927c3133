"""Embed texts of codes with a base embedder or one that was tuned on exemplars."""

import hashlib
import logging
import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.core.files import sha256_of
from aitrade.core.progress import OnStage, unheard_stage
from aitrade.models.adapter_files import (
    LORA_FILES,
    base_and_adapter,
    find_adapter,
    is_tuned,
    own_adapter,
    read_manifest,
)
from aitrade.models.installed import Installed, locate
from aitrade.models.lora import merge_lora
from aitrade.question.folds import fold_name
from aitrade.question.question import Question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_log = logging.getLogger(__name__)

BATCH = 64  # texts that go through the model together: of fewer, each thread has little to do
TOLD = 128  # texts from which on an embedder tells how far it is; fewer take about a second
ROWS = 16  # the tokens of a batch are filled up to a multiple of this, for the reason that aitrade/llm/engine.py gives


@dataclass(frozen=True)
class Embedder:
    """A sentence-transformers model.

    Attributes:
        name: ``BASE``, a name among the installed models, or ``BASE+ADAPTER``.
        sha256: hash of its files, part of fingerprints and of an index's file name.
        device, arithmetic: of the vectors; only vectors of the same device and arithmetic are compared.
        load: loads the model, once, when it is first needed.
        on_stage: told when many texts are embedded, and how far that is.
    """

    name: str
    sha256: str
    device: str
    arithmetic: str
    load: Callable[[], Any]
    on_stage: OnStage = unheard_stage

    @cached_property
    def model(self) -> Any:
        """The sentence-transformers model."""
        return self.load()

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Embed texts as vectors of length one, shape (texts, dimensions).

        Texts of as many tokens go through the model together, so that no text is filled up to the length of another and
        its vector is the same, to the bit, whatever is embedded beside it.
        """
        import numpy as np

        model = self.model
        vectors = np.empty((len(texts), model.truncate_dim or model.get_embedding_dimension()), np.float32)
        for rows, of_rows in self.embed_by_length(texts):
            vectors[rows] = of_rows
        return vectors

    def embed_by_length(self, texts: Sequence[str]) -> "Iterator[tuple[list[int], NDArray[np.float32]]]":
        """Embed texts batch by batch, the shortest first: the rows of some texts, and their vectors."""
        import numpy as np
        import torch

        started, model = time.perf_counter(), self.model
        on_step = (self.on_stage if len(texts) >= TOLD else unheard_stage)("embedding texts")
        on_step(0, len(texts))
        batches = list(self._batches(texts))
        done, total = 0, sum(tokens["attention_mask"].numel() for _, tokens in batches)
        for rows, tokens in batches:
            with torch.inference_mode():
                encoded = model(tokens)["sentence_embedding"][: len(rows), : model.truncate_dim]
                vectors = encoded.float().cpu().numpy()
            yield rows, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            done += tokens["attention_mask"].numel()
            on_step(len(texts) * done // total, len(texts))  # by tokens, since long texts take longer
        _log.info("embedded %d texts in %.1f s", len(texts), time.perf_counter() - started)

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], dict[str, Any]]]:
        """Rows of texts with as many tokens, and their tokens as the model's own prompt and longest length make them.

        The tokens are those of the rows, and of the first row again until there are a multiple of ``ROWS`` tokens.
        """
        from torch import is_tensor

        if not texts:
            return
        model = self.model
        tokens = model.preprocess(list(texts), prompt=model.prompts.get(model.default_prompt_name))
        seen, rows_of_length = tokens["attention_mask"].bool(), defaultdict(list)
        for row, length in enumerate(seen.sum(1).tolist()):
            rows_of_length[length].append(row)
        for length, of_length in sorted(rows_of_length.items()):
            places = seen[of_length[0]].nonzero().squeeze(1)  # all texts are filled up on the same side
            for start in range(0, len(of_length), BATCH):
                rows = of_length[start : start + BATCH]
                filled = [*rows, *rows[:1] * (-len(rows) % (ROWS // math.gcd(ROWS, length)))]
                cut = {name: part[filled][:, places] for name, part in tokens.items() if is_tensor(part)}
                yield rows, tokens | {name: part.to(model.device) for name, part in cut.items()}


def load_embedder(
    runtime: Runtime,
    name: str,
    question: Question,
    adapters: Sequence[Path] = (),
    fold: int | None = None,
    on_stage: OnStage = unheard_stage,
) -> Embedder:
    """Find ``BASE`` or ``BASE+ADAPTER``; its model is loaded, in the machine's arithmetic, by the first text.

    Args:
        runtime: device and arithmetic.
        name: of the embedder.
        question: what an adapter must have been tuned for.
        adapters: folders of adapters, looked at before those that ship.
        fold: load the one that was tuned without this part of the subheadings.
        on_stage: told when the model is loaded and when many texts are embedded.

    Raises:
        ModelError: the base is not installed, altered or not an embedder, or the adapter belongs to another base.
    """
    base, folder = _parts(name, question, adapters, fold)

    def load() -> Any:
        import torch

        on_stage(f"loading {name}")(0, 0)
        started = time.perf_counter()
        model = load_sentence_transformer(base, runtime)
        if folder:
            model[0].model = merge_lora(model[0].model, folder, torch.float32)
        _log.info("loaded %s in %.1f s", name, time.perf_counter() - started)
        return model.to(runtime.dtype).eval()

    return Embedder(name, _sha256(base, folder), runtime.device, runtime.arithmetic, load, on_stage)


def load_unlearnt(
    runtime: Runtime,
    name: str,
    question: Question,
    adapters: Sequence[Path] = (),
    on_stage: OnStage = unheard_stage,
) -> list[Embedder]:
    """Find, for each part of the subheadings, the embedder that was tuned without it; none of a base embedder.

    Args and errors are those of :func:`load_embedder`.
    """
    if not is_tuned(name):
        return []
    count = read_manifest(find_adapter(name, adapters)).settings["folds"]

    def stage_of(fold: int) -> OnStage:
        return lambda stage: on_stage(f"fold {fold + 1} of {count}: {stage}")

    return [load_embedder(runtime, name, question, adapters, fold, stage_of(fold)) for fold in range(count)]


def embedder_sha256(name: str, question: Question, adapters: Sequence[Path] = ()) -> str:
    """Compute the ``sha256`` of an embedder without loading it; raises the errors of :func:`load_embedder`."""
    return _sha256(*_parts(name, question, adapters, None))


def _parts(name: str, question: Question, adapters: Sequence[Path], fold: int | None) -> tuple[Installed, Path | None]:
    """Find the installed base, and the folder of the adapter's LoRA where the name has an adapter."""
    base_name, adapter = base_and_adapter(name)
    base = locate(base_name)
    if base.kind != "embedder":
        raise ModelError(f"{base_name} is not an embedder", fix=f"use {question.settings.embedder}")
    if not adapter:
        return base, None
    folder = own_adapter(name, base, question, adapters)
    return base, folder if fold is None else folder / fold_name(fold)


def _sha256(base: Installed, folder: Path | None) -> str:
    if folder is None:
        return base.sha256
    parts = [base.sha256, *(sha256_of(folder / name) for name in LORA_FILES)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def load_sentence_transformer(base: Installed, runtime: Runtime) -> Any:
    """Load an installed base embedder with sentence-transformers, in float32."""
    # Threads of tokenizers would compete with those of torch for the same cores.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    return SentenceTransformer(
        str(base.folder), device=runtime.torch_device, local_files_only=True, trust_remote_code=False
    )
