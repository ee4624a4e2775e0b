"""What a product weighs, by what is told of it, and products of which it is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem
from textile_pcf.rules import PRODUCT, RuleSet
from textile_pcf.units import parse_unit
from textile_pcf.units.product_units import MASS, ProductUnits


@dataclass(frozen=True, slots=True)
class _Measured:
    """Which properties of the product turn its units into mass: mass, grammage, width and wears; -1 where there is none.

    A mass is per `per`, after it was divided by `factor`.
    """

    places: tuple[int, ...]
    per: tuple[tuple[str, int], ...]
    factor: float


@lru_cache(maxsize=32)
def _measured(rules: RuleSet) -> _Measured:
    specs = [rules.product_property(name) for name in ("mass", "grammage", "width", "wears")]
    places = tuple(-1 if spec is None else spec.index for spec in specs)
    mass, per = specs[0], rules.product_unit.dimensions
    if mass is not None and len(mass.unit.dimensions) > 1:
        return _Measured(places, tuple((name, -power) for name, power in mass.unit.dimensions if name != "mass"), 1.0)
    if mass is not None and per == (("mass", 1),):
        return _Measured(places, parse_unit("piece").dimensions, 1.0)
    return _Measured(places, per, rules.product_unit.factor)


def product_units_of(activity: Activity, properties: FloatArray) -> ProductUnits:
    """What turns units of the products into mass."""
    told, blocks = _measured(activity.rules), activity.property_entries.blocks
    nothing = activity.structure.not_given
    mass, *others = [nothing if place < 0 else properties[blocks[place]] for place in told.places]
    rules = activity.rules
    grammage, width, wears = others
    return ProductUnits(rules.product_unit, mass / told.factor, told.per, grammage, width, wears, rules.unit_names)


def product_mass(activity: Activity, properties: FloatArray) -> FloatArray:
    """Mass of one unit of each product. [kg]"""
    unit = activity.rules.product_unit
    if unit.dimensions == MASS:  # whatever is told of the products
        return activity.structure.ones * unit.factor
    return product_units_of(activity, properties).product_mass


def missing_mass(activity: Activity, mass: FloatArray) -> Iterator[Problem]:
    """Products whose mass is unknown or nothing; a required property that is absent was reported as such."""
    if activity.rules.product_unit.dimensions == MASS or (mass > 0).all():
        return
    spec = activity.rules.product_property("mass")
    told = spec is not None and (spec.optional or spec.default is not None or spec.method is not None)
    for entry in np.flatnonzero((np.isnan(mass) & told) | (mass <= 0)):
        what = "The mass of the product is not known." if np.isnan(mass[entry]) else "The mass of the product is zero."
        yield activity.missing(PRODUCT, int(entry), "mass", what, "Give the mass of one product unit in kg.", "no-mass")
