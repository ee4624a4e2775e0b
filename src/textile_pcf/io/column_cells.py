"""Columns of cells as a table: what frames and arrow tables have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from textile_pcf.columns import Categorical, cell_text
from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.table import Header, Table, clean_cell


def from_columns(table: Table, heads: list[Any], cells: list[Any], header: Header, error: type[PcfError]) -> Table:
    problems = header.problems(heads, lambda column: table.name)
    if not table.rows:
        problems.append(Problem(table.name, "This table has no rows.", "Give at least one row.", code="no-rows"))
    columns: dict[str, Any] = {}
    for head, column in zip(heads, cells, strict=True):
        odd = _first(column, lambda cell: not isinstance(cell, str | int | float | np.number))
        if odd is not None:
            what = f"{str(column[odd])[:60]!r} in column {header.name(head)!r} is a {type(column[odd]).__name__}."
            problems.append(Problem(table.location(odd), what, "Give a text or a number.", code="cell"))
        if not str(head).strip():
            problems += _headless(table, column)
            continue
        columns[header.name(head)] = column
    if problems:
        raise error(problems)
    return replace(table, columns=columns)


def _headless(table: Table, column: Any) -> list[Problem]:
    """Whatever stands in a column that has no name would be lost."""
    cells = np.asarray(column.categories, dtype=object)[column.codes] if isinstance(column, Categorical) else column
    found = next((row for row, cell in enumerate(cells) if cell_text(cell)), None)
    if found is None:
        return []
    what = f"{str(cells[found])[:60]!r} stands in a column without a header."
    return [Problem(table.location(found), what, "Write a header above it, or clear the column.", code="headless")]


def _first(column: Any, odd: Callable[[Any], bool]) -> int | None:
    if isinstance(column, np.ndarray | Categorical) or set(map(type, column)) <= {str, int, float}:
        return None
    return next((row for row, cell in enumerate(column) if odd(cell)), None)


def cells_of(values: Any) -> Any:
    """Numbers as an array; texts stripped, "" for what means empty: None, NaN among texts, pandas.NA."""
    if values.dtype.kind in "iuf":
        return values
    cells = values.tolist()
    if set(map(type, cells)) == {str}:
        return list(map(str.strip, cells))
    return [clean_cell(cell) if _equals_itself(cell) else "" for cell in cells]


def _equals_itself(cell: Any) -> bool:
    try:
        return bool(cell == cell)
    except (TypeError, ValueError):  # pandas.NA is neither; an array in a cell is found later
        return type(cell).__name__ != "NAType"
