"""Download Census trade data for a range of months to a folder, on a machine that has a network.

    CENSUS_API_KEY=... python scripts/fetch_census.py --flow imports --from 2023-01 --to 2024-12 --out census/
    python scripts/fetch_census.py --kind bulk --flow exports --from 2024-01 --to 2024-12 --out census/

Carry the folder to where aitrade runs and import it: aitrade trade import census/. One file a month (--by-chapter: one
a month and HS chapter, for a server that refuses large replies). Files that are there are not fetched again, so a run
that was stopped goes on where it stopped; a file is there only once it is whole. An empty JSON file is a month without
trade (HTTP 204). The key comes from the environment and is never printed. Exit codes: 0 done, 2 usage, 3 the server
refuses what is asked for, 5 the server kept failing: run again to go on.
"""

import argparse
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

API = "https://api.census.gov/data/timeseries/intltrade"
# Where the Bureau keeps the bulk files changes now and then: see its page on merchandise trade data, and --base.
BULK = "https://www.census.gov/trade/downloads"
FIELDS = {
    "imports": ("I_COMMODITY", "CTY_CODE", "CTY_NAME", "CON_VAL_MO", "CAL_DUT_MO"),
    "exports": ("E_COMMODITY", "CTY_CODE", "CTY_NAME", "ALL_VAL_MO"),
}
CHAPTERS = tuple(f"{chapter:02d}" for chapter in range(1, 100) if chapter != 77)
ATTEMPTS = 6
LONGEST_WAIT = 300.0
TIMEOUT = 120.0
_BLOCK = 1 << 20

Sleep = Callable[[float], None]


class RefusedError(Exception):
    """The server will not give what was asked for, however often it is asked."""


class FailedError(Exception):
    """The server failed every time; another run may get on."""


@dataclass(frozen=True)
class Request:
    """What to fetch: an address without the key, and the file that it becomes."""

    url: str
    name: str
    key: str | None = None

    @property
    def full_url(self) -> str:
        """The address with the key, never to be printed."""
        return self.url + (f"&key={urllib.parse.quote(self.key)}" if self.key else "")


def months(first: str, last: str) -> Iterator[tuple[int, int]]:
    """Months from first to last, both as 2024-01."""
    (year, month), end = (tuple(map(int, text.split("-"))) for text in (first, last))
    while (year, month) <= end:
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def requests(options: argparse.Namespace, key: str | None) -> Iterator[Request]:
    """Every file that is wanted."""
    for year, month in months(options.first, options.last):
        if options.kind == "bulk":
            folder, stem = ("im", "IMDB") if options.flow == "imports" else ("ex", "EXDB")
            name = f"{stem}{year % 100:02d}{month:02d}.ZIP"
            yield Request(f"{options.base or BULK}/{year}/Merch/{folder}/{name}", name)
            continue
        fields = FIELDS[options.flow]
        for chapter in CHAPTERS if options.by_chapter else (None,):
            query = {"get": ",".join(fields), "time": f"{year}-{month:02d}", "COMM_LVL": "HS10"}
            if chapter:
                query[fields[0]] = f"{chapter}*"
            address = f"{options.base or API}/{options.flow}/hs?{urllib.parse.urlencode(query, safe=',*')}"
            yield Request(address, f"{options.flow}_{year}-{month:02d}{f'_{chapter}' if chapter else ''}.json", key)


def fetch(request: Request, folder: Path, sleep: Sleep) -> str:
    """Fetch one file, whole or not at all, and say what happened: ``there``, ``fetched`` or ``empty``.

    Raises:
        RefusedError: the server refuses, or answers with something else than data.
        FailedError: it failed ``ATTEMPTS`` times.
    """
    path = folder / request.name
    if path.exists():
        return "there"
    part = path.with_name(path.name + ".part")
    try:
        return _fetch(request, path, part, sleep)
    finally:
        part.unlink(missing_ok=True)


