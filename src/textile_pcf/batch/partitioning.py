"""Plan the partitions of a Parquet file: where whole products begin and end, and whether products are scattered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textile_pcf.batch.fingerprints import ProductRuns, RowGroupPrints
from textile_pcf.batch.hashing import in_one_chunk, product_hashes
from textile_pcf.batch.partitions import ROWS, RowGroupPartition, open_product_column
from textile_pcf.batch.product_column import MAX_RUNS, product_column, run_texts
from textile_pcf.batch.row_groups import read_row_groups
from textile_pcf.columns import run_starts
from textile_pcf.io.arrow import dictionary_codes
from textile_pcf.io.arrow_faults import is_text_type, open_parquet, parquet_errors, to_common_type

Hashes = NDArray[np.uint64]
Runs = tuple[NDArray[np.intp], Hashes, int]
"""Of a row group the rows where the product changes, the product hash of each such row, and the number of rows."""
MOST = 1.5
"""Partitions in a row group that is not divided."""


@dataclass(frozen=True)
class PartitionPlan:
    """Partitions of a Parquet file.

    Attributes
    ----------
    path : str
        The file.
    partitions : list of RowGroupPartition or None
        None if products are scattered over row groups: the rows must be shuffled first.
    products : int or None
        Number of products; None if they were not counted.
    rows : int
        Number of rows of the file.
    """

    path: str
    partitions: list[RowGroupPartition] | None
    products: int | None
    rows: int


class Piece(NamedTuple):
    """Neighbouring rows of a row group: all of them, or a part of a large one.

    Attributes
    ----------
    group : int
        Index of the row group.
    first : int
        Index of the first row in it.
    is_part : bool
        Whether the row group has other rows.
    """

    group: int
    first: int
    is_part: bool


class Cut(NamedTuple):
    """Rows of whole products in neighbouring row groups.

    Attributes
    ----------
    groups : tuple of int
        Row groups that are read.
    skip : int
        Rows at the top of the first row group that belong to the cut before.
    rows : int
        Number of rows.
    first : int
        Index of the first row among those of all groups.
    is_shared : bool
        Whether a row group that is read was divided.
    """

    groups: tuple[int, ...]
    skip: int
    rows: int
    first: int
    is_shared: bool = False

    def of_groups(self, pieces: Sequence[Piece]) -> Cut:
        """Return a cut of pieces as one of the row groups that they are pieces of."""
        read = [pieces[place] for place in self.groups]
        groups = tuple(range(read[0].group, read[-1].group + 1))
        return Cut(groups, read[0].first + self.skip, self.rows, self.first, any(piece.is_part for piece in read))


@dataclass(frozen=True)
class WholeProducts:
    """How whole products lie in the row groups of a source.

    Attributes
    ----------
    sizes : list of int
        Rows of each row group.
    leading : list of int
        Rows at the top of each row group that belong to the last product of the group before.
    products : int
        Number of products.
    """

    sizes: list[int]
    leading: list[int]
    products: int

    def cuts(self, rows: int) -> Iterator[Cut]:
        """Yield cuts of about `rows` rows. Each ends where a product ends, at the row group nearest to that number."""
        sizes, leading = self.sizes, self.leading
        starts = np.concatenate(([0], np.cumsum(sizes)))
        begin = 0
        for group in range(1, len(sizes) + 1):
            size, is_last = starts[group] - starts[begin], group == len(sizes)
            if not is_last and (2 * size + sizes[group] <= 2 * rows or leading[group] == sizes[group]):
                continue  # with the next group nearer to `rows`, or all of that belongs to the last product
            tail = leading[group] if group < len(sizes) else 0
            first, stop = int(starts[begin]) + leading[begin], int(starts[group]) + tail
            if stop > first:
                yield Cut(tuple(range(begin, group + (tail > 0))), leading[begin], stop - first, first)
            begin = group


def plan_partitions(path: str, rows: int = ROWS, prints: RowGroupPrints | None = None) -> PartitionPlan:
    """Group the row groups of a file into partitions of whole products.

    Row-group statistics are enough if the products are integers and the ranges of the row groups are disjoint. Otherwise the
    product column is read (see `plan_by_rows`). Statistics of texts prove nothing: they are of the texts as written, while
    products are compared without surrounding spaces.

    Parameters
    ----------
    path : str
        A Parquet file.
    rows : int
        Rows of a partition, approximately.
    prints : RowGroupPrints, optional
        Row groups whose product column an earlier run has read; those of this file are added.

    Returns
    -------
    PartitionPlan
        Without partitions if products are scattered.

    Raises
    ------
    UsageError
        The file does not exist, or pyarrow is not installed.
    InputError
        The file is not Parquet, or has no product column.
    """
    file, column, texts = open_product_column(path)
    with parquet_errors(path):
        disjoint = _has_disjoint_ranges(path, file, column)
    sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    if not disjoint or (prints is None and max(sizes) > MOST * rows):
        return plan_by_rows(path, rows, prints)
    cuts = WholeProducts(sizes, [0] * len(sizes), 0).cuts(rows)
    partitions = [RowGroupPartition(number, path, texts, *cut) for number, cut in enumerate(cuts)]
    return PartitionPlan(path, partitions, None, sum(sizes))


def _has_disjoint_ranges(path: str, file: Any, column: str) -> bool:
    """Whether row-group statistics prove that no two row groups share a product."""
    import pyarrow as pa

    names = [file.metadata.schema.column(index).path for index in range(file.metadata.num_columns)]
    if column not in names or not pa.types.is_integer(file.schema_arrow.field(column).type) or not _is_readable(path, column):
        return False
    ranges = []
    for group in range(file.num_row_groups):
        statistics = file.metadata.row_group(group).column(names.index(column)).statistics
        if statistics is None or not statistics.has_min_max or not statistics.has_null_count or statistics.null_count:
            return False
        ranges.append((statistics.min, statistics.max))
    ranges.sort()
    ordered = all(low <= high for low, high in ranges)  # not so for uint64 that pyarrow gives as signed integers
    return ordered and all(before[1] < after[0] for before, after in pairwise(ranges))


def _is_readable(path: str, column: str) -> bool:
    """Whether pyarrow can read a cell of a column. If it cannot, asking for statistics may end the process."""
    import pyarrow as pa

    try:
        file = open_parquet(path, pre_buffer=True, memory_map=True)
        next(file.iter_batches(1, columns=[column], use_threads=False), None)
    except (pa.ArrowException, OSError):
        return False  # reading the rows reports the problem, if there is one
    return True


def plan_by_rows(path: str, rows: int = ROWS, prints: RowGroupPrints | None = None) -> PartitionPlan:
    """Plan partitions from every row of the product column.

    Unlike statistics this works for any column type, counts the products, and allows a product to continue at the top of the
    next row group. It takes 70 ms for 2.4 million rows of 60,000 products (a batch of them: 0.6 s).

    Parameters and errors are those of `plan_partitions`.
    """
    file, column, texts = open_product_column(path)
    kept: dict[int, ProductRuns] = {}
    pieces: list[Piece] = []
    runs_of_groups = _read_runs(path, texts, file, column, prints, kept)
    whole = find_whole_products(divide_groups(runs_of_groups, rows if prints is None else None, pieces))
    if whole is None:
        return PartitionPlan(path, None, None, file.metadata.num_rows)
    names = file.schema_arrow.names
    is_flat = len(set(names)) == file.metadata.num_columns  # each name stands for one column
    partitions = []
    for number, cut in enumerate(cut.of_groups(pieces) for cut in whole.cuts(rows)):
        runs = [kept[group] for group in cut.groups if group in kept]
        is_kept = is_flat and len(runs) == len(cut.groups)
        product = product_column(runs, cut.skip, cut.rows, names.index(column), names) if is_kept else None
        partitions.append(RowGroupPartition(number, path, texts, *cut, product=product))
    return PartitionPlan(path, partitions, whole.products, sum(whole.sizes))


def divide_groups(groups: Iterable[Runs], rows: int | None, pieces: list[Piece]) -> Iterator[Runs]:
    """Yield the product runs of row groups; large ones in pieces of about `rows` rows that share no product.

    Writers put a million rows into a row group and more, with which the memory of a partition would grow.

    Parameters
    ----------
    groups : iterable of Runs
    rows : int or None
        None to divide nothing: fingerprints are of whole row groups.
    pieces : list of Piece
        What is yielded is added.

    Yields
    ------
    Runs
    """
    for group, (starts, products, size) in enumerate(groups):
        if rows is None or size <= MOST * rows:
            pieces.append(Piece(group, 0, is_part=False))
            yield starts, products, size
            continue
        count = round(size / rows)
        at = np.unique(np.searchsorted(starts, np.arange(1, count) * (size / count)))
        at = at[at < len(starts)]
        if not are_disjoint([distinct_hashes(one) for one in np.split(products, at)]):
            at = at[:0]
        for begin, end in pairwise([0, *at.tolist(), len(starts)]):
            first, stop = int(starts[begin]), int(starts[end]) if end < len(starts) else size
            pieces.append(Piece(group, first, is_part=bool(len(at))))
            yield starts[begin:end] - first, products[begin:end], stop - first


def find_whole_products(groups: Iterable[Runs]) -> WholeProducts | None:
    """Return how products lie in row groups, or None if any product is scattered over row groups.

    Parameters
    ----------
    groups : iterable of Runs
    """
    leading: list[int] = []  # rows at the top of each group that belong to the last product of the group before
    sizes: list[int] = []
    last: np.uint64 | None = None
    distinct: list[Hashes] = []
    for starts, products, size in groups:
        sizes.append(size)
        if not size:
            leading.append(0)
            continue
        continues = last is not None and bool(products[0] == last)
        leading.append(int(np.append(starts, size)[1]) if continues else 0)
        others = distinct_hashes(products[1:] if continues else products)
        if continues and products[0] in others:
            return None
        distinct.append(others)
        if is_checkpoint(len(distinct)) and not are_disjoint(distinct):
            return None
        last = products[-1]
    return WholeProducts(sizes, leading, sum(map(len, distinct))) if are_disjoint(distinct) else None


def distinct_hashes(hashes: Hashes) -> Hashes:
    """Return the distinct hashes, sorted. Sorting is several times faster than `numpy.unique`, which hashes again."""
    ordered = np.sort(hashes)
    return ordered[run_starts(ordered)]


def is_checkpoint(count: int) -> bool:
    """Whether to look for scattered products now: after 2, 8, 32, 128, ... row groups."""
    return count & (count - 1) == 0 and count.bit_length() % 2 == 0


def are_disjoint(groups: list[Hashes]) -> bool:
    """Whether no product occurs in two groups."""
    ordered = np.sort(np.concatenate(groups)) if groups else np.empty(0, dtype=np.uint64)
    return not np.any(ordered[1:] == ordered[:-1])


def _read_runs(
    path: str,
    texts: tuple[str, ...],
    file: Any,
    column: str,
    prints: RowGroupPrints | None,
    kept: dict[int, ProductRuns],
) -> Iterator[Runs]:
    """Yield the product runs of each row group.

    Runs with their texts are put into `kept`, up to `MAX_RUNS`; with fingerprints none, as most partitions are not read then.
    """
    count, sizes = 0, [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    for groups in _groups_read_at_once(sizes):
        known = {} if prints is None else {group: runs for group in groups if (runs := prints.find(group)) is not None}
        read = {group: sizes[group] for group in groups if group not in known}
        found = known | _product_runs_of_groups(path, texts, column, read, with_texts=prints is None)
        count += sum(len(runs.starts) for runs in found.values())
        if prints is not None:
            prints.runs.update(found)
        elif count <= MAX_RUNS:
            kept.update(found)
        yield from ((found[group].starts, found[group].products, found[group].rows) for group in groups)


def _product_runs_of_groups(
    path: str, texts: tuple[str, ...], column: str, sizes: dict[int, int], with_texts: bool
) -> dict[int, ProductRuns]:
    """Read the product column of some row groups of known sizes; with the text of each run if `with_texts`."""
    if not sizes:
        return {}
    with parquet_errors(path):
        cells, runs = read_row_groups(path, texts, list(sizes), [column]).column(0), {}
        for group, size in sizes.items():
            own, cells = cells.slice(0, size), cells.slice(size)
            starts, products = product_runs(own)
            runs[group] = ProductRuns(starts, products, size, run_texts(own, starts) if with_texts else None)
    return runs


def _groups_read_at_once(sizes: list[int]) -> Iterator[list[int]]:
    """Yield lists of row groups with about as many rows as a partition; opening a file takes a third of the time of a group."""
    begin = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    for _, groups in groupby(range(len(sizes)), key=lambda group: int(begin[group]) // ROWS):
        yield list(groups)


def product_runs(column: Any) -> tuple[NDArray[np.intp], Hashes]:
    """Return the rows where the product changes in a column, and the product hash of each such row."""
    import pyarrow as pa

    column = to_common_type(column)
    if pa.types.is_dictionary(column.type) or is_text_type(column.type):
        codes, texts = dictionary_codes(pa.chunked_array([in_one_chunk(column)]))  # in one chunk each text has one code
        starts = run_starts(codes)
        return starts, product_hashes(texts)[codes[starts]]
    if pa.types.is_integer(column.type) and not column.null_count:
        values = column.to_numpy()
        starts = run_starts(values)
        return starts, product_hashes(pa.array(values[starts]))
    hashes = product_hashes(column)
    starts = run_starts(hashes)
    return starts, hashes[starts]
