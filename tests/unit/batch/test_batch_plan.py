"""Where whole products begin and end: by statistics alone where these prove it, and the same as by all rows."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textile_pcf.batch import row_groups
from textile_pcf.batch.partitioning import plan_by_rows, plan_partitions

ROWS = 800  # of a partition: two row groups


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plan")


def written(path: Path, pieces: list[Any], **options: Any) -> str:
    """A file with a row group for each piece of a product column."""
    tables = [pa.table({"product": piece}) for piece in pieces]
    with pq.ParquetWriter(path, tables[0].schema, **options) as writer:
        for table in tables:
            writer.write_table(table)
    return str(path)


def products(first: int, count: int = 10, rows: int = 40) -> list[str]:
    return [f"P-{number:04d}" for number in range(first, first + count) for _ in range(rows)]


WHOLE = [products(first) for first in range(0, 60, 10)]
WRITERS: dict[str, dict[str, Any]] = {
    "usual": {},
    "pages of version 2": {"data_page_version": "2.0"},
    "format 1.0": {"version": "1.0"},
    "many pages": {"data_page_size": 100, "write_batch_size": 10},
    "page index": {"write_page_index": True},
    "zstd": {"compression": "zstd"},
    "nothing compressed": {"compression": "none"},
    "checksums": {"write_page_checksum": True},
}


INTEGERS = [[number for number in range(first, first + 10) for _ in range(40)] for first in range(0, 60, 10)]


@pytest.mark.parametrize("kind", [pa.int64(), pa.int16(), pa.uint64()], ids=str)
@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS)
def test_statistics_of_integers_are_enough(place: Path, options: dict[str, Any], kind: Any) -> None:
    for order in (INTEGERS, INTEGERS[::-1]):
        path = written(place / "whole.parquet", [pa.array(piece, kind) for piece in order], **options)
        plan, exact = plan_partitions(path, ROWS), plan_by_rows(path, ROWS)
        assert (plan.partitions, plan.rows, plan.products) == (exact.partitions, exact.rows, None)
        assert plan.partitions is not None and len(plan.partitions) == 3


def test_unsigned_integers_beyond_the_signed_ones_are_compared_correctly(place: Path) -> None:
    path = written(place / "unsigned.parquet", [pa.array([1, 2**63 + 5], pa.uint64()), pa.array([2, 3], pa.uint64())])
    assert plan_partitions(path, 2).partitions == plan_by_rows(path, 2).partitions
    path = written(place / "shared.parquet", [pa.array([1, 2**63 + 5], pa.uint64()), pa.array([2**63 + 5, 1], pa.uint64())])
    assert plan_partitions(path, 2).partitions is None


@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS)
def test_texts_are_planned_by_rows(place: Path, options: dict[str, Any]) -> None:
    path = written(place / "texts.parquet", WHOLE, **options)
    assert plan_partitions(path, ROWS) == plan_by_rows(path, ROWS)
    assert plan_partitions(path, ROWS).products == 60


MANY = [[f"{number:05d}" for number in range(first, first + 5_000)] for first in (0, 5_000, 10_000)]
TOLD_BY_ROWS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "across row groups": ([products(0), products(9), products(19)], {}),
    "scattered": ([products(0), products(10), products(0)], {}),
    "a dictionary given up": (MANY, {"dictionary_pagesize_limit": 10_000, "write_batch_size": 100}),
    "shared behind a dictionary": (
        [MANY[0], MANY[1], [*MANY[2][:-1], MANY[0][-1]]],
        {"dictionary_pagesize_limit": 10_000, "write_batch_size": 100},
    ),
    "no dictionary": (WHOLE, {"use_dictionary": False}),
    "no statistics": (WHOLE, {"write_statistics": False}),
    "nothing in two groups": ([[*WHOLE[0], None], WHOLE[1], [*WHOLE[2], None]], {}),
    "one dictionary for all": (
        [pa.array([text for piece in WHOLE for text in piece]).dictionary_encode()[n : n + 400] for n in (0, 400, 800)],
        {},
    ),
    "spaces around": ([WHOLE[0], WHOLE[1], [f" {text} " for text in WHOLE[0]]], {}),
    "beside longer names": ([["P", "Q"], ["P", "a longer name"]], {}),
    "spaces behind": ([["P-03", "P-06"], ["P-03\u3000", "P-07"], ["P-08"]], {}),
    "integers across row groups": ([[1, 1, 2], [2, 3, 4], [5, 5, 6]], {}),
    "scattered integers": ([[1, 1, 2], [3, 3, 4], [5, 2, 6]], {}),
    "integers without statistics": ([[1, 1, 2], [3, 3, 4]], {"write_statistics": False}),
    "a missing integer in two groups": ([[1, None], [2, None]], {}),
    "no rows in a group": ([WHOLE[0], pa.array([], pa.string()), WHOLE[1]], {}),
}


SCATTERED = {
    "scattered",
    "beside longer names",
    "shared behind a dictionary",
    "nothing in two groups",
    "spaces around",
    "spaces behind",
    "scattered integers",
    "a missing integer in two groups",
}


@pytest.mark.parametrize("name", TOLD_BY_ROWS)
def test_all_rows_are_read_where_statistics_do_not_prove_it(place: Path, name: str) -> None:
    pieces, options = TOLD_BY_ROWS[name]
    path = written(place / "rows.parquet", pieces, **options)
    assert plan_partitions(path, ROWS) == plan_by_rows(path, ROWS)
    assert (plan_partitions(path, ROWS).partitions is None) == (name in SCATTERED)


def test_a_large_row_group_is_divided_where_products_begin(place: Path) -> None:
    """One row group of 60 products, 2,400 rows: three partitions of 800 rows, as if it were written in six row groups."""
    whole = [text for piece in WHOLE for text in piece]
    for name, rows in (("texts", whole), ("integers", [number for piece in INTEGERS for number in piece])):
        plan = plan_partitions(written(place / f"large {name}.parquet", [rows]), ROWS)
        assert plan.partitions is not None
        assert [(one.groups, one.skip, one.rows, one.first) for one in plan.partitions] == [
            ((0,), 0, 800, 0), ((0,), 800, 800, 800), ((0,), 1_600, 800, 1_600),
        ]  # fmt: skip
        assert plan.products == 60


def test_a_divided_row_group_is_decoded_once_and_is_not_sent_to_other_processes(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products 0 to 59 in one row group, then 60 to 119: six partitions are read with two readings of the file."""
    plan = plan_partitions(written(place / "divided.parquet", [products(0, 60), products(60, 60)]), ROWS)
    assert plan.partitions is not None and len(plan.partitions) == 6
    read, shared = list[list[int]](), row_groups.SharedRowGroups()
    original = row_groups.read_row_groups
    monkeypatch.setattr(row_groups, "read_row_groups", lambda *args: read.append(args[2]) or original(*args))
    for partition in plan.partitions:
        number = partition.number * 20
        wanted = replace(partition, product=None)
        assert wanted.read(shared).column("product").to_pylist() == products(number, 20)
    assert read == [[0], [1]]
    assert pickle.loads(pickle.dumps(shared)) == row_groups.SharedRowGroups() != shared


