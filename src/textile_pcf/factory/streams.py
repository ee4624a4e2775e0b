"""Readings of any source in blocks of bounded size: CSV, Parquet, arrow tables, DataFrames, workbooks, rows in Python.

A block holds numbers only; texts of meters are codes. Cells that cannot be read are reported with their row and left out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.factory.arrow_cells import numbers_of, times_of
from textile_pcf.factory.csv_readings import CsvReadings
from textile_pcf.factory.tables import LARGEST, REQUIRED, FactoryTable, read_factory_table
from textile_pcf.factory.times import EARLIEST, LATEST, NEVER, TIME_CURE, Times, parse_times
from textile_pcf.factory.vocabulary import table_header
from textile_pcf.io.arrow import dictionary_codes
from textile_pcf.io.arrow_faults import open_parquet, parquet_errors
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.messages.message import Message
from textile_pcf.units.number_text import parse_office_numbers

BLOCK = 1 << 17
"""Rows of a block of Parquet, or bytes × 64 of a block of CSV."""
COLUMN_BUFFER = 1 << 20
"""Bytes of a column that are read at once. pyarrow would else read the whole file ahead."""
COLUMNS = REQUIRED["readings"]
UNREADABLE = 200
"""Number of unreadable cells of a block that are kept with their text."""
CellText = Callable[[int], str]
"""Text of the cell of a row of a block, for messages."""


@dataclass(frozen=True, eq=False)
class ReadingBlock:
    """A block of readings in the order of the source.

    Attributes
    ----------
    meter : ndarray of int, shape (readings,)
        Index into `texts`.
    texts : sequence of str
        Meters of the block.
    times : Times
    value : ndarray of float, shape (readings,)
        Finite numbers.
    first_row : int
        Row of the first reading in the source.
    order : ndarray of int or None, shape (readings,)
        Row of each reading, counted from `first_row`; None if no row was left out.
    problems : list of (int, str, str)
        Row, what is wrong and the cure, of rows that were left out; the first of each block.
    unreadable : int
        Number of rows that were left out because of a problem.
    """

    meter: IntArray
    texts: Sequence[str]
    times: Times
    value: FloatArray
    first_row: int = 0
    order: IntArray | None = None
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    unreadable: int = 0


class ReadingSource(Protocol):
    """A source of readings."""

    name: str

    def blocks(self) -> Iterator[ReadingBlock]:
        """Yield the readings in blocks."""

    def locations(self, rows: Sequence[int]) -> list[str]:
        """Return the location of rows for messages."""


def open_readings(source: Any) -> ReadingSource:
    """Return a source of readings.

    Parameters
    ----------
    source : path, DataFrame, pyarrow Table or list of dict
        CSV and Parquet files are streamed, other sources are read at once.

    Raises
    ------
    InputError
        The columns are wrong, or the file cannot be read.
    UsageError
        The file does not exist, or pyarrow is needed and not installed.
    """
    ending = Path(source).suffix.lower() if isinstance(source, str | Path) else ""
    if ending in (".csv", ".tsv", ".txt", ".parquet"):
        if not Path(source).is_file():
            read_bytes(str(source))  # raises the UsageError of a missing file
        _require_pyarrow(str(source))
        return _ParquetSource(str(source)) if ending == ".parquet" else _CsvSource(str(source))
    arrow, frame = (
        getattr(sys.modules.get(name), kind, None) for name, kind in (("pyarrow", "Table"), ("pandas", "DataFrame"))
    )
    if arrow is not None and isinstance(source, arrow):
        return _ArrowSource(source)
    if frame is not None and isinstance(source, frame) and _has_timestamps(source):
        _require_pyarrow("readings")
        import pyarrow as pa

        return _ArrowSource(pa.Table.from_pandas(source, preserve_index=False))
    return _TableSource(read_factory_table("readings", source))


def _require_pyarrow(name: str) -> None:
    try:
        import pyarrow  # noqa: F401 - only to find out whether it is installed
    except ImportError:
        what, cure = "Reading meters needs pyarrow.", 'Run: pip install "textile_pcf[factory]"'
        raise UsageError([Problem(name, Message(what), Message(cure), code="extra")]) from None


def _has_timestamps(frame: Any) -> bool:
    return any(dtype.kind == "M" for dtype in frame.dtypes)


def checked_columns(name: str, heads: Sequence[str]) -> dict[str, int]:
    """Return the position of each column of readings.

    Parameters
    ----------
    name : str
        Path, for messages.
    heads : sequence of str
        Heads in English or Chinese.

    Raises
    ------
    InputError
        A column is unknown, missing or there twice.
    """
    header = table_header("readings")
    problems = header.problems(heads, lambda column: name)
    positions = {header.name(head): position for position, head in enumerate(heads)}
    if missing := [column for column in COLUMNS if column not in positions]:
        what = Message("The table {title} has no column {columns}.", title="readings", columns=", ".join(missing))
        problems.append(Problem(name, what, Message("Add what is missing; it may be in Chinese."), code="readings"))
    if problems:
        raise InputError(problems)
    return positions


class _TableSource:
    """Readings of a table in memory."""

    def __init__(self, table: FactoryTable) -> None:
        self.name, self._table = table.table.name, table

    def blocks(self) -> Iterator[ReadingBlock]:
        """Yield all readings as one block."""
        from textile_pcf.columns import factorize

        table = self._table
        meter = factorize(table.texts("meter"))
        times, no_time = parse_times(table.texts("time"))
        value, no_number = parse_office_numbers(table.cells("value"))
        cells = _Cells(0, meter.codes, tuple(meter.categories), times, value)
        yield cells.block(no_time, no_number, lambda row: str(table.cells("value")[row]), lambda row: table.texts("time")[row])

    def locations(self, rows: Sequence[int]) -> list[str]:
        """Return the location of rows."""
        return [self._table.location(row) for row in rows]


class _ArrowSource:
    """Readings of an arrow table."""

    def __init__(self, table: Any) -> None:
        self.name, self._table = "DataFrame", table
        self._positions = checked_columns(self.name, table.column_names)

    def blocks(self) -> Iterator[ReadingBlock]:
        """Yield the readings in blocks."""
        table = self._table.select([self._positions[column] for column in COLUMNS]).rename_columns(list(COLUMNS))
        row = 0
        for batch in table.to_batches(max_chunksize=BLOCK):
            yield block_of(batch, row)
            row += batch.num_rows

    def locations(self, rows: Sequence[int]) -> list[str]:
        """Return the location of rows."""
        return [f"row {row}" for row in rows]


class _ParquetSource:
    """Readings of a Parquet file."""

    def __init__(self, name: str) -> None:
        self.name = name
        with parquet_errors(name):
            self._heads = open_parquet(name).schema_arrow.names
        self._positions = checked_columns(name, self._heads)

    def blocks(self) -> Iterator[ReadingBlock]:
        """Yield the readings in blocks."""
        names = [self._heads[self._positions[column]] for column in COLUMNS]
        row = 0
        with parquet_errors(self.name):
            file = open_parquet(self.name, (names[0],), pre_buffer=False, buffer_size=COLUMN_BUFFER)
            for batch in file.iter_batches(BLOCK, columns=names):
                by_name = dict(zip(batch.schema.names, batch.columns, strict=True))
                yield block_of(_batch([by_name[name] for name in names]), row)
                row += batch.num_rows

    def locations(self, rows: Sequence[int]) -> list[str]:
        """Return the location of rows."""
        return [f"{self.name} row {row}" for row in rows]


class _CsvSource:
    """Readings of a CSV file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._file = CsvReadings(name, checked_columns)

    def blocks(self) -> Iterator[ReadingBlock]:
        """Yield the readings in blocks; rows of a wrong width raise an InputError after the last block."""
        row = 0
        for columns in self._file.batches(BLOCK * 64):
            batch = _batch(columns)
            yield block_of(batch, row)
            row += batch.num_rows
        if self._file.invalid:
            raise InputError(self._file.width_problems())

    def locations(self, rows: Sequence[int]) -> list[str]:
        """Return the location of rows."""
        return [f"{self.name}:{line}" for line in self._file.lines_of(rows)]


