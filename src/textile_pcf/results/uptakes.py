"""Uptake of CO2 that comes with a bought material, beside a product's own: the same carbon may count twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import BoolArray, IndexArray, IntArray
from textile_pcf.columns import equal_pairs, group_rows
from textile_pcf.factors import SPLIT_AND_AIRCRAFT
from textile_pcf.factors.matcher import BOUGHT
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
    own, brought = _own_and_brought(inventory)
    for row, other in zip(own.tolist(), brought.tolist(), strict=True):
        yield int(inventory.product[row]), _counted_twice(inventory, row, other)


def double_uptake_texts(inventory: Inventory) -> Iterator[str]:
    """Yield the sentences of `find_double_uptake` without their products, each pair of flows once, for a catalogue."""
    own, brought = _own_and_brought(inventory)
    first, _ = group_rows(inventory.flow[own], inventory.flow[brought])
    for pair in np.sort(first).tolist():
        yield _counted_twice(inventory, int(own[pair]), int(brought[pair]))


def _counted_twice(inventory: Inventory, own: int, brought: int) -> Message:
    name, other = (_named(inventory.activity, int(inventory.flow[each])) for each in (own, brought))
    return Message(
        "{name}: the material of {other} includes uptake of CO2 already; give 0 here, or the same carbon counts twice.",
        name=name,
        other=other,
    )


def _own_and_brought(inventory: Inventory) -> tuple[IndexArray, IndexArray]:
    """Return pairs of exchanges of one product, by product and flows: own uptake, and uptake that comes with what is bought."""
    matches, flow, product = inventory.matches, inventory.flow, inventory.product
    if inventory.balance is not None or (not matches.has_links and not matches.have(BOUGHT)):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)  # a balance counts the carbon of bought material once
    if not inventory.split_values[:, UPTAKE].any():
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    takes, bought = _uptake_lines(inventory)
    own, brought = (_distinct(product, flow, np.flatnonzero(takes & which)) for which in (~bought, bought))
    of_own, of_brought = equal_pairs(product[own], product[brought])
    return own[of_own], brought[of_brought]


def _distinct(product: IntArray, flow: IntArray, rows: IndexArray) -> IndexArray:
    """One row of each product and flow."""
    return rows[group_rows(product[rows], flow[rows])[0]]


def _named(activity: Activity, flow: int) -> str:
    spec = activity.rules.flows[flow]
    return f"{activity.rules.stage_id(spec.stage)}.{spec.id}"
