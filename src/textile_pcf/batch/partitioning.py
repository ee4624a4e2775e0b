"""Plan the partitions of a Parquet file: where whole products begin and end, and whether products are scattered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import IndexArray
from textile_pcf.batch.fingerprints import ProductRuns, RowGroupPrints
from textile_pcf.batch.hashing import in_one_chunk, product_hashes
from textile_pcf.batch.partitions import ROWS, RowGroupPartition, open_product_column
from textile_pcf.batch.product_column import MAX_RUNS, product_column, run_texts
from textile_pcf.batch.row_groups import read_row_groups
from textile_pcf.columns import run_starts
from textile_pcf.io.arrow import dictionary_codes
from textile_pcf.io.arrow_faults import is_text_type, open_parquet, parquet_errors, to_common_type

Hashes = NDArray[np.uint64]
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
    runs : ProductRuns, optional
        Product runs of the row group, if their texts are kept.
    """

    group: int
    first: int = 0
    is_part: bool = False
    runs: ProductRuns | None = None


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
        Index of the first row in the source.
    is_shared : bool
        Whether another cut reads one of the row groups as well, because it was divided.
    """

    groups: tuple[int, ...]
    skip: int
    rows: int
    first: int
    is_shared: bool


@dataclass(frozen=True)
class WholeProducts:
    """How whole products lie in the row groups of a source.

    Attributes
    ----------
    pieces : list of Piece
        The row groups, large ones in pieces.
    sizes : list of int
        Rows of each piece.
    leading : list of int
        Rows at the top of each piece that belong to the last product of the piece before.
    products : int
        Number of products.
    """

    pieces: list[Piece]
    sizes: list[int]
    leading: list[int]
    products: int

    def cuts(self, rows: int) -> Iterator[Cut]:
        """Yield cuts of about `rows` rows. Each ends where a product ends, at the piece nearest to that number."""
        sizes, leading = self.sizes, self.leading
        starts = np.concatenate(([0], np.cumsum(sizes)))
        begin = 0
        for end in range(1, len(sizes) + 1):
            size, is_last = starts[end] - starts[begin], end == len(sizes)
            if not is_last and (2 * size + sizes[end] <= 2 * rows or leading[end] == sizes[end]):
                continue  # with the next piece nearer to `rows`, or all of that belongs to the last product
            tail = 0 if is_last else leading[end]
            first, stop = int(starts[begin]) + leading[begin], int(starts[end]) + tail
            if stop > first:
                pieces = self.pieces[begin : end + (tail > 0)]
                groups = tuple(range(pieces[0].group, pieces[-1].group + 1))
                is_shared = any(piece.is_part for piece in pieces)
                yield Cut(groups, pieces[0].first + leading[begin], stop - first, first, is_shared)
            begin = end


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
    cuts = WholeProducts([*map(Piece, range(len(sizes)))], sizes, [0] * len(sizes), 0).cuts(rows)
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
    whole = find_whole_products(divide_groups(_read_runs(path, texts, file, column, prints), rows if prints is None else None))
    if whole is None:
        return PartitionPlan(path, None, None, file.metadata.num_rows)
    names = file.schema_arrow.names
    is_flat = len(set(names)) == file.metadata.num_columns  # each name stands for one column
    kept = {piece.group: piece.runs for piece in whole.pieces if piece.runs is not None}
    partitions = []
    for number, cut in enumerate(whole.cuts(rows)):
        runs = [kept[group] for group in cut.groups if group in kept]
        is_kept = is_flat and len(runs) == len(cut.groups)
        product = product_column(runs, cut.skip, cut.rows, names.index(column), names) if is_kept else None
        partitions.append(RowGroupPartition(number, path, texts, *cut, product=product))
    return PartitionPlan(path, partitions, whole.products, sum(whole.sizes))


def divide_groups(groups: Iterable[ProductRuns], rows: int | None) -> Iterator[tuple[Piece, ProductRuns]]:
    """Yield row groups with their product runs; large ones in pieces of about `rows` rows that share no product.

    Writers put a million rows into a row group and more, with which the memory of a partition would grow.

    Parameters
    ----------
    groups : iterable of ProductRuns
        Of each row group, in order.
    rows : int or None
        None to divide nothing: fingerprints are of whole row groups.

    Yields
    ------
    tuple of Piece and ProductRuns
    """
    for group, runs in enumerate(groups):
        kept = None if runs.texts is None else runs
        at = np.empty(0, dtype=np.intp) if rows is None or runs.rows <= MOST * rows else _divisions(runs, rows)
        if not len(at):
            yield Piece(group, runs=kept), runs
            continue
        for begin, end in pairwise([0, *at.tolist(), len(runs.starts)]):
            first, stop = int(runs.starts[begin]), int(runs.starts[end]) if end < len(runs.starts) else runs.rows
            own = ProductRuns(runs.starts[begin:end] - first, runs.products[begin:end], stop - first)
            yield Piece(group, first, is_part=True, runs=kept), own


def _divisions(runs: ProductRuns, rows: int) -> IndexArray:
    """Return the runs with which pieces of about `rows` rows begin, but the first; none if two of them share a product."""
    count = round(runs.rows / rows)
    at = np.unique(np.searchsorted(runs.starts, np.arange(1, count) * (runs.rows / count)))
    at = at[at < len(runs.starts)]
    return at if are_disjoint([distinct_hashes(one) for one in np.split(runs.products, at)]) else at[:0]


def find_whole_products(divided: Iterable[tuple[Piece, ProductRuns]]) -> WholeProducts | None:
    """Return how products lie in row groups, or None if any product is scattered over row groups.

    Parameters
    ----------
    divided : iterable of tuple of Piece and ProductRuns
        What `divide_groups` yields.
    """
    pieces: list[Piece] = []
    leading: list[int] = []  # rows at the top of each piece that belong to the last product of the piece before
    sizes: list[int] = []
    last: np.uint64 | None = None
    distinct: list[Hashes] = []
    for piece, runs in divided:
        pieces.append(piece)
        sizes.append(runs.rows)
        if not runs.rows:
            leading.append(0)
            continue
        products = runs.products
        continues = last is not None and bool(products[0] == last)
        leading.append(int(np.append(runs.starts, runs.rows)[1]) if continues else 0)
        others = distinct_hashes(products[1:] if continues else products)
        if continues and products[0] in others:
            return None
        distinct.append(others)
        if is_checkpoint(len(distinct)) and not are_disjoint(distinct):
            return None
        last = products[-1]
    return WholeProducts(pieces, sizes, leading, sum(map(len, distinct))) if are_disjoint(distinct) else None


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
    path: str, texts: tuple[str, ...], file: Any, column: str, prints: RowGroupPrints | None
) -> Iterator[ProductRuns]:
    """Yield the product runs of each row group.

    The first `MAX_RUNS` come with their texts; with fingerprints none do, as most partitions are not read then.
    """
    count, sizes = 0, [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    for groups in _groups_read_at_once(sizes):
        known = {} if prints is None else {group: runs for group in groups if (runs := prints.find(group)) is not None}
        read = {group: sizes[group] for group in groups if group not in known}
        found = known | _product_runs_of_groups(path, texts, column, read, with_texts=prints is None and count <= MAX_RUNS)
        count += sum(len(runs.starts) for runs in found.values())
        if prints is not None:
            prints.runs.update(found)
        yield from (found[group] if count <= MAX_RUNS else replace(found[group], texts=None) for group in groups)


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
