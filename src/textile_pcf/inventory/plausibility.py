"""Warnings of amounts outside the plausible band of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import rows_by_code, take
from textile_pcf.errors import Problem
from textile_pcf.inventory.bands import (
    Bands,
    amounts_per_driver,
    band_text,
    bands_of_rule,
    limits_of,
    specs_of,
    sum_per_entry,
    unit_of,
)
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.messages.message import Message

Warning_ = tuple[int, str]


def check_plausibility(activity: Activity, quantities: Quantities) -> Iterator[Warning_]:
    """Yield product and warning for each quantity outside its band, whatever its origin."""
    for problem, product in _outside_band(activity, quantities):
        yield product, problem.what


def implausible_amounts(activity: Activity, quantities: Quantities) -> list[Problem]:
    """Return a problem, with the cell of the amount, for each quantity outside its band."""
    return [problem for problem, _ in _outside_band(activity, quantities)]


class ImplausibleQuantity(NamedTuple):
    """A quantity that is outside its band in some products of a catalogue.

    Attributes
    ----------
    quantity : str
        Stage and id, such as `dyeing.steam`.
    low, high, unit : str
        The band.
    products : int
        Number of products outside the band.
    first_product, amount : str
        The first of them, with its amount and unit.
    """

    quantity: str
    low: str
    high: str
    unit: str
    products: int
    first_product: str
    amount: str


def count_implausible(activity: Activity, quantities: Quantities) -> list[ImplausibleQuantity]:
    """Return each quantity that is outside its band, with the number of products and the first of them."""
    found: list[ImplausibleQuantity] = []
    for bands, block_index, positions, values, _ in _outside_bands(activity, quantities):
        for index, number in rows_by_code(specs_of(block_index, positions)):
            spec, here = bands.specs[index], positions[number]
            products = np.unique(_products(activity, spec.stage, here - block_index.offsets[index]))
            amount = f"{values[number[0]] / unit_of(spec)[0]:.6g} {unit_of(spec)[1]}"
            first = int(_products(activity, spec.stage, here[:1] - block_index.offsets[index])[0])
            name = f"{activity.rules.stage_id(spec.stage)}.{spec.id}"
            found.append(ImplausibleQuantity(name, *limits_of(spec), len(products), activity.names[first], amount))
    return found


def catalogue_warnings(found: Iterable[ImplausibleQuantity]) -> list[str]:
    """Return a warning for each quantity that is outside its band in some products of a catalogue.

    Parameters
    ----------
    found : iterable of ImplausibleQuantity
        Of all partitions, in their order; the numbers of products are added up.
    """
    total: dict[str, ImplausibleQuantity] = {}
    for each in found:
        first = total.setdefault(each.quantity, each._replace(products=0))
        total[each.quantity] = first._replace(products=first.products + each.products)
    what = "{name}: Products outside the plausible {band}: {count}. The first of them is {product} with {amount}."
    return [
        Message(
            what,
            name=each.quantity,
            band=Message("{low} to {high} {unit}", low=each.low, high=each.high, unit=each.unit),
            count=each.products,
            product=each.first_product,
            amount=each.amount,
        )
        for each in total.values()
    ]


def _outside_band(activity: Activity, quantities: Quantities) -> Iterator[tuple[Problem, int]]:
    for bands, block_index, positions, values, rows in _outside_bands(activity, quantities):
        numbers = (positions.tolist(), specs_of(block_index, positions).tolist(), values.tolist(), rows.tolist())
        for position, index, value, row in zip(*numbers, strict=True):
            spec = bands.specs[index]
            entry = position - int(block_index.offsets[index])
            product, component = activity.entry_name(spec.stage, entry)
            of = f" of {component}" if component else ""
            name = f"{activity.rules.stage_id(spec.stage)}.{spec.id}{of}"
            amount = f"{value / unit_of(spec)[0]:.6g} {unit_of(spec)[1]}"
            where = activity.columns.location(row, "amount") if row >= 0 else activity.columns.table.name
            what = Message("{name}: {amount} is outside the plausible {band}.", name=name, amount=amount, band=band_text(spec))
            yield Problem(where, what, "", activity.products[product], "plausible"), product


class _Outside(NamedTuple):
    """Properties, losses or flows outside their bands: entries, values and rows, ascending; row -1 for values of the rule."""

    bands: Bands
    block_index: BlockIndex
    positions: IndexArray
    values: FloatArray
    rows: IndexArray


def _outside_bands(activity: Activity, quantities: Quantities) -> Iterator[_Outside]:
    """Yield properties, losses and flows outside their bands."""
    properties, losses, flows = bands_of_rule(activity.rules)
    if properties.some:
        yield _entries_outside(properties, activity.property_entries, quantities.properties, activity.property_rows)
    if losses.some:
        yield _entries_outside(losses, activity.loss_entries, _active_losses(activity, quantities.losses), activity.loss_rows)
    if flows.some:
        yield _flows_outside(activity, flows, amounts_per_driver(activity, quantities))


def _entries_outside(bands: Bands, block_index: BlockIndex, values: FloatArray, rows: IndexArray) -> _Outside:
    below, above = block_index.compare(np.less, values, bands.low), block_index.compare(np.greater, values, bands.high)
    positions = np.flatnonzero(below | above)
    return _Outside(bands, block_index, positions, values[positions], rows[positions])


def _flows_outside(activity: Activity, bands: Bands, values: FloatArray) -> _Outside:
    """Return the flows outside their bands: exchanges, or the sums of flows that have several; rows are those of the first."""
    exchanges, block_index = activity.exchanges, activity.structure.flow_entries
    if not activity.structure.gives_flows_once:
        row = np.full(block_index.total, -1, dtype=np.intp)
        row[block_index.entry(exchanges.flow[::-1], exchanges.entry[::-1])] = exchanges.row[::-1]
        return _entries_outside(bands, block_index, sum_per_entry(activity, block_index, values), row)
    low, high = (
        take(np.append(limit, np.nan)[exchanges.patterns.flow], exchanges.pattern) for limit in (bands.low, bands.high)
    )
    lines = np.flatnonzero((values < low) | (values > high))
    positions = block_index.entry(exchanges.flows_of(lines), exchanges.entry[lines])
    order = np.argsort(positions)
    lines = lines[order]
    return _Outside(bands, block_index, positions[order], values[lines], exchanges.row[lines])


def _active_losses(activity: Activity, losses: FloatArray) -> FloatArray:
    """Return the losses of active stages; NaN elsewhere."""
    if activity.stage_active.all():
        return losses
    return np.where(activity.structure.loss_active, losses, np.nan)


def _products(activity: Activity, stage: int, entries: IndexArray) -> IndexArray:
    per_component = activity.rules.is_component_stage(stage)
    return activity.components.product[entries] if per_component else np.asarray(entries, dtype=np.intp)
