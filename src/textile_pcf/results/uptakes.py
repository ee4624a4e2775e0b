"""Uptake of CO2 that comes with a bought material, beside a product's own: the same carbon may count twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import BoolArray, IntArray
from textile_pcf.columns import group_rows
from textile_pcf.factors import SPLIT_AND_AIRCRAFT
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.messages.message import Message

UPTAKE = SPLIT_AND_AIRCRAFT.index("uptake")


def takes_up(inventory: Inventory) -> BoolArray:
    """Return which products have uptake that comes with no declared footprint or product of the run, shape (products,)."""
    if inventory.balance is not None or not inventory.split_values[:, UPTAKE].any():
        return np.zeros(len(inventory.products), dtype=bool)
    takes, bought = _uptake_lines(inventory)
    return np.bincount(inventory.product[takes & ~bought], minlength=len(inventory.products)) > 0


def _uptake_lines(inventory: Inventory) -> tuple[BoolArray, BoolArray]:
    """Return which exchanges take CO2 up inside the boundary, and which are bought with a footprint of their own."""
    matches, lines = inventory.matches, len(inventory.amount)
    takes = inventory.inside & (inventory.amount * inventory.split_values[inventory.value_index, UPTAKE] < 0)
    bought = matches.is_declared[matches.request] if len(matches.is_declared) else np.zeros(lines, dtype=bool)
    return takes, bought | (matches.supplier >= 0) if matches.has_links else bought


def find_double_uptake(inventory: Inventory) -> Iterator[tuple[int, str]]:
    """Per product, a sentence for each flow of its own uptake beside a link or a declared footprint that holds uptake."""
    activity, matches = inventory.activity, inventory.matches
    declared = matches.is_declared
    if inventory.balance is not None or (not matches.has_links and not declared.any()):
        return  # a balance counts the carbon of bought material once
    flows = activity.exchanges
    if not inventory.split_values[:, UPTAKE].any():
        return
    takes, bought = _uptake_lines(inventory)
    product = activity.exchange_products
    products = np.intersect1d(product[takes & bought], product[takes & ~bought])
    counted = takes & np.isin(product, products)
    brought = _distinct(product, flows.flow, np.flatnonzero(counted & bought))
    for own in _distinct(product, flows.flow, np.flatnonzero(counted & ~bought)).tolist():
        for row in brought[product[brought] == product[own]].tolist():
            name, other = (_named(activity, int(flows.flow[each])) for each in (own, row))
            text = Message(
                "{name}: the material of {other} includes uptake of CO2 already; give 0 here, or the same carbon counts twice.",
                name=name,
                other=other,
            )
            yield int(product[own]), text


def _distinct(product: IntArray, flow: IntArray, rows: IntArray) -> IntArray:
    """One row of each product and flow."""
    return rows[group_rows(product[rows], flow[rows])[0]]


def _named(activity: Activity, flow: int) -> str:
    spec = activity.rules.flows[flow]
    return f"{activity.rules.stage_id(spec.stage)}.{spec.id}"
