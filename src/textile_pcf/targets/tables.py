"""The tables that `targets` reads: columns by what they hold, and the problems of all cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import Categorical, factorize
from textile_pcf.errors import InputError, Problem
from textile_pcf.io.headers import key
from textile_pcf.io.read_table import read_table_with_header
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.targets.vocabulary import REQUIRED, scope_numbers, table_header, word_ids
from textile_pcf.units import Unit, UnitError, parse_unit, split_quantity
from textile_pcf.units.number_text import parse_office_numbers, why_no_number

Value = TypeVar("Value")
EARLIEST, LATEST = 1900, 2200
LARGEST = 1e100
SEPARATORS = re.compile(r"[\s,，、;；+/&]+")
NUMBER_CURE = "Write a plain finite number with a decimal point, or delete the row."


@dataclass(frozen=True, eq=False)
class TargetTable:
    """A table whose columns are read by what they hold; each distinct cell is interpreted once.

    Attributes
    ----------
    title : str
        `series`, `recalculations` or `attribution`.
    table : Table
        As read, with the location of every cell.
    """

    title: str
    table: Table
    _columns: dict[str, Categorical] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.table.rows

    @property
    def code(self) -> str:
        """Code of its problems."""
        return "series"

    def column(self, name: str) -> Categorical:
        """Return a column of texts, "" where empty."""
        if name not in self._columns:
            self._columns[name] = factorize(self.table.columns.get(name, [""] * self.rows))
        return self._columns[name]

    def location(self, row: int, name: str | None = None) -> str:
        """Return the location of a row or cell, such as `series.csv:2 (boundary)`."""
        place = self.table.location(row, name)
        return f"{place} ({name})" if name else place

    def problem(self, problems: list[Problem], row: int, name: str | None, texts: tuple[str, str]) -> None:
        """Append a problem of a cell: what is wrong, and the cure."""
        problems.append(Problem(self.location(row, name), *texts, code=self.code))

    def interpret(
        self, name: str, read: Callable[[str], Value | Problem], problems: list[Problem]
    ) -> tuple[list[Value | None], IndexArray]:
        """Interpret each distinct text of a column.

        Parameters
        ----------
        name : str
            The column.
        read : callable
            Returns the value of a text, or a problem without location.
        problems : list of Problem
            The problem of each row with such a text is appended.

        Returns
        -------
        values : list
            Value of each distinct text; None after a problem.
        codes : ndarray of intp, shape (rows,)
            Index in `values` of each row.
        """
        column = self.column(name)
        codes = column.codes.astype(np.intp)
        found = [read(str(text)) for text in column.categories]
        is_bad = np.array([isinstance(value, Problem) for value in found], dtype=bool)
        for row in np.flatnonzero(is_bad[codes]).tolist() if is_bad.any() else ():
            fault = found[codes[row]]
            assert isinstance(fault, Problem)
            self.problem(problems, row, name, (fault.what, fault.cure))
        return [None if isinstance(value, Problem) else value for value in found], codes

    def words(self, name: str, problems: list[Problem], needed: bool = True) -> tuple[list[str], IndexArray]:
        """Return the words of a closed list, "" where empty, and the index of each row's word."""
        values, codes = self.interpret(name, lambda text: _word(text, name, needed), problems)
        return [value or "" for value in values], codes

    def years(self, name: str, problems: list[Problem]) -> IndexArray:
        """Return a column of years; `EARLIEST` after a problem."""
        values, codes = self.interpret(name, _year, problems)
        return np.array([value or EARLIEST for value in values], dtype=np.intp)[codes]

    def scopes(self, problems: list[Problem]) -> tuple[list[tuple[int, ...]], IndexArray]:
        """Return the scopes of each distinct cell, and the index of each row's."""
        values, codes = self.interpret("scopes", _scopes, problems)
        return [value or () for value in values], codes

    def required(self, name: str, problems: list[Problem]) -> Categorical:
        """Return a column of texts that may not be empty."""
        self.interpret(name, lambda text: text or _empty(name), problems)
        return self.column(name)

    def amounts(self, name: str, problems: list[Problem]) -> tuple[FloatArray, list[Unit | None], IndexArray]:
        """Return numbers, units, and the index of each row's unit: of the cell itself, else of the column `unit`.

        Parameters
        ----------
        name : str
            The column of numbers.
        problems : list of Problem
            A cell that is empty or no number, and a unit that is none, is appended.
        """
        cells: Sequence[Any] = self.table.columns.get(name, [""] * self.rows)
        values, invalid = parse_office_numbers(cells)
        units = self.column("unit")
        own = dict[int, str]()
        for row in np.flatnonzero(invalid).tolist():
            try:
                values[row], own[row] = split_quantity(str(cells[row]))
            except UnitError:
                known = why_no_number(cells[row])
                what = known.what if known else Message("{text!r} is not a finite number.", text=str(cells[row])[:60])
                self.problem(problems, row, name, (what, known.cure if known else Message(NUMBER_CURE)))
        bad = ~invalid & ~(np.abs(values) < LARGEST)
        for row in np.flatnonzero(bad).tolist():
            what = Message("{text!r} is not a finite number.", text=str(cells[row])[:60])
            self.problem(problems, row, name, (_empty(name).what if np.isnan(values[row]) else what, Message(NUMBER_CURE)))
        return values, *self._units(units, own, name, problems)

    def _units(
        self, units: Categorical, own: Mapping[int, str], name: str, problems: list[Problem]
    ) -> tuple[list[Unit | None], IndexArray]:
        """Return distinct units and the index of each row's; a unit that stands twice and differs is a problem."""
        codes = units.codes.astype(np.intp)
        texts = {str(text): number for number, text in enumerate(units.categories)}
        for row, text in own.items():
            column_text = str(units.categories[codes[row]])
            if column_text and text and text != column_text:
                what = Message("This amount is in {own!r}, and the column `unit` says {other!r}.", own=text, other=column_text)
                self.problem(problems, row, name, (what, Message("Write the unit once.")))
            codes[row] = texts.setdefault(text or column_text, len(texts))
        found = [_unit(text) for text in texts]
        is_bad = np.array([isinstance(unit, Problem) for unit in found], dtype=bool)
        for row in np.flatnonzero(is_bad[codes]).tolist() if is_bad.any() else ():
            fault = found[codes[row]]
            assert isinstance(fault, Problem)
            self.problem(problems, row, name if own.get(row) else "unit", (fault.what, fault.cure))
        return [None if isinstance(unit, Problem) else unit for unit in found], codes


