"""Complete quantities: given by the activity data, else the value of the rule, else computed by a named method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.completion import BlockConstants, Fill, is_constant, rule_constants
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.structure import GivenQuantities
from textile_pcf.activity.structure_cache import structure_cache
from textile_pcf.arrays import FloatArray, IndexArray, IntArray, Scalar
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.inventory.allocation import check_allocation, process_allocation, with_allocation
from textile_pcf.inventory.defaults import RuleDraws, entry_count, evaluate_default, property_on
from textile_pcf.inventory.drivers import non_mass_drivers
from textile_pcf.inventory.missing_data import given_balances, invalid_names
from textile_pcf.inventory.period_totals import per_output
from textile_pcf.inventory.product_mass import missing_mass, product_mass
from textile_pcf.inventory.quantity_checks import (
    check_absent,
    check_default_taken_once,
    check_losses,
    missing_properties,
    missing_values,
)
from textile_pcf.rules import FlowSpec, LossSpec, PropertySpec, QuantitySpec
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import Unit, parse_unit


class Origin(IntEnum):
    """Where the value of a property comes from: a row, a value of the rule, a method of the rule, or nowhere."""

    GIVEN = 0
    BY_RULE = 1
    COMPUTED = 2
    NONE = -1


class Quantities(NamedTuple):
    """Every property, loss, and exchange value in canonical units, with its origin.

    Attributes
    ----------
    properties : ndarray, shape (property entries,)
        Properties of all products, components and stages; NaN where not known.
    property_entry, loss_entry : ndarray, shapes (property entries,) and (loss entries,)
        Entry of the rule's value that was used; -1 if the value is not the rule's.
    losses : ndarray, shape (loss entries,)
        Losses, on the basis of the rule, also of stages that do not take place (`Structure.process_losses` says which count);
        NaN where not known. [1]
    value : ndarray, shape (exchanges,)
        Amount per driver. [canonical flow unit per driver]
    scale : ndarray, shape (exchanges,)
        Product of the drivers that are not masses.
    entry : ndarray, shape (exchanges,)
        Entry of the rule's value that was used; -1 if the amount is given.
    mass : ndarray, shape (products,)
        Mass of one product unit. [kg]
    problems : tuple of Problem
        Missing quantities that are used, and impossible values.
    allocation : ndarray, shape (processes,), or None
        Part of its emissions that each process passes on to the product; `scale` holds it. None without co-products. [1]
    """

    properties: FloatArray
    property_entry: IntArray
    losses: FloatArray
    loss_entry: IntArray
    value: FloatArray
    scale: FloatArray
    entry: IntArray
    mass: FloatArray
    problems: tuple[Problem, ...]
    allocation: FloatArray | None = None


def complete_quantities(activity: Activity, draws: RuleDraws | None = None, is_complete: bool = False) -> Quantities:
    """Complete properties, losses and exchange values: as given, by the rule, or computed by a method.

    A given amount stays as it is, unless it is one of a period, which is divided by the output of the period
    (`inventory.period_totals:per_output`). What multiplies it and is no mass becomes `scale`: properties that drive the flow
    and the share of a fibre where one amount is given for the blend (`inventory.drivers:non_mass_drivers`), the product's share
    of a stage with co-products (`inventory.allocation:with_allocation`).

    Parameters
    ----------
    activity : Activity
        Amounts as given; the plan `Structure.completion` says which others the rule completes.
    draws : RuleDraws, optional
        Numbers of the rule that are drawn.
    is_complete : bool, optional
        Whether the rows are known to be complete, so that checks that do not depend on amounts are skipped.

    Returns
    -------
    Quantities
        What is still missing where it is used is one of its problems.
    """
    cache = structure_cache(activity.rules)
    known_complete = is_complete or activity.structure in cache
    invalid = set() if known_complete else invalid_names(activity)
    (properties, property_entry), (losses, loss_entry), (value, entry) = _fill_in(activity, draws)
    mass = product_mass(activity, properties)
    value, period_problems = per_output(activity, properties, value)
    scale, driver_problems = non_mass_drivers(activity, properties, invalid)
    repeated, absent = (
        ([], []) if known_complete else (list(check_default_taken_once(activity)), check_absent(activity, invalid))
    )
    problems = [
        *repeated,
        *missing_properties(activity, properties, invalid),
        *missing_mass(activity, mass),
        *check_losses(activity, losses, properties, invalid),
        *absent,
        *period_problems,
        *missing_values(activity, properties, value, invalid),
        *driver_problems,
        *check_allocation(activity, properties),
        *given_balances(activity),
    ]
    allocation = process_allocation(activity, properties)
    if allocation is not None:
        scale = with_allocation(activity, allocation, scale)
    if not (known_complete or repeated or absent or activity.problems):
        cache.put(activity.structure, activity.columns)
    completed = (properties, property_entry, losses, loss_entry, value, scale, entry, mass)
    return Quantities(*completed, tuple(problems), allocation)


def _fill_in(activity: Activity, draws: RuleDraws | None) -> tuple[tuple[FloatArray, IntArray], ...]:
    """Return properties, losses and amounts of exchanges with what the rule completes, each with the entry of the rule's value.

    Arrays that the plan does not write into are those of the activity.
    """
    structure = activity.structure
    plan = structure.computed
    if draws is not None:  # constants may be drawn, too
        plan = tuple(fill for fill in structure.completion if not is_constant(fill.spec) or draws.has(fill.spec))
    constants, kinds = rule_constants(activity.rules), {type(fill.spec) for fill in plan}
    properties = structure.property_entries, constants.properties, structure.properties, activity.properties
    losses = structure.loss_entries, constants.losses, structure.losses, activity.losses
    filled, used = dict[type[QuantitySpec], FloatArray](), dict[type[QuantitySpec], IntArray]()
    for kind, of_kind in ((PropertySpec, properties), (LossSpec, losses)):
        filled[kind], used[kind] = _with_constants(*of_kind, is_written=kind in kinds)
    amounts, entries = activity.exchange_value, structure.exchanges.no_rule_entry
    at, numbers = structure.constant_amounts
    if len(at) or FlowSpec in kinds:
        amounts, entries = amounts.copy(), entries.copy()
        amounts[at], entries[at] = numbers, 0
    filled[FlowSpec], used[FlowSpec] = amounts, entries
    _follow(plan, activity, draws, filled, used)
    return tuple(zip(filled.values(), used.values(), strict=True))


def _with_constants(
    entries: BlockIndex, constants: BlockConstants, quantities: GivenQuantities, values: FloatArray, is_written: bool
) -> tuple[FloatArray, IntArray]:
    """Return values that rows give, else the constant of the rule, and the entry of the rule's value.

    Whole blocks are written, and then the few values that rows give. Arrays that nothing `is_written` to are those given.
    """
    if not (is_written or (constants.some and len(quantities.given) < len(values))):
        return values, quantities.no_rule_entry
    filled, used = entries.repeat(constants.numbers), entries.repeat(constants.entries)
    filled[quantities.given], used[quantities.given] = take(values, quantities.given), -1
    return filled, used


def _follow(
    plan: Iterable[Fill],
    activity: Activity,
    draws: RuleDraws | None,
    filled: Mapping[type[QuantitySpec], FloatArray],
    used: Mapping[type[QuantitySpec], IntArray],
) -> None:
    """Write what the rule completes into the values of each class of quantity, and the entry of the rule into `used`."""
    properties = filled[PropertySpec]
    for fill in plan:
        kind = type(fill.spec)
        of_rule, entry = _value_of_rule(activity, properties, fill.spec, draws)
        filled[kind][fill.entries] = _at(of_rule, fill.positions)
        if entry is not None and kind in used:
            used[kind][fill.entries] = _at(entry, fill.positions)


def complete_again(
    activity: Activity, draws: RuleDraws, before: Quantities, specs: AbstractSet[tuple[type[QuantitySpec], int]]
) -> Quantities:
    """Complete some quantities again, because activity data or draws give them other numbers.

    Parameters
    ----------
    activity, draws
        As of `complete_quantities`.
    before : Quantities
        Quantities of the same rows with the earlier numbers.
    specs : set of (class, int)
        Class and index of each quantity whose number has changed. If flows are among them, only these flows have a
        meaningful `value` in the result.

    Returns
    -------
    Quantities
        Problems, masses and allocations are those of `before`.
    """
    structure, kinds = activity.structure, {kind for kind, _ in specs}
    properties, losses, value = before.properties, before.losses, before.value
    if PropertySpec in kinds:
        properties = _with_stated(properties, activity.properties, structure.properties)
    if LossSpec in kinds:
        losses = _with_stated(losses, activity.losses, structure.losses)
    if FlowSpec in kinds:
        value = activity.exchange_value.copy()
    plan = (fill for fill in structure.completion if (type(fill.spec), fill.spec.index) in specs)
    _follow(plan, activity, draws, {PropertySpec: properties, LossSpec: losses, FlowSpec: value}, {})
    if FlowSpec not in kinds:
        return before._replace(properties=properties, losses=losses)
    value, _ = per_output(activity, properties, value)
    scale = before.scale
    if any(
        (PropertySpec, driver) in specs for _, drivers in rule_arrays(activity.rules).flow_other_drivers for driver in drivers
    ):
        scale = with_allocation(activity, before.allocation, non_mass_drivers(activity, properties, set())[0])
    return before._replace(properties=properties, losses=losses, value=value, scale=scale)


def _with_stated(before: FloatArray, given: FloatArray, quantities: GivenQuantities) -> FloatArray:
    """Return a copy of values with those that rows state."""
    values = before.copy()
    values[quantities.stated] = given[quantities.stated]
    return values


def _at(values: NDArray[Scalar], positions: IndexArray | slice) -> NDArray[Scalar]:
    """Return the values at some positions; `take` is faster than indexing by an array."""
    return values[positions] if isinstance(positions, slice) else values.take(positions)


def _value_of_rule(
    activity: Activity, properties: FloatArray, spec: QuantitySpec, draws: RuleDraws | None
) -> tuple[FloatArray, IndexArray | None]:
    """Return what the rule gives a quantity on each entry of its stage, and the entry of its value; None if it is computed."""
    if spec.default is not None:
        return evaluate_default(activity, properties, spec, draws)
    if isinstance(spec, FlowSpec):  # the flow that balances biogenic carbon: 0 until masses and links are known
        size = entry_count(activity, spec.stage)
        return np.zeros(size), np.zeros(size, dtype=np.intp)
    assert isinstance(spec, PropertySpec)
    return _computed(activity, properties, spec), None


def property_origin(activity: Activity, quantities: Quantities) -> IntArray:
    """Return the `Origin` of each property. Shape (property entries,)."""
    origin = np.full(len(quantities.properties), Origin.GIVEN, dtype=np.int8)
    empty = activity.structure.properties.empty
    by_rule = quantities.property_entry[empty] >= 0
    filled = np.where(by_rule, np.int8(Origin.BY_RULE), np.int8(Origin.COMPUTED))
    filled[np.isnan(quantities.properties[empty])] = Origin.NONE
    origin[empty] = filled
    return origin


def _computed(activity: Activity, values: FloatArray, spec: PropertySpec) -> FloatArray:
    """Compute a property by its method; canonical units in and out, the units of the method between."""
    method = spec.method
    assert method is not None
    with np.errstate(all="ignore"):
        inputs = {
            name: method_input(activity, values, index, spec.stage, method.inputs[name]) for name, index in spec.inputs.items()
        }
        computed = _canonical(method.function(**inputs), parse_unit(method.output), spec.unit)
    return np.where(np.isfinite(computed), computed, np.nan)


def method_input(activity: Activity, values: FloatArray, index: int, stage: int, unit_text: str) -> FloatArray:
    """Return a property in the unit of a method input; a count in dtex becomes Nm if needed."""
    unit = activity.rules.properties[index].unit
    target = parse_unit(unit_text)
    inputs = property_on(activity, values, index, stage)
    return (1 / inputs if unit.dimensions != target.dimensions else inputs) / target.factor


def _canonical(values: FloatArray, source: Unit, unit: Unit) -> FloatArray:
    """Convert values in the unit `source` to the canonical unit of a property."""
    canonical = values * source.factor
    return 1 / canonical if source.dimensions != unit.dimensions else canonical
