"""Parsing of worksheets and shared strings: XML events to cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from textile_pcf.columns import is_too_small
from textile_pcf.io.number_formats import DATE, DURATION, date_of
from textile_pcf.io.packages import Attributes
from textile_pcf.io.table import clean_cell, column_letter

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a workbook.

    Attributes
    ----------
    row : int
        Row, counted from 1.
    position : int
        Column, counted from 0.
    value : object
        Its value; of a formula, the stored result.
    number_format : str
        `date`, `duration`, `percent`, an appended sign such as `%`, `error`, or empty.
    formula : bool
        Whether it is a formula.
    """

    row: int
    position: int
    value: Any = None
    number_format: str = ""
    formula: bool = False

    @property
    def column_letter(self) -> str:
        """Letter of its column, such as C."""
        return column_letter(self.position)

    @property
    def coordinate(self) -> str:
        """Its reference, such as C14."""
        return f"{self.column_letter}{self.row}"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells.

    Attributes
    ----------
    coord : str
        Its reference, such as A1:C2.
    first_row, max_row : int
        First and last row, counted from 1.
    first_position, last_position : int
        First and last column, counted from 0.
    """

    coord: str
    first_row: int
    max_row: int
    first_position: int
    last_position: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return (self.max_row - self.first_row + 1) * (self.last_position - self.first_position + 1)


class Workbook(Protocol):
    """What the cells of a sheet refer to: shared strings, number formats by style, and the epoch of dates."""

    from_1904: bool

    @property
    def texts(self) -> list[str]:
        """Shared strings."""

    @property
    def number_formats(self) -> list[str]:
        """Number format of each style."""


class SharedStringsParser:
    """Collects the shared strings; phonetic guides are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._in_text = self._in_guide = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Handle the start of an element."""
        tag = name.rpartition(":")[2]
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._in_guide = True
        self._in_text = tag == "t" and not self._in_guide

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        tag = name.rpartition(":")[2]
        self._in_text = False
        if tag == "rPh":
            self._in_guide = False
        elif tag == "si":
            self.texts.append(_unescape("".join(self._pieces)))

    def text(self, piece: str) -> None:
        """Handle a piece of text."""
        if self._in_text:
            self._pieces.append(piece)


class SheetParser:
    """Collects the cells with content of a sheet, its merged areas and its links.

    Parameters
    ----------
    book : Workbook
        What the cells refer to.
    """

    def __init__(self, book: Workbook) -> None:
        self.rows: dict[int, dict[int, Cell]] = {}
        self.merged: list[Area] = []
        self.linked: list[Area] = []
        self.hidden_rows: set[int] = set()
        self._book = book
        self._row, self._position = 0, -1
        self._cell: Attributes | None = None
        self._formula = self._in_guide = False
        self._target: list[str] | None = None
        self._value: list[str] = []
        self._texts: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """Handle the start of an element."""
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._start_cell(attributes)
        elif self._cell is not None:
            self._formula |= tag == "f"
            self._in_guide |= tag == "rPh"
            self._target = self._value if tag == "v" else self._texts if tag == "t" and not self._in_guide else None
        elif tag == "row":
            self._row = int(float(attributes["r"])) if "r" in attributes else self._row + 1
            self._position = -1
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.add(self._row)
        elif tag == "mergeCell":
            self.merged.append(_area(attributes["ref"]))
        elif tag == "hyperlink" and "ref" in attributes:
            self.linked.append(_area(attributes["ref"]))

    def text(self, piece: str) -> None:
        """Handle a piece of text."""
        if self._target is not None:
            self._target.append(piece)

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        self._target = None
        if self._cell is None:
            return
        tag = name.rpartition(":")[2]
        if tag == "rPh":
            self._in_guide = False
        elif tag == "c":
            self._store_cell(self._cell)
            self._cell = None

    def _start_cell(self, attributes: Attributes) -> None:
        self._cell, self._formula, self._in_guide = attributes, False, False
        self._value, self._texts = [], []
        self._position += 1
        if "r" in attributes:
            self._row, self._position = parse_coordinate(attributes["r"])
        if not (1 <= self._row <= MAX_ROWS and self._position < MAX_COLUMNS):
            raise ValueError("there is no such cell")

    def _store_cell(self, attributes: Attributes) -> None:
        cell_type, text = attributes.get("t", "n"), "".join(self._value)
        number_format, value = "", None
        if cell_type == "inlineStr":
            value = _unescape("".join(self._texts))
        elif text:
            value, number_format = self._parse_value(cell_type, text, int(attributes.get("s", "0")))
        if self._formula or clean_cell(value) != "":
            cell = Cell(self._row, self._position, value, number_format, self._formula)
            self.rows.setdefault(self._row, {})[self._position] = cell

    def _parse_value(self, cell_type: str, text: str, style: int) -> tuple[Any, str]:
        """Return the value of a cell and its number format."""
        if cell_type == "n":
            number_format, number = _item(self._book.number_formats, style), _number(text)
            if number_format in (DATE, DURATION):
                return date_of(number, number_format, self._book.from_1904), number_format
            if number == 0 and is_too_small(text.strip()):  # the reader of the column refuses the text
                return text.strip(), ""
            return number, number_format
        if cell_type == "s":
            return _item(self._book.texts, int(text)), ""
        if cell_type == "b":
            return text.strip() in ("1", "true"), ""
        if cell_type == "d":
            return datetime.fromisoformat(text.strip()), DATE
        if cell_type in ("str", "e"):
            return _unescape(text), "error" if cell_type == "e" else ""
        raise ValueError("there is no such kind of cell")


def _item(texts: Sequence[str], number: int) -> str:
    """Return an item; a negative number is an error."""
    if number < 0:
        raise IndexError(number)
    return texts[number]


def _number(text: str) -> int | float:
    """Parse a number; integers of 300 digits and more become floats, and so infinite."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError("this is no number")
    return int(text) if len(text) < 300 and text.lstrip("+-").isdigit() else float(text)


@lru_cache(maxsize=MAX_COLUMNS)
def _column_position(letters: str) -> int:
    """Return the position of a column, counted from 0."""
    position = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError("this is no column")
        position = position * 26 + ord(letter) - 64
    return position - 1


def parse_coordinate(coordinate: str) -> tuple[int, int]:
    """Return row (from 1) and column position (from 0) of a cell reference.

    Examples
    --------
    >>> parse_coordinate("$C$14")
    (14, 2)
    """
    text = coordinate.replace("$", "")
    letters = text.rstrip("0123456789")
    return int(text[len(letters) :]), _column_position(letters)


def _area(ref: str) -> Area:
    first, _, last = ref.partition(":")
    (top, left), (bottom, right) = parse_coordinate(first), parse_coordinate(last or first)
    return Area(ref.replace("$", ""), min(top, bottom), max(top, bottom), min(left, right), max(left, right))


def _unescape(text: str) -> str:
    """Replace escapes of Office Open XML: `_x000D_` is a carriage return."""
    if "_x" not in text:
        return text

    def replacement(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character.isprintable() or character in "\t\n\r" else match[0]

    return _ESCAPED.sub(replacement, text)
