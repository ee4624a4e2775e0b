"""Factors of links to products of a run, when one product of it is calculated alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from textile_pcf import engine
from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.messages.message import Message
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.compile_balance import CONTENT


@dataclass(frozen=True, eq=False)
class SupplierFactors:
    """Factor of each link of a product, by its flow and its supplier.

    Attributes
    ----------
    flow, supplier : ndarray of int, shape (links,)
        Flow of the rule, and product of the run.
    values : ndarray, shape (links, 5)
        Footprint of the supplier. [kg CO2e per canonical flow unit]
    units : ndarray, shape (links,)
        Units of the supplier per canonical flow unit.
    removals : ndarray, shape (links,)
        Net uptake of CO2 of the supplier. [kg CO2 per canonical flow unit]
    materials : ndarray, shape (links, 2)
        Biogenic carbon of the supplier, NaN where it is not known, and its mass. [kg C/kg, kg per canonical flow unit]
    """

    flow: IndexArray
    supplier: IndexArray
    values: FloatArray
    units: FloatArray
    removals: FloatArray
    materials: FloatArray

    def number(self, flow: IntArray, supplier: IndexArray) -> IndexArray:
        """Return the index of the link of each flow and supplier."""
        same = (flow[:, None] == self.flow) & (supplier[:, None] == self.supplier)
        return np.asarray(same.argmax(axis=1), dtype=np.intp)


def supplier_factors(inventory: Inventory, product: int, drawn: Collection[int]) -> SupplierFactors:
    """Return the factor of each link of a product.

    Parameters
    ----------
    inventory : Inventory
        Inventory of a run.
    product : int
        Index of the product that has the links.
    drawn : collection of int
        Suppliers whose footprints are drawn.

    Raises
    ------
    UsageError
        The product needs itself through suppliers that are not drawn.
    """
    activity, links = inventory.activity, inventory.links
    open_ = ~((links.user == product) & np.isin(links.supplier, list(drawn)))
    home = engine.rings(links.user[open_], links.supplier[open_], len(activity.names)).home
    if (home[links.supplier[open_ & (links.user == product)]] == home[product]).any():
        what = Message("The product {product!r} needs itself.", product=activity.names[product])
        cure = Message("Draw the footprints of the products that it takes: recalculate(…, suppliers={{…}}).")
        raise UsageError([Problem("draws", what, cure, activity.names[product], "draws")])
    linked = np.flatnonzero((inventory.supplier >= 0) & (inventory.product == product))
    units = inventory.supplier_units[linked] / rule_arrays(activity.rules).flow_factor[inventory.flow[linked]]
    values = inventory.split_values[inventory.value_index[linked]]
    flow, supplier = inventory.flow[linked].astype(np.intp), inventory.supplier[linked]
    balance = inventory.balance
    removals = (inventory.removals_by_line if balance is None else balance.per_unit)[linked]
    materials = np.column_stack([_contents(inventory)[supplier], inventory.quantities.mass[supplier] * units])
    return SupplierFactors(flow, supplier, values, units, removals, materials)


def _contents(inventory: Inventory) -> FloatArray:
    """Return the biogenic carbon of each product, NaN where it is not known. Shape (products,). [kg C/kg]"""
    activity = inventory.activity
    spec = activity.rules.product_property(CONTENT)
    if spec is None:
        return np.full(len(activity.names), np.nan)
    return inventory.quantities.properties[activity.property_entries.block(spec.index)]
