"""Where the amount of each exchange comes from: a row of the activity data, or a number of the rule."""

from __future__ import annotations

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import BoolArray, IndexArray, IntArray
from textile_pcf.columns import take
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.rules.arrays import rule_arrays


def amount_sources(activity: Activity, quantities: Quantities) -> tuple[IndexArray, BoolArray, IntArray]:
    """Return the row of the activity data, whether the rule gives the amount instead, and the entry of the rule's value.

    A flow that takes the value of a property which the activity data gives has the row of that property.

    Returns
    -------
    row : ndarray, shape (exchanges,)
        Row of the activity table; -1 for exchanges that the rule adds.
    by_rule : ndarray, shape (exchanges,)
        Whether the amount is a number of the rule.
    entry : ndarray, shape (exchanges,)
        Entry of the rule's value; -1 where there is none.
    """
    row, by_rule, entry = activity.exchanges.row.copy(), quantities.entry >= 0, quantities.entry.copy()
    exchanges, index = _of_properties(activity, by_rule)
    given = activity.property_rows[index] >= 0
    row[exchanges[given]] = activity.property_rows[index[given]]
    by_rule[exchanges[given]] = False
    entry[exchanges] = quantities.property_entry[index]
    return row, by_rule, entry


def amounts_by_rule(activity: Activity, quantities: Quantities) -> BoolArray:
    """Return whether the amount of each exchange is a number of the rule, without where else it comes from."""
    by_rule = quantities.entry >= 0
    exchanges, index = _of_properties(activity, by_rule)
    by_rule[exchanges] = take(activity.property_rows, index) < 0
    return by_rule


def _of_properties(activity: Activity, by_rule: BoolArray) -> tuple[IndexArray, IndexArray]:
    """Return the exchanges of the rule that take the value of a property, and the entry of that property for each."""
    flows, arrays = activity.exchanges, rule_arrays(activity.rules)
    reference = arrays.flow_reference[flows.patterns.flow]
    rows = rows_where(reference >= 0, flows.pattern)
    rows = rows[take(by_rule, rows)]
    if not len(rows):
        return rows, rows
    pattern, entry = take(flows.pattern, rows), take(flows.entry, rows)
    if not activity.components.one_per_product:
        of_product = ~arrays.stage_is_component[arrays.property_stage[reference]]
        shared = arrays.stage_is_component[arrays.flow_stage[flows.patterns.flow]] & of_product
        entry = activity.components.products_of(take(shared, pattern), entry)
    return rows, take(activity.property_entries.offsets[reference], pattern) + entry


def property_entries(activity: Activity, index: int, stage: int, entries: IndexArray) -> IndexArray:
    """Return the entries of a property that entries of a stage refer to."""
    rules = activity.rules
    owner = rules.properties[index].stage
    per_component = rules.is_component_stage(owner)
    return activity.components.product[entries] if rules.stages[stage].component and not per_component else entries
