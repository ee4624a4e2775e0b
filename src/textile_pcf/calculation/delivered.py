"""Declared footprints that hold the way to the customer already, beside a transport flow that counts it again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.layout import layout
from textile_pcf.calculation.matched import Matched
from textile_pcf.factors import DECLARED, FactorTable

DELIVERED = "cradle_to_customer"  # the boundary of a factor row whose value ends at the customer's door
TRANSPORT = "transport"


def carried_twice(activity: Activity, factors: FactorTable, matched: Matched) -> Iterator[tuple[int, str]]:
    """Per product, a sentence for each stage with a delivered footprint and a transport flow that is not zero."""
    if not any(request.item.startswith(DECLARED) for request in matched.requests):
        return
    delivered = np.array(
        [
            answer is not None and factors.tables[answer.table].texts["boundary"][answer.row] == DELIVERED
            for answer in matched.answers
        ],
        dtype=bool,
    )
    rules, flows = activity.rules, activity.flows
    rows = np.flatnonzero(delivered[matched.form])
    if not len(rows):
        return
    product = activity.flow_products
    stage = layout(rules).flow_stage[flows.flow]
    carries = np.array([spec.category == TRANSPORT for spec in rules.flows])[flows.flow] & (activity.flow_value != 0)
    for row in rows:
        beside = np.flatnonzero(carries & (stage == stage[row]) & (product == product[row]))
        for flow in sorted({rules.flows[flows.flow[other]].id for other in beside}):
            item = matched.requests[matched.form[row]].item
            name = rules.stage_id(int(stage[row]))
            yield int(product[row]), f"{name}.{flow}: {item} ends at your door already; give 0 km, or its way is counted twice."
