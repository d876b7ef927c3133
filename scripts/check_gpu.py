"""Measure on a GPU what a CPU cannot tell, in under 8 minutes, from weights that lie in a folder; prints JSON.

    AITRADE_MODELS=weights python scripts/check_gpu.py --codes imports.csv [--model NAME ...] [-o FILE.json]

parity      top labels and probabilities of the GPU beside those of this machine's CPU in float32
packs       codes and tokens a second, and the share of the GPU's matmul peak, by nodes in a pack
attention   the tree attention beside torch's FlexAttention with a block mask: time and largest difference
run         seconds of all codes, without the cascade, on every GPU that CUDA shows
Each part is a key of the JSON; a part that fails is an error there, and the others go on. Stops asking after --seconds.
"""

import argparse
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from aitrade.bench.limits import matmul_peak
from aitrade.bench.speed import weights_per_token
from aitrade.classification.classifier import Classifier
from aitrade.classification.loading import load_classifier, load_classifiers
from aitrade.classification.method import Method
from aitrade.classification.sharding import judge_batches
from aitrade.core.device import Runtime, choose_runtime, choose_runtimes
from aitrade.core.files import write_file
from aitrade.llm import attention
from aitrade.llm import engine as engines
from aitrade.llm.prefix_tree import Tree
from aitrade.nomenclature.codes import Code
from aitrade.question.question import SHIPPED, load_question

