"""The rule's values that a template workbook shows in grey, and numbers that somebody typed over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from textile_pcf.errors import Problem
from textile_pcf.io.sheets import Book, Cell
from textile_pcf.io.template_marks import MARK, MARK_ROWS
from textile_pcf.io.template_products import Line
from textile_pcf.messages.message import Message

RULE_VALUE = "default"
"""Hidden name of the column that shows the value of the rule; nothing in it is read."""
ValuesShown = Mapping[str, set[str]]
"""Texts of that column by the id of the line."""


def values_shown(book: Book) -> ValuesShown:
    """Return the texts that the template wrote into the column of the rule's values.

    They stand below the titles in the hidden sheet; workbooks of earlier versions do not have them.

    Parameters
    ----------
    book : Book
        A workbook made by our template.
    """
    shown: dict[str, set[str]] = {}
    for row in book[MARK].iter_rows(min_row=MARK_ROWS + 1):
        if row[0].value is not None:
            shown.setdefault(str(row[0].value), set()).add(_words(row[1].value))
    return shown


def typed_over(cells: Iterable[Cell], line: Line, shown: ValuesShown, name: str) -> Iterator[Problem]:
    """Yield a problem for a cell of the rule's value that somebody wrote into; it would be passed over.

    Parameters
    ----------
    cells : iterable of Cell
        The cell of the line in the column `RULE_VALUE`; none if the column was taken out.
    line : Line
        The line.
    shown : ValuesShown
        Texts that the template wrote. If the line is not among them, only numbers are found: the template writes texts.
    name : str
        Path of the workbook, for messages.
    """
    for cell in cells:
        text = _words(cell.value)
        if not text or (isinstance(cell.value, str) and text in shown.get(line.cells["id"], {text})):
            continue
        what = Message("{text!r} stands in the place of the rule's value, which is only shown and never read.", text=text)
        cure = Message("Write it into {target_cell}, and clear this cell.", target_cell=line.target_cell)
        yield Problem(f"{name} {line.page.title}!{cell.coordinate}", what, cure, code="cell")


def _words(value: object) -> str:
    return " ".join(str("" if value is None else value).split())
