"""The wheel: nothing of data/ and models/ is missing from it, and installed without the checkout it classifies."""

import csv
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import toys
from conftest import MODEL

from aitrade.demo import DEMO_EMBEDDER

ROOT = Path(__file__).resolve().parents[1]
COMPILED = shutil.ignore_patterns("__pycache__")
INSTALLED_MODELS = shutil.ignore_patterns("weights")

# The installed command, in a process that cannot see the checkout (an editable install puts it on the path).
INSTALLED = """
import sys
target, checkout, *sys.argv[1:] = sys.argv[1:]
sys.path = [target] + [p for p in sys.path if p and p != checkout]
from aitrade.cli import main
import aitrade
assert aitrade.__file__.startswith(target), aitrade.__file__
main()
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the wheel is built from, with a model installed in it."""
    folder = tmp_path_factory.mktemp("checkout")
    for name, left_out in {"aitrade": COMPILED, "data": COMPILED, "models": INSTALLED_MODELS}.items():
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):  # without .gitignore, as in an unpacked archive
        shutil.copy(ROOT / name, folder / name)
    weights = folder / "models" / "weights" / "installed" / "model.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"five gigabytes")
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(checkout / "dist")]
    subprocess.run([*command, str(checkout)], check=True, capture_output=True)
    (built,) = (checkout / "dist").glob("*.whl")
    return built


def files_under(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder.parent).as_posix() for path in folder.rglob("*") if path.is_file())


def test_every_file_of_data_and_models_is_in_the_wheel_but_no_weights(checkout: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    expected = {*files_under(checkout / "data"), *files_under(checkout / "models")}
    expected = {name for name in expected if not name.startswith("models/weights/")}
    assert {
        "data/questions/ai-data-centers/question.toml",
        "data/questions/ai-data-centers/exemplars.csv",
        "models/all-minilm-l6-v2.toml",
    } <= expected
    assert {name.removeprefix("aitrade/shipped/") for name in held if name.startswith("aitrade/shipped/")} == expected
    for name in expected:
        assert held[f"aitrade/shipped/{name}"] == (checkout / name).read_bytes()
    assert {name for name in held if "dist-info" not in name and "/shipped/" not in name} == {
        *files_under(checkout / "aitrade")
    }
    assert "aitrade/py.typed" in held
    assert any(name.startswith("aitrade/workspace/migrations/") for name in held)


def test_the_installed_wheel_classifies_without_the_checkout(wheel: Path, toy_weights: Path, tmp_path: Path) -> None:
    target, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True, capture_output=True)
    codes = elsewhere / "codes.csv"
    with codes.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["hs10", "description", "naics_description"])
        rows.writerows([c.hs10, c.description, c.naics_description] for c in toys.toy_codes() if c.flow == "imports")

    def aitrade(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", INSTALLED, str(target), str(ROOT), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=elsewhere,
            env={"PATH": "", "HOME": str(elsewhere), "AITRADE_MODELS": str(toy_weights), "OMP_NUM_THREADS": "1"},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    aitrade("codes", "import", "codes.csv")
    aitrade("classify", "--model", MODEL, "--embedder", DEMO_EMBEDDER, "--device", "cpu", "--limit", "20")
    assert (elsewhere / "workspace" / "aitrade.duckdb").is_file()
    aitrade("runs", "export", MODEL, "-o", "run.csv")
    with (elsewhere / "run.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 20
