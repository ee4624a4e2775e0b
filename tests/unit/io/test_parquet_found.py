"""Parquet as others write it: large numbers, encodings, types of texts and amounts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from parquet_files import batch, calculated, expected, own, rows, start_dyehouse, write

import textile_pcf as tp
from textile_pcf.batch.hashing import product_hashes
from textile_pcf.cli import run


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    return start_dyehouse(tmp_path)


BIG = 1 << 53  # from here on a float cannot tell a whole number from the next


ORDERS = pytest.mark.parametrize("scattered", [False, True], ids=["in order", "scattered"])


@ORDERS
@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64()], ids=str)
def test_large_whole_numbers_beside_a_gap_stay_different_products(mill: Path, capsys, scattered: bool, kind: Any) -> None:
    ids = [BIG, BIG + 1, BIG + 2, BIG + 3]
    table = pa.concat_tables([rows(ids, kind), rows([None], kind)])
    if scattered:
        table = table.take(np.random.default_rng(1).permutation(table.num_rows))
    assert calculated(mill, write(mill, table, 4), code=1) == pytest.approx(expected(mill, list(map(str, ids))), rel=1e-12)
    why = (mill / "out" / "rejected.csv").read_text()
    assert why.count("The product is missing.") == 3 and str(BIG) not in why


@ORDERS
@pytest.mark.parametrize("ids", [[1, 2, 3], [0, -1, 5], [(1 << 63) - 1, 0, -(1 << 63)]], ids=["small", "zero", "extreme"])
def test_a_row_without_a_number_is_rejected_and_no_other(mill: Path, scattered: bool, ids: list[int]) -> None:
    table = rows(ids, pa.int64())
    table = pa.concat_tables([table.slice(0, 4), rows([None], pa.int64()).slice(0, 1), table.slice(4)])
    if scattered:
        table = table.take(np.random.default_rng(2).permutation(table.num_rows))
    assert calculated(mill, write(mill, table, 4), code=1) == pytest.approx(expected(mill, list(map(str, ids))), rel=1e-12)


def test_a_row_without_a_product_and_with_another_mistake_is_rejected_too(mill: Path) -> None:
    table = pa.concat_tables([rows(["A", "B"]), rows([None], pa.string()).slice(1, 1)])
    units = [*table["unit"].to_pylist()[:-1], "kWh"]
    path = write(mill, table.set_column(4, "unit", pa.array(units)))
    assert set(calculated(mill, path, code=1)) == {"A", "B"}


def test_large_numbers_of_a_frame_stay_different_too(mill: Path) -> None:
    frame = rows([BIG, BIG + 1], pa.int64()).to_pandas()
    missing = frame.iloc[:1].assign(product=None)
    frame = pd.concat([frame, missing], ignore_index=True).astype({"product": "Int64"})
    with pytest.raises(tp.InputError, match="The product is missing") as told:
        tp.footprint(frame, mill / "rule.yaml", mill / "factors.csv")
    assert len(told.value.problems) == 1
    assert tp.footprint(frame[:-1], mill / "rule.yaml", mill / "factors.csv").products == (str(BIG), str(BIG + 1))


@pytest.mark.parametrize("kind", [pa.float64(), pa.bool_(), pa.float32(), pa.decimal128(20, 0)], ids=str)
def test_scattered_products_told_as_other_things_are_each_one(mill: Path, kind: Any) -> None:
    ids: list[Any] = {"bool": [True, False], "decimal128(20, 0)": [Decimal(7), Decimal(0)]}.get(str(kind), [0.0, 2.5])
    names = {"bool": ["TRUE", "FALSE"], "decimal128(20, 0)": ["7", "0"]}.get(str(kind), ["0", "2.5"])
    table = rows(ids, kind)
    if str(kind) in ("double", "float"):
        table = table.set_column(0, "product", pa.array([-0.0, 0.0, 0.0, 2.5, 2.5, 2.5], kind))  # -0 is 0
    table = table.take([0, 3, 1, 4, 2, 5])
    assert calculated(mill, write(mill, table, 2)) == pytest.approx(expected(mill, names), rel=1e-12)


ENCODINGS = ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]
PRODUCTS = ["P-1", "布 2", "a long name of a product", "P-10"]


@ORDERS
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_texts_written_by_their_differences_are_read(mill: Path, scattered: bool, encoding: str, kind: Any) -> None:
    table = rows(PRODUCTS, scattered=scattered)
    for name in ("product", "item"):
        place = table.column_names.index(name)
        table = table.set_column(place, name, table[name].dictionary_encode().cast(kind))
    texts = dict.fromkeys(["product", "stage", "flow", "unit", "item"], encoding)
    path = write(mill, table, use_dictionary=False, column_encoding=texts)
    assert calculated(mill, path) == pytest.approx(expected(mill, PRODUCTS), rel=1e-12)
    assert run(["calculate", str(path), *own(mill), "-o", str(mill / "one.csv")]) == 0


@ORDERS
def test_a_file_may_change_how_it_writes_texts(mill: Path, scattered: bool) -> None:
    """As writers do that choose for each row group."""
    table, path = rows(PRODUCTS, scattered=scattered), mill / "mill.parquet"
    pq.write_table(table.slice(6), mill / "other.parquet", use_dictionary=False, column_encoding={"product": ENCODINGS[1]})
    with pq.ParquetWriter(path, table.schema, use_dictionary=["product"]) as writer:
        writer.write_table(table.slice(0, 6))
    first, other = path.read_bytes(), mill / "other.parquet"
    assert first[:4] == other.read_bytes()[:4]
    both = pa.concat_tables([pq.read_table(path), pq.read_table(other)])
    assert calculated(mill, write(mill, both)) == pytest.approx(expected(mill, PRODUCTS), rel=1e-12)


OTHER_TEXTS: dict[str, Callable[[Any], Any]] = {
    "views": lambda texts: texts.cast(pa.string_view()),
    "bytes that are texts": lambda texts: texts.cast(pa.binary()),
    "large bytes": lambda texts: texts.cast(pa.large_binary()),
    "views of bytes": lambda texts: texts.cast(pa.binary_view()),
    "codes of large texts": lambda texts: texts.dictionary_encode().cast(pa.dictionary(pa.int32(), pa.large_string())),
    "short codes": lambda texts: texts.dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string())),
}


@ORDERS
@pytest.mark.parametrize("schema", [True, False], ids=["with arrow's types", "without"])
@pytest.mark.parametrize("kind", OTHER_TEXTS)
def test_texts_of_other_types_are_read(mill: Path, scattered: bool, kind: str, schema: bool) -> None:
    table = rows(PRODUCTS, scattered=scattered)
    for name in ("product", "flow", "unit", "item"):
        table = table.set_column(table.column_names.index(name), name, OTHER_TEXTS[kind](table[name].combine_chunks()))
    path = write(mill, table, store_schema=schema)
    assert calculated(mill, path) == pytest.approx(expected(mill, PRODUCTS), rel=1e-12)
    assert run(["calculate", str(path), *own(mill), "-o", str(mill / "one.csv")]) == 0
    assert tp.footprint(table, mill / "rule.yaml", mill / "factors.csv").total().to_dict() == pytest.approx(
        expected(mill, PRODUCTS), rel=1e-12
    )


@ORDERS
@pytest.mark.parametrize("kind", [pa.decimal128(12, 3), pa.float32(), pa.int64(), pa.float16(), pa.int8()], ids=str)
def test_amounts_of_other_types_are_read(mill: Path, scattered: bool, kind: Any) -> None:
    table = rows(PRODUCTS, scattered=scattered)
    amounts = [Decimal(str(each)) if pa.types.is_decimal(kind) else each for each in table["amount"].to_pylist()]
    path = write(mill, table.set_column(3, "amount", pa.array(amounts).cast(kind)))
    assert calculated(mill, path) == pytest.approx(expected(mill, PRODUCTS), rel=1e-12)


def test_codes_of_numbers_are_numbers(mill: Path) -> None:
    table = rows([BIG, BIG + 1], pa.int64(), scattered=True)
    table = table.set_column(0, "product", table["product"].dictionary_encode())
    assert set(calculated(mill, write(mill, table))) == {str(BIG), str(BIG + 1)}
    column = table["product"]
    np.testing.assert_array_equal(product_hashes(column), product_hashes(column.cast(pa.int64())))


NO_TEXTS: dict[str, Any] = {
    "times": pa.array([1, 2, 3, 4], pa.timestamp("us")),
    "days": pa.array([1, 2, 3, 4], pa.date32()),
    "lists": pa.array([["a"], ["b"], [], None]),
    "structs": pa.array([{"a": 1}, {"a": 2}, None, {"a": 3}]),
    "bytes that are no text": pa.array([b"\xff\xfe", b"a", b"b", b"c"]),
}


@ORDERS
@pytest.mark.parametrize("kind", NO_TEXTS)
@pytest.mark.parametrize("name", ["product", "item", "amount"])
def test_what_is_neither_text_nor_number_is_refused_with_its_place(
    mill: Path, capsys, kind: str, name: str, scattered: bool
) -> None:
    table = rows(["A", "B"], scattered=scattered)
    cells = NO_TEXTS[kind].take(pa.array([0, 1, 3, 0, 1, 3]))
    path = write(mill, table.set_column(table.column_names.index(name), name, cells))
    for command in (["batch", str(path), "-o", str(mill / "out")], ["calculate", str(path)]):
        assert run([*command, *own(mill)]) == 4
        said = capsys.readouterr()
        assert f"{path} row " in said.err and f"in column {name!r} is a " in said.err and not said.out


def test_columns_of_one_name_and_of_none_are_told(mill: Path, capsys) -> None:
    table = rows(["A"])
    twice = write(mill, table.append_column("product", table["product"]))
    assert batch(mill, twice) == 4 and "The column 'product' occurs twice." in capsys.readouterr().err
    nameless = write(mill, table.append_column("", pa.array(["", "lost", None])))
    assert batch(mill, nameless) == 4
    assert "mill.parquet row 1: 'lost' is in a column without a header." in capsys.readouterr().err
    empty = write(mill, table.append_column("", pa.array([None, "", " "])))
    assert batch(mill, empty) == 0


def test_row_labels_that_pandas_wrote_are_refused_with_their_cure(mill: Path) -> None:
    frame = rows([1, 2], pa.int64()).to_pandas()
    frame.iloc[[*range(1, len(frame)), 0]].to_parquet(mill / "labels.parquet")
    with pytest.raises(tp.InputError, match=r"row labels of pandas. Write the file with index=False"):
        tp.calculate_batch(mill / "labels.parquet", mill / "rule.yaml", mill / "factors.csv", out=mill / "results")
