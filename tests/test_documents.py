"""Documents and tables: strict YAML, models in plain words, and every way in which a table can be wrong."""

import datetime
import hashlib
import math
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Literal

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textile_pcf.errors import FactorError, InputError, RuleError, UsageError
from textile_pcf.io.documents import Cited, Source, Strict, validate_document
from textile_pcf.io.read_table import read_table
from textile_pcf.io.resources import data_root, sha256_of
from textile_pcf.io.strict_yaml import parse_yaml, read_yaml

BROKEN = sorted((Path(__file__).parent / "broken" / "yaml").glob("*.yaml"))
KNOWN = ("product", "stage", "flow", "amount", "unit", "item")


def parsed(text):
    return parse_yaml(text, "rule.yaml", RuleError)


# ---------------------------------------------------------------- YAML


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken_yaml(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# expect: ")
    with pytest.raises(RuleError) as caught:
        read_yaml(path, RuleError)
    missing = [words for words in first.removeprefix("# expect: ").split(" | ") if words.strip() not in str(caught.value)]
    assert not missing, str(caught.value)
    assert all(problem.cure for problem in caught.value.problems)


CORE_SCHEMA = {
    "NO": "NO", "yes": "yes", "on": "on", "Off": "Off", "y": "y",
    "2024-01-01": "2024-01-01", "1:30": "1:30", "1_000": "1_000", "1,5": "1,5", "12e03x": "12e03x", "0b1": "0b1",
    "true": True, "False": False, "null": None, "~": None, "": None, "tRUE": "tRUE",
    "1e3": 1000.0, "1E-2": 0.01, "5.": 5.0, ".5": 0.5, "+5": 5, "-0.5": -0.5, "012": 12, "0o14": 12, "0x1F": 31,
    ".inf": math.inf, "-.INF": -math.inf, "'5'": "5", '"true"': "true", "5 %": "5 %", ".": ".", "-": None, "+": "+",
    "inf": "inf", "nan": "nan", "<": "<",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), [pair for pair in CORE_SCHEMA.items() if pair[0] != "-"])
def test_core_schema(text, value):
    found = parsed(f"a: {text}").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_numbers_as_keys_keep_their_type():
    assert parsed("upto: {75: 5, 1.5: 4, .inf: 3, '7': 2}").data == {"upto": {75: 5, 1.5: 4, math.inf: 3, "7": 2}}


def test_huge_whole_number_is_no_crash():
    assert isinstance(parsed("a: " + "9" * 5000).data["a"], str | float)


def test_too_long():
    with pytest.raises(RuleError, match="characters"):
        parsed("a" * 5_000_001)


def test_lines():
    document = parsed("# a comment\n\nstages:\n- id: weaving\n  flows:\n    steam: {unit: kg}\n- id: dyeing\n")
    assert document.line(("stages", 0)) == 4
    assert document.line(("stages", 0, "flows", "steam", "unit")) == 6
    assert document.line(("stages", 1, "losses", 3)) == 7
    assert document.line(("nothing",)) == 3
    assert document.location(("stages", 1, "id")) == "rule.yaml:7 (stages.1.id)"


@given(st.text(alphabet=st.sampled_from("ab1:-{}[]&*!|>'\"%@#, \n\t?.~<"), max_size=60))
def test_any_text_is_a_document_or_an_answer(text):
    try:
        parsed(text)
    except RuleError as error:
        assert error.problems
        assert all(problem.where.startswith("rule.yaml:") for problem in error.problems)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9999, 9999) | st.text(alphabet="abc NOyes012.e:-", max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet="abcNO", min_size=1), inner, max_size=4),
        max_leaves=12,
    ).map(lambda data: {"root": data})
)
def test_json_is_yaml(data):
    import json

    assert parsed(json.dumps(data)).data == data
    assert parsed(json.dumps(data, indent=2)).data == data


