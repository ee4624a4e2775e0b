"""What stands in the cells of a workbook; nothing else of it is looked at, so nothing else can keep it from being read.

Only cells with content are kept: one far out costs no more than any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from textile_pcf.errors import PcfError
from textile_pcf.io.number_formats import DATE, DURATION, builtin_kind, date_of, kind_of_code
from textile_pcf.io.packages import RESAVE, STRICT, Attributes, Package
from textile_pcf.io.table import clean_cell, letter

ROWS, COLUMNS = 1_048_576, 16_384
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what it holds (of a formula what was stored for it), and how it shows that."""

    row: int
    position: int
    """Column, counted from 0."""
    value: Any = None
    shown: str = ""
    """`date`, `duration`, `percent`, a sign such as `%`, `error`, or nothing of these."""
    formula: bool = False

    @property
    def column_letter(self) -> str:
        """Letter of its column."""
        return letter(self.position)

    @property
    def coordinate(self) -> str:
        """Such as C14."""
        return f"{self.column_letter}{self.row}"


@dataclass(frozen=True, slots=True)
class Area:
    """Cells from one corner to the other."""

    coord: str
    first_row: int
    max_row: int
    cells: int


class Row:
    """A row that holds something; cells are counted from 0, and there is one wherever it is asked for."""

    def __init__(self, number: int, cells: dict[int, Cell]) -> None:
        self.number, self.cells = number, cells

    def __getitem__(self, position: int) -> Cell:
        return self.cells.get(position) or Cell(self.number, position)

    def __iter__(self) -> Iterator[Cell]:
        return map(self.__getitem__, range(max(self.cells) + 1))


class Sheet:
    """A sheet; it is read when it is first asked for its cells."""

    def __init__(self, book: Book, title: str, part: str) -> None:
        self.title, self._book, self._part = title, book, part

    @cached_property
    def _read(self) -> _Reading:
        reading = _Reading(self._book)
        self._book.package.parse(self._part, reading.start, reading.end, reading.text)
        return reading

    @cached_property
    def rows(self) -> list[Row]:
        """Rows that hold something, from above."""
        return [Row(number, cells) for number, cells in sorted(self._read.rows.items())]

    @property
    def merged(self) -> Sequence[Area]:
        """Merged cells."""
        return self._read.merged

    @property
    def linked(self) -> Sequence[Area]:
        """Cells with a link."""
        return self._read.linked

    def iter_rows(self, min_row: int = 1, max_row: int = ROWS) -> Iterator[Row]:
        """Rows that hold something, among these."""
        return (row for row in self.rows if min_row <= row.number <= max_row)

    def __getitem__(self, coordinate: str) -> Cell:
        row, position = _place(coordinate)
        return Row(row, self._read.rows.get(row, {}))[position]


class Book:
    """A workbook.

    Raises
    ------
    error
        No workbook, or one that cannot be read; also later, when a sheet is damaged.
    """

    def __init__(self, data: bytes, name: str, error: type[PcfError]) -> None:
        self.package = Package(data, name, error)
        told = self.package.elements(self.package.book)
        if any(value.startswith(STRICT) for value in told[0].attributes.values()):
            raise self.package.refused("This workbook was saved as 'Strict Open XML'.", "Save it as .xlsx (Excel workbook).")
        related = self.package.related(self.package.book)
        self._targets = {ident: part for ident, kind, part in related if kind == "worksheet"}
        self._of_kind = {kind: part for _, kind, part in related}
        self.from_1904 = any(e.name == "workbookPr" and e.attributes.get("date1904") in ("1", "true") for e in told)
        sheets = [each.attributes for each in told if each.name == "sheet" and each.inside == "sheets"]
        found = [(each.get("name", ""), self._targets.get(_relation(each))) for each in sheets]
        self.worksheets = [Sheet(self, title, part) for title, part in found if part is not None]
        if not self.worksheets:
            raise self.package.refused("This workbook has no sheet that can be read.", RESAVE)

    @property
    def sheetnames(self) -> list[str]:
        """Titles of the sheets."""
        return [sheet.title for sheet in self.worksheets]

    def __getitem__(self, title: str) -> Sheet:
        return next(sheet for sheet in self.worksheets if sheet.title == title)

    @cached_property
    def texts(self) -> list[str]:
        """Texts that cells refer to by number."""
        reading = _Texts()
        part = self._of_kind.get("sharedStrings")
        if part is not None:
            self.package.parse(part, reading.start, reading.end, reading.text)
        return reading.texts

    @cached_property
    def shown(self) -> list[str]:
        """How each style shows a number."""
        part = self._of_kind.get("styles")
        if part is None or part not in self.package:
            return [""]
        told = self.package.elements(part)
        codes = {
            e.attributes.get("numFmtId", ""): e.attributes.get("formatCode", "")
            for e in told
            if e.name == "numFmt" and e.inside == "numFmts"
        }
        named = [e.attributes for e in told if e.name == "xf" and e.inside == "cellStyleXfs"]
        own = [e.attributes for e in told if e.name == "xf" and e.inside == "cellXfs"]
        return [_shown(_format_of(each, named), codes) for each in own] or [""]


