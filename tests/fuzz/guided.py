"""Look for wrong files guided by coverage: ``python -m tests.fuzz.guided SECONDS [READER ...]``, from the checkout.

Needs ``pip install atheris`` (Linux), which is no library of the project's tests. Without names it takes every reader
that is fast. For each it prints the number of inputs; what was found stands before it, by kind with its first input.
Such an input belongs into ``FAILED_ONCE`` of readers.py.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as pytest does

with atheris.instrument_imports(include=["aitrade", "openpyxl", "json", "csv", "tomllib", "zipfile"]):
    from aitrade.core.errors import AitradeError
    from tests.fuzz.readers import readers
    from tests.reliability_figures import record

LONGEST = 20_000  # bytes of an input
SLOWEST = 10.0  # seconds of processor time
DEAREST = 5  # cost of a reader that is still fast


def main() -> None:
    """Fuzz readers, each in a process of its own that has the instrumented modules of this one."""
    seconds, names = float(sys.argv[1]), sys.argv[2:]
    failed = []
    with tempfile.TemporaryDirectory(prefix="aitrade-fuzz-") as place:
        known = {name: reader.cost for name, reader in readers(Path(place) / "names").items()}
        for name in names or [name for name, cost in known.items() if cost <= DEAREST]:
            folder = Path(place) / name.replace(" ", "-")
            folder.mkdir()
            if (child := os.fork()) == 0:
                fuzz(name, seconds, folder)
            if os.waitpid(child, 0)[1]:
                failed.append(name)
    sys.exit(f"foreign errors: {', '.join(failed)}" if failed else 0)


def fuzz(name: str, seconds: float, folder: Path) -> None:
    """Fuzz one reader for some seconds of processor time, and end the process."""
    reader = readers(folder / "seeds")[name]
    path = folder / "read" / reader.file
    path.parent.mkdir()
    for beside, content in reader.beside.items():
        (path.parent / beside).write_bytes(content)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(reader.seeds):
        (corpus / str(number)).write_bytes(seed)
    tried, foreign = 0, {}
    end = time.process_time() + seconds

    def one(data: bytes) -> None:
        """Read one input."""
        nonlocal tried
        tried += 1
        path.write_bytes(data)
        began = time.process_time()
        try:
            reader.read(path)
        except AitradeError:
            pass
        except Exception as error:
            foreign.setdefault(f"{type(error).__name__} {str(error)[:80]!r}", data)
        now = time.process_time()
        if now - began > SLOWEST:
            foreign[f"one input took {now - began:.0f} seconds"] = data
        if now > end:
            for what, found in foreign.items():
                print(f"{name}: {what}: {found!r}")  # noqa: T201
            record("fuzzing guided by coverage", f"{name}: inputs in {seconds:.0f} s of processor", tried)
            sys.stdout.flush()
            os._exit(1 if foreign else 0)  # libFuzzer ends by itself only where something was found

    atheris.Setup([sys.argv[0], str(corpus), f"-max_len={LONGEST}", "-verbosity=0", "-rss_limit_mb=4096"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
