"""Other emission factors that the tables know for the energy and the transport of a product, to be mixed with those in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from textile_pcf.activity.columns import COLUMNS
from textile_pcf.factors import SPLIT_SIZE, Match, Request
from textile_pcf.factors.matcher import FactorMatcher, factor_matcher
from textile_pcf.inventory.draw_sources import FactorRow
from textile_pcf.report.live.controls import Control
from textile_pcf.report.live.model import ProductModel, given_rows
from textile_pcf.results.licence import restricted_rows
from textile_pcf.units import parse_unit

MIXED = frozenset(parse_unit(unit).dimensions for unit in ("kWh", "t*km"))
"""Dimensions of flows whose factor can be mixed: energy and transport."""
MOST = 20  # alternatives of one item
PREFERRED = "electricity_pv"  # the alternative that is shown first: rooftops are what a mill decides on
COPIED = ("stage", "flow", "component", "region", "year", "per")  # columns of a row that the added one shares


@dataclass(frozen=True)
class Alternative:
    """Another item for the lines of a carrier.

    Attributes
    ----------
    item : str
    row : FactorRow
        Row of a factor table that the first line is matched to.
    fallback : str
        How the region of the request was replaced, of the first line.
    factors : mapping of int to (float, float, FactorRow)
        Factor, net uptake and row of a table, by line. [kg CO2e, kg CO2 per canonical flow unit]
    """

    item: str
    row: FactorRow
    fallback: str
    factors: dict[int, tuple[float, float, FactorRow]]


@dataclass(frozen=True)
class Carrier:
    """An item that moved lines share, and what can take its place.

    Attributes
    ----------
    item : str
    region : str
        Region that its lines are in.
    row : FactorRow
        Row of a factor table that its first line is matched to.
    controls : tuple of int
        Indices of the controls whose lines request it.
    alternatives : tuple of Alternative
        By rising factor, rooftop photovoltaics first.
    """

    item: str
    region: str
    row: FactorRow
    controls: tuple[int, ...]
    alternatives: tuple[Alternative, ...]


def carriers(model: ProductModel, controls: Sequence[Control]) -> list[Carrier]:
    """Return the items whose lines can be mixed with others; none under a supply table, which decides the mix itself.

    Parameters
    ----------
    model : ProductModel
    controls : sequence of Control
    """
    run = model.result.run
    if run.supply is not None:
        return []
    inventory, matcher = model.inventory, factor_matcher(run.factors, run.gwp, run.biogenic)
    requests = [inventory.matches.requests[number] for number in inventory.matches.request.tolist()]
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, control in enumerate(controls):
        if control.lines and _can_be_mixed(model, control, requests):
            own = [requests[line] for line in control.lines]
            kinds, regions = sorted({request.kind for request in own}), sorted({request.region for request in own})
            groups.setdefault((own[0].item, own[0].category, *kinds, *regions), []).append(number)
    emissions = np.abs(inventory.amount * inventory.factor_totals)
    found = []
    for numbers in groups.values():
        lines = [line for number in numbers for line in controls[number].lines]
        others, first = _alternatives(model, matcher, {line: requests[line] for line in lines}), requests[lines[0]]
        if others:
            row = FactorRow(*inventory.matches.factor_rows[inventory.matches.request[lines[0]]].tolist())
            found.append((float(emissions[lines].sum()), Carrier(first.item, first.region, row, tuple(numbers), others)))
    return [carrier for _, carrier in sorted(found, key=lambda one: -one[0])]


def _can_be_mixed(model: ProductModel, control: Control, requests: Sequence[Request]) -> bool:
    flows = model.inventory.activity.rules.flows
    lines = control.lines
    is_mixed = all(flows[model.inventory.flow[line]].unit.dimensions in MIXED for line in lines)
    linked = any(model.supplier[line] >= 0 for line in lines)
    return is_mixed and not linked and len({requests[line].item for line in lines}) == 1 and bool(requests[lines[0]].item)


def _alternatives(model: ProductModel, matcher: FactorMatcher, requests: dict[int, Request]) -> tuple[Alternative, ...]:
    first = next(iter(requests.values()))
    used, category = first.item, _category(matcher, matcher.match_index(first))
    candidates = {
        item
        for table in matcher.factors.tables
        for (item, kind), rows in table.by_item_and_kind.items()
        if kind == first.kind and item != used and rows
    }
    found = []
    for item in sorted(candidates):
        indices = {line: matcher.match_index(replace(request, item=item)) for line, request in requests.items()}
        if not all(_is_usable(model, matcher, index, category) for index in indices.values()):
            continue
        match = matcher.matches[next(iter(indices.values()))]
        assert isinstance(match, Match)
        factors = {
            line: (
                float(matcher.split_values[index][:SPLIT_SIZE].sum()), float(matcher.removals[index]),
                FactorRow(*matcher.factor_rows[index].tolist()),
            )
            for line, index in indices.items()
        }  # fmt: skip
        found.append(Alternative(item, FactorRow(match.table, match.row), match.fallback, factors))
    order = sorted(found, key=lambda one: (one.item != PREFERRED, sum(factor for factor, _, _ in one.factors.values())))
    return tuple(order[:MOST])


def _category(matcher: FactorMatcher, index: int) -> str:
    match = matcher.matches[index]
    return matcher.factors.tables[match.table].texts["category"][match.row] if isinstance(match, Match) else ""


def _is_usable(model: ProductModel, matcher: FactorMatcher, index: int, category: str) -> bool:
    """Return whether a request is matched by a row of the category and of the unit of the flow, one that may be shown."""
    match = matcher.matches[index]
    if not isinstance(match, Match) or match.conversion or match.flow_units != 1 or _category(matcher, index) != category:
        return False
    table = matcher.factors.tables[match.table]
    noted = model.result.masked is None and table.label in model.result.restricted_tables  # the report says so already
    return noted or not restricted_rows(table)[match.row]


def added_rows(model: ProductModel, control: Control) -> list[dict[str, Any]]:
    """Return the rows that hold the amount of a control, as a change adds them again with another item.

    Each has `row`, the columns but item and amount, and `amount`, that of the row as it is.
    """
    inventory = model.inventory
    activity, rows = inventory.activity, given_rows(inventory)
    columns, found, seen = activity.columns, [], set[int]()
    for line in control.lines:
        row, spec = int(rows[line]), activity.rules.flows[inventory.flow[line]]
        if row >= 0 and row not in seen:
            seen.add(row)
            cells = _cells(model, row) | {"unit": columns.text("unit", row)}
            found.append({"row": cells, "amount": float(columns.numbers["amount"][row])})
        elif row < 0:
            value = float(inventory.quantities.value[line]) / spec.ratio_unit.factor
            source = int(activity.exchanges.row[line])
            found.append({"row": _named(model, line, source) | {"unit": spec.unit.text}, "amount": value})
    return found


def _cells(model: ProductModel, row: int) -> dict[str, str]:
    columns = model.inventory.activity.columns
    named = {name: columns.text(name, row) for name in COPIED if name in COLUMNS}
    return {"product": model.name, **{name: text for name, text in named.items() if text}}


def _named(model: ProductModel, line: int, row: int) -> dict[str, str]:
    """Return the columns that name a flow which the rule fills in: of its row, else of the rule."""
    activity = model.inventory.activity
    spec = activity.rules.flows[model.inventory.flow[line]]
    component = activity.entry_name(spec.stage, int(activity.exchanges.entry[line]))[1]
    cells = {"product": model.name, "stage": activity.rules.stage_id(spec.stage), "flow": spec.id}
    place = {name: text for name, text in (_cells(model, row) if row >= 0 else {}).items() if name in ("region", "year")}
    return {**cells, **({"component": component} if component else {}), **place}
