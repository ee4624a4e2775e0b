"""Drop-down lists of the template workbook."""

from __future__ import annotations

from typing import Any

from textile_pcf.io.table import column_letter
from textile_pcf.io.template_marks import MARK
from textile_pcf.template.styles import put


class Lists:
    """Lists to choose from, shared by all sheets and written once into the hidden sheet; and styles of cells used before.

    Attributes
    ----------
    sheet : openpyxl.worksheet.worksheet.Worksheet
        The hidden sheet.
    looks : dict
        Style of a cell by what decides it: copying is faster than building it again.
    ranges : dict
        Cell range of each list.
    """

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.looks: dict[tuple[object, ...], Any] = {}
        self.ranges: dict[tuple[str, ...], str] = {}

    def formula(self, texts: tuple[str, ...]) -> str:
        """Return the reference to a list; write the list if it is new."""
        if texts not in self.ranges:
            column = len(self.ranges) + 4
            for row, text in enumerate(texts, 1):
                put(self.sheet.cell(row, column), text)
            name = column_letter(column - 1)
            self.ranges[texts] = f"'{MARK}'!${name}$1:${name}${len(texts)}"
        return self.ranges[texts]


class Choices:
    """Drop-down lists of one sheet: one validation for all cells with the same list.

    Attributes
    ----------
    lists : Lists
        Lists of the workbook.
    rules : dict
        Validation by list and strictness.
    """

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.rules: dict[tuple[tuple[str, ...], bool], Any] = {}

    def add(self, cells: Any, texts: tuple[str, ...], strict: bool) -> None:
        """Add a drop-down list to a cell or a range. If `strict`, the cell refuses other texts."""
        from openpyxl.worksheet.datavalidation import DataValidation

        if not texts:
            return
        key = (texts, strict)
        if key not in self.rules:
            self.rules[key] = DataValidation(
                type="list", formula1=self.lists.formula(texts), allow_blank=True, showErrorMessage=strict, errorStyle="stop"
            )
        self.rules[key].add(cells)
