"""Links between cells of one workbook."""

from __future__ import annotations

from typing import Any


def link_to(cell: Any, sheet: str, target: str = "A1") -> None:
    """Link a cell to another cell of the same workbook."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!{target}")
