"""Units as people write them, and amounts in canonical units with one factor per distinct unit."""

from textile_pcf.units.grammar import UnitError
from textile_pcf.units.unit import (
    CANONICAL,
    Conversion,
    Unit,
    canonical_text,
    convert,
    cure_where,
    describe,
    parse_unit,
    split_quantity,
)

__all__ = [
    "CANONICAL",
    "Conversion",
    "Unit",
    "UnitError",
    "canonical_text",
    "convert",
    "cure_where",
    "describe",
    "parse_unit",
    "split_quantity",
]
