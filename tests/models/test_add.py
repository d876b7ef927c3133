"""A user's own model folder: registered as it is, refused where it could run code, packed for an air-gapped room."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import toy_tokenizers
import toy_wheels
import toys

from aitrade.core.errors import AitradeError, BadInputError, ModelError, UsageError
from aitrade.models import manifest as manifest_module
from aitrade.models.add import add_folder
from aitrade.models.install import install
from aitrade.models.installed import RECORD, list_installed, locate, require_installed, verify
from aitrade.models.listing import list_adapters, list_rows
from aitrade.models.manifest import load_manifests
from aitrade.models.pack import pack_models


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toys.save_llm(tmp_path_factory.mktemp("made") / "llm")


@pytest.fixture
def source(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "own")


def quiet(_: str) -> None:
    """Report nothing."""


def test_a_folder_becomes_a_model(source: Path, no_models: Path) -> None:
    model = add_folder(source, "own-7b", "MIT")
    assert locate("own-7b") == model
    assert (model.kind, model.licence, model.folder) == ("llm", "MIT", no_models / "own-7b")
    assert model.parameters == sum(p.numel() for p in toys.toy_model("llama").parameters())
    assert {f.name for f in model.files} == {p.name for p in source.iterdir()}
    assert (model.folder / "model.safetensors").stat().st_nlink == 2  # a 70B model is not there twice
    assert model.source_sha256 == model.sha256  # an adapter tuned on one added model must not fit another
    assert list(no_models.glob(".work/*")) == []


def test_a_sentence_transformers_folder_is_an_embedder(tmp_path: Path, no_models: Path) -> None:
    assert add_folder(toys.save_embedder(tmp_path / "embedder"), "own", "MIT").kind == "embedder"


def test_a_snapshot_of_the_hugging_face_cache_is_all_links(source: Path, tmp_path: Path, no_models: Path) -> None:
    """Linked as they are, relative links would point nowhere from the weights folder."""
    blobs, snapshot = source.rename(tmp_path / "blobs"), tmp_path / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    for file in blobs.iterdir():
        (snapshot / file.name).symlink_to(Path("../..") / "blobs" / file.name)
    model = add_folder(snapshot, "own", "MIT")
    shutil.rmtree(snapshot)
    verify(model)
    assert not any(path.is_symlink() for path in model.folder.iterdir())


@pytest.mark.parametrize(
    "name",
    ["pytorch_model.bin", "model.pt", "x/training.pkl", "modeling_own.py", "consolidated.00.PTH", "lib.so", "a.npy",
     "a.npz", "x.pickle", "last.ckpt", "tf_model.h5", "flax_model.msgpack", "scaler.joblib"],
)  # fmt: skip
def test_a_file_that_could_run_code_is_passed_over(source: Path, no_models: Path, name: str) -> None:
    """Folders hold `.bin` beside safetensors, and code that the library has by now."""
    (source / name).parent.mkdir(exist_ok=True)
    (source / name).write_bytes(b"never read")
    model = add_folder(source, "own", "MIT")
    assert name not in {file.name for file in model.files}
    assert not (model.folder / name).exists()


def test_weights_in_pickles_alone_are_refused(source: Path, no_models: Path) -> None:
    (source / "model.safetensors").rename(source / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"can run code when it is opened.*safetensors or GGUF") as caught:
        add_folder(source, "own", "MIT")
    assert caught.value.where == str(source / "pytorch_model.bin")
    assert list_installed() == {}


def test_the_same_weights_in_another_form_are_passed_over(source: Path, no_models: Path) -> None:
    shutil.copy(source / "model.safetensors", source / "consolidated.safetensors")
    (source / "model-q4.gguf").write_bytes(b"GGUF")
    model = add_folder(source, "own", "MIT")
    assert {"consolidated.safetensors", "model-q4.gguf"}.isdisjoint(file.name for file in model.files)


def test_code_in_a_linked_folder_is_refused(source: Path, tmp_path: Path, no_models: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "modeling.py").write_text("")
    (source / "linked").symlink_to(tmp_path / "code")
    with pytest.raises(ModelError, match="the link leads out of the folder"):
        add_folder(source, "own", "MIT")
    assert list_installed() == {}


STRANGE: dict[str, Callable[[Path, Path], object]] = {
    "a link out of the folder": lambda path, out: path.symlink_to(out / "secret.txt"),
    "a link to a system file": lambda path, out: path.symlink_to("/etc/hostname"),
    "a link to nothing": lambda path, out: path.symlink_to("nowhere"),
    "a link to itself": lambda path, out: path.symlink_to(path.name),
    "a link to its folder": lambda path, out: path.symlink_to("."),
    "a link to a device": lambda path, out: path.symlink_to("/dev/zero"),
    "a pipe": lambda path, out: os.mkfifo(path),
    "a link to a blob of nobody": lambda path, out: path.symlink_to("../../blobs/secret.txt"),
}


@pytest.mark.parametrize("where", ["extra.json", "model-2.safetensors", "vocab.txt"])
@pytest.mark.parametrize("what", STRANGE)
def test_only_files_of_the_folder_are_taken_in(
    what: str, where: str, source: Path, tmp_path: Path, no_models: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("{}")
    STRANGE[what](source / where, tmp_path)
    with pytest.raises(ModelError, match=r"link leads|no file but") as caught:
        add_folder(source, "own", "MIT")
    assert caught.value.where == str(source / where)
    assert secret.stat().st_nlink == 1
    assert list_installed() == {}


def test_a_link_within_the_folder_counts_as_its_file(source: Path, no_models: Path) -> None:
    (source / "notes.txt").write_text("x")
    (source / "also.txt").symlink_to("notes.txt")
    model = add_folder(source, "own", "MIT")
    assert not (model.folder / "also.txt").is_symlink()
    assert (model.folder / "also.txt").read_text() == "x"


@pytest.mark.parametrize("content", ["[" * 200_000, "{", "\udcff".join(["", ""])])
def test_json_that_cannot_be_read_is_a_model_error(content: str, source: Path, no_models: Path) -> None:
    (source / "extra.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError, match="not valid JSON"):
        add_folder(source, "own", "MIT")


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_code_that_the_library_has_by_now_is_not_asked_for(source: Path, no_models: Path, name: str) -> None:
    raw = json.loads((source / name).read_text()) | {"auto_map": {"AutoModelForCausalLM": "modeling_own.Own"}}
    (source / name).write_text(json.dumps(raw))
    (source / "modeling_own.py").write_text("raise SystemExit('run')")
    assert locate(add_folder(source, "own", "MIT").name).kind == "llm"


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_a_folder_that_needs_code_of_its_own_is_refused(source: Path, no_models: Path, name: str) -> None:
    config = json.loads((source / "config.json").read_text()) | {"model_type": "own"}
    (source / "config.json").write_text(json.dumps(config))
    raw = json.loads((source / name).read_text()) | {"auto_map": {"AutoModelForCausalLM": "modeling_own.Own"}}
    (source / name).write_text(json.dumps(raw))
    with pytest.raises(ModelError, match="auto_map"):
        add_folder(source, "own", "MIT")
    assert list_installed() == {}


@pytest.mark.parametrize(
    ("name", "content", "kind", "message"),
    [
        ("config.json", None, BadInputError, "no config.json"),
        ("tokenizer_config.json", None, BadInputError, "no tokenizer_config.json"),
        ("model.safetensors", None, BadInputError, r"no \*.safetensors"),
        ("config.json", b"{", ModelError, "not valid JSON"),
        ("model.safetensors", b"cut off", ModelError, "not readable as safetensors"),
    ],
)
def test_an_incomplete_folder_is_refused_and_can_be_fixed(
    source: Path, no_models: Path, name: str, content: bytes | None, kind: type[AitradeError], message: str
) -> None:
    kept = (source / name).read_bytes()
    (source / name).unlink()
    if content is not None:
        (source / name).write_bytes(content)
    with pytest.raises(kind, match=message):
        add_folder(source, "own", "MIT")
    assert list_installed() == {}
    (source / name).unlink(missing_ok=True)
    (source / name).write_bytes(kept)
    add_folder(source, "own", "MIT")  # nothing of the first try is in the way


@pytest.mark.parametrize("name", ["", "Own", "../own", "own/7b", "own+adapter", ".own", "all-minilm-l6-v2"])
def test_names_that_are_no_names_or_taken_are_refused(source: Path, no_models: Path, name: str) -> None:
    with pytest.raises(UsageError, match="not a model name|a model all-minilm-l6-v2 already"):
        add_folder(source, name, "MIT")


def test_a_name_is_given_once(source: Path, no_models: Path) -> None:
    add_folder(source, "own", "MIT")
    with pytest.raises(UsageError, match="model own already"):
        add_folder(source, "own", "MIT")


def test_a_missing_folder_is_bad_input(no_models: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such folder"):
        add_folder(tmp_path / "nowhere", "own", "MIT")


def test_adding_from_another_weights_folder_leaves_its_record_alone(
    source: Path, no_models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = add_folder(source, "own", "MIT")
    record = (first.folder / RECORD).read_bytes()
    monkeypatch.setenv("AITRADE_MODELS", str(tmp_path / "other"))
    add_folder(first.folder, "borrowed", "MIT")
    assert (first.folder / RECORD).read_bytes() == record
    verify(first)


def test_the_list_shows_what_can_be_installed_and_what_is(source: Path, no_models: Path) -> None:
    before = {row["name"]: row["installed"] for row in list_rows()}
    assert before == dict.fromkeys([*load_manifests(), *list_adapters()], False)
    model = add_folder(source, "own", "MIT")
    (row,) = (row for row in list_rows() if row["name"] == "own")
    assert row["installed"]
    assert (row["bytes"], row["parameters"], row["licence"]) == (model.size, model.parameters, "MIT")
    assert require_installed("own") == model.folder
    with pytest.raises(ModelError, match="aitrade models install gemma-3-270m"):
        require_installed("gemma-3-270m")


def test_a_pack_installs_in_another_weights_folder_without_a_network(
    source: Path, no_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, stick = tmp_path / "store", tmp_path / "stick"
    toy_wheels.write_store(store)
    monkeypatch.setattr(manifest_module, "shipped", store.joinpath)
    offline = ["--no-index", "--find-links", str(store / "wheels")]
    first = install(load_manifests()[toy_wheels.EMBEDDER], offline)
    own = add_folder(source, "own", "Llama 3 licence")
    pack_models(stick, None, offline, quiet)
    shutil.rmtree(store / "wheels")
    monkeypatch.setenv("AITRADE_MODELS", str(tmp_path / "elsewhere"))

    assert {p.name for p in (stick / "folders" / "own").iterdir()} == {file.name for file in own.files}
    how = (stick / "README.txt").read_text("utf-8")
    assert "aitrade models install toy-embedder --no-index --find-links stick/wheels" in how
    assert "aitrade models add stick/folders/own --name own --licence 'Llama 3 licence'" in how
    there = install(load_manifests()[toy_wheels.EMBEDDER], ["--no-index", "--find-links", str(stick / "wheels")])
    assert there.sha256 == first.sha256
    assert add_folder(stick / "folders" / "own", "own", "Llama 3 licence").sha256 == own.sha256


def test_an_altered_model_is_not_packed(source: Path, no_models: Path, tmp_path: Path) -> None:
    model = add_folder(source, "own", "MIT")
    shutil.copy(source / "config.json", model.folder / "generation_config.json")
    with pytest.raises(ModelError, match="altered"):
        pack_models(tmp_path / "stick", ["own"], [], quiet)


def test_packing_nothing_or_what_is_not_there_is_a_usage_error(no_models: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no model is installed"):
        pack_models(tmp_path, None, [], quiet)
    with pytest.raises(UsageError, match="no model 'own'"):
        pack_models(tmp_path, ["own"], [], quiet)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}", "does not end"),
        ("{{ ('x' * 30000000000) }}", "memory|does not end|MemoryError"),
        ("{{ messages[0]['content'] ", "TemplateSyntaxError"),
        ("{{ raise_exception('no users') }}", "no users"),
        ("always the same", "does not hold the product"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "SecurityError|unsafe"),
    ],
)
@pytest.mark.parametrize("place", ["chat_template.jinja", "tokenizer_config.json"])
def test_a_chat_template_that_cannot_be_used_is_refused(
    source: Path, no_models: Path, place: str, template: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aitrade.models.chat_template.TEMPLATE_SECONDS", 1)
    (source / "chat_template.jinja").unlink(missing_ok=True)
    if place.endswith("jinja"):
        (source / place).write_text(template)
    else:
        raw = json.loads((source / place).read_text()) | {"chat_template": template}
        (source / place).write_text(json.dumps(raw))
    with pytest.raises(ModelError, match=message) as caught:
        add_folder(source, "own", "MIT")
    assert caught.value.where == str(source / place)
    assert list_installed() == {}


def test_a_template_without_a_system_role_and_a_model_without_template_are_taken(source: Path, no_models: Path) -> None:
    template = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + toys.CHATML
    (source / "chat_template.jinja").write_text(template)
    add_folder(source, "gemma-like", "MIT")
    (source / "chat_template.jinja").write_text(toy_tokenizers.PARTS)
    add_folder(source, "in-parts", "MIT")
    (source / "chat_template.jinja").unlink()
    add_folder(source, "base", "MIT")
