"""Rows that are read once, as those of a CSV file: written to files of whole products, from which partitions are read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.batch.atomic_files import read_json, write_json
from textile_pcf.batch.folder import remove_files
from textile_pcf.batch.hashing import in_one_chunk, product_hashes
from textile_pcf.batch.partitioning import are_disjoint, distinct_hashes, product_runs
from textile_pcf.batch.partitions import table_from_arrow
from textile_pcf.batch.row_groups import SharedRowGroups
from textile_pcf.batch.shuffle import ROW, Chunk, ShuffledPartition, chunk_columns, encode_texts, shuffle_rows
from textile_pcf.columns import ArrowStrings, by_first_appearance, factorize
from textile_pcf.io.arrow import column_cells, one_dictionary
from textile_pcf.io.csv_blocks import AMOUNT
from textile_pcf.io.file_lines import FileLines
from textile_pcf.io.table import Table

STREAM, NEW_STREAM, RECORD = ".stream", ".stream.new", "stream.json"
PRODUCT = "product"
FULL = 0.5
"""Share of the rows of a partition from which a file is complete; a block of a source is about one partition."""
Rows = tuple[dict[str, Any], NDArray[np.integer[Any]]]
"""Arrow arrays by column, and the position of each row in the source."""


@dataclass(frozen=True)
class StreamedPartition(ShuffledPartition):
    """Rows of whole products in a temporary file, as they came, or shuffled.

    Attributes
    ----------
    source_type : str
        `csv`, or `frame` for rows from memory.
    """

    source_type: str = "csv"

    def read(self, shared: SharedRowGroups) -> Any:
        """Read the rows as a pyarrow table in one chunk, with the products as codes."""
        import pyarrow as pa

        with pa.memory_map(self.file) as source:
            stored = pa.ipc.open_stream(source).read_all()
        rows = pa.table({name: _one_array(stored.column(name)) for name in stored.column_names})
        products = in_one_chunk(rows.column(PRODUCT))
        if pa.types.is_string(products.type):
            rows = rows.set_column(rows.column_names.index(PRODUCT), PRODUCT, encode_texts(products))
        return rows

    def table(self, rows: Any) -> Table:
        """Convert the rows to a table, with their positions in the source."""
        lines = rows.column(ROW).to_numpy()
        rows = rows.drop_columns([ROW])
        if self.source_type != "csv":
            return table_from_arrow(rows, self.path, lines)
        columns = {name: (_amounts if name == AMOUNT else column_cells)(rows.column(name)) for name in rows.column_names}
        columns[PRODUCT] = by_first_appearance(factorize(columns[PRODUCT]))
        return Table(self.path, columns, len(lines), "csv", lines, files=self.files)

    def release(self) -> None:
        """Release the file of shuffled rows. Rows as they came stay, since a stream cannot be read again."""
        if Path(self.file).parent.name != STREAM:
            super().release()


@dataclass(frozen=True)
class StreamedRows:
    """Files of whole products of a source that was read once.

    Attributes
    ----------
    folder : Path
        Folder of the files.
    rows, products : int
        Number of rows and of products.
    is_scattered : bool
        Whether a product is in several files.
    record : dict
        What else is kept of the source.
    """

    folder: Path
    rows: int
    products: int
    is_scattered: bool
    record: dict[str, Any]

    @property
    def files(self) -> list[Path]:
        """The files, in order."""
        return sorted(self.folder.glob("*.arrows"))

    def tables(self) -> Iterator[Any]:
        """Yield the rows of each file as a pyarrow table, with their positions in the column `ROW`."""
        import pyarrow as pa

        for file in self.files:
            with pa.memory_map(str(file)) as source:
                yield pa.ipc.open_stream(source).read_all()

    def partitions(self, name: str, out: Path, per_file: int, source_type: str) -> list[StreamedPartition]:
        """Return partitions of whole products; scattered rows are shuffled first."""
        files = FileLines(*map(tuple, self.record["files"])) if self.record.get("files") else None
        if not self.is_scattered:
            return [StreamedPartition(number, name, str(file), files, source_type) for number, file in enumerate(self.files)]

        def read(narrow: bool, encode: bool) -> Iterator[Chunk]:
            return chunk_columns(self.tables(), PRODUCT, narrow)

        shuffled = shuffle_rows(name, out, self.rows, per_file, files, read)
        return [StreamedPartition(one.number, name, one.file, files, source_type) for one in shuffled]


def open_rows(folder: Path) -> StreamedRows | None:
    """Return rows that were written before; None if there are none."""
    record = read_json(folder / RECORD)
    if record is None:
        return None
    return StreamedRows(folder, record.pop("rows"), record.pop("products"), record.pop("is_scattered"), record)


def write_rows(chunks: Iterable[Rows], out: Path, per_file: int) -> StreamedRows:
    """Write rows to files of at least `per_file` rows, which end where a product ends.

    Parameters
    ----------
    chunks : iterable of (dict, ndarray)
        Arrow arrays by column, and the position of each row in the source.
    out : Path
        Folder of the batch.
    per_file : int
        Rows of a file.

    Returns
    -------
    StreamedRows
        In the folder `NEW_STREAM`, without a record; see `keep`.
    """
    import pyarrow as pa

    folder = out / NEW_STREAM
    remove_files(out, NEW_STREAM)
    folder.mkdir(parents=True, exist_ok=True)
    waiting: list[Any] = []
    distinct: list[NDArray[np.uint64]] = []
    rows = size = 0

    def write(table: Any) -> None:
        distinct.append(distinct_hashes(product_runs(table.column(PRODUCT))[1]))
        with pa.ipc.new_stream(str(folder / f"{len(distinct) - 1:05d}.arrows"), table.schema) as file:
            file.write_table(table)

    for table in _at_most(chunks, per_file):
        rows += table.num_rows
        if size >= per_file * FULL:
            first = _leading_rows(waiting[-1], table)
            if first:  # the last product goes on
                waiting.append(table.slice(0, first))
                table = table.slice(first)
            if table.num_rows:
                write(combine(waiting))
                waiting, size = [], 0
        waiting += [table] if table.num_rows else []
        size += table.num_rows
    if waiting:
        write(combine(waiting))
    hashes = np.unique(np.concatenate(distinct)) if distinct else np.empty(0, dtype=np.uint64)
    return StreamedRows(folder, rows, len(hashes), not are_disjoint(distinct), {})


def _at_most(chunks: Iterable[Rows], rows: int) -> Iterator[Any]:
    """Yield rows as pyarrow tables of not much more than a number of rows."""
    import pyarrow as pa

    for columns, lines in chunks:
        table = pa.table({**columns, ROW: pa.array(lines)})
        parts = max(1, round(table.num_rows / rows))
        size = -(-table.num_rows // parts)
        yield from (table.slice(first, size) for first in range(0, table.num_rows, size))


def _leading_rows(before: Any, table: Any) -> int:
    """Return how many rows at the top of a table are of the last product of the table before."""
    last = product_hashes(before.column(PRODUCT).slice(before.num_rows - 1))[0]
    starts, products = product_runs(table.column(PRODUCT))
    return int(np.append(starts, table.num_rows)[1]) if products[0] == last else 0


def keep(written: StreamedRows, out: Path, record: dict[str, Any]) -> StreamedRows:
    """Keep rows under the name `STREAM`, with a record of their source, for a run that is resumed."""
    counts = {"rows": written.rows, "products": written.products, "is_scattered": written.is_scattered}
    write_json(written.folder / RECORD, {**record, **counts})
    remove_files(out, STREAM)
    written.folder.replace(out / STREAM)
    return replace(written, folder=out / STREAM, record=record)


def combine(tables: Sequence[Any]) -> Any:
    """Return tables as one, with one chunk and one dictionary per column and the smallest codes."""
    import pyarrow as pa

    whole = pa.concat_tables(tables, promote_options="permissive") if len(tables) > 1 else tables[0]
    return pa.table({name: _narrow(_one_array(whole.column(name))) for name in whole.column_names})


def _amounts(column: Any) -> ArrowStrings:
    """Return the texts of amounts without spaces around them."""
    import pyarrow as pa

    texts = ArrowStrings(in_one_chunk(column))
    return texts if texts.is_plain_ascii else ArrowStrings(pa.array(list(map(str.strip, texts)), pa.string()))


def _one_array(column: Any) -> Any:
    import pyarrow as pa

    return in_one_chunk(one_dictionary(column) if pa.types.is_dictionary(column.type) and column.num_chunks > 1 else column)


def _narrow(column: Any) -> Any:
    """Return a dictionary with the smallest integer type that holds its codes."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return column
    size = len(column.dictionary)
    codes = pa.int8() if size < 1 << 7 else pa.int16() if size < 1 << 15 else pa.int32()
    return pa.DictionaryArray.from_arrays(column.indices.cast(codes), column.dictionary)


def products_among(texts: Collection[str], rows: StreamedRows) -> set[str]:
    """Return which texts are products of rows that have a stage too."""
    import pyarrow as pa
    from pyarrow import compute

    found: set[str] = set()
    for table in rows.tables():
        named = compute.not_equal(table.column("stage").cast(pa.string()), "")
        products = compute.unique(table.column(PRODUCT).filter(named).cast(pa.string()))
        found |= {text for text in map(str.strip, products.to_pylist()) if text in texts}
    return found
