"""Declared footprints that hold the way to the customer already, beside a transport flow that counts it again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.columns import group_rows
from textile_pcf.factors import FactorTable
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.messages.message import Message
from textile_pcf.rules import FlowSpec
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import parse_unit

DELIVERED = "cradle_to_customer"  # the boundary of a factor row whose value ends at the customer's door
TRANSPORT = "transport"


def find_double_transport(activity: Activity, factors: FactorTable, matches: FactorMatches) -> Iterator[tuple[int, str]]:
    """Per product, a sentence for each stage with a delivered footprint and a transport flow that is not zero."""
    if not matches.is_declared.any():
        return
    delivered = np.array(
        [
            match is not None and factors.tables[match.table].texts["boundary"][match.row] == DELIVERED
            for match in matches.matches
        ],
        dtype=bool,
    )
    rules, flows = activity.rules, activity.exchanges
    rows = np.flatnonzero(delivered[matches.request])
    if not len(rows):
        return
    product = activity.exchange_products
    stage = rule_arrays(rules).flow_stage[flows.flow]
    product_index = product * len(rules.stages) + stage
    carries = np.array([_is_transport(spec) for spec in rules.flows])[flows.flow] & (activity.exchange_value != 0)
    ways = np.flatnonzero(carries & np.isin(product_index, product_index[rows]))
    carried = ways[group_rows(product_index[ways], flows.flow[ways])[0]]
    first_rows = rows[group_rows(product_index[rows], matches.request[rows])[0]]
    flows_at: dict[int, list[str]] = {}
    for row in carried.tolist():
        flows_at.setdefault(int(product_index[row]), []).append(rules.flows[flows.flow[row]].id)
    for row in first_rows.tolist():
        item, name = matches.requests[matches.request[row]].item, rules.stage_id(int(stage[row]))
        for flow in sorted(flows_at.get(int(product_index[row]), [])):
            yield (
                int(product[row]),
                Message(
                    "{name}.{flow}: {item} ends at your door already; give 0 km, or its way is counted twice.",
                    name=name,
                    flow=flow,
                    item=item,
                ),
            )


def _is_transport(spec: FlowSpec) -> bool:
    """A flow that says so, or one that counts transport work."""
    return spec.category == TRANSPORT or spec.unit.dimensions == parse_unit("t*km").dimensions
