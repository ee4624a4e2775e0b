"""Measures applied to a run: changes of given rows become changes of scenarios, electricity of one's own a supply table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.calculation import calculate_run
from textile_pcf.columns import factorize, group_rows
from textile_pcf.comparison.apply_changes import apply_change
from textile_pcf.comparison.change_document import Change, Place, ScaleAmount, SetAmount
from textile_pcf.comparison.changed_rows import ChangedRows
from textile_pcf.comparison.rule_values import rule_values
from textile_pcf.errors import InputError, Problem
from textile_pcf.improvements.document import ENERGY, Improvements, RowChange, percent, quantity
from textile_pcf.improvements.money import made_outputs
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results import Footprint, Run
from textile_pcf.supply import CARRIERS, load_supply
from textile_pcf.units import Unit, UnitError, parse_unit, split_quantity

ELECTRICITY = CARRIERS["electricity"]
PERIOD = "period"
MASS = parse_unit("kg")
SPREAD = ("low", "high")
TIE = 1e-9


@dataclass(frozen=True)
class State:
    """A run after some measures.

    Attributes
    ----------
    run : Run
        With changed rows, without a supply.
    supplies : tuple of int
        Measures of electricity of one's own that are in use.
    """

    run: Run
    supplies: tuple[int, ...] = ()


def apply_measure(state: State, improvements: Improvements, number: int) -> State:
    """Return the state after a measure.

    Parameters
    ----------
    state : State
    improvements : Improvements
    number : int
        Index of the measure.

    Raises
    ------
    InputError
        There is no given row to change, or a total of a period is to be added to or set.
    """
    run = state.run
    for place, change in enumerate(improvements.measures[number].changes or ()):
        run = _apply(run, change, improvements.location(number, "changes", place))
    own = (number,) if improvements.measures[number].supply is not None else ()
    return State(run, (*state.supplies, *own))


def _apply(run: Run, change: RowChange, location: str) -> Run:
    rows = given_rows(run.activity, change, location)
    if change.add is not None:
        return replace(run, activity=with_added(run.activity, rows, change.add, location))
    for each in scenario_changes(run.activity, rows, change):
        run = apply_change(run, each, location, Path())
    return run


def given_rows(activity: Activity, change: RowChange, location: str) -> IndexArray:
    """Return the rows with an amount that a change is about.

    Parameters
    ----------
    activity : Activity
    change : RowChange
    location : str
        Location of the change, for messages.

    Raises
    ------
    InputError
        There is none, a product does not exist, or a row is a total of a period and not multiplied.
    """
    problems = [_unknown("products", name, activity.products, location) for name in change.products or ()
                if name not in set(activity.products)]  # fmt: skip
    if problems:
        raise InputError(problems)
    columns, at = activity.columns, Place(stage=change.stage, flow=change.flow, component=change.component, item=change.item)
    rows = ChangedRows(activity).match(at, stage_rows=False)
    rows = rows[~columns.empty[rows]]
    if change.products is not None:
        products = columns.texts["product"]
        wanted = np.array([text in change.products for text in products.categories], dtype=bool)
        rows = rows[wanted[products.codes[rows]]]
    if not len(rows):
        raise InputError([_no_row(activity, change, location)])
    if change.multiply is None:
        per = columns.texts["per"]
        totals = [row for row in rows.tolist() if per.categories[per.codes[row]] == PERIOD]
        if totals:
            what = Message(
                "{place} is a total of a period, and can only be multiplied.", place=columns.table.location(totals[0])
            )
            raise InputError([Problem(location, what, Message("Write `multiply`, such as 0.9."), code="improvements")])
    return rows


def _no_row(activity: Activity, change: RowChange, location: str) -> Problem:
    rules = activity.rules
    stages = [spec.id for spec in rules.stages]
    names = {spec.id for specs in (rules.flows, rules.properties, rules.losses) for spec in specs}
    for field, text, known in (("stage", change.stage, [*stages, "product"]), ("flow", change.flow, sorted(names))):
        if text not in known:
            return _unknown(field, text, known, location)
    what = Message("No row of the activity data measures {place}.", place=f"{change.stage}.{change.flow}")
    cure = "Add what was measured first: the change of a default of the rule is no reduction."
    return Problem(location, what, Message(cure), code="improvements")


def _unknown(field: str, text: str, known: Any, location: str) -> Problem:
    listed = Message("There are: {known}.", known=", ".join(list(known)[:20]))
    cure = did_you_mean(text, known, listed)
    return Problem(
        location, Message("{text!r} is unknown in {field!r}.", text=text[:60], field=field), cure, code="improvements"
    )


def scenario_changes(activity: Activity, rows: IndexArray, change: RowChange) -> Iterator[Change]:
    """Yield the changes of a scenario; one for all rows, if nothing that the rule fills in would be changed with them.

    Parameters
    ----------
    activity : Activity
    rows : ndarray of intp, shape (rows,)
        Rows that the change is about.
    change : RowChange
        It multiplies or sets.
    """
    place = Place(stage=change.stage, flow=change.flow, component=change.component, item=change.item)
    alone = change.products is None and next(rule_values(activity, place), None) is None
    places = [place] if alone else [place.model_copy(update=at) for at in _products(activity, rows)]
    for at in places:
        if change.multiply is not None:
            yield ScaleAmount(change="scale", at=at, by=float(change.multiply))
        elif change.set is not None:
            yield SetAmount(change="set", at=at, amount=change.set)


def _products(activity: Activity, rows: IndexArray) -> Iterator[dict[str, str]]:
    """Yield product and component of each group of rows."""
    columns = [activity.columns.texts[name] for name in ("product", "component")]
    first, _ = group_rows(*(column.codes[rows].astype(np.intp) for column in columns))
    for row in rows[first].tolist():
        product, component = (str(column.categories[column.codes[row]]) for column in columns)
        yield {"product": product, "component": component}


def with_added(activity: Activity, rows: IndexArray, text: str, location: str) -> Activity:
    """Return activity data with an amount added to rows: a `set` of the sum, row by row. Bounds of the rows are left out.

    Parameters
    ----------
    activity : Activity
    rows : ndarray of intp, shape (rows,)
    text : str
        The amount with its unit.
    location : str
        Location of the change, for messages.
    """
    columns, number = activity.columns, split_quantity(text)[0]
    added = _unit(split_quantity(text)[1], location)
    units = factorize([columns.text("unit", row) for row in rows.tolist()])
    factors = [_added_factor(added, _unit(str(unit), location), text, location) for unit in units.categories]
    amounts = columns.numbers["amount"][rows] + number * np.array(factors)[units.codes]
    below = np.flatnonzero(amounts < -TIE * np.abs(columns.numbers["amount"][rows]))
    if len(below):
        what = Message("{place} would be below zero.", place=columns.table.location(int(rows[below[0]])))
        raise InputError([Problem(location, what, Message("Take away no more than there is."), code="improvements")])
    edited = ChangedRows(activity)
    for row, amount in zip(rows.tolist(), np.maximum(amounts, 0.0).tolist(), strict=True):
        edited.set("amount", np.array([row]), amount)
        edited.set("unit", np.array([row]), columns.text("unit", row))
    for name in SPREAD:
        if name in edited.columns:
            edited.set(name, rows, "")
    return edited.build()


def _unit(text: str, location: str) -> Unit:
    try:
        return parse_unit(text) if text else parse_unit("1")
    except UnitError as error:
        raise InputError([Problem(location, error.what, error.cure, code="improvements")]) from None


def _added_factor(added: Unit, row: Unit, text: str, location: str) -> float:
    """Return how many units of a row are in one of the added amount; `kWh` and `kWh/kg` mean the same in a row."""
    ratios = {unit.dimensions for unit in (added, added / MASS)} & {unit.dimensions for unit in (row, row / MASS)}
    if ratios:
        return added.factor / row.factor
    what = Message("{text!r} cannot be added to an amount in {unit!r}.", text=text[:60], unit=row.text)
    raise InputError([Problem(location, what, Message("Give it in a unit of the same kind."), code="improvements")])


# -- electricity of one's own -----------------------------------------------------------------------------------------


def calculate(state: State, improvements: Improvements, output: FloatArray) -> Footprint:
    """Return the footprints of a state; electricity of one's own is calculated through a supply table.

    Parameters
    ----------
    state : State
    improvements : Improvements
    output : ndarray of float, shape (products,)
        Yearly output. [product units]

    Raises
    ------
    InputError
        There is more electricity of one's own than load, or no measured electricity.
    """
    result = calculate_run(state.run)
    if not state.supplies:
        return result
    stages = measured_stages(state.run.activity)
    load = electricity_load(result, stages, output)
    rows: list[dict[str, Any]] = []
    left = load
    for number in state.supplies:
        energy, location = _energy(improvements, number, load), improvements.location(number, "supply")
        _check_load(energy, (left, load), location)
        left = max(left - energy, 0.0)
        supply = improvements.measures[number].supply
        assert supply is not None
        rows.append({"part": "on_site", "amount": energy, "item": supply.item, "source": location})
    rows.append({"part": "grid", "amount": left, "item": "", "source": "load minus electricity of one's own"})
    common = {"site": "mill", "stages": " ".join(stages), "carrier": "electricity", "unit": ENERGY.text}
    return calculate_run(replace(state.run, supply=load_supply([{**common, **row} for row in rows])))


def _energy(improvements: Improvements, number: int, load: float) -> float:
    """Return the energy of a measure. [MWh]"""
    supply = improvements.measures[number].supply
    assert supply is not None
    if supply.on_site is None:
        return (percent(supply.share) or 0.0) * load
    found = quantity(supply.on_site, ENERGY)
    assert isinstance(found, float)
    return found


def _check_load(energy: float, loads: tuple[float, float], location: str) -> None:
    left, load = loads
    if load > 0 and energy <= left * (1 + TIE):
        return
    if load > 0:
        what = Message("{energy:.6g} MWh on site are more than the load that is left, {left:.6g} of {load:.6g} MWh.",
                       energy=energy, left=left, load=load)  # fmt: skip
        cure = Message("Lower it; what is sold to the grid is no reduction of these products.")
    else:
        what = Message("No row of the activity data measures electricity of the grid, so there is no load.")
        cure = Message("Add what was measured first: the change of a default of the rule is no reduction.")
    raise InputError([Problem(location, what, cure, code="improvements")])


def measured_stages(activity: Activity) -> list[str]:
    """Return the stages in which a row gives electricity of the rule's own item.

    Parameters
    ----------
    activity : Activity
    """
    exchanges, flows = activity.exchanges, activity.rules.flows
    is_electric = np.array(
        [spec.factor == ELECTRICITY and spec.unit.dimensions == ENERGY.dimensions for spec in flows] or [False]
    )
    rows = exchanges.row
    given = np.flatnonzero(is_electric[exchanges.flow] & (rows >= 0) & ~activity.columns.empty[np.maximum(rows, 0)])
    found = {flows[number].stage for number in np.unique(exchanges.flow[given]).tolist()}
    return [spec.id for spec in activity.rules.stages if spec.index in found]


def electricity_load(result: Footprint, stages: list[str], output: FloatArray) -> float:
    """Return the electricity of the products, and of those that they take, in some stages in a year. [MWh]

    Parameters
    ----------
    result : Footprint
        Calculated without a supply.
    stages : list of str
        Stages of the mill.
    output : ndarray of float, shape (products,)
        What leaves the mill in a year. [product units]
    """
    lines, inventory, rules = result.lines, result.inventory, result.rules
    is_flow = np.array([spec.factor == ELECTRICITY and spec.unit.dimensions == ENERGY.dimensions
                        and rules.stage_id(spec.stage) in stages for spec in rules.flows] or [False])  # fmt: skip
    is_item = np.array([str(text) == ELECTRICITY for text in lines.item.categories] or [False])
    chosen = is_flow[inventory.flow] & is_item[lines.item.codes]
    made = made_outputs(result, output)
    return float((inventory.amount[chosen] * made[inventory.product[chosen]]).sum()) / ENERGY.factor
