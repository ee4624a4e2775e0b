"""Partitions of whole products: row groups of a Parquet file, or rows of a table in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.activity.columns import ALIASES, COLUMNS, TEXTS, read_activity_table
from textile_pcf.arrays import IndexArray
from textile_pcf.batch.product_column import ProductColumn
from textile_pcf.batch.row_groups import SharedRowGroups, open_partitioned, read_row_groups
from textile_pcf.columns import ArrowStrings, Categorical, by_first_appearance, factorize
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.io.arrow import from_arrow
from textile_pcf.io.arrow_faults import open_parquet, parquet_errors, text_columns
from textile_pcf.io.table import Header, Table

ROWS = 600_000  # of a partition, approximately: the cost per table is small, and the arrays fit into the caches
EXTRA = "Install it: pip install 'textile_pcf[parquet]'"


@dataclass(frozen=True)
class RowGroupPartition:
    """Rows of whole products in neighbouring row groups of a Parquet file.

    Attributes
    ----------
    number : int
        Number of the partition.
    path : str
        The file.
    texts : tuple of str
        Text columns, which are read as codes.
    groups : tuple of int
        Row groups that are read.
    skip : int
        Rows at the top of the first row group that belong to the partition before.
    rows : int
        Number of rows.
    first : int
        Index of the first row in the file.
    is_shared : bool
        Whether other partitions read the same row groups.
    product : ProductColumn, optional
        The product column, where the plan has kept it. It is not sent to other processes, which read it themselves.
    """

    number: int
    path: str
    texts: tuple[str, ...]
    groups: tuple[int, ...]
    skip: int
    rows: int
    first: int
    is_shared: bool = False
    product: ProductColumn | None = field(default=None, compare=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "product": None}

    def read(self, shared: SharedRowGroups) -> Any:
        """Read the rows as a pyarrow table, without a product column that the plan has kept."""
        columns = None if self.product is None else self.product.other_names
        read = shared.read if self.is_shared else read_row_groups
        with parquet_errors(self.path):
            return read(self.path, self.texts, self.groups, columns).slice(self.skip, self.rows)

    def table(self, rows: Any) -> Table:
        """Convert the rows to a table of all columns, with their positions in the file."""
        table = table_from_arrow(rows, self.path, range(self.first, self.first + self.rows))
        return table if self.product is None else self.product.insert_into(table)

    def release(self) -> None:
        """Do nothing: there are no temporary files."""


@dataclass(frozen=True)
class InMemoryPartition:
    """Rows of whole products in memory."""

    number: int
    content: Table

    def read(self, shared: SharedRowGroups) -> Table:
        """Return the rows."""
        return self.content

    def table(self, rows: Table) -> Table:
        """Return the rows, with their positions in the source."""
        return rows

    def release(self) -> None:
        """Do nothing: there are no temporary files."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.content.rows


@cache
def activity_header() -> Header:
    """Return the columns of activity data."""
    return Header(tuple(COLUMNS), dict(ALIASES))


def no_product_column(where: str) -> Problem:
    """Return the problem of a table without a product column."""
    return Problem(where, "There is no column product.", "Each row names its product.", code="missing-column")


def no_rows(where: str) -> Problem:
    """Return the problem of a table without rows."""
    return Problem(where, "This table has no rows.", "Give at least one row.", code="no-rows")


def table_from_arrow(table: Any, name: str, lines: Sequence[int], ordered: bool = False) -> Table:
    """Convert a pyarrow table to a table whose products are coded by first appearance.

    Parameters
    ----------
    table : pyarrow Table
        Activity data.
    name : str
        Name of the source.
    lines : sequence of int
        Position of each row in the source.
    ordered : bool
        Whether the products are coded by first appearance already, except missing ones.
    """
    with parquet_errors(name):
        read = from_arrow(table, name, activity_header(), InputError)
    columns = dict(read.columns)
    if "product" in columns:
        product = factorize(columns["product"])
        is_ordered = ordered and "" not in product.categories
        columns["product"] = replace(product, ordered=True) if is_ordered else by_first_appearance(product)
    return replace(read, columns=columns, lines=lines)


