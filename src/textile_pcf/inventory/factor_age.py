"""Factors whose year is further from that of the activity data than the rule allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import IndexArray, IntArray
from textile_pcf.factors import FactorTable
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.messages.message import Message


def old_factors(activity: Activity, matches: FactorMatches, factors: FactorTable) -> Iterator[tuple[int, Message]]:
    """Yield request and warning for each factor beyond `max_factor_age` of the rule, older or later alike.

    Without a requested year, or without a year of the factor, there is no age.
    """
    limit = activity.rules.document.max_factor_age
    if limit is None:
        return
    apart = {
        number: (int(request.year), int(year))
        for number, (match, request) in enumerate(zip(matches.matches, matches.requests, strict=True))
        if match is not None and request.year and (year := factors.tables[match.table].texts["year"][match.row])
    }
    old = np.array([number for number, (wanted, year) in apart.items() if abs(wanted - year) > limit.years], dtype=np.intp)
    for number, flow in zip(old.tolist(), _flow_of_requests(activity, matches, old).tolist(), strict=True):
        if flow >= 0:
            yield number, _text_of_old(activity, flow, matches.requests[number].item, *apart[number])


def _flow_of_requests(activity: Activity, matches: FactorMatches, requests: IndexArray) -> IntArray:
    """Return the flow of some requests, -1 without an exchange; only exchanges of these are looked at, mostly none."""
    flow, wanted = np.full(len(matches.match_index), -1), np.zeros(len(matches.match_index), dtype=bool)
    wanted[requests] = True
    rows = rows_where(wanted[matches.request_of_pattern], matches.pattern)
    flow[matches.request_of_pattern[matches.pattern[rows]]] = activity.exchanges.flow[rows]
    return flow[requests]


def _text_of_old(activity: Activity, flow: int, item: str, wanted: int, year: int) -> Message:
    spec, limit = activity.rules.flows[flow], activity.rules.document.max_factor_age
    assert limit is not None
    return Message(
        "{where}: {item}: the factor is of {year}, {apart} years from {wanted}; the rule allows {limit}.",
        where=f"{activity.rules.stage_id(spec.stage)}.{spec.id}",
        item=item,
        year=year,
        wanted=wanted,
        apart=abs(wanted - year),
        limit=limit.years,
    )


def age_warnings(activity: Activity, matches: FactorMatches, factors: FactorTable) -> Iterator[tuple[int, Message]]:
    """Yield product and warning for each factor beyond `max_factor_age` of the rule."""
    for number, text in old_factors(activity, matches, factors):
        exchanges = np.flatnonzero(matches.request == number)
        for product in np.unique(activity.exchange_products[exchanges]).tolist():
            yield product, text
