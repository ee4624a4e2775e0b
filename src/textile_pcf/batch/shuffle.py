"""Scattered products brought together: rows are dealt out to files by product, never sorted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import IndexArray
from textile_pcf.batch.atomic_files import write_atomically
from textile_pcf.batch.folder import remove
from textile_pcf.batch.hashing import in_one_chunk, product_hashes
from textile_pcf.batch.partitions import table_from_arrow, open_product_column
from textile_pcf.columns import SHORT, ArrowStrings
from textile_pcf.errors import InputError
from textile_pcf.io.arrow import dictionary_codes, one_dictionary
from textile_pcf.io.arrow_faults import checked, is_text, reading, sound, text_columns, without_arrow_schema
from textile_pcf.io.table import Table

CHUNK = 600_000  # rows dealt out at a time
ROW = "__row"
HALF = np.uint64(32)  # bits
Takes = Callable[[IndexArray], Any]
FOLDER, NEW = ".spread", ".spread.new"


@dataclass(frozen=True)
class ShuffledPartition:
    """Rows of whole products in a file of their own; `path` is where they were read."""

    number: int
    path: str
    file: str
    rows: int = 0

    def read(self) -> Any:
        """The rows as a pyarrow table in one piece, all texts as codes."""
        import pyarrow as pa

        with pa.memory_map(self.file) as source:
            told = pa.ipc.open_stream(source).read_all()
            rows = pa.table({name: _as_one(told.column(name)) for name in told.column_names})
        for name in [field.name for field in rows.schema if is_text(field.type)]:  # the products
            place = rows.column_names.index(name)
            rows = rows.set_column(place, name, _encoded(in_one_chunk(rows.column(place))))
        return rows

    def table(self, rows: Any) -> Table:
        """The rows as columns, with their places in the file they come from."""
        lines = rows.column(ROW).to_numpy()
        return table_from_arrow(rows.drop_columns([ROW]), self.path, lines, as_seen=True)

    def done(self) -> None:
        """The rows may go; an empty file stays in their place, so that the files of the others keep their numbers."""
        write_atomically(Path(self.file), lambda path: path.touch())


def _as_one(column: Any) -> Any:
    """A column in one piece."""
    import pyarrow as pa

    return in_one_chunk(one_dictionary(column) if pa.types.is_dictionary(column.type) else column)


def _encoded(cells: Any) -> Any:
    """Texts as codes, in the order in which they appear; those of one length as the bytes they are, in half the time."""
    import pyarrow as pa

    rows = ArrowStrings(cells).as_matrix() if pa.types.is_string(cells.type) and not cells.null_count else None
    if rows is None:
        return cells.dictionary_encode()
    length = rows.shape[1]
    told = pa.FixedSizeBinaryArray.from_buffers(pa.binary(length), len(rows), [None, pa.py_buffer(rows)]).dictionary_encode()
    texts = np.frombuffer(told.dictionary.buffers()[1], dtype=np.uint8)[: len(told.dictionary) * length]
    return pa.DictionaryArray.from_arrays(told.indices, ArrowStrings.from_matrix(texts.reshape(-1, length)).array)


def shuffle_rows(path: str, out: Path, rows: int, per_file: int) -> list[ShuffledPartition]:
    """Deal the rows of a Parquet file out to files of about `per_file` rows; done before, they are taken as they are."""
    count = max(1, -(-rows // per_file))
    folder = out / FOLDER
    if not folder.is_dir():
        new = out / NEW
        remove(out, NEW)
        new.mkdir(parents=True, exist_ok=True)
        row = np.dtype(np.int32 if rows < SHORT else np.int64)
        try:
            try:
                _deal(path, new, count, row, narrow=True)
            except OverflowError:
                _deal(path, new, count, row, narrow=False)
        except InputError:  # its texts cannot be read as codes, or it is damaged, which the second time tells
            _deal(path, new, count, row, narrow=False, plainly=True)
        new.replace(folder)
    files = [folder / f"{number:05d}.arrows" for number in range(count)]
    return [ShuffledPartition(number, path, str(file)) for number, file in enumerate(file for file in files if file.is_file())]


def _deal(path: str, folder: Path, count: int, row: np.dtype[Any], narrow: bool, plainly: bool = False) -> None:
    """Deal rows out to files; codes are as narrow as those of the first rows need them, or of 32 bits; `plainly`, none are.

    Raises
    ------
    OverflowError
        Later rows need wider codes.
    """
    import pyarrow as pa
    from pyarrow import ipc

    files: dict[int, Any] = {}

    def write(dealt: Any, ends: IndexArray) -> None:
        for number, (start, end) in enumerate(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)):
            if end > start:
                if number not in files:
                    options = ipc.IpcWriteOptions(use_threads=False)
                    files[number] = ipc.new_stream(str(folder / f"{number:05d}.arrows"), dealt.schema, options=options)
                files[number].write_batch(dealt.slice(start, end - start))

    try:
        with ThreadPoolExecutor(1) as writer:  # rows are written while the next are dealt out
            writing = deque[Future[None]]()
            for product, columns, first in _chunks(path, narrow, plainly):
                bucket = (((product >> HALF) * np.uint64(count)) >> HALF).astype(np.uint16)
                order = np.argsort(bucket, kind="stable")  # counts, as the buckets are small integers
                taken = {name: take(order) for name, take in columns.items()} | {ROW: pa.array((first + order).astype(row))}
                while writing:
                    writing.popleft().result()
                dealt = pa.record_batch(taken)
                writing.append(writer.submit(write, dealt, np.cumsum(np.bincount(bucket, minlength=count))))
            for last in writing:
                last.result()
    finally:
        for file in files.values():
            file.close()
        pa.default_memory_pool().release_unused()


def _chunks(path: str, narrow: bool, plainly: bool) -> Iterator[tuple[NDArray[np.uint64], dict[str, Takes], int]]:
    """Some row groups at a time: the key of each row's product, how to take rows of each column, the place of the first row."""
    with reading(path):
        file, product = _opened(path, plainly)
    kinds: dict[str, np.dtype[Any]] = {}
    read, pieces, first, schema = partial(file.read_row_groups, use_threads=False), _pieces(file.metadata), 0, None
    with ThreadPoolExecutor(1) as reader:  # the next rows are read while these are dealt out
        waiting = deque(reader.submit(read, groups) for groups in pieces[:1])
        for number in range(len(pieces)):
            with reading(path):
                table = sound(waiting.popleft().result())
                schema = schema or table.schema
                table = table if table.schema.equals(schema) else table.cast(schema)
            waiting.extend(reader.submit(read, groups) for groups in pieces[number + 1 : number + 2])
            with reading(path):
                key, taken = _products(table.column(product))
                columns = {
                    name: taken if name == product else _taking(table.column(name), name, kinds if narrow else None)
                    for name in table.column_names
                }
            rows = table.num_rows
            del table
            yield key, columns, first
            first += rows


