"""Contributions of an inventory: each exchange with labels, and where its amount and its factor come from."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import Per
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import Categorical, group_rows
from textile_pcf.factors import LINK, SPLIT_SIZE, FactorTable
from textile_pcf.inventory.allocation import with_allocation
from textile_pcf.inventory.defaults import property_on
from textile_pcf.inventory.drivers import component_share
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.messages.message import Message
from textile_pcf.results.contributions import Contributions, Driver, DriverKind, StageInfo
from textile_pcf.results.data_origins import as_written, data_origins
from textile_pcf.results.default_shares import ruled_rows
from textile_pcf.results.number_text import number
from textile_pcf.rules import FlowSpec, RuleSet
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import Unit, parse_unit


@lru_cache(maxsize=32)
def stage_info(rules: RuleSet) -> tuple[StageInfo, ...]:
    """Return the stages of a rule as results show them."""

    def titles(model: Any, name: str) -> tuple[str, str]:
        return (model.title.text(), model.title.text("zh")) if model.title else (name, name)

    written = {model.id: model for model in rules.document.stages}
    flows = {name: {flow: titles(spec, flow) for flow, spec in model.flows.items()} for name, model in written.items()}
    return tuple(
        StageInfo(s.id, *titles(written[s.id], s.id), s.group, s.component, s.outside, flows[s.id]) for s in rules.stages
    )


def build_contributions(inventory: Inventory, factors: FactorTable) -> Contributions:
    """Return one contribution per exchange, with labels.

    Parameters
    ----------
    inventory : Inventory
    factors : FactorTable
        The tables that the factors come from.
    """
    activity, quantities, matches = inventory.activity, inventory.quantities, inventory.matches
    flow, specs, arrays = inventory.flow, activity.rules.flows, rule_arrays(activity.rules)
    unit_factor = arrays.flow_factor[flow]
    values = inventory.split_values[inventory.value_index]
    emissions = inventory.amount[:, None] * values
    return Contributions(
        product=inventory.product,
        component=_components(activity),
        stage=arrays.flow_stage[flow],
        flow=Categorical(flow, tuple(spec.id for spec in specs)),
        group=Categorical(flow, tuple(spec.group for spec in specs)),
        **_drivers(inventory),
        amount=inventory.amount / unit_factor,
        unit=Categorical(flow, tuple(spec.unit.text for spec in specs)),
        factor=values[:, :SPLIT_SIZE].sum(axis=1) * unit_factor,
        factor_unit=Categorical(flow, tuple(f"kgCO2e/{_bracketed(spec.unit.text)}" for spec in specs)),
        split=emissions[:, :SPLIT_SIZE],
        aircraft=emissions[:, SPLIT_SIZE],
        **_values(activity, quantities),
        **_factor_columns(activity, factors, matches),
        **data_origins(activity, quantities),
        ruled=ruled_rows(activity, quantities),
    )


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in "*/ ·") else text


def _components(activity: Activity) -> Categorical:
    flows, rules, components = activity.exchanges, activity.rules, activity.components
    names = components.component_names if "" in components.component_names else (*components.component_names, "")
    per_component = rule_arrays(rules).flow_is_component[flows.flow]
    return Categorical(
        np.where(per_component, components.component[np.where(per_component, flows.entry, 0)], names.index("")), names
    )


def _whole(spec: FlowSpec, per: int, rules: RuleSet) -> Unit:
    """Unit of a row's value by what it is per."""
    return {Per.PRODUCT: spec.unit / rules.product_unit, Per.PERIOD: spec.unit / parse_unit("kg")}.get(per, spec.ratio_unit)


def _values(activity: Activity, quantities: Quantities) -> dict[str, Any]:
    """Value per driver as a person reads it: in the flow's unit per driver, and as given where that was another unit."""
    flows = activity.exchanges
    first, pattern = group_rows(flows.flow, flows.per)
    units = [_whole(activity.rules.flows[flows.flow[row]], int(flows.per[row]), activity.rules) for row in first]
    factor = np.array([unit.factor for unit in units])[pattern]
    texts = tuple(unit.text for unit in units)
    return {
        "value": quantities.value / factor,
        "value_unit": Categorical(pattern, texts),
        "as_written": as_written(activity, quantities, pattern, texts),
    }


