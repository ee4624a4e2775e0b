"""Scattered products brought together: rows are dealt out to files by product, never sorted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.batch.sources import arrow_rows, product_column
from textile_pcf.tables.shape import Table

CHUNK = 1_000_000  # rows dealt out at a time
PIECE = 100_000  # texts whose keys are made at a time
ROW = "__row"
FOLDER, NEW = ".spread", ".spread.new"


@dataclass(frozen=True)
class Spread:
    """Rows of whole products in a file of their own; `path` is where they were read."""

    number: int
    path: str
    file: str
    rows: int = 0

    def load(self) -> Table:
        """The rows, with their places in the file they come from."""
        import pyarrow as pa

        with pa.memory_map(self.file) as source:
            table = pa.ipc.open_stream(source).read_all()
        lines = table.column(ROW).to_numpy()
        return arrow_rows(table.drop_columns([ROW]), self.path, lines)


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
        for table, column, first in _chunks(path):
            bucket = (keys(table.column(column)) % np.uint64(count)).astype(np.uint16)
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


def _chunks(path: str) -> Iterator[tuple[Any, str, int]]:
    """Some row groups at a time, texts but the product as codes; the product column; the place of the first row."""
    from pyarrow import parquet

    _, column = product_column(path)
    schema = parquet.ParquetFile(path).schema_arrow
    texts = [field.name for field in schema if str(field.type).endswith("string") and field.name != column]
    file = parquet.ParquetFile(path, read_dictionary=texts, memory_map=True)
    waiting: list[int] = []
    size = first = 0
    for group in range(file.num_row_groups):
        waiting.append(group)
        size += file.metadata.row_group(group).num_rows
        if size >= CHUNK or group == file.num_row_groups - 1:
            yield file.read_row_groups(waiting).unify_dictionaries(), column, first
            first, size, waiting = first + size, 0, []


def keys(column: Any) -> NDArray[np.uint64]:
    """Key of each product, the same in every run: computed on the bytes of the texts, or on the numbers."""
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_integer(column.type):
        return _mixed(column.to_numpy().astype(np.int64).view(np.uint64))
    texts = _joined(column.cast(pa.large_string())).fill_null("")
    if _may_have_spaces(texts):
        texts = _joined(compute.utf8_trim_whitespace(texts))
    every = np.empty(len(texts), dtype=np.uint64)
    for first in range(0, len(texts), PIECE):
        every[first : first + PIECE] = _text_keys(texts.slice(first, PIECE))
    return every


def _joined(texts: Any) -> Any:
    """Texts in one piece."""
    import pyarrow as pa

    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _bytes(texts: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes of texts one after the other, and the length of each."""
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]], np.diff(offsets)


def _may_have_spaces(texts: Any) -> bool:
    """Some byte is a space or no ASCII."""
    data, _ = _bytes(texts)
    return bool(len(data)) and bool(data.min() <= 32 or data.max() >= 127)


def _text_keys(texts: Any) -> NDArray[np.uint64]:
    """Keys of texts, eight bytes at a time."""
    data, lengths = _bytes(texts)
    longest = int(lengths.max(initial=0))
    width = -(-longest // 8) * 8
    padded = np.zeros((len(texts), width), dtype=np.uint8)
    if longest and int(lengths.min()) == longest:
        padded[:, :longest] = data.reshape(-1, longest)
    elif longest:
        padded[np.arange(width) < lengths[:, None]] = data
    words = padded.view(np.uint64)
    total = _mixed(lengths.astype(np.uint64))
    for place in range(words.shape[1]):
        total = _mixed(total + words[:, place])
    return total


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits of each number well stirred (splitmix64)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)
