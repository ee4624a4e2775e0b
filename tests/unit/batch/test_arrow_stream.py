"""Tables of polars, duckdb and pyarrow as activity data: the numbers of one Parquet file, streamed in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from parquet_files import rows, start_dyehouse
from small_batches import PRODUCTS, batch, totals

import textile_pcf as tp
from textile_pcf.batch import arrow_stream
from textile_pcf.errors import InputError, PcfError, UsageError


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    return start_dyehouse(tmp_path)


class Capsule:
    """An object of an unknown library with the Arrow C stream."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def sources(mill: Path, table: pa.Table) -> Iterator[tuple[str, Any]]:
    (mill / "catalogue").mkdir(exist_ok=True)
    for number in range(2):
        half = table.slice(number * 18, 18)
        pq.write_table(half, mill / "catalogue" / f"{number}.parquet")
    path = str(mill / "catalogue" / "*.parquet")
    yield "polars DataFrame", pl.DataFrame(table)
    yield "polars categories", pl.DataFrame(table).with_columns(pl.col("stage", "flow").cast(pl.Categorical))
    yield "polars LazyFrame", pl.scan_parquet(path)
    yield "duckdb relation", duckdb.sql(f"SELECT * FROM read_parquet('{path}')")
    yield "pyarrow dataset", ds.dataset(mill / "catalogue")
    yield "pyarrow scanner", ds.dataset(mill / "catalogue").scanner(batch_size=5)
    yield "pyarrow reader", table.to_reader(max_chunksize=7)
    yield "capsule", Capsule(table)


@pytest.mark.parametrize("scattered", [False, True])
def test_every_table_gives_what_one_file_gives(mill: Path, scattered: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_stream, "CHUNK", 10)
    frame = rows(PRODUCTS, scattered=scattered).to_pandas()
    wrong = int(frame.index[(frame["product"] == "P07") & (frame["flow"] == "steam")][0])
    frame.loc[wrong, "unit"] = "kWh"
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, mill / "whole.parquet")
    expected = totals(batch(mill, mill / "whole.parquet", "whole"))
    hashes = set()
    for number, (name, source) in enumerate(sources(mill, table)):
        result = batch(mill, source, f"out{number}", workers=2, threads=True)
        assert totals(result) == pytest.approx(expected, rel=1e-13), name
        (problem,) = result.problems()
        assert (problem["product"], problem["where"]) == ("P07", f"row {wrong} (dyeing.steam)"), name
        hashes.add(result._manifest("run", {})["source_sha256"])
        assert result._manifest("inputs", {})["activity"] is None
    assert len(hashes) == 1  # of the rows, whatever library holds them


def test_footprint_takes_the_same_tables(mill: Path) -> None:
    table = rows(PRODUCTS)
    expected = tp.footprint(table, mill / "rule.yaml", mill / "factors.csv").total()
    for name, source in sources(mill, table):
        total = tp.footprint(source, mill / "rule.yaml", mill / "factors.csv").total()
        assert total.to_dict() == pytest.approx(expected.to_dict(), rel=1e-13), name


def test_a_second_call_with_the_same_rows_goes_on_and_with_others_is_refused(
    mill: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = rows(PRODUCTS)
    first = batch(mill, table.to_reader(), "done")
    assert totals(batch(mill, table.to_reader(max_chunksize=4), "done")) == totals(first)
    with pytest.raises(UsageError, match="its source_sha256 differs"):
        batch(mill, table.slice(3).to_reader(), "done")
    assert sorted(path.name for path in (mill / "done").iterdir()) == ["log.jsonl", "manifest.json", "results"]
    from textile_pcf.batch import worker

    calculate, count = worker.calculate_partition, iter(range(100))

    def interrupted(*arguments: Any) -> Any:
        if next(count) == 2:
            raise KeyboardInterrupt
        return calculate(*arguments)

    monkeypatch.setattr(worker, "calculate_partition", interrupted)
    with pytest.raises(KeyboardInterrupt):
        batch(mill, table.to_reader(), workers=1)
    with pytest.raises(UsageError, match="its source_sha256 differs"):
        batch(mill, table.slice(3).to_reader(), workers=1)
    assert batch(mill, table.to_reader(max_chunksize=4), workers=1).read().equals(first.read())


def test_linked_products_of_a_reader_are_solved_though_it_is_read_once(mill: Path) -> None:
    said = []
    for number in range(8):
        item = f"product:P{number - 1}" if number else "dye"
        given = (("steam", number + 1, "kg", None), ("dye", 0.5, "kg", item), ("dyeing_loss", 3, "%", None))
        for flow, amount, unit, what in given:
            row = {"product": f"P{number}", "stage": "dyeing", "flow": flow, "amount": amount, "unit": unit, "item": what}
            said.append(row)
    table = pa.Table.from_pylist(said)
    expected = tp.footprint(table, mill / "rule.yaml", mill / "factors.csv").total()
    assert totals(batch(mill, table.to_reader())) == pytest.approx(expected.to_dict(), rel=1e-12)


def test_tables_that_are_wrong_are_refused(mill: Path) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield from rows(["P1"]).to_batches()
        raise OSError("the disk is gone")

    schema = rows(["P1"]).schema
    cases = {
        "There is no column product": pl.DataFrame({"stage": ["dyeing"]}),
        "'amont' is not a known column. Did you mean 'amount'?": pl.DataFrame({"product": ["P"], "amont": [1]}),
        "This table has no rows": rows(["P1"]).slice(0, 0).to_reader(),
        "the disk is gone": pa.RecordBatchReader.from_batches(schema, failing()),
    }
    for words, source in cases.items():
        with pytest.raises(InputError, match=words.replace("?", ".")):
            batch(mill, source)
    with pytest.raises(PcfError):
        batch(mill, duckdb.sql("SELECT 1 AS product, DATE '2024-01-01' AS stage"))
    assert not list((mill / "out").rglob("*.arrows"))


MEMORY = """
import resource, sys
import pyarrow as pa
import textile_pcf as tp
from textile_pcf.batch import arrow_stream
arrow_stream.CHUNK = 20_000
mill, parts = sys.argv[1], int(sys.argv[2])
flows = [("dyeing_loss", 3.0, "%", None), ("steam", 8.0, "kg", None), ("dye", 2.0, "%", "dye")]
flow, amount, unit, item = zip(*flows)
names = ("product", "stage", "flow", "amount", "unit", "item")
def batches():
    for part in range(parts):
        products = [f"PRODUCT-{part:04}-{number:06}" for number in range(2_500) for _ in flows]
        yield pa.record_batch([pa.array(column) for column in (products, ["dyeing"] * 7_500, flow * 2_500, amount * 2_500,
                               unit * 2_500, pa.array(item * 2_500, pa.string()))], names)
first = next(batches())
tp.calculate_batch(pa.RecordBatchReader.from_batches(first.schema, batches()), mill + "/rule.yaml", mill + "/factors.csv",
                   out=f"{mill}/out{parts}", progress=False, partition_rows=20_000, workers=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_a_stream(mill: Path) -> None:
    peaks = []
    for parts in (25, 75):
        command = [sys.executable, "-c", MEMORY, str(mill), str(parts)]
        peaks.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    assert peaks[1] < 1.25 * peaks[0], peaks


@pytest.mark.parametrize("column", [pd.Series([1, 2]), pl.Series([1, 2])], ids=["pandas", "polars"])
def test_one_column_is_no_table(mill: Path, column: object) -> None:
    with pytest.raises(UsageError, match=r"^1 problem in the request:\n  input: A Series is not a table"):
        batch(mill, column)
