"""The command compare."""

import csv
import io
import json
from functools import partial

import pytest
from label_sets import CODES, RELATED, labelled, predictions, trade
from trade_fixtures import add_flows, add_run

from aitrade.core.render import FORMATS
from aitrade.workspace import open_workspace


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    truth = dict(zip(CODES, ("Low", "High", "Low", "High", "High", "Medium", "High", "Low"), strict=True))
    with open_workspace(folder) as con:
        rows = [
            *trade({hs10: (place + 1) * 10**9 for place, hs10 in enumerate(CODES)}),
            *trade(dict.fromkeys(CODES, 7), 2025),
        ]
        rows = [row for row in rows if row.year == 2024 or row.month]  # of 2025, May alone
        add_flows(con, rows)
        for name, wrong in {"truth": 0, "good": 1, "poor": 4}.items():
            said = {hs10: "Medium" if place < wrong else level for place, (hs10, level) in enumerate(truth.items())}
            labels = {
                (flow, hs10): labelled(level, RELATED[0])
                for hs10, level in said.items()
                for flow in ("imports", "exports")
            }
            add_run(con, name, predictions(labels))
    return folder


@pytest.fixture
def aitrade(folder, command_line):
    return partial(command_line, folder)


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_to_a_file(aitrade, tmp_path, format_name):
    file = tmp_path / "out" / "models"
    assert aitrade("compare", "truth", "good", "--format", format_name, "-o", file)[:2] == (0, "")
    assert "0.875" in file.read_text("utf-8")


def test_several_models_are_ranked_in_one_table(aitrade):
    _, out, err = aitrade("compare", "truth", "poor", "good", "--format", "json")
    rows = json.loads(out)
    assert [row["run"] for row in rows] == ["good", "poor"]
    assert [row["accuracy"] for row in rows] == [7 / 8, 4 / 8]
    assert "comes first" in err
    assert rows[0]["run_high_2024"] == 4 + 5 + 7  # the year before 2025, of which there is May alone
    out = aitrade("compare", "truth", "poor", "good")[1]
    assert "(rows)" not in out
    assert "(rows)" in aitrade("compare", "truth", "poor")[1]


def test_trade_that_is_not_there_is_said_and_left_out(aitrade):
    _, out, err = aitrade("compare", "truth", "good", "--flow", "all", "--format", "json")
    assert "no full calendar year of imports and exports" in err
    assert not [name for name in json.loads(out)[0] if "value" in name or "2024" in name]
    out, err = aitrade("compare", "truth", "good", "--flow", "exports")[1:]
    assert "no full calendar year of exports" in err
    assert "weighted" not in out
    assert (
        "run_high_2025" in json.loads(aitrade("compare", "truth", "good", "--year", "2025", "--format", "json")[1])[0]
    )


def test_differences_alone_in_csv_and_below_the_figures_in_text(aitrade):
    _, out, _ = aitrade("compare", "truth", "poor", "--differences", "2", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["hs10"], row["run_relevance"]) for row in rows] == [("8415820130", "Medium"), ("0101210010", "Medium")]
    out = aitrade("compare", "truth", "poor", "--differences", "2")[1]
    assert "2 of 4 codes" in out
    assert "Kappa" in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["truth", "nobody"], 3, "no run nobody"),
        (["truth", "truth"], 2, "named twice"),
        (["truth", "good", "poor", "--differences", "3"], 2, "two runs"),
        (["truth", "good", "--year", "2019"], 3, "no imports of 2019"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(aitrade, arguments, code, says):
    ended, out, err = aitrade("compare", *arguments)
    assert (ended, out) == (code, "")
    assert says in err
