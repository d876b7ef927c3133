"""Wrong files in every reader: nothing but our own errors, in bounded time."""

import os
import resource
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from reliability_figures import record

from aitrade.core.errors import AitradeError
from tests.fuzz.mutation import altered
from tests.fuzz.readers import FAILED_ONCE, Reader, readers, seeded

SHORT, LONG = 40, 100_000  # inputs
SECONDS = float(os.environ.get("AITRADE_FUZZ_SECONDS", "120"))  # of processor time for a reader in the long group
SLOWEST = 10.0  # seconds of processor time
MEMORY = 2 * 2**30  # bytes beside what the process holds before
NAMES = (
    "codes", "codes as a schedule", "codes as a concordance", "chosen codes", "labels", "exemplars", "a review",
    "a review as a workbook", "a gold workbook", "exemptions", "countries", "question.toml", "prompts.toml",
    "packed questions", "rows of a received workspace", "a received workspace, opened",
    "rows of a benchmark", "manifests", "records of models",
    "settings of models", "calibrations", "adapters", "weights", "GGUF files", "tokenizer settings", "trade as CSV",
    "trade as API replies", "trade as bulk files", "trade as workbooks", "trade as DataWeb exports",
    "trade as DataWeb workbooks", "trade as Parquet", "trade as gzip", "trade as zstd", "trade in any format, imported",
)  # fmt: skip


@pytest.fixture(autouse=True)
def bounded_memory() -> Iterator[None]:
    """An input that takes more memory brings about a MemoryError, which is none of ours."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    held = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (held + MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_DATA, before)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    return readers(tmp_path_factory.mktemp("seeds") / "seeds")


class Tried:
    """What became of inputs, and the slowest of them."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self.reader, self.path = reader, folder / reader.file
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for name, content in reader.beside.items():
            (self.path.parent / name).write_bytes(content)
        self.found: Counter[str] = Counter()
        self.foreign: dict[str, bytes] = {}
        self.slowest = 0.0

    def read(self, content: bytes) -> None:
        """Read one input."""
        self.path.write_bytes(content)
        began = time.process_time()
        try:
            self.reader.read(self.path)
            self.found["read"] += 1
        except AitradeError:
            self.found["refused"] += 1
        except Exception as error:
            self.foreign.setdefault(f"{type(error).__name__} {str(error)[:80]!r}", content[:2000])
        took = time.process_time() - began
        if took > SLOWEST:
            self.foreign[f"one input took {took:.0f} seconds"] = content[:2000]
        self.slowest = max(self.slowest, took)

    def end(self) -> int:
        """Fail where anything but our own errors was seen; the number of inputs."""
        if self.foreign:
            pytest.fail("\n".join(f"{what}: {content!r}" for what, content in self.foreign.items()))
        assert self.found["refused"]
        return self.found.total()


@pytest.mark.parametrize("name", NAMES)
def test_some_wrong_files(name: str, known: dict[str, Reader], tmp_path: Path) -> None:
    tried = Tried(known[name], tmp_path)
    for number in range(max(2, SHORT // known[name].cost)):
        tried.read(altered(seeded(name, number), known[name].seeds))
    record("fuzzing", f"short group, {name}: inputs", tried.end())


@pytest.mark.parametrize("name", FAILED_ONCE)
def test_files_that_failed_once(name: str, known: dict[str, Reader], tmp_path: Path) -> None:
    tried = Tried(known[name], tmp_path)
    for content in FAILED_ONCE[name]:
        tried.read(content)
    tried.end()


@pytest.mark.long
@pytest.mark.skipif(os.environ.get("AITRADE_LONG") != "1", reason="long group: AITRADE_LONG=1")
@pytest.mark.parametrize("name", NAMES)
def test_many_wrong_files(name: str, known: dict[str, Reader], tmp_path: Path) -> None:
    """100,000, or as many as fit into the time, which the figure then names."""
    tried = Tried(known[name], tmp_path)
    end = time.process_time() + SECONDS
    for number in range(LONG):
        tried.read(altered(seeded(name, 1_000_000 + number), known[name].seeds))
        if time.process_time() > end:
            break
    done = tried.end()
    record("fuzzing", f"{name}: inputs" if done == LONG else f"{name}: inputs in {SECONDS:.0f} s of processor", done)


def test_every_reader_is_tried(known: dict[str, Reader]) -> None:
    assert set(NAMES) == set(known)
