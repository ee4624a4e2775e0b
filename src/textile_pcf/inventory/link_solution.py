"""Links of a whole catalogue, solved at once: from what products emit and take to the footprint of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from textile_pcf import engine
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import take
from textile_pcf.inventory.product_system import BalanceTerms, ProductSystem
from textile_pcf.inventory.suppliers import link_units
from textile_pcf.methods.chemistry import CO2_PER_CARBON
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class ProductFigures:
    """Figures of products with all that they take from others, as in `Suppliers`; arrays over products."""

    footprint: FloatArray
    removals: FloatArray
    balanced_removals: FloatArray
    content: FloatArray


class LoopsError(Exception):
    """Products need all or more of themselves.

    Attributes
    ----------
    loops : list of list of int
        Products of each loop, in the order in which one needs the next.
    """

    def __init__(self, loops: list[list[int]]) -> None:
        super().__init__(f"{len(loops)} loops")
        self.loops = loops


def supplier_units(rules: RuleSet, system: ProductSystem, supplier: IndexArray, flow: IndexArray) -> FloatArray:
    """Return the units of each supplier per canonical unit of each flow; NaN where a unit cannot be converted."""
    place = supplier.astype(np.intp)  # numpy indexes slowly with other integers
    place *= system.units.shape[1]
    place += take(link_units(rules)[1], flow)
    units = system.units.reshape(-1).take(place, mode="wrap")  # what has no supplier, -1, has the units of any
    units /= take(rule_arrays(rules).flow_factor, flow)
    return units


def in_supplier_units(rules: RuleSet, system: ProductSystem) -> tuple[ProductSystem, BoolArray]:
    """Return a system whose amounts are units of the supplier, and which links have none: no supplier, or no conversion.

    Only the balance of biogenic carbon needs the units of products then; without one they are left out.
    """
    needed = supplier_units(rules, system, system.supplier, system.flow)
    lost = np.isnan(needed) | (system.supplier < 0)
    needed *= system.amount
    units = np.empty((len(system.own), 0)) if system.balance is None else system.units
    return replace(system, amount=needed, units=units), lost


def solve_system(rules: RuleSet, system: ProductSystem) -> ProductFigures:
    """Solve the links of a system.

    Parameters
    ----------
    rules : RuleSet
    system : ProductSystem
        From `in_supplier_units`; none of its links is without a supplier.

    Raises
    ------
    LoopsError
        Products need all or more of themselves.
    """
    arrays = rule_arrays(rules)
    outside = take(arrays.flow_outside, system.flow)
    links = engine.Links(system.user, system.supplier, system.amount)
    links = links.of(~outside) if outside.any() else links
    own, removals, balanced, content = system.own, system.removals, None, np.full(len(system.own), np.nan)
    if system.balance is not None:
        content = _content(rules, system, system.balance)
        balanced, amount = _balance(rules, system, system.balance, content)
        if not arrays.flow_outside[arrays.balance_flow]:
            own = own + amount[:, None] * system.balance.uptake_values
            removals = removals + amount * system.balance.uptake
    footprint, total = _solve(links, own, removals[:, None])
    total = total[:, 0]
    return ProductFigures(footprint, total, total if balanced is None else balanced, content)


def _solve(links: engine.Links, *own: FloatArray) -> list[FloatArray]:
    """Return what products have with all that they take, of each of several figures; each is solved as if it were alone."""
    products = len(own[0])
    try:
        system = engine.LinkedSystem(links, products)
        return [system.solve(figure) for figure in own]
    except ValueError as error:
        raise LoopsError(engine.find_loops(links.user, links.supplier, links.amount, products)) from error


def _content(rules: RuleSet, system: ProductSystem, terms: BalanceTerms) -> FloatArray:
    """Return the biogenic carbon of all products, NaN where it is not known. [kg C/kg]"""
    inputs = system.inputs
    if inputs is None or not len(inputs.product):
        return terms.content
    taken, mass = np.flatnonzero(inputs.supplier >= 0), inputs.mass.copy()
    supplier = inputs.supplier[taken]
    mass[taken] *= supplier_units(rules, system, supplier, inputs.flow[taken]) * system.mass[supplier]
    return replace(inputs, mass=mass).fill(terms.content)


def _balance(rules: RuleSet, system: ProductSystem, terms: BalanceTerms, content: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the net uptake of all products, and the amount that balances each, as `inventory.carbon_balance` has them.

    [kg CO2 per product unit, canonical flow unit per product unit]
    """
    arrays = rule_arrays(rules)
    leaves = CO2_PER_CARBON * content * terms.output
    is_known = ~np.isnan(leaves)
    own = np.nan_to_num(leaves) + terms.direct + np.where(is_known, 0.0, terms.direct_balanced)
    is_balanced = arrays.flow_balanced[system.flow]
    counted = ~arrays.flow_outside[system.flow] & ~(is_balanced & is_known[system.user])
    links = engine.Links(system.user[counted], system.supplier[counted], system.amount[counted])
    (total,) = _solve(links, own[:, None])
    total = total[:, 0]
    brought = np.where(is_balanced, system.amount * total[system.supplier], 0.0)
    carried = terms.carried + np.bincount(system.user, weights=brought, minlength=len(own))
    return total, np.where(is_known, leaves - carried, 0.0) / terms.uptake
