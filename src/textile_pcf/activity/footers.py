"""Footers of tables from memory: totals, signatures and remarks are reported, not read as products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from textile_pcf.columns import Categorical
from textile_pcf.errors import InputError, Problem
from textile_pcf.io.footers import footer_problem, is_footer, is_footer_word
from textile_pcf.io.table import Table


def without_footers(table: Table, naming: Sequence[str]) -> Table:
    """Remove footer rows from a table that comes from a DataFrame or a Parquet file, and report them.

    The readers of text files and workbooks have removed them already.

    Parameters
    ----------
    table : Table
    naming : sequence of str
        Columns that a data row must fill.

    Returns
    -------
    Table
        With a problem for each footer.

    Raises
    ------
    InputError
        If all rows are footers.
    """
    if table.source_type not in ("frame", "parquet") or not set(naming) <= set(table.columns):
        return table
    columns = [table.columns[name] for name in naming]
    if not any(map(_has_empty, columns)):
        return table
    ids = list(zip(*(map(_text, column) for column in columns), strict=True))
    products = {cells[0] for cells in ids if all(cells)}
    footers = {}
    for row in (row for row, cells in enumerate(ids) if not all(cells)):
        cells = {number: text for number, column in enumerate(table.columns.values()) if (text := _text(column[row]))}
        if is_footer(cells, ids[row], products):
            name = list(table.columns)[min(cells)]
            footers[row] = footer_problem(table.location(row, name), cells[min(cells)])
    if not footers:
        return table
    if len(footers) == table.rows:
        raise InputError(footers.values())
    return _select_rows(table, [row for row in range(table.rows) if row not in footers], tuple(footers.values()))


def without_totals(table: Table, amounts: Sequence[str]) -> Table:
    """Remove totals, averages and the like from a form whose rows are products, and report them.

    Such a form has no column of stages, so the readers cannot know a footer by its empty cells: a total has an amount of every
    flow, as a product has. Rows without amounts are no rows of data anyway.

    Parameters
    ----------
    table : Table
        A form with its own columns named.
    amounts : sequence of str
        Columns with amounts.
    """
    if "product" not in table.columns or "stage" in table.columns:
        return table
    columns = [table.columns[name] for name in amounts if name in table.columns]
    footers = {
        row: footer_problem(table.location(row, "product"), text)
        for row, text in enumerate(table.columns["product"])
        if is_footer_word(text) and any(column[row] != "" for column in columns)
    }
    if not footers:
        return table
    return _select_rows(table, [row for row in range(table.rows) if row not in footers], tuple(footers.values()))


def _select_rows(table: Table, rows: list[int], problems: tuple[Problem, ...]) -> Table:
    """Return a table with some of the rows, and further problems."""
    columns = {
        name: column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows]
        for name, column in table.columns.items()
    }
    lines = [table.lines[row] for row in rows]
    return replace(table, columns=columns, rows=len(rows), lines=lines, shape_problems=(*table.shape_problems, *problems))


def _has_empty(column: Any) -> bool:
    """Return whether any cell is empty."""
    if isinstance(column, np.ndarray):
        return column.dtype.kind == "f" and bool(np.isnan(column).any())
    return "" in (column.categories if isinstance(column, Categorical) else column)


def _text(cell: Any) -> str:
    """Return the text of a cell; `""` for NaN."""
    return "" if isinstance(cell, float | np.floating) and np.isnan(cell) else str(cell).strip()
