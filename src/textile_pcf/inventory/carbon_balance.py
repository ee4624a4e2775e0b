"""The balance of biogenic carbon: what a product takes up is what leaves the gate, less what its inputs carry already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from textile_pcf import engine
from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import take
from textile_pcf.errors import InputError, Problem
from textile_pcf.inventory.carbon_content import fill_carbon_content
from textile_pcf.inventory.links import product_links, solve_or_refuse
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.inventory.root_causes import root_causes
from textile_pcf.messages.message import Message
from textile_pcf.methods.chemistry import CO2_PER_CARBON
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.compile_balance import CONTENT


class Balance(NamedTuple):
    """Exchanges that balance biogenic carbon, one per product.

    Attributes
    ----------
    rows : ndarray, shape (products,)
        The exchange of each product.
    leaves : ndarray, shape (products,)
        CO2 of the carbon that leaves; NaN where the carbon is not known. [kg CO2 per product unit]
    carried : ndarray, shape (products,)
        Net uptake of the flows that carry carbon already. [kg CO2 per product unit]
    per_unit : ndarray, shape (exchanges,)
        Net uptake of each exchange by factor or supplier, links solved. [kg CO2 per canonical flow unit]
    """

    rows: IndexArray
    leaves: FloatArray
    carried: FloatArray
    per_unit: FloatArray


def balance_carbon(
    activity: Activity, quantities: Quantities, matches: FactorMatches, masses: engine.Masses, amount: FloatArray
) -> tuple[Quantities, FloatArray, Balance | None]:
    """Return quantities and amounts in which the biogenic carbon of every product balances.

    A product then carries the CO2 of the carbon that leaves it, and nothing else of what is balanced:
    amount = (44/12 × content × mass − net uptake of the balanced flows) / uptake of the factor. A product whose carbon is
    not known takes up nothing of its own.

    Parameters
    ----------
    activity, quantities, matches, masses
        Activity data, completed quantities, matched factors and masses of all processes.
    amount : ndarray, shape (exchanges,)
        Amounts; those of the balance are replaced. [canonical flow unit per product unit]

    Raises
    ------
    InputError
        The factor of the balance takes up no CO2, a unit cannot be converted, or products need all of themselves.

    References
    ----------
    ISO 14067:2018, 6.4.9.2 and 6.5.2, as secondary sources report them.
    """
    balance_flow, exchanges = rule_arrays(activity.rules).balance_flow, activity.exchanges
    if balance_flow < 0:
        return quantities, amount, None
    rows = rows_where(exchanges.patterns.flow == balance_flow, exchanges.pattern)
    if not len(rows):
        return quantities, amount, None
    own = matches.removals[matches.request_of_pattern[matches.pattern[rows]]]
    if not np.all(own > 0):
        raise InputError(root_causes(activity, list(_no_uptake(activity, rows[~(own > 0)]))))
    amount = amount.copy()
    amount[rows] = 0.0
    units = _units_of_suppliers(activity, quantities, matches, amount)
    quantities = fill_carbon_content(activity, quantities, matches, amount, units)
    product, output = activity.exchange_products[rows], masses.output[exchanges.process[rows]]
    spec = activity.rules.product_property(CONTENT)
    assert spec is not None
    content = quantities.properties[activity.property_entries.block(spec.index)]
    leaves = carbon_that_leaves(content[product], output)
    per_unit = _per_unit(activity, matches, amount, units, product, leaves)
    carried = _carried(activity, amount, per_unit)[product]
    amount[rows] = balancing_amount(leaves, carried, own)
    value = quantities.value.copy()
    driver = quantities.scale[rows] * output
    value[rows] = np.divide(amount[rows], driver, out=np.zeros(len(rows)), where=driver != 0)
    return quantities._replace(value=value), amount, Balance(rows, leaves, carried, per_unit)


def carbon_that_leaves(content: FloatArray, output: FloatArray) -> FloatArray:
    """Return the CO2 of the carbon of some mass, NaN where its content is not known. [kg CO2]"""
    return CO2_PER_CARBON * content * output


def balancing_amount(leaves: FloatArray, carried: FloatArray, own: FloatArray) -> FloatArray:
    """Return the amount that takes up what leaves and is not carried already; 0 where the carbon is not known.

    Parameters
    ----------
    leaves, carried : ndarray, shape (products,)
        [kg CO2 per product unit]
    own : ndarray, shape (products,)
        Uptake of the factor. [kg CO2 per canonical flow unit]
    """
    return np.where(np.isnan(leaves), 0.0, leaves - carried) / own


def _units_of_suppliers(activity: Activity, quantities: Quantities, matches: FactorMatches, amount: FloatArray) -> FloatArray:
    """Return the units of the supplier per canonical flow unit of each exchange; 0 where it takes no product."""
    units = np.zeros(len(amount))
    if matches.has_links and np.any(matches.supplier >= 0):
        units[matches.supplier >= 0] = product_links(activity, quantities, matches, amount)[1]
    return units


def _per_unit(
    activity: Activity, matches: FactorMatches, amount: FloatArray, units: FloatArray, product: IndexArray, leaves: FloatArray
) -> FloatArray:
    """Return the net uptake of each exchange by factor or supplier, links solved. [kg CO2 per canonical flow unit]"""
    removals = take(take(matches.removals, matches.request_of_pattern), matches.pattern)
    if not (matches.has_links and units.any()):
        return removals
    arrays, flow, users = rule_arrays(activity.rules), activity.exchanges.flow, activity.exchange_products
    balanced = np.zeros(len(activity.names), dtype=bool)
    balanced[product[~np.isnan(leaves)]] = True
    counted = ~arrays.flow_outside[flow] & ~(arrays.flow_balanced[flow] & balanced[users])  # what is balanced is in `leaves`
    own = np.zeros(len(balanced))
    own[product] = np.nan_to_num(leaves)
    direct = counted & (matches.supplier < 0)
    own += np.bincount(users[direct], weights=(amount * removals)[direct], minlength=len(own))
    linked = np.flatnonzero(counted & (matches.supplier >= 0))
    links = engine.Links(users[linked], matches.supplier[linked], amount[linked] * units[linked])
    if matches.suppliers is not None:
        total = matches.suppliers.balanced_removals
    else:
        total = solve_or_refuse(activity, own[:, None], links)[:, 0]
    return np.where(matches.supplier >= 0, total[matches.supplier] * units, removals)


def _carried(activity: Activity, amount: FloatArray, per_unit: FloatArray) -> FloatArray:
    """Return the net uptake of the balanced flows of each product, a handful of its lines. [kg CO2 per product unit]"""
    exchanges, balanced = activity.exchanges, rule_arrays(activity.rules).flow_balanced
    rows = rows_where(balanced[exchanges.patterns.flow], exchanges.pattern)
    uptake = amount[rows] * per_unit[rows]
    carried = np.bincount(activity.exchange_products[rows], weights=uptake, minlength=len(activity.names))
    return carried.astype(np.float64)


def _no_uptake(activity: Activity, rows: IndexArray) -> Iterator[Problem]:
    """Yield a problem for each balance whose factor takes up no CO2."""
    for row in rows.tolist():
        spec = activity.rules.flows[activity.exchanges.flow[row]]
        what = Message("The factor {item!r} takes up no CO2, so it cannot balance biogenic carbon.", item=spec.factor or "")
        cure = Message("Give its mass of CO2 in the column `co2_uptake` of the factor table.")
        yield activity.missing(spec.stage, int(activity.exchanges.entry[row]), spec.id, what, cure, "no-uptake")


def unknown_carbon(activity: Activity, balance: Balance | None) -> Iterator[tuple[int, str]]:
    """Yield product and warning where no uptake is taken because the biogenic carbon of the product is not known."""
    if balance is None:
        return
    text = unknown_carbon_text(activity.rules)
    for row in balance.rows[np.isnan(balance.leaves)]:
        yield int(activity.exchange_products[row]), text


def unknown_carbon_text(rules: RuleSet) -> Message:
    """Return the warning that no uptake is taken, under a rule with a balance."""
    spec = rules.flows[rule_arrays(rules).balance_flow]
    flow_name = f"{rules.stage_id(spec.stage)}.{spec.id}"
    return Message("{flow}: the biogenic carbon of the product is not known, so no uptake is taken.", flow=flow_name)
