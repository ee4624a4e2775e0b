"""Flow rows of electricity and heat, split into the parts of a site's supply before anything is added up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import IndexArray
from textile_pcf.errors import Problem
from textile_pcf.factors import NoMatch, Request
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.inventory.default_table import summed_up
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.suggest import nearest
from textile_pcf.supply import CARRIERS, Part, SiteSupply, Supply
from textile_pcf.units import parse_unit


@dataclass(frozen=True, slots=True)
class _Split:
    """Rows of the activity that one site supplies, by its parts."""

    rows: IndexArray
    parts: tuple[Part, ...]


def apply_supply(
    activity: Activity, quantities: Quantities, matched: FactorMatches, answers: FactorMatcher, supply: Supply, accounting: str
) -> tuple[Activity, Quantities, FactorMatches]:
    """The same rows with electricity and heat split into the parts of each site, `market_based` or `location_based`.

    A row is split where its stage belongs to a site and it takes the rule's own electricity or purchased heat; a row that
    names another item keeps it.
    """
    splits = [_Split(_covered(activity, matched, site), site.parts(accounting)) for site in supply.sites]
    count = np.ones(len(matched.request), dtype=np.intp)
    for split in splits:
        count[split.rows] = len(split.parts)
    take, first = np.repeat(np.arange(len(count)), count), np.cumsum(count) - count
    asked = matched.match_index[matched.request]
    multiplier, form = np.ones(len(take)), asked[take]
    problems = [*matched.problems, *_unknown_stages(activity, supply)]
    unanswered: list[tuple[Request | None, Problem]] = []
    for split in splits:
        for number, part in enumerate(split.parts):
            here = first[split.rows] + number
            multiplier[here] = part.multiplier
            form[here] = _asked_for(answers, asked[split.rows], part)
            unanswered += _wrong(answers, np.unique(form[here]), part, accounting)
    problems += summed_up(answers.factors, unanswered, supply.name)
    places, form = np.unique(form, return_inverse=True)
    again = replace(
        matched,
        pattern=form.reshape(-1),
        request_of_pattern=np.arange(len(places)),
        all_matches=answers.answers,
        all_requests=answers.requests,
        values=answers.parts[places],
        factor_rows=answers.rows[places],
        match_index=places,
        supplier=matched.supplier[take] if len(matched.supplier) else matched.supplier,
        problems=tuple(problems),
    )
    structure = replace(activity.structure, exchanges=activity.exchanges.take(take))
    value, scale, entry = quantities.value[take] * multiplier, quantities.scale[take], quantities.entry[take]
    divided = replace(activity, structure=structure, exchange_value=activity.exchange_value[take])
    return divided, quantities._replace(value=value, scale=scale, entry=entry), again


def _covered(activity: Activity, matched: FactorMatches, site: SiteSupply) -> IndexArray:
    """Rows of a site's stages that take the rule's own electricity or purchased heat."""
    rules = activity.rules
    item, energy = CARRIERS[site.carrier], parse_unit("MJ").dimensions
    flows = [
        spec.factor == item and spec.unit.dimensions == energy and rules.stage_id(spec.stage) in site.stages
        for spec in rules.flows
    ]
    plain = [request.item == item for request in matched.requests]
    return np.flatnonzero(np.array(flows or [False])[activity.exchanges.flow] & np.array(plain or [False])[matched.request])


def _asked_for(answers: FactorMatcher, form: IndexArray, part: Part) -> IndexArray:
    """Answers to what a part asks for, for rows by the answers they had."""
    distinct, inverse = np.unique(form, return_inverse=True)
    places = []
    for number in distinct:
        old = answers.requests[number]
        item, region, year, kind = (
            part.item or old.item,
            part.region or old.region,
            part.year or old.year,
            part.factor_kind or old.kind,
        )
        wanted = replace(old, item=item, region=region, year=year, kind=kind, category=None)
        places.append(answers.match_index(wanted))
    return np.array(places, dtype=np.intp)[inverse.reshape(-1)]


def _unknown_stages(activity: Activity, supply: Supply) -> Iterator[Problem]:
    ids = [stage.id for stage in activity.rules.stages]
    for site in supply.sites:
        for stage in site.stages:
            if stage not in ids:
                close = nearest(stage, ids)
                cure = f"Did you mean {close!r}?" if close else f"Its stages are: {', '.join(ids)}."
                what = f"{activity.rules.name} has no stage {stage!r}."
                yield Problem(f"{supply.name} (site {site.site})", what, cure, code="unknown-stage")


def _wrong(answers: FactorMatcher, places: IndexArray, part: Part, accounting: str) -> Iterator[tuple[Request | None, Problem]]:
    """A part without a factor, with what it asks; or with one of zero: no source is free of emissions over its life cycle."""
    for place in places:
        answer = answers.answers[place]
        if isinstance(answer, NoMatch):
            request = answers.requests[place] if answer.column != "region" else None
            yield request, Problem(f"{part.location} ({accounting})", answer.what, answer.cure, code="no-factor")
        elif not np.any(answers.parts[place]):
            what = f"The factor of {part.item!r} is zero, but building and supplying every source emits something."
            cure = "Name its life-cycle factor, for example electricity_pv or electricity_wind."
            yield None, Problem(part.location, what, cure, code="zero-factor")
