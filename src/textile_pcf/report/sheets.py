"""A sheet of formulas being written: places of cells, texts that stay texts, numbers that may be changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from textile_pcf.io.table import column_letter
from textile_pcf.report.cells import Looks, formula_cell, number_cell, row_of, text_cell

HEAD, LINE = 32, 15  # points of a row of headings (two lines), and of a line of text
NARROW, WIDE = 9, 44  # letters that a column is wide at least, and at most by itself
MARGIN, EDGE = 3, 0.71  # letters beside a text, and what a spreadsheet takes for the edge
PAPER = {"A4": 9, "A3": 8}


@dataclass
class Sheet:
    """A sheet being written, row by row downwards; places of cells are known before they are written."""

    page: Any
    name: str
    looks: Looks
    row: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    widths: dict[int, int] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    cells: dict[int, str] = field(default_factory=dict)
    writing: int = 0
    """The row that `cells` are of; those above it are `done`."""

    def head(self, titles: Sequence[str], numbers: Collection[int] = ()) -> None:
        """A row of headings; those above numbers stand at the right."""
        self.heights[self.row] = HEAD
        for column, title in enumerate(titles):
            self._put(column, text_cell(self._at(column), title, self.looks, "head_right" if column in numbers else "head"))
            words = title.split() if title.isascii() else [title[: (len(title) + 1) // 2]]  # headings may take two lines
            self._seen(column, max([*map(places, words), (places(title) + 1) // 2], default=0))
        self.row += 1

    def text(self, column: int, value: str, style: str = "text") -> None:
        """A text, never a formula; one of style `free` or `title` may run over the cells beside it."""
        if value:
            self._put(column, text_cell(self._at(column), value, self.looks, style))
            if style not in ("free", "title", "wrapped"):
                self._seen(column, places(value))

    def wrapped(self, texts: Mapping[int, str], width: int) -> None:
        """Texts of one row in columns of that width, in as many lines as they need."""
        for column, value in texts.items():
            self.text(column, value, "wrapped")
        lines = max((-(-places(text) // width) for text in texts.values()), default=1)
        self.heights[self.row] = LINE * max(1, lines)

    def number(self, column: int, value: float, style: str = "given") -> None:
        """A number that may be changed; nothing where it is not known."""
        if np.isfinite(value):
            self._put(column, number_cell(self._at(column), float(value), self.looks, style))
            self._seen(column, len(f"{float(value):.9g}"))

    def formula(self, column: int, formula: str, value: float, style: str = "computed") -> None:
        """A formula with the value it has now."""
        self._put(column, formula_cell(self._at(column), formula, float(value), self.looks, style))
        self._seen(column, len(f"{float(value):.6f}"))

    def rows(self) -> Iterator[str]:
        """All rows as XML."""
        self._close_row()
        return iter(self.done)

    def _put(self, column: int, cell: str) -> None:
        if self.row != self.writing:
            self._close_row()
            self.writing = self.row
        self.cells[column] = cell

    def _close_row(self) -> None:
        if self.cells:
            self.done.append(row_of(self.writing, self.cells, self.heights.get(self.writing)))
            self.cells = {}

    def _at(self, column: int) -> str:
        return f"{column_letter(column)}{self.row + 1}"

    def fit(self, most: int = WIDE) -> None:
        """Make every column as wide as what stands in it, up to `most` letters."""
        for column, width in self.widths.items():
            self.wide(column, min(max(width + MARGIN, NARROW), most))

    def wide(self, column: int, letters: int) -> None:
        """Make a column as wide as so many letters."""
        self.page.column_dimensions[column_letter(column)].width = letters + EDGE

    def freeze(self, rows: int, columns: int) -> None:
        """Let the first rows and columns stay where they are."""
        self.page.freeze_panes = f"{column_letter(columns)}{rows + 1}"

    def printed(self, paper: str = "A4", wide: int = 1, repeated: int = 0) -> None:
        """On paper, lying, so many pages wide; the headings and the first columns on every page."""
        from openpyxl.worksheet.properties import PageSetupProperties

        self.page.page_setup.orientation = "landscape"
        self.page.page_setup.paperSize = PAPER[paper]
        self.page.page_setup.fitToWidth, self.page.page_setup.fitToHeight = wide, 0
        self.page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        if repeated:
            self.page.print_title_rows = "1:1"
            self.page.print_title_cols = f"A:{column_letter(repeated - 1)}"

    def _seen(self, column: int, width: int) -> None:
        self.widths[column] = max(self.widths.get(column, 0), width)

    def at(self, row: int, column: int, last: int | None = None) -> str:
        """Reference to a cell, or to a column of cells down to row `last`."""
        name = column_letter(column)
        end = "" if last is None else f":${name}${last + 1}"
        return f"'{self.name}'!${name}${row + 1}{end}"


def places(text: str) -> int:
    """Width of a text in latin letters; a Chinese character takes two.

    Examples
    --------
    >>> places("dyeing"), places("染色")
    (6, 4)
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
