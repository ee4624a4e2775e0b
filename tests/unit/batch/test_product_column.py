"""Rows whose product column comes from the plan are the rows that the file holds."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from textile_pcf.batch.partitioning import plan_by_rows
from textile_pcf.batch.row_groups import SharedRowGroups
from textile_pcf.batch.worker import read_table

ROWS_OF_PRODUCT = 10
NAMES = [f"SKU-{number:04d}" for number in range(40)]
WHOLE = np.repeat(NAMES, ROWS_OF_PRODUCT)

KEPT = {
    "row groups of whole products": (pa.array(WHOLE), 100),
    "products that go on in the next row group": (pa.array(WHOLE), 73),
    "products longer than a row group": (pa.array(np.repeat(["A", "B", "C"], [250, 30, 120])), 60),
    "one row group": (pa.array(WHOLE), 1_000),
    "dictionaries": (pa.array(WHOLE).dictionary_encode(), 73),
    "large texts": (pa.array(WHOLE, pa.large_string()), 73),
    "texts with spaces around them": (pa.array([f" {name}" if row % 10 < 5 else name for row, name in enumerate(WHOLE)]), 100),
    "a product in two places of its row group": (pa.array(np.repeat(["A", "B", "A", "C"], [20, 30, 10, 40])), 100),
}
NOT_KEPT = {
    "numbers": (pa.array(np.repeat(np.arange(40), 10)), 73),
    "a missing product": (pa.array([None, *WHOLE[1:]]), 73),
    "short runs": (pa.array([f"P{row}" for row in range(400)]), 400),
}


def plan(path, cells, group_rows: int):
    """Partitions of about 150 rows of a file with this product column in the middle."""
    amount = pa.array(np.arange(len(cells), dtype=float))
    table = pa.table({"stage": pa.array(["dyeing"] * len(cells)), "product": cells, "amount": amount})
    parquet.write_table(table, path, row_group_size=group_rows)
    return plan_by_rows(str(path), 150).partitions, table


def cells_of(partitions) -> list[str]:
    """Product of every row of the partitions."""
    shared = SharedRowGroups()
    return [str(cell) for partition in partitions for cell in read_table(partition, shared).columns["product"]]


@pytest.mark.parametrize("name", KEPT)
def test_rows_with_a_kept_column_are_those_of_the_file(tmp_path, name):
    partitions, table = plan(tmp_path / "catalogue.parquet", *KEPT[name])
    assert all(partition.product is not None for partition in partitions)
    assert cells_of(partitions) == [str(cell).strip() for cell in table["product"].to_pylist()]
    for partition in partitions:
        again = replace(partition, product=None)
        found, expected = (read_table(one, SharedRowGroups()) for one in (partition, again))
        assert list(found.columns) == list(expected.columns)
        assert found.columns["product"] == expected.columns["product"]
        assert found.columns["amount"].tolist() == expected.columns["amount"].tolist()
        assert list(found.columns["product"].categories) == list(expected.columns["product"].categories)


@pytest.mark.parametrize("name", NOT_KEPT)
def test_other_columns_are_read_with_the_rows(tmp_path, name):
    partitions, table = plan(tmp_path / "catalogue.parquet", *NOT_KEPT[name])
    assert partitions[0].product is None
    assert cells_of(partitions) == ["" if cell is None else str(cell) for cell in table["product"].to_pylist()]


def test_another_process_reads_the_column_itself(tmp_path):
    partitions, _ = plan(tmp_path / "catalogue.parquet", *KEPT["products that go on in the next row group"])
    sent = pickle.loads(pickle.dumps(partitions))
    assert sent == partitions
    assert all(partition.product is None for partition in sent)
    assert cells_of(sent) == cells_of(partitions)


def test_runs_beyond_the_limit_are_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("textile_pcf.batch.partitioning.MAX_RUNS", 25)
    monkeypatch.setattr("textile_pcf.batch.partitioning.ROWS", 100)
    partitions, table = plan(tmp_path / "catalogue.parquet", *KEPT["row groups of whole products"])
    assert [partition.product is not None for partition in partitions] == [True, False]
    assert cells_of(partitions) == table["product"].to_pylist()


def test_codes_of_rows_are_not_kept_with_the_plan(tmp_path):
    partitions, _ = plan(tmp_path / "catalogue.parquet", *KEPT["row groups of whole products"])
    before = [dict(vars(partition.product)) for partition in partitions]
    cells_of(partitions)
    assert [dict(vars(partition.product)) for partition in partitions] == before
