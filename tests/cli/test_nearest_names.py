"""What is misspelt in one letter is answered with the right name."""

import pytest
from trade_fixtures import COUNTRIES, add_flows, add_run, labels, made_up

import aitrade
from aitrade.core.device import ARITHMETICS, DEVICES, choose_runtime
from aitrade.core.errors import AitradeError
from aitrade.core.wording import nearest, offer
from aitrade.models.adapter_files import find_adapter
from aitrade.models.installed import require_installed
from aitrade.models.manifest import load_manifests
from aitrade.trade.readers.readers import READERS
from aitrade.trade.tables.catalogue import SPECS
from aitrade.trade.tables.panel import DIMENSIONS
from aitrade.workspace import open_workspace


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    with open_workspace(folder) as con:
        add_flows(con, made_up())
        con.executemany("INSERT INTO countries VALUES (?, ?, 'country')", list(COUNTRIES.items()))
        add_run(con, "hand-labels", labels())
    return aitrade.open(folder)


def misspelt(name: str) -> str:
    """A name without its last letter but one."""
    return name[:-2] + name[-1]


NAMES = {
    "table": (lambda ws, name: ws.table(name), list(SPECS)),
    "dimension": (lambda ws, name: ws.panel(name), [d for d in DIMENSIONS if not d.startswith("hs")]),
    "flow": (lambda ws, name: ws.classify(flow=name), ["imports", "exports"]),
    "reader": (lambda ws, name: ws.import_trade([], reader=name), list(READERS)),
    "relevance": (lambda ws, name: ws.table("summary", relevance=name), ["High", "Medium"]),
    "country": (lambda ws, name: ws.table("summary", countries=name), ["mexico", "taiwan", "china"]),
    "run": (lambda ws, name: ws.run(name), ["hand-labels"]),
    "model": (lambda _, name: require_installed(name), list(load_manifests())),
    "device": (lambda _, name: choose_runtime(name), list(DEVICES)),
    "arithmetic": (lambda _, name: choose_runtime("cpu", name), list(ARITHMETICS)),
    "list": (lambda ws, name: ws.table("exemptions", lists=name), ["consumer_electronics_2025-04-11"]),
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, (_, names) in NAMES.items() for name in names])
def test_the_right_name_is_offered(ws, kind, name):
    ask, _ = NAMES[kind]
    with pytest.raises(AitradeError) as refused:
        ask(ws, misspelt(name))
    assert f"did you mean {name}?" in str(refused.value.fix)


def test_a_misspelt_model_is_not_to_be_installed(ws):
    with pytest.raises(AitradeError) as refused:
        require_installed("smolm2-135m-instruct")
    assert "install smolm2" not in str(refused.value.fix)


def test_a_misspelt_adapter_is_not_to_be_tuned():
    with pytest.raises(AitradeError) as refused:
        find_adapter("all-minilm-l6-v2+relevence")
    assert refused.value.fix == "did you mean all-minilm-l6-v2+relevance?"


def test_a_code_that_there_is_not_shows_its_siblings(ws):
    code = next(label["hs10"] for label in labels() if label["flow"] == "imports")
    wrong = code[:8] + "98"
    with pytest.raises(AitradeError, match="there is no imports code") as refused:
        ws.explain(wrong)
    assert code in str(refused.value.fix)


def test_nothing_near_offers_what_there_is():
    assert nearest("zebra", ["summary", "top"]) is None
    assert offer("zebra", ["summary", "top"]) == "choose from summary, top"
