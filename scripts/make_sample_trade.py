"""Make the trade of the bundled sample: data/sample/trade_imports.csv and trade_exports.csv.

Published (Waugh 2026, "Trade in AI-Related Products") and kept to the rounding are the yearly totals below, by
relevance and, for High, by category, under the hand labels of data/sample/labels.csv. Everything finer is made up by
the seeded generator here: which code has how much of a total, the months, the partner countries and the duties. The
countries' weights and the duty rates lean on the published ones, without meeting them exactly.

Three totals were not published and are made up as well, see `cells`: High exports of 2023 and 2025 outside the seven
published categories, the categories of High exports of 2024, and Low exports of 2024.

    python scripts/make_sample_trade.py                 writes into data/sample
    python scripts/make_sample_trade.py --output DIR    writes elsewhere, to compare

The same bytes come out on every runtime: weights become integers before anything is shared out, sums are exact.
"""

import argparse
import csv
import math
import random
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
SEED = 20260417
YEARS = (2023, 2024, 2025)
BILLION = 1_000_000_000

# Billion dollars of 2023, 2024, 2025 as published; None where it was not. Chapters 27, 71, 98 and 99 are left out.
PUBLISHED: dict[str, dict[str, tuple[str | None, ...]]] = {
    "imports": {
        "Total": ("2598.3", "2792.2", "2883.9"),
        "High": ("379.01", "466.32", "654.00"),
        "Low": ("1834.72", "1939.31", "1880.87"),
        "Compute_Hardware": ("144.45", "210.71", "353.80"),
        "Electrical_Power": ("116.93", "128.17", "141.81"),
        "Networking_Telecom": ("62.93", "68.76", "99.54"),
        "Cooling_HVAC": ("41.54", "45.21", "47.52"),
        "Building_Structure": ("12.14", "12.34", "10.14"),
        "Fire_Safety_Security": ("0.65", "0.78", "0.71"),
        "Specialty_Materials": ("0.37", "0.36", "0.46"),
    },
    "exports": {
        "Total": ("1551.9", "1601", "1648.4"),
        "High": ("221.5", None, "297.9"),
        "Low": ("1034.8", None, "1058.6"),
        "Compute_Hardware": ("99.1", None, "160.6"),
        "Electrical_Power": ("64.5", None, "70.1"),
        "Networking_Telecom": ("29.1", None, "37.7"),
        "Cooling_HVAC": ("24.1", None, "25.0"),
        "Building_Structure": ("3.0", None, "2.8"),
        "Fire_Safety_Security": ("0.5", None, "0.6"),
        "Specialty_Materials": ("0.7", None, "0.6"),
    },
}
EXPORT_HIGH_SHARE_2024 = Fraction("0.1605")
# The paper's excess of High exports in 2024 (33) and its net effect (32) meet only between 33.2 and 33.5.
EXCESS_EXPORTS_2024 = Fraction("33.35")
# The published totals of 2025 differ by 1235.5, the published balance is -1235: the unrounded ones were a bit closer.
NUDGE_2025 = {"imports": Fraction("-0.001"), "exports": Fraction("0.001")}

# Per mille of a total that these codes are made to have beside their random weight: a few codes are large.
LARGE = {
    "8471500150": 400, "8473301180": 220, "8517620090": 400, "8517620020": 250, "8504406007": 150, "8536490075": 100,
    "8523510000": 90, "8542320028": 40, "8419505000": 200, "8703220110": 12, "3004909215": 12, "8703800060": 10,
    "3002150011": 10, "8413500080": 60, "8473300002": 350, "8542310000": 300, "8537109090": 150, "8517620085": 400,
    "8800000000": 80, "3002140000": 40,
}  # fmt: skip

COUNTRIES = {
    "AUSTRALIA": "6021", "BELGIUM": "4231", "BRAZIL": "3510", "CANADA": "1220", "CHILE": "3370", "CHINA": "5700",
    "COLOMBIA": "3010", "FRANCE": "4279", "GERMANY": "4280", "INDIA": "5330", "INDONESIA": "5600", "IRELAND": "4190",
    "ISRAEL": "5081", "ITALY": "4759", "JAPAN": "5880", "KOREA": "5800", "MALAYSIA": "5570", "MEXICO": "2010",
    "NETHERLANDS": "4210", "SINGAPORE": "5590", "SPAIN": "4700", "SWITZERLAND": "4419",
    "TAIWAN": "5830", "THAILAND": "5490", "UNITED KINGDOM": "4120", "VIETNAM": "5520",
}  # fmt: skip

