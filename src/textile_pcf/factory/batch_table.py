"""The table `batches`: which product ran on which machine, from when to when, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.columns import Categorical, factorize
from textile_pcf.errors import Problem
from textile_pcf.factory.group_sums import groups_in_order
from textile_pcf.factory.run_clock import RunClock
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.factory.times import NEVER
from textile_pcf.messages.message import Message
from textile_pcf.units import convert, parse_unit

MASS = parse_unit("kg").dimensions


@dataclass(frozen=True, eq=False)
class BatchTable:
    """The batches of a run, sorted by start, machine and id. Lists and arrays have the shape (batches,).

    Attributes
    ----------
    ids : list of str
    product, process, machine : Categorical
    start, end : ndarray of int
        [µs]
    input, output : ndarray of float
        In `units`; an input that is not known is NaN.
    units : list of str
        kg for masses, else the unit of the product's first row.
    rework : ndarray of bool
        Whether its output counts at another batch already.
    """

    table: FactoryTable
    row: IntArray
    ids: list[str]
    product: Categorical
    process: Categorical
    machine: Categorical
    start: IntArray
    end: IntArray
    input: FloatArray
    output: FloatArray
    units: list[str]
    rework: BoolArray

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def products(self) -> list[str]:
        """Product of each batch."""
        return list(self.product)

    @cached_property
    def processes(self) -> list[str]:
        """Process of each batch."""
        return list(self.process)

    @cached_property
    def machines(self) -> list[str]:
        """Machine of each batch."""
        return list(self.machine)

    def location(self, batch: int, column: str | None = None) -> str:
        """Return the location of a batch's row."""
        return self.table.location(int(self.row[batch]), column)


def read_batches(table: FactoryTable, clock: RunClock, problems: list[Problem]) -> BatchTable:
    """Interpret the table of batches.

    Parameters
    ----------
    table : FactoryTable
        As read.
    clock : RunClock
    problems : list of Problem
        Problems are appended.
    """
    table.require(("batch", "product", "process", "machine", "start", "end", "output"), problems)
    start, end = (
        clock.convert(table.times(name, problems), lambda row, name=name: table.location(row, name), problems)  # type: ignore[misc]
        for name in ("start", "end")
    )
    known = (start != NEVER) & (end != NEVER)
    for row in np.flatnonzero(known & (end <= start)).tolist():
        same = end[row] == start[row]
        what = Message("This batch has no length.") if same else Message("This batch ends before it starts.")
        table.problem(problems, row, "end", what, Message("Correct its start or its end."))
    rework = table.yes("rework", problems)
    columns = {name: factorize(table.texts(name)) for name in ("product", "process", "machine")}
    amounts, units = batch_masses(table, columns["product"], problems)
    order = _order(table, columns["machine"], start, end)
    ids = np.array(table.texts("batch"), dtype=object)[order].tolist()
    product, process, machine = (replace(column, codes=column.codes[order], ordered=False) for column in columns.values())
    return BatchTable(
        table.without_cells(), order, ids, product, process, machine, start[order], end[order], amounts["input"][order],
        amounts["output"][order], units[order].tolist(), np.array(rework, dtype=bool)[order],
    )  # fmt: skip


def _order(table: FactoryTable, machine: Categorical, start: IntArray, end: IntArray) -> IntArray:
    """Return the rows by start, machine, id, process and end. Texts are compared only where start and machine are equal."""
    rank = np.empty(len(machine.categories), dtype=np.int64)
    rank[sorted(range(len(rank)), key=machine.categories.__getitem__)] = np.arange(len(rank))
    order = np.lexsort((rank[machine.codes], start))
    same = (np.diff(start[order]) == 0) & (np.diff(machine.codes[order]) == 0)
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    rows = order[tied].tolist()
    texts = ([table.texts(name)[row] for row in rows] for name in ("batch", "process"))
    keys = zip(start[rows].tolist(), rank[machine.codes[rows]].tolist(), *texts, end[rows].tolist(), rows, strict=True)
    order[tied] = np.array([key[-1] for key in sorted(keys)], dtype=np.int64)
    return order


def batch_masses(
    table: FactoryTable, product: Categorical, problems: list[Problem]
) -> tuple[dict[str, FloatArray], NDArray[Any]]:
    """Return input and output in kg, or in the unit of the product's first row if that is no mass, and those units.

    Parameters
    ----------
    table : FactoryTable
        The table `batches`.
    product : Categorical
        Product of each row.
    problems : list of Problem
        Problems are appended.
    """
    amounts: dict[str, FloatArray] = {}
    first: dict[str, tuple[str, int]] = {}
    reported = np.full(table.rows, "", dtype=object)
    for column in ("output", "input"):
        values, units = table.amounts(column, problems)
        values = within_range(table, column, values, problems)
        rows = np.flatnonzero(~np.isnan(values))
        head, group = groups_in_order(product.codes[rows], factorize(units).codes[rows])
        found = [_factor(table, (row, column, units[row]), first, []) for row in rows[head].tolist()]
        factors = np.array([factor for factor, _ in found])
        for row in rows[np.isnan(factors)[group]].tolist() if np.isnan(factors).any() else ():
            _factor(table, (row, column, units[row]), first, problems)  # a wrong unit is reported at every row
        if len(rows):
            values[rows] *= factors[group]
            targets = np.array([target for _, target in found], dtype=object)[group]
            reported[rows] = np.where(targets != "", targets, reported[rows])
        amounts[column] = values
    return amounts, reported


def _factor(
    table: FactoryTable, cell: tuple[int, str, str], first: dict[str, tuple[str, int]], problems: list[Problem]
) -> tuple[float, str]:
    """Return how many reported units are in one unit of a cell, and the reported unit; NaN after a problem."""
    row, column, text = cell
    if not text:
        if column == "output":
            table.problem(problems, row, "unit", Message("The unit is missing."), Message("Write kg."))
        return float("nan"), ""
    if (unit := table.unit(row, problems, column, text)) is None:
        return float("nan"), ""
    product = table.texts("product")[row]
    target, other = first.setdefault(product, ("kg" if unit.dimensions == MASS else text, row))
    conversion = convert(unit, parse_unit(target))
    if conversion is None or conversion.inverse:
        what = "Product {product!r} is measured in {unit!r} here and in {other!r} at {where}."
        values = {"product": product, "unit": text, "other": target, "where": table.location(other)}
        table.problem(
            problems, row, column, Message(what, **values), Message("Give all batches of a product in one kind of unit.")
        )
        return float("nan"), ""
    return conversion.factor, target
