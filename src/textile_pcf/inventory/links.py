"""Links between products of a run: `product:ID` rows, solved for all products at once."""

from __future__ import annotations

import numpy as np

from textile_pcf import engine
from textile_pcf.activity import Activity
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import take
from textile_pcf.errors import InputError, Problem
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.inventory.root_causes import root_causes
from textile_pcf.inventory.suppliers import link_units
from textile_pcf.messages.message import Message
from textile_pcf.rules import FlowSpec
from textile_pcf.rules.arrays import rule_arrays

NAMED = 12
"""Products of a loop that a message names."""


def supplier_units(activity: Activity, quantities: Quantities, matches: FactorMatches, linked: IndexArray) -> FloatArray:
    """Return the units of the supplier in one unit of each linked exchange. [product units per flow unit]

    Parameters
    ----------
    activity, quantities, matches
        Activity data, completed quantities, and matched factors.
    linked : ndarray, shape (links,)
        Exchanges that take a product of the run.

    Returns
    -------
    ndarray, shape (links,)
        NaN where the unit of the flow cannot be converted.
    """
    flow = activity.exchanges.flow[linked]
    if matches.suppliers is not None:
        return matches.suppliers.units[matches.supplier[linked], take(link_units(activity.rules)[1], flow)]
    units, measures = np.full(len(linked), np.nan), product_units_of(activity, quantities.properties)
    for index in np.unique(flow):
        rows = flow == index
        units[rows] = measures.product_units(activity.rules.flows[index].unit)[matches.supplier[linked[rows]]]
    return units


def product_links(
    activity: Activity, quantities: Quantities, matches: FactorMatches, amount: FloatArray
) -> tuple[engine.Links, FloatArray]:
    """Return the links inside the boundary, and units of the supplier per canonical flow unit of every linked exchange.

    Raises
    ------
    InputError
        The unit of a linked flow cannot be converted into units of its supplier.
    """
    linked = np.flatnonzero(matches.supplier >= 0)
    units = _converted_units(activity, quantities, matches, linked)
    inside = ~rule_arrays(activity.rules).flow_outside[activity.exchanges.flow[linked]]
    exchanges = linked[inside]
    needed = amount[exchanges] * units[inside]
    return engine.Links(activity.exchange_products[exchanges], matches.supplier[exchanges], needed), units


def _converted_units(activity: Activity, quantities: Quantities, matches: FactorMatches, linked: IndexArray) -> FloatArray:
    """Return the units of the supplier of each linked exchange per canonical flow unit, shape (links,).

    Raises
    ------
    InputError
        The unit of a linked flow cannot be converted into units of its supplier.
    """
    units = supplier_units(activity, quantities, matches, linked)
    units /= take(rule_arrays(activity.rules).flow_factor, activity.exchanges.flow[linked])
    if np.isnan(units).any():
        problems = _unknown_units(activity, quantities, matches, linked, units)
        raise InputError(root_causes(activity, problems))
    return units


def solve_product_links(
    activity: Activity, quantities: Quantities, matches: FactorMatches, amount: FloatArray
) -> tuple[IndexArray, FloatArray]:
    """Return the factor of each exchange, links to products of the run included.

    Parameters
    ----------
    activity, quantities, matches
        Activity data, completed quantities, and matched factors.
    amount : ndarray, shape (exchanges,)
        Amount of each exchange. [canonical flow unit per product unit]

    Returns
    -------
    index : ndarray, shape (exchanges,)
        Row of `values` of each exchange.
    values : ndarray, shape (factors, 5)
        Fossil, biogenic, uptake, land use change and aircraft. [kg CO2e per canonical flow unit]. The footprints of the
        suppliers come after those of the factors.

    Raises
    ------
    InputError
        A unit cannot be converted, or products need all or more of themselves.
    """
    if not matches.has_links or not np.any(matches.supplier >= 0):
        return matches.pattern, matches.pattern_values
    linked = np.flatnonzero(matches.supplier >= 0)
    if matches.suppliers is not None:
        total, units = matches.suppliers.footprint, _converted_units(activity, quantities, matches, linked)
    else:
        links, units = product_links(activity, quantities, matches, amount)
        counted = ~rule_arrays(activity.rules).flow_outside[activity.exchanges.flow] & (matches.supplier < 0)
        emissions = amount[:, None] * matches.values[matches.request]
        own = engine.sum_by_group(emissions[counted], activity.exchange_products[counted], len(activity.names))
        total = solve_or_refuse(activity, own, links)
    index = matches.request.copy()
    index[linked] = len(matches.values) + np.arange(len(linked))
    return index, np.concatenate([matches.values, total[matches.supplier[linked]] * units[:, None]])


def solve_or_refuse(activity: Activity, own: FloatArray, links: engine.Links) -> FloatArray:
    """Return what each product has with all it takes from others, shape (products, columns).

    Raises
    ------
    InputError
        Products need all or more of themselves.
    """
    try:
        return engine.solve_links(own, links.user, links.supplier, links.amount)
    except ValueError as error:
        loops = engine.find_loops(links.user, links.supplier, links.amount, len(activity.names))
        products = activity.products
        problems = [loop_problem(activity.columns.table.name, [products[member] for member in loop]) for loop in loops]
        raise InputError(root_causes(activity, problems)) from error


def _unknown_units(
    activity: Activity, quantities: Quantities, matches: FactorMatches, linked: IndexArray, units: FloatArray
) -> list[Problem]:
    """Return a problem for each linked exchange whose unit cannot be converted into units of its supplier."""
    measures = product_units_of(activity, quantities.properties)
    problems: list[Problem] = []
    flow = activity.exchanges.flow[linked]
    names = activity.products if matches.suppliers is None else matches.suppliers.names
    for index in np.unique(flow):
        spec: FlowSpec = activity.rules.flows[index]
        needed = measures.needed_property(spec.unit)
        for row in linked[(flow == index) & np.isnan(units)]:
            source, product = int(activity.exchanges.row[row]), names[matches.supplier[row]]
            what = Message(
                "{unit} of product {product!r} cannot be turned into its unit {product_unit}.",
                unit=spec.unit.text,
                product=product,
                product_unit=activity.rules.product_unit.text,
            )
            cure = (
                Message("Give {needed} of product {product!r}.", needed=needed, product=product)
                if needed
                else "Link it on a flow that counts its unit, mass, area or length."
            )
            problems += activity.columns.problems_at([source], what, cure, "item", "link-unit")
    return problems


def loop_problem(source: str, names: list[str]) -> Problem:
    """Return the problem of a loop of products that need too much of one another."""
    arrows = len(names)
    shown = names if arrows <= NAMED else [*names[: NAMED - 2], "…", names[-1]]
    chain = " → ".join([*shown, names[0]])
    one = Message("These products need all or more of themselves ({count} link): {chain}.", count=arrows, chain=chain)
    several = Message("These products need all or more of themselves ({count} links): {chain}.", count=arrows, chain=chain)
    what = one if arrows == 1 else several
    cure = "Lower the amounts that go round, or break the loop."
    return Problem(f"{source} (product {names[0]})", what, cure, names[0], "loop")
