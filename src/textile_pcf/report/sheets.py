"""A sheet of formulas being written: places of cells, texts that stay texts, numbers that may be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from textile_pcf.tables.shape import letter

HEAD = 32  # points of a row of headings: two lines


@dataclass
class Sheet:
    """A sheet being written, row by row; places of cells are known before they are written."""

    page: Any
    name: str
    styles: dict[str, Any]
    row: int = 0
    marks: dict[str, int] = field(default_factory=dict)

    def head(self, titles: Sequence[str]) -> None:
        """A row of headings."""
        self.page.set_row(self.row, HEAD)
        for column, title in enumerate(titles):
            self.page.write_string(self.row, column, title, self.styles["head"])
        self.row += 1

    def text(self, column: int, value: str, style: str = "text") -> None:
        """A text, never a formula."""
        if value:
            self.page.write_string(self.row, column, value, self.styles[style])

    def number(self, column: int, value: float, style: str = "given") -> None:
        """A number that may be changed; nothing where it is not known."""
        if np.isfinite(value):
            self.page.write_number(self.row, column, float(value), self.styles[style])

    def formula(self, column: int, formula: str, value: float, style: str = "computed") -> None:
        """A formula with the value it has now."""
        self.page.write_formula(self.row, column, f"={formula}", self.styles[style], float(value))

    def at(self, row: int, column: int, last: int | None = None) -> str:
        """Reference to a cell, or to a column of cells down to row `last`."""
        name = letter(column)
        end = "" if last is None else f":${name}${last + 1}"
        return f"'{self.name}'!${name}${row + 1}{end}"


def styles_of(book: Any) -> dict[str, Any]:
    """How cells look: blue is what may be changed."""
    looks: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 15, "font_color": "#1F4E79"},
        "head": {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"},
        "text": {},
        "wrapped": {"text_wrap": True, "valign": "top"},
        "bold": {"bold": True},
        "given": {"font_color": "#0000FF", "num_format": "0.######"},
        "computed": {"num_format": "0.000000"},
        "total": {"num_format": "0.000000", "bold": True, "top": 1},
        "percent": {"num_format": "0.0 %"},
        "check": {"num_format": "0.000000", "font_color": "#808080"},
    }
    return {name: book.add_format(look) for name, look in looks.items()}