class _Texts:
    """Reads texts: those of phonetic guides, which stand beside them, are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._taken = self._guide = False

    def start(self, name: str, attributes: Attributes) -> None:
        tag = name.rpartition(":")[2]
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._guide = True
        self._taken = tag == "t" and not self._guide

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        self._taken = False
        if tag == "rPh":
            self._guide = False
        elif tag == "si":
            self.texts.append(_unescaped("".join(self._pieces)))

    def text(self, piece: str) -> None:
        if self._taken:
            self._pieces.append(piece)


class _Reading:
    """Reads the cells of a sheet."""

    def __init__(self, book: Book) -> None:
        self.rows: dict[int, dict[int, Cell]] = {}
        self.merged: list[Area] = []
        self.linked: list[Area] = []
        self._book = book
        self._row, self._position = 0, -1
        self._cell: Attributes | None = None
        self._formula = self._guide = False
        self._taking: list[str] | None = None
        self._value: list[str] = []
        self._texts: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._begin(attributes)
        elif self._cell is not None:
            self._formula |= tag == "f"
            self._guide |= tag == "rPh"
            self._taking = self._value if tag == "v" else self._texts if tag == "t" and not self._guide else None
        elif tag == "row":
            self._row = int(float(attributes["r"])) if "r" in attributes else self._row + 1
            self._position = -1
        elif tag == "mergeCell":
            self.merged.append(_area(attributes["ref"]))
        elif tag == "hyperlink" and "ref" in attributes:
            self.linked.append(_area(attributes["ref"]))

    def text(self, piece: str) -> None:
        if self._taking is not None:
            self._taking.append(piece)

    def end(self, name: str) -> None:
        self._taking = None
        if self._cell is None:
            return
        tag = name.rpartition(":")[2]
        if tag == "rPh":
            self._guide = False
        elif tag == "c":
            self._keep(self._cell)
            self._cell = None

    def _begin(self, attributes: Attributes) -> None:
        self._cell, self._formula, self._guide = attributes, False, False
        self._value, self._texts = [], []
        self._position += 1
        if "r" in attributes:
            self._row, self._position = _place(attributes["r"])
        if not (1 <= self._row <= ROWS and self._position < COLUMNS):
            raise ValueError("there is no such cell")

    def _keep(self, attributes: Attributes) -> None:
        kind, said = attributes.get("t", "n"), "".join(self._value)
        shown, value = "", None
        if kind == "inlineStr":
            value = _unescaped("".join(self._texts))
        elif said:
            value, shown = self._read(kind, said, int(attributes.get("s", "0")))
        if self._formula or clean_cell(value) != "":
            cell = Cell(self._row, self._position, value, shown, self._formula)
            self.rows.setdefault(self._row, {})[self._position] = cell

    def _read(self, kind: str, said: str, style: int) -> tuple[Any, str]:
        """What a cell holds, and how it shows it."""
        if kind == "n":
            shown, number = _at(self._book.shown, style), _number(said)
            return (date_of(number, shown, self._book.from_1904) if shown in (DATE, DURATION) else number), shown
        if kind == "s":
            return _at(self._book.texts, int(said)), ""
        if kind == "b":
            return said.strip() in ("1", "true"), ""
        if kind == "d":
            return datetime.fromisoformat(said.strip()), DATE
        if kind in ("str", "e"):
            return _unescaped(said), "error" if kind == "e" else ""
        raise ValueError("there is no such kind of cell")


def _at(texts: Sequence[str], number: int) -> str:
    if number < 0:
        raise IndexError(number)
    return texts[number]


def _number(said: str) -> int | float:
    """A number; whole ones that no computer counts are infinite, not an error of the file."""
    text = said.strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError("this is no number")
    return int(text) if len(text) < 300 and text.lstrip("+-").isdigit() else float(text)


@lru_cache(maxsize=COLUMNS)
def _column(letters: str) -> int:
    position = 0
    for each in letters.upper():
        if not "A" <= each <= "Z":
            raise ValueError("this is no column")
        position = position * 26 + ord(each) - 64
    return position - 1


def _place(coordinate: str) -> tuple[int, int]:
    """Row and position of a column."""
    text = coordinate.replace("$", "")
    letters = text.rstrip("0123456789")
    return int(text[len(letters) :]), _column(letters)


def _area(ref: str) -> Area:
    first, _, last = ref.partition(":")
    (top, left), (bottom, right) = _place(first), _place(last or first)
    return Area(ref.replace("$", ""), min(top, bottom), max(top, bottom), (abs(bottom - top) + 1) * (abs(right - left) + 1))


def _unescaped(text: str) -> str:
    """A text as it is meant: `_x000D_` is how a file writes a line break."""
    if "_x" not in text:
        return text

    def meant(found: re.Match[str]) -> str:
        sign = chr(int(found[1], 16))
        return sign if sign.isprintable() or sign in "\t\n\r" else found[0]

    return _ESCAPED.sub(meant, text)


def _relation(attributes: Attributes) -> str:
    return next((value for name, value in attributes.items() if name.endswith(":id")), attributes.get("id", ""))


def _format_of(style: Attributes, named: Sequence[Attributes]) -> str:
    """Number of the format of a style: its own, else that of the named style it is made from."""
    base = int(style.get("xfId", "0"))
    inherited = named[base].get("numFmtId", "0") if base < len(named) else "0"
    return style.get("numFmtId", inherited)


def _shown(number: str, codes: dict[str, str]) -> str:
    """How a format shows a number; a code in the file holds, whatever its number means elsewhere."""
    return kind_of_code(codes[number]) if codes.get(number) else builtin_kind(int(number))
