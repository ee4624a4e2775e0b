"""A sheet of formulas: references of cells, texts that remain texts, numbers that may be changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from textile_pcf.io.table import column_letter
from textile_pcf.messages.letters import text_width
from textile_pcf.report.cells import Styles, formula_cell, number_cell, row_of, text_cell

HEAD, LINE = 32, 15  # height of a row of headings (two lines), and of a line of text [point]
NARROW, WIDE = 9, 44  # smallest and largest fitted width of a column [letters]
DECIMALS = {"given": ".6f", "check": ".6f", "given_money": ",.2f"}  # of styles that show more digits than a number needs
MARGIN, EDGE = 3, 0.71  # letters added to a text, and to a column for its edge
PAPER = {"A4": 9, "A3": 8}


@dataclass
class Sheet:
    """A sheet that is written row by row downwards. References to cells are known before the cells are written.

    Attributes
    ----------
    page : openpyxl worksheet
        The sheet of the workbook.
    name : str
        Its name.
    styles : mapping
        Number of each style of cells by name.
    row : int
        Row to write next, counted from 0.
    marks : dict
        Column of each field, for references from other sheets.
    widths, heights : dict
        Width needed by each column [letters], height set for each row [point].
    written : list of str
        Finished rows as XML.
    cells : dict
        Cells of the row being written, by column.
    writing : int
        Number of the row being written.
    """

    page: Any
    name: str
    styles: Styles
    row: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    widths: dict[int, int] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    cells: dict[int, str] = field(default_factory=dict)
    writing: int = 0

    def head(self, titles: Sequence[str], numbers: Collection[int] = ()) -> None:
        """Write a row of headings. Those above numbers are aligned to the right."""
        self.heights[self.row] = HEAD
        for column, title in enumerate(titles):
            self._put(column, text_cell(self._here(column), title, self.styles, "head_right" if column in numbers else "head"))
            parts = title.split() if title.isascii() else [title[: (len(title) + 1) // 2]]  # headings may take two lines
            self._widen(column, max([*map(text_width, parts), (text_width(title) + 1) // 2], default=0))
        self.row += 1

    def text(self, column: int, value: str, style: str = "text") -> None:
        """Write a text, never a formula. Texts of style `free` or `title` may extend over the cells to the right."""
        if value:
            self._put(column, text_cell(self._here(column), value, self.styles, style))
            if style not in ("free", "title", "wrapped"):
                self._widen(column, text_width(value))

    def wrapped(self, texts: Mapping[int, str], width: int) -> None:
        """Write texts into one row, in as many lines as columns of this width need."""
        for column, value in texts.items():
            self.text(column, value, "wrapped")
        lines = max((-(-text_width(text) // width) for text in texts.values()), default=1)
        self.heights[self.row] = LINE * max(1, lines)

    def number(self, column: int, value: float, style: str = "input") -> None:
        """Write a number that may be changed; nothing if it is NaN."""
        if np.isfinite(value):
            self._put(column, number_cell(self._here(column), float(value), self.styles, style))
            self._widen(column, len(format(float(value), DECIMALS.get(style, ".9g"))))

    def formula(self, column: int, formula: str, value: float, style: str = "computed") -> None:
        """Write a formula with its present value."""
        self._put(column, formula_cell(self._here(column), formula, float(value), self.styles, style))
        self._widen(column, len(f"{float(value):.6f}"))

    def rows(self) -> Iterator[str]:
        """Return all rows as XML."""
        self._close_row()
        return iter(self.written)

    def _put(self, column: int, cell: str) -> None:
        if self.row != self.writing:
            self._close_row()
            self.writing = self.row
        self.cells[column] = cell

    def _close_row(self) -> None:
        if self.cells:
            self.written.append(row_of(self.writing, self.cells, self.heights.get(self.writing)))
            self.cells = {}

    def _here(self, column: int) -> str:
        return f"{column_letter(column)}{self.row + 1}"

    def fit(self) -> None:
        """Fit the width of each column to its contents, between `NARROW` and `WIDE` letters."""
        for column, width in self.widths.items():
            self.set_width(column, min(max(width + MARGIN, NARROW), WIDE))

    def set_width(self, column: int, letters: int) -> None:
        """Set the width of a column. [letters]"""
        self.page.column_dimensions[column_letter(column)].width = letters + EDGE

    def freeze(self, rows: int, columns: int) -> None:
        """Keep the first rows and columns in view."""
        self.page.freeze_panes = f"{column_letter(columns)}{rows + 1}"

    def set_printing(self, paper: str = "A4", pages: int = 1, repeated: int = 0) -> None:
        """Print in landscape, so many pages wide, with the headings and the first columns on every page."""
        from openpyxl.worksheet.properties import PageSetupProperties

        self.page.page_setup.orientation = "landscape"
        self.page.page_setup.paperSize = PAPER[paper]
        self.page.page_setup.fitToWidth, self.page.page_setup.fitToHeight = pages, 0
        self.page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        if repeated:
            self.page.print_title_rows = "1:1"
            self.page.print_title_cols = f"A:{column_letter(repeated - 1)}"

    def _widen(self, column: int, width: int) -> None:
        self.widths[column] = max(self.widths.get(column, 0), width)

    def reference(self, row: int, column: int, last: int | None = None) -> str:
        """Return the reference to a cell, or to the cells of a column down to row `last`."""
        name = column_letter(column)
        end = "" if last is None else f":${name}${last + 1}"
        return f"'{self.name}'!${name}${row + 1}{end}"
