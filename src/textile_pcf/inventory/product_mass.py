"""Mass of the products, and problems of products without a mass."""

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

MASS_PROPERTIES = ("mass", "grammage", "width", "wears", "sold")
"""Properties of the product that convert its units into mass."""


@dataclass(frozen=True, slots=True)
class _MassProperties:
    """Properties that convert units of the product into mass.

    Attributes
    ----------
    indices : tuple of int
        Property index of mass, grammage, width, wears and sold; -1 if the rule has no such property.
    per : tuple of (str, int)
        Dimensions that a mass refers to, after division by `factor`.
    factor : float
        Divisor of the mass.
    """

    indices: tuple[int, ...]
    per: tuple[tuple[str, int], ...]
    factor: float


@lru_cache(maxsize=32)
def _mass_properties(rules: RuleSet) -> _MassProperties:
    specs = [rules.product_property(name) for name in MASS_PROPERTIES]
    indices = tuple(-1 if spec is None else spec.index for spec in specs)
    mass, per = specs[0], rules.product_unit.dimensions
    if mass is not None and len(mass.unit.dimensions) > 1:
        return _MassProperties(indices, tuple((name, -power) for name, power in mass.unit.dimensions if name != "mass"), 1.0)
    if mass is not None and per == (("mass", 1),):
        return _MassProperties(indices, parse_unit("piece").dimensions, 1.0)
    return _MassProperties(indices, per, rules.product_unit.factor)


def product_units_of(activity: Activity, properties: FloatArray) -> ProductUnits:
    """Return the converter from the units of the products into mass."""
    sources, blocks = _mass_properties(activity.rules), activity.property_entries.blocks
    nothing = activity.structure.not_given
    mass, *others = [nothing if index < 0 else properties[blocks[index]] for index in sources.indices]
    rules = activity.rules
    grammage, width, wears, sold = others
    return ProductUnits(rules.product_unit, mass / sources.factor, sources.per, grammage, width, wears, sold, rules.unit_names)


def product_mass(activity: Activity, properties: FloatArray) -> FloatArray:
    """Return the mass of one unit of each product, shape (products,). [kg]"""
    unit = activity.rules.product_unit
    if unit.dimensions == MASS:  # whatever mass the activity data give
        return activity.structure.ones * unit.factor
    return product_units_of(activity, properties).product_mass


def missing_mass(activity: Activity, mass: FloatArray) -> Iterator[Problem]:
    """Yield a problem per product whose mass is unknown or zero, unless the required property itself is reported as missing."""
    if activity.rules.product_unit.dimensions == MASS or (mass > 0).all():
        return
    spec = activity.rules.product_property("mass")
    reportable = spec is not None and (spec.optional or spec.default is not None or spec.method is not None)
    for entry in np.flatnonzero((np.isnan(mass) & reportable) | (mass <= 0)):
        what = "The mass of the product is not known." if np.isnan(mass[entry]) else "The mass of the product is zero."
        yield activity.missing(PRODUCT, int(entry), "mass", what, "Give the mass of one product unit in kg.", "no-mass")
