"""Exemption lists: what is read, what is refused, what is kept."""

import pytest
from trade_fixtures import workspace

from aitrade.core.errors import BadInputError, UsageError
from aitrade.trade.tables.exemptions import heading_of, import_list, known_lists, read_list


@pytest.fixture
def con():
    con = workspace([])
    yield con
    con.close()


def written(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("entry", "heading"),
    [
        ("8471300100", "84713001"),
        ("8471300000", "847130"),
        ("8542000000", "8542"),
        ("8471500150", "8471500150"),
        ("8471000150", "8471000150"),
        ("0508000000", "0508"),
        ("1000000000", "1000"),
        ("85171300", "85171300"),
        ("847300", "847300"),
    ],
)
def test_padding_is_taken_off_entries_of_ten_digits(entry, heading):
    assert heading_of(entry) == heading


def test_dots_and_column_names_as_lists_have_them(tmp_path):
    path = written(tmp_path, "HTSUS,note\n8473.30,parts\n8541.49.10,cells\n8542,chips\n8471.30.01.00,laptops\n")
    assert [entry.prefix for entry in read_list(path)] == ["847330", "85414910", "8542", "84713001"]
    path = written(tmp_path, "hts_code,digits\n02011005,8\n8471500150,10\n")
    assert [entry.prefix for entry in read_list(path)] == ["02011005", "8471500150"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("HTSUS\n8471\n847130010\n", "line 3, column htsus"),
        ("HTSUS\n84\n", "4, 6, 8 or 10 digits"),
        ("HTSUS\n8.47E+09\n", "8.47E"),
        ("hts_code,digits\n201100500,10\n", "line 2"),
        ("hts_code,digits\n201100500\n", "line 2"),
        ("hts_code,digits\n02011005,10\n", "has 8 digits, and the column digits says 10"),
        ("name,note\n8471,x\n", "no column holds"),
        ("hs10,HTSUS\n8471,8471\n", "several columns"),
        ("HTSUS\n", "no entry"),
        ("", "empty"),
    ],
)
def test_a_bad_list_is_refused_with_its_place(tmp_path, con, text, says):
    with pytest.raises(BadInputError, match=says):
        import_list(con, written(tmp_path, text), "mine")
    assert con.execute("SELECT count(*) FROM exemption_lists").fetchone() == (0,)


def test_importing_again_replaces_and_says_so(tmp_path, con):
    assert not import_list(con, written(tmp_path, "HTSUS\n8471\n8542\n"), "mine").replaced
    again = import_list(con, written(tmp_path, "HTSUS\n8471\n"), "mine")
    assert again.replaced
    assert again.entries == 1
    assert con.execute("SELECT name, entry, prefix FROM exemptions").fetchall() == [("mine", "8471", "8471")]


def test_shipped_lists_are_known_and_can_be_replaced(tmp_path, con):
    shipped = known_lists(con)
    assert [each.name for each in shipped] == ["consumer_electronics_2025-04-11"]
    assert shipped[0].entries == 20
    import_list(con, written(tmp_path, "HTSUS\n8471\n"), shipped[0].name)
    assert [(each.name, each.entries) for each in known_lists(con)] == [(shipped[0].name, 1)]


@pytest.mark.parametrize("name", ["any", " "])
def test_the_name_of_all_lists_together_is_taken(tmp_path, con, name):
    with pytest.raises(UsageError):
        import_list(con, written(tmp_path, "HTSUS\n8471\n"), name)
