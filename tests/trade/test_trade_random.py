"""Random breakdowns of right data: every import gives the right sums or a refusal, never other sums."""

import csv
import os
import random
from collections import Counter
from collections.abc import Mapping

import duckdb
import pytest
from openpyxl import Workbook

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.importing import import_trade
from aitrade.trade.readers.source import ImportOptions
from tests.trade_files import FANS, HORSES, PHONES, SERVERS, facts, forget, workspace

KNOWN = ("district", "rp", "cty_subcode", "Import Program", "transport_mode", "Port Name", "df")
UNKNOWN = ("zone", "batch", "vintage", "kind")
TOTALS = (None, "-", "All Parts", "TOTAL FOR ALL", "Zz")
FORMATS = ("csv", "parquet", "xlsx")
SHORT, LONG = 60, 2_000

Key = tuple[str, str, str]


def trade_of(rng: random.Random) -> dict[Key, int]:
    """Trade of four codes with one to three countries over two months; some of it small, some nothing."""
    countries = ("2010", "5700", "5800")[: rng.randint(1, 3)]
    largest = rng.choice((10, 10**6, 10**9))
    return {
        (code, country, f"2024-{month:02d}"): rng.randint(0, largest)
        for code in (SERVERS, FANS, HORSES, PHONES)
        for country in countries
        for month in (1, 2)
    }


def parts_of(rng: random.Random, amount: int, number: int) -> list[int]:
    cuts = sorted(rng.randint(0, amount) for _ in range(number - 1))
    return [end - start for start, end in zip([0, *cuts], [*cuts, amount], strict=True)]


def broken_down(rng: random.Random, trade: Mapping[Key, int], columns: list[str], total: str | None) -> list[list[str]]:
    """Rows of each key, split by every column; with a total, the sums over each set of columns, or over all of them.

    All keys have totals, or some of them.
    """
    names = {column: [f"{column[:2]}{n}" for n in range(rng.randint(2, 4))] for column in columns}
    margins = rng.random() < 0.5
    with_total = rng.choice((1, 1, 0.6, 0.3))
    rows: list[list[str]] = []
    for key, amount in trade.items():
        cells: dict[tuple[str, ...], int] = {(): amount}
        for column in columns:
            chosen = names[column] if rng.random() < 0.7 else rng.sample(names[column], 2)
            cells = {
                (*before, name): part
                for before, value in cells.items()
                for name, part in zip(chosen, parts_of(rng, value, len(chosen)), strict=True)
            }
        shown = Counter(cells)
        if total is not None and rng.random() < with_total:
            for over in range(1, 2 ** len(columns)) if margins else (2 ** len(columns) - 1,):
                for parts, value in cells.items():
                    shown[tuple(total if over >> n & 1 else part for n, part in enumerate(parts))] += value
        rows += [[*key, *parts, str(value)] for parts, value in shown.items()]
    rng.shuffle(rows)
    return rows


def write(path, header: list[str], rows: list[list[str]]) -> None:
    """A table in the format that the path's suffix says; values are numbers where the format knows numbers."""
    if path.suffix == ".xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet("trade")
        sheet.append(header)
        for row in rows:
            sheet.append([*row[:-1], int(row[-1])])
        book.save(path)
        return
    text = path.with_suffix(".csv") if path.suffix == ".csv" else path.with_suffix(".txt")
    with text.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            con.execute(
                f"COPY (SELECT * REPLACE (value::BIGINT AS value) FROM read_csv('{text}', all_varchar = true)) "
                f"TO '{path}' (FORMAT parquet)"
            )
        text.unlink()


def spread(rng: random.Random, folder, header: list[str], rows: list[list[str]]) -> tuple[list, str]:
    """Write the rows to one to three files: apart by month, by a breakdown, or anyhow."""
    how = rng.choice(("one", "one", "month", "part", "anyhow"))
    groups: dict[object, list[list[str]]] = {}
    for row in rows:
        group = {"one": 0, "month": row[2], "part": row[3], "anyhow": rng.randrange(3)}[how]
        groups.setdefault(group, []).append(row)
    paths = []
    for number, group in enumerate(groups.values()):
        paths.append(folder / f"t{number}.{rng.choice(FORMATS)}")
        write(paths[-1], header, group)
    return paths, how


def outcome(seed: int, folder, con) -> tuple[str, bool, str]:
    """Import one random breakdown; give what became of it, whether its columns are known, and how it was spread."""
    rng = random.Random(seed)  # noqa: S311
    trade = trade_of(rng)
    known = rng.random() < 0.5
    columns = rng.sample(KNOWN if known else (*KNOWN, *UNKNOWN), rng.randint(1, 3))
    known = not set(columns) & set(UNKNOWN)
    total = rng.choice(TOTALS)
    rows = broken_down(rng, trade, columns, total)
    paths, how = spread(rng, folder, ["hs10", "cty_code", "time", *columns, "value"], rows)
    part = how in {"part", "anyhow"} and rng.random() < 0.5
    try:
        import_trade(con, paths, ImportOptions(flow="imports", part=part))
    except BadInputError:
        return "refused", known, how
    else:
        got = {(row[0], row[1], f"{row[2]}-{row[3]:02d}"): row[4] for row in facts(con)}
        return ("right" if got == trade else "wrong"), known, how
    finally:
        forget(con)
        for path in paths:
            path.unlink()


def check(examples: int, folder) -> str:
    counts: Counter[tuple[str, bool, str]] = Counter()
    wrong = []
    con = workspace()
    for seed in range(examples):
        result = outcome(seed, folder, con)
        counts[result] += 1
        if result[0] == "wrong":
            wrong.append((seed, *result[1:]))
    con.close()
    assert wrong == []
    whole = {
        what: sum(n for (w, known, how), n in counts.items() if w == what and known and how in {"one", "month"})
        for what in ("right", "refused")
    }
    right = sum(n for (what, *_), n in counts.items() if what == "right")
    # Otherwise the import would be right by refusing what people have.
    assert whole["right"] >= whole["refused"]
    return (
        f"{examples:,} random breakdowns: {right:,} right, {examples - right:,} refused, none wrong; "
        f"known breakdowns with whole keys in a file: {whole['right']:,} of {sum(whole.values()):,} accepted"
    )


def test_random_breakdowns_give_the_right_sums_or_a_refusal(tmp_path):
    check(SHORT, tmp_path)


@pytest.mark.long
@pytest.mark.skipif(os.environ.get("AITRADE_LONG") != "1", reason="long group: AITRADE_LONG=1")
def test_thousands_of_random_breakdowns_give_the_right_sums_or_a_refusal(tmp_path, capsys):
    said = check(LONG, tmp_path)
    with capsys.disabled():
        print(f"\n{said}")  # noqa: T201