def _fetch(request: Request, path: Path, part: Path, sleep: Sleep) -> str:
    problem, wait = "", 0.0
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(wait)
        wait = min(2.0 ** (attempt + 1), LONGEST_WAIT)
        try:
            empty = _download(request, part)
        except urllib.error.HTTPError as error:
            if error.code != 429 and error.code < 500:
                raise RefusedError(f"{request.url}: HTTP {error.code} {_beginning(error)}") from error
            problem = f"HTTP {error.code}"
            wait = _asked_wait(error.headers.get("Retry-After"), wait)
        except (OSError, http.client.HTTPException, EOFError) as error:
            problem = f"{type(error).__name__}: {error}"
        else:
            part.replace(path)
            return "empty" if empty else "fetched"
        print(f"{request.name}: {problem}, attempt {attempt + 1} of {ATTEMPTS}", file=sys.stderr, flush=True)
    raise FailedError(f"{request.url}: {problem}")


def _download(request: Request, part: Path) -> bool:
    """Write the body to a file and check that it is whole; say whether there was none (HTTP 204)."""
    agent = {"User-Agent": "aitrade/fetch_census"}
    with urllib.request.urlopen(urllib.request.Request(request.full_url, headers=agent), timeout=TIMEOUT) as reply:
        received = 0
        with part.open("wb") as file:
            while block := reply.read(_BLOCK):
                received += file.write(block)
        stated = reply.headers.get("Content-Length")
        if stated is not None and received != int(stated):
            raise EOFError(f"{received:,} of {int(stated):,} bytes arrived")
        if reply.status == 204:
            part.write_text("[]\n", "utf-8")
            return True
    _check(part)
    return False


def _check(part: Path) -> None:
    """Refuse pages in place of data; count data that is not whole as a failure of the transfer."""
    if part.name.endswith(".ZIP.part"):
        if not zipfile.is_zipfile(part):
            raise EOFError("the zip is not whole")
        return
    text = part.read_text("utf-8", errors="replace")
    if not text.lstrip().startswith("["):
        raise RefusedError(f"the server answered with no data (is CENSUS_API_KEY right?): {text.strip():.200}")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise EOFError("the JSON is not whole") from error


def _beginning(error: urllib.error.HTTPError) -> str:
    return error.read(300).decode("utf-8", "replace").strip()


def _asked_wait(retry_after: str | None, otherwise: float) -> float:
    """Seconds that the server asks to wait, within reason; a date instead of seconds is not worth the trouble."""
    asked = float(retry_after) if retry_after and retry_after.isdecimal() else otherwise
    return min(max(asked, otherwise), LONGEST_WAIT)


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flow", choices=("imports", "exports"), required=True)
    parser.add_argument("--from", dest="first", metavar="YYYY-MM", required=True, type=_month)
    parser.add_argument("--to", dest="last", metavar="YYYY-MM", required=True, type=_month)
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--kind", choices=("api", "bulk"), default="api")
    parser.add_argument("--by-chapter", action="store_true", help="one request a month and HS chapter")
    parser.add_argument("--base", help="another address of the API or of the bulk files, such as a mirror")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two requests")
    return parser.parse_args(arguments)


def _month(text: str) -> str:
    try:
        time.strptime(text, "%Y-%m")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no month such as 2024-01") from error
    return text


def main(arguments: list[str], sleep: Sleep = time.sleep) -> int:
    options = parsed(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    counts = {"there": 0, "fetched": 0, "empty": 0}
    try:
        for request in requests(options, os.environ.get("CENSUS_API_KEY")):
            outcome = fetch(request, options.out, sleep)
            counts[outcome] += 1
            if outcome != "there":
                print(f"{request.name}: {outcome}", file=sys.stderr, flush=True)
                sleep(options.pause)
    except RefusedError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 3
    except (FailedError, KeyboardInterrupt) as error:
        print(f"stopped: {str(error) or 'by hand'}; run the same command again to go on", file=sys.stderr)
        return 5
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
