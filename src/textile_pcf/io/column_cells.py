"""Tables from columns in memory: what pandas and pyarrow sources have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from textile_pcf.columns import Categorical, cell_text
from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.table import Header, Table, clean_cell
from textile_pcf.messages.message import Message


def table_from_columns(
    table: Table, heads: Sequence[Any], cells: Sequence[Any], header: Header, error: type[PcfError]
) -> Table:
    """Return the table with columns, after a check of headers and cells.

    Parameters
    ----------
    table : Table
        The table without columns: its name, number of rows and source.
    heads : sequence
        Header of each column.
    cells : sequence
        Cells of each column: an array, a `Categorical` or a list.
    header : Header
        The known columns.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        With every unknown or duplicated column, every column without a header, and the first wrong cell of each column.
    """
    problems = header.problems(heads, lambda column: table.name)
    if not table.rows:
        problems.append(Problem(table.name, "This table has no rows.", "Give at least one row.", code="no-rows"))
    columns: dict[str, Any] = {}
    for head, column in zip(heads, cells, strict=True):
        if header.name(head) in header.time_columns:
            column = [time_text(cell) for cell in column] if isinstance(column, list) else column
        row = _first_invalid(column)
        if row is not None:
            what = Message(
                "{value!r} in column {column!r} is a {type_name}.",
                value=str(column[row])[:60],
                column=header.name(head),
                type_name=type(column[row]).__name__,
            )
            problems.append(Problem(table.location(row), what, "Give a text or a number.", code="cell"))
        if not str(head).strip():
            problems += _headless_cells(table, column)
            continue
        columns[header.name(head)] = column
    if problems:
        raise error(problems)
    return replace(table, columns=columns)


def time_text(cell: Any) -> Any:
    """Return a date or time as a text in ISO form, and any other cell unchanged.

    Examples
    --------
    >>> time_text(date(2024, 3, 4)), time_text("8:00")
    ('2024-03-04', '8:00')
    """
    return cell.isoformat() if isinstance(cell, date) else cell


def _headless_cells(table: Table, column: Any) -> list[Problem]:
    """Return the problem of the first cell with content in a column without a header."""
    cells = np.asarray(column.categories, dtype=object)[column.codes] if isinstance(column, Categorical) else column
    row = next((row for row, cell in enumerate(cells) if cell_text(cell)), None)
    if row is None:
        return []
    what = Message("{cell!r} is in a column without a header.", cell=str(cells[row])[:60])
    return [Problem(table.location(row), what, "Write a header above it, or clear the column.", code="headless")]


def _first_invalid(column: Any) -> int | None:
    """Return the row of the first cell that is neither a text nor a number."""
    if isinstance(column, np.ndarray | Categorical) or set(map(type, column)) <= {str, int, float}:
        return None
    taken = str | int | float | np.integer | np.floating | Decimal  # databases hand decimals out
    return next((row for row, cell in enumerate(column) if not isinstance(cell, taken)), None)


def normalize_cells(values: Any) -> Any:
    """Return the cells of a column in the way that `Table.columns` holds them.

    Parameters
    ----------
    values : ndarray
        Numbers or objects, shape (rows,).

    Returns
    -------
    ndarray or list
        Numbers as the same array; else stripped texts, with "" for None, NaN and pandas.NA.
    """
    if values.dtype.kind in "iuf":
        return values
    cells = values.tolist()
    if set(map(type, cells)) == {str}:
        return list(map(str.strip, cells))
    return [clean_cell(cell) if _equals_itself(cell) else "" for cell in cells]


def _equals_itself(cell: Any) -> bool:
    try:
        return bool(cell == cell)
    except (TypeError, ValueError, ArithmeticError):  # raised by pandas.NA, a signalling NaN, and an array, refused later
        return type(cell).__name__ != "NAType"
