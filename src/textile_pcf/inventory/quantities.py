"""Complete quantities: given by the activity data, else the value of the rule, else computed by a named method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.row_patterns import PER_DRIVER, PER_PRODUCT, rows_where
from textile_pcf.activity.structure_cache import structure_cache
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import group_rows
from textile_pcf.errors import Problem
from textile_pcf.inventory.allocation import allocated_shares, check_allocation, with_allocation
from textile_pcf.inventory.defaults import RuleDraws, Spec, entries_of_stage, evaluate_default, property_on
from textile_pcf.inventory.missing_data import check_alternatives, given_balances, invalid_names, missing_flows, missing_input
from textile_pcf.inventory.period_totals import per_output
from textile_pcf.inventory.product_mass import missing_mass, product_mass
from textile_pcf.messages.message import Message, sentences
from textile_pcf.rules import PRODUCT, Default, FlowSpec, LossSpec, PropertySpec
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import Unit, parse_unit

GIVEN, BY_RULE, COMPUTED, NONE = 0, 1, 2, -1


class Quantities(NamedTuple):
    """Every property, loss, and exchange value in canonical units, with its origin.

    Attributes
    ----------
    properties : ndarray, shape (property entries,)
        Properties of all products, components and stages; NaN where not known.
    property_entry, loss_entry : ndarray
        Entry of the rule's value that was used; -1 if the value is not the rule's.
    losses : ndarray, shape (loss entries,)
        Losses, on the basis of the rule; NaN where not known. [1]
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
    property_entry: IndexArray
    losses: FloatArray
    loss_entry: IndexArray
    value: FloatArray
    scale: FloatArray
    entry: IndexArray
    mass: FloatArray
    problems: tuple[Problem, ...]
    allocation: FloatArray | None = None


def complete_quantities(activity: Activity, draws: RuleDraws | None = None) -> Quantities:
    """Complete properties, losses and exchange values: as given, by the rule, or computed by a method.

    What is still missing where it is used is a problem of the returned quantities.
    """
    cache = structure_cache(activity.rules)
    known_complete = activity.structure in cache
    invalid = set() if known_complete else invalid_names(activity)
    (properties, property_entry), (losses, loss_entry), (value, entry) = _filled(activity, draws)
    mass = product_mass(activity, properties)
    value, period_problems = per_output(activity, properties, value)
    scale, driver_problems = non_mass_drivers(activity, properties, invalid)
    repeated, absent = (
        ([], []) if known_complete else (list(_check_default_taken_once(activity)), _check_absent(activity, invalid))
    )
    problems = [
        *repeated,
        *_missing_properties(activity, properties, invalid),
        *missing_mass(activity, mass),
        *_check_losses(activity, losses, properties, invalid),
        *absent,
        *period_problems,
        *_missing_values(activity, properties, value, invalid),
        *driver_problems,
        *check_allocation(activity, properties),
        *given_balances(activity),
    ]
    allocation = allocated_shares(activity, properties)
    scale = with_allocation(activity, allocation, scale)
    if not (known_complete or repeated or absent or activity.problems):
        cache.put(activity.structure, activity.columns)
    completed = (properties, property_entry, losses, loss_entry, value, scale, entry, mass)
    return Quantities(*completed, tuple(problems), allocation)


def _check_absent(activity: Activity, invalid: set[tuple[str, int, int]]) -> list[Problem]:
    """Return problems of missing flows and alternatives, whatever the amounts."""
    return [*missing_flows(activity, invalid), *check_alternatives(activity, invalid)]


def _filled(activity: Activity, draws: RuleDraws | None) -> tuple[tuple[FloatArray, IndexArray], ...]:
    """Return properties, losses and amounts of exchanges with what the rule completes, each with the entry of the rule's value.

    Arrays that the plan does not write into are those of the activity.
    """
    structure, plan = activity.structure, activity.structure.completion
    written = {type(fill.spec) for fill in plan}
    given: dict[type[Spec], tuple[FloatArray, IndexArray]] = {
        PropertySpec: (activity.properties, structure.properties.no_rule_entry),
        LossSpec: (activity.losses, structure.losses.no_rule_entry),
        FlowSpec: (activity.exchange_value, structure.exchanges.no_rule_entry),
    }
    filled = {
        kind: (values.copy(), entries.copy()) if kind in written else (values, entries)
        for kind, (values, entries) in given.items()
    }
    properties, _ = filled[PropertySpec]
    for fill in plan:
        values, entries = filled[type(fill.spec)]
        of_rule, entry = _value_of_rule(activity, properties, fill.spec, draws)
        values[fill.entries], entries[fill.entries] = of_rule[fill.positions], entry[fill.positions]
    return tuple(filled.values())