def test_not_utf8(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_bytes("a: 1\nb: 棉".encode("gb18030"))
    with pytest.raises(RuleError, match=r"rule\.yaml:2: This is not UTF-8"):
        read_yaml(path, RuleError)


def test_byte_order_mark(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_bytes("a: 棉".encode("utf-8-sig"))
    assert read_yaml(path, RuleError).data == {"a": "棉"}


@pytest.mark.parametrize("name", ["missing.yaml", "", "nul\0.yaml"])
def test_no_such_file(tmp_path, name):
    with pytest.raises(UsageError, match="file"):
        read_yaml(tmp_path / name, RuleError)


# ---------------------------------------------------------------- models


class Part(Strict):
    number: float
    word: Literal["input", "output"] = "input"
    whole: int | None = None
    switch: bool = False


class Whole(Strict):
    title: str
    parts: dict[str, Part] = {}
    pair: tuple[float, float] | None = None
    either: float | Part | None = None
    many: list[Part] = []


MODELS = [
    ("titel: x", "rule.yaml:1 (titel): 'titel' is not known here. Did you mean 'title'?"),
    ("titel: x", "rule.yaml:1 (title): 'title' is missing. Add `title: ...` here."),
    ("title: 3", "rule.yaml:1 (title): 3 is not a text."),
    ("title: x\nzzz: 3", "rule.yaml:2 (zzz): 'zzz' is not known here. Known here: title, parts"),
    ("title: x\nparts:\n  a: {number: '5'}", "rule.yaml:3 (parts.a.number): '5' is not a number. Write a plain number"),
    ("title: x\nparts:\n  a: {number: true}", "true is not a number"),
    ("title: x\nparts:\n  a: {number: 5 %}", "'5 %' is not a number"),
    ("title: x\nparts:\n  a: {number: 1, nubmer: 2}", "(parts.a.nubmer): 'nubmer' is not known here. Did you mean 'number'?"),
    (
        "title: x\nparts:\n  a: {number: 1, word: inptu}",
        "'inptu' is none of the words that may stand here. Did you mean 'input'?",
    ),
    ("title: x\nparts:\n  a: {number: 1, word: zzz}", "Write one of: input, output."),
    ("title: x\nparts:\n  a: {number: 1, whole: 2.5}", "2.5 is not a whole number."),
    ("title: x\nparts:\n  a: {number: 1, switch: NO}", "'NO' is neither true nor false."),
    ("title: x\nparts: [1]", "rule.yaml:2 (parts): A list stands where `key: value` lines belong."),
    ("title: x\nparts: {a: }", "(parts.a): An empty value stands where `key: value` lines belong."),
    ("title: x\npair: [1]", "rule.yaml:2 (pair): This list has too few entries."),
    ("title: x\npair: 1", "1 stands where a list belongs."),
    ("title: x\neither: many", "'many' is not a number."),
    ("title: x\neither: {numbr: 1}", "(either.numbr): 'numbr' is not known here. Did you mean 'number'?"),
    (
        "title: x\neither: [1]",
        "A list cannot stand here. Write a plain number such as 2.5, without quotes or unit. Or: Write a mapping",
    ),
    (
        "title: x\nmany:\n- number: 1\n- nmber: 1",
        "rule.yaml:4 (many.1.nmber): 'nmber' is not known here. Did you mean 'number'?",
    ),
]


@pytest.mark.parametrize(("text", "words"), MODELS)
def test_model_problems_in_plain_words(text, words):
    with pytest.raises(RuleError) as caught:
        validate_document(Whole, parsed(text), RuleError)
    assert words in str(caught.value)
    assert all(problem.cure for problem in caught.value.problems)


def test_a_form_that_was_not_meant_is_not_mentioned():
    with pytest.raises(RuleError) as caught:
        validate_document(Whole, parsed("title: x\neither: {number: x}"), RuleError)
    assert [problem.where for problem in caught.value.problems] == ["rule.yaml:2 (either.number)"]


def test_all_problems_at_once():
    with pytest.raises(RuleError) as caught:
        validate_document(Whole, parsed("titel: x\nparts: {a: {number: x, word: y}}"), RuleError)
    assert len(caught.value.problems) == 4


def test_model():
    whole = validate_document(Whole, parsed("title: x\nparts: {a: {number: 1}}\npair: [1, 2]\neither: 5"), RuleError)
    assert whole.parts["a"].number == 1.0
    assert whole.pair == (1.0, 2.0)
    with pytest.raises(ValueError, match="frozen"):
        whole.title = "y"  # type: ignore[misc]


def test_cited_and_source():
    assert validate_document(Cited, parsed("value: 2\nunit: kg\nsource: s\nlocator: table 3"), RuleError).value == 2.0
    assert validate_document(Source, parsed("title: x\nyear: 2024\naccess: contents"), RuleError).year == 2024
    assert "value" in Cited.model_json_schema()["required"]
    assert Cited.model_json_schema()["properties"]["unit"]["description"].startswith("Unit as written")


def test_data_root():
    assert data_root("rules").name == "rules"
    assert data_root("emission_factors").is_dir()


def test_sha256(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"cotton")
    assert sha256_of(path) == hashlib.sha256(b"cotton").hexdigest()


def test_reading_a_csv_imports_neither_pandas_nor_openpyxl_nor_pint(tmp_path):
    path = tmp_path / "mill.csv"
    path.write_text("product,stage\nP,dyeing\n")
    code = (
        "import sys; from textile_pcf.io.read_table import read_table; read_table(sys.argv[1]);"
        "assert not {'pandas', 'openpyxl', 'pint', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, env={"PYTHONPATH": ":".join(sys.path)})


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
    (b"product,stage,Stage\nP,a,b\n", "The column 'stage' stands here twice, as 'stage' and 'Stage'."),
    ("product,产品\nP,a\n".encode(), "The column 'product' stands here twice"),
    (b"product,stage\nP,\0a\n", "mill.csv:2: This is not a text file: it holds NUL bytes."),
    (b'product,stage\nP,"a\n', "A quotation mark is not closed"),
    (b'product,stage\nP,"a"b\n', "mill.csv:2: A quotation mark is not closed, or stands inside a cell."),
    (b"product,stage,\nP,a,b\n", "'b' stands in a column without a header."),
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
    (set_cell("D2", "x"), "activity!D2: 'x' stands in a column without a header."),
    (set_cell("D1", "zzz"), "activity!D1: 'zzz' is not a known column."),
    (set_cell("D1", "Stage"), "activity!D1: The column 'stage' stands here twice"),
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


# ---------------------------------------------------------------- DataFrames and Parquet


def frame():
    return pd.DataFrame({
        "Product": ["P", "Q"], "stage": pd.array([" dyeing", None], dtype="string"), "amount": [5.0, np.nan],
        "item": pd.Categorical(["a", np.nan]), "unit": [None, "kg"],
    }, index=[7, 7])  # fmt: skip


def test_dataframe():
    before = frame()
    table = read_table(before, known_columns=KNOWN)
    assert table.columns["product"] == ["P", "Q"]
    assert table.columns["stage"] == ["dyeing", ""]
    assert table.columns["item"] == ["a", ""]
    assert table.columns["unit"] == ["", "kg"]
    np.testing.assert_array_equal(table.columns["amount"], [5.0, np.nan])
    assert places(table) == ["row 0", "row 1"]
    pd.testing.assert_frame_equal(before, frame())


@pytest.mark.parametrize("form", ["file", "table"])
def test_parquet(tmp_path, monkeypatch, form):
    monkeypatch.chdir(tmp_path)
    data = pa.table({
        "product": pa.array(["P", "Q"]).dictionary_encode(), "amount": [5.0, None], "stage": ["dyeing ", None], "item": [1, 2],
    })  # fmt: skip
    pq.write_table(data, "mill.parquet")
    table = read_table("mill.parquet" if form == "file" else data, known_columns=KNOWN)
    assert table.columns["product"] == ["P", "Q"]
    assert table.columns["stage"] == ["dyeing", ""]
    np.testing.assert_array_equal(table.columns["amount"], [5.0, np.nan])
    assert table.location(1) == ("mill.parquet row 1" if form == "file" else "row 1")


FRAME_FAULTS = [
    (pd.DataFrame({"product": [], "stage": []}), "no rows"),
    (pd.DataFrame({"product": ["P"], "stgae": ["a"]}), "Did you mean 'stage'?"),
    (pd.DataFrame([["P", "Q"]], columns=["product", "product"]), "stands here twice"),
    (
        pd.DataFrame({"product": ["P"], "amount": [pd.Timestamp("2024-01-01")]}),
        "row 0: '2024-01-01 00:00:00' in column 'amount'",
    ),
    (pd.DataFrame({"product": ["P", ["x"]]}), "row 1: \"['x']\" in column 'product' is a list"),
]


@pytest.mark.parametrize(("data", "words"), FRAME_FAULTS)
def test_dataframe_faults(data, words):
    with pytest.raises(InputError) as caught:
        read_table(data, known_columns=KNOWN)
    assert words in str(caught.value)


def test_no_parquet(tmp_path):
    path = tmp_path / "mill.parquet"
    path.write_bytes(b"product")
    with pytest.raises(InputError, match="not a Parquet file"):
        read_table(path)


def test_parquet_without_pyarrow(tmp_path, monkeypatch):
    path = tmp_path / "mill.parquet"
    path.write_bytes(b"product")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'textile_pcf\[parquet\]'"):
        read_table(path)


# ---------------------------------------------------------------- YAML, JSON and rows


ONE = {"product": "P", "rows": [{"stage": "dyeing", "flow": "steam", "amount": "2 kg"}, {"stage": "weaving", "unit": None}]}


def test_rows_of_yaml(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "product: P\nrows:\n- stage: dyeing\n  flow: steam\n  amount: 2 kg\n- {stage: weaving,\n   amount: 3}\n"
    Path("one.yaml").write_text(text)
    table = read_table("one.yaml", known_columns=KNOWN)
    assert table.columns == {
        "product": ["P", "P"], "stage": ["dyeing", "weaving"], "flow": ["steam", ""], "amount": ["2 kg", 3],
    }  # fmt: skip
    assert places(table, "amount") == ["one.yaml:5", "one.yaml:7"]
    assert places(table) == ["one.yaml:3", "one.yaml:6"]


def test_rows_of_json_and_python(tmp_path):
    import json

    path = tmp_path / "two.json"
    path.write_text(json.dumps([ONE, {"rows": [{"product": "Q", "stage": "x"}]}]))
    table = read_table(path, known_columns=KNOWN)
    assert table.columns["product"] == ["P", "P", "Q"]
    again = read_table([ONE, {"rows": [{"product": "Q", "stage": "x"}]}], known_columns=KNOWN)
    assert again.columns == table.columns
    assert places(again) == ["row 0", "row 1", "row 2"]


def test_listed_cells_of_any_kind_are_kept():
    """numpy's numbers, decimals and days are no lists: what cannot stand in a column is told where the column is read."""
    day = datetime.date(2024, 5, 1)
    cells = {"stage": "dyeing", "amount": np.float64(1.5), "unit": np.str_("kg"), "item": Decimal("2024"), "flow": day}
    table = read_table({"product": 0, "rows": [cells]}, known_columns=KNOWN)
    assert table.columns == {"product": [0], **{name: [cell] for name, cell in cells.items()}}
    with pytest.raises(InputError) as caught:
        read_table({"product": "P", "rows": [{**cells, "note": {"a": 1}}]}, known_columns=KNOWN)
    assert "input (rows.0.note): A list or mapping stands in a cell." in str(caught.value)


LISTED_FAULTS = [
    ({}, "no rows"),
    ([], "no rows"),
    ({"product": "P", "rows": []}, "input (rows): There are no rows."),
    ({"product": "P"}, "There are no rows."),
    ({"product": "", "rows": [{"stage": "a"}]}, "The product has no id."),
    ({"prodct": "P", "rows": [{"stage": "a"}]}, "'prodct' is not known here. Did you mean 'product'?"),
    ({"product": "P", "rows": ["a"]}, "input (rows.0): This is not a row."),
    ({"product": "P", "rows": [{"stgae": "a"}]}, "'stgae' is not a known column. Did you mean 'stage'?"),
    ({"product": "P", "rows": [{"stage": ["a"]}]}, "A list or mapping stands in a cell."),
    (["a"], "input (0): This is not a product with rows."),
]


@pytest.mark.parametrize(("data", "words"), LISTED_FAULTS)
def test_listed_faults(data, words):
    with pytest.raises(InputError) as caught:
        read_table(data, known_columns=KNOWN)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["missing.csv", "missing.xlsx", "missing.parquet", "missing.yaml", "missing"])
def test_no_such_table(tmp_path, name):
    with pytest.raises(UsageError, match="There is no such file"):
        read_table(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "words"), [("mill.xls", "Save the workbook as .xlsx"), ("mill.pdf", ".csv"), ("mill", ".csv")]
)
def test_unknown_ending(tmp_path, name, words):
    (tmp_path / name).write_text("x")
    with pytest.raises(UsageError, match=words):
        read_table(tmp_path / name)


@pytest.mark.parametrize("source", [5, None, b"product"])
def test_no_table(source):
    with pytest.raises(UsageError, match="is not a table"):
        read_table(source)