def _factor_columns(activity: Activity, factors: FactorTable, matches: FactorMatches) -> dict[str, Any]:
    """Return the columns on the factor of each line, with one text per distinct request."""
    texts: dict[str, list[str]] = {
        name: []
        for name in ("item", "region", "year", "fallback", "printed", "factor_table", "factor_source", "factor_locator")
    }
    for match, request in zip(matches.matches, matches.requests, strict=True):
        row = _factor_row(factors, match) if match else dict.fromkeys(texts, "")
        row["item"] = request.item if match else "product"
        for name, column in texts.items():
            column.append(row[name])
    columns: dict[str, Any] = {name: Categorical(matches.request, tuple(column)) for name, column in texts.items()}
    if np.any(matches.supplier >= 0):
        columns["item"] = _linked_items(activity, matches, columns["item"])
    return columns


def _factor_row(factors: FactorTable, match: Any) -> dict[str, str]:
    table = factors.tables[match.table]
    printed, weighs = table.numbers["value"][match.row], table.texts["mass_per_unit"][match.row]
    written = f"{number(printed)} {table.units[match.row].text}"
    composed = match.row in table.compositions
    value = Message("composed, {value}", value=written) if composed else Message("printed {value}", value=written)
    if match.conversion:
        value = Message("{value}, by {conversion}", value=value, conversion=match.conversion)
    elif match.flow_units != 1:
        value = Message("printed {value} ({mass} per unit)", value=written, mass=weighs)
    return {
        "region": table.texts["region"][match.row],
        "year": table.texts["year"][match.row],
        "fallback": match.fallback,
        "printed": value if np.isfinite(printed) else "from its gases",
        "factor_table": table.label,
        "factor_source": table.source_title(match.row),
        "factor_locator": table.texts["locator"][match.row],
    }


def _linked_items(activity: Activity, matches: FactorMatches, items: Categorical) -> Categorical:
    products = activity.products if matches.suppliers is None else matches.suppliers.names
    names = tuple(f"{LINK}{product}" for product in products)
    codes = np.where(matches.supplier >= 0, len(items.categories) + matches.supplier, items.codes)
    return Categorical(codes, (*items.categories, *names))


def _drivers(inventory: Inventory) -> dict[str, Any]:
    """Return the columns on the drivers of each line; the share of a component stands in the last column."""
    activity = inventory.activity
    flows, rules = activity.exchanges, activity.rules
    most = max([1, *(len(spec.drivers) for spec in rules.flows)])
    allocation = inventory.quantities.allocation
    values = np.full((len(flows), most + (1 if allocation is None else 2)), np.nan)
    share = component_share(activity)
    values[:, most] = np.where(share == 1, np.nan, share)
    if allocation is not None:
        shares = with_allocation(activity, allocation, np.ones(len(flows)))
        values[:, most + 1] = np.where(shares == 1, np.nan, shares)
    shared = [Driver(kind) for kind in (DriverKind.SHARE, DriverKind.ALLOCATION)[: 1 if allocation is None else 2]]
    first, pattern = group_rows(flows.flow, flows.per)
    terms: list[tuple[Driver | None, ...]] = []
    for number_of_pattern, row in enumerate(first):
        spec, per = rules.flows[flows.flow[row]], int(flows.per[row])
        names = {Per.PRODUCT: ("product",), Per.PERIOD: ("output",)}.get(per, spec.drivers)
        rows = np.flatnonzero(pattern == number_of_pattern)
        for column, name in enumerate(names):
            values[rows, column] = _driver_values(inventory, spec, name, rows)
        drivers = [_driver(rules, name) for name in names]
        terms.append((*drivers, *[None] * (most - len(drivers)), *shared))
    return {"drivers": values, "driver_pattern": pattern, "driver_terms": tuple(terms)}


def _driver(rules: RuleSet, name: str | int) -> Driver:
    """Return the driver of a flow that a rule names `product`, by a mass, or by the index of a property."""
    if name == "product":
        return Driver(DriverKind.PRODUCT, unit=rules.product_unit.text)
    if isinstance(name, int):
        prop = rules.properties[name]
        unit = prop.unit.text if prop.unit.dimensions or prop.unit.factor != 1 else ""
        return Driver(DriverKind.PROPERTY, prop.id, unit)
    return Driver(DriverKind.MASS, name, "kg")


def _driver_values(inventory: Inventory, spec: FlowSpec, name: str | int, rows: IndexArray) -> FloatArray:
    """Return the values of a driver of some exchanges of one flow, in the unit in which they are shown."""
    activity = inventory.activity
    if name == "product":
        return np.ones(len(rows))
    if isinstance(name, int):
        values = property_on(activity, inventory.quantities.properties, name, spec.stage)
        return np.asarray(values[activity.exchanges.entry[rows]] / activity.rules.properties[name].unit.factor)
    return np.asarray(getattr(inventory.masses, name)[activity.exchanges.process[rows]])
