"""Shuffle rows into one file per partition by product hash, in one pass without sorting."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import IndexArray
from textile_pcf.batch.atomic_files import write_atomically
from textile_pcf.batch.folder import remove_files
from textile_pcf.batch.hashing import in_one_chunk, product_hashes
from textile_pcf.batch.partitions import open_product_column, table_from_arrow
from textile_pcf.batch.row_groups import SharedRowGroups
from textile_pcf.columns import SHORT, ArrowStrings
from textile_pcf.errors import InputError
from textile_pcf.io.arrow import dictionary_codes, one_dictionary
from textile_pcf.io.arrow_faults import (
    is_text_type,
    open_parquet,
    parquet_errors,
    text_columns,
    validate_texts,
    without_arrow_schema,
)
from textile_pcf.io.file_lines import FileLines
from textile_pcf.io.table import Table

CHUNK = 600_000  # rows shuffled at a time
ROW = "__row"
HALF_BITS = np.uint64(32)
TakeRows = Callable[[IndexArray], Any]
"""Returns the cells of a column at some rows, as a pyarrow array."""
Chunk = tuple[NDArray[np.uint64], dict[str, TakeRows], NDArray[np.integer[Any]]]
"""Product hash of each row, how to take rows of each column, and the position of each row in the source."""
ReadChunks = Callable[[bool, bool], Iterator[Chunk]]
"""Reads a source: whether codes are narrow, and whether texts are read as codes."""
FOLDER, NEW = ".spread", ".spread.new"


@dataclass(frozen=True)
class ShuffledPartition:
    """Rows of whole products in a temporary file.

    Attributes
    ----------
    number : int
        Number of the partition.
    path : str
        The source, for messages.
    file : str
        The temporary file (Arrow IPC stream).
    files : FileLines, optional
        Files of the rows, if the source is of several.
    """

    number: int
    path: str
    file: str
    files: FileLines | None = None

    def read(self, shared: SharedRowGroups) -> Any:
        """Read the rows as a pyarrow table in one chunk, with all texts as codes."""
        import pyarrow as pa

        with pa.memory_map(self.file) as source:
            stored = pa.ipc.open_stream(source).read_all()
            rows = pa.table({name: _combine(stored.column(name)) for name in stored.column_names})
        for name in [field.name for field in rows.schema if is_text_type(field.type)]:  # the products
            index = rows.column_names.index(name)
            rows = rows.set_column(index, name, encode_texts(in_one_chunk(rows.column(index))))
        return rows

    def table(self, rows: Any) -> Table:
        """Convert the rows to a table, with their positions in the source."""
        lines = rows.column(ROW).to_numpy()
        return replace(table_from_arrow(rows.drop_columns([ROW]), self.path, lines, ordered=True), files=self.files)

    def release(self) -> None:
        """Empty the file. It stays, so that the numbers of the other partitions do not change when a run is resumed."""
        write_atomically(Path(self.file), lambda path: path.touch())


def _combine(column: Any) -> Any:
    """Return a column as one array, with one dictionary."""
    import pyarrow as pa

    return in_one_chunk(one_dictionary(column) if pa.types.is_dictionary(column.type) else column)


def encode_texts(cells: Any) -> Any:
    """Dictionary-encode texts by first appearance. Texts of one length are encoded as bytes, in half the time."""
    import pyarrow as pa

    rows = ArrowStrings(cells).as_matrix() if pa.types.is_string(cells.type) and not cells.null_count else None
    if rows is None:
        return cells.dictionary_encode()
    length = rows.shape[1]
    encoded = pa.FixedSizeBinaryArray.from_buffers(pa.binary(length), len(rows), [None, pa.py_buffer(rows)]).dictionary_encode()
    texts = np.frombuffer(encoded.dictionary.buffers()[1], dtype=np.uint8)[: len(encoded.dictionary) * length]
    return pa.DictionaryArray.from_arrays(encoded.indices, ArrowStrings.from_matrix(texts.reshape(-1, length)).array)


def shuffle_rows(
    path: str, out: Path, rows: int, per_file: int, files: FileLines | None = None, read: ReadChunks | None = None
) -> list[ShuffledPartition]:
    """Shuffle the rows of a source into files of whole products. Files of an earlier run are used again.

    Parameters
    ----------
    path : str
        A Parquet file, or the name of the source.
    out : Path
        Folder of the batch.
    rows : int
        Rows of the source.
    per_file : int
        Rows of a partition, approximately.
    files : FileLines, optional
        Files of the rows, if the source is of several.
    read : callable, optional
        Reads the rows of another source than a Parquet file.
    """
    read = partial(_read_chunks, path) if read is None else read
    count = max(1, -(-rows // per_file))
    folder = out / FOLDER
    if not folder.is_dir():
        new = out / NEW
        remove_files(out, NEW)
        new.mkdir(parents=True, exist_ok=True)
        row = np.dtype(np.int32 if rows < SHORT else np.int64)
        try:
            try:
                _write_files(read, new, count, row, narrow=True)
            except OverflowError:
                _write_files(read, new, count, row, narrow=False)
        except InputError:  # texts cannot be read as codes, or the file is damaged, which the second pass reports
            _write_files(read, new, count, row, narrow=False, encode=False)
        new.replace(folder)
    written = [folder / f"{number:05d}.arrows" for number in range(count)]
    return [ShuffledPartition(number, path, str(file), files) for number, file in enumerate(filter(Path.is_file, written))]


def _write_files(read: ReadChunks, folder: Path, count: int, row: np.dtype[Any], narrow: bool, encode: bool = True) -> None:
    """Write each row to the file of its product.

    Parameters
    ----------
    read : callable
        Reads the rows.
    folder : Path
        Folder of the files.
    count : int
        Number of files.
    row : dtype
        Integer type of row indices.
    narrow : bool
        Use the smallest integer dtype that holds the codes of the first chunk, instead of 32 bits.
    encode : bool
        Read texts as codes.

    Raises
    ------
    OverflowError
        A later chunk needs wider codes.
    """
    import pyarrow as pa
    from pyarrow import ipc

    files: dict[int, Any] = {}

    def write(batch: Any, ends: IndexArray) -> None:
        for number, (start, end) in enumerate(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)):
            if end > start:
                if number not in files:
                    options = ipc.IpcWriteOptions(use_threads=False)
                    files[number] = ipc.new_stream(str(folder / f"{number:05d}.arrows"), batch.schema, options=options)
                files[number].write_batch(batch.slice(start, end - start))

    try:
        with ThreadPoolExecutor(1) as writer:  # writes while the next chunk is shuffled
            writing = deque[Future[None]]()
            for hashes, columns, lines in read(narrow, encode):
                bucket = (((hashes >> HALF_BITS) * np.uint64(count)) >> HALF_BITS).astype(np.uint16)
                order = np.argsort(bucket, kind="stable")  # a radix sort, since the buckets are 16-bit integers
                taken = {name: take(order) for name, take in columns.items()} | {ROW: pa.array(lines[order].astype(row))}
                while writing:
                    writing.popleft().result()
                batch = pa.record_batch(taken)
                writing.append(writer.submit(write, batch, np.cumsum(np.bincount(bucket, minlength=count))))
            for last in writing:
                last.result()
    finally:
        for file in files.values():
            file.close()
        pa.default_memory_pool().release_unused()


def chunk_columns(tables: Iterable[Any], product: str, narrow: bool) -> Iterator[Chunk]:
    """Yield per pyarrow table the product hash of each row, how to take rows of each column, and the index of each row.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        Rows of a source, all of one schema. A column `ROW`, if any, holds the position of each row in the source.
    product : str
        Column of the products.
    narrow : bool
        As for `_write_files`.
    """
    dtypes: dict[str, np.dtype[Any]] = {}
    first = 0
    for table in tables:
        hashes, take_products = _product_column(table.column(product))
        columns = {
            name: take_products if name == product else _row_taker(table.column(name), name, dtypes if narrow else None)
            for name in table.column_names
        }
        lines = np.arange(first, first + table.num_rows)
        if ROW in columns:
            del columns[ROW]
            lines = table.column(ROW).to_numpy()
        first += table.num_rows
        del table
        yield hashes, columns, lines


def _read_chunks(path: str, narrow: bool, encode: bool) -> Iterator[Chunk]:
    """Yield the columns of a Parquet file; see `chunk_columns`."""
    with parquet_errors(path):
        file, product = _open_source(path, encode)
    tables = chunk_columns(_read_tables(path, file), product, narrow)
    while True:
        with parquet_errors(path):
            chunk = next(tables, None)
        if chunk is None:
            return
        yield chunk
        del chunk


def _read_tables(path: str, file: Any) -> Iterator[Any]:
    """Yield about `CHUNK` rows at a time as pyarrow tables of one schema."""
    read, chunks, schema = partial(file.read_row_groups, use_threads=False), _group_chunks(file.metadata), None
    with ThreadPoolExecutor(1) as reader:  # reads the next chunk meanwhile
        waiting = deque(reader.submit(read, groups) for groups in chunks[:1])
        for number in range(len(chunks)):
            with parquet_errors(path):
                table = validate_texts(waiting.popleft().result())
                schema = schema or table.schema
                table = table if table.schema.equals(schema) else table.cast(schema)
            waiting.extend(reader.submit(read, groups) for groups in chunks[number + 1 : number + 2])
            yield table
            del table


def _open_source(path: str, encode: bool) -> tuple[Any, str]:
    """Open a Parquet file whose texts are read as codes, except the products, which hardly repeat in a row group."""
    import pyarrow as pa

    file, product, _ = open_product_column(path)
    coded_product = pa.types.is_dictionary(file.schema_arrow.field(product).type)
    metadata = without_arrow_schema(path) if coded_product or not encode else file.metadata
    texts = text_columns(open_parquet(path, metadata=metadata).schema_arrow) if encode else ()
    others = [name for name in texts if name != product]
    return open_parquet(path, others, metadata=metadata), product  # not memory-mapped: the pages would stay in memory


def _group_chunks(metadata: Any) -> list[list[int]]:
    """Return the row groups of each chunk."""
    chunks: list[list[int]] = [[]]
    size = 0
    for group in range(metadata.num_row_groups):
        if size >= CHUNK:
            chunks.append([])
            size = 0
        chunks[-1].append(group)
        size += metadata.row_group(group).num_rows
    return chunks


def _row_taker(column: Any, name: str, dtypes: dict[str, np.dtype[Any]] | None) -> TakeRows:
    """Return a function that takes rows of a column. Codes are taken by numpy, several times faster than by pyarrow.

    `dtypes` holds the smallest integer dtype for the codes of each column; it is extended by new columns.
    """
    import pyarrow as pa

    if not str(column.type).startswith("dictionary<values=string"):
        cells = in_one_chunk(column)
        return lambda rows: cells.take(pa.array(rows))
    codes, texts = dictionary_codes(column)
    if dtypes is not None:
        dtype = dtypes.setdefault(name, np.min_scalar_type(-max(len(texts), 1)))
        if len(texts) > np.iinfo(dtype).max + 1:
            raise OverflowError(name)
        return lambda rows: pa.DictionaryArray.from_arrays(codes.astype(dtype).take(rows), texts, safe=False)
    return lambda rows: pa.DictionaryArray.from_arrays(codes.take(rows), texts, safe=False)


def _product_column(column: Any) -> tuple[NDArray[np.uint64], TakeRows]:
    """Return the product hash of each row, and a function that takes rows. Texts are decoded: a file holds few of them."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        cells = in_one_chunk(column)
        if cells.null_count or not pa.types.is_string(cells.type):
            return product_hashes(cells), lambda rows: cells.take(pa.array(rows))
        return product_hashes(cells), lambda rows: ArrowStrings(cells).take(rows).array
    codes, texts = dictionary_codes(column)
    return product_hashes(texts)[codes], lambda rows: texts.take(pa.array(codes.take(rows)))
