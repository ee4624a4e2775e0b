"""What products emit by themselves and take from one another, before links are solved: as arrays that can be joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import take
from textile_pcf.inventory.carbon_content import MaterialInputs, material_inputs
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.inventory.suppliers import link_units
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.compile_balance import CONTENT

LINK: Any = np.int32  # type of the products of a link: three million links take 30 MB with it instead of 72
FLOW: Any = np.int16  # type of its flow


@dataclass(frozen=True, eq=False)
class BalanceTerms:
    """What the balance of biogenic carbon needs of each product, shape (products,).

    Attributes
    ----------
    content : ndarray
        Biogenic carbon, NaN where it is not known without suppliers. [kg C/kg]
    output : ndarray
        Mass that leaves the process that balances; NaN without one. [kg per product unit]
    uptake : ndarray
        CO2 that the factor of the balance takes up. [kg CO2 per canonical flow unit]
    uptake_values : ndarray, shape (products, 5)
        That factor. [kg CO2e per canonical flow unit]
    direct, direct_balanced : ndarray
        Net uptake of flows inside the boundary without suppliers: those that are not balanced, and those that are. [kg CO2]
    carried : ndarray
        Net uptake of all balanced flows without suppliers. [kg CO2 per product unit]
    """

    content: FloatArray
    output: FloatArray
    uptake: FloatArray
    uptake_values: FloatArray
    direct: FloatArray
    direct_balanced: FloatArray
    carried: FloatArray


@dataclass(frozen=True, eq=False)
class ProductSystem:
    """Products, their own emissions, and their links; with a balance of biogenic carbon without the uptake that balances.

    Attributes
    ----------
    own : ndarray, shape (products, 5)
        Emissions without links. [kg CO2e per product unit]
    removals : ndarray, shape (products,)
        Net uptake of CO2 without links. [kg CO2 per product unit]
    mass : ndarray, shape (products,)
        [kg per product unit]
    units : ndarray, shape (products, units)
        Product units in one of each unit of `link_units`; NaN where that is not known.
    user, supplier, flow : ndarray, shape (links,)
        Product that takes, product that is taken, and flow of the rule.
    amount : ndarray, shape (links,)
        [canonical flow unit per product unit]
    balance : BalanceTerms or None
        None under a rule without a balance.
    inputs : MaterialInputs or None
        Material of products whose carbon content is not known.
    """

    own: FloatArray
    removals: FloatArray
    mass: FloatArray
    units: FloatArray
    user: IndexArray
    supplier: IndexArray
    flow: IndexArray
    amount: FloatArray
    balance: BalanceTerms | None = None
    inputs: MaterialInputs | None = None

    def of(self, products: IntArray, links: BoolArray) -> ProductSystem:
        """Return the system of some products in some order; they take each other only.

        Parameters
        ----------
        products : ndarray of int, shape (products kept,)
        links : ndarray of bool, shape (links,)
            Links of these products.
        """
        if len(products) == len(self.own) and links.all() and np.array_equal(products, np.arange(len(products))):
            return self
        number = np.full(len(self.own), -1, dtype=LINK)
        number[products] = np.arange(len(products))
        balance, inputs = self.balance, self.inputs
        if balance is not None:
            balance = BalanceTerms(**{name: values[products] for name, values in vars(balance).items()})
        if inputs is not None:
            inputs = _of_products(inputs, products, number)
        return ProductSystem(
            self.own[products], self.removals[products], self.mass[products], self.units[products],
            number[self.user[links]], number[self.supplier[links]], self.flow[links], self.amount[links], balance, inputs,
        )  # fmt: skip


def product_system(inventory: Inventory) -> ProductSystem:
    """Return the system of an inventory whose suppliers are `Suppliers.unsolved`, or that has no links."""
    activity, flow, product = inventory.activity, inventory.flow, inventory.product
    arrays, count = rule_arrays(activity.rules), len(inventory.products)
    linked = np.flatnonzero(inventory.supplier >= 0)
    left_out = arrays.flow_outside[flow]
    left_out[linked] = True
    removals, removed = inventory.matches.removals, np.zeros(len(flow))
    if removals.any():
        removed = take(removals, inventory.matches.request) * inventory.amount
    balance = inputs = None
    if arrays.balance_flow >= 0:
        is_balance = flow == arrays.balance_flow
        left_out |= is_balance
        removed[is_balance | (inventory.supplier >= 0)] = 0.0
        balance, inputs = _balance_terms(inventory, removed, left_out), _unknown_inputs(inventory)
    removed[left_out] = 0.0
    own = np.zeros((count, inventory.split_values.shape[1]))
    for part in inventory.parts:
        weights = take(inventory.split_values[:, part], inventory.value_index) * inventory.amount
        weights[left_out] = 0.0
        own[:, part] = np.bincount(product, weights=weights, minlength=count)
    measures = product_units_of(activity, inventory.quantities.properties)
    units = np.column_stack([measures.product_units(unit) for unit in link_units(activity.rules)[0]])
    return ProductSystem(
        own, np.bincount(product, weights=removed, minlength=count).astype(np.float64), inventory.quantities.mass, units,
        product[linked].astype(LINK), inventory.supplier[linked].astype(LINK), flow[linked].astype(FLOW),
        inventory.amount[linked], balance, inputs,
    )  # fmt: skip


def _balance_terms(inventory: Inventory, removed: FloatArray, left_out: BoolArray) -> BalanceTerms:
    """Return the terms of the balance. `removed` is the net uptake of each exchange, 0 of links and of what balances."""
    activity, matches, product = inventory.activity, inventory.matches, inventory.product
    arrays, count = rule_arrays(activity.rules), len(inventory.products)
    rows = np.flatnonzero(inventory.flow == arrays.balance_flow)
    request, of = matches.request[rows], product[rows]
    output, uptake, values = np.full(count, np.nan), np.ones(count), np.zeros((count, matches.values.shape[1]))
    output[of] = inventory.masses.output[inventory.process[rows]]
    uptake[of], values[of] = matches.removals[request], matches.values[request]
    is_balanced = arrays.flow_balanced[inventory.flow]

    def total(which: BoolArray) -> FloatArray:
        return np.bincount(product, weights=np.where(which, removed, 0.0), minlength=count).astype(np.float64)

    spec = activity.rules.product_property(CONTENT)
    assert spec is not None  # checked when the rule is compiled
    content = inventory.quantities.properties[activity.property_entries.block(spec.index)]
    return BalanceTerms(
        content, output, uptake, values, total(~left_out & ~is_balanced), total(~left_out & is_balanced), total(is_balanced)
    )


def _unknown_inputs(inventory: Inventory) -> MaterialInputs:
    """Return the material of the products whose carbon content is not known without suppliers."""
    activity = inventory.activity
    spec = activity.rules.product_property(CONTENT)
    assert spec is not None
    unknown = np.isnan(inventory.quantities.properties[activity.property_entries.block(spec.index)])
    units = np.where(inventory.supplier >= 0, 1.0, 0.0)  # of unsolved suppliers
    inputs = material_inputs(activity, inventory.quantities, inventory.matches, inventory.amount, units)
    return _of_rows(inputs, unknown[inputs.product])


def _of_products(inputs: MaterialInputs, products: IntArray, number: IndexArray) -> MaterialInputs:
    """Return the inputs of some products, which have these numbers then."""
    kept = _of_rows(inputs, number[inputs.product] >= 0)
    supplier = np.where(kept.supplier >= 0, number[kept.supplier], -1)
    return replace(
        kept, product=number[kept.product], supplier=supplier, made_up=kept.made_up[products], whole=kept.whole[products]
    )


def _of_rows(inputs: MaterialInputs, rows: BoolArray) -> MaterialInputs:
    """Return some of the inputs, and the groups that they are part of."""
    groups, group = np.unique(inputs.group[rows], return_inverse=True)
    return replace(
        inputs, product=inputs.product[rows], supplier=inputs.supplier[rows], flow=inputs.flow[rows], group=group.reshape(-1),
        mass=inputs.mass[rows], content=inputs.content[rows], share=inputs.share[groups], is_known=inputs.is_known[groups],
    )  # fmt: skip
