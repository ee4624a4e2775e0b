"""Conversion of footprints to another unit of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.errors import InputError, Problem, wrong_type
from textile_pcf.messages.message import Message
from textile_pcf.units import UnitError, cure_where

if TYPE_CHECKING:
    from textile_pcf.results.figures import Figures

ASK = "Use kg, m2, m, 100 m or piece."
UNITS = ("kg", "m2", "m", "100 m", "piece", "wear")


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
    unknown = np.flatnonzero(np.isnan(scale))
    if len(unknown):
        raise InputError(_unknown_unit(result, unit, unknown))
    return scale


def _unknown_unit(result: Figures, unit: str, unknown: IndexArray) -> list[Problem]:
    """Return the problems of products that cannot be converted to a unit; they name the units that are known of each."""
    measures = result.measures
    what = Message("The footprint per {unit} cannot be converted to one per {other_unit}.", unit=result.unit, other_unit=unit)
    needed = measures.needed_property(measures.parse(unit))
    known = {other: np.isfinite(measures.product_units(measures.parse(other))) for other in UNITS}
    problems = []
    for index in unknown.tolist():
        units = ", ".join(other for other, converts in known.items() if converts[index]) or result.unit
        cure = Message("Use a unit that is known of this product: {units}.", units=units)
        if needed:
            cure = Message("Give {needed} of the product, or use another unit.", needed=needed)
        product = result.products[index]
        problems.append(Problem(f"product {product}", what, cure, product, "unit"))
    return problems
