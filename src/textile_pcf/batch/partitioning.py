"""Partitions of a Parquet file: row groups of whole products as they are; scattered products are spread anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.batch.hashing import joined, keys
from textile_pcf.batch.pages import dictionary_size, even_texts
from textile_pcf.batch.partitions import ROWS, RowGroupPartition, groups_of, product_column
from textile_pcf.columns import run_starts
from textile_pcf.io.arrow import dictionary_codes
from textile_pcf.io.arrow_faults import is_text_type, open_parquet, parquet_errors, to_common_type

Keys = NDArray[np.uint64]


@dataclass(frozen=True)
class PartitionPlan:
    """Partitions of a file, None where products are scattered over row groups."""

    path: str
    partitions: list[RowGroupPartition] | None
    products: int | None
    """None where they were not counted."""
    rows: int


def plan_partitions(path: str, rows: int = ROWS) -> PartitionPlan:
    """Where whole products begin and end in a file: only the dictionaries of its product column are read, or all of it."""
    file, column, texts = product_column(path)
    with parquet_errors(path):
        apart = _apart(path, file, column)
    if not apart:
        return by_rows(path, rows)
    sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    return PartitionPlan(path, _grouped(path, texts, sizes, [0] * len(sizes), rows), None, sum(sizes))


def _apart(path: str, file: Any, column: str) -> bool:
    """Whether the dictionaries of the product column tell that no row group shares a product with another."""
    names = [file.metadata.schema.column(place).path for place in range(file.metadata.num_columns)]
    if column not in names or not _described(path, column):
        return False
    seen: list[Keys] = []
    with Path(path).open("rb", buffering=0) as source:
        for group in range(file.num_row_groups):
            chunk = file.metadata.row_group(group).column(names.index(column))
            count = _texts_without_gaps(source, chunk)
            if not count:
                return False
            texts = even_texts(source, chunk, count)
            texts = _dictionary(file, group, column) if texts is None else texts
            if texts is None or len(texts) != count:
                return False
            seen.append(_distinct(keys(texts)))
            if _now(seen) and not _all_new(seen):
                return False
    return bool(seen) and _all_new(seen)


def _described(path: str, column: str) -> bool:
    """Whether arrow understands what a file says of a column: asked for an error there it ends the process."""
    import pyarrow as pa

    try:
        file = open_parquet(path, pre_buffer=True, memory_map=True)
        next(file.iter_batches(1, columns=[column], use_threads=False), None)
    except (pa.ArrowException, OSError):
        return False  # reading tells what is wrong, if anything is
    return True


def _dictionary(file: Any, group: int, column: str) -> Any:
    """Texts of the dictionary of a column in a row group, which come with its first row; None where it has none."""
    import pyarrow as pa

    cell = next(file.iter_batches(1, [group], [column], use_threads=False)).column(0)
    is_text = pa.types.is_dictionary(cell.type) and str(cell.type.value_type).removeprefix("large_") == "string"
    return cell.dictionary if is_text else None


def _texts_without_gaps(source: Any, chunk: Any) -> int | None:
    """Texts in the dictionary of a column chunk whose cells are all codes of it; None where they may be something else."""
    told = chunk.statistics
    if chunk.physical_type != "BYTE_ARRAY" or told is None or not told.has_null_count or told.null_count:
        return None
    return dictionary_size(source, chunk)


def by_rows(path: str, rows: int = ROWS) -> PartitionPlan:
    """The same from every row of the product column."""
    file, column, texts = product_column(path)
    lead: list[int] = []  # rows at the top of each group that belong to the last product of the group before
    sizes: list[int] = []
    last: np.uint64 | None = None
    seen: list[Keys] = []
    for starts, products, size in _groups(path, texts, file, column):
        if not size:
            lead.append(0)
            sizes.append(0)
            continue
        first = products[0]
        joins = last is not None and bool(first == last)
        lead.append(int(np.append(starts, size)[1]) if joins else 0)
        others = _distinct(products[1:] if joins else products)
        if joins and first in others:
            return PartitionPlan(path, None, None, file.metadata.num_rows)
        seen.append(others)
        if _now(seen) and not _all_new(seen):
            return PartitionPlan(path, None, None, file.metadata.num_rows)
        sizes.append(size)
        last = products[-1]
    if not _all_new(seen):
        return PartitionPlan(path, None, None, file.metadata.num_rows)
    return PartitionPlan(path, _grouped(path, texts, sizes, lead, rows), sum(map(len, seen)), sum(sizes))


def _distinct(products: Keys) -> Keys:
    """Distinct keys, sorted: several times as fast as numpy, which tells them apart by hashing."""
    every = np.sort(products)
    return every[run_starts(every)]


def _now(seen: list[Keys]) -> bool:
    """It is time to look: after 2, 8, 32, 128, ... groups."""
    count = len(seen)
    return count & (count - 1) == 0 and count.bit_length() % 2 == 0


def _all_new(seen: list[Keys]) -> bool:
    """Whether no product stands in two groups."""
    every = np.sort(np.concatenate(seen)) if seen else np.empty(0, dtype=np.uint64)
    return not np.any(every[1:] == every[:-1])


def _groups(path: str, texts: tuple[str, ...], file: Any, column: str) -> Iterator[tuple[NDArray[np.intp], Keys, int]]:
    """Where the product changes in each row group, the key of the product from there on, and the number of rows."""
    for group in range(file.num_row_groups):
        with parquet_errors(path):
            told = groups_of(path, texts, [group], [column]).column(0)
            found = _runs(told)
        yield *found, len(told)


def _runs(column: Any) -> tuple[NDArray[np.intp], Keys]:
    """Where the product changes in a column, and the key of the product from there on."""
    import pyarrow as pa

    column = to_common_type(column)
    if pa.types.is_dictionary(column.type) or is_text_type(column.type):
        codes, texts = dictionary_codes(pa.chunked_array([joined(column)]))  # in one piece, so that each text has one code
        starts = run_starts(codes)
        return starts, keys(texts)[codes[starts]]
    if pa.types.is_integer(column.type) and not column.null_count:
        values = column.to_numpy()
        starts = run_starts(values)
        return starts, keys(pa.array(values[starts]))
    every = keys(column)
    starts = run_starts(every)
    return starts, every[starts]


def _grouped(path: str, texts: tuple[str, ...], sizes: list[int], lead: list[int], rows: int) -> list[RowGroupPartition]:
    """Row groups put together until there are enough rows; each partition ends where a product ends."""
    starts = np.concatenate(([0], np.cumsum(sizes)))
    partitions: list[RowGroupPartition] = []
    begin = 0
    for group in range(1, len(sizes) + 1):
        if group < len(sizes) and (starts[group] - starts[begin] < rows or lead[group] == sizes[group]):
            continue  # not enough rows yet, or all of the group belongs to the last product
        tail = lead[group] if group < len(sizes) else 0
        first, stop = int(starts[begin]) + lead[begin], int(starts[group]) + tail
        groups = tuple(range(begin, group + (tail > 0)))
        if stop > first:
            partitions.append(RowGroupPartition(len(partitions), path, texts, groups, lead[begin], stop - first, first))
        begin = group
    return partitions
