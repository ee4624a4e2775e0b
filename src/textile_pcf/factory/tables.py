"""Small tables of a mill: read from any source, with the problems of all cells.

How the parts of the package use it:

1. `read_factory_tables({"utilities": source, "plan": source})` reads several tables and raises once, with the problems of all
   shapes: missing, unknown and duplicate columns, tables without rows.
2. Columns are asked by what they hold: `texts`, `words` (a closed list), `numbers`, `quantities` (a number in a fixed unit,
   or with its own: `120 kW`), `amounts` (a number with a column `unit`, or with its own), `times`. Each appends the problems of
   its cells to a list, with place and cure, and goes on.
3. The caller raises `InputError(problems)` when all tables have been looked at.

A column that the table does not have is read as empty cells. Closed lists, heads and carriers stand in `columns.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.columns import Categorical, cell_text
from textile_pcf.errors import InputError, Problem
from textile_pcf.factory.times import TIME_CURE, Times, parse_times
from textile_pcf.factory.vocabulary import table_header, word_ids
from textile_pcf.io.headers import key
from textile_pcf.io.plain_data import HALF_CURE, half_character_cells, holds_half
from textile_pcf.io.read_table import read_table_with_header
from textile_pcf.io.table import Table
from textile_pcf.io.table_shape import has_no_rows
from textile_pcf.messages.message import Message
from textile_pcf.messages.shown_text import half_character
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import Unit, UnitError, convert, describe, parse_unit, split_quantity
from textile_pcf.units.number_text import parse_office_numbers, why_no_number

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "readings": ("meter", "time", "value"),
    "meters": ("meter", "carrier", "unit", "reading"),
    "batches": ("batch", "product", "process", "machine", "start", "end", "output", "unit"),
    "events": ("meter", "time", "kind"),
    "utilities": ("carrier", "amount"),
    "production": ("product", "process", "output"),
    "plan": ("carrier", "process", "driver"),
    "activity": ("product", "stage", "flow", "amount"),
    "stock": ("chemical", "opening", "purchased", "closing"),
    "recipes": ("batch", "chemical", "dose"),
    "map": ("item", "level"),
    "plants": ("plant", "value", "output"),
}
"""Columns that a table must have."""
LARGEST = 1e100
MAY_HAVE_NO_ROWS = ("events", "map")
"""Tables of what need not be: no event of a meter, no chemical that a person mapped."""
"""Numbers from here on are a slip of the pen, and their products would overflow."""
NUMBER_CURE = "Write a plain finite number with a decimal point; leave the cell empty where nothing is known."


@dataclass(frozen=True, eq=False)
class FactoryTable:
    """A table of the mill whose columns are read by what they hold.

    Attributes
    ----------
    title : str
        `meters`, `batches`, `utilities` …; also the code of its problems.
    table : Table
        As read, with the location of every cell.

    Examples
    --------
    >>> rows = [{"meter": "E1", "time": "2024-03-04 8:00", "value": "12.5"}]
    >>> table = read_factory_table("readings", rows)
    >>> table.rows, table.texts("meter"), table.numbers("value", []).tolist()
    (1, ['E1'], [12.5])
    """

    title: str
    table: Table
    _texts: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.table.rows

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return column in self.table.columns

    def cells(self, column: str) -> Sequence[Any]:
        """Return the cells of a column; empty ones if there is no such column."""
        return self.table.columns.get(column, [""] * self.rows)  # type: ignore[no-any-return]

    def texts(self, column: str) -> list[str]:
        """Return a column as stripped texts, "" where empty."""
        if column not in self._texts:
            cells = self.cells(column)
            is_text = isinstance(cells, Categorical) or (isinstance(cells, list) and set(map(type, cells)) <= {str})
            self._texts[column] = list(cells) if is_text else [cell_text(cell) for cell in cells]
        return self._texts[column]

    def location(self, row: int, column: str | None = None) -> str:
        """Return the location of a row or cell, such as `plan.csv:2 (driver)`."""
        place = self.table.location(row, column)
        return f"{place} ({column})" if column else place

    def without_cells(self) -> FactoryTable:
        """Return the table with the locations of its rows only; what its cells took is free memory again."""
        return FactoryTable(self.title, replace(self.table, columns={}))

    def problem(self, problems: list[Problem], row: int, column: str | None, what: str, cure: str) -> None:
        """Append a problem of a cell."""
        problems.append(Problem(self.location(row, column), what, cure, code=self.title))

    def require(self, names: Iterable[str], problems: list[Problem]) -> None:
        """Append a problem for every empty cell of the columns."""
        for name in names:
            texts = self.texts(name)
            for row in [k for k, text in enumerate(texts) if not text] if "" in texts else ():
                what = Message("The cell {column!r} is empty.", column=name)
                self.problem(problems, row, name, what, Message("Fill it in, or delete the row."))

    def words(self, column: str, word_list: str, problems: list[Problem], default: str = "") -> list[str]:
        """Return the words of a closed list, `default` where empty or unknown; unknown ones are problems.

        Parameters
        ----------
        column : str
            The column.
        word_list : str
            The list in `columns.yaml`.
        problems : list of Problem
            Problems are appended.
        default : str
            Word of an empty cell.
        """
        if not self.has(column):
            return [default] * self.rows
        known, words = word_ids(word_list), []
        for row, text in enumerate(self.texts(column)):
            word = known.get(key(text)) if text else default
            if word is None:
                choices = tuple(dict.fromkeys(known.values()))
                what = Message("{text!r} is no value of {column!r}.", text=text[:60], column=column)
                cure = did_you_mean(text, choices, Message("Choose from: {choices}.", choices=", ".join(choices)))
                self.problem(problems, row, column, what, cure)
            words.append(default if word is None else word)
        return words

    def numbers(self, column: str, problems: list[Problem], low: float | None = None) -> FloatArray:
        """Return a column of numbers, NaN where empty; cells that are no number, or below `low`, are problems."""
        values, invalid = parse_office_numbers(self.cells(column))
        for row in np.flatnonzero(invalid):
            self._no_number(int(row), column, problems)
        if low is not None:
            self._check_low(values, column, low, problems)
        return values

    def _check_low(self, values: FloatArray, column: str, low: float, problems: list[Problem]) -> None:
        for row in np.flatnonzero(values < low):
            what = Message("{value:g} is below {low:g}.", value=float(values[row]), low=low)
            self.problem(problems, int(row), column, what, Message("Give a number that is not smaller."))

    def _no_number(self, row: int, column: str, problems: list[Problem]) -> None:
        cell = self.cells(column)[row]
        known = why_no_number(cell)
        what: str = Message("{text!r} is not a finite number.", text=str(cell)[:60])
        self.problem(problems, row, column, known.what if known else what, known.cure if known else Message(NUMBER_CURE))

    def quantities(self, column: str, unit: str, problems: list[Problem], low: float | None = None) -> FloatArray:
        """Return a column in a fixed unit; a cell may carry a unit of the same kind (`120 kW`). NaN where empty.

        Parameters
        ----------
        column : str
            The column.
        unit : str
            Unit of the result, and of cells without one.
        problems : list of Problem
            Problems are appended.
        low : float, optional
            Least value that is possible.
        """
        values, units = self.split_quantities(column, problems)
        for row, text in enumerate(units):
            if text:
                values[row] *= self._factor(row, column, text, unit, problems)
        if low is not None:
            self._check_low(values, column, low, problems)
        return values

    def amounts(self, column: str, problems: list[Problem], low: float | None = 0.0) -> tuple[FloatArray, list[str]]:
        """Return a column of numbers and the unit text of each row: of the cell itself, else of the column `unit`.

        Parameters
        ----------
        column : str
            The column.
        problems : list of Problem
            Problems are appended, also where cell and column name different units.
        low : float, optional
            Least number that is possible.
        """
        values, own_units = self.split_quantities(column, problems)
        units = list(self.texts("unit"))
        for row, own in enumerate(own_units) if any(own_units) else ():
            if own and units[row] and own != units[row]:
                what = Message("This amount is in {own!r}, and the column `unit` says {other!r}.", own=own, other=units[row])
                self.problem(problems, row, column, what, Message("Write the unit once."))
                values[row] = np.nan
            units[row] = own or units[row]
        if low is not None:
            self._check_low(values, column, low, problems)
        return values, units

    def split_quantities(self, column: str, problems: list[Problem]) -> tuple[FloatArray, list[str]]:
        """Return numbers, and the units that stand in the cells themselves, "" where there is none."""
        cells, units = self.cells(column), [""] * self.rows
        values, invalid = parse_office_numbers(cells)
        for row in np.flatnonzero(invalid).tolist():
            try:
                values[row], units[row] = split_quantity(str(cells[row]))
            except UnitError:
                self._no_number(row, column, problems)
        return values, units

    def unit(self, row: int, problems: list[Problem], column: str = "unit", text: str | None = None) -> Unit | None:
        """Return the unit that a cell (or `text`, found in that cell) names, None after a problem."""
        try:
            return parse_unit(self.texts(column)[row] if text is None else text)
        except UnitError as error:
            self.problem(problems, row, column, error.what, error.cure)
            return None

    def _factor(self, row: int, column: str, text: str, target: str, problems: list[Problem]) -> float:
        """Return how many `target` are in one unit, NaN after a problem."""
        if (unit := self.unit(row, problems, column, text)) is None:
            return float("nan")
        conversion = convert(unit, parse_unit(target))
        if conversion is None or conversion.inverse:
            what = "{unit!r} measures {kind}, and {column!r} is in {target}."
            kind = describe(unit.dimensions)
            message = Message(what, unit=text, kind=kind, column=column, target=target)
            self.problem(problems, row, column, message, Message("Give it in {target}.", target=target))
            return float("nan")
        return conversion.factor

    def times(self, column: str, problems: list[Problem]) -> Times:
        """Return a column of times; texts that are no time are problems."""
        texts = self.texts(column)
        times, invalid = parse_times(texts)
        for row in np.flatnonzero(invalid).tolist():
            what = Message("{text!r} is not a time.", text=texts[row][:60])
            self.problem(problems, row, column, what, Message(TIME_CURE))
        return times

    def yes(self, column: str, problems: list[Problem]) -> list[bool]:
        """Return whether each cell says yes (是); empty means no."""
        return [word == "yes" for word in self.words(column, "yes_no", problems, "no")]


def within_range(table: FactoryTable, column: str, values: FloatArray, problems: list[Problem],
                 largest: float = LARGEST) -> FloatArray:  # fmt: skip
    """Return numbers, NaN where one is infinite or beyond what can be counted; the latter is a problem.

    Parameters
    ----------
    table : FactoryTable
    column : str
        Column of the numbers.
    values : ndarray of float, shape (rows,)
        NaN where empty; infinite where a problem was found already.
    problems : list of Problem
        Problems are appended.
    largest : float
        Larger numbers are refused.
    """
    for row in np.flatnonzero((np.abs(values) > largest) & np.isfinite(values)).tolist():
        what = Message("{value:g} is too large to calculate.", value=float(values[row]))
        table.problem(problems, row, column, what, Message("Check the number and its unit."))
    return np.where(np.abs(values) <= largest, values, np.nan)


def read_factory_table(title: str, source: Any, required: Sequence[str] | None = None) -> FactoryTable:
    """Read one table.

    Parameters
    ----------
    title : str
        Which table it is (`columns.yaml`); of a workbook the sheet of this name is read.
    source : path, DataFrame, pyarrow Table, Table or list of dict
        The table.
    required : sequence of str, optional
        Columns that it must have; those of `REQUIRED` where none are given.

    Raises
    ------
    InputError
        With every problem of the shape, code `title`.
    UsageError
        The file does not exist or cannot be read.
    """
    table = (
        source if isinstance(source, Table) else read_table_with_header(table_header(title), _rows(source), title, InputError)
    )
    problems = list(table.shape_problems)
    missing = [column for column in required or REQUIRED[title] if column not in table.columns]
    if missing:
        what = Message("The table {title} has no column {columns}.", title=title, columns=", ".join(missing))
        problems.append(Problem(table.name, what, Message("Add what is missing; it may be in Chinese."), code=title))
    problems += _half_characters(title, table)
    if problems:
        raise InputError(problems)
    return FactoryTable(title, table)


def _half_characters(title: str, table: Table) -> Iterator[Problem]:
    """Yield the problems of texts that hold half of a character, which only a program can hand over."""
    for name, cells in table.columns.items():
        texts = cells.categories if isinstance(cells, Categorical) else cells if isinstance(cells, list) else ()
        if half_character("".join(text for text in texts if isinstance(text, str))):
            for row, _, text in half_character_cells({name: [cell_text(cell) for cell in cells]}):
                where = f"{table.location(row, name)} ({name})"
                yield Problem(where, holds_half(text), HALF_CURE, code=title)


def read_factory_tables(
    sources: Mapping[str, Any], required: Mapping[str, Sequence[str]] | None = None
) -> dict[str, FactoryTable]:
    """Read several tables, and raise the problems of all shapes together.

    Parameters
    ----------
    sources : mapping
        Source of each table, by its title; those that are None are left out, and of `MAY_HAVE_NO_ROWS` those without rows.
    required : mapping, optional
        Columns that a table must have, by its title, where they are others than those of `REQUIRED`.

    Raises
    ------
    InputError
        With the problems of every table.

    Examples
    --------
    >>> read_factory_tables({"plan": [{"carrier": "water"}], "events": None})
    Traceback (most recent call last):
    textile_pcf.errors.InputError: 1 problem in the input:
      input: The table plan has no column process, driver. Add what is missing; it may be in Chinese.
    """
    tables, problems = {}, list[Problem]()
    for title, source in sources.items():
        if source is None:
            continue
        try:
            tables[title] = read_factory_table(title, source, (required or {}).get(title))
        except InputError as error:
            if not (title in MAY_HAVE_NO_ROWS and has_no_rows(error)):
                problems += error.problems
    if problems:
        raise InputError(problems)
    return tables


def _rows(source: Any) -> Any:
    """Return a source; rows in memory as `read_table` takes them."""
    is_rows = isinstance(source, list | tuple) and all(isinstance(row, Mapping) and "rows" not in row for row in source)
    return {"rows": [dict(row) for row in source]} if is_rows else source
