"""Factors whose year is further from that of the activity data than the rule allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.factors import FactorTable
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.messages.message import Message


def old_factors(activity: Activity, matches: FactorMatches, factors: FactorTable) -> Iterator[tuple[int, Message]]:
    """Yield request and warning for each factor beyond `max_factor_age` of the rule, older or later alike.

    Where no year is asked for, or the factor has none, there is no age.
    """
    limit = activity.rules.document.max_factor_age
    if limit is None:
        return
    row = np.full(len(matches.matches), -1, dtype=np.intp)
    row[matches.request] = np.arange(len(matches.request))
    for number, (match, request) in enumerate(zip(matches.matches, matches.requests, strict=True)):
        if match is None or row[number] < 0:
            continue
        year = factors.tables[match.table].texts["year"][match.row]
        if not year or not request.year or abs(int(request.year) - int(year)) <= limit.years:
            continue
        spec = activity.rules.flows[activity.exchanges.flow[row[number]]]
        values = {
            "where": f"{activity.rules.stage_id(spec.stage)}.{spec.id}",
            "item": request.item,
            "year": int(year),
            "wanted": int(request.year),
            "apart": abs(int(request.year) - int(year)),
            "limit": limit.years,
        }
        template = "{where}: {item}: the factor is of {year}, {apart} years from {wanted}; the rule allows {limit}."
        yield number, Message(template, **values)


def age_warnings(activity: Activity, matches: FactorMatches, factors: FactorTable) -> Iterator[tuple[int, Message]]:
    """Yield product and warning for each factor beyond `max_factor_age` of the rule."""
    for number, text in old_factors(activity, matches, factors):
        exchanges = np.flatnonzero(matches.request == number)
        for product in np.unique(activity.exchange_products[exchanges]).tolist():
            yield product, text
