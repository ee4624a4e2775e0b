"""A workbook of others, opened to be written into: with all its formats where they can be read, else its values alone."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textile_pcf.errors import InputError
from textile_pcf.io.number_formats import PERCENT
from textile_pcf.io.sheets import Book, Cell
from textile_pcf.io.strict_yaml import read_bytes

LONGEST = 31  # letters of a title
FORMATS = {PERCENT: "0.00%", "%": '0.0"%"', "‰": '0.0"‰"'}
_NO_TITLE = re.compile(r"[\\*?:/\[\]]")
WIDE = 100_000  # cells of one merged area, or of one link: openpyxl makes each of them


def copies_of(path: Path) -> Iterator[tuple[Any, bool]]:
    """Copies to write into, and whether the formats are in them: the workbook as openpyxl has it, then its values alone.

    Raises
    ------
    InputError
        It is no workbook, or one that cannot be read.
    """
    data = read_bytes(str(path))
    known = Book(data, str(path), InputError)
    book = _whole(data, known)
    if book is not None:
        yield book, True
    yield _values(known), False


def _whole(data: bytes, known: Book) -> Any:
    """The workbook with everything in it, as far as openpyxl can read it; None where it cannot."""
    import openpyxl

    if sum(area.cells for sheet in known.worksheets for area in (*sheet.merged, *sheet.linked)) > WIDE:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that openpyxl leaves out
        try:
            book = openpyxl.load_workbook(io.BytesIO(data))
        except Exception:  # openpyxl lets every error of XML and of its own checks through
            return None
    return book if len(book.worksheets) == len(known.worksheets) else None


def _values(known: Book) -> Any:
    """A new workbook with the values of another."""
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    for sheet in known.worksheets:
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
