"""Tables as DataFrames, Parquet, YAML, JSON and rows, and every fault of theirs."""

import datetime
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textile_pcf.errors import InputError, UsageError
from textile_pcf.io.read_table import read_table

KNOWN = ("product", "stage", "flow", "amount", "unit", "item")


def places(table, column=None):
    return [table.location(row, column) for row in range(table.rows)]


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
    (pd.DataFrame([["P", "Q"]], columns=["product", "product"]), "occurs twice"),
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
        "product": ["P", "P"], "stage": ["dyeing", "weaving"], "flow": ["steam", ""], "amount": ["2 kg", "3"],
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
    """numpy's numbers, decimals and days are no lists: what cannot be in a column is reported where the column is read."""
    day = datetime.date(2024, 5, 1)
    cells = {"stage": "dyeing", "amount": np.float64(1.5), "unit": np.str_("kg"), "item": Decimal("2024"), "flow": day}
    table = read_table({"product": 0, "rows": [cells]}, known_columns=KNOWN)
    assert table.columns == {"product": [0], **{name: [cell] for name, cell in cells.items()}}
    with pytest.raises(InputError) as caught:
        read_table({"product": "P", "rows": [{**cells, "note": {"a": 1}}]}, known_columns=KNOWN)
    assert "input (rows.0.note): A cell contains a list or mapping." in str(caught.value)


LISTED_FAULTS = [
    ({}, "no rows"),
    ([], "no rows"),
    ({"product": "P", "rows": []}, "input (rows): There are no rows."),
    ({"product": "P"}, "There are no rows."),
    ({"product": "", "rows": [{"stage": "a"}]}, "The product has no id."),
    ({"prodct": "P", "rows": [{"stage": "a"}]}, "'prodct' is not known here. Did you mean 'product'?"),
    ({"product": "P", "rows": ["a"]}, "input (rows.0): This is not a row."),
    ({"product": "P", "rows": [{"stgae": "a"}]}, "'stgae' is not a known column. Did you mean 'stage'?"),
    ({"product": "P", "rows": [{"stage": ["a"]}]}, "A cell contains a list or mapping."),
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
