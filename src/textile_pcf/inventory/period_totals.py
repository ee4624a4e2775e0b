"""Totals of periods, divided by the output of the stage in those periods.

A flow with totals of several periods has one mean: the sum of its totals over the outputs of all these periods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import group_rows
from textile_pcf.errors import Problem
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.messages.message import Message
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import Unit
from textile_pcf.units.product_units import ProductUnits


@dataclass(frozen=True, eq=False)
class Periods:
    """Periods of the totals and outputs of stages.

    A period is a process, a component and a year. A mean belongs to a flow of a process.

    Attributes
    ----------
    totals : ndarray, shape (totals,)
        Period of each total.
    outputs : ndarray, shape (outputs,)
        Period of each output.
    flow : ndarray, shape (totals,)
        Group of each total; totals of one group share a mean.
    count : int
        Number of periods.
    """

    totals: IndexArray
    outputs: IndexArray
    flow: IndexArray
    count: int

    def means(self, mass: FloatArray) -> FloatArray:
        """Return the divisor of each total: the outputs of all periods of its flow, 0 if there is none. [kg]"""
        output = np.bincount(self.outputs, weights=mass, minlength=self.count)
        first, _ = group_rows(self.flow, self.totals)
        of_flow, period = self.flow[first], self.totals[first]
        return np.asarray(np.bincount(of_flow, weights=output[period])[self.flow])

    @property
    def lacking(self) -> IndexArray:
        """Totals of periods without output."""
        return np.flatnonzero(~np.isin(self.totals, self.outputs))

    @property
    def unused(self) -> IndexArray:
        """Outputs of periods without totals."""
        return np.flatnonzero(~np.isin(self.outputs, self.totals))


def periods_of(activity: Activity) -> Periods:
    """Return the periods of the totals and outputs of the activity data."""
    flows, outputs, processes = activity.exchanges, activity.outputs, activity.processes
    rows, code = flows.period_totals, activity.columns.texts["component"].codes
    process = np.concatenate([flows.process[rows], processes.entry(outputs.stage, outputs.entry)])
    component = code[np.concatenate([flows.row[rows], outputs.row])]
    first, period = group_rows(process, component, np.concatenate([flows.year[rows], outputs.year]))
    _, flow = group_rows(activity.structure.flow_entries.entry(flows.flow[rows], flows.entry[rows]), component[: len(rows)])
    return Periods(period[: len(rows)], period[len(rows) :], flow, len(first))


def per_output(activity: Activity, properties: FloatArray, values: FloatArray) -> tuple[FloatArray, list[Problem]]:
    """Return exchange values with the totals of periods per kg of output, and the problems of these periods."""
    flows, outputs = activity.structure.exchanges, activity.structure.outputs
    rows = flows.period_totals
    if not len(rows) and not len(outputs.row):
        return values, []
    periods = periods_of(activity)
    mass, problems = output_mass(activity, product_units_of(activity, properties))
    lacking = rows[periods.lacking]
    what = "The total of a period has no output to be divided by."
    cure = "Add a row of this stage with flow `output`, per `period`, and the same component and year."
    problems += activity.columns.problems_at(np.unique(flows.row[lacking]), what, cure, "per", "no-output")
    what = "This output of a period belongs to no total of that period."
    cure = "Give the same component and year as the totals, or remove it."
    rows_unused = _without_invalid_totals(activity, np.unique(outputs.row[periods.unused]))
    problems += activity.columns.problems_at(rows_unused, what, cure, "flow", "unused-output")
    problems += _given_twice(activity, periods)
    done = values.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        done[rows] = values[rows] / periods.means(mass)
    done[lacking] = np.nan
    return done, problems


def _given_twice(activity: Activity, periods: Periods) -> Iterator[Problem]:
    """Yield a problem per repeated row of a period whose year is in the row once and taken from another row once."""
    cells, flows, outputs = activity.columns, activity.exchanges, activity.outputs
    code, rows = {name: cells.texts[name].codes for name in ("item", "region", "year")}, flows.period_totals
    groups = (
        (flows.row[rows], (periods.flow, periods.totals, flows.item[rows], flows.region[rows])),
        (outputs.row, (periods.outputs, code["item"][outputs.row], code["region"][outputs.row])),
    )
    cure = "Give it once, or distinguish its parts by item or region."
    for row, columns in groups:
        first, group = group_rows(*columns)
        earlier = row[first[group]]
        again = np.flatnonzero(code["year"][row] != code["year"][earlier])
        for index in again[np.unique(row[again], return_index=True)[1]]:
            what = Message(
                "The same period was given before, in {location}.", location=cells.table.location(int(earlier[index]))
            )
            yield from cells.problems_at([int(row[index])], what, cure, "year", "twice")


def _without_invalid_totals(activity: Activity, rows: IndexArray) -> IndexArray:
    """Return the output rows of stages without invalid rows; an invalid row may be the total that belongs to the output."""
    texts = activity.columns.texts
    span = len(texts["stage"].categories)
    product_stage = texts["product"].codes * span + texts["stage"].codes
    return rows[~np.isin(product_stage[rows], product_stage[activity.rows.of_kind(RowKind.INVALID)])]


def output_mass(activity: Activity, measures: ProductUnits) -> tuple[FloatArray, list[Problem]]:
    """Return the mass of each output of a period, shape (outputs,), and problems of unknown masses. [kg]"""
    outputs, problems = activity.outputs, list[Problem]()
    mass = np.full(len(outputs.row), np.nan)
    amounts = np.where(activity.output_value > 0, activity.output_value, np.nan)  # an output of zero is a problem of its row
    for unit_index in np.unique(outputs.unit):
        unit: Unit | None = activity.rows.units[unit_index]
        assert unit is not None
        rows = np.flatnonzero(outputs.unit == unit_index)
        per_component = rule_arrays(activity.rules).stage_is_component[outputs.stage[rows]]
        product = activity.components.products_of(per_component, outputs.entry[rows])
        mass[rows] = amounts[rows] * measures.mass_of(unit)[product]
        unknown = np.unique(outputs.row[rows[np.isnan(mass[rows]) & ~np.isnan(amounts[rows])]])
        cure = Message(
            "Give {needed_property} of the product, or the output in kg.", needed_property=measures.needed_property(unit)
        )
        problems += activity.columns.problems_at(
            unknown, Message("{text} of this product cannot be weighed.", text=unit.text), cure, "unit", "no-mass"
        )
    return mass, problems


def added_years(activity: Activity) -> Iterator[tuple[int, str]]:
    """Yield product and warning for amounts of several years that are summed because they are not totals of periods."""
    for lines in activity.exchanges.summed_years:
        yield _summed_years(activity, lines)


def _summed_years(activity: Activity, lines: IndexArray) -> tuple[int, str]:
    flows = activity.exchanges
    spec, entry = activity.rules.flows[flows.flow[lines[0]]], int(flows.entry[lines[0]])
    product, component = activity.entry_name(spec.stage, entry)
    where = f"{activity.rules.stage_id(spec.stage)}.{spec.id}{f' of {component}' if component else ''}"
    years = ", ".join(map(str, np.sort(flows.year[lines]).tolist()))
    what = "{where}: The amounts of several years ({years}) are added up. Only totals of periods give a mean."
    return product, Message(what, where=where, years=years)
