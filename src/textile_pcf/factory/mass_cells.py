"""Cells of masses and of active contents: numbers with units, in kg and as parts of 1."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem
from textile_pcf.factory.site_cells import kind_of
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, UnitError, parse_unit

MASS = parse_unit("kg").dimensions


def known_units(texts: list[str]) -> dict[str, Unit]:
    """Return the unit of each distinct text; texts that are none are left out."""
    found = {}
    for text in dict.fromkeys(texts):
        try:
            if text:
                found[text] = parse_unit(text)
        except UnitError:
            continue
    return found


def masses(table: FactoryTable, column: str, problems: list[Problem]) -> FloatArray:
    """Return a column of masses, whose unit stands in the cell or in the column `unit`.

    Parameters
    ----------
    table : FactoryTable
    column : str
        The column.
    problems : list of Problem
        Problems are appended.

    Returns
    -------
    ndarray of float, shape (rows,)
        NaN where empty, and where a problem was found. [kg]

    Examples
    --------
    >>> from textile_pcf.factory.tables import read_factory_table
    >>> rows = [{"chemical": "salt", "opening": "2 t", "purchased": 500, "closing": 0, "unit": ""}]
    >>> masses(read_factory_table("stock", rows), "opening", []).tolist()
    [2000.0]
    """
    values, units = table.amounts(column, problems)
    values = within_range(table, column, values, problems)
    known = known_units(units)
    factors = {text: unit.factor for text, unit in known.items() if unit.dimensions == MASS}
    for row in [row for row, text in enumerate(units) if text not in factors and not np.isnan(values[row])]:
        if units[row] or values[row] != 0:
            _refuse(table, row, column, units[row], problems)
        else:
            units[row], factors["kg"] = "kg", 1.0  # nothing is nothing in every unit
    return np.asarray(values * np.array([factors.get(text, np.nan) for text in units]), dtype=np.float64)


def _refuse(table: FactoryTable, row: int, column: str, text: str, problems: list[Problem]) -> None:
    """Append the problem of a unit that is missing, unknown or no mass."""
    if not text:
        table.problem(problems, row, "unit", Message("The unit is missing."), Message("Write kg."))
    elif (unit := table.unit(row, problems, column, text)) is not None:
        what = Message("{unit!r} measures {kind}, and a chemical is weighed.", unit=text, kind=kind_of(unit))
        table.problem(problems, row, column, what, Message("Give it in kg or t; volumes by the density of the supplier."))


def active_contents(table: FactoryTable, problems: list[Problem]) -> FloatArray:
    """Return the column `active` as parts of 1: `50 %` or `0.5`.

    Parameters
    ----------
    table : FactoryTable
    problems : list of Problem
        Problems are appended.

    Returns
    -------
    ndarray of float, shape (rows,)
        NaN where empty, and where a problem was found.
    """
    if not table.has("active"):
        return np.full(table.rows, np.nan)
    values = table.quantities("active", "1", problems)
    for row in np.flatnonzero((values <= 0) | (values > 1)).tolist():
        what = Message("{text!r} is no active content.", text=table.texts("active")[row][:60])
        table.problem(problems, row, "active", what, Message("Write a part up to 1, or percent with its sign: 50 %."))
    return np.where((values > 0) & (values <= 1), values, np.nan)
