"""Files that are right, for fuzzing to begin from, made by the formats' own libraries."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import report_workspace
from gguf import GGUFWriter
from openpyxl import Workbook

from aitrade.evaluation.gold.workbook import SHOWN

CSV = b"hs10,cty_code,time,con_val_mo,cal_dut_mo\n8471500150,5700,2024-01,100,1\n0101210010,2010,2024-02,50,0\n"
REPLY = json.dumps(
    [["I_COMMODITY", "CTY_CODE", "time", "CON_VAL_MO", "CAL_DUT_MO"], ["8471500150", "5700", "2024-01", "100", "1"]]
).encode()
DATAWEB = b"""Imports For Consumption|Annual Data
Data Type,Country,Year,HTS Number,Description,Quantity Description,Customs Value
Customs Value,Mexico,2024,8471500150,TEXT,number,100
Customs Value,South Korea,2024,8414596560,TEXT,number,"1,050"
Calculated Duties,Mexico,2024,8471500150,TEXT,number,2
Total: ,,,,,,"1,152"
"""
DATAWEB_PIVOT = b"""Imports For Consumption|Monthly Data
Data Type,HTS Number,Description,Country,Jan-24,Feb-24
Customs Value,8471500150,ADP,Mexico,100,200
"""
_SCHEDULE = (
    ("8471", 0, "Automatic data processing machines:"),
    ("8471.50.01", 1, "Processing units:"),
    ("8471.50.01.10", 2, "With screen"),
    ("8471.50.01.50", 2, "Other"),
)
SCHEDULE = json.dumps([{"htsno": no, "indent": str(depth), "description": text} for no, depth, text in _SCHEDULE])
RECORD = {
    "name": "m", "kind": "llm", "parameters": 5, "licence": "none", "source_sha256": "0", "made_with": {},
    "files": [{"name": "config.json", "size": 3, "sha256": "0"}],
}  # fmt: skip
CONFIG = {
    "model_type": "llama", "hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 2, "vocab_size": 64,
    "intermediate_size": 32, "rope_theta": 10000.0, "architectures": ["LlamaForCausalLM"], "dtype": "float32",
}  # fmt: skip
TOKENS = {"chat_template": "x", "bos_token": {"content": "<s>"}, "eos_token": None}
WEIGHTS = {"a": np.zeros((2, 3), np.float32), "b": np.ones(4, np.float16)}


def made(folder: Path, write: Callable[[Path], object], name: str = "seed") -> bytes:
    """What a function writes."""
    path = folder / name
    write(path)
    return path.read_bytes()


def zipped(name: str) -> bytes:
    """A zip of one file of this name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


def without_a_name() -> bytes:
    """A zip of a file that has no name: its one letter counts as a further field."""
    content = bytearray(zipped("x"))
    at = content.index(b"PK\x01\x02") + 28
    content[at : at + 4] = struct.pack("<HH", 0, 1)
    return bytes(content)


def workbook(folder: Path, title: str, *rows: Sequence[Any]) -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return made(folder, book.save, "seed.xlsx")


def gold(folder: Path, codes: Sequence[str], other: str) -> bytes:
    """A gold workbook that two raters filled; the second one has another level for the last code."""
    book = Workbook()
    book.active.title = "rubric"
    for rater, last in (("a", "Low"), ("b", other)):
        sheet = book.create_sheet(rater)
        sheet.append([*SHOWN, "relevance", "category", "reason", "date", "sample"])
        for hs10 in codes:
            level = last if hs10 == codes[-1] else "High"
            shown = [hs10, *["text"] * (len(SHOWN) - 1)]
            sheet.append([*shown, level, "" if level == "Low" else "Compute_Hardware", "seen", "2026-01-02", "s"])
    return made(folder, book.save, "seed.xlsx")


def dataweb_workbook(folder: Path) -> bytes:
    """A DataWeb workbook with values and duties in sheets of their own."""
    book = Workbook()
    book.active.title = "Query Parameters"
    book.active.append(("Trade Flow", "Imports For Consumption"))
    for title, amount in (("Customs Value", 100), ("Calculated Duties", 2)):
        sheet = book.create_sheet(title)
        sheet.append(("Data Type", "Country", "Year", "HTS Number", "Description", "Quantity Description", title))
        sheet.append((title, "Mexico", 2024, "8471500150", "TEXT", "number", amount))
        sheet.append(("Total: ", "", "", "", "", "", str(amount)))
    return made(folder, book.save, "seed.xlsx")


def parquet(folder: Path) -> bytes:
    """Three rows of trade as Parquet."""
    path = folder / "seed.parquet"
    query = "SELECT '8471500150' AS hs10, '5700' AS cty_code, '2024-01' AS time, i * 7 AS value FROM range(3) t(i)"
    with duckdb.connect() as con:
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def zstandard(folder: Path, content: bytes) -> bytes:
    """Text compressed by zstd."""
    source, path = folder / "seed.txt", folder / "seed.zst"
    source.write_bytes(content)
    with duckdb.connect() as con:
        con.execute(
            f"COPY (FROM read_csv('{source}', columns = {{a: 'VARCHAR'}}, delim = '\x01', header = false, quote = '', "
            f"auto_detect = false)) TO '{path}' (FORMAT csv, COMPRESSION zstd, HEADER false, QUOTE '')"
        )
    return path.read_bytes()


def gguf(folder: Path) -> bytes:
    """A GGUF file with a setting of each kind and a tensor."""
    writer = GGUFWriter(folder / "seed.gguf", "llama")
    writer.add_uint32("llama.block_count", 1)
    writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
    writer.add_tensor("x.weight", np.zeros((4, 4), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return (folder / "seed.gguf").read_bytes()


def rows_of_workspace(folder: Path) -> tuple[Path, bytes]:
    """A workspace, and what its columns of JSON hold in a row."""
    place = report_workspace.fill(folder / "received")
    with duckdb.connect(str(place / "aitrade.duckdb")) as con:
        raw = {
            f"{table}.{column}": json.loads(con.execute(f"SELECT {column} FROM {table}").fetchall()[0][0])
            for table, column in (("runs", "settings"), ("questions", "contents"), ("trade_imports", "receipt"))
        }
        raw["questions.contents"]["exemplars"] = raw["questions.contents"]["exemplars"][:3]
        con.execute("UPDATE questions SET contents = ?", [json.dumps(raw["questions.contents"])])
    raw["predictions.evidence"] = {"rationale": "x", "neighbours": [], "reviewed": {"run": "a", "relevance": "Low"}}
    return place, json.dumps(raw).encode()
