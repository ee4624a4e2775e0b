"""Several Parquet files as one source: the same columns in all, columns from their paths, partitions of whole products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from textile_pcf.batch.fingerprints import ProductRuns
from textile_pcf.batch.partitioning import Cut, divide_groups, find_whole_products, product_runs
from textile_pcf.batch.partitions import EXTRA, activity_header, no_rows, table_from_arrow
from textile_pcf.batch.row_groups import SharedRowGroups, read_row_groups
from textile_pcf.batch.source_columns import column_problems, differing_columns, differing_types
from textile_pcf.batch.source_files import SourceFile, SourceFiles
from textile_pcf.errors import InputError, PcfError, Problem, UsageError
from textile_pcf.io.arrow_columns import common_schema, conform
from textile_pcf.io.arrow_faults import open_parquet, parquet_errors, text_columns
from textile_pcf.io.file_lines import FileLines
from textile_pcf.io.output_files import refuse_non_utf8_name
from textile_pcf.io.table import Table

CHUNK = 600_000  # rows that are read at a time to be shuffled


@dataclass(frozen=True)
class ParquetPart:
    """Row groups of one of several Parquet files.

    Attributes
    ----------
    path : str
        The file.
    label : str
        Where it is, as messages say it.
    texts : tuple of str
        Its text columns, which are read as codes.
    heads : mapping
        Header in this file of each column that the file has.
    constants : mapping
        Text of each partition column.
    schema : pyarrow.Schema
        Columns and types that all files of the source are read with.
    groups : tuple of int
        Row groups.
    """

    path: str
    label: str
    texts: tuple[str, ...]
    heads: dict[str, str]
    constants: dict[str, str]
    schema: Any
    groups: tuple[int, ...] = ()

    def read(self, names: Sequence[str] | None = None, shared: SharedRowGroups | None = None) -> Any:
        """Read columns of the row groups as a pyarrow table; all columns of the schema if none are named."""
        import pyarrow as pa

        names = self.schema.names if names is None else names
        stored = [self.heads[name] for name in names if name in self.heads]
        with parquet_errors(self.path):
            table = (shared.read if shared else read_row_groups)(self.path, self.texts, self.groups, stored)
            rows = table.num_rows if stored else self._count_rows()
            columns = {name: table.column(self.heads[name]) for name in names if name in self.heads}
            for name in names:
                if name not in columns:
                    codes = pa.array(np.zeros(rows, dtype=np.int32))
                    columns[name] = pa.chunked_array([pa.DictionaryArray.from_arrays(codes, pa.array([self.constants[name]]))])
            return conform(pa.table({name: columns[name] for name in names}), self.schema)

    def _count_rows(self) -> int:
        metadata = open_parquet(self.path).metadata
        return sum(metadata.row_group(group).num_rows for group in self.groups)


@dataclass(frozen=True)
class FilesPartition:
    """Rows of whole products in row groups of several Parquet files.

    Attributes
    ----------
    number : int
        Number of the partition.
    name : str
        Name of the source.
    parts : tuple of ParquetPart
        Row groups by file.
    files : FileLines
        The files, for locations of rows.
    skip : int
        Rows at the top of the first row group that belong to the partition before.
    rows : int
        Number of rows.
    first : int
        Index of the first row among those of all files.
    is_shared : bool
        Whether other partitions read the same row groups.
    """

    number: int
    name: str
    parts: tuple[ParquetPart, ...]
    files: FileLines
    skip: int
    rows: int
    first: int
    is_shared: bool

    def read(self, shared: SharedRowGroups) -> Any:
        """Read the rows as a pyarrow table."""
        import pyarrow as pa

        kept = shared if self.is_shared else None
        return pa.concat_tables([part.read(shared=kept) for part in self.parts]).slice(self.skip, self.rows)

    def table(self, rows: Any) -> Table:
        """Convert the rows to a table, with their positions in the files."""
        return replace(table_from_arrow(rows, self.name, range(self.first, self.first + self.rows)), files=self.files)

    def release(self) -> None:
        """Do nothing: there are no temporary files."""


@dataclass(frozen=True)
class ParquetFiles:
    """Several Parquet files with the same columns.

    Attributes
    ----------
    name : str
        Name of the source.
    parts : tuple of ParquetPart
        One per file.
    sizes : tuple of tuple of int
        Rows of the row groups of each file.
    """

    name: str
    parts: tuple[ParquetPart, ...]
    sizes: tuple[tuple[int, ...], ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(map(sum, self.sizes))

    @property
    def lines(self) -> FileLines:
        """Rows of the files, counted through."""
        starts = np.cumsum([0, *map(sum, self.sizes)])[:-1]
        return FileLines(tuple(starts.tolist()), tuple(part.label for part in self.parts))

    @property
    def groups(self) -> list[tuple[int, int]]:
        """File and row group of all row groups, in order."""
        return [(index, group) for index, sizes in enumerate(self.sizes) for group in range(len(sizes))]

    def partitions(self, rows: int) -> tuple[list[FilesPartition], int] | None:
        """Return partitions of whole products and the number of products; None if products are scattered."""
        whole = find_whole_products(divide_groups(self._runs(), rows))
        if whole is None:
            return None
        return [self._partition(number, cut) for number, cut in enumerate(whole.cuts(rows))], whole.products

    def _runs(self) -> Iterator[ProductRuns]:
        for index, group in self.groups:
            cells = replace(self.parts[index], groups=(group,)).read(["product"]).column(0)
            starts, hashes = product_runs(cells)
            yield ProductRuns(starts, hashes, len(cells))

    def _partition(self, number: int, cut: Cut) -> FilesPartition:
        parts = self.select([self.groups[group] for group in cut.groups])
        lines, paths = self.lines, {part.label for part in parts}
        kept = [index for index, path in enumerate(lines.names) if path in paths]
        files = FileLines(tuple(lines.starts[index] for index in kept), tuple(lines.names[index] for index in kept))
        return FilesPartition(number, self.name, parts, files, cut.skip, cut.rows, cut.first, cut.is_shared)

    def select(self, groups: Sequence[tuple[int, int]]) -> tuple[ParquetPart, ...]:
        """Return some row groups by file, in the order of the files."""
        by_file: dict[int, list[int]] = {}
        for index, group in groups:
            by_file.setdefault(index, []).append(group)
        return tuple(replace(self.parts[index], groups=tuple(one)) for index, one in by_file.items())

    def chunks(self) -> Iterator[Any]:
        """Yield all rows as pyarrow tables of about `CHUNK` rows."""
        import pyarrow as pa

        waiting: list[tuple[int, int]] = []
        size, last = 0, len(self.groups) - 1
        for number, (index, group) in enumerate(self.groups):
            waiting.append((index, group))
            size += self.sizes[index][group]
            if size >= CHUNK or number == last:
                yield pa.concat_tables([part.read() for part in self.select(waiting)])
                waiting, size = [], 0


def open_parquet_files(source: SourceFiles) -> ParquetFiles:
    """Open several Parquet files, and check that they have the same columns.

    Raises
    ------
    InputError
        With every file that cannot be read, and every column that is not known, not in all files, or of another kind.
    UsageError
        pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401 - whether it is installed
    except ImportError:
        raise UsageError([Problem(source.name, "Reading Parquet needs pyarrow.", EXTRA, code="extra")]) from None
    problems: list[Problem] = []
    schemas: dict[str, Any] = {}
    opened: list[tuple[SourceFile, Any]] = []
    for file in source.files:
        try:
            refuse_non_utf8_name(file.path)
            with parquet_errors(file.path):
                opened.append((file, open_parquet(file.path)))
        except PcfError as error:
            problems += error.problems
            continue
        own = list(column_problems(file, opened[-1][1].schema_arrow.names))
        problems += own
        if not own:
            schemas[file.label] = _named_schema(file, opened[-1][1].schema_arrow)
    names = {path: schema.names for path, schema in schemas.items()}
    problems += [*differing_columns(names), *differing_types(schemas)]
    if not problems and not any(one.metadata.num_rows for _, one in opened):
        problems.append(no_rows(source.name))
    if problems:
        raise InputError(dict.fromkeys(problems))
    schema = common_schema(list(schemas.values()), decoded=())
    parts = tuple(_part(file, one.schema_arrow, schema) for file, one in opened)
    sizes = [[one.metadata.row_group(group).num_rows for group in range(one.num_row_groups)] for _, one in opened]
    return ParquetFiles(source.name, parts, tuple(map(tuple, sizes)))


def _part(file: SourceFile, stored: Any, schema: Any) -> ParquetPart:
    header = activity_header()
    heads = {header.name(head): head for head in stored.names}
    constants = {header.name(head): text for head, text in file.columns}
    return ParquetPart(file.path, file.label, text_columns(stored), heads, constants, schema)


def _named_schema(file: SourceFile, stored: Any) -> Any:
    """Return names and types of the columns of a file, with those of its path."""
    import pyarrow as pa

    header = activity_header()
    types = {header.name(field.name): field.type for field in stored}
    return pa.schema({**dict.fromkeys((header.name(head) for head, _ in file.columns), pa.string()), **types})


def shuffled_columns(files: ParquetFiles, encode: bool) -> Iterator[Any]:
    """Yield all rows as pyarrow tables to be shuffled: products as texts, other texts as codes or, unless `encode`, texts."""
    convert = partial(conform, schema=common_schema([files.parts[0].schema], decoded=("product",) if encode else None))
    return map(convert, files.chunks())
