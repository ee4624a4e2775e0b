"""Excel workbooks: what a person sees in a cell is not what it holds, so whatever could mislead is a problem."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.footers import take_footers
from textile_pcf.io.number_formats import DATE, DURATION, PERCENT, SIGNS
from textile_pcf.io.sheets import Area, Book, Cell, Row, Sheet
from textile_pcf.io.strict_yaml import read_bytes
from textile_pcf.io.table import Header, RawTable, Table, clean_cell, to_table
from textile_pcf.suggest import nearest

ERROR_CELLS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
WIDEST = 500  # columns with something in them


def workbook_table(name: str, sheet: str, header: Header, error: type[PcfError]) -> Table:
    """A sheet of a workbook, or all sheets of one that our template made.

    Raises
    ------
    error
        As `workbook_rows`, `shaped` and `form_table`.
    """
    from textile_pcf.io.template_workbook import is_template, template_table  # only for workbooks

    book = Book(read_bytes(name), name, error)
    if not is_template(book):
        return to_table(workbook_rows(book, name, sheet, header, error), header, error)
    return template_table(book, name, error, _cell)


def workbook_rows(book: Book, name: str, sheet: str, header: Header, error: type[PcfError]) -> RawTable:
    """Rows of one sheet; columns without content are left out.

    Raises
    ------
    error
        No such sheet, or one that cannot be read; merged cells, formulas without a value, errors, dates and percentages at or
        below the header.
    """
    page, notes = _page(book, name, sheet, error)
    rows = page.rows
    columns = sorted({position for row in rows for position in row.cells})
    if len(columns) > WIDEST:
        cure = "Clear everything beside the table, or move the table to a workbook of its own."
        what = f"{len(columns)} columns of this sheet hold something."
        raise error([Problem(f"{name} {page.title}", what, cure, code="sheet")])
    seen = [[clean_cell(row[position].value) for position in columns] for row in rows]
    raw = RawTable(name, "xlsx", seen, [row.number for row in rows], page.title, notes, columns)
    if not rows:
        return raw
    top = header.row(seen)
    raw = take_footers(raw, header, top)
    kept = set(raw.lines)
    problems = [*raw.faults, *_read([row for row in rows if row.number in kept], raw, top)]
    problems += _merged(page, raw, top, rows[-1].number, name)
    if len(problems) > len(raw.faults):
        raise error(problems)
    return raw


def _read(rows: list[Row], raw: RawTable, top: int) -> list[Problem]:
    """Fill in what the cells from the header on mean; what is wrong with them is returned."""
    problems: list[Problem] = []
    for number in range(top, len(rows)):
        for place, position in enumerate(raw.columns):
            raw.rows[number][place], wrong = _cell(rows[number][position])
            if wrong is not None:
                problems.append(Problem(raw.location(number, place), *wrong, code="cell"))
    return problems


def _merged(page: Sheet, raw: RawTable, top: int, last: int, name: str) -> list[Problem]:
    """Merged cells from the header on; those of footers alone are told with them."""
    cure = "Unmerge them, and write the value into every row it holds for."

    def of_footers(area: Area) -> bool:
        within = bisect_right(raw.lines, area.max_row) - bisect_left(raw.lines, area.first_row)
        return bool(raw.faults) and area.max_row <= last and not within

    return [
        Problem(f"{name} {page.title}!{area.coord}", "These cells are merged.", cure, code="merged")
        for area in page.merged
        if area.max_row >= raw.lines[top] and not of_footers(area)
    ]


def _page(book: Book, name: str, sheet: str, error: type[PcfError]) -> tuple[Sheet, tuple[str, ...]]:
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


def _cell(cell: Cell) -> tuple[object, tuple[str, str] | None]:
    """Value of a cell, or what is wrong with it and the cure."""
    value = cell.value
    if cell.formula and value is None:
        cure = "Open and save the workbook in Excel, or paste the values in place of the formulas."
        return "", ("This formula has no stored value.", cure)
    if cell.shown == "error" or (isinstance(value, str) and value.strip() in ERROR_CELLS):
        return "", (f"This cell holds the error {str(value).strip()}.", "Correct its formula, or write the value.")
    if cell.shown in (DATE, DURATION):
        cure = "Format the cell as text or number, and write it again."
        return "", (f"This cell holds a date or time ({str(value).removesuffix(' 00:00:00')}).", cure)
    if cell.shown == PERCENT:
        cure = "Format it as a number, write 5 for 5 %, and % in the column unit."
        return "", (f"This cell shows a percentage, but holds {value:g}.", cure)
    if cell.shown in SIGNS.values():  # a sign that is written behind the number, and means what it says
        return f"{value!r} {cell.shown}", None
    return clean_cell(value), None
