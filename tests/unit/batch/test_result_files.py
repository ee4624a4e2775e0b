"""Files of results: whole, with their hash, small where columns are zero."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textile_pcf.batch.result_files import read_results, write_results
from textile_pcf.errors import InputError


@pytest.fixture
def columns() -> pa.Table:
    values = np.random.default_rng(1).random(500)
    empty = pa.array([None, *values[1:]], pa.float64())
    return pa.table({"product": [f"P{one}" for one in range(500)], "total": values, "uptake": 0.0 * values, "change": empty})


def test_a_file_is_read_as_it_was_written(columns: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "results/part.parquet"
    sha256 = write_results(path, columns)
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_results(path, sha256).equals(columns) and pq.read_table(path).equals(columns)
    assert read_results(path, sha256, {"total", "change", "not there"}).column_names == ["total", "change"]
    assert [one.name for one in path.parent.iterdir()] == ["part.parquet"]


def test_columns_of_zeros_take_few_bytes(columns: pa.Table, tmp_path: Path) -> None:
    write_results(tmp_path / "part.parquet", columns)
    group = pq.read_metadata(tmp_path / "part.parquet").row_group(0)
    sizes = {one.path_in_schema: one.total_compressed_size for one in map(group.column, range(group.num_columns))}
    assert sizes["uptake"] < 100 and sizes["total"] > 4000 and sizes["change"] > 3900


@pytest.mark.parametrize("damage", ["another byte", "shorter", "gone"])
def test_a_file_that_is_not_as_it_was_written_is_refused(columns: pa.Table, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "part.parquet"
    sha256 = write_results(path, columns)
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if damage == "shorter" else content[:4000] + bytes([content[4000] ^ 1]) + content[4001:])
    with pytest.raises(InputError, match="not as the batch wrote it"):
        read_results(path, sha256)
