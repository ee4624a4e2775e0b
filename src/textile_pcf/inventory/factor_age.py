"""Factors whose year is further from that of the activity data than the rule allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import IndexArray, IntArray
from textile_pcf.factors import FactorTable, Match, Request
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet


def old_factors(activity: Activity, matches: FactorMatches, factors: FactorTable) -> Iterator[tuple[int, Message]]:
    """Yield request and warning for each factor beyond `max_factor_age` of the rule, older or later alike.

    Without a requested year, or without a year of the factor, there is no age.
    """
    rules = activity.rules
    if rules.document.max_factor_age is None:
        return
    found = zip(matches.matches, matches.requests, strict=True)
    beyond = {
        number: year
        for number, (match, request) in enumerate(found)
        if match is not None and (year := year_beyond(rules, match, request, factors))
    }
    old = np.array([*beyond], dtype=np.intp)
    for number, flow in zip(old.tolist(), _flow_of_requests(activity, matches, old).tolist(), strict=True):
        if flow >= 0:
            yield number, text_of_old(rules, flow, matches.requests[number], beyond[number])


def year_beyond(rules: RuleSet, match: Match, request: Request, factors: FactorTable) -> int:
    """Return the year of a factor that is beyond `max_factor_age` of the rule from the year asked for; 0 where it is not.

    Parameters
    ----------
    rules : RuleSet
    match : Match
    request : Request
        What `match` answers.
    factors : FactorTable
    """
    limit = rules.document.max_factor_age
    if limit is None or not request.year:
        return 0
    year = int(factors.tables[match.table].texts["year"][match.row] or 0)
    return year if year and abs(request.year - year) > limit.years else 0


def _flow_of_requests(activity: Activity, matches: FactorMatches, requests: IndexArray) -> IntArray:
    """Return the flow of some requests, -1 without an exchange; only exchanges of these are looked at, mostly none."""
    flow, wanted = np.full(len(matches.match_index), -1), np.zeros(len(matches.match_index), dtype=bool)
    wanted[requests] = True
    rows = rows_where(wanted[matches.request_of_pattern], matches.pattern)
    flow[matches.request_of_pattern[matches.pattern[rows]]] = activity.exchanges.flow[rows]
    return flow[requests]


def text_of_old(rules: RuleSet, flow: int, request: Request, year: int) -> Message:
    """Return the warning of a factor whose year is beyond `max_factor_age` of the rule from the year asked for.

    Parameters
    ----------
    rules : RuleSet
    flow : int
        Index of the flow in the rule.
    request : Request
        What was asked for.
    year : int
        Year of the factor.
    """
    limit = rules.document.max_factor_age
    assert limit is not None
    return Message(
        "{where}: {item}: the factor is of {year}, {apart} years from {wanted}; the rule allows {limit}.",
        where=f"{rules.stage_id(rules.flows[flow].stage)}.{rules.flows[flow].id}",
        item=request.item,
        year=year,
        wanted=request.year,
        apart=abs(request.year - year),
        limit=limit.years,
    )


def age_warnings(activity: Activity, matches: FactorMatches, factors: FactorTable) -> Iterator[tuple[int, Message]]:
    """Yield product and warning for each factor beyond `max_factor_age` of the rule."""
    for number, text in old_factors(activity, matches, factors):
        exchanges = np.flatnonzero(matches.request == number)
        for product in np.unique(activity.exchange_products[exchanges]).tolist():
            yield product, text
