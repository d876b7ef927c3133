"""The program that is run where a GPU is lent works here on the CPU, with small numbers."""

import csv
import json
from pathlib import Path

import pytest
import toys
from conftest import MODEL, loaded_script

from aitrade.demo import DEMO_EMBEDDER


def test_every_part_measures(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = tmp_path / "codes.csv"
    with codes.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["hs10", "description"])
        writer.writerows([code.hs10, code.description] for code in toys.toy_codes() if code.flow == "imports")
    with loaded_script("check_gpu") as script:
        code = script.main(
            ["--codes", str(codes), "--model", MODEL, "--embedder", DEMO_EMBEDDER, "--device", "cpu", "--sample", "10",
             "--packs", "64", "128", "--pack-codes", "12", "--nodes", "200", "-o", str(tmp_path / "found.json")]
        )  # fmt: skip
    found = json.loads((tmp_path / "found.json").read_text())
    assert json.loads(capsys.readouterr().out) == found
    assert code == 0, found
    parity, packs, attention = found[f"parity {MODEL}"], found[f"packs {MODEL}"], found["attention"]
    assert parity["codes"] <= 10
    assert parity["same_top"] > 0.8
    assert set(packs["packs"]) == {"64", "128"}
    assert all(0 < row["share_of_peak"] < 1 for row in packs["packs"].values())
    assert attention["largest_difference"] < 0.05  # bfloat16 where this CPU has it
    assert found[f"run {MODEL}"]["codes"] == found["codes"]