def _batch(columns: Sequence[Any]) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays(list(columns), names=list(COLUMNS))


@dataclass(frozen=True, eq=False)
class _Cells:
    """The columns of a block before invalid rows are left out."""

    first_row: int
    meter: IntArray
    texts: tuple[str, ...]
    times: Times
    value: FloatArray

    def block(self, no_time: BoolArray, no_number: BoolArray, number_text: CellText, time_text: CellText) -> ReadingBlock:
        """Return the block of the rows that can be read; others are problems, except rows without any content."""
        named = np.array([text.strip() != "" for text in self.texts] or [True])
        if not len(self.value) or (
            float(self.value.min()) >= -LARGEST and float(self.value.max()) <= LARGEST  # NaN is neither
            and int(self.times.values.min()) >= EARLIEST and int(self.times.values.max()) <= LATEST
            and named.all() and not no_time.any()
        ):  # fmt: skip
            return ReadingBlock(self.meter, self.texts, self.times, self.value, self.first_row)
        return self._without_invalid(named, no_time, no_number, (number_text, time_text))

    def _without_invalid(
        self, named: BoolArray, no_time: BoolArray, no_number: BoolArray, texts: tuple[CellText, CellText]
    ) -> ReadingBlock:
        no_meter, infinite = ~named[self.meter], ~(np.abs(self.value) <= LARGEST)
        never = (self.times.values < EARLIEST) | (self.times.values > LATEST)
        no_time = no_time | (never & (self.times.values != NEVER))
        no_number = no_number | (np.abs(self.value) > LARGEST)
        bad = no_meter | never | infinite
        blank = no_meter & never & ~no_time & infinite & ~no_number
        problems = []
        for k in np.flatnonzero(bad & ~blank)[:UNREADABLE].tolist():
            flags = (bool(no_meter[k]), bool(never[k]), bool(no_time[k]), bool(no_number[k]))
            problems.append((self.first_row + k, *_cell_problem(flags, texts[0](k), texts[1](k))))
        kept = np.flatnonzero(~bad)
        times = Times(self.times.values[kept], self.times.absolute[kept], self.times.offset)
        unreadable = int(np.count_nonzero(bad & ~blank))
        return ReadingBlock(self.meter[kept], self.texts, times, self.value[kept], self.first_row, kept, problems, unreadable)


