"""Look for wrong files guided by coverage: ``python -m tests.fuzz.guided READER [SECONDS]``, from the checkout.

Needs ``pip install atheris`` (Linux), which is no library of the project's tests. What is found is printed with the
input's first bytes; such an input belongs into ``FAILED_ONCE`` of readers.py.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["aitrade", "openpyxl", "json", "csv", "tomllib", "zipfile"]):
    from aitrade.core.errors import AitradeError
    from tests.fuzz.readers import readers

SECONDS = 60.0
_LONGEST = 20_000  # bytes of an input


def main() -> None:
    """Fuzz one reader for some seconds of processor time."""
    name, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    folder = Path(tempfile.mkdtemp(prefix="aitrade-fuzz-"))
    reader = readers(folder / "seeds")[name]
    path = folder / reader.file
    path.parent.mkdir(parents=True, exist_ok=True)
    for beside, content in reader.beside.items():
        (path.parent / beside).write_bytes(content)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(reader.seeds):
        (corpus / str(number)).write_bytes(seed)
    tried = 0

    def one(data: bytes) -> None:
        """Read one input."""
        nonlocal tried
        tried += 1
        path.write_bytes(data)
        try:
            reader.read(path)
        except AitradeError:
            return
        finally:
            if time.process_time() > seconds:
                print(f"{name}: {tried:,} inputs guided by coverage, no foreign error", flush=True)  # noqa: T201
                os._exit(0)  # libFuzzer ends by itself only where something was found

    atheris.Setup([sys.argv[0], str(corpus), f"-max_len={_LONGEST}", "-verbosity=0"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
