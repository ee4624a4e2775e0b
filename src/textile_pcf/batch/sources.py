"""The activity data of a batch: its partitions and its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textile_pcf.activity.columns import read_activity_table
from textile_pcf.batch.arrow_stream import NAME, ArrowStream
from textile_pcf.batch.csv_files import read_csv_files
from textile_pcf.batch.csv_stream import csv_files, stream_csv
from textile_pcf.batch.fingerprints import RowGroupPrints
from textile_pcf.batch.parquet_files import ParquetFiles, open_parquet_files, shuffled_columns
from textile_pcf.batch.partition_report import Partition
from textile_pcf.batch.partitioning import plan_partitions
from textile_pcf.batch.partitions import partition_table
from textile_pcf.batch.remote_files import is_address, open_address
from textile_pcf.batch.shuffle import Chunk, chunk_columns, shuffle_rows
from textile_pcf.batch.source_files import SourceFiles, find_files
from textile_pcf.batch.streamed_rows import StreamedRows
from textile_pcf.columns import Categorical
from textile_pcf.io.output_files import is_file
from textile_pcf.io.read_table import is_frame
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.streams import is_stream
from textile_pcf.messages.message import with_chinese


@dataclass(frozen=True)
class PartitionedSource:
    """Activity data cut into partitions.

    Attributes
    ----------
    name : str
        Path of the file or name of the table.
    partitions : sequence of Partition
        Partitions of whole products, numbered from 0.
    rows : int
        Number of rows.
    products : int or None
        Number of products; None if they are counted during the calculation only.
    notes : tuple of str
        Assumptions made when the source was read.
    sha256 : str
        Hash of a stream; "" for other sources, whose hash does not need their partitions.
    """

    name: str
    partitions: Sequence[Partition]
    rows: int
    products: int | None
    notes: tuple[str, ...] = ()
    sha256: str = ""


def open_source(source: Any) -> Any:
    """Return the files of a folder, a pattern, a list of paths or an address, or a stream; any other source unchanged.

    Raises
    ------
    UsageError
        There is no file, or a path does not exist or cannot be read.
    InputError
        The files are of two kinds, or of one that is not read from a folder.
    """
    if is_address(source):
        return open_address(source)
    files = find_files(source)
    if files is not None:
        return files
    return ArrowStream(source) if is_stream(source) and not is_frame(source) else source


def partition_source(source: Any, out: Path, rows: int, prints: RowGroupPrints | None = None) -> PartitionedSource:
    """Cut activity data into partitions of whole products.

    Parameters
    ----------
    source : path, SourceFiles, DataFrame or pyarrow Table
        Activity data.
    out : Path
        Folder of the results. Rows of scattered products are shuffled into files there.
    rows : int
        Rows of a partition, approximately.
    prints : RowGroupPrints, optional
        Row groups of a Parquet file, of which an earlier run knows some.

    Returns
    -------
    PartitionedSource
    """
    if isinstance(source, str | Path) and Path(source).suffix.lower() == ".parquet":
        name = str(source)
        plan = plan_partitions(name, rows, prints)
        if plan.partitions is not None:
            return PartitionedSource(name, plan.partitions, plan.rows, plan.products)
        return PartitionedSource(name, shuffle_rows(name, out, plan.rows, rows), plan.rows, plan.products)
    if isinstance(source, ArrowStream):
        return replace(_partition_streamed(source.write(out, rows), source, out, rows), sha256=source.sha256)
    if isinstance(source, SourceFiles) and source.kind == "Parquet":
        return _partition_files(open_parquet_files(source), out, rows)
    if (files := csv_files(source)) and (streamed := stream_csv(files, out, rows)) is not None:
        return _partition_streamed(streamed, source, out, rows)
    parts = partition_table(read_csv_files(source) if isinstance(source, SourceFiles) else source, rows)
    products = sum(len(set(part.content.columns["product"].codes.tolist())) for part in parts)
    table = parts[0].content
    return PartitionedSource(table.name, parts, sum(part.rows for part in parts), products, table.notes)


def _partition_streamed(streamed: StreamedRows, source: Any, out: Path, rows: int) -> PartitionedSource:
    """Return the partitions of rows that were read once."""
    record, is_table = streamed.record, isinstance(source, ArrowStream)
    name = NAME if is_table else source.name if isinstance(source, SourceFiles) else str(source)
    notes = tuple(with_chinese(record["notes"], record["chinese"]))
    partitions = streamed.partitions(name, out, rows, "frame" if is_table else "csv")
    return PartitionedSource(name, partitions, streamed.rows, streamed.products, notes)


def _partition_files(files: ParquetFiles, out: Path, rows: int) -> PartitionedSource:
    """Cut the rows of several Parquet files into partitions; rows of scattered products are shuffled."""
    whole = files.partitions(rows)
    if whole is not None:
        return PartitionedSource(files.name, whole[0], files.rows, whole[1])

    def read(narrow: bool, encode: bool) -> Iterator[Chunk]:
        return chunk_columns(shuffled_columns(files, encode), "product", narrow)

    partitions = shuffle_rows(files.name, out, files.rows, rows, files.lines, read)
    return PartitionedSource(files.name, partitions, files.rows, None)


def partition_and_hash(
    source: Any, out: Path, rows: int, one_thread: bool, prints: RowGroupPrints | None = None
) -> tuple[PartitionedSource, str]:
    """Return the partitions of a source and its hash, computed at the same time unless `one_thread`.

    The hash of a file with fingerprints comes from the pass that makes these.
    """
    if isinstance(source, ArrowStream):
        partitioned = partition_source(source, out, rows)
        return partitioned, partitioned.sha256
    if one_thread or prints is not None:
        partitioned = partition_source(source, out, rows, prints)
        return partitioned, (prints.hashes.sha256 if prints else "") or input_hash(source)
    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(input_hash, source)
        return partition_source(source, out, rows), digest.result()


def input_hash(source: Any) -> str:
    """Return the SHA-256 of a file, of several files, or of the columns of a table; "" if there is no such file."""
    if isinstance(source, SourceFiles):
        return source.sha256
    if isinstance(source, str | Path):
        return sha256_of(source) if is_file(source) else ""
    table, digest = read_activity_table(source), hashlib.sha256()
    for name, column in table.columns.items():
        cells = (
            column.codes.tobytes() + repr(tuple(column.categories)).encode()
            if isinstance(column, Categorical)
            else repr(list(column)).encode()
        )
        digest.update(name.encode() + cells)
    return digest.hexdigest()
