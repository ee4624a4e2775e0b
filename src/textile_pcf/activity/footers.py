"""Totals, signatures and remarks below a table that came from memory, told at their place instead of read as products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from textile_pcf.columns import Categorical
from textile_pcf.errors import InputError
from textile_pcf.io.footers import footer_problem, is_footer
from textile_pcf.io.table import Table


def without_footers(table: Table, naming: Sequence[str]) -> Table:
    """A DataFrame or a Parquet file without the rows that are no data; files of text and workbooks were looked through before.

    Raises
    ------
    InputError
        No other row is left.
    """
    if table.source_type not in ("frame", "parquet") or not set(naming) <= set(table.columns):
        return table
    columns = [table.columns[name] for name in naming]
    if not any(map(_lacks, columns)):
        return table
    named = list(zip(*(map(_text, column) for column in columns), strict=True))
    known = {cells[0] for cells in named if all(cells)}
    found = {}
    for row in (row for row, cells in enumerate(named) if not all(cells)):
        filled = {place: text for place, column in enumerate(table.columns.values()) if (text := _text(column[row]))}
        if is_footer(filled, named[row], known):
            name = list(table.columns)[min(filled)]
            found[row] = footer_problem(table.location(row, name), filled[min(filled)])
    if found and len(found) == table.rows:
        raise InputError(found.values())
    return _kept(table, [row for row in range(table.rows) if row not in found], tuple(found.values())) if found else table


def _kept(table: Table, rows: list[int], faults: tuple[Any, ...]) -> Table:
    columns = {
        name: column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows]
        for name, column in table.columns.items()
    }
    lines = [table.lines[row] for row in rows]
    return replace(table, columns=columns, rows=len(rows), lines=lines, shape_problems=(*table.shape_problems, *faults))


def _lacks(column: Any) -> bool:
    """Whether some cell is empty."""
    if isinstance(column, np.ndarray):
        return column.dtype.kind == "f" and bool(np.isnan(column).any())
    return "" in (column.categories if isinstance(column, Categorical) else column)


def _text(cell: Any) -> str:
    return "" if isinstance(cell, float | np.floating) and np.isnan(cell) else str(cell).strip()
