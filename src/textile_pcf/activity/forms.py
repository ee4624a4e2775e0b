"""A mill's own form as rows of activity data: own columns, amounts of flows in columns, months and years across the columns.

Forms are written by hand, so they are small; tables in our own columns never come here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from textile_pcf.activity.column_mapping import ColumnMapping
from textile_pcf.activity.footers import without_totals
from textile_pcf.activity.made_rows import made_rows
from textile_pcf.activity.periods_across import sum_periods
from textile_pcf.columns import Categorical
from textile_pcf.errors import Problem
from textile_pcf.io.form_headers import TOTAL, is_period
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean


def unfold(table: Table, mapping: ColumnMapping | None = None) -> Table:
    """Return a form as a table with the columns of activity data.

    Parameters
    ----------
    table : Table
        A form as it was read: with columns of periods, or own columns of the mapping.
    mapping : ColumnMapping, optional
        What the own columns are.

    Returns
    -------
    Table
        The same table if it is no form.

    Raises
    ------
    InputError
        With every cell that cannot be added up, and every own column that the form does not have.
    """
    periods = [name for name in table.columns if is_period(name)]
    if mapping is None and not periods and TOTAL not in table.columns:
        return table
    ignored = () if mapping is None else mapping.ignored
    columns = {name: cells_of(column) for name, column in table.columns.items() if name not in ignored}
    table = replace(table, columns=columns)
    if mapping is not None:
        table = _with_mapping(table, mapping)
    if periods and "amount" not in table.columns and not table.shape_problems:
        return sum_periods(table, periods)
    without = {name: cells for name, cells in table.columns.items() if name != TOTAL and not is_period(name)}
    return replace(table, columns=without)


def cells_of(column: Any) -> list[Any]:
    """Return the cells of a column as a list, "" where there is none.

    Examples
    --------
    >>> cells_of(np.array([1.0, np.nan]))
    [1.0, '']
    """
    if isinstance(column, Categorical):
        return [column.categories[int(code)] for code in column.codes]
    cells = column.tolist() if isinstance(column, np.ndarray) else list(column)
    return ["" if isinstance(cell, float) and np.isnan(cell) else cell for cell in cells]


def _with_mapping(table: Table, mapping: ColumnMapping) -> Table:
    """Return the table with constants, own words replaced, and a row for each amount of an own column."""
    table = without_totals(table, [*mapping.amounts, "amount", *filter(is_period, table.columns)])
    problems = [*table.shape_problems, *_absent_columns(table, mapping), *_doubled_columns(table, mapping)]
    if any(name in table.columns for name in mapping.amounts):
        if "amount" in table.columns or any(map(is_period, table.columns)):
            what = "Columns of amounts of flows stand beside a column amount or columns of periods."
            problems.append(Problem(table.name, what, "Give the form one way of amounts.", code="columns"))
        else:
            table = _one_row_each(table, mapping)
    columns: dict[str, list[Any]] = {name: list(cells) for name, cells in table.columns.items() if name not in mapping.amounts}
    columns |= {name: [text] * table.rows for name, text in mapping.constants.items() if name not in columns}
    for name, words in mapping.values.items():
        if name in columns:
            columns[name] = [words.get(str(cell), cell) for cell in columns[name]]
    return replace(table, columns=columns, shape_problems=tuple(problems), mapping=mapping)


def _absent_columns(table: Table, mapping: ColumnMapping) -> Iterator[Problem]:
    """Yield a problem for each own column that the form does not have."""
    for head, name in mapping.own.items():
        if name in table.columns or name in mapping.ignored:
            continue
        what = Message("The form has no column {head!r}.", head=head)
        cure = did_you_mean(head, [str(column) for column in table.columns], "Write the header as it stands in the form.")
        yield Problem(mapping.places.get(head, mapping.name), what, cure, code="columns")


def _doubled_columns(table: Table, mapping: ColumnMapping) -> Iterator[Problem]:
    """Yield a problem for each constant for which the form has a column."""
    for name in mapping.constants:
        if name in table.columns:
            what = Message("The form has a column {name!r}, and the mapping has a constant for it.", name=name)
            yield Problem(mapping.name, what, "Leave out the constant, or pass over the column.", code="columns")


def _one_row_each(table: Table, mapping: ColumnMapping) -> Table:
    """Return a row for each amount that stands in an own column of a flow."""
    own = {name: cells for name, cells in mapping.amounts.items() if name in table.columns}
    base = [name for name in table.columns if name not in mapping.amounts]
    more = list(dict.fromkeys(name for cells in own.values() for name in cells))
    columns: dict[str, list[Any]] = {name: [] for name in dict.fromkeys((*base, *more, "amount"))}
    source: list[int] = []
    for row in range(table.rows):
        for name, cells in own.items():
            if table.columns[name][row] == "":
                continue
            source.append(row)
            line: dict[str, Any] = {**{key: table.columns[key][row] for key in base}, **cells}
            for column, target in columns.items():
                target.append(table.columns[name][row] if column == "amount" else line.get(column, ""))
    letters = {**table.letters, "amount": table.letters.get(next(iter(own)), "")}
    return made_rows(table, columns, source, letters)