# Percent of a category by partner. The first three of the four large categories are the paper's (2024-2025).
PARTNERS = {
    "imports": {
        "Compute_Hardware": "TAIWAN 38.5, MEXICO 26.4, MALAYSIA 6.9, CHINA 6, THAILAND 5.5, KOREA 5, VIETNAM 4, "
        "JAPAN 1.6, IRELAND 1.5, SINGAPORE 1.3, GERMANY 1, ISRAEL 0.8, CANADA 0.8",
        "Electrical_Power": "MEXICO 23.6, CHINA 18.3, CANADA 7.9, JAPAN 7, GERMANY 7, KOREA 6, VIETNAM 4, TAIWAN 4, "
        "THAILAND 3.5, ITALY 3, INDIA 3, MALAYSIA 3, UNITED KINGDOM 2, FRANCE 2",
        "Networking_Telecom": "VIETNAM 24.2, MEXICO 17.8, THAILAND 16.9, CHINA 12, TAIWAN 8, MALAYSIA 8, JAPAN 2, "
        "KOREA 2, GERMANY 1.5, CANADA 1.5, INDIA 1.2, ISRAEL 1",
        "Cooling_HVAC": "MEXICO 34.6, CHINA 14.5, CANADA 8.9, GERMANY 7, JAPAN 5.5, THAILAND 5, KOREA 4, ITALY 4, "
        "TAIWAN 2.5, INDIA 2.5, FRANCE 2, UNITED KINGDOM 2, MALAYSIA 1.5",
        "Other": "MEXICO 19, CHINA 14, CANADA 13, GERMANY 7, JAPAN 6, KOREA 5, INDIA 4.5, ITALY 4, VIETNAM 3.5, "
        "IRELAND 3.5, FRANCE 3, TAIWAN 2.5, SWITZERLAND 2.5, UNITED KINGDOM 2.5, BRAZIL 2, THAILAND 2, SPAIN 1.5, "
        "INDONESIA 1.5, CHILE 1, COLOMBIA 1, AUSTRALIA 1",
    },
    "exports": {
        "Compute_Hardware": "MEXICO 33.2, TAIWAN 9.8, CHINA 9, MALAYSIA 7, NETHERLANDS 6, CANADA 6, KOREA 5, "
        "THAILAND 4, GERMANY 4, JAPAN 4, SINGAPORE 4, VIETNAM 3, IRELAND 2, UNITED KINGDOM 2",
        "Electrical_Power": "MEXICO 35.9, CANADA 19, GERMANY 4.3, CHINA 4, UNITED KINGDOM 4, JAPAN 3.5, KOREA 3, "
        "NETHERLANDS 3, SINGAPORE 2.5, BRAZIL 2.5, INDIA 2, AUSTRALIA 2, FRANCE 2, ITALY 1.5",
        "Networking_Telecom": "MEXICO 18.9, CANADA 11.5, NETHERLANDS 8.4, UNITED KINGDOM 6, CHINA 5, GERMANY 5, "
        "JAPAN 5, SINGAPORE 4, INDIA 4, AUSTRALIA 4, KOREA 3, BRAZIL 3, FRANCE 3, IRELAND 2",
        "Cooling_HVAC": "CANADA 26.1, MEXICO 25.3, CHINA 6, GERMANY 4.5, UNITED KINGDOM 4, KOREA 3.5, JAPAN 3, "
        "BRAZIL 3, NETHERLANDS 3, INDIA 2.5, FRANCE 2.5, AUSTRALIA 2.5, BELGIUM 2",
        "Other": "CANADA 20, MEXICO 18, CHINA 8, GERMANY 5, JAPAN 5, UNITED KINGDOM 5, NETHERLANDS 5, KOREA 4, "
        "BRAZIL 3.5, FRANCE 3, INDIA 3, BELGIUM 2.5, ITALY 2.5, AUSTRALIA 2.5, SWITZERLAND 2.5, SPAIN 2, COLOMBIA 1.5, "
        "CHILE 1.5, IRELAND 1.5",
    },
}
# How a partner's weight in High moves over the three years: the shift from China to Taiwan that the paper describes.
DRIFT = {"TAIWAN": (0.72, 0.92, 1.12), "CHINA": (1.5, 1.15, 0.7), "VIETNAM": (0.9, 0.95, 1.1)}

