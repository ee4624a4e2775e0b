"""Tables as CSV and workbooks, and every fault of theirs."""

import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textile_pcf.errors import FactorError, InputError
from textile_pcf.io.read_table import read_table

KNOWN = ("product", "stage", "flow", "amount", "unit", "item")


# ---------------------------------------------------------------- CSV


@pytest.fixture
def csv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read(text, **options):
        Path("mill.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_table("mill.csv", **{"known_columns": KNOWN, "aliases": {"产品": "product", "数量": "amount"}, **options})

    return read


def places(table, column=None):
    return [table.location(row, column) for row in range(table.rows)]


def test_csv(csv):
    table = csv("product,stage,amount\nP , dyeing ,5\nQ,weaving,\n")
    assert table.columns == {"product": ["P", "Q"], "stage": ["dyeing", "weaving"], "amount": ["5", ""]}
    assert (table.source_type, table.rows, table.first_line) == ("csv", 2, 2)
    assert places(table, "amount") == ["mill.csv:2", "mill.csv:3"]


def test_csv_lines_stay_right(csv):
    text = 'product,stage\n\nP,"dye\ning"\n , \n,\nQ,weaving\n\n\nR,"fin\n\nishing"\nS,x'
    table = csv(text)
    assert table.columns["product"] == ["P", "Q", "R", "S"]
    assert places(table) == ["mill.csv:3", "mill.csv:7", "mill.csv:10", "mill.csv:13"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_dialects(csv, ends, separator, encoding):
    lines = [["产品", "Stage", "数量"], ["棉布", "染色", "5"], ["丝绸", "织造", "6"]]
    table = csv(ends.join(separator.join(cells) for cells in lines).encode(encoding))
    assert table.columns == {"product": ["棉布", "丝绸"], "stage": ["染色", "织造"], "amount": ["5", "6"]}
    assert places(table) == ["mill.csv:2", "mill.csv:3"]
    assert bool(table.notes) == (encoding in ("gb18030", "utf-16"))


def test_csv_of_another_excel(csv):
    table = csv("sep=;\nproduct;stage\nP;a,b\n")
    assert table.columns == {"product": ["P"], "stage": ["a,b"]}
    assert places(table) == ["mill.csv:3"]


def test_csv_with_titles_above_the_header(csv):
    table = csv("Shaoxing mill,,\n2024,,\nproduct,stage,amount\nP,dyeing,5\n")
    assert table.columns["amount"] == ["5"]
    assert places(table) == ["mill.csv:4"]
    assert "line 3" in table.notes[0]


def test_csv_with_separators_at_the_end(csv):
    assert csv("product,stage,,\nP,dyeing,,\nQ,dyeing,,,,\n").columns == {"product": ["P", "Q"], "stage": ["dyeing"] * 2}


CSV_FAULTS = [
    (b"", "mill.csv: This table is empty."),
    (b"\n\n , \n", "This table is empty."),
    (b"product,stage\n", "mill.csv:1: This table has a header, but no rows."),
    (b"product,stage\n,\n", "no rows"),
    (b"product,stage\nP\n", "mill.csv:2: This row has 1 cells, the header has 2."),
    (b"product,stage\nP,a\nQ,a,b\n", "mill.csv:3: This row has 3 cells, the header has 2."),
    (b"product,stgae\nP,a\n", "mill.csv:1: 'stgae' is not a known column. Did you mean 'stage'?"),
    (b"product,zzz\nP,a\n", "Known columns: product, stage"),
    (b"product,stage,Stage\nP,a,b\n", "The column 'stage' occurs twice, as 'stage' and 'Stage'."),
    ("product,产品\nP,a\n".encode(), "The column 'product' occurs twice"),
    (b"product,stage\nP,\0a\n", "mill.csv:2: This is not a text file: it holds NUL bytes."),
    (b'product,stage\nP,"a\n', "A quotation mark is not closed"),
    (b'product,stage\nP,"a"b\n', "mill.csv:2: A quotation mark is not closed, or is inside a cell."),
    (b"product,stage,\nP,a,b\n", "'b' is in a column without a header."),
    (b"product,stage\nP," + b"a" * 200_000, "far too long"),
    (b"product,stage\n\xff\xff\xff,a\n", "The characters of this file cannot be read."),
]


@pytest.mark.parametrize(("text", "words"), CSV_FAULTS)
def test_csv_faults(csv, text, words):
    with pytest.raises(InputError) as caught:
        csv(text)
    assert words in str(caught.value)
    assert all(problem.cure for problem in caught.value.problems)


def test_csv_faults_are_collected_and_raised_as_asked(csv):
    with pytest.raises(FactorError) as caught:
        csv("product,stgae,zzz,product\nP,a\nQ,a,b,c,d\n", error=FactorError)
    assert len(caught.value.problems) == 5


def test_any_column_where_none_is_named(csv):
    assert csv("a,b\n1,2\n", known_columns=None).columns == {"a": ["1"], "b": ["2"]}


def test_big_csv_is_read_in_one_go(csv):
    table = csv("product,stage,amount\n" + "P,dyeing,5\n" * 50_000)
    assert table.rows == 50_000
    assert table.location(49_999) == "mill.csv:50001"


@given(st.lists(st.lists(st.text(alphabet="a,\"\n;' 布", max_size=5), min_size=2, max_size=2), min_size=1, max_size=6))
def test_any_cells_come_back_with_their_lines(tmp_path_factory, rows):
    import csv as standard

    path = tmp_path_factory.mktemp("csv") / "mill.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = standard.writer(stream, quoting=standard.QUOTE_ALL)
        writer.writerow(["product", "stage", "flow", "amount"])
        writer.writerows([["x", *row, "y"] for row in rows])
    table = read_table(path, known_columns=KNOWN)
    assert [list(pair) for pair in zip(table.columns["stage"], table.columns["flow"], strict=True)] == [
        [cell.strip() for cell in row] for row in rows
    ]
    assert table.rows == len(rows)


# ---------------------------------------------------------------- Excel


@pytest.fixture
def excel(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read(rows, change=lambda sheet: None, sheet="activity", others=()):
        book = openpyxl.Workbook()
        page = book.active
        page.title = sheet
        for row in rows:
            page.append(row)
        change(page)
        for other in others:
            book.create_sheet(other)
        book.save("mill.xlsx")
        return read_table("mill.xlsx", known_columns=KNOWN, aliases={"产品": "product"})

    return read


ROWS = [["产品", "stage", "amount"], ["P", " dyeing ", 5], [None, None, None], ["Q", "weaving", 2.5]]


def test_excel(excel):
    table = excel(ROWS)
    assert table.columns == {"product": ["P", "Q"], "stage": ["dyeing", "weaving"], "amount": [5, 2.5]}
    assert places(table, "amount") == ["mill.xlsx activity!C2", "mill.xlsx activity!C4"]
    assert table.location(1) == "mill.xlsx activity!row 4"


def test_excel_with_titles_above_the_header(excel):
    table = excel([["My mill"], [datetime.date(2024, 1, 1)], *ROWS], lambda sheet: sheet.merge_cells("A1:C1"))
    assert table.columns["amount"] == [5, 2.5]
    assert places(table, "product")[0] == "mill.xlsx activity!A4"


def test_excel_of_one_sheet_with_another_name(excel):
    assert "Sheet1" in excel(ROWS, sheet="Sheet1").notes[0]


def set_cell(place, value, number_format=None):
    def change(sheet):
        sheet[place] = value
        if number_format:
            sheet[place].number_format = number_format

    return change


EXCEL_FAULTS = [
    (set_cell("C2", "#REF!"), "mill.xlsx activity!C2: This cell holds the error #REF!."),
    (set_cell("C2", "#N/A"), "#N/A"),
    (set_cell("C2", "=A1*2"), "activity!C2: This formula has no stored value."),
    (set_cell("C2", datetime.datetime(2024, 1, 2)), "activity!C2: This cell holds a date or time (2024-01-02"),
    (set_cell("C2", 0.05, "0%"), "This cell shows a percentage, but holds 0.05. Format it as a number, write 5"),
    (lambda sheet: sheet.merge_cells("A2:A4"), "mill.xlsx activity!A2:A4: These cells are merged. Unmerge"),
    (set_cell("D2", "x"), "activity!D2: 'x' is in a column without a header."),
    (set_cell("D1", "zzz"), "activity!D1: 'zzz' is not a known column."),
    (set_cell("D1", "Stage"), "activity!D1: The column 'stage' occurs twice"),
    (lambda sheet: sheet.delete_rows(2, 3), "no rows"),
    (lambda sheet: sheet.delete_rows(1, 9), "mill.xlsx: This table is empty."),
]


@pytest.mark.parametrize(("change", "words"), EXCEL_FAULTS)
def test_excel_faults(excel, change, words):
    with pytest.raises(InputError) as caught:
        excel(ROWS, change)
    assert words in str(caught.value)
    assert all(problem.cure for problem in caught.value.problems)


def test_excel_without_the_sheet(excel):
    with pytest.raises(InputError, match=r"no sheet 'activity'\. Rename 'Activities' to 'activity'"):
        excel(ROWS, sheet="Activities", others=["Notes"])


def test_no_workbook(tmp_path):
    path = tmp_path / "mill.xlsx"
    path.write_bytes(b"product,stage")
    with pytest.raises(InputError, match="not an Excel workbook"):
        read_table(path)
