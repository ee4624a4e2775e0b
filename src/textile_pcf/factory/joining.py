"""Tables of several commands put into one: `tp.factory.join`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isclose
from typing import Any

import numpy as np

from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.factory.activity_rows import ACTIVITY_COLUMNS, ActivityRow, sorted_activity
from textile_pcf.factory.period_rows import OUTPUT, ActivityTable, read_activity
from textile_pcf.factory.results import FactoryResult
from textile_pcf.factory.sharing import EXACT
from textile_pcf.messages.message import Message
from textile_pcf.units import UnitError, convert, parse_unit

KEY = ("product", "stage", "component", "flow", "item", "region", "year", "per")
"""Columns in which two rows must differ, as in any table of activity data."""
FLOW_OF_KEY, REGION_OF_KEY = KEY.index("flow"), KEY.index("region")
FLOW = ("product", "stage", "component", "flow", "year")


def join(*tables: Any) -> FactoryResult:
    """Put several tables of activity data into one.

    Parameters
    ----------
    *tables : path, DataFrame, pyarrow Table, list of dict or FactoryResult
        Tables of activity data, such as those that other functions of `factory` gave.

    Returns
    -------
    FactoryResult
        Its activity rows, ordered by product, stage, year and flow. Columns that only some tables have are kept.

    Raises
    ------
    InputError
        A flow appears twice, an output has two amounts, or a table cannot be read; with every problem.
    UsageError
        No table is given, or a file does not exist.

    Notes
    -----
    Rows `output` of the same product, stage and year that are equal fall together, also where one of them names no region.
    All other rows stand once. A flow that two tables give with different items or regions adds up, with a warning.

    Examples
    --------
    >>> output = {"product": "A", "stage": "dyeing", "flow": "output", "amount": "400 t", "per": "period"}
    >>> power = {**output, "flow": "electricity", "amount": "800 MWh"}
    >>> steam = {**output, "flow": "steam", "amount": "1200 t"}
    >>> [row["flow"] for row in join([output, power], [output, steam]).activity]
    ['output', 'electricity', 'steam']
    """
    if not tables:
        what, cure = Message("There is no table to join."), Message("Name one or more tables of activity data.")
        raise UsageError([Problem("tables", what, cure, code="usage")])
    problems: list[Problem] = []
    read = [read_activity(source, problems) for source in tables]
    found = [table for table in read if table is not None]
    kept = list(_distinct(found, problems))
    if problems:
        raise InputError(problems)
    warnings = [note for table in found for note in table.table.table.notes]
    more = dict.fromkeys(name for table in found for name in table.table.table.columns if name not in ACTIVITY_COLUMNS)
    written = {id(table): _rows(table, tuple(more)) for table in found}
    rows = [written[id(table)][row] for table, row in kept]
    return FactoryResult({}, tuple(sorted_activity(rows)), (*warnings, *_added_up(kept)))


def _distinct(tables: list[ActivityTable], problems: list[Problem]) -> Iterator[tuple[ActivityTable, int]]:
    """Yield each row once; rows that stand twice and are no equal outputs are problems."""
    first: dict[tuple[str, ...], tuple[ActivityTable, int]] = {}
    outputs: dict[tuple[str, ...], list[tuple[ActivityTable, int]]] = {}
    for table in tables:
        for row, key in enumerate(table.keys(KEY)):
            other = first.setdefault(key, (table, row))
            if other == (table, row) and key[FLOW_OF_KEY] == OUTPUT:
                other = _output_of_any_region(outputs, key, table, row)
            if other == (table, row):
                yield table, row
            elif not _same(table, row, *other):
                problems.append(_twice(table, row, *other))


def _output_of_any_region(
    outputs: dict[tuple[str, ...], list[tuple[ActivityTable, int]]], key: tuple[str, ...], table: ActivityTable, row: int
) -> tuple[ActivityTable, int]:
    """Return the earlier output that a row repeats where one of the two names no region; else the row itself."""
    known = outputs.setdefault(key[:REGION_OF_KEY] + key[REGION_OF_KEY + 1 :], [])
    for other, other_row in known:
        if not key[REGION_OF_KEY] or not other.texts["region"][other_row]:
            return other, other_row
    known.append((table, row))
    return table, row


def _same(table: ActivityTable, row: int, other: ActivityTable, other_row: int) -> bool:
    """Return whether two rows with one key are equal outputs, or say region or year of a stage and no amount."""
    if not table.texts["flow"][row]:
        return bool(np.isnan(table.amount[row]) and np.isnan(other.amount[other_row]))
    if table.texts["flow"][row] != OUTPUT:
        return False
    try:
        units = parse_unit(table.units[row]), parse_unit(other.units[other_row])
    except UnitError:
        return bool(table.units[row] == other.units[other_row] and table.amount[row] == other.amount[other_row])
    conversion = convert(*units)
    if conversion is None or conversion.inverse:
        return False
    return isclose(table.amount[row] * conversion.factor, other.amount[other_row], rel_tol=EXACT)


def _twice(table: ActivityTable, row: int, other: ActivityTable, other_row: int) -> Problem:
    """Return the problem of a row that appears twice."""
    flow, where = table.texts["flow"][row] or table.texts["stage"][row], other.location(other_row)
    if flow == OUTPUT:
        what = "This output is {amount:.10g} {unit}, and in {where} it is {other:.10g} {other_unit}."
        values = {"amount": float(table.amount[row]), "other": float(other.amount[other_row])}
        message = Message(what, where=where, unit=table.units[row], other_unit=other.units[other_row], **values)
        cure = Message("Tables that are joined have the same output of a product, stage and year.")
    else:
        message = Message("{flow!r} of this product, stage and year is already in {where}.", flow=flow, where=where)
        cure = Message("Keep it in one of the tables, or distinguish the rows by item or region.")
    return Problem(table.location(row), message, cure, table.texts["product"][row], code="activity")


def _rows(table: ActivityTable, more: tuple[str, ...]) -> list[ActivityRow]:
    """Return the rows of a table with all columns of the activity tables of `factory`, and with further columns."""
    amounts = ["" if amount != amount else amount for amount in table.amount.tolist()]
    columns: dict[str, Sequence[Any]] = {**table.texts, "amount": amounts, "unit": table.units}
    columns |= {name: table.table.texts(name) for name in more}
    names = (*ACTIVITY_COLUMNS, *more)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*(columns[name] for name in names), strict=True)]


def _added_up(rows: list[tuple[ActivityTable, int]]) -> Iterator[Message]:
    """Yield a warning for each flow that two tables give with different items or regions."""
    first: dict[tuple[str, ...], ActivityTable] = {}
    reported = set[tuple[str, ...]]()
    keys = {id(table): table.keys(FLOW) for table in {id(table): table for table, _ in rows}.values()}
    for table, row in rows:
        key = keys[id(table)][row]
        other = first.setdefault(key, table)
        if other is table or key in reported or key[3] in ("", OUTPUT):
            continue
        reported.add(key)
        what = "{flow!r} of {product!r} at {stage!r} adds up: {table} and {other} have it with different items or regions."
        values = {"product": key[0], "stage": key[1], "flow": key[3]}
        yield Message(what, table=other.table.table.name, other=table.table.table.name, **values)
