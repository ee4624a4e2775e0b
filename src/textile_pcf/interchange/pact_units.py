"""Declared units of PACT: which unit of a product is which, how much it is, and what it weighs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.errors import InputError, Problem, wrong_type
from textile_pcf.interchange.decimal_text import decimal_text
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint
from textile_pcf.units import Unit, UnitError, parse_unit

NAMES = {
    (("mass", 1),): ("kilogram", "kg"), (("length", 2),): ("square meter", "m2"), (("piece", 1),): ("piece", "piece"),
    (("volume", 1),): ("cubic meter", "m3"), (("energy", 1),): ("megajoule", "MJ"),
}  # fmt: skip
"""PACT's word and our unit, by dimensions of the unit."""


@dataclass(frozen=True)
class DeclaredUnit:
    """The unit that records are per.

    Attributes
    ----------
    word : str
        PACT's word.
    amount : str
        How much of it one declared unit is.
    scale : ndarray, shape (products,)
        Product units in one declared unit; NaN where a product cannot be converted.
    mass : ndarray, shape (products,)
        Mass of one declared unit. [kg]
    """

    word: str
    amount: str
    scale: FloatArray
    mass: FloatArray


def declared_unit(result: Footprint, unit: str | None) -> DeclaredUnit:
    """Return the unit that records of a result are per.

    Raises
    ------
    InputError
        PACT has no such unit; those that the products can be converted to are named.
    """
    if unit is not None and not isinstance(unit, str):
        raise wrong_type("unit", unit, "a unit", "Write it as text, such as m2 or 100 g.")
    measures, text = result.measures, result.unit if unit is None else unit
    try:
        wanted = measures.parse(text)
    except UnitError as error:
        raise InputError([Problem(f"unit {text!r}", error.what, error.cure, code="bad-unit")]) from error
    if wanted.dimensions not in NAMES:
        what = Message("PACT has no declared unit such as {unit}.", unit=text)
        raise InputError([Problem(f"unit {text!r}", what, _others(result), code="bad-unit")])
    scale = measures.product_units(wanted)
    mass = np.asarray(result.inventory.quantities.mass) * scale
    return DeclaredUnit(NAMES[wanted.dimensions][0], decimal_text(wanted.factor, 17), scale, mass)


def unit_problems(result: Footprint, unit: str | None, declared: DeclaredUnit, products: IndexArray) -> list[Problem]:
    """Return a problem per product that the unit does not fit, or whose mass is not known."""
    problems = []
    for product in products.tolist():
        name, where = result.products[product], f"product {result.products[product]}"
        if np.isnan(declared.scale[product]):
            what = Message("The product cannot be stated per {unit}.", unit=unit or result.unit)
            problems.append(Problem(where, what, _others(result), name, "unit"))
        elif not (np.isfinite(declared.mass[product]) and declared.mass[product] > 0):
            problems.append(Problem(where, "The mass of the product is not known.", "Give its mass in kg.", name, "no-mass"))
    return problems


def _others(result: Footprint) -> Message:
    """Name the units of PACT that products of the result can be converted to."""
    measures = result.measures

    def fits(unit: Unit) -> bool:
        return bool(np.isfinite(measures.product_units(unit)).any())

    units = [text for _, text in NAMES.values() if fits(parse_unit(text))]
    if not units:
        return Message("Give grammage or mass of the product, and ask for m2 or piece.")
    return Message("Ask for {units}.", units=", ".join(units))
