"""Declared footprints that hold the way to the customer already, beside a transport flow that counts it again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import IndexArray
from textile_pcf.columns import equal_pairs, group_rows
from textile_pcf.factors import FactorTable
from textile_pcf.factors.matcher import BOUGHT
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.messages.message import Message
from textile_pcf.rules import FlowSpec
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import parse_unit

DELIVERED = "cradle_to_customer"  # the boundary of a factor row whose value ends at the customer's door
TRANSPORT = "transport"


def find_double_transport(activity: Activity, factors: FactorTable, matches: FactorMatches) -> Iterator[tuple[int, str]]:
    """Per product, a sentence for each stage with a delivered footprint and a transport flow that is not zero."""
    bought, carried = _delivered_and_carried(activity, factors, matches)
    for row, way in zip(bought.tolist(), carried.tolist(), strict=True):
        yield int(activity.exchange_products[row]), _counted_twice(activity, matches, row, way)


def double_transport_texts(activity: Activity, factors: FactorTable, matches: FactorMatches) -> Iterator[str]:
    """Yield the sentences of `find_double_transport` without their products, each request and flow once, for a catalogue."""
    bought, carried = _delivered_and_carried(activity, factors, matches)
    if not len(bought):
        return
    first, _ = group_rows(matches.request[bought], activity.exchanges.flow[carried])
    for pair in np.sort(first).tolist():
        yield _counted_twice(activity, matches, int(bought[pair]), int(carried[pair]))


def _counted_twice(activity: Activity, matches: FactorMatches, row: int, way: int) -> Message:
    spec = activity.rules.flows[activity.exchanges.flow[way]]
    return Message(
        "{name}.{flow}: {item} ends at your door already; give 0 km, or its way is counted twice.",
        name=activity.rules.stage_id(spec.stage),
        flow=spec.id,
        item=matches.requests[matches.request[row]].item,
    )


def _delivered_and_carried(activity: Activity, factors: FactorTable, matches: FactorMatches) -> tuple[IndexArray, IndexArray]:
    """Return pairs of exchanges of one product and stage: a delivered footprint, and transport that is not zero.

    They are in the order of products, stages, requests and ids of the transport.
    """
    nothing = np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    if not matches.have(BOUGHT):
        return nothing
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
        return nothing
    place = activity.exchange_products * len(rules.stages) + rule_arrays(rules).flow_stage[flows.flow]
    carries = np.array([_is_transport(spec) for spec in rules.flows])[flows.flow] & (activity.exchange_value != 0)
    ways = np.flatnonzero(carries)
    _, by_id = np.unique([spec.id for spec in rules.flows], return_inverse=True)
    carried = ways[group_rows(place[ways], by_id.reshape(-1)[flows.flow[ways]])[0]]
    bought = rows[group_rows(place[rows], matches.request[rows])[0]]
    of_bought, of_carried = equal_pairs(place[bought], place[carried])
    return bought[of_bought], carried[of_carried]


def _is_transport(spec: FlowSpec) -> bool:
    """A flow that says so, or one that counts transport work."""
    return spec.category == TRANSPORT or spec.unit.dimensions == parse_unit("t*km").dimensions