def test_a_product_of_a_divided_row_group_may_go_on_in_the_next(place: Path) -> None:
    rows = [text for piece in WHOLE for text in piece]
    plan = plan_partitions(written(place / "cut.parquet", [rows[:1_610], rows[1_610:]]), 400)
    assert plan.partitions is not None
    assert [(one.groups, one.skip, one.rows) for one in plan.partitions] == [
        ((0,), 0, 440), ((0,), 440, 400), ((0,), 840, 400), ((0, 1), 1_240, 400), ((1,), 30, 400), ((1,), 430, 360),
    ]  # fmt: skip
    assert sum(one.rows for one in plan.partitions) == 2_400


def test_a_row_group_in_which_products_are_scattered_is_not_divided(place: Path) -> None:
    """P-0000 stands at the top and at the end. It is calculated as a whole, and no row has to be moved."""
    plan = plan_partitions(written(place / "loose.parquet", [[*products(0, 50), *products(0, 1)]]), 400)
    assert plan.partitions is not None
    assert [(one.groups, one.rows) for one in plan.partitions] == [((0,), 2_040)]


def test_a_product_of_many_rows_is_not_divided(place: Path) -> None:
    plan = plan_partitions(written(place / "long.parquet", [[*products(0, 1, 2_000), *products(1, 2)]]), 400)
    assert plan.partitions is not None
    assert [one.rows for one in plan.partitions] == [2_000, 80]
