"""Excel workbooks: what a person sees in a cell is not what it holds, so whatever could mislead is a problem."""

from __future__ import annotations

import io
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.strict_yaml import read_bytes
from textile_pcf.tables.shape import Header, Raw, Table, plain, shaped
from textile_pcf.units import nearest

ERROR_CELLS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")


def workbook_table(name: str, sheet: str, header: Header, error: type[PcfError]) -> Table:
    """A sheet of a workbook, or all sheets of one that our template made.

    Raises
    ------
    error
        As `workbook_rows`, `shaped` and `form_table`.
    """
    from textile_pcf.tables.forms import form_table, is_form  # only for workbooks

    data = read_bytes(name)
    book = _book(data, name, error, values=False)
    if not is_form(book):
        return shaped(workbook_rows(data, book, name, sheet, header, error), header, error)
    formulas = any(cell.data_type == "f" for page in book.worksheets for row in page.iter_rows() for cell in row)
    stored = _book(data, name, error, values=True) if formulas else None
    return form_table(book, stored, name, error, _cell)


def workbook_rows(data: bytes, book: Any, name: str, sheet: str, header: Header, error: type[PcfError]) -> Raw:
    """Rows of one sheet.

    Raises
    ------
    error
        No workbook, no such sheet; merged cells, formulas without a value, errors, dates and percentages at or below
        the header.
    """
    page, notes = _page(book, name, sheet, error)
    cells = [row for row in page.iter_rows() if any(plain(cell.value) != "" for cell in row)]
    if not cells:
        return Raw(name, "xlsx", [], [], page.title, notes)
    formulas = any(cell.data_type == "f" for row in cells for cell in row)
    stored = _book(data, name, error, values=True)[page.title] if formulas else None
    seen = [[plain(cell.value) for cell in row] for row in cells]
    top = header.row(seen)
    raw = Raw(name, "xlsx", seen, [row[0].row for row in cells], page.title, notes)
    problems: list[Problem] = []
    for number in range(top, len(cells)):
        for position, cell in enumerate(cells[number]):
            seen[number][position], wrong = _cell(cell, stored)
            if wrong is not None:
                problems.append(Problem(raw.place(number, position), *wrong, code="cell"))
    for merged in page.merged_cells.ranges:
        if merged.max_row >= raw.lines[top]:
            where = f"{name} {page.title}!{merged.coord}"
            cure = "Unmerge them, and write the value into every row it holds for."
            problems.append(Problem(where, "These cells are merged.", cure, code="merged"))
    if problems:
        raise error(problems)
    width = max(place for row in seen for place, cell in enumerate(row, 1) if cell != "")
    return Raw(name, "xlsx", [row[:width] for row in seen], raw.lines, page.title, notes)


def _book(data: bytes, name: str, error: type[PcfError], values: bool) -> Any:
    import openpyxl  # 0.2 s, and only for workbooks

    try:
        return openpyxl.load_workbook(io.BytesIO(data), data_only=values)
    except Exception:  # openpyxl lets every error of zip, XML and its own checks through
        what = "This is not an Excel workbook, or it is protected by a password."
        cure = "Save it as .xlsx, without a password."
        raise error([Problem(name, what, cure, code="workbook")]) from None


def _page(book: Any, name: str, sheet: str, error: type[PcfError]) -> tuple[Any, tuple[str, ...]]:
    pages = {page.title: page for page in book.worksheets}
    for title, page in pages.items():
        if title.strip().casefold() == sheet.casefold():
            return page, ()
    if len(pages) == 1:
        title, page = next(iter(pages.items()))
        return page, (f"{name} has no sheet {sheet!r}; its only sheet {title!r} was read.",)
    near = nearest(sheet, pages)
    cure = f"Rename {near!r} to {sheet!r}." if near else f"Rename one of its sheets ({', '.join(pages)}) to {sheet!r}."
    raise error([Problem(name, f"This workbook has no sheet {sheet!r}.", cure, code="sheet")])


def _cell(cell: Any, stored: Any) -> tuple[Any, tuple[str, str] | None]:
    """Value of a cell, or what is wrong with it and the cure."""
    value = cell.value
    if cell.data_type == "f":
        value = stored[cell.coordinate].value
        if value is None:
            cure = "Open and save the workbook in Excel, or paste the values in place of the formulas."
            return "", ("This formula has no stored value.", cure)
    if isinstance(value, str) and value.strip() in ERROR_CELLS:
        return "", (f"This cell holds the error {value.strip()}.", "Correct its formula, or write the value.")
    if value is not None and not isinstance(value, str | int | float):
        cure = "Format the cell as text or number, and write it again."
        return "", (f"This cell holds a date or time ({value}).", cure)
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in (cell.number_format or ""):
        cure = "Format it as a number, write 5 for 5 %, and % in the column unit."
        return "", (f"This cell shows a percentage, but holds {value:g}.", cure)
    return plain(value), None
