"""Every reader of files from somebody else, with files that are right to begin from."""

import gzip
import json
import random
import shutil
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import toys
from questions import LABELS, question_folder
from safetensors.numpy import save as safetensors_bytes

from aitrade.api.arguments import only_codes
from aitrade.classification.calibration import load_calibration
from aitrade.classification.label_files import read_labels
from aitrade.core.paths import shipped
from aitrade.evaluation.benchmark.rows import load_row, row_key
from aitrade.models.adapter_files import read_manifest as read_adapter
from aitrade.models.add import count_parameters
from aitrade.models.architecture import read_config, read_object
from aitrade.models.chat_template import _template_of
from aitrade.models.gguf import check_gguf
from aitrade.models.installed import read_record
from aitrade.models.manifest import read_manifest
from aitrade.nomenclature.code_files import read_code_file
from aitrade.question.exemplars import read_exemplars
from aitrade.question.pack import pack_question, unpack_question
from aitrade.question.question import SHIPPED, load_question
from aitrade.review.reviewed_file import read_reviewed
from aitrade.trade.countries import read_country_file
from aitrade.trade.tables.exemptions import read_list
from tests import trade_files
from tests.fuzz import seeds
from tests.fuzz.databases import GOLD, GoldWorkbook, Opened, Received, TradeImport, TradeRows
from tests.fuzz.seeds import CSV, made
from tests.torture import whole_path as files


@dataclass(frozen=True)
class Reader:
    """A reader of files.

    Args:
        file: the name that its file has.
        seeds: files that are right.
        read: what reads a file.
        cost: how many inputs of others one takes the time of.
        beside: what has to lie beside the file.
    """

    file: str
    seeds: Sequence[bytes]
    read: Callable[[Path], object]
    cost: int = 1
    beside: Mapping[str, bytes] = field(default_factory=dict)


def _with_flow_of_an_exemplar(value: object) -> bytes:
    """A workspace's copy of the shipped question, with something else for the flow of an exemplar."""
    contents = load_question(SHIPPED).contents
    first, *others = contents["exemplars"]
    return json.dumps(
        {"questions.contents": contents | {"exemplars": [[first[0], value, *first[2:]], *others]}}
    ).encode()


def _with_reference_category(value: object) -> bytes:
    """A workspace's copy of the shipped question, with something else for the category of the reference level."""
    contents = load_question(SHIPPED).contents
    return json.dumps(
        {"questions.contents": contents | {"labels": contents["labels"] | {"reference_category": value}}}
    ).encode()


REVIEW = ("run", "flow", "hs10", "relevance", "category", "new_relevance", "new_category", "reason")
REVIEWED = ("r", "imports", "8471500150", "Low", "Not_DC_Related", "High", "Compute_Hardware", "seen")
# Files that brought about a foreign error, kept so that none does again.
FAILED_ONCE: dict[str, list[bytes]] = {
    "question.toml": [b"a = " + b"[" * 9000],
    "GGUF files": [  # a list of numbers longer than any file, and lists in lists
        b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"a", 9, 4, 2**60),
        b"GGUF" + struct.pack("<IQQQ1sI", 3, 0, 1, 1, b"a", 9) + struct.pack("<IQ", 9, 1) * 2000,
    ],
    "packed questions": [  # a name that is no UTF-8, one of no parts, none, and a file that is encrypted
        seeds.zipped("\xe9/question.toml").replace("\xe9".encode(), b"\xc0\xc0"),
        seeds.zipped("."),
        seeds.without_a_name(),
        seeds.zipped("q/question.toml").replace(b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\x01"),
    ],
    "manifests": [b"[source]\nparts = 1000000000"],
    "trade as API replies": [
        b"[[]]",
        b'[["hs10"],' + b"[" * 9000,
        b'[{"a":' + b"[" * 9000,
        # DuckDB's message about what is no JSON ends inside a character.
        b'[["I_COMMODITY", "CTY_CODE", "time", "CON_VAL\xef\xbb\xbf_MO", "CAL_DUT_MO"], '
        b'["8471500150", "5700", "2024-01", "100',
        b'[["I_COMMODITY", "CTY_CODE", "time", "CON_\xe2\x80\xae\xf0\x9f\x98\x80MO", "CAL_DUT_MO"], '
        b'["8471500150", "5700", "2024-01", "100", "1"]] "2024-01", "100", "1"]]',
    ],
    "rows of a benchmark": [
        b'{"name": "m", "kind": "a", "model": "m", "made_from": {}, "measured": {}, "codes": [[0, 0, 0, 1'
        + b"0" * 400
        + b"]]}",
        b'{"a":' * 90_000,
    ],
    "rows of a received workspace": [
        b'{"questions.contents": 7}',
        b'{"runs.settings": [1]}',
        b'{"questions.contents": {}, "predictions.evidence": {"neighbours": [1]}}',
        b'{"runs.settings": {"warnings": 1}, "trade_imports.receipt": []}',
        b'{"trade_imports.receipt": {"notes": 7}}',
        b'{"trade_imports.receipt": {"notes": "text"}}',
        _with_reference_category([]),
        _with_reference_category({}),
    ],
    "a received workspace, opened": [_with_flow_of_an_exemplar({}), _with_flow_of_an_exemplar([1])],
}


