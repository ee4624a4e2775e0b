"""A sheet of formulas being written: places of cells, texts that stay texts, numbers that may be changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from textile_pcf.tables.shape import letter

HEAD, LINE = 32, 15  # points of a row of headings (two lines), and of a line of text
NARROW, WIDE = 9, 44  # letters that a column is wide at least, and at most by itself
MARGIN = 3
PAPER = {"A4": 9, "A3": 8}
HEADING = {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True}


@dataclass
class Sheet:
    """A sheet being written, row by row; places of cells are known before they are written."""

    page: Any
    name: str
    styles: dict[str, Any]
    row: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    widths: dict[int, int] = field(default_factory=dict)

    def head(self, titles: Sequence[str], numbers: Collection[int] = ()) -> None:
        """A row of headings; those above numbers stand at the right."""
        self.page.set_row(self.row, HEAD)
        for column, title in enumerate(titles):
            self.page.write_string(self.row, column, title, self.styles["head_right" if column in numbers else "head"])
            words = title.split() if title.isascii() else [title[: (len(title) + 1) // 2]]  # headings may take two lines
            self._seen(column, max([*map(places, words), (places(title) + 1) // 2], default=0))
        self.row += 1

    def text(self, column: int, value: str, style: str = "text") -> None:
        """A text, never a formula; one of style `free` or `title` may run over the cells beside it."""
        if value:
            self.page.write_string(self.row, column, value, self.styles[style])
            if style not in ("free", "title", "wrapped"):
                self._seen(column, places(value))

    def wrapped(self, texts: Mapping[int, str], width: int) -> None:
        """Texts of one row in columns of that width, in as many lines as they need."""
        for column, value in texts.items():
            self.text(column, value, "wrapped")
        lines = max((-(-places(text) // width) for text in texts.values()), default=1)
        self.page.set_row(self.row, LINE * max(1, lines))

    def number(self, column: int, value: float, style: str = "given") -> None:
        """A number that may be changed; nothing where it is not known."""
        if np.isfinite(value):
            self.page.write_number(self.row, column, float(value), self.styles[style])
            self._seen(column, len(f"{float(value):.9g}"))

    def formula(self, column: int, formula: str, value: float, style: str = "computed") -> None:
        """A formula with the value it has now."""
        self.page.write_formula(self.row, column, f"={formula}", self.styles[style], float(value))
        self._seen(column, len(f"{float(value):.6f}"))

    def fit(self, most: int = WIDE) -> None:
        """Make every column as wide as what stands in it, up to `most` letters."""
        for column, width in self.widths.items():
            self.page.set_column(column, column, min(max(width + MARGIN, NARROW), most))

    def printed(self, paper: str = "A4", wide: int = 1, repeated: int = 0) -> None:
        """On paper, lying, so many pages wide; the headings and the first columns on every page."""
        self.page.set_landscape()
        self.page.set_paper(PAPER[paper])
        self.page.fit_to_pages(wide, 0)
        if repeated:
            self.page.repeat_rows(0)
            self.page.repeat_columns(0, repeated - 1)

    def _seen(self, column: int, width: int) -> None:
        self.widths[column] = max(self.widths.get(column, 0), width)

    def at(self, row: int, column: int, last: int | None = None) -> str:
        """Reference to a cell, or to a column of cells down to row `last`."""
        name = letter(column)
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


def styles_of(book: Any) -> dict[str, Any]:
    """How cells look: blue is what may be changed."""
    looks: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 15, "font_color": "#1F4E79"},
        "head": {**HEADING, "indent": 1},
        "head_right": {**HEADING, "align": "right"},
        "text": {"indent": 1},
        "free": {},
        "wrapped": {"text_wrap": True, "indent": 1},
        "bold": {"bold": True, "indent": 1},
        "given": {"font_color": "#0000FF"},
        "computed": {"num_format": "0.000000"},
        "total": {"num_format": "0.000000", "bold": True},
        "percent": {"num_format": "0.0 %"},
        "check": {"num_format": "0.000000", "font_color": "#808080"},
    }
    return {name: book.add_format({"valign": "vcenter", **look}) for name, look in looks.items()}
