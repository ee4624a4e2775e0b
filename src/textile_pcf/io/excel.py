"""Excel workbooks: the rows of a sheet. Cells whose display differs from their value are problems."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from datetime import datetime, timedelta

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.footers import take_footers
from textile_pcf.io.number_formats import DATE, DURATION, PERCENT
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.sheets import Area, Book, Cell, Row, Sheet
from textile_pcf.io.table import Header, RawTable, Table, clean_cell
from textile_pcf.io.table_shape import to_table
from textile_pcf.io.template_marks import TABLES, is_template, sheet_title
from textile_pcf.messages.message import Message
from textile_pcf.suggest import nearest

ERROR_CELLS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
MAX_COLUMNS = 500
"""Largest number of columns with content."""


def workbook_table(name: str, sheet: str, header: Header, error: type[PcfError]) -> Table:
    """Read one sheet of a workbook, or the lines of all stages of a workbook made by our template.

    A sheet that the template made for a table of its own, such as `utilities`, is read like that of any workbook.

    Parameters
    ----------
    name : str
        Path of the workbook.
    sheet : str
        Title of the sheet; ignored if the workbook has only one or was made by our template.
    header : Header
        The known columns.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        See `workbook_rows`, `textile_pcf.io.table.to_table` and `textile_pcf.io.template_workbook.template_table`.
    """
    from textile_pcf.io.template_workbook import template_table  # imported for workbooks only

    book = Book(read_bytes(name), name, error)
    if not is_template(book):
        return to_table(workbook_rows(book, name, sheet, header, error), header, error)
    if sheet in TABLES:
        table = to_table(workbook_rows(book, name, sheet_title(book, sheet), header, error), header, error)
        return replace(table, notes=())  # the template itself has lines above the header
    return template_table(book, name, error, cell_value)


def workbook_rows(book: Book, name: str, sheet: str, header: Header, error: type[PcfError]) -> RawTable:
    """Read the rows of one sheet; columns without content are left out.

    Parameters
    ----------
    book : Book
        The workbook.
    name : str
        Its path.
    sheet : str
        Title of the sheet.
    header : Header
        The known columns, by which the header row is recognised.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        The sheet does not exist or cannot be read; or there are merged cells, formulas without a value, errors, dates or
        percentages in or below the header.
    """
    page, notes = _find_sheet(book, name, sheet, error)
    rows = page.rows
    columns = sorted({position for row in rows for position in row.cells})
    if len(columns) > MAX_COLUMNS:
        cure = "Clear everything next to the table, or move the table to a workbook of its own."
        what = Message("{count} columns of this sheet hold something.", count=len(columns))
        raise error([Problem(f"{name} {page.title}", what, cure, code="sheet")])
    values = [[clean_cell(row[position].value) for position in columns] for row in rows]
    raw = RawTable(name, "xlsx", values, [row.number for row in rows], page.title, notes, columns)
    if not rows:
        return raw
    top = header.header_row(values)
    raw = take_footers(raw, header, top)
    kept = set(raw.lines)
    times = {k for k, head in enumerate(values[top]) if header.name(head) in header.time_columns}
    problems = [
        *raw.shape_problems,
        *_interpret_cells([row for row in rows if row.number in kept], raw, top, times, header.takes_periods),
    ]
    problems += _merged_cells(page, raw, top, rows[-1].number)
    if len(problems) > len(raw.shape_problems):
        raise error(problems)
    return replace(raw, notes=(*raw.notes, *page.hidden_notes(name, raw.lines[top + 1 :])))


def _interpret_cells(rows: list[Row], raw: RawTable, top: int, times: set[int], periods: bool) -> list[Problem]:
    """Replace the cells of `raw` from the header row on by their values; return the problems of wrong cells.

    With `periods`, a date in the header row is the month that it shows.
    """
    problems: list[Problem] = []
    for number in range(top, len(rows)):
        for index, position in enumerate(raw.columns):
            cell = rows[number][position]
            if index in times and number > top and cell.number_format == DATE and isinstance(cell.value, datetime):
                raw.rows[number][index] = _nearest_second(cell.value).isoformat()
                continue
            if periods and number == top and cell.number_format == DATE and isinstance(cell.value, datetime):
                raw.rows[number][index] = f"{cell.value:%Y-%m}"
                continue
            raw.rows[number][index], problem = cell_value(cell)
            if problem is not None:
                problems.append(Problem(raw.location(number, index), *problem, code="cell"))
    return problems


def _nearest_second(time: datetime) -> datetime:
    """Return the nearest full second: Excel stores times as parts of a day."""
    return (time + timedelta(microseconds=500_000)).replace(microsecond=0)


def _merged_cells(page: Sheet, raw: RawTable, top: int, last: int) -> list[Problem]:
    """Return the problems of merged cells from the header row on, except those within footer rows."""
    cure = "Unmerge them, and write the value into every row it holds for."

    def in_footer(area: Area) -> bool:
        rows_within = bisect_right(raw.lines, area.max_row) - bisect_left(raw.lines, area.first_row)
        return bool(raw.shape_problems) and area.max_row <= last and not rows_within

    return [
        Problem(f"{raw.name} {page.title}!{area.coord}", "These cells are merged.", cure, code="merged")
        for area in page.merged
        if area.max_row >= raw.lines[top] and not in_footer(area)
    ]


def _find_sheet(book: Book, name: str, sheet: str, error: type[PcfError]) -> tuple[Sheet, tuple[str, ...]]:
    """Return the sheet of a title, or the only one with a note."""
    pages = {page.title: page for page in book.worksheets}
    for title, page in pages.items():
        if title.strip().casefold() == sheet.casefold():
            return page, ()
    if len(pages) == 1:
        title, page = next(iter(pages.items()))
        return page, (
            Message("{name} has no sheet {sheet!r}; its only sheet {title!r} was read.", name=name, sheet=sheet, title=title),
        )
    near = nearest(sheet, pages)
    cure = (
        Message("Rename {near!r} to {sheet!r}.", near=near, sheet=sheet)
        if near
        else Message("Rename one of its sheets ({pages}) to {sheet!r}.", pages=", ".join(pages), sheet=sheet)
    )
    raise error([Problem(name, Message("This workbook has no sheet {sheet!r}.", sheet=sheet), cure, code="sheet")])


def cell_value(cell: Cell) -> tuple[object, tuple[str, str] | None]:
    """Return the value of a cell, and what is wrong with it and the cure (or None).

    Parameters
    ----------
    cell : Cell
        A cell of a workbook.
    """
    value = cell.value
    if cell.formula and value is None:
        cure = "Open and save the workbook in Excel, or paste the values in place of the formulas."
        return "", ("This formula has no stored value.", cure)
    if cell.number_format == "error" or (isinstance(value, str) and value.strip() in ERROR_CELLS):
        return "", (
            Message("This cell holds the error {error}.", error=str(value).strip()),
            "Correct its formula, or write the value.",
        )
    if cell.number_format in (DATE, DURATION):
        cure = "Format the cell as text or number, and write it again."
        return "", (Message("This cell holds a date or time ({cell}).", cell=str(value).removesuffix(" 00:00:00")), cure)
    if cell.number_format == PERCENT:
        cure = "Format it as a number, write 5 for 5 %, and % in the column unit."
        return "", (Message("This cell shows a percentage, but holds {value:g}.", value=value), cure)
    if cell.number_format:  # the format appends a sign or a multiplier without scaling the number
        return f"{value!r} {cell.number_format}", None
    return clean_cell(value), None
