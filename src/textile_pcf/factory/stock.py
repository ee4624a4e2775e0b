"""The table `stock`: what was there, came in, left and remained of each chemical, and what was used of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem
from textile_pcf.factory.allocation_checks import ROUNDING
from textile_pcf.factory.cas import is_cas_number
from textile_pcf.factory.mass_cells import active_contents, masses
from textile_pcf.factory.site_cells import refuse_footers
from textile_pcf.factory.tables import FactoryTable
from textile_pcf.messages.message import Message

MOVEMENTS = ("opening", "purchased", "closing", "other")
CAS_CURE = "Correct it after the safety data sheet, or leave it empty."


@dataclass(frozen=True, eq=False)
class Stock:
    """The table `stock`, one entry for each chemical.

    Attributes
    ----------
    table : FactoryTable
    chemicals : list of str, shape (chemicals,)
    amounts : dict of str to ndarray of float, shape (chemicals,)
        `opening`, `purchased`, `closing` and `other`. [kg]
    consumption : ndarray of float, shape (chemicals,)
        Opening + purchased − closing − other. [kg]
    active : ndarray of float, shape (chemicals,)
        Active content as a part of 1; NaN where none is stated.
    """

    table: FactoryTable
    chemicals: list[str]
    amounts: dict[str, FloatArray]
    consumption: FloatArray
    active: FloatArray

    @cached_property
    def index(self) -> dict[str, int]:
        """Row of each chemical."""
        return {name: row for row, name in reversed(list(enumerate(self.chemicals)))}


def read_stock(table: FactoryTable, problems: list[Problem]) -> Stock:
    """Interpret the table `stock`.

    Parameters
    ----------
    table : FactoryTable
        As `read_factory_table` gives it.
    problems : list of Problem
        Problems are appended: an empty or negative amount, a chemical twice, more left than there was, a wrong CAS number.

    Returns
    -------
    Stock

    Notes
    -----
    An empty cell is not zero. A table without the column `other` says that nothing else left the store.

    Examples
    --------
    >>> from textile_pcf.factory.tables import read_factory_table
    >>> rows = [{"chemical": "salt", "opening": 500, "purchased": 1200, "closing": 450, "unit": "kg"}]
    >>> read_stock(read_factory_table("stock", rows), []).consumption.tolist()
    [1250.0]
    """
    refuse_footers(table, "chemical", problems)
    table.require(("chemical",), problems)
    amounts = {}
    for name in MOVEMENTS:
        if not table.has(name):
            amounts[name] = np.zeros(table.rows)
            continue
        amounts[name] = masses(table, name, problems)
        for row in [row for row, text in enumerate(table.texts(name)) if not text]:
            what = Message("The cell {column!r} is empty, and empty is not zero.", column=name)
            table.problem(problems, row, name, what, Message("Write what was counted; 0 where there was nothing."))
    consumption = amounts["opening"] + amounts["purchased"] - amounts["closing"] - amounts["other"]
    there = amounts["opening"] + amounts["purchased"]
    consumption = np.where(np.abs(consumption) <= ROUNDING * there, 0.0, consumption)
    for row in np.flatnonzero(consumption < 0).tolist():
        what = Message("The consumption is below zero: {amount:.10g} kg.", amount=float(consumption[row]))
        cure = Message("Consumption = opening + purchased − closing − other: correct the count or add the missing purchase.")
        table.problem(problems, row, "closing", what, cure)
    check_cas(table, problems)
    found = Stock(table, table.texts("chemical"), amounts, consumption, active_contents(table, problems))
    _check_repetitions(found, problems)
    return found


def check_cas(table: FactoryTable, problems: list[Problem]) -> None:
    """Append a problem for each CAS number that is none.

    Parameters
    ----------
    table : FactoryTable
        A table with the column `cas`.
    problems : list of Problem
        Problems are appended.
    """
    texts = table.texts("cas")
    wrong = {text for text in set(texts) if text and not is_cas_number(text)}
    for row in [row for row, text in enumerate(texts) if text in wrong] if wrong else ():
        what = Message("{text!r} is no CAS number: its form or its check digit is wrong.", text=texts[row][:60])
        table.problem(problems, row, "cas", what, Message(CAS_CURE))


def _check_repetitions(stock: Stock, problems: list[Problem]) -> None:
    """Append a problem for each chemical that stands twice."""
    for row, name in enumerate(stock.chemicals):
        first = stock.index[name]
        if name and first != row:
            what = Message("{name!r} is already in {where}.", name=name[:60], where=stock.table.location(first))
            stock.table.problem(problems, row, "chemical", what, Message("Give one row for each chemical; add up the parts."))
