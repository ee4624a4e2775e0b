"""Flow rows of electricity and heat, split into the parts of a site's supply before anything is added up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.errors import Problem
from textile_pcf.factors import NoMatch, Request
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.inventory.default_table import merge_missing
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.rules import RuleSet
from textile_pcf.supply import CARRIERS, Part, SiteSupply, Supply
from textile_pcf.units import parse_unit

ZERO = "The factor of {item!r} is zero, but building and supplying every source emits something."
ZERO_CURE = "Name its life-cycle factor, for example electricity_pv or electricity_wind."


@dataclass(frozen=True, slots=True)
class _Split:
    """Rows of the activity that one site supplies, by its parts."""

    rows: IndexArray
    parts: tuple[Part, ...]


def apply_supply(
    activity: Activity, quantities: Quantities, matches: FactorMatches, matcher: FactorMatcher, supply: Supply, accounting: str
) -> tuple[Activity, Quantities, FactorMatches]:
    """The same rows with electricity and heat split into the parts of each site, `market_based` or `location_based`.

    A row is split where its stage belongs to a site and it takes the rule's own electricity or purchased heat; a row that
    names another item keeps it.
    """
    splits = [_Split(_exchanges_of_site(activity, matches, site), site.parts(accounting)) for site in supply.sites]
    count = np.ones(len(matches.request), dtype=np.intp)
    for split in splits:
        count[split.rows] = len(split.parts)
    take, first = np.repeat(np.arange(len(count)), count), np.cumsum(count) - count
    match_index = matches.match_index[matches.request]
    multiplier, new_index = np.ones(len(take)), match_index[take]
    problems = [*matches.problems, *_unknown_stages(activity, supply)]
    unanswered: list[tuple[Request | None, Problem]] = []
    for split in splits:
        for number, part in enumerate(split.parts):
            part_rows = first[split.rows] + number
            multiplier[part_rows] = part.multiplier
            new_index[part_rows] = _part_indices(matcher, match_index[split.rows], part)
            unanswered += _wrong(matcher, np.unique(new_index[part_rows]), part, accounting)
    problems += merge_missing(matcher.factors, unanswered, supply.name)
    indices, new_index = np.unique(new_index, return_inverse=True)
    again = replace(
        matches,
        pattern=new_index.reshape(-1),
        request_of_pattern=np.arange(len(indices)),
        matcher=matcher,
        values=matcher.split_values[indices],
        factor_rows=matcher.factor_rows[indices],
        removals=matcher.removals[indices],
        match_index=indices,
        supplier=matches.supplier[take] if len(matches.supplier) else matches.supplier,
        problems=tuple(problems),
    )
    structure = replace(activity.structure, exchanges=activity.exchanges.take(take))
    value, scale, entry = quantities.value[take] * multiplier, quantities.scale[take], quantities.entry[take]
    divided = replace(activity, structure=structure, exchange_value=activity.exchange_value[take])
    return divided, quantities._replace(value=value, scale=scale, entry=entry), again


def is_supplied(activity: Activity, supply: Supply) -> BoolArray:
    """Return which exchanges of a result by `apply_supply` are parts of the supply of a site, shape (exchanges,)."""
    exchanges, items = activity.exchanges, [*activity.columns.texts["item"].categories, ""]  # the last, -1, is of the rule
    found = np.zeros(len(exchanges), dtype=bool)
    for site in supply.sites:
        own = np.array([item in ("", CARRIERS[site.carrier]) for item in items])
        found |= _of_site(activity.rules, site)[exchanges.flow] & own[exchanges.item]
    return found


def _of_site(rules: RuleSet, site: SiteSupply) -> BoolArray:
    """Return which flows of a rule are electricity or heat of the stages of a site, shape (flows,)."""
    item, energy = CARRIERS[site.carrier], parse_unit("MJ").dimensions
    flows = [
        spec.factor == item and spec.unit.dimensions == energy and rules.stage_id(spec.stage) in site.stages
        for spec in rules.flows
    ]
    return np.array(flows or [False])


def idle_supply(rules: RuleSet, supply: Supply) -> Iterator[str]:
    """Yield a warning for each carrier of a site that no flow of its stages takes under a rule."""
    for site in supply.sites:
        if not _of_site(rules, site).any():
            what = Message(
                "The supply of {carrier!r} at {site!r} changes nothing: no flow of its stages counts energy and has the factor"
                " {item!r} by {rule}.",
                carrier=site.carrier,
                site=site.site,
                item=CARRIERS[site.carrier],
                rule=rules.name,
            )
            yield what


def _exchanges_of_site(activity: Activity, matches: FactorMatches, site: SiteSupply) -> IndexArray:
    """Return the exchanges of a site's stages that use the rule's own electricity or purchased heat."""
    is_item = [request.item == CARRIERS[site.carrier] for request in matches.requests]
    supplied = _of_site(activity.rules, site)[activity.exchanges.flow]
    return np.flatnonzero(supplied & np.array(is_item or [False])[matches.request])


def _part_indices(matcher: FactorMatcher, new_index: IndexArray, part: Part) -> IndexArray:
    """Return the match index of a part for each exchange, from the match index without the supply."""
    distinct, inverse = np.unique(new_index, return_inverse=True)
    indices = []
    for number in distinct:
        old = matcher.requests[number]
        item, region, year, kind = (
            part.item or old.item,
            part.region or old.region,
            part.year or old.year,
            part.factor_kind or old.kind,
        )
        request = replace(old, item=item, region=region, year=year, kind=kind, category=None)
        indices.append(matcher.match_index(request))
    return np.array(indices, dtype=np.intp)[inverse.reshape(-1)]


def _unknown_stages(activity: Activity, supply: Supply) -> Iterator[Problem]:
    ids = [stage.id for stage in activity.rules.stages]
    for site in supply.sites:
        for stage in site.stages:
            if stage not in ids:
                titled, several = activity.rules.id_of_title(stage), Message("Its stages are: {ids}.", ids=", ".join(ids))
                cure = did_you_mean(stage, ids, several, titled)
                what = Message("{rule} has no stage {stage!r}.", rule=activity.rules.name, stage=stage)
                yield Problem(f"{supply.name} (site {site.site})", what, cure, code="unknown-stage")


def _wrong(
    matcher: FactorMatcher, indices: IndexArray, part: Part, accounting: str
) -> Iterator[tuple[Request | None, Problem]]:
    """Yield a problem, with its request, for a part without a factor or with a factor of zero.

    No source is free of emissions over its life cycle.
    """
    for index in indices:
        match = matcher.matches[index]
        if isinstance(match, NoMatch):
            request = matcher.requests[index] if match.column != "region" else None
            yield request, Problem(f"{part.location} ({accounting})", match.what, match.cure, code="no-factor")
        elif not np.any(matcher.split_values[index]):
            yield None, Problem(part.location, Message(ZERO, item=matcher.requests[index].item), ZERO_CURE, code="zero-factor")
