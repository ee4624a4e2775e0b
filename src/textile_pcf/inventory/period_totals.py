"""Totals of periods, divided by what the stage gave in those periods: per kg of its output.

A flow that is told for several periods has one mean: all its totals over the outputs of all periods it is told for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.row_patterns import PER_PERIOD, RowKind
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import group_rows
from textile_pcf.errors import Problem
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import Unit
from textile_pcf.units.product_units import ProductUnits


@dataclass(frozen=True, eq=False)
class Periods:
    """Periods of stages: of each total, `totals`, and of each output, `outputs`. `flow` tells the totals that share a mean.

    A period is a stage seat, a fibre and a year; a mean belongs to a flow on its seat.
    """

    totals: IndexArray
    outputs: IndexArray
    flow: IndexArray
    count: int

    def means(self, mass: FloatArray) -> FloatArray:
        """What each total is divided by: the outputs of all periods of its flow. [kg] 0 where a period has none."""
        given = np.bincount(self.outputs, weights=mass, minlength=self.count)
        first, _ = group_rows(self.flow, self.totals)
        of_flow, period = self.flow[first], self.totals[first]
        return np.asarray(np.bincount(of_flow, weights=given[period])[self.flow])

    @property
    def lacking(self) -> IndexArray:
        """Totals of periods without output."""
        return np.flatnonzero(~np.isin(self.totals, self.outputs))

    @property
    def unused(self) -> IndexArray:
        """Outputs of periods without totals."""
        return np.flatnonzero(~np.isin(self.outputs, self.totals))


def periods_of(activity: Activity) -> Periods:
    """The periods that rows speak of."""
    flows, outputs, seats = activity.exchanges, activity.outputs, activity.processes
    rows, code = flows.period_totals, activity.columns.texts["component"].codes
    place = np.concatenate([flows.process[rows], seats.entry(outputs.stage, outputs.entry)])
    component = code[np.concatenate([flows.row[rows], outputs.row])]
    first, form = group_rows(place, component, np.concatenate([flows.year[rows], outputs.year]))
    _, flow = group_rows(activity.structure.flow_entries.entry(flows.flow[rows], flows.entry[rows]), component[: len(rows)])
    return Periods(form[: len(rows)], form[len(rows) :], flow, len(first))


def per_output(activity: Activity, properties: FloatArray, values: FloatArray) -> tuple[FloatArray, list[Problem]]:
    """Values of flow rows with the totals of periods per kg of output, and what is wrong with them."""
    flows, outputs = activity.exchanges, activity.outputs
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
    """Second rows of one period that differ in nothing but how its year is told: in the row, or taken over from another."""
    cells, flows, outputs = activity.columns, activity.exchanges, activity.outputs
    code, rows = {name: cells.texts[name].codes for name in ("item", "region", "year")}, flows.period_totals
    told = (
        (flows.row[rows], (periods.flow, periods.totals, flows.patterns.item[flows.pattern[rows]], flows.region[rows])),
        (outputs.row, (periods.outputs, code["item"][outputs.row], code["region"][outputs.row])),
    )
    cure = "Give it once, or tell its parts apart by item or region."
    for row, same in told:
        first, form = group_rows(*same)
        earlier = row[first[form]]
        again = np.flatnonzero(code["year"][row] != code["year"][earlier])
        for place in again[np.unique(row[again], return_index=True)[1]]:
            what = f"The same period stands already, in {cells.table.location(int(earlier[place]))}."
            yield from cells.problems_at([int(row[place])], what, cure, "year", "twice")


def _without_invalid_totals(activity: Activity, rows: IndexArray) -> IndexArray:
    """Output rows of stages none of whose rows was reported: there the total is perhaps only unreadable."""
    texts = activity.columns.texts
    span = len(texts["stage"].categories)
    home = texts["product"].codes * span + texts["stage"].codes
    return rows[~np.isin(home[rows], home[activity.rows.of_kind(RowKind.INVALID)])]


def output_mass(activity: Activity, measures: ProductUnits) -> tuple[FloatArray, list[Problem]]:
    """Outputs of periods in kg."""
    outputs, problems = activity.outputs, list[Problem]()
    mass = np.full(len(outputs.row), np.nan)
    amounts = activity.columns.numbers["amount"][outputs.row]
    amounts = np.where(amounts > 0, amounts, np.nan)  # nothing given off was told with the row
    for form in np.unique(outputs.unit):
        unit: Unit | None = activity.rows.units[form]
        assert unit is not None
        rows = np.flatnonzero(outputs.unit == form)
        per_lane = rule_arrays(activity.rules).stage_is_component[outputs.stage[rows]]
        product = np.where(
            per_lane, activity.components.product[np.where(per_lane, outputs.entry[rows], 0)], outputs.entry[rows]
        )
        mass[rows] = amounts[rows] * measures.mass_of(unit)[product]
        unknown = np.unique(outputs.row[rows[np.isnan(mass[rows]) & ~np.isnan(amounts[rows])]])
        cure = f"Give {measures.needed_property(unit)} of the product, or the output in kg."
        problems += activity.columns.problems_at(
            unknown, f"{unit.text} of this product cannot be weighed.", cure, "unit", "no-mass"
        )
    return mass, problems


def added_years(activity: Activity) -> Iterator[tuple[int, str]]:
    """Per product, a sentence for amounts of several years that add up because they are no totals of periods."""
    flows = activity.exchanges
    told = np.setdiff1d(np.flatnonzero(flows.year), flows.empty)
    _, same = group_rows(
        activity.structure.flow_entries.entry(flows.flow[told], flows.entry[told]),
        flows.patterns.item[flows.pattern[told]],
        flows.region[told],
    )
    first, _ = group_rows(same, flows.year[told])
    plain = np.bincount(same, weights=flows.per[told] != PER_PERIOD)
    several = (np.bincount(same[first], minlength=len(plain)) > 1) & (plain > 0)
    kept = first[several[same[first]]]  # one row of each year
    kept = kept[np.argsort(same[kept], kind="stable")]
    for lines in np.split(told[kept], np.flatnonzero(np.diff(same[kept])) + 1):
        if len(lines):
            yield _years_told(activity, lines)


def _years_told(activity: Activity, lines: IndexArray) -> tuple[int, str]:
    flows = activity.exchanges
    spec, seat = activity.rules.flows[flows.flow[lines[0]]], int(flows.entry[lines[0]])
    product, component = activity.entry_name(spec.stage, seat)
    where = f"{activity.rules.stage_id(spec.stage)}.{spec.id}{f' of {component}' if component else ''}"
    years = ", ".join(map(str, np.sort(flows.year[lines]).tolist()))
    return product, f"{where}: The amounts of several years ({years}) are added up. Only totals of periods give a mean."