def _unit(text: str) -> Unit | Problem:
    """Return the unit of a text, or what is wrong."""
    try:
        return parse_unit(text) if text else _empty("unit")
    except UnitError as error:
        return Problem("", error.what, error.cure)


def _empty(name: str) -> Problem:
    return Problem("", Message("The cell {column!r} is empty.", column=name), Message("Fill it in, or delete the row."))


def _word(text: str, name: str, needed: bool) -> str | Problem:
    """Return the word of a closed list, or what is wrong."""
    if not text:
        return _empty(name) if needed else ""
    known = word_ids(name)
    word = known.get(key(text))
    if word is not None:
        return word
    choices = tuple(dict.fromkeys(known.values()))
    what = Message("{text!r} is no value of {column!r}.", text=text[:60], column=name)
    if name == "reason":
        cure = "Choose from: {choices}. Growth of production, up or down, leaves a base year as it is."
        return Problem("", what, Message(cure, choices=", ".join(choices)))
    listed = Message("Choose from: {choices}.", choices=", ".join(choices))
    return Problem("", what, did_you_mean(text, choices, listed))


def _year(text: str) -> int | Problem:
    """Return a year, or what is wrong."""
    digits = text.removesuffix("年").removesuffix(".0")
    if digits.isdecimal() and digits.isascii() and EARLIEST < int(digits[:5]) <= LATEST:
        return int(digits)
    what = Message("{text!r} is not a year.", text=text[:60])
    return Problem("", what, Message("Write four digits, such as 2024."))


def _scopes(text: str) -> tuple[int, ...] | Problem:
    """Return the scopes that a cell names, or what is wrong."""
    digits = text.removesuffix(".0") if text.count(".") == 1 else text
    found = scope_numbers([part for part in SEPARATORS.split(digits) if part])
    if found is not None:
        return found
    what = Message("{text!r} names no scopes.", text=text[:60])
    return Problem("", what, Message("Write the numbers 1, 2 or 3, separated by blanks, such as 1 2."))


def read_target_table(title: str, source: Any) -> TargetTable:
    """Read one table.

    Parameters
    ----------
    title : str
        Which table it is; of a workbook the sheet of this name is read.
    source : path, DataFrame, pyarrow Table or list of dict
        The table.

    Raises
    ------
    InputError
        With every problem of the shape.
    UsageError
        The file does not exist or cannot be read.
    """
    is_rows = isinstance(source, list | tuple) and all(isinstance(row, Mapping) and "rows" not in row for row in source)
    rows = {"rows": [dict(row) for row in source]} if is_rows else source
    table = read_table_with_header(table_header(title), rows, title, InputError)
    problems = list(table.shape_problems)
    missing = [column for column in REQUIRED[title] if column not in table.columns]
    if missing:
        what = Message("The table {title} has no column {columns}.", title=title, columns=", ".join(missing))
        problems.append(Problem(table.name, what, Message("Add what is missing; it may be in Chinese."), code="series"))
    if problems:
        raise InputError(problems)
    return TargetTable(title, table)
