"""Conversion of footprints to another unit of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError, Problem, wrong_type
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, UnitError, cure_where

if TYPE_CHECKING:
    from textile_pcf.results.figures import Figures

ASK = "Use kg, m2, m, 100 m or piece."


def unit_scale(result: Figures, unit: str | None) -> FloatArray:
    """Return product units in one `unit`, shape (products,); see `Footprint.scale`."""
    if unit is None:
        return np.ones(len(result.names))
    if not isinstance(unit, str):
        raise wrong_type("unit", unit, "a unit", "Write it as text, such as m2 or 100 m.")
    measures = result.measures
    try:
        scale = measures.product_units(measures.parse(unit))
    except UnitError as error:
        cure = cure_where(error, ASK, lambda other: bool(np.isfinite(measures.product_units(other)).any()))
        raise InputError([Problem(f"unit {unit!r}", error.what, cure, code="bad-unit")]) from error
    unknown = [product for product, number in zip(result.products, scale, strict=True) if np.isnan(number)]
    if unknown:
        raise InputError([_unknown_unit(result, unit, product) for product in unknown])
    return scale


def _unknown_unit(result: Figures, unit: str, product: str) -> Problem:
    """Return the problem of a product that cannot be converted to a unit."""
    target: Unit = result.measures.parse(unit)
    what = Message("The footprint per {unit} cannot be converted to one per {other_unit}.", unit=result.unit, other_unit=unit)
    needed = result.measures.needed_property(target)
    cure = Message("Give {needed} of the product, or use another unit.", needed=needed) if needed else ASK
    return Problem(f"product {product}", what, cure, product, "unit")
