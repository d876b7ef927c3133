"""What cannot work is refused when it is added, by name and with a fix; a GGUF file is converted and taken."""

import json
import shutil
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import toy_wheels
import toys

from aitrade.core.errors import BadInputError, ModelError, UsageError
from aitrade.models import architecture
from aitrade.models.add import add_folder, add_model
from aitrade.models.gguf import check_gguf
from aitrade.models.installed import list_installed, verify


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toys.save_llm(tmp_path_factory.mktemp("made") / "llm")


@pytest.fixture
def source(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "own")


def settings(source: Path, **changes: Any) -> None:
    raw = json.loads((source / "config.json").read_text()) | changes
    (source / "config.json").write_text(json.dumps({key: value for key, value in raw.items() if value is not None}))


def index(source: Path, shards: dict[str, str]) -> None:
    (source / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))


def quantised(method: str) -> Callable[[Path], None]:
    return lambda source: settings(source, quantization_config={"quant_method": method, "bits": 4})


def other_tokens(source: Path) -> None:
    tokenizer = toys.chat_tokenizer()
    tokenizer.add_tokens([f"more{number}" for number in range(50)])
    tokenizer.save_pretrained(source)


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "unknown family": (lambda s: settings(s, model_type="hal9000"), "knows no family hal9000"),
    "no family": (lambda s: settings(s, model_type=None), "names no family"),
    "an encoder": (lambda s: settings(s, model_type="bert", architectures=["BertForMaskedLM"]), "is an encoder"),
    "with a decoder": (lambda s: settings(s, model_type="t5", is_encoder_decoder=True), "encoder with a decoder"),
    "a classifier": (
        lambda s: settings(s, architectures=["LlamaForSequenceClassification"]),
        "no language model but LlamaForSequenceClassification",
    ),
    "sound": (lambda s: settings(s, model_type="wav2vec2", architectures=None), "no language model but wav2vec2"),
    "settings": (lambda s: settings(s, num_attention_heads="many"), "cannot read the settings|cannot be built"),
    "heads": (lambda s: settings(s, hidden_act="none such"), "LlamaForCausalLM cannot be built from these settings"),
    "fewer weights": (lambda s: settings(s, num_hidden_layers=40), "its files hold"),
    "a shard": (lambda s: index(s, {"a": "model-00002-of-00002.safetensors"}), "1 of its files of weights are missing"),
    "quantised": (quantised("awq"), "quantised by awq, and its library is not installed"),
    "other quantised": (quantised("mine"), "quantised by mine, which is not known"),
    "tokenizer": (lambda s: (s / "tokenizer.json").write_text("{}"), "tokenizer cannot be loaded"),  # type: ignore[dict-item,return-value]
    "more tokens": (other_tokens, "has 750 tokens, and the model knows 700"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_work_is_refused_by_name(what: str, source: Path, no_models: Path) -> None:
    spoil, message = REFUSED[what]
    spoil(source)
    architecture.is_known_family({})  # the library is loaded: the time is that of looking
    started = time.process_time()
    with pytest.raises(ModelError, match=message) as caught:
        add_folder(source, "own", "MIT")
    assert time.process_time() - started < 5
    assert caught.value.fix
    assert str(source) in str(caught.value.where)
    assert list_installed() == {}


def test_quantised_weights_are_taken_where_their_library_is(
    source: Path, no_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quantised("awq")(source)
    monkeypatch.setitem(architecture.QUANTISERS, "awq", ("json",))
    architecture.check_architecture(source, ["model.safetensors"], 1)


def test_a_gguf_file_becomes_a_model(no_models: Path, tmp_path: Path) -> None:
    path = toy_wheels.write_gguf(tmp_path / "toy-q8.gguf")
    model = add_model(path, "own", "MIT")
    verify(model)
    assert (model.kind, model.licence) == ("llm", "MIT")
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {file.name for file in model.files}
    assert list(no_models.glob(".work/*")) == []
    with pytest.raises(UsageError, match="model own already"):
        add_model(path, "own", "MIT")


def test_what_is_no_gguf_file_of_a_known_family_is_refused(no_models: Path, tmp_path: Path) -> None:
    path = toy_wheels.write_gguf(tmp_path / "toy.gguf")
    other = tmp_path / "other.gguf"
    other.write_bytes(path.read_bytes().replace(struct.pack("<Q", 5) + b"llama", struct.pack("<Q", 5) + b"hal90"))
    (tmp_path / "torn.gguf").write_bytes(path.read_bytes()[:40])
    (tmp_path / "none.gguf").write_bytes(b"nothing")
    for name, message in (
        ("other", "no GGUF file of the family hal90"),
        ("torn", "cannot be read"),
        ("none", "no GGUF"),
    ):
        with pytest.raises(ModelError, match=message):
            add_model(tmp_path / f"{name}.gguf", "own", "MIT")
    with pytest.raises(BadInputError, match="no such file"):
        add_model(tmp_path / "nowhere.gguf", "own", "MIT")
    assert list_installed() == {}


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda content: content.replace(b"token_embd.weight", b"token_ombd.weight"), "lacks 1 .*embed_tokens.weight"),
        (lambda content: content.replace(b"general.architecture", b"general.architectura"), "general.architecture"),
        (lambda content: content.replace(b"llama.block_count", b"llama.bl0ck_count"), "lacks [0-9]+ of"),
        (lambda content: content.replace(b"tokenizer.ggml.tokens", b"tokenizer.ggml.tokenz"), "cannot convert"),
        (lambda content: content[:-5000], "cannot be read"),
    ],
)
def test_a_gguf_file_that_is_not_as_it_says_is_refused(
    alter: Callable[[bytes], bytes], message: str, no_models: Path, tmp_path: Path
) -> None:
    path = toy_wheels.write_gguf(tmp_path / "toy.gguf")
    path.write_bytes(alter(path.read_bytes()))
    with pytest.raises(ModelError, match=message):
        add_model(path, "own", "MIT")
    assert list(no_models.glob(".work/*")) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("IIQ", 9, 4, 2**60), "list of 1,152,921,504,606,846,976 values"),
        (("IIQ", 9, 9, 1), "list of lists"),
        (("II", 77, 0), "unknown type 77"),
        (("IQ5s", 8, 1000, b"llama"), "cut off within its settings"),
        (("IIQ", 9, 4, 1000), "cut off within its settings"),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_gguf_file_cannot_claim_to_hold_more_than_it_does(
    settings: tuple[Any, ...], message: str, order: str, tmp_path: Path
) -> None:
    path, (form, *values) = tmp_path / "claims.gguf", settings
    path.write_bytes(b"GGUF" + struct.pack(f"{order}IQQQ1s{form}", 3, 0, 1, 1, b"a", *values))
    with pytest.raises(ModelError, match=message):
        check_gguf(path)


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ([{"type": "sentence_transformers.models.Transformer"}, {"type": "own.Pooling"}], "own.Pooling is code"),
        ({"type": 1}, "list of modules cannot be read"),
    ],
)
def test_an_embedder_with_code_of_its_own_is_refused(
    modules: object, message: str, tmp_path: Path, no_models: Path
) -> None:
    folder = toys.save_embedder(tmp_path / "own")
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelError, match=message):
        add_folder(folder, "own", "MIT")
    assert list_installed() == {}