def _value_of_rule(
    activity: Activity, properties: FloatArray, spec: Spec, draws: RuleDraws | None
) -> tuple[FloatArray, IndexArray]:
    """Return what the rule gives a quantity on each entry of its stage, and the entry of its value (-1: computed, or none)."""
    if spec.default is not None:
        return evaluate_default(activity, properties, spec, draws)
    size = entries_of_stage(activity, spec.stage)
    if isinstance(spec, FlowSpec):  # the flow that balances biogenic carbon: 0 until masses and links are known
        return np.zeros(size), np.zeros(size, dtype=np.intp)
    assert isinstance(spec, PropertySpec)
    return _computed(activity, properties, spec), np.full(size, -1, dtype=np.intp)


def property_origin(activity: Activity, quantities: Quantities) -> IndexArray:
    """Return the origin of each property: GIVEN, BY_RULE, COMPUTED or NONE. Shape (property entries,)."""
    origin = np.full(len(quantities.properties), GIVEN, dtype=np.intp)
    empty = activity.structure.properties.empty
    by_rule = quantities.property_entry[empty] >= 0
    origin[empty] = np.where(np.isnan(quantities.properties[empty]), NONE, np.where(by_rule, BY_RULE, COMPUTED))
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


def _missing_properties(activity: Activity, properties: FloatArray, invalid: set[tuple[str, int, int]]) -> Iterator[Problem]:
    required, unknown = rule_arrays(activity.rules).property_required, np.isnan(properties)
    if not np.count_nonzero(unknown) or not (unknown & activity.property_entries.repeat(required)).any():
        return
    for spec in activity.rules.properties:
        if not required[spec.index]:
            continue
        block = activity.property_entries.block(spec.index)
        empty = np.isnan(properties[block])
        if spec.stage != PRODUCT:
            empty = empty & activity.stage_active[activity.processes.block(spec.stage)]
        for entry in np.flatnonzero(empty):
            product, _ = activity.entry_name(spec.stage, int(entry))
            if ("property", spec.index, product) not in invalid:
                yield _not_given(activity, spec, int(entry))


def _not_given(activity: Activity, spec: PropertySpec | LossSpec, entry: int) -> Problem:
    stage = activity.rules.stage_id(spec.stage)
    cure = (
        Message("Write one of {options} in the column `item`.", options=spec.options_text)
        if isinstance(spec, PropertySpec) and spec.choice
        else Message("Give it in {expected}.", expected=spec.unit.text)
    )
    note = activity.rules.localized_note(stage, spec.id)
    what = Message(
        "{title} is missing, and the rule has no value for it.", title=activity.rules.localized_title(stage, spec.id)
    )
    return activity.missing(spec.stage, entry, spec.id, what, sentences(cure, note), "missing")


def impossible_losses(activity: Activity, losses: FloatArray) -> BoolArray:
    """Return whether each loss is outside what its basis allows; negative losses are problems of their row."""
    basis, entries = rule_arrays(activity.rules).loss_basis, activity.loss_entries
    most = entries.repeat(np.where(basis == "input", 1.0, np.inf))
    return np.asarray((losses >= most) | ((losses == 0) & entries.repeat(basis == "ratio")))


def _check_losses(
    activity: Activity, losses: FloatArray, properties: FloatArray, invalid: set[tuple[str, int, int]]
) -> Iterator[Problem]:
    """Yield a problem per loss that is missing or outside what its basis allows."""
    if np.count_nonzero(losses) == len(losses) and (not len(losses) or losses.item(losses.argmax()) < 1):
        return  # whatever the basis; comparisons with NaN are false, and negative losses are problems of their row
    lacking = np.isnan(losses) & activity.loss_entries.repeat(rule_arrays(activity.rules).loss_required)
    impossible = impossible_losses(activity, losses)
    if not (lacking | impossible).any():
        return
    for spec in activity.rules.losses:
        if activity.rules.stages[spec.stage].outside:
            continue
        block = activity.loss_entries.block(spec.index)
        values, rows = losses[block], activity.loss_rows[block]
        takes = activity.stage_active[activity.processes.block(spec.stage)]
        for entry in np.flatnonzero(takes & np.isnan(values) & (not spec.optional or spec.default is not None)):
            product, _ = activity.entry_name(spec.stage, int(entry))
            if ("loss", spec.index, product) in invalid:
                continue
            if spec.default is None:
                yield _not_given(activity, spec, int(entry))
            else:
                yield from missing_input(activity, properties, spec, spec.default, int(entry), invalid)
        for row in np.unique(rows[impossible[block] & (rows >= 0)]):
            text = f"{activity.value[row] * 100:.6g} %" if spec.basis != "ratio" else f"{activity.value[row]:.6g}"
            percent = "A loss on the input is at least 0 % and below 100 %; 5 percent is written 5 with unit %."
            ratio = "A ratio of input to output is above 0; 5 percent is written 5 with unit %."
            cure = percent if spec.basis == "input" else ratio
            yield from activity.columns.problems_at(
                [int(row)], Message("A loss of {text} is impossible.", text=text), cure, "amount", "loss"
            )