MODELS = ("qwen2.5-coder-1.5b-instruct+relevance", "qwen2.5-coder-0.5b-instruct")
PACKS = (1024, 2048, 4096, 8192, 16384)
SAME_TOP, SAME_PROBABILITY, RUN_SECONDS = 0.995, 0.02, 60.0  # what is wanted; the JSON says whether it is so


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks; see the module's docstring."""
    options = parse(arguments)
    end = time.monotonic() + options.seconds
    codes = read_codes(options.codes)
    found: dict[str, Any] = {"device": describe(choose_runtime(options.device)), "codes": len(codes)}
    with tempfile.TemporaryDirectory() as folder:
        for model in options.model or MODELS:
            load = loader(model, options, Path(folder))
            part(found, f"packs {model}", end, lambda load=load: packs(load, codes, options))
            part(
                found,
                f"parity {model}",
                end,
                lambda load=load: parity(load, codes[:: len(codes) // options.sample + 1]),
            )
        part(found, "attention", end, lambda: beside_flex(choose_runtime(options.device), options.nodes))
        first = (options.model or MODELS)[0]
        part(found, f"run {first}", end, lambda: whole_run(first, codes, options, Path(folder)))
    text = json.dumps(found, indent=1)
    if options.output:
        write_file(options.output, f"{text}\n".encode())
    print(text)
    return int(any("error" in value for value in found.values() if isinstance(value, dict)))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", type=Path, required=True, help="CSV with hs10 and description")
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--question", default=SHIPPED)
    parser.add_argument("--embedder")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--sample", type=int, default=500, help="codes compared with the CPU")
    parser.add_argument("--packs", type=int, nargs="+", default=list(PACKS))
    parser.add_argument("--pack-codes", type=int, default=2048, help="codes for each size of a pack")
    parser.add_argument("--nodes", type=int, default=4096, help="nodes of the tree for the attention")
    parser.add_argument("--seconds", type=float, default=450.0)
    parser.add_argument("-o", "--output", type=Path)
    return parser.parse_args(arguments)


def part(found: dict[str, Any], name: str, end: float, measure: Callable[[], Any]) -> None:
    """Measure one part; an error of it is a finding too, because the GPU is lent for minutes only."""
    if time.monotonic() > end:
        found[name] = {"skipped": "the time is over"}
        return
    started = time.monotonic()
    try:
        found[name] = measure()
    except Exception as error:
        found[name] = {"error": f"{type(error).__name__}: {error}"}
    found[name]["seconds_taken"] = round(time.monotonic() - started, 2)
    print(f"{name}: {found[name]}", file=sys.stderr, flush=True)


def describe(runtime: Runtime) -> dict[str, Any]:
    """Say what is computed on."""
    import torch

    on_gpu = runtime.device == "cuda"
    name = torch.cuda.get_device_name(runtime.gpu) if on_gpu else "cpu"
    return {"name": name, "arithmetic": runtime.arithmetic, "count": len(choose_runtimes(runtime.device)),
            "torch": torch.__version__}  # fmt: skip


def read_codes(path: Path) -> list[Code]:
    """Read import codes, in order, so that siblings stand together."""
    import csv

    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = [
        Code(row["hs10"].zfill(10), "imports", row["description"], None, row.get("naics_description")) for row in rows
    ]
    return sorted(codes, key=lambda code: code.hs10)


def loader(model: str, options: argparse.Namespace, folder: Path) -> Callable[[str, str], Classifier]:
    """What loads a model on a device in an arithmetic."""
    question = load_question(options.question)

    def load(device: str, arithmetic: str = "auto") -> Classifier:
        return load_classifier(
            question, model, device, folder, method=Method(), embedder=options.embedder, arithmetic=arithmetic,
            calibrated=False,
        )  # fmt: skip

    load.device = options.device  # type: ignore[attr-defined]
    return load


def parity(load: Any, codes: Sequence[Code]) -> dict[str, Any]:
    """Compare what a GPU says of codes with what the CPU says of them in float32, given the same neighbours."""
    import numpy as np

    from aitrade.core.softmax import softmax

    exact = load("cpu", "float32")
    shown = exact.shown(codes, exact.retrieve(codes).neighbours)
    expected = softmax(exact.scorer.relevance(codes, shown).relevance)
    del exact
    found = softmax(load(load.device).scorer.relevance(codes, shown).relevance)
    same, furthest = (found.argmax(1) == expected.argmax(1)).mean(), np.abs(found - expected).max()
    return {
        "codes": len(codes),
        "same_top": float(same),
        "largest_difference": float(furthest),
        "as_wanted": bool(same >= SAME_TOP and furthest <= SAME_PROBABILITY),
    }


def packs(load: Any, codes: Sequence[Code], options: argparse.Namespace) -> dict[str, Any]:
    """Time the scorer over packs of several sizes, each over the same codes."""
    classifier = load(options.device)
    device, engine = classifier.runtime.device, classifier.scorer.engine
    chosen = codes[: options.pack_codes]
    neighbours = classifier.shown(chosen, classifier.retrieve(chosen).neighbours)
    peak, weights = matmul_peak(classifier.runtime), weights_per_token(engine.model)
    usual, rows, batch = engines.PACK_NODES[device], {}, max(1, classifier.method.codes_per_batch)
    try:
        for nodes in options.packs:
            engines.PACK_NODES[device] = nodes
            size = batch * max(1, nodes // usual)  # larger packs need more codes at a time
            classifier.scorer.relevance(chosen[:8], neighbours[:8])
            computed, started = engine.tokens_computed, time.monotonic()
            for at in range(0, len(chosen), size):
                classifier.scorer.relevance(chosen[at : at + size], neighbours[at : at + size])
            seconds, tokens = time.monotonic() - started, engine.tokens_computed - computed
            rows[str(nodes)] = {
                "codes_per_second": len(chosen) / seconds,
                "tokens_per_second": tokens / seconds,
                "share_of_peak": 2 * weights * tokens / seconds / peak,
            }
    finally:
        engines.PACK_NODES[device] = usual
    return {"peak_flops": peak, "engine": engine.kind, "packs": rows}


def beside_flex(runtime: Runtime, nodes: int) -> dict[str, Any]:
    """Compare the tree attention with FlexAttention over the same tree: 12 query heads, 2 key heads, 128 dimensions."""
    import torch
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    tree, device = grown_tree(nodes), runtime.torch_device
    torch.manual_seed(1)
    shapes = (12, 2, 2)
    query, key, value = (torch.randn(1, h, len(tree), 128, device=device, dtype=runtime.dtype) for h in shapes)
    blocks = attention.attention_blocks(tree, 0, len(tree), device)
    ancestors = torch.eye(len(tree), dtype=torch.bool)
    for node, parent in enumerate(tree.parents):
        if parent >= 0:
            ancestors[node] |= ancestors[parent]
    allowed = ancestors.to(device)
    mask = create_block_mask(lambda _b, _h, q, k: allowed[q, k], None, None, len(tree), len(tree), device=device)
    on_gpu = runtime.device == "cuda"
    flex = torch.compile(flex_attention) if on_gpu else flex_attention

    def ours() -> torch.Tensor:
        return attention._attend(None, query, key, value, None, blocks=blocks)[0].transpose(1, 2)

    def theirs() -> torch.Tensor:
        with warnings.catch_warnings():  # that a CPU computes it uncompiled
            warnings.simplefilter("ignore")
            output: torch.Tensor = flex(query, key, value, block_mask=mask, enable_gqa=True)
        return output

    difference = (ours().float() - theirs().float()).abs().max().item()
    return {"nodes": len(tree), "tree_seconds": timed(ours, on_gpu), "flex_seconds": timed(theirs, on_gpu),
            "largest_difference": difference}  # fmt: skip


def grown_tree(nodes: int) -> Tree:
    """A tree as prompts make: a preamble, headings that go on from it, products that go on from these."""
    tree, token = Tree(), 0
    preamble, heading, product = tuple(range(nodes // 16)), nodes // 64 or 1, nodes // 128 or 1
    while len(tree) < nodes:
        token += 1
        shared = (*preamble, *(10**6 * token + n for n in range(heading)))
        tree.add([(*shared, *(10**6 * token + 10**4 * p + n for n in range(product))) for p in range(1, 7)])
    return tree


def timed(compute: Callable[[], Any], on_gpu: bool, times: int = 10) -> float:
    """Seconds of one call, the median of several after one to warm up."""
    import torch

    seconds = []
    for _ in range(times + 1):
        started = time.perf_counter()
        compute()
        if on_gpu:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return sorted(seconds[1:])[times // 2]


def whole_run(model: str, codes: Sequence[Code], options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Classify every code on all GPUs, without the cascade."""
    question, method = load_question(options.question), Method()
    classifiers = load_classifiers(
        question, model, options.device, folder, method=method, embedder=options.embedder, cascade=False
    )
    size = method.codes_per_batch
    batches = [codes[at : at + size] for at in range(0, len(codes), size)]
    started = time.monotonic()
    done = sum(len(predictions) for predictions in judge_batches(classifiers, batches))
    seconds = time.monotonic() - started
    return {"codes": done, "seconds": seconds, "gpus": len(classifiers), "as_wanted": seconds <= RUN_SECONDS}


if __name__ == "__main__":
    sys.exit(main())
