"""Where whole products begin and end: by dictionaries alone where these say enough, and the same as by all rows."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paths import BENCHMARKS
from textile_pcf.batch.pages import dictionary_size, even_texts
from textile_pcf.batch.partitioning import by_rows, plan_partitions

sys.path.insert(0, str(BENCHMARKS))
import workload

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


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS)
def test_dictionaries_that_share_nothing_are_enough(place: Path, options: dict[str, Any], kind: Any) -> None:
    pieces = [pa.array(piece).dictionary_encode().cast(kind) for piece in WHOLE]
    path = written(place / "whole.parquet", pieces, **options)
    found, exact = plan_partitions(path, ROWS), by_rows(path, ROWS)
    assert (found.partitions, found.rows, found.products) == (exact.partitions, exact.rows, None)
    assert found.partitions is not None and len(found.partitions) == 3


def test_the_workload_is_planned_by_dictionaries(place: Path) -> None:
    path = str(workload.write_parquet(place / "workload.parquet", 300, group=50))
    assert plan_partitions(path, 2_000).products is None
    assert plan_partitions(path, 2_000).partitions == by_rows(path, 2_000).partitions


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
    "integers": ([[1, 1, 2], [3, 3, 4], [5, 5, 6]], {}),
    "no rows in a group": ([WHOLE[0], pa.array([], pa.string()), WHOLE[1]], {}),
}


SCATTERED = {"scattered", "beside longer names", "shared behind a dictionary", "nothing in two groups", "spaces around"}


@pytest.mark.parametrize("name", TOLD_BY_ROWS)
def test_all_rows_are_looked_at_where_dictionaries_do_not_say_enough(place: Path, name: str) -> None:
    pieces, options = TOLD_BY_ROWS[name]
    path = written(place / "rows.parquet", pieces, **options)
    assert plan_partitions(path, ROWS) == by_rows(path, ROWS)
    assert (plan_partitions(path, ROWS).partitions is None) == (name in SCATTERED)


@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS)
def test_texts_of_one_length_are_read_off_the_page(place: Path, options: dict[str, Any]) -> None:
    path = written(place / "even.parquet", WHOLE[:1], **options)
    chunk = pq.read_metadata(path).row_group(0).column(0)
    with Path(path).open("rb") as file:
        assert even_texts(file, chunk, 10).to_pylist() == list(dict.fromkeys(WHOLE[0]))


@pytest.mark.parametrize("cells", [["A", "BC"], ["棉", "丝"]], ids=["several lengths", "not ASCII"])
def test_other_texts_are_left_to_arrow(place: Path, cells: list[str]) -> None:
    path = written(place / "uneven.parquet", [cells])
    chunk = pq.read_metadata(path).row_group(0).column(0)
    with Path(path).open("rb") as file:
        assert even_texts(file, chunk, len(set(cells))) is None


def test_a_dictionary_given_up_is_seen(place: Path) -> None:
    path = written(place / "given_up.parquet", MANY, **TOLD_BY_ROWS["a dictionary given up"][1])
    chunk = pq.read_metadata(path).row_group(0).column(0)
    assert chunk.has_dictionary_page and dictionary_size(BytesIO(Path(path).read_bytes()), chunk) is None


def test_bytes_that_are_no_headers_are_not_understood(place: Path) -> None:
    path = written(place / "spoilt.parquet", WHOLE[:1], compression="none")
    chunk, data = pq.read_metadata(path).row_group(0).column(0), Path(path).read_bytes()
    assert dictionary_size(BytesIO(data), chunk) == 10
    draw = np.random.default_rng(0)
    for _ in range(300):
        spoilt = bytearray(data)
        for at in draw.integers(4, 4 + chunk.total_compressed_size, 5):
            spoilt[at] = draw.integers(256)
        assert isinstance(dictionary_size(BytesIO(spoilt), chunk), int | None)
    for byte in (0x1C, 0xFF, 0x15, 0x00):
        assert dictionary_size(BytesIO(bytes([byte]) * len(data) * 9), chunk) is None
