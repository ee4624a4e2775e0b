"""The activity data of a batch: its partitions and its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textile_pcf.activity.columns import read_activity_table
from textile_pcf.batch.partition_report import Partition
from textile_pcf.batch.partitioning import plan_partitions
from textile_pcf.batch.partitions import partition_table
from textile_pcf.batch.shuffle import shuffle_rows
from textile_pcf.columns import Categorical
from textile_pcf.io.output_files import is_file
from textile_pcf.io.resources import sha256_of


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
    """

    name: str
    partitions: Sequence[Partition]
    rows: int
    products: int | None
    notes: tuple[str, ...] = ()


def partition_source(source: Any, out: Path, rows: int) -> PartitionedSource:
    """Cut activity data into partitions of whole products.

    Parameters
    ----------
    source : path, DataFrame or pyarrow Table
        Activity data.
    out : Path
        Folder of the results. Rows of scattered products are shuffled into files there.
    rows : int
        Rows of a partition, approximately.

    Returns
    -------
    PartitionedSource
    """
    if isinstance(source, str | Path) and Path(source).suffix.lower() == ".parquet":
        name = str(source)
        plan = plan_partitions(name, rows)
        if plan.partitions is not None:
            return PartitionedSource(name, plan.partitions, plan.rows, plan.products)
        return PartitionedSource(name, shuffle_rows(name, out, plan.rows, rows), plan.rows, plan.products)
    parts = partition_table(source, rows)
    products = sum(len(set(part.content.columns["product"].codes.tolist())) for part in parts)
    table = parts[0].content
    return PartitionedSource(table.name, parts, sum(part.rows for part in parts), products, table.notes)


def partition_and_hash(source: Any, out: Path, rows: int, one_thread: bool) -> tuple[PartitionedSource, str]:
    """Return the partitions of a source and its hash, computed at the same time unless `one_thread`."""
    if one_thread:
        return partition_source(source, out, rows), input_hash(source)
    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(input_hash, source)
        return partition_source(source, out, rows), digest.result()


def input_hash(source: Any) -> str:
    """Return the SHA-256 of a file, or of the columns of a table; "" if there is no such file."""
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
