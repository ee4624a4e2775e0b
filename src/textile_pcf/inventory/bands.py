"""Plausible bands of the quantities of a rule, and amounts on the basis that a band is stated for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from textile_pcf import engine
from textile_pcf.activity.activity import Activity
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.row_patterns import Per
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.inventory.defaults import property_on
from textile_pcf.inventory.masses import process_masses
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.messages.message import Message
from textile_pcf.rules import FlowSpec, QuantitySpec, RuleSet

TIMES = 20  # an amount more than this many times above its band is refused
NEAR = 1e-12


@dataclass(frozen=True, eq=False)
class Bands:
    """Bands of the properties, losses or flows of a rule, in canonical units; infinite if there is none."""

    specs: tuple[QuantitySpec, ...]
    low: FloatArray
    high: FloatArray
    most: FloatArray
    """Limit above which an amount must be confirmed; infinite if the band has no positive upper bound."""
    some: bool


@lru_cache(maxsize=32)
def bands_of_rule(rules: RuleSet) -> tuple[Bands, Bands, Bands]:
    """Return the bands of the properties, the losses and the flows of a rule."""
    return _bands_of(rules.properties), _bands_of(rules.losses), _bands_of(rules.flows)


def _bands_of(specs: tuple[QuantitySpec, ...]) -> Bands:
    limits = [(-np.inf, np.inf) if spec.plausible is None else spec.plausible for spec in specs]
    low, high = np.array(limits, dtype=np.float64).reshape(-1, 2).T
    near_low, near_high = low - NEAR * np.abs(np.nan_to_num(low)), high + NEAR * np.abs(np.nan_to_num(high))
    most = np.where(high > 0, TIMES * near_high, np.inf)
    return Bands(tuple(specs), near_low, near_high, most, any(spec.plausible is not None for spec in specs))


def specs_of(block_index: BlockIndex, positions: IndexArray) -> IndexArray:
    """Return the property, loss or flow of each index."""
    return np.asarray(np.searchsorted(block_index.offsets, positions, side="right") - 1, dtype=np.intp)


def unit_of(spec: QuantitySpec) -> tuple[float, str]:
    """Return the canonical units in one unit of a band, and the text of that unit."""
    unit = spec.ratio_unit if isinstance(spec, FlowSpec) else spec.unit
    return unit.factor, unit.text


def limits_of(spec: QuantitySpec) -> tuple[str, str, str]:
    """Return the lower and upper limit of the band as texts, and their unit."""
    assert spec.plausible is not None
    factor, unit = unit_of(spec)
    low, high = (f"{number / factor:.6g}" for number in spec.plausible)
    return low, high, unit


def band_text(spec: QuantitySpec) -> str:
    """Return the limits of the band with their unit."""
    low, high, unit = limits_of(spec)
    return Message("{low} to {high} {unit}", low=low, high=high, unit=unit)


def sum_per_entry(activity: Activity, block_index: BlockIndex, values: FloatArray, rows: BoolArray | None = None) -> FloatArray:
    """Return the sum of the exchange values of each flow entry; NaN if there is no known value. [per driver]"""
    flows = activity.exchanges
    position = block_index.entry(flows.flow, flows.entry)
    if rows is not None:
        position, values = position[rows], values[rows]
    known = np.isfinite(values)
    if not known.all():
        position, values = position[known], values[known]
    total = np.bincount(position, weights=values, minlength=block_index.total)
    return np.where(np.bincount(position, minlength=block_index.total) > 0, total, np.nan)


def amounts_per_driver(activity: Activity, quantities: Quantities) -> FloatArray:
    """Return exchange values per driver of the rule, also of those that are per product or per period."""
    flows, values = activity.exchanges, quantities.value
    if not flows.has_other_basis:
        return values
    specs = activity.rules.flows
    by_output = np.array([spec.drivers == ("output",) for spec in specs])[flows.flow]
    rows = np.flatnonzero((flows.per == Per.PRODUCT) | ((flows.per == Per.PERIOD) & ~by_output))
    if not len(rows):
        return values
    masses = process_masses(activity, quantities)
    with np.errstate(all="ignore"):
        amount = engine.exchange_amounts(values, quantities.scale, flows.process, masses, *flows.other_drivers)
        per = np.ones(len(flows))
        for index in np.unique(flows.flow[rows]).tolist():
            here = rows[flows.flow[rows] == index]
            per[here] = _drivers(activity, quantities, masses, specs[index], here)
        done = values.copy()
        done[rows] = amount[rows] / per[rows]
    return done


def _drivers(activity: Activity, quantities: Quantities, masses: engine.Masses, spec: FlowSpec, rows: IndexArray) -> FloatArray:
    """Return the product of the drivers of a flow on some of its exchanges."""
    flows, product = activity.exchanges, np.ones(len(rows))
    for driver in spec.drivers:
        if driver == "product":
            product *= activity.rules.product_unit.factor
        elif isinstance(driver, int):
            product *= property_on(activity, quantities.properties, driver, spec.stage)[flows.entry[rows]]
        else:
            product *= getattr(masses, str(driver))[flows.process[rows]]
    return product
