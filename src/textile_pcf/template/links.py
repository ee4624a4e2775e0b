"""Links from cell to cell within a workbook."""

from __future__ import annotations

from typing import Any


def link_to(cell: Any, sheet: str, place: str = "A1") -> None:
    """Make a cell lead to another one of the same workbook."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!{place}")