def open_product_column(path: str) -> tuple[Any, str, tuple[str, ...]]:
    """Open a Parquet file of activity data.

    Returns
    -------
    tuple
        The `ParquetFile`, whose texts are read as codes, the name of its product column, and the names of its text columns.

    Raises
    ------
    UsageError
        The file does not exist, or pyarrow is not installed.
    InputError
        The file is not Parquet, or has no product column.
    """
    if not Path(path).is_file():
        raise UsageError([Problem(path, "There is no such file.", "Check the path.", code="no-file")])
    try:
        import pyarrow  # noqa: F401 - whether it is installed
    except ImportError:
        raise UsageError([Problem(path, "Reading Parquet needs pyarrow.", EXTRA, code="extra")]) from None
    with parquet_errors(path):
        file = open_parquet(path)
        texts, columns = text_columns(file.schema_arrow), file.schema_arrow.names
    expected = activity_header()
    problems = expected.problems(columns, lambda column: path)
    if columns.count("") > 1:
        what = "Several columns have no name."
        problems.append(Problem(path, what, "Give each a name, or leave it out.", code="headless"))
    names = [name for name in columns if expected.name(name) == "product"]
    if not names:
        problems.append(no_product_column(path))
    if not file.metadata.num_rows:
        problems.append(no_rows(path))
    if problems:
        raise InputError(problems)
    return open_partitioned(path, texts), names[0], texts


def take_rows(table: Table, rows: IndexArray) -> Table:
    """Return some rows of a table, in the order of `rows`."""

    def cells(column: Any) -> Any:
        if isinstance(column, Categorical):
            return Categorical(column.codes[rows], column.categories)
        if isinstance(column, ArrowStrings):
            return column.take(np.asarray(rows, dtype=np.intp))
        return column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows]

    lines: Any = np.asarray(table.lines)[rows]
    paths = [table.paths[row] for row in rows] if table.paths else table.paths
    pages = [table.pages[row] for row in rows] if table.pages else table.pages
    ragged: Any = np.flatnonzero(np.isin(rows, np.asarray(table.ragged, dtype=np.intp))) if len(table.ragged) else ()
    columns = {name: cells(column) for name, column in table.columns.items()}
    return replace(table, columns=columns, rows=len(rows), lines=lines, paths=paths, pages=pages, ragged=ragged)


def split_products(table: Table, products: set[str]) -> tuple[Table, Table]:
    """Divide a table into the rows of other products and the rows of these products."""
    column = factorize(table.columns["product"])
    listed = np.array([text in products for text in column.categories], dtype=bool)[column.codes]
    others = tuple(problem for problem in table.template_problems if problem.product not in products)
    return replace(take_rows(table, np.flatnonzero(~listed)), template_problems=others), take_rows(
        table, np.flatnonzero(listed)
    )


def partition_table(source: Any, rows: int = ROWS) -> list[InMemoryPartition]:
    """Read a source as a whole and divide it into partitions of whole products.

    Parameters
    ----------
    source : path, Table, DataFrame or pyarrow Table
        CSV, Excel, YAML, JSON, or a table in memory.
    rows : int
        Rows of a partition, approximately.

    Raises
    ------
    InputError
        The source cannot be read, or has no product column.
    """
    table = source if isinstance(source, Table) else read_activity_table(source)
    if table.shape_problems:
        raise InputError(table.shape_problems)
    if "product" not in table.columns:
        raise InputError([no_product_column(table.name)])
    columns = {name: factorize(cells) if name in TEXTS else cells for name, cells in table.columns.items()}
    table = replace(table, columns=columns)
    column = by_first_appearance(columns["product"])
    counts = np.bincount(column.codes)
    part = np.cumsum(counts) // rows  # partition of each product
    order = np.argsort(part[column.codes], kind="stable")
    ends = np.searchsorted(part[column.codes][order], np.arange(int(part[-1]) + 1), side="right")
    pieces = [order[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True) if end > start]
    return [InMemoryPartition(number, take_rows(table, np.asarray(piece))) for number, piece in enumerate(pieces)]
