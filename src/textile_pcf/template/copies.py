"""Open a workbook for writing: with all formats if openpyxl can read them, otherwise with its values alone."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textile_pcf.errors import InputError
from textile_pcf.io.number_formats import DATE, DURATION, PERCENT
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.sheets import Book, Cell

LONGEST = 31  # maximum length of a sheet name
FORMATS = {PERCENT: "0.00%", "%": '0.0"%"', "‰": '0.0"‰"'}
_NO_TITLE = re.compile(r"[\\*?:/\[\]]")
WIDE = 100_000  # cells of merged ranges and links: openpyxl creates each of them


def copies_of(path: Path) -> Iterator[tuple[Any, bool]]:
    """Yield copies of a workbook to write into, the best first.

    Yields
    ------
    tuple of (openpyxl.Workbook, bool)
        A copy, and whether it keeps the formats. The copy with the values alone comes last.

    Raises
    ------
    InputError
        The file is no workbook or cannot be read.
    """
    data = read_bytes(str(path))
    source = Book(data, str(path), InputError)
    book = _with_formats(data, source)
    if book is not None:
        yield book, True
    yield _values(source), False


def _with_formats(data: bytes, source: Book) -> Any:
    """Return the workbook as openpyxl reads it, or None if it cannot."""
    import openpyxl

    if sum(area.cells for sheet in source.worksheets for area in (*sheet.merged, *sheet.linked)) > WIDE:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warns of parts that it leaves out
        try:
            book = openpyxl.load_workbook(io.BytesIO(data))
        except Exception:  # openpyxl raises errors of XML and of its own checks
            return None
    return book if len(book.worksheets) == len(source.worksheets) else None


def _values(source: Book) -> Any:
    """Return a new workbook with the values of another."""
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    for sheet in source.worksheets:
        page = book.create_sheet(_NO_TITLE.sub(" ", sheet.title)[:LONGEST])
        for cell in (cell for row in sheet.rows for cell in row.cells.values()):
            _put(page.cell(cell.row, cell.position + 1), cell)
    return book


def _put(target: Any, cell: Cell) -> None:
    """Write the value of a cell; a text never becomes a formula."""
    if isinstance(cell.value, str):
        target.value = "".join(sign for sign in cell.value if sign.isprintable() or sign in "\t\n\r")
        target.data_type = "s"
        return
    target.value = cell.value
    if cell.number_format in FORMATS:
        target.number_format = FORMATS[cell.number_format]
    elif cell.number_format not in (DATE, DURATION, ""):
        target.number_format = f'0.0"{cell.number_format}"'