def _check_default_taken_once(activity: Activity) -> Iterator[Problem]:
    """Yield a problem per further row without amount of one flow: the rule's value can be taken once."""
    flows = activity.exchanges
    rows = flows.empty[flows.row[flows.empty] >= 0]
    if len(rows) < 2:
        return
    first, group = group_rows(flows.flow[rows], flows.entry[rows])
    again = np.unique(flows.row[rows[first[group] != np.arange(len(rows))]])
    what = "Another row without amount takes the rule's value of this flow already."
    yield from activity.columns.problems_at(again, what, "Write the amounts, or keep one of the rows.", "amount", "taken-twice")


def _missing_values(
    activity: Activity, properties: FloatArray, values: FloatArray, invalid: set[tuple[str, int, int]]
) -> Iterator[Problem]:
    flows = activity.exchanges
    if not len(flows.empty):
        return
    for row in flows.empty[np.isnan(values[flows.empty])]:
        spec, entry = activity.rules.flows[flows.flow[row]], int(flows.entry[row])
        product, _ = activity.entry_name(spec.stage, entry)
        if spec.default is not None and ("flow", spec.index, product) not in invalid:
            yield from missing_input(activity, properties, spec, spec.default, entry, invalid)


def non_mass_drivers(
    activity: Activity, properties: FloatArray, invalid: set[tuple[str, int, int]]
) -> tuple[FloatArray, list[Problem]]:
    """Return the product of the drivers that are not masses, and problems of unknown drivers, shape (exchanges,).

    An amount per product is scaled to one product unit, an amount per period is per kg of output.
    """
    flows, rules = activity.exchanges, activity.rules
    problems: list[Problem] = []
    driven = rule_arrays(rules).flow_other_drivers
    if activity.components.one_per_product and not flows.has_other_basis and not driven:
        return flows.unit_scale, problems
    scale = np.ones(len(flows))
    scale[rows_where(flows.patterns.per == PER_PRODUCT, flows.pattern)] = rules.product_unit.factor
    scale *= component_share(activity)
    for spec, others in driven:
        rows = rows_where((flows.patterns.flow == spec.index) & (flows.patterns.per == PER_DRIVER), flows.pattern)
        for driver in others:
            if driver == "product":
                scale[rows] *= rules.product_unit.factor
                continue
            values = property_on(activity, properties, int(driver), spec.stage)[flows.entry[rows]]
            scale[rows] *= values
            for row in rows[np.isnan(values)]:
                reference = Default(np.ones(1), reference=int(driver))
                problems += missing_input(activity, properties, spec, reference, int(flows.entry[row]), invalid)
    return scale, problems


def component_share(activity: Activity) -> FloatArray:
    """Return the share of the component for amounts given for all components that no mass multiplies; 1 elsewhere.

    5 kWh per product, given once for a blend, are 5 kWh and not 5 kWh per component. Shape (exchanges,) or (1,).
    """
    flows, components, arrays = activity.exchanges, activity.components, rule_arrays(activity.rules)
    if components.one_per_product:  # no blends
        return np.ones(1)
    absolute = (flows.per == PER_PRODUCT) | (arrays.flow_massless[flows.flow] & (flows.per == PER_DRIVER))
    unnamed = np.array([name == "" for name in activity.columns.texts["component"].categories])
    for_all = (flows.row < 0) | unnamed[activity.columns.texts["component"].codes[flows.row]]
    rows = np.flatnonzero(arrays.flow_is_component[flows.flow] & absolute & for_all)
    part = np.ones(len(flows))
    part[rows] = components.share[flows.entry[rows]]
    return part
