"""Units as people write them, and conversions to canonical units with one factor per distinct unit."""

from textile_pcf.units.grammar import UnitError
from textile_pcf.units.own import OwnUnitsError, own_units
from textile_pcf.units.pint_registry import CANONICAL, UnitNames, registry
from textile_pcf.units.unit import (
    Conversion,
    Unit,
    canonical_text,
    convert,
    counted_dimensions,
    cure_where,
    describe,
    parse_unit,
    split_quantity,
)

__all__ = [
    "CANONICAL",
    "Conversion",
    "OwnUnitsError",
    "Unit",
    "UnitError",
    "UnitNames",
    "canonical_text",
    "convert",
    "counted_dimensions",
    "cure_where",
    "describe",
    "own_units",
    "parse_unit",
    "registry",
    "split_quantity",
]
