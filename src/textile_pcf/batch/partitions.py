"""What a batch is read from: a Parquet file by row groups, or a table held in memory; each partition has whole products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.activity.columns import ALIASES, COLUMNS, TEXTS, read_activity_table
from textile_pcf.arrays import IndexArray
from textile_pcf.columns import Categorical, by_first_appearance, factorize
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.io.arrow import from_arrow
from textile_pcf.io.arrow_faults import checked, reading, rows_of, text_columns
from textile_pcf.io.table import Header, Table

ROWS = 600_000  # rows of a partition, more or less: enough to make the work per table small, few enough for the caches
EXTRA = "Install it: pip install 'textile_pcf[parquet]'"


@dataclass(frozen=True)
class RowGroupPartition:
    """Rows of whole products: `rows` from row `skip` of some row groups of a file; `first` is their place in it."""

    number: int
    path: str
    texts: tuple[str, ...]
    """Columns of texts, which are read as codes."""
    groups: tuple[int, ...]
    skip: int
    rows: int
    first: int

    def read(self) -> Any:
        """The rows as a pyarrow table."""
        with reading(self.path):
            return read_row_groups(self.path, self.texts, self.groups).slice(self.skip, self.rows)

    def table(self, rows: Any) -> Table:
        """The rows as columns, with their places in the file."""
        return table_from_arrow(rows, self.path, range(self.first, self.first + self.rows))

    def done(self) -> None:
        """Nothing was kept."""


@dataclass(frozen=True)
class InMemoryPartition:
    """Rows of whole products, in memory."""

    number: int
    held: Table

    def read(self) -> Table:
        """The rows: they are there."""
        return self.held

    def table(self, rows: Table) -> Table:
        """The rows, with their places in the source."""
        return rows

    def done(self) -> None:
        """The rows are the caller's."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.held.rows


def open_parquet(path: str, texts: Sequence[str]) -> Any:
    """A Parquet file whose texts are read as codes; what it says of itself, much where it is large, is read once."""
    told = Path(path).stat()
    metadata = _metadata(path, told.st_ino, told.st_mtime_ns, told.st_size)
    return checked(path, texts, metadata=metadata, memory_map=True)


def read_row_groups(path: str, texts: Sequence[str], groups: Sequence[int], columns: list[str] | None = None) -> Any:
    """Row groups of a Parquet file."""
    return rows_of(
        path,
        lambda: open_parquet(path, texts),
        lambda file: file.read_row_groups(list(groups), columns=columns, use_threads=False),
    )


@lru_cache(maxsize=4)
def _metadata(path: str, file: int, changed: int, size: int) -> Any:
    """Row groups and columns of a file as it was when it was last changed."""
    from pyarrow import parquet

    return parquet.read_metadata(path)


def activity_header() -> Header:
    """The columns of activity data."""
    return Header(tuple(COLUMNS), dict(ALIASES))


def table_from_arrow(table: Any, name: str, lines: Sequence[int], as_seen: bool = False) -> Table:
    """Rows of an arrow table, placed in the file they come from; products in the order in which they appear.

    `as_seen` says that they are coded in that order already, but for those that are missing.
    """
    with reading(name):
        read = from_arrow(table, name, activity_header(), InputError)
    columns = dict(read.columns)
    if "product" in columns:
        product = factorize(columns["product"])
        ordered = as_seen and "" not in product.categories
        columns["product"] = replace(product, ordered=True) if ordered else by_first_appearance(product)
    return replace(read, columns=columns, lines=lines)


def open_product_column(path: str) -> tuple[Any, str, tuple[str, ...]]:
    """A Parquet file whose texts are read as codes, the name of its product column, and of its columns of texts.

    Raises
    ------
    UsageError
        No such file, or pyarrow is not installed.
    InputError
        It is not Parquet, or has no product column.
    """
    if not Path(path).is_file():
        raise UsageError([Problem(path, "There is no such file.", "Check the path.", code="no-file")])
    try:
        import pyarrow  # noqa: F401 - whether it is there
    except ImportError:
        raise UsageError([Problem(path, "Reading Parquet needs pyarrow.", EXTRA, code="extra")]) from None
    with reading(path):
        file = checked(path)
        texts, columns = text_columns(file.schema_arrow), file.schema_arrow.names
    head = activity_header()
    problems = head.problems(columns, lambda column: path)
    if columns.count("") > 1:
        what = "Several columns have no name."
        problems.append(Problem(path, what, "Give each a name, or leave it out.", code="headless"))
    names = [name for name in columns if head.name(name) == "product"]
    if not names:
        problems.append(Problem(path, "There is no column product.", "Each row names its product.", code="missing-column"))
    if not file.metadata.num_rows:
        problems.append(Problem(path, "This table has no rows.", "Give at least one row.", code="no-rows"))
    if problems:
        raise InputError(problems)
    return open_parquet(path, texts), names[0], texts


def take_rows(table: Table, rows: IndexArray) -> Table:
    """Some rows of a table, in that order."""

    def cells(column: Any) -> Any:
        if isinstance(column, Categorical):
            return Categorical(column.codes[rows], column.categories)
        return column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows]

    lines: Any = np.asarray(table.lines)[rows]
    paths = [table.paths[row] for row in rows] if table.paths else table.paths
    pages = [table.pages[row] for row in rows] if table.pages else table.pages
    ragged: Any = np.flatnonzero(np.isin(rows, np.asarray(table.ragged, dtype=np.intp))) if len(table.ragged) else ()
    columns = {name: cells(column) for name, column in table.columns.items()}
    return replace(table, columns=columns, rows=len(rows), lines=lines, paths=paths, pages=pages, ragged=ragged)


def split_products(table: Table, products: set[str]) -> tuple[Table, Table]:
    """A table without some products, and their rows."""
    column = factorize(table.columns["product"])
    bad = np.array([text in products for text in column.categories], dtype=bool)[column.codes]
    kept = tuple(problem for problem in table.problems if problem.product not in products)
    return replace(take_rows(table, np.flatnonzero(~bad)), problems=kept), take_rows(table, np.flatnonzero(bad))


def partition_table(source: Any, rows: int = ROWS) -> list[InMemoryPartition]:
    """Partitions of a source that is read as a whole: CSV, Excel, YAML, DataFrame, arrow table."""
    table = read_activity_table(source)
    if table.faults:
        raise InputError(table.faults)
    if "product" not in table.columns:
        raise InputError(
            [Problem(table.name, "There is no column product.", "Each row names its product.", code="missing-column")]
        )
    columns = {name: factorize(cells) if name in TEXTS else cells for name, cells in table.columns.items()}
    table = replace(table, columns=columns)
    column = by_first_appearance(columns["product"])
    count = np.bincount(column.codes)
    part = np.cumsum(count) // rows  # partition of each product, in order
    order = np.argsort(part[column.codes], kind="stable")
    ends = np.searchsorted(part[column.codes][order], np.arange(int(part[-1]) + 1), side="right")
    pieces = [order[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True) if end > start]
    return [InMemoryPartition(number, take_rows(table, np.asarray(piece))) for number, piece in enumerate(pieces)]
