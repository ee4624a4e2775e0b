"""Scattered products brought together: rows are dealt out to files by product, never sorted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.batch.keys import keys
from textile_pcf.batch.sources import arrow_rows, product_column
from textile_pcf.tables.frames import coded
from textile_pcf.tables.shape import Table

CHUNK = 400_000  # rows dealt out at a time
ROW = "__row"
FOLDER, NEW = ".spread", ".spread.new"


@dataclass(frozen=True)
class Spread:
    """Rows of whole products in a file of their own; `path` is where they were read."""

    number: int
    path: str
    file: str
    rows: int = 0

    def read(self) -> Any:
        """The rows as a pyarrow table."""
        import pyarrow as pa

        with pa.memory_map(self.file) as source:
            return pa.ipc.open_stream(source).read_all()

    def table(self, rows: Any) -> Table:
        """The rows as columns, with their places in the file they come from."""
        lines = rows.column(ROW).to_numpy()
        return arrow_rows(rows.drop_columns([ROW]), self.path, lines)


def spread(path: str, out: Path, rows: int, per_file: int) -> list[Spread]:
    """Deal the rows of a Parquet file out to files of about `per_file` rows; done before, they are taken as they are."""
    count = max(1, -(-rows // per_file))
    folder = out / FOLDER
    if not folder.is_dir():
        new = out / NEW
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        _deal(path, new, count)
        new.replace(folder)
    files = [folder / f"{number:05d}.arrows" for number in range(count)]
    return [Spread(number, path, str(file)) for number, file in enumerate(file for file in files if file.is_file())]


def _deal(path: str, folder: Path, count: int) -> None:
    import pyarrow as pa
    from pyarrow import ipc

    writers: dict[int, Any] = {}
    try:
        for table, product, first in _chunks(path):
            bucket = (product % np.uint64(count)).astype(np.uint16)
            order = np.argsort(bucket, kind="stable")  # counts, as the buckets are small integers
            place = pa.array(first + np.arange(table.num_rows))
            dealt = table.append_column(ROW, place).take(pa.array(order)).combine_chunks()
            ends = np.cumsum(np.bincount(bucket, minlength=count))
            for number, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
                if end > start:
                    if number not in writers:
                        writers[number] = ipc.new_stream(str(folder / f"{number:05d}.arrows"), dealt.schema)
                    writers[number].write_table(dealt.slice(start, end - start))
    finally:
        for writer in writers.values():
            writer.close()
        pa.default_memory_pool().release_unused()


def _chunks(path: str) -> Iterator[tuple[Any, NDArray[np.uint64], int]]:
    """Some row groups at a time, texts but the product as codes; the key of each row's product; the place of the first row."""
    from pyarrow import parquet

    _, column, texts = product_column(path)
    file = parquet.ParquetFile(path, read_dictionary=list(texts))  # not mapped: what was read would stay in memory
    waiting: list[int] = []
    size = first = 0
    for group in range(file.num_row_groups):
        waiting.append(group)
        size += file.metadata.row_group(group).num_rows
        if size >= CHUNK or group == file.num_row_groups - 1:
            table = file.read_row_groups(waiting)
            place = table.column_names.index(column)
            product, told = _products(table.column(place))
            yield table.set_column(place, column, told).unify_dictionaries(), product, first
            first, size, waiting = first + size, 0, []


def _products(column: Any) -> tuple[NDArray[np.uint64], Any]:
    """Key of each row's product, and the products themselves, not as codes: each file will hold few of them."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return keys(column), column
    of_rows = []
    for chunk in column.chunks:
        codes, texts, _ = coded(pa.chunked_array([chunk]))
        of_rows.append(np.append(keys(texts), keys(pa.array([""])))[codes])  # behind the texts: nothing
    every = np.concatenate(of_rows) if of_rows else np.empty(0, dtype=np.uint64)
    return every, column.cast(column.type.value_type)
