"""The production of a site's year: output and drivers of each product at each process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import factorize, group_rows
from textile_pcf.errors import Problem
from textile_pcf.factory.site_cells import kind_of, without_meanings
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, UnitError, parse_unit

DRIVERS = {
    "input": "kg",
    "machine_hours": "h",
    "liquor": "m3",
    "area": "m2",
    "length": "m",
    "pieces": "piece",
    "value": "CNY",
}
"""Columns of the table that can be a driver, and their units. `output` is one as well, in its own unit."""
ECONOMIC = "value"
"""The driver that is no physical relation (ISO 14044, 4.3.4.2, step 3)."""
COUNTED = {parse_unit(text).dimensions for text in ("kg", "m", "m2", "piece", "pair", "set")}
"""What an output can be measured by."""
MASS = parse_unit("kg").dimensions


@dataclass(frozen=True, eq=False)
class Production:
    """The table `production`: one row for each product at each process.

    Attributes
    ----------
    table : FactoryTable
    product : list of str, shape (rows,)
    process : ndarray of intp, shape (rows,)
        Index in `processes`.
    processes : tuple of str
        In the order of their first row.
    output : ndarray of float, shape (rows,)
        As given, in `units`.
    units : list of (Unit or None), shape (rows,)
        None where a problem was found.
    drivers : dict of str to ndarray of float, shape (rows,)
        In the units of `DRIVERS`; NaN where empty. `output` is in canonical units.
    final : list of bool, shape (rows,)
        Whether it is the declared output of the product.
    """

    table: FactoryTable
    product: list[str]
    process: IndexArray
    processes: tuple[str, ...]
    output: FloatArray
    units: list[Unit | None]
    drivers: dict[str, FloatArray]
    final: list[bool]

    @cached_property
    def counts(self) -> IndexArray:
        """Number of products of each process. Shape (processes,)."""
        return np.bincount(self.process, minlength=len(self.processes)).astype(np.intp, copy=False)

    @cached_property
    def process_index(self) -> dict[str, int]:
        """Index of each process."""
        return {name: index for index, name in enumerate(self.processes)}

    def unit_kinds(self, rows: IndexArray) -> list[Message]:
        """Return the kinds of units in which the outputs of some rows are given, such as mass and length."""
        units = (self.units[row] for row in rows.tolist())
        return list({unit.dimensions: kind_of(unit) for unit in units if unit is not None}.values())

    @cached_property
    def per_output(self) -> tuple[FloatArray, list[str]]:
        """What intensities divide by, and its unit, shapes (rows,): kg of a mass, else the output as given."""
        masses = [unit is not None and unit.dimensions == MASS for unit in self.units]
        texts = ["kg" if mass else unit.text if unit else "" for mass, unit in zip(masses, self.units, strict=True)]
        return np.where(masses, self.drivers["output"], self.output), texts


def read_production(table: FactoryTable, problems: list[Problem]) -> Production:
    """Interpret the table `production`.

    Parameters
    ----------
    table : FactoryTable
        As `read_factory_table` gives it.
    problems : list of Problem
        Problems of its cells are appended.

    Returns
    -------
    Production
    """
    table = without_meanings(table)
    output, texts = table.amounts("output", problems, low=None)
    output = within_range(table, "output", output, problems)
    table = FactoryTable(table.title, table.table, {**table._texts, "unit": texts})
    table.require(("product", "process", "output", "unit"), problems)
    for row in np.flatnonzero(output <= 0).tolist():
        what = Message("An output of {value:g} is none.", value=float(output[row]))
        table.problem(problems, row, "output", what, Message("Give what was made in the year, or delete the row."))
    good = {text: unit for text in dict.fromkeys(texts) if (unit := _output_unit(text)) is not None}
    units = [good.get(text) for text in texts]
    for row in [row for row, unit in enumerate(units) if unit is None]:
        _refuse_unit(table, row, problems)
    drivers = {name: _driver(table, name, problems) for name in DRIVERS}
    factors = np.array([np.nan if unit is None else unit.factor for unit in units])
    process = factorize(table.texts("process"))
    final = table.yes("final", problems)
    found = Production(table, table.texts("product"), process.codes.astype(np.intp), tuple(process.categories), output, units,
                       {**drivers, "output": output * factors}, final)  # fmt: skip
    _check_repetitions(found, problems)
    return found


def _driver(table: FactoryTable, name: str, problems: list[Problem]) -> FloatArray:
    """Return a column of drivers in its unit, NaN where empty."""
    if not table.has(name):
        return np.full(table.rows, np.nan)
    return within_range(table, name, table.quantities(name, DRIVERS[name], problems, low=0.0), problems)


def _output_unit(text: str) -> Unit | None:
    """Return the unit of an output, None if it is no unit or measures something else."""
    try:
        unit = parse_unit(text)
    except UnitError:
        return None
    return unit if unit.dimensions in COUNTED else None


def _refuse_unit(table: FactoryTable, row: int, problems: list[Problem]) -> None:
    """Append the problem of the unit of an output; an empty cell has one already."""
    unit = table.unit(row, problems) if table.texts("unit")[row] else None
    if unit is None:
        return
    what = Message("{unit!r} measures {kind}, and not what was made.", unit=unit.text, kind=kind_of(unit))
    table.problem(problems, row, "unit", what, Message("Give the output in kg, t, m, m2 or piece."))


def _check_repetitions(production: Production, problems: list[Problem]) -> None:
    """Append a problem for each row that repeats a product and process, or a second final output of a product."""
    table, product = production.table, factorize(production.product)
    names = (production.product, table.texts("process"))
    first, group = group_rows(product, production.process)
    repeated = first[group] != np.arange(table.rows)
    for row in [row for row in np.flatnonzero(repeated).tolist() if all(text[row] for text in names)]:
        what = "{product!r} at {process!r} is already in {where}."
        values = {"product": production.product[row], "process": production.processes[production.process[row]]}
        message = Message(what, **values, where=table.location(int(first[group[row]])))
        table.problem(
            problems, row, "process", message, Message("Give one row for each product and process; add up the parts.")
        )
    finals: dict[str, int] = {}
    for row in [k for k, final in enumerate(production.final) if final]:
        other = finals.setdefault(production.product[row], row)
        if other != row:
            what = "The output of {product!r} is final already in {where}."
            message = Message(what, product=production.product[row], where=table.location(other))
            table.problem(problems, row, "final", message, Message("A product has one declared output; write yes once."))
