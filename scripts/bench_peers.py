"""Time ways to label the same codes with the same model, side by side in one process.

    python scripts/bench_peers.py [--model qwen2.5-coder-0.5b-instruct] [--codes 60] [--repeat 3] [--gguf FILE]
        [--workspace DIR] [--question NAME|DIR] [--flow imports] [--device auto]

The workspace must hold the nomenclature (aitrade codes import). Each way is timed from the codes' texts to their
labels. Those that use the LLM read the same prompts, rubric and neighbours included, and search the neighbours within
their time. Loading, fitting and a first warm-up are not timed; the preamble of the prompts, which aitrade computes once
a run, belongs to loading. Repetitions take turns, so that whatever else happens on the machine hits all alike. The
codes are three contiguous blocks: short ones share less than the batches of a run do, which is to our disadvantage.

llama-cpp-python is timed where it is installed (pip builds it from source) and --gguf names the model's file.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aitrade.classification.classifier import Classifier
from aitrade.classification.fitting.probe import RIDGE
from aitrade.classification.loading import load_classifier
from aitrade.classification.method import Method
from aitrade.core.device import DEVICES
from aitrade.core.errors import AitradeError
from aitrade.core.softmax import fit_softmax
from aitrade.demo import DEMO_MODEL
from aitrade.llm.prefix_tree import Tokens
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.models.adapter_files import is_tuned
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import FLOWS, Code
from aitrade.question.labels import LabelSpace
from aitrade.question.question import SHIPPED, Question, load_question
from aitrade.workspace import read_workspace
from aitrade.workspace.codes import read_codes

BLOCKS = 3
NEW_TOKENS = 4  # levels of one word, such as High, are one token each in the models that can be installed

Labels = list[str]
Way = Callable[[Sequence[Code]], Labels]


@dataclass(frozen=True)
class Timed:
    """What one way did: codes a second in each repetition, and its labels."""

    name: str
    rates: tuple[float, ...]
    labels: Labels

    @property
    def rate(self) -> float:
        """The median."""
        return statistics.median(self.rates)


def main(arguments: Sequence[str] | None = None) -> None:
    options = read_options(arguments)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        with read_workspace(options.workspace) as con:
            codes = blocks(read_codes(con, [options.flow]), options.codes)
        say(f"loading {options.model}")
        question, folder = load_question(options.question), options.workspace
        classifier = load_classifier(question, options.model, options.device, folder, method=Method(), calibrated=False)
    except AitradeError as error:
        sys.exit(f"bench_peers: {error}")
    ways = make_ways(classifier, codes, options.gguf)
    say("warming up")
    for way in ways.values():
        way(codes[:2])
    engine, runtime = classifier.scorer.engine, classifier.runtime
    before = engine.tokens_computed
    results = race(ways, codes, options.repeat)
    computed = (engine.tokens_computed - before) / options.repeat / len(codes)
    asked = sum(map(len, prompts(classifier, codes))) / len(codes)
    print(f"{len(codes)} {options.flow} codes, {options.model} on {runtime.device} in {runtime.arithmetic}")
    print(f"prompts have {asked:.1f} tokens a code; aitrade computed {computed:.1f}, labels included")
    show(results)


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEMO_MODEL, help="a base model, without an adapter")
    parser.add_argument("--codes", type=int, default=60, help="how many codes")
    parser.add_argument("--repeat", type=int, default=3, help="how many repetitions")
    parser.add_argument("--workspace", type=Path, default=Path(os.environ.get("AITRADE_WORKSPACE", "workspace")))
    parser.add_argument("--question", default=os.environ.get("AITRADE_QUESTION", SHIPPED), help="name or folder")
    parser.add_argument("--flow", choices=FLOWS, default="imports")
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--gguf", type=Path, help="the model's GGUF file, for llama-cpp-python")
    options = parser.parse_args(arguments)
    if is_tuned(options.model):
        parser.error("an adapter reads another prompt than its base; name the base alone")
    if min(options.codes, options.repeat) < 1:
        parser.error("--codes and --repeat begin at 1")
    return options


def blocks(codes: Sequence[Code], count: int) -> list[Code]:
    """Contiguous blocks, each in the middle of an equal part of the nomenclature."""
    chosen: list[Code] = []
    for place in range(BLOCKS):
        part = codes[len(codes) * place // BLOCKS : len(codes) * (place + 1) // BLOCKS]
        size = min(count * (place + 1) // BLOCKS - count * place // BLOCKS, len(part))
        start = (len(part) - size) // 2
        chosen += part[start : start + size]
    return chosen


def make_ways(classifier: Classifier, codes: Sequence[Code], gguf: Path | None) -> dict[str, Way]:
    """The ways that work here; of the others it is said why they do not. Ours comes first."""
    question = classifier.question
    asked = {code.key for code in codes}
    taught = [e for e in classifier.index.exemplars.exemplars if e.code.key not in asked]
    texts = [describe(e.code, question.words) for e in taught]
    targets = [question.labels.position(e.relevance) for e in taught]
    ways = {
        "aitrade": by_scoring(classifier),
        "transformers generate": by_generating(classifier),
        "llama-cpp-python with a grammar": by_llama_cpp(classifier, codes, gguf),
        "logistic regression on embeddings": by_probe(classifier, texts, targets),
        "logistic regression on TF-IDF": by_tfidf(question, texts, targets),
    }
    return {name: way for name, way in ways.items() if way}


def prompts(classifier: Classifier, codes: Sequence[Code]) -> list[Tokens]:
    """The prompts that aitrade asks, as tokens."""
    scorer = classifier.scorer
    if not isinstance(scorer, PromptScorer):
        raise TypeError("a model without an adapter has a PromptScorer")
    near = classifier.shown(codes, classifier.retrieve(codes).neighbours)
    return [scorer.prompter.prompt(code, [n.exemplar for n in ns]) for code, ns in zip(codes, near, strict=True)]


def by_scoring(classifier: Classifier) -> Way:
    scorer, labels = classifier.scorer, classifier.question.labels

    def judge(codes: Sequence[Code]) -> list[str]:
        shown = classifier.shown(codes, classifier.retrieve(codes).neighbours)
        return names(scorer.relevance(codes, shown).relevance, labels)

    return judge


def by_generating(classifier: Classifier) -> Way:
    import torch

    engine, labels = classifier.scorer.engine, classifier.question.labels
    greedy = {"max_new_tokens": NEW_TOKENS, "do_sample": False, "pad_token_id": engine.tokenizer.eos_token_id}

    def answer(prompt: Tokens) -> str:
        tokens = torch.tensor([prompt], device=engine.runtime.torch_device)
        found = engine.model.generate(tokens, attention_mask=torch.ones_like(tokens), **greedy)
        return read_label(engine.tokenizer.decode(found[0, len(prompt) :], skip_special_tokens=True), labels)

    return lambda codes: [answer(prompt) for prompt in prompts(classifier, codes)]


def by_llama_cpp(classifier: Classifier, codes: Sequence[Code], gguf: Path | None) -> Way | None:
    try:
        from llama_cpp import Llama, LlamaGrammar
    except ModuleNotFoundError:
        print("llama-cpp-python is left out: not installed")
        return None
    if gguf is None:
        print("llama-cpp-python is left out: no --gguf FILE was given")
        return None
    import torch

    llama = Llama(
        model_path=str(gguf),
        n_ctx=max(map(len, prompts(classifier, codes))) + 2 * NEW_TOKENS,
        n_threads=torch.get_num_threads(),
        n_gpu_layers=-1 if classifier.runtime.device == "cuda" else 0,
        verbose=False,
    )
    labels = classifier.question.labels
    grammar = LlamaGrammar.from_string(grammar_of(labels), verbose=False)

    def answer(prompt: Tokens) -> str:
        done = llama.create_completion(list(prompt), max_tokens=NEW_TOKENS, temperature=0.0, grammar=grammar)
        return read_label(done["choices"][0]["text"], labels)

    return lambda codes: [answer(prompt) for prompt in prompts(classifier, codes)]


def grammar_of(labels: LabelSpace) -> str:
    """The grammar of llama.cpp that allows a level and nothing else."""
    return f'root ::= " "? ({" | ".join(json.dumps(level, ensure_ascii=False) for level in labels.levels)})'


def by_probe(classifier: Classifier, texts: list[str], targets: list[int]) -> Way:
    import numpy as np

    embedder, words, labels = classifier.embedder, classifier.question.words, classifier.question.labels
    vectors = embedder.embed(texts).astype(np.float64)
    weights, bias = fit_softmax(vectors, np.array(targets), np.ones(len(targets)), RIDGE, len(labels.levels))
    return lambda codes: names(embedder.embed([describe(code, words) for code in codes]) @ weights + bias, labels)


def by_tfidf(question: Question, texts: list[str], targets: list[int]) -> Way | None:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
    except ModuleNotFoundError:
        print("TF-IDF is left out: scikit-learn is not installed")
        return None
    terms = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = make_pipeline(terms, LogisticRegression(C=10, max_iter=1000)).fit(texts, targets)
    words, levels = question.words, question.labels.levels
    return lambda codes: [levels[place] for place in model.predict([describe(code, words) for code in codes])]


def names(scores: Any, labels: LabelSpace) -> Labels:
    return [labels.levels[place] for place in scores.argmax(1)]


def read_label(text: str, labels: LabelSpace) -> str:
    """The level that an answer begins with, or the answer itself where it begins with none."""
    return next((level for level in labels.levels if text.strip().startswith(level)), text)


def race(ways: dict[str, Way], codes: Sequence[Code], repeat: int) -> list[Timed]:
    """Time the ways in turns; each turn begins with another."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    labels: dict[str, Labels] = {}
    order = list(ways)
    for turn in range(repeat):
        for name in order:
            started = time.perf_counter()
            labels[name] = ways[name](codes)
            rates[name].append(len(codes) / (time.perf_counter() - started))
            say(f"{turn + 1} of {repeat}: {name}: {rates[name][-1]:.2f} codes a second")
        order = order[1:] + order[:1]
    return [Timed(name, tuple(rates[name]), labels[name]) for name in ways]


def show(results: Sequence[Timed]) -> None:
    ours = results[0]
    print(f"{'':<36}{'codes/s':>10}{'min':>10}{'max':>10}{'aitrade is':>14}{'same labels':>14}")
    for it in results:
        same = sum(theirs == our for theirs, our in zip(it.labels, ours.labels, strict=True))
        speeds = f"{it.rate:>10.2f}{min(it.rates):>10.2f}{max(it.rates):>10.2f}{ours.rate / it.rate:>12.2f} x"
        print(f"{it.name:<36}{speeds}{same:>8} of {len(ours.labels)}")


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