def readers(folder: Path) -> dict[str, Reader]:
    """Every reader by name; the folder is for making seeds."""
    folder.mkdir(exist_ok=True)
    return of_text(folder) | of_questions(folder) | of_models(folder) | of_workspaces(folder) | of_trade(folder)


def of_text(folder: Path) -> dict[str, Reader]:
    """Codes, labels, exemplars, reviews and lists."""
    codes = made(folder, files.write_codes)
    review = seeds.workbook(folder, "review", REVIEW, REVIEWED)
    concordance = b"8471500150" + b"SERVERS".ljust(200)
    return {
        "codes": Reader("a.csv", [codes], read_code_file),
        "codes as a schedule": Reader("a.json", [seeds.SCHEDULE.encode()], read_code_file),
        "codes as a concordance": Reader("imp-code.txt", [concordance], read_code_file),
        "chosen codes": Reader("a.csv", [b"hs10,x\n8471500150,1\n0101210010,2\n"], lambda p: only_codes(p, pad=True)),
        "labels": Reader("a.csv", [made(folder, files.write_labels)], lambda p: read_labels(p, LABELS, "imports")),
        "exemplars": Reader("exemplars.csv", [made(folder, toys.write_exemplars)], lambda p: read_exemplars(p, LABELS)),
        "a review": Reader(
            "a.csv",
            ["\n".join([",".join(REVIEW), ",".join(REVIEWED)]).encode()],
            lambda p: read_reviewed(p, lambda _: LABELS),
        ),
        "a review as a workbook": Reader("a.xlsx", [review], lambda p: read_reviewed(p, lambda _: LABELS), cost=3),
        "exemptions": Reader("a.csv", [made(folder, files.write_list)], read_list),
        "countries": Reader("a.csv", [b"cty_code,name\n5700,China\n", b"5700 |China |CN\n"], read_country_file),
    }


def of_questions(folder: Path) -> dict[str, Reader]:
    """Questions, as folders and packed."""
    question = question_folder(folder / "question", toys.write_exemplars(folder / "exemplars.csv"))
    (question / "published").unlink()  # 19,000 labels, which no reader of questions opens
    parts = {name: (question / name).read_bytes() for name in ("question.toml", "prompts.toml", "exemplars.csv")}
    packed = made(folder, lambda p: pack_question(load_question(question), p), "seed.zip")

    def unpack(path: Path) -> None:
        target = path.with_suffix("")
        target.mkdir()
        try:
            unpack_question(path, target)
        finally:
            shutil.rmtree(target)

    return {
        name: Reader(name, [parts[name]], lambda p: load_question(p.parent), cost=3, beside=parts)
        for name in ("question.toml", "prompts.toml")
    } | {"packed questions": Reader("a.zip", [packed], unpack, cost=5)}


