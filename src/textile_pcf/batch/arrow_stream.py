"""Streams of arrow tables as a source: polars, duckdb, pyarrow datasets, and any object with the Arrow C stream."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.batch.atomic_files import MANIFEST, read_json
from textile_pcf.batch.folder import remove_files
from textile_pcf.batch.hashing import in_one_chunk
from textile_pcf.batch.partitions import EXTRA, activity_header, no_product_column, no_rows
from textile_pcf.batch.shuffle import ROW
from textile_pcf.batch.streamed_rows import NEW_STREAM, STREAM, Rows, StreamedRows, keep, open_rows, write_rows
from textile_pcf.columns import ArrowStrings
from textile_pcf.errors import InputError, PcfError, Problem, UsageError
from textile_pcf.io.arrow_columns import common_schema, conform
from textile_pcf.io.streams import arrow_batches
from textile_pcf.messages.message import Message

CHUNK = 600_000
"""Rows that are hashed and written at a time, so that the hash of a stream does not depend on how it is cut."""
NAME = "DataFrame"


@dataclass
class ArrowStream:
    """A source that gives its rows as arrow record batches, perhaps only once.

    Attributes
    ----------
    source : object
        See `textile_pcf.io.streams.is_stream`.
    written : StreamedRows or None
        The rows, as soon as they were read.
    sha256 : str
        Hash of the rows, as soon as they were read.
    """

    source: Any
    written: StreamedRows | None = None
    sha256: str = field(default="", init=False)

    def write(self, out: Path, per_file: int) -> StreamedRows:
        """Write the rows to files of whole products; the files that an interrupted run wrote of the same rows are used again.

        Raises
        ------
        InputError
            A column is not known or occurs twice, there are no rows, or the source fails.
        UsageError
            pyarrow is not installed.
        """
        if self.written is not None and self.written.record["per_file"] == per_file:
            return self.written
        digest = hashlib.sha256()
        rows = self._rows(digest) if self.written is None else _rows_again(self.written.tables())
        try:
            written = write_rows(rows, out, per_file)
        except BaseException:
            remove_files(out, NEW_STREAM)
            raise
        self.sha256 = self.sha256 or digest.hexdigest()
        self.written = self._kept(written, out, per_file)
        return self.written

    def _kept(self, written: StreamedRows, out: Path, per_file: int) -> StreamedRows:
        """Return the rows under their lasting name, unless the folder holds a run of other rows, which is refused later."""
        record = {"per_file": per_file, "sha256": self.sha256, "notes": [], "chinese": {}}
        earlier = open_rows(out / STREAM)
        if earlier is not None and earlier.record == record:
            remove_files(out, NEW_STREAM)
            return earlier
        run = (read_json(out / MANIFEST) or {}).get("run", {})
        if run.get("source_sha256", self.sha256) != self.sha256:
            return replace(written, record=record)
        return keep(written, out, record)

    def _rows(self, digest: Any) -> Iterator[Rows]:
        """Yield the rows `CHUNK` by `CHUNK`, and add them to a hash."""
        first = 0
        for table in _equal_chunks(self._tables()):
            columns = {name: _encode(table.column(name)) for name in table.column_names}
            for name, column in columns.items():
                digest.update(name.encode())
                _add_cells(digest, column)
            yield columns, np.arange(first, first + table.num_rows)
            first += table.num_rows
        if not first:
            raise InputError([no_rows(NAME)])

    def _tables(self) -> Iterator[Any]:
        """Yield the rows with our names of the columns and common types."""
        try:
            import pyarrow as pa
        except ImportError:
            what = "Reading a stream of tables needs pyarrow."
            raise UsageError([Problem(NAME, what, EXTRA, code="extra")]) from None
        schema = None
        batches = arrow_batches(self.source)
        while True:
            try:
                table = next(batches, None)
            except PcfError:
                raise
            except Exception as fault:  # of any library
                reason = " ".join(str(fault).split())[:200].rstrip(". ")
                what = Message("The source failed while it was read ({reason}).", reason=f"{type(fault).__name__}: {reason}")
                raise InputError([Problem(NAME, what, "Mend its query or its files.", code="source")]) from None
            if table is None:
                return
            if schema is None:
                names = _names(table.column_names)
                schema = common_schema([pa.schema(dict(zip(names, table.schema.types, strict=True)))], decoded=None)
            yield conform(table.rename_columns(schema.names), schema)


def _names(heads: list[str]) -> list[str]:
    """Return the column of each header.

    Raises
    ------
    InputError
        A column is not known or occurs twice, or there is no column of products.
    """
    header = activity_header()
    problems = header.problems(heads, lambda column: NAME)
    names = [header.name(head) for head in heads]
    if not problems and "product" not in names:
        problems.append(no_product_column(NAME))
    if problems:
        raise InputError(problems)
    return names


def _rows_again(tables: Iterable[Any]) -> Iterator[Rows]:
    """Yield rows that were written before."""
    for table in tables:
        yield (
            {name: in_one_chunk(table.column(name)) for name in table.column_names if name != ROW},
            table.column(ROW).to_numpy(),
        )


def _equal_chunks(tables: Iterable[Any]) -> Iterator[Any]:
    """Yield tables of exactly `CHUNK` rows, except the last."""
    import pyarrow as pa

    waiting: list[Any] = []
    size = 0
    for table in tables:
        waiting.append(table)
        size += table.num_rows
        while size >= CHUNK:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, CHUNK)
            waiting, size = [whole.slice(CHUNK)], size - CHUNK
    if size:
        yield pa.concat_tables(waiting)


def _encode(column: Any) -> Any:
    """Return a column in one chunk; texts as codes by first appearance, whatever the codes of the source are."""
    import pyarrow as pa

    cells = in_one_chunk(column)
    return cells.dictionary_encode() if pa.types.is_string(cells.type) else cells


def _add_cells(digest: Any, cells: Any) -> None:
    """Add the cells of a column to a hash: of texts codes and texts, of numbers their bytes, and which are missing."""
    import pyarrow as pa

    if cells.null_count:
        digest.update(np.packbits(cells.is_null().to_numpy(zero_copy_only=False)).tobytes())
    if pa.types.is_dictionary(cells.type):
        texts, lengths = ArrowStrings(cells.dictionary).bytes()
        for part in (cells.indices.fill_null(0).to_numpy(), lengths, texts):
            digest.update(np.ascontiguousarray(part).data)
    elif pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        digest.update(np.ascontiguousarray(cells.fill_null(0).to_numpy(zero_copy_only=False)).data)
    else:
        digest.update(repr(cells.to_pylist()).encode())
