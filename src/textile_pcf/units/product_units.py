"""How much a product weighs in any unit it can be told in: from mass, grammage and width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.units import Unit

MASS, AREA, LENGTH, WEAR = (("mass", 1),), (("length", 2),), (("length", 1),), (("wear", 1),)


@dataclass(frozen=True, slots=True)
class ProductUnits:
    """What turns units of each product into mass; arrays of shape (products,), NaN where not given.

    Parameters
    ----------
    unit : Unit
        The declared unit of the rule.
    mass : array or None
        Mass per counted unit. [kg per canonical `mass_per`]
    mass_per : dimensions
        What `mass` is per: the dimensions of the product unit, of a piece, …
    grammage, width : array
        [kg/m2], [m]
    wears : array or None
        Wears in the service life of one product unit. [wear]
    """

    unit: Unit
    mass: FloatArray
    mass_per: tuple[tuple[str, int], ...]
    grammage: FloatArray
    width: FloatArray
    wears: FloatArray | None = None

    def mass_of(self, unit: Unit) -> FloatArray:
        """Mass of one `unit` of each product, NaN where it cannot be told. [kg]

        Examples
        --------
        >>> from textile_pcf.units import parse_unit
        >>> one = ProductUnits(parse_unit("kg"), np.array([np.nan]), (), np.array([0.2]), np.array([1.5]))
        >>> one.kilograms(parse_unit("100 m"))
        array([30.])
        """
        kind = unit.dimensions
        if kind == MASS:
            return np.full(len(self.grammage), unit.factor)
        if kind == self.mass_per:
            return self.mass * unit.factor
        if kind == AREA:
            return self.grammage * unit.factor
        if kind == LENGTH:
            return self.grammage * self.width * unit.factor
        return np.full(len(self.grammage), np.nan)

    @property
    def product_mass(self) -> FloatArray:
        """Mass of one product unit. [kg]"""
        return self.mass_of(self.unit)

    def product_units(self, unit: Unit) -> FloatArray:
        """Product units in one `unit`, NaN where it cannot be told.

        Examples
        --------
        >>> from textile_pcf.units import parse_unit
        >>> one = ProductUnits(parse_unit("kg"), np.array([np.nan]), (), np.array([0.2]), np.array([np.nan]))
        >>> one.product_units(parse_unit("m2")), one.product_units(parse_unit("m"))
        (array([0.2]), array([nan]))
        """
        if unit.dimensions == self.unit.dimensions:
            return np.full(len(self.grammage), unit.factor / self.unit.factor)
        if unit.dimensions == WEAR and self.wears is not None:
            return unit.factor / self.wears
        return self.mass_of(unit) / self.product_mass

    def needed_property(self, unit: Unit) -> str:
        """Which property would turn `unit` into mass; empty where none would."""
        if unit.dimensions == WEAR:
            return "wears"
        if unit.dimensions == AREA:
            return "grammage"
        if unit.dimensions == LENGTH:
            return "grammage and width"
        return "mass" if unit.dimensions == self.mass_per else ""