def of_models(folder: Path) -> dict[str, Reader]:
    """Manifests, and the files of a model's or an adapter's folder."""
    (calibration,) = list(shipped("data/questions/ai-data-centers/calibration").rglob("smollm2*.json"))[:1]
    (adapter,) = list(shipped("models/adapters").rglob("*.json"))[:1]
    manifests = [path.read_bytes() for path in shipped("models").glob("*.toml")]

    def tokens(path: Path) -> None:
        read_object(path, of_any_kind=True)  # as models add does, before it takes the template out
        _template_of(path.parent)

    def as_json(raw: object) -> list[bytes]:
        return [json.dumps(raw).encode()]

    return {
        "manifests": Reader("a.toml", manifests, read_manifest),
        "records of models": Reader("aitrade.json", as_json(seeds.RECORD), lambda p: read_record(p.parent)),
        "settings of models": Reader("config.json", as_json(seeds.CONFIG), lambda p: read_config(p.parent), cost=10),
        "calibrations": Reader("a.json", [calibration.read_bytes()], load_calibration, cost=3),
        "adapters": Reader(adapter.name, [adapter.read_bytes()], lambda p: read_adapter(p.parent)),
        "weights": Reader("a.safetensors", [safetensors_bytes(seeds.WEIGHTS)], lambda p: count_parameters([p])),
        "GGUF files": Reader("a.gguf", [seeds.gguf(folder)], check_gguf),
        "tokenizer settings": Reader("tokenizer_config.json", as_json(seeds.TOKENS), tokens),
        "rows of a benchmark": Reader(
            f"{row_key('m', {})}.json",
            as_json({"name": "m", "kind": "alone", "model": "m", "made_from": {}, "measured": {}, "codes": [[0] * 6]}),
            lambda p: load_row(p.parent, "m", {}),
        ),
    }


def of_workspaces(folder: Path) -> dict[str, Reader]:
    """What is read into a workspace by way of a gold sample, and a workspace from somebody else."""
    place, rows = seeds.rows_of_workspace(folder)
    gold = [seeds.gold(folder, GOLD, level) for level in ("Low", "Low", "Low", "High")]
    return {
        "a gold workbook": Reader("a.xlsx", gold, GoldWorkbook(), cost=5),
        "rows of a received workspace": Reader("a.json", [rows], Received(place), cost=5),
        "a received workspace, opened": Reader("a.json", [rows], Opened(place), cost=20),
    }


def of_trade(folder: Path) -> dict[str, Reader]:
    """Trade in every format, read to rows, and a file in any of them imported."""
    read = TradeRows(folder / "session")
    imported = [trade_files.imp("8471500150", "5700", 100)]
    bulk = made(folder, lambda path: trade_files.bulk_of(path, imported), "IMDB2401.ZIP")
    names = ("hs10", "cty_code", "time", "con_val_mo", "cal_dut_mo")
    book = seeds.workbook(folder, "trade", names, ("8471500150", "5700", "2024-01", 100, 1))
    known = {
        "trade as CSV": Reader("a.csv", [CSV], read),
        "trade as API replies": Reader("a.json", [seeds.REPLY], read),
        "trade as bulk files": Reader("IMDB2401.ZIP", [bulk], read, cost=2),
        "trade as workbooks": Reader("a.xlsx", [book], read, cost=3),
        "trade as DataWeb exports": Reader("a.csv", [seeds.DATAWEB, seeds.DATAWEB_PIVOT], read),
        "trade as DataWeb workbooks": Reader("a.xlsx", [seeds.dataweb_workbook(folder)], read, cost=3),
        "trade as Parquet": Reader("a.parquet", [seeds.parquet(folder)], read),
        "trade as gzip": Reader("a.csv.gz", [gzip.compress(CSV)], read),
        "trade as zstd": Reader("a.csv.zst", [seeds.zstandard(folder, CSV)], read),
    }
    every = [seed for reader in known.values() for seed in reader.seeds]
    return known | {"trade in any format, imported": Reader("a.csv", every, TradeImport(), cost=20)}


def seeded(name: str, number: int) -> random.Random:
    """The chance behind the n-th input of a reader; the same on every machine."""
    return random.Random(f"{name} {number}")  # noqa: S311