# Effective tariff in percent: until the end of 2024, and in December 2025; published for High by category and for Low.
TARIFF = {
    "Compute_Hardware": (0.56, 0.78), "Electrical_Power": (3.46, 13.80), "Networking_Telecom": (1.54, 3.14),
    "Cooling_HVAC": (3.04, 15.82), "Building_Structure": (2.5, 18.0), "Fire_Safety_Security": (2.2, 12.0),
    "Specialty_Materials": (2.0, 6.0), "Medium": (3.0, 15.0), "Low": (2.70, 12.08),
}  # fmt: skip
# The same by partner, for High and for the rest: what a category's duty is shared out by.
TARIFF_BY_PARTNER = {
    "High": {"MEXICO": (0.15, 1.88), "TAIWAN": (0.09, 0.80), "CHINA": (13.62, 33.01), "VIETNAM": (0.30, 2.75),
             "THAILAND": (0.15, 2.21), "CANADA": (0.10, 1.50), "other": (1.20, 7.00)},
    "rest": {"MEXICO": (0.15, 6.06), "TAIWAN": (2.20, 19.43), "CHINA": (13.0, 31.07), "VIETNAM": (4.0, 18.58),
             "THAILAND": (2.5, 19.18), "CANADA": (0.10, 5.00), "other": (2.0, 12.0)},
}  # fmt: skip
# How far the rates of 2025 are on the way from those of 2024 to December's, in percent, month by month.
RAMP_2025 = (0, 8, 18, 45, 60, 68, 72, 80, 88, 92, 96, 100)

SEASON = (95, 93, 103, 100, 101, 101, 100, 102, 100, 105, 100, 100)
EVERY_MONTH = 4  # partners of a code that trade every month; the smaller ones in three months of ten
NOW_AND_THEN = 0.3
Row = dict[tuple[str, int, int], int]  # (partner, year, month) to dollars


def cells(flow: str) -> dict[str, list[int]]:
    """Whole dollars of 2023, 2024, 2025 by cell: the categories of High, Medium, Low.

    High is the published figure and so are its categories, to the rounding: what the categories' sum misses of High
    (0.02 billion at most for imports) is spread over them. High exports of no published category (0.5 billion in 2023
    and 2025) are Maintenance_Operations. Medium is what High and Low leave of the total.
    """
    figures = {name: [None if v is None else Fraction(v) for v in row] for name, row in PUBLISHED[flow].items()}
    total, high, low = figures.pop("Total"), figures.pop("High"), figures.pop("Low")
    total[2] += NUDGE_2025[flow]
    if flow == "exports":
        high[1] = EXPORT_HIGH_SHARE_2024 * total[1]
        low[1] = low[0] * (high[1] - EXCESS_EXPORTS_2024) / high[0]
        figures["Maintenance_Operations"] = [
            h and h - sum(row[i] for row in figures.values()) for i, h in enumerate((high[0], None, high[2]))
        ]
        for row in figures.values():
            row[1] = (row[0] / high[0] + row[2] / high[2]) / 2 * high[1]
    missed = [h - sum(row[i] for row in figures.values()) for i, h in enumerate(high)]
    found = {name: [v + m / len(figures) for v, m in zip(row, missed, strict=True)] for name, row in figures.items()}
    found["Medium"] = [t - h - lo for t, h, lo in zip(total, high, low, strict=True)]
    found["Low"] = low
    return {name: [round(value * BILLION) for value in row] for name, row in found.items()}


