"""How a workbook that our template made is known, and the titles of its sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textile_pcf.errors import Problem
from textile_pcf.io.sheets import Book, Row, Sheet
from textile_pcf.messages.message import Message

MARK = "textile_pcf"
"""Title of the hidden sheet that identifies such a workbook; its cell B2 holds the rule."""
TABLES = ("utilities", "production", "plan")
"""Tables of a site's year, for which the template can make sheets; see `textile_pcf.factory`."""
STUDY = "study"
"""Table of company and study; see `textile_pcf.io.study`."""
MARK_ROWS = 3 + len(TABLES) + 1
"""Rows of the hidden sheet: form, rule, language, and the titles of the sheets of each table and of the study."""


def is_template(book: Book) -> bool:
    """Return whether a workbook was made by our template."""
    return MARK in book.sheetnames


def sheet_title(book: Book, table: str) -> str:
    """Return the title of the sheet that the template made for a table of its own; the name of the table if it made none.

    The hidden sheet has a row with the name of each such table and the title of its sheet, which may be Chinese.

    Parameters
    ----------
    book : Book
        A workbook made by our template.
    table : str
        Name of the table, one of `TABLES`, or `STUDY`.
    """
    titles = {str(row[0].value): str(row[1].value) for row in book[MARK].iter_rows(max_row=MARK_ROWS)}
    title = titles.get(table, table)
    return title if title in book.sheetnames else table


def copied_columns(sheet: Sheet, head: Row, positions: Mapping[str, int], name: str) -> Iterator[Problem]:
    """Yield a problem for each column with the name of another: a copied one, of which nobody knows the product.

    Parameters
    ----------
    sheet : Sheet
        A sheet that the template made.
    head : Row
        Its hidden header row.
    positions : mapping of str to int
        Position of each column that is read, by its name.
    name : str
        Path of the workbook, for messages.
    """
    for index, cell in enumerate(head):
        read = positions.get(str(cell.value), index)
        if read != index:
            what = Message(
                "The hidden header row calls this column {column!r}, as it does column {letter}.",
                column=str(cell.value),
                letter=cell.column_letter,
            )
            cure = "Remove the copied column. For more products, make a workbook with `template --products`."
            yield Problem(f"{name} {sheet.title}!{head[read].coordinate}", what, cure, code="column-twice")
