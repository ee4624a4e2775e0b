"""The plan of allocation: by what a metered amount is shared, and which part of the rest of the site a process takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.errors import Problem
from textile_pcf.factory.production import DRIVERS, ECONOMIC, Production
from textile_pcf.factory.site_cells import kind_of, without_meanings
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.factory.utilities import Utilities
from textile_pcf.factory.vocabulary import carrier_id
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import Unit, parse_unit

NONE = "none"
PLAIN = parse_unit("1")


@dataclass(frozen=True, eq=False)
class Plan:
    """The table `plan`, with the problems of its cells already collected.

    Attributes
    ----------
    table : FactoryTable
    carrier, process : ndarray of intp, shape (rows,)
        Index of the carrier in the utilities and of the process in the production; -1 where there is none.
    driver : list of str, shape (rows,)
        `output`, a column of drivers, `none`, or empty after a problem.
    weight : ndarray of float, shape (rows,)
        [canonical unit]; NaN where the row has none.
    units : list of Unit, shape (rows,)
        Unit of each weight.
    """

    table: FactoryTable
    carrier: IndexArray
    process: IndexArray
    driver: list[str]
    weight: FloatArray
    units: list[Unit]

    @cached_property
    def row_of(self) -> dict[tuple[int, int], int]:
        """Row of each carrier and process."""
        rows = zip(self.carrier.tolist(), self.process.tolist(), strict=True)
        return {pair: row for row, pair in reversed(list(enumerate(rows))) if -1 not in pair}

    @cached_property
    def weighted(self) -> IndexArray:
        """Rows with a weight and a driver, by carrier and process, so that the order of the plan does not matter."""
        usable = [row for row in self.row_of.values() if self.weight[row] > 0 and self.driver[row] not in ("", NONE)]
        return np.array(sorted(usable, key=lambda row: (self.carrier[row], self.process[row])), dtype=np.intp)

    def reason(self, row: int) -> str:
        """Return the reason that a row gives."""
        return self.table.texts("reason")[row]


def read_plan(table: FactoryTable, utilities: Utilities, production: Production, problems: list[Problem]) -> Plan:
    """Interpret the table `plan`, and check each row by itself.

    Parameters
    ----------
    table : FactoryTable
        As `read_factory_table` gives it.
    utilities : Utilities
    production : Production
    problems : list of Problem
        Problems are appended.

    Returns
    -------
    Plan
    """
    table = without_meanings(table)
    table.require(("carrier", "process", "driver"), problems)
    carriers = {name: index for index, name in enumerate(utilities.carriers)}
    carrier = _indices(table, "carrier", [carrier_id(text) for text in table.texts("carrier")], carriers, problems)
    process = _indices(table, "process", table.texts("process"), production.process_index, problems)
    weight, texts = table.amounts("weight", problems, low=None)
    weight = within_range(table, "weight", weight, problems)
    units = [table.unit(row, problems, "weight", text) if text else PLAIN for row, text in enumerate(texts)]
    factors = np.array([np.nan if unit is None else unit.factor for unit in units])
    plan = Plan(table, carrier, process, table.words("driver", "driver", problems), weight * factors,
                [unit or PLAIN for unit in units])  # fmt: skip
    _check_repetitions(plan, problems)
    for row in range(table.rows):
        _check_row(plan, row, problems)
    return plan


def _indices(table: FactoryTable, column: str, names: list[str], known: dict[str, int], problems: list[Problem]) -> IndexArray:
    """Return the index of each name, -1 where it is empty or unknown; unknown ones are problems."""
    other = {"carrier": "utilities", "process": "production"}[column]
    for row, name in enumerate(names):
        if name and name not in known:
            what = Message("{name!r} is no {column} of the table {table}.", name=name[:60], column=column, table=other)
            table.problem(
                problems,
                row,
                column,
                what,
                did_you_mean(name, known, Message("Choose from: {choices}.", choices=", ".join(known))),
            )
    return np.array([known.get(name, -1) for name in names], dtype=np.intp)


def _check_repetitions(plan: Plan, problems: list[Problem]) -> None:
    """Append a problem for each row that repeats carrier and process."""
    for row, pair in enumerate(zip(plan.carrier.tolist(), plan.process.tolist(), strict=True)):
        first = plan.row_of.get(pair, row)
        if first != row:
            what = Message("This carrier and process are already in {where}.", where=plan.table.location(first))
            plan.table.problem(problems, row, "process", what, Message("Keep one of the rows."))


def _check_row(plan: Plan, row: int, problems: list[Problem]) -> None:
    """Append the problems of driver, weight and reason of one row."""
    driver, weight, text = plan.driver[row], float(plan.weight[row]), plan.table.texts("weight")[row]
    if driver in (NONE, ECONOMIC) and not plan.reason(row):
        what = Message("The driver {driver} needs a reason.", driver=driver)
        plan.table.problem(problems, row, "reason", what, Message("Give the reason in the column `reason`."))
    if driver == NONE and text:
        what = Message("The driver none takes nothing, and here is the weight {text}.", text=text)
        plan.table.problem(problems, row, "weight", what, Message("Leave the weight empty, or name a driver."))
    elif weight <= 0:
        what = Message("A weight of {text} takes nothing.", text=text)
        cure = Message("Give a weight above zero, or the driver none with a reason.")
        plan.table.problem(problems, row, "weight", what, cure)


def check_weights(plan: Plan, utilities: Utilities, problems: list[Problem]) -> None:
    """Check that the weights of each carrier have one driver and one kind of unit, and that an intensity fits both.

    Parameters
    ----------
    plan : Plan
    utilities : Utilities
    problems : list of Problem
        Problems are appended.
    """
    first: dict[int, int] = {}
    for row in plan.weighted.tolist():
        other = first.setdefault(int(plan.carrier[row]), row)
        name, where = utilities.carriers[plan.carrier[row]], plan.table.location(other)
        if plan.driver[row] != plan.driver[other]:
            what = "The rest of {carrier} is shared by {driver!r} here and by {other!r} in {where}."
            message = Message(what, carrier=name, driver=plan.driver[row], other=plan.driver[other], where=where)
            plan.table.problem(problems, row, "driver", message, Message("Give all weights of a carrier with one driver."))
        if plan.units[row].dimensions != plan.units[other].dimensions:
            what = "This weight is {kind}, and that in {where} is {other}."
            kinds = {"kind": kind_of(plan.units[row]), "other": kind_of(plan.units[other])}
            cure = Message("Give all weights of a carrier as numbers, or all as intensities of one kind.")
            plan.table.problem(problems, row, "weight", Message(what, where=where, **kinds), cure)
        elif row == other:
            _check_intensity(plan, row, utilities, problems)


def _check_intensity(plan: Plan, row: int, utilities: Utilities, problems: list[Problem]) -> None:
    """Append a problem if a weight with a unit is no amount of its carrier per driver."""
    unit, text = plan.units[row], utilities.units[plan.carrier[row]]
    if not unit.dimensions or not text:
        return
    driver = plan.driver[row]
    per = parse_unit("kg") if driver == "output" else parse_unit(DRIVERS[driver])
    wanted = parse_unit(text) / per
    fits = unit.dimensions == wanted.dimensions
    if driver == "output" and not fits:
        kinds = {(parse_unit(text) / parse_unit(other)).dimensions for other in ("m", "m2", "piece", "pair", "set")}
        fits = unit.dimensions in kinds
    if not fits:
        what = Message("A weight in {unit!r} measures {kind}.", unit=unit.text, kind=kind_of(unit))
        plan.table.problem(
            problems, row, "weight", what, Message("Give a plain number, or an intensity such as 1.8 {unit}.", unit=wanted.text)
        )


def missing_processes(plan: Plan, utilities: Utilities, production: Production) -> Iterable[tuple[int, int]]:
    """Yield carrier and process of each process that is neither metered nor named although the carrier has weights.

    Parameters
    ----------
    plan : Plan
    utilities : Utilities
    production : Production
    """
    metered = utilities.metered
    known = {
        (carrier, production.process_index.get(name, -1))
        for carrier, name in zip(metered.carrier.tolist(), metered.process, strict=True)
    }
    known |= set(plan.row_of)
    for carrier in sorted({int(plan.carrier[row]) for row in plan.weighted}):
        for process in range(len(production.processes)):
            if (carrier, process) not in known:
                yield carrier, process
