"""Cells of the template workbook: texts, fonts, colours, widths and printing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from math import ceil
from typing import Any

from textile_pcf.io.safe_text import escape_controls, guard_formula
from textile_pcf.io.table import column_letter
from textile_pcf.template.layout import Layout

LINE, MAX_LINES = 16.5, 12  # height of a line of text [point]; lines a row may have
FILL = {
    "required": "FFE699",
    "if_taken": "FFF2CC",
    "choose": "DDEBF7",
    "default": "FFFFFF",
    "optional": "FFFFFF",
    "always": "FFFFFF",
}
BAND, PRODUCT_BAND, SECTION, GREY, BORDER = "1F4E79", "2F75B5", "E7EDF3", "808080", "BFBFBF"


def put(cell: Any, value: str) -> None:
    """Write a text that remains a text, whatever it begins with, also after it was edited."""
    text = escape_controls(value)
    cell.value = text
    cell.data_type = "s"
    if guard_formula(text) != text:
        cell.quotePrefix = True


def font(**look: Any) -> Any:
    """Return a font of the workbook."""
    from openpyxl.styles import Font

    return Font(**{"name": "Calibri", "size": 11, **look})


def wrapped_alignment() -> Any:
    """Return an alignment that wraps long texts."""
    from openpyxl.styles import Alignment

    return Alignment(vertical="top", wrap_text=True)


def centred() -> Any:
    """Return an alignment that centres a short text or number."""
    from openpyxl.styles import Alignment

    return Alignment(vertical="top", horizontal="center")


def count_lines(text: str, width: float) -> int:
    """Return the number of lines that a text takes in a column of this width."""
    return sum(max(1, ceil(text_width(part) / width)) for part in text.split("\n"))


def text_width(text: str) -> int:
    """Width of a text in Latin letters; a Chinese character counts as two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def set_widths(sheet: Any, widths: Iterable[float]) -> None:
    """Set the widths of the columns from the left. [letters]"""
    for column, width in enumerate(widths):
        sheet.column_dimensions[column_letter(column)].width = width


def write_across(sheet: Any, row: int, text: str, columns: int) -> None:
    """Write a text over several columns, above the table."""
    from openpyxl.styles import Alignment

    if not text:
        return
    put(sheet.cell(row, 1), text)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
    sheet.cell(row, 1).alignment = Alignment(vertical="top", wrap_text=True)
    width = sum(sheet.column_dimensions[column_letter(column)].width for column in range(columns))
    sheet.row_dimensions[row].height = LINE * min(MAX_LINES, count_lines(text, width))


def set_printing(sheet: Any, repeated: str | None = None, layout: Layout | None = None) -> None:
    """Print on A4 in landscape, one page wide or as wide as the layout needs.

    Parameters
    ----------
    sheet : openpyxl.worksheet.worksheet.Worksheet
        The sheet.
    repeated : str, optional
        Rows to repeat on every page, such as `3:4`.
    layout : Layout, optional
        Columns of a sheet to fill in.
    """
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = layout.pages_wide if layout else 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    if repeated:
        sheet.print_title_rows = repeated
    if layout and layout.pages_wide > 1:
        sheet.print_title_cols = f"A:{column_letter(layout.frozen - 1)}"