def _opened(path: str, plainly: bool) -> tuple[Any, str]:
    """A Parquet file whose texts are read as codes, but for the products, hardly one of which stands twice in a row group."""
    import pyarrow as pa

    file, product, _ = open_product_column(path)
    coded_product = pa.types.is_dictionary(file.schema_arrow.field(product).type)
    metadata = without_arrow_schema(path) if coded_product or plainly else file.metadata
    texts = () if plainly else text_columns(checked(path, metadata=metadata).schema_arrow)
    others = [name for name in texts if name != product]
    return checked(path, others, metadata=metadata), product  # not mapped: that would stay in memory


def _pieces(metadata: Any) -> list[list[int]]:
    """Row groups that are read at a time."""
    pieces: list[list[int]] = [[]]
    size = 0
    for group in range(metadata.num_row_groups):
        if size >= CHUNK:
            pieces.append([])
            size = 0
        pieces[-1].append(group)
        size += metadata.row_group(group).num_rows
    return pieces


def _taking(column: Any, name: str, kinds: dict[str, np.dtype[Any]] | None) -> Takes:
    """How to take rows of a column: texts as codes, which numpy takes several times as fast as arrow.

    `kinds` are the narrowest that the codes of columns take; those that are new among them.
    """
    import pyarrow as pa

    if not str(column.type).startswith("dictionary<values=string"):
        cells = in_one_chunk(column)
        return lambda rows: cells.take(pa.array(rows))
    codes, texts = dictionary_codes(column)
    if kinds is not None:
        kind = kinds.setdefault(name, np.min_scalar_type(-max(len(texts), 1)))
        if len(texts) > np.iinfo(kind).max + 1:
            raise OverflowError(name)
        return lambda rows: pa.DictionaryArray.from_arrays(codes.astype(kind).take(rows), texts, safe=False)
    return lambda rows: pa.DictionaryArray.from_arrays(codes.take(rows), texts, safe=False)


def _products(column: Any) -> tuple[NDArray[np.uint64], Takes]:
    """Key of each row's product, and how to take them: not as codes any more, as each file will hold few of them."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        cells = in_one_chunk(column)
        if cells.null_count or not pa.types.is_string(cells.type):
            return product_hashes(cells), lambda rows: cells.take(pa.array(rows))
        return product_hashes(cells), lambda rows: ArrowStrings(cells).take(rows).array
    codes, texts = dictionary_codes(column)
    return product_hashes(texts)[codes], lambda rows: texts.take(pa.array(codes.take(rows)))
