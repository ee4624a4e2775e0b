"""The table `batches`: which product ran on which machine, from when to when, and what came out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.errors import Problem
from textile_pcf.factory.run_clock import RunClock
from textile_pcf.factory.tables import FactoryTable
from textile_pcf.factory.times import NEVER
from textile_pcf.messages.message import Message
from textile_pcf.units import convert, parse_unit

MASS = parse_unit("kg").dimensions


@dataclass(frozen=True, eq=False)
class BatchTable:
    """The batches of a run, sorted by start, machine and id. Lists and arrays have the shape (batches,).

    Attributes
    ----------
    ids, products, processes, machines : list of str
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
    products: list[str]
    processes: list[str]
    machines: list[str]
    start: IntArray
    end: IntArray
    input: FloatArray
    output: FloatArray
    units: list[str]
    rework: BoolArray

    def __len__(self) -> int:
        return len(self.ids)

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
    amounts, units = _masses(table, problems)
    texts = {name: table.texts(name) for name in ("machine", "batch", "product", "process")}
    order = sorted(
        range(table.rows),
        key=lambda row: (int(start[row]), texts["machine"][row], texts["batch"][row], texts["process"][row], int(end[row])),
    )
    index = np.array(order, dtype=np.int64)
    ids, products, processes, machines = (
        [texts[name][row] for row in order] for name in ("batch", "product", "process", "machine")
    )
    return BatchTable(
        table, index, ids, products, processes, machines, start[index], end[index], amounts["input"][index],
        amounts["output"][index], [units[row] for row in order], np.array(rework, dtype=bool)[index],
    )  # fmt: skip


def _masses(table: FactoryTable, problems: list[Problem]) -> tuple[dict[str, FloatArray], list[str]]:
    """Return input and output in kg, or in the unit of the product's first row if that is no mass."""
    amounts: dict[str, FloatArray] = {}
    first: dict[str, tuple[str, int]] = {}
    reported = [""] * table.rows
    products, factors = table.texts("product"), dict[tuple[str, str, str], tuple[float, str]]()
    for column in ("output", "input"):
        values, units = table.amounts(column, problems)
        for row in np.flatnonzero(~np.isnan(values)).tolist():
            key = (products[row], units[row], column)
            if (known := factors.get(key)) is None:
                known = _factor(table, (row, column, units[row]), first, problems)
                if not np.isnan(known[0]):  # a wrong unit is reported at every row
                    factors[key] = known
            values[row] *= known[0]
            reported[row] = known[1] or reported[row]
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
