"""Which amounts that are taken from properties rest on numbers with a declared spread."""

from __future__ import annotations

import numpy as np

from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import rows_by_code
from textile_pcf.inventory.amount_sources import property_entries
from textile_pcf.inventory.defaults import RuleNumber, property_on
from textile_pcf.inventory.draw_sources import ActivityRow
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.quantities import Origin, property_origin
from textile_pcf.rules import PropertySpec, RuleSet
from textile_pcf.rules.compile_balance import CONTENT
from textile_pcf.uncertainty_analysis.spreads import Spreads

WHOLLY = 1.0 - 1e-9  # of a mean over components


def declared_by_property(inventory: Inventory, spreads: Spreads) -> BoolArray:
    """Return whether each exchange takes its amount from a property whose numbers all have a declared spread.

    A property that a method computes rests on all inputs of the method. An uptake that balances biogenic carbon rests on the
    carbon of the product; what its inputs carry has factors of its own.

    Parameters
    ----------
    inventory : Inventory
    spreads : Spreads

    Returns
    -------
    ndarray of bool, shape (exchanges,)
    """
    activity, flows = inventory.activity, inventory.activity.exchanges
    declared: BoolArray = np.zeros(len(flows), dtype=bool)
    rules = activity.rules
    references = {
        spec.index: spec.default.reference for spec in rules.flows if spec.default is not None and spec.default.reference >= 0
    }
    content = rules.product_property(CONTENT)
    if content is not None:
        references |= {spec.index: content.index for spec in rules.flows if spec.balance}
    if not references:
        return declared
    known = _declared_properties(inventory, spreads, set(references.values()))
    taken = rows_where(np.isin(flows.patterns.flow, list(references)), flows.pattern)
    taken = taken[inventory.quantities.entry[taken] >= 0]
    for flow, of_flow in rows_by_code(flows.flow[taken]):
        exchanges, reference = taken[of_flow], references[flow]
        start = activity.property_entries.offsets[reference]
        index = start + property_entries(activity, reference, rules.flows[flow].stage, flows.entry[exchanges])
        declared[exchanges] = known[index] >= WHOLLY
    return declared


def _declared_properties(inventory: Inventory, spreads: Spreads, wanted: set[int]) -> FloatArray:
    """Return 1 for each entry of the wanted properties that rests on declared numbers only, shape (property entries,)."""
    activity, quantities = inventory.activity, inventory.quantities
    known, origins = np.zeros(len(quantities.properties)), property_origin(activity, quantities)
    candidates = spreads.candidate_rows
    may_vary = np.zeros(activity.columns.rows + 1, dtype=bool) if candidates is None else np.append(candidates, False)
    for spec in _properties_behind(activity.rules, wanted):
        block = activity.property_entries.block(spec.index)
        origin, rows = origins[block], activity.property_rows[block]
        values = np.ones(len(origin)) if spec.choice else np.zeros(len(origin))
        if not spec.choice:
            for entry in np.flatnonzero((origin == Origin.GIVEN) & may_vary[rows]).tolist():
                values[entry] = spreads.of(ActivityRow(int(rows[entry])), float(activity.value[rows[entry]])) is not None
            values = np.where(origin == Origin.BY_RULE, _by_rule(inventory, spreads, spec, known), values)
            inputs = [property_on(activity, known, index, spec.stage) for index in spec.inputs.values()]
            computed = np.min(inputs, axis=0) if inputs else np.zeros(len(origin))
            values = np.where(origin == Origin.COMPUTED, computed, values)
        known[block] = values
    return known


def _properties_behind(rules: RuleSet, wanted: set[int]) -> list[PropertySpec]:
    """Return some properties and all that they rest on, in the order in which they are computed."""
    behind = set(wanted)
    for spec in reversed(rules.properties):
        if spec.index in behind:
            behind.update(spec.inputs.values())
            if spec.default is not None and spec.default.reference >= 0:
                behind.add(spec.default.reference)
    return [spec for spec in rules.properties if spec.index in behind]


def _by_rule(inventory: Inventory, spreads: Spreads, spec: PropertySpec, known: FloatArray) -> FloatArray:
    """Return 1 for each entry of a property whose value of the rule has a declared spread."""
    activity = inventory.activity
    block = activity.property_entries.block(spec.index)
    entry = inventory.quantities.property_entry[block]
    if spec.default is None:
        return np.zeros(len(entry))
    if spec.default.reference >= 0:
        return property_on(activity, known, spec.default.reference, spec.stage)
    numbers = [RuleNumber("property", spec.index, number) for number in range(len(spec.default.values))]
    flags = [spreads.of(number, spreads.stated_value(number, 1.0)) is not None for number in numbers]
    return np.append(np.array(flags, dtype=np.float64), 0.0)[entry]