def share_out(total: int, weights: Sequence[float]) -> list[int]:
    """Split whole dollars by weights, exactly: remainders go to the largest fractions, the first of equals first."""
    units = [round(weight * 1_000_000) for weight in weights]
    whole = sum(units)
    parts = [total * unit // whole for unit in units]
    order = sorted(range(len(units)), key=lambda i: (-(total * units[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def month_weights(yearly: Sequence[int], year: int) -> list[float]:
    """Weights of a year's months: the seasons, and growth like that between the neighbouring years."""
    first, last = max(year - 1, 0), min(year + 1, 2)
    growth = (yearly[last] / yearly[first] - 1) / (last - first)
    return [season * (1 + growth * (month - 5.5) / 12) for month, season in enumerate(SEASON)]


def code_weights(codes: Sequence[str], rng: random.Random) -> list[list[float]]:
    """Weights of a cell's codes in each year, drifting from year to year; a few are large."""
    base = [(0.1 + rng.random() ** 2) / len(codes) + LARGE.get(code, 0) / 1000 for code in codes]
    drift = [[0.85 + 0.3 * rng.random() for _ in codes] for _ in YEARS]
    return [[b * d for b, d in zip(base, row, strict=True)] for row in drift]


def partner_weights(flow: str, cell: str, rng: random.Random) -> dict[str, float]:
    """A code's partners and their weights: the category's first three, and some of the others for all of them."""
    table = PARTNERS[flow].get(cell, PARTNERS[flow]["Other"])
    named = {part.rsplit(" ", 1)[0]: float(part.rsplit(" ", 1)[1]) for part in table.split(", ")}
    leading = list(named)[:3]
    count = 8 + int(rng.random() * 3)
    others = sorted(list(named)[3:], key=lambda name: (rng.random() / named[name], name))[: count - 3]
    stretch = (100 - math.fsum(named[name] for name in leading)) / math.fsum(named[name] for name in others)
    weights = {name: named[name] * (1 if name in leading else stretch) for name in (*leading, *others)}
    return {name: weight * (0.7 + 0.6 * rng.random()) for name, weight in weights.items()}


def code_rows(
    flow: str, cell: str, dollars: Sequence[int], months: Sequence[Sequence[float]], rng: random.Random
) -> Row:
    """A code's trade by partner, year and month."""
    partners = partner_weights(flow, cell, rng)
    steady = sorted(partners, key=lambda name: -partners[name])[:EVERY_MONTH]
    drifts = cell not in ("Medium", "Low") and flow == "imports"
    rows: Row = {}
    for y, year in enumerate(YEARS):
        keys, weights = [], []
        for name, weight in partners.items():
            ships = 1.0 if name in steady else NOW_AND_THEN
            yearly = weight / ships * (DRIFT.get(name, (1, 1, 1))[y] if drifts else 1)
            for month in range(12):
                noise = 0.85 + 0.3 * rng.random()
                if rng.random() < ships:
                    keys.append((name, year, month + 1))
                    weights.append(yearly * months[y][month] * noise)
        rows |= {key: value for key, value in zip(keys, share_out(dollars[y], weights), strict=True) if value}
    return rows


def rate(levels: tuple[float, float], year: int, month: int) -> float:
    """A tariff in percent on its way from the level until 2024 to that of December 2025."""
    before, after = levels
    return before if year < 2025 else before + (after - before) * RAMP_2025[month - 1] / 100


def duties(cell: str, rows: dict[str, Row]) -> dict[str, Row]:
    """Duty of every row of a cell: by partner, scaled so that the cell's rate in each month is the intended one."""
    by_partner = TARIFF_BY_PARTNER["rest" if cell in ("Medium", "Low") else "High"]
    raw = {
        (code, key): value * rate(by_partner.get(key[0], by_partner["other"]), key[1], key[2])
        for code, row in rows.items()
        for key, value in row.items()
    }
    months = sorted({key[1:] for row in rows.values() for key in row})
    scale = {}
    for month in months:
        value = sum(v for row in rows.values() for key, v in row.items() if key[1:] == month)
        due = math.fsum(v for (_, key), v in raw.items() if key[1:] == month)
        scale[month] = value * rate(TARIFF[cell], *month) / due
    return {code: {key: round(raw[code, key] * scale[key[1:]] / 100) for key in row} for code, row in rows.items()}


def make(flow: str, labels: Iterable[dict[str, str]]) -> list[tuple[str | int, ...]]:
    """All rows of a flow, in order of code, partner, year and month."""
    members: dict[str, list[str]] = {}
    for label in labels:
        if label["flow"] == flow:
            cell = label["category"] if label["relevance"] == "High" else label["relevance"]
            members.setdefault(cell, []).append(label["hs10"])
    totals = cells(flow)
    if set(members) != set(totals):
        raise SystemExit(f"{flow}: labels have the cells {sorted(members)}, figures {sorted(totals)}")
    out: list[tuple[str | int, ...]] = []
    for cell, dollars in totals.items():
        rng = random.Random(f"{SEED} {flow} {cell}")
        codes = sorted(members[cell])
        weights = code_weights(codes, rng)
        by_year = [share_out(total, row) for total, row in zip(dollars, weights, strict=True)]
        months = [month_weights(dollars, y) for y in range(3)]
        rows = {code: code_rows(flow, cell, [d[i] for d in by_year], months, rng) for i, code in enumerate(codes)}
        due = duties(cell, rows) if flow == "imports" else {}
        for code, row in rows.items():
            for (name, year, month), value in row.items():
                extra = (due[code][name, year, month],) if due else ()
                out.append((code, COUNTRIES[name], year, month, value, *extra))
    return sorted(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=SAMPLE, metavar="DIR")
    folder: Path = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    with (SAMPLE / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    columns = {"imports": ("con_val_mo", "cal_dut_mo"), "exports": ("all_val_mo",)}
    for flow, names in columns.items():
        rows = make(flow, labels)
        with (folder / f"trade_{flow}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("hs10", "cty_code", "year", "month", *names))
            writer.writerows(rows)
        print(f"{folder / f'trade_{flow}.csv'}: {len(rows):,} rows")


if __name__ == "__main__":
    main()
