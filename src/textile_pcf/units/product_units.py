"""Convert units of products to mass, by their mass, grammage and width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.messages.message import Message
from textile_pcf.units.pint_registry import UnitNames
from textile_pcf.units.unit import Unit, parse_unit

MASS, AREA, LENGTH, WEAR, SOLD = (("mass", 1),), (("length", 2),), (("length", 1),), (("wear", 1),), (("sold", 1),)


@dataclass(frozen=True, slots=True)
class ProductUnits:
    """Quantities that convert units of each product; arrays of shape (products,), NaN where not given.

    Attributes
    ----------
    unit : Unit
        The declared unit of the rule.
    mass : ndarray
        Mass per counted unit. [kg per canonical `mass_per`]
    mass_per : tuple of (name, power)
        Dimensions of what `mass` is per: of the product unit, of a piece, …
    grammage : ndarray
        Mass per area. [kg/m2]
    width : ndarray
        Width of the fabric. [m]
    wears : ndarray or None
        Wears in the service life of one product unit. [wear]
    sold : ndarray or None
        Part of the products made that are sold. [sold per canonical product unit]
    names : UnitNames or None
        Known units, if the rule defines some of its own.
    """

    unit: Unit
    mass: FloatArray
    mass_per: tuple[tuple[str, int], ...]
    grammage: FloatArray
    width: FloatArray
    wears: FloatArray | None = None
    sold: FloatArray | None = None
    names: UnitNames | None = None

    def parse(self, text: str) -> Unit:
        """Return the unit that a text means under the rule.

        Raises
        ------
        UnitError
            The text is not a unit, neither of the library nor of the rule.
        """
        return parse_unit(text, self.names)

    def mass_of(self, unit: Unit) -> FloatArray:
        """Return the mass of one `unit` of each product, NaN if it is not known. [kg]

        Parameters
        ----------
        unit : Unit
            A mass, an area, a length, or what `mass_per` is.

        Examples
        --------
        >>> fabric = ProductUnits(parse_unit("kg"), np.array([np.nan]), (), np.array([0.2]), np.array([1.5]))
        >>> fabric.mass_of(parse_unit("100 m"))
        array([30.])
        """
        dimensions = unit.dimensions
        if dimensions == MASS:
            return np.full(len(self.grammage), unit.factor)
        if dimensions == self.mass_per:
            return self.mass * unit.factor
        if dimensions == AREA:
            return self.grammage * unit.factor
        if dimensions == LENGTH:
            return self.grammage * self.width * unit.factor
        return np.full(len(self.grammage), np.nan)

    @property
    def product_mass(self) -> FloatArray:
        """Mass of one product unit. [kg]"""
        return self.mass_of(self.unit)

    def product_units(self, unit: Unit) -> FloatArray:
        """Return the number of product units in one `unit`, NaN if it is not known or no positive number.

        Parameters
        ----------
        unit : Unit
            As of `mass_of`, or wears, or sold.

        Examples
        --------
        >>> fabric = ProductUnits(parse_unit("kg"), np.array([np.nan]), (), np.array([0.2]), np.array([np.nan]))
        >>> fabric.product_units(parse_unit("m2")), fabric.product_units(parse_unit("m"))
        (array([0.2]), array([nan]))
        """
        if unit.dimensions == self.unit.dimensions:
            return np.full(len(self.grammage), unit.factor / self.unit.factor)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if unit.dimensions == WEAR and self.wears is not None:
                number = unit.factor / self.wears
            elif unit.dimensions == SOLD and self.sold is not None:
                number = unit.factor / (self.sold * self.unit.factor)
            else:
                number = self.mass_of(unit) / self.product_mass
        if number.min(initial=1.0) > 0 and number.max(initial=1.0) < np.inf:  # mostly; NaN is neither
            return number
        return np.where((number > 0) & (number < np.inf), number, np.nan)  # 0 g/m2 would make 0 kg CO2e per m2

    def mass_properties(self) -> tuple[str, ...]:
        """Return the properties whose product is the mass of one product unit."""
        dimensions = self.unit.dimensions
        return {self.mass_per: ("mass",), AREA: ("grammage",), LENGTH: ("grammage", "width"), MASS: ()}.get(dimensions, ())

    def needed_property(self, unit: Unit) -> Message | None:
        """Return the name of the property that would convert `unit` to mass; None if there is none."""
        if unit.dimensions == WEAR:
            return Message("wears")
        if unit.dimensions == SOLD:
            return Message("sold")
        if unit.dimensions == AREA:
            return Message("grammage")
        if unit.dimensions == LENGTH:
            return Message("grammage and width")
        return Message("mass") if unit.dimensions == self.mass_per else None
