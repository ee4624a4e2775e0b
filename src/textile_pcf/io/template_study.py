"""The sheet for company and study of a workbook that our template made: its cells as statements."""

from __future__ import annotations

from datetime import date
from typing import Any

from textile_pcf.errors import Problem
from textile_pcf.io.number_formats import DATE
from textile_pcf.io.sheets import Book, Cell, Row, Sheet
from textile_pcf.io.study_statements import Entry
from textile_pcf.io.table import clean_cell
from textile_pcf.io.template_marks import STUDY, copied_columns, sheet_title
from textile_pcf.io.template_products import EMPTY, NAME_ID, OWN

HEAD_WITHIN = 20
"""Number of rows of a sheet in which the header is searched."""


def template_entries(book: Book, name: str) -> tuple[list[Entry], list[Problem]]:
    """Return the statements of the sheet: field, value, product (empty for all) and the cell.

    Parameters
    ----------
    book : Book
        A workbook made by our template. Those of earlier editions have no such sheet, and state nothing.
    name : str
        Its path.
    """
    title = sheet_title(book, STUDY)
    sheet = next((sheet for sheet in book.worksheets if sheet.title == title), None)
    head = None if sheet is None else _head(sheet, ("field", "value"))
    if sheet is None or head is None:
        return [], []
    position = {str(cell.value): index for index, cell in enumerate(head) if cell.value is not None}
    own = {column: index for column, index in position.items() if OWN.match(column.replace("value", "amount"))}
    products = _product_ids(book) if own else {}
    statements: list[Entry] = []
    problems = [*copied_columns(sheet, head, {"value": position["value"], **own}, name)]
    for row in sheet.iter_rows(min_row=head.number + 1):
        field = row[position["field"]].value
        if field in (None, ""):
            continue
        for column, index in {"value": position["value"], **own}.items():
            value = _value(row[index])
            if value in EMPTY:
                continue
            where = f"{name} {sheet.title}!{row[index].coordinate}"
            product = "" if column == "value" else products.get(column.split()[1], "")
            if column != "value" and not product:
                what, cure = "This column is filled in, but its product has no id.", "Write a name or number for it."
                problems.append(Problem(where, what, cure, code="row"))
                continue
            statements.append(Entry(str(field), value, product, where))
    return statements, problems


def _value(cell: Cell) -> Any:
    if cell.number_format == DATE and isinstance(cell.value, date):
        return cell.value
    return clean_cell(cell.value)


def _head(sheet: Sheet, names: tuple[str, ...]) -> Row | None:
    rows = sheet.iter_rows(max_row=HEAD_WITHIN)
    return next((row for row in rows if {*names} <= {cell.value for cell in row}), None)


def _product_ids(book: Book) -> dict[str, str]:
    """Return the id of each product by the number of its column, from the sheet with the line of ids."""
    for sheet in book.worksheets:
        head = _head(sheet, ("id", "amount"))
        if head is None:
            continue
        columns = {index: str(cell.value) for index, cell in enumerate(head) if OWN.match(str(cell.value))}
        for row in sheet.iter_rows(min_row=head.number + 1):
            if any(cell.value == NAME_ID for cell in row.cells.values()):
                return {text.split()[1]: str(clean_cell(row[index].value)) for index, text in columns.items()}
    return {}