def _cell_problem(flags: tuple[bool, bool, bool, bool], number: str, time: str) -> tuple[str, str]:
    """Return what is wrong with the first wrong cell of a row, and the cure."""
    no_meter, no_time, bad_time, bad_number = flags
    empty = "The cell {column!r} is empty."
    if no_meter or (no_time and not bad_time):
        return Message(empty, column="meter" if no_meter else "time"), Message("Fill it in, or delete the row.")
    if no_time:
        return Message("{text!r} is not a time.", text=time[:60]), Message(TIME_CURE)
    if not bad_number and number.strip().lower() in ("", "none"):
        return Message(empty, column="value"), Message("Fill it in, or delete the row.")
    if np.isfinite(parsed := parse_office_numbers([number])[0][0]):
        what = Message("{value:g} is too large to calculate.", value=float(parsed))
        return what, Message("Check the number and its unit.")
    cure = Message("Write a plain finite number with a decimal point, or delete the row.")
    return Message("{text!r} is not a finite number.", text=number[:60]), cure


def block_of(batch: Any, first_row: int) -> ReadingBlock:
    """Return a block of an arrow record batch with the columns meter, time and value.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Texts or dictionaries of texts; timestamps or texts; numbers or texts.
    first_row : int
        Row of its first row in the source.
    """
    import pyarrow as pa

    meter, time, value = batch.columns
    if not pa.types.is_dictionary(meter.type) and not pa.types.is_string(meter.type):
        meter = meter.cast(pa.string())
    codes, texts = dictionary_codes(pa.chunked_array([meter]))
    times, no_time = times_of(time)
    numbers, no_number = numbers_of(value)
    cells = _Cells(first_row, codes, tuple(text or "" for text in texts.to_pylist()), times, numbers)
    return cells.block(no_time, no_number, lambda k: str(value[k].as_py()), lambda k: str(time[k].cast(pa.string())))
