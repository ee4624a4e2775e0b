"""Links between products of a run: `product:ID` rows, solved for all products at once."""

from __future__ import annotations

import numpy as np

from textile_pcf import engine
from textile_pcf.activity import Activity
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.errors import Problem
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.rules import FlowSpec
from textile_pcf.rules.arrays import rule_arrays

NAMED = 12
"""Products of a loop that a message names."""


def solve_product_links(
    activity: Activity, quantities: Quantities, matched: FactorMatches, amount: FloatArray
) -> tuple[IndexArray, FloatArray, list[Problem]]:
    """What each row asks for, and emissions per canonical unit of each of these; links count at the linking stage.

    A row that links to a product asks for that product's footprint, which stands behind those of the factors.
    """
    if not matched.has_links:
        return matched.pattern, matched.pattern_values, []
    linked = np.flatnonzero(matched.supplier >= 0)
    if not len(linked):
        return matched.pattern, matched.pattern_values, []
    units, problems = _supplier_units(activity, quantities, matched, linked)
    if problems:
        return matched.request, matched.values, problems
    per_unit = matched.values[matched.request]
    product = activity.exchange_products
    inside = ~rule_arrays(activity.rules).flow_outside[activity.exchanges.flow]
    counted = inside & (matched.supplier < 0)
    own = engine.sum_by_group((amount[:, None] * per_unit)[counted], product[counted], len(activity.names))
    needs = linked[inside[linked]]
    needed = amount[needs] * units[inside[linked]]
    user, supplier = product[needs], matched.supplier[needs]
    try:
        total = engine.solve_links(own, user, supplier, needed)
    except ValueError:
        found = engine.find_loops(user, supplier, needed, len(activity.names))
        return matched.request, matched.values, [_loop(activity, loop) for loop in found]
    question = matched.request.copy()
    question[linked] = len(matched.values) + np.arange(len(linked))
    return question, np.concatenate([matched.values, total[matched.supplier[linked]] * units[:, None]]), []


def _supplier_units(
    activity: Activity, quantities: Quantities, matched: FactorMatches, linked: IndexArray
) -> tuple[FloatArray, list[Problem]]:
    """Units of the linked product in one canonical unit of the flow."""
    measures, units = product_units_of(activity, quantities.properties), np.full(len(linked), np.nan)
    problems: list[Problem] = []
    flow = activity.exchanges.flow[linked]
    for index in np.unique(flow):
        spec: FlowSpec = activity.rules.flows[index]
        rows = flow == index
        told = measures.product_units(spec.unit)[matched.supplier[linked[rows]]] / spec.unit.factor
        units[rows] = told
        for row in linked[rows][np.isnan(told)]:
            source, product = int(activity.exchanges.row[row]), activity.products[matched.supplier[row]]
            what = f"{spec.unit.text} of product {product!r} cannot be turned into its unit {activity.rules.product_unit.text}."
            needed = measures.needed_property(spec.unit)
            cure = (
                f"Give {needed} of product {product!r}."
                if needed
                else "Link it on a flow that counts its unit, mass, area or length."
            )
            problems += activity.columns.problems_at([source], what, cure, "item", "link-unit")
    return units, problems


def _loop(activity: Activity, members: list[int]) -> Problem:
    names, arrows = [activity.products[member] for member in members], len(members)
    told = names if arrows <= NAMED else [*names[: NAMED - 2], "…", names[-1]]
    chain = " → ".join([*told, names[0]])
    what = f"These products need all or more of themselves ({arrows} link{'s' if arrows > 1 else ''}): {chain}."
    cure = "Lower the amounts that go round, or break the loop."
    return Problem(f"{activity.columns.table.name} (product {names[0]})", what, cure, names[0], "loop")
