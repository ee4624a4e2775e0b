"""Where the amount of each exchange comes from: a row of the activity data, or a number of the rule."""

from __future__ import annotations

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.columns import rows_by_code
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.rules import PRODUCT


def amount_sources(activity: Activity, quantities: Quantities) -> tuple[IndexArray, BoolArray, IndexArray]:
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
    flows = activity.exchanges
    row, by_rule, entry = flows.row.copy(), quantities.entry >= 0, quantities.entry.copy()
    ruled = np.flatnonzero(by_rule)
    for flow, rows in rows_by_code(flows.flow[ruled]):
        spec, exchanges = activity.rules.flows[flow], ruled[rows]
        if spec.default is None or spec.default.reference < 0:
            continue
        start = activity.property_entries.offsets[spec.default.reference]
        index = start + property_entries(activity, spec.default.reference, spec.stage, flows.entry[exchanges])
        given = activity.property_rows[index] >= 0
        row[exchanges[given]] = activity.property_rows[index[given]]
        by_rule[exchanges[given]] = False
        entry[exchanges] = quantities.property_entry[index]
    return row, by_rule, entry


def property_entries(activity: Activity, index: int, stage: int, entries: IndexArray) -> IndexArray:
    """Return the entries of a property that entries of a stage refer to."""
    rules = activity.rules
    owner = rules.properties[index].stage
    per_component = owner != PRODUCT and rules.stages[owner].component
    return activity.components.product[entries] if rules.stages[stage].component and not per_component else entries
