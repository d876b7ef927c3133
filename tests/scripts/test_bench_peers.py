"""The script that times other ways, on toy models: the ways are what they say. No time is tested."""

import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import toys
from conftest import MODEL, loaded_script
from questions import LABELS, QUESTION, question_folder

from aitrade.nomenclature.codes import Code


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    with loaded_script("bench_peers") as module:
        yield module


@pytest.fixture
def llama_cpp(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A llama-cpp-python that always answers Medium, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Llama:
        def __init__(self, model_path: str, n_ctx: int, n_threads: int, n_gpu_layers: int, verbose: bool) -> None:
            self.n_ctx = n_ctx

        def create_completion(self, prompt: list[int], **options: Any) -> dict[str, Any]:
            assert len(prompt) + options["max_tokens"] < self.n_ctx
            asked.append({"prompt": prompt, **options})
            return {"choices": [{"text": " Medium"}]}

    grammar = SimpleNamespace(from_string=lambda text, verbose: text)
    monkeypatch.setitem(sys.modules, "llama_cpp", SimpleNamespace(Llama=Llama, LlamaGrammar=grammar))
    return asked


@pytest.fixture
def run(script: ModuleType, workspace: Path, models: Path, exemplar_file: Path, tmp_path: Path, capsys: Any) -> Any:
    question = str(question_folder(tmp_path / "question", exemplar_file))

    def run(*arguments: str) -> tuple[str, str]:
        given = ["--workspace", str(workspace), "--question", question, "--device", "cpu", "--model", MODEL]
        script.main([*given, *arguments])
        return capsys.readouterr()

    return run


def table(out: str) -> dict[str, list[str]]:
    lines = out.splitlines()
    start = next(i for i, line in enumerate(lines) if "codes/s" in line)
    return {line[:36].strip(): line[36:].split() for line in lines[start + 1 :]}


def test_the_table_has_every_way_and_says_what_is_left_out(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    out, err = run("--codes", "7", "--repeat", "3")
    found = table(out)
    assert list(found) == [
        "aitrade",
        "transformers generate",
        "logistic regression on embeddings",
        "logistic regression on TF-IDF",
    ]
    for median, least, most, ratio, _, same, _, codes in found.values():
        assert 0 < float(least) <= float(median) <= float(most)
        assert float(ratio) >= 0
        assert 0 <= int(same) <= int(codes) == 7
    assert found["aitrade"][3:] == ["1.00", "x", "7", "of", "7"]
    assert "llama-cpp-python is left out: not installed" in out
    assert "3 of 3: transformers generate" in err


def test_llama_cpp_reads_the_same_prompts_under_a_grammar(run: Any, llama_cpp: list[dict[str, Any]]) -> None:
    assert "no --gguf FILE was given" in run("--codes", "3", "--repeat", "1")[0]
    assert llama_cpp == []
    out, _ = run("--codes", "3", "--repeat", "1", "--gguf", "model.gguf")
    assert "llama-cpp-python with a grammar" in table(out)
    assert len(llama_cpp) == 2 + 3  # the warm-up, and the codes
    tokenizer = toys.chat_tokenizer()
    for asked in llama_cpp:
        assert tokenizer.decode(asked["prompt"]).endswith("Relevance:")
        assert (asked["temperature"], '"Medium"' in asked["grammar"]) == (0.0, True)


def test_generating_is_the_argmax_of_one_token_after_the_other(script: ModuleType, toy_classifier: Any) -> None:
    """An oracle without generate(): the toy model's answers are no labels, so they come back as they are."""
    import torch

    classifier = toy_classifier()
    engine, codes = classifier.scorer.engine, toys.toy_codes()[:4]
    expected = []
    for prompt in script.prompts(classifier, codes):
        tokens = list(prompt)
        for _ in range(script.NEW_TOKENS):
            with torch.no_grad():
                tokens.append(int(engine.model(torch.tensor([tokens])).logits[0, -1].argmax()))
            if tokens[-1] == engine.tokenizer.eos_token_id:
                break
        text = engine.tokenizer.decode(tokens[len(prompt) :], skip_special_tokens=True)
        expected.append(script.read_label(text, LABELS))
    assert script.by_generating(classifier)(codes) == expected


def test_ours_is_what_the_classifier_says_without_calibration(script: ModuleType, toy_classifier: Any) -> None:
    classifier, codes = toy_classifier(), toys.toy_codes()[:9]
    assert script.by_scoring(classifier)(codes) == [p.relevance for p in classifier.predict(codes)]


def test_baselines_learn_the_exemplars(
    script: ModuleType, toy_classifier: Any, exemplars: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aitrade.nomenclature.code_text import describe

    codes = [e.code for e in exemplars.exemplars]
    targets = [LABELS.position(e.relevance) for e in exemplars.exemplars]
    texts = [describe(code, QUESTION.words) for code in codes]
    right = [e.relevance for e in exemplars.exemplars]
    assert script.by_tfidf(QUESTION, texts, targets)(codes) == right
    monkeypatch.setattr(script, "RIDGE", 1e-6)  # the toy's embeddings have 16 numbers for 24 codes
    found = script.by_probe(toy_classifier(), texts, targets)(codes)
    assert sum(a == b for a, b in zip(found, right, strict=True)) > 0.9 * len(right)


@pytest.mark.parametrize(
    ("text", "label"),
    [(" High", "High"), ("Medium\n", "Medium"), ("Lowest", "Low"), (" the High", " the High"), ("", "")],
)
def test_answers_are_read_from_their_beginning(script: ModuleType, text: str, label: str) -> None:
    assert script.read_label(text, LABELS) == label


@pytest.mark.parametrize(("total", "count"), [(100, 60), (100, 7), (100, 1), (10, 60), (2, 2)])
def test_blocks_are_contiguous_and_spread(script: ModuleType, total: int, count: int) -> None:
    codes = [Code(f"{n:010d}", "imports", "x") for n in range(total)]
    places = [int(code.hs10) for code in script.blocks(codes, count)]
    assert places == sorted(set(places))
    assert len(places) == min(count, total)
    assert sum(right - left > 1 for left, right in pairwise(places)) <= script.BLOCKS - 1
    if total == 100 and count > 1:
        assert places[0] > 3
        assert places[-1] < 97


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--model", "a+b"], "name the base alone"), (["--repeat", "0"], "begin at 1"), (["--codes", "0"], "begin at 1")],
)
def test_what_cannot_be_compared_is_refused(
    script: ModuleType, arguments: Sequence[str], message: str, capsys: Any
) -> None:
    with pytest.raises(SystemExit) as ended:
        script.main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_an_empty_workspace_is_said_with_the_fix(script: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="aitrade codes import FILE"):
        script.main(["--workspace", str(tmp_path)])
