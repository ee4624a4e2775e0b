"""The energy and water of a site's year: totals of each carrier, and what was metered at single processes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import factorize, group_rows
from textile_pcf.errors import Problem
from textile_pcf.factory.carriers import reported_units
from textile_pcf.factory.sharing import sum_by_group
from textile_pcf.factory.site_cells import refuse_footers, without_meanings
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.messages.message import Message
from textile_pcf.units.number_text import is_year, year_text

USES = ("production", "domestic", "sold")


@dataclass(frozen=True, eq=False)
class Metered:
    """Amounts metered at a process: one entry for each carrier and process.

    Attributes
    ----------
    carrier : ndarray of intp, shape (entries,)
        Index of the carrier.
    process : tuple of str, shape (entries,)
    amount : ndarray of float, shape (entries,)
        [reported unit of the carrier]
    row : ndarray of intp, shape (entries,)
        First row of the table.
    """

    carrier: IndexArray
    process: tuple[str, ...]
    amount: FloatArray
    row: IndexArray


@dataclass(frozen=True, eq=False)
class Utilities:
    """The table `utilities`, by carrier.

    Attributes
    ----------
    table : FactoryTable
    carriers, units, flows : tuple of str, shape (carriers,)
        In the order of their first row; unit in which a carrier is reported, and the flow of its activity rows.
    first : ndarray of intp, shape (carriers,)
        First row of production of each carrier; its first row if there is none.
    carrier, use : ndarray of intp, shape (rows,)
        Carrier and use (index in `USES`) of each row.
    whole : ndarray of bool, shape (rows,)
        Whether the row names no process.
    amount : ndarray of float, shape (rows,)
        [reported unit]; NaN where a problem was found.
    """

    table: FactoryTable
    carriers: tuple[str, ...]
    units: tuple[str, ...]
    flows: tuple[str, ...]
    first: IndexArray
    carrier: IndexArray
    use: IndexArray
    whole: BoolArray
    amount: FloatArray

    def total(self, use: str) -> FloatArray:
        """Return what each carrier amounts to in one use. Shape (carriers,). [reported unit]

        Of production it is the sum of the rows without process; where there are none, of those with one.
        """
        rows = self.use == USES.index(use)
        if use == "production":
            rows = rows & (self.whole | ~self._has_whole[self.carrier])
        return self._sum(rows)

    @cached_property
    def _has_whole(self) -> BoolArray:
        rows = self.whole & (self.use == 0)
        return np.bincount(self.carrier[rows], minlength=len(self.carriers)) > 0

    @cached_property
    def metered(self) -> Metered:
        """Production rows with a process, one entry for each carrier and process."""
        rows = np.flatnonzero((self.use == 0) & ~self.whole)
        process = factorize([self.table.texts("process")[row] for row in rows.tolist()])
        first, group = group_rows(self.carrier[rows], process.codes)
        amount = sum_by_group(self.amount[rows], group, len(first))
        return Metered(self.carrier[rows][first], tuple(process[row] for row in first.tolist()), amount, rows[first])

    def rest(self) -> FloatArray:
        """Return the total of production minus what is metered at processes. Shape (carriers,). [reported unit]

        Each is one correctly rounded sum, so that no rounding of the two looks like an amount.
        """
        taken = np.where(self.whole, 1.0, -1.0) * self.amount
        rows = (self.use == 0) & self._has_whole[self.carrier]
        return sum_by_group(taken[rows], self.carrier[rows], len(self.carriers))

    def _sum(self, rows: BoolArray) -> FloatArray:
        return sum_by_group(self.amount[rows], self.carrier[rows], len(self.carriers))

    def cell(self, carrier: int, column: str) -> str:
        """Return a text of the first row of a carrier."""
        return self.table.texts(column)[int(self.first[carrier])]


def read_utilities(table: FactoryTable, problems: list[Problem]) -> Utilities:
    """Interpret the table `utilities`.

    Parameters
    ----------
    table : FactoryTable
        As `read_factory_table` gives it.
    problems : list of Problem
        Problems of its cells are appended.

    Returns
    -------
    Utilities
    """
    table = without_meanings(table)
    amounts, units = table.amounts("amount", problems)
    amounts = np.where(amounts < 0, np.nan, within_range(table, "amount", amounts, problems))  # reported already
    table = FactoryTable(table.title, table.table, {**table._texts, "unit": units})
    table.require(("carrier", "amount", "unit"), problems)
    reported = reported_units(table, problems)
    uses = table.words("use", "utility_use", problems, "production")
    use = np.array([USES.index(word) for word in uses], dtype=np.intp)
    whole = np.array([not text for text in table.texts("process")], dtype=bool)
    for row in np.flatnonzero((use > 0) & ~whole).tolist():
        what = Message("A row of {use} use names the process {name!r}.", use=uses[row], name=table.texts("process")[row])
        cure = Message("Leave the process empty, or write production in the column `use`.")
        table.problem(problems, row, "process", what, cure)
    refuse_footers(table, "carrier", problems)
    carrier = factorize(reported.carriers)
    first = _first_rows(carrier.codes, use, len(carrier.categories))
    in_unit, flows = (tuple(texts[row] for row in first.tolist()) for texts in (reported.units, reported.flows))
    codes, amounts = carrier.codes.astype(np.intp), amounts * reported.factors
    found = Utilities(table, tuple(carrier.categories), in_unit, flows, first, codes, use, whole, amounts)
    own = (found.cell(index, "flow") or flows[index] or name for index, name in enumerate(found.carriers))
    return replace(found, flows=tuple(own))


def _first_rows(carrier: Any, use: IndexArray, carriers: int) -> IndexArray:
    """Return the first row of production of each carrier; its first row if there is none."""
    rows = np.lexsort((np.arange(len(carrier)), use > 0, carrier))
    return rows[np.searchsorted(carrier[rows], np.arange(carriers))].astype(np.intp, copy=False)


def site_year(utilities: Utilities, problems: list[Problem]) -> str:
    """Return the year of the production rows, empty if none says one; two years are a problem.

    Parameters
    ----------
    utilities : Utilities
    problems : list of Problem
        Problems are appended.
    """
    table, year, first = utilities.table, "", 0
    for row, text in enumerate(table.texts("year")):
        found = year_text(text)
        if not found or utilities.use[row]:
            continue
        if not is_year(found):
            what = Message("{text!r} is not a year.", text=text[:60])
            table.problem(problems, row, "year", what, Message("Write four digits, such as 2024."))
        elif not year:
            year, first = found, row
        elif found != year:
            what = Message(
                "This row is of {year}, and {where} is of {other}.", year=found, where=table.location(first), other=year
            )
            table.problem(
                problems, row, "year", what, Message("Give the rows of one year; allocate each year with its own production.")
            )
    return year


def differing_cells(utilities: Utilities, columns: Iterable[str]) -> list[Message]:
    """Return a warning for each carrier whose production rows differ in a column in which only the first row counts.

    Parameters
    ----------
    utilities : Utilities
    columns : iterable of str
        Such as `item` and `region`.
    """
    warnings = []
    what = "The rows of {carrier} differ in {column}: {texts}. The activity rows have that of the first, {text!r}."
    for column in columns:
        texts = utilities.table.texts(column)
        found: dict[int, dict[str, None]] = {}
        for row in np.flatnonzero(utilities.use == 0).tolist():
            if texts[row]:
                found.setdefault(int(utilities.carrier[row]), {})[texts[row]] = None
        for carrier, different in found.items():
            if different.keys() - {utilities.cell(carrier, column)}:
                values = {"carrier": utilities.carriers[carrier], "column": column, "texts": ", ".join(different)}
                warnings.append(Message(what, **values, text=utilities.cell(carrier, column)))
    return warnings
