"""The result of a calculation: sums, tables, explanations, provenance."""

from textile_pcf.results.contributions import SPLIT, Contributions, Driver, DriverKind, StageInfo
from textile_pcf.results.default_shares import Gross
from textile_pcf.results.explanation import Explanation
from textile_pcf.results.footprint import Footprint
from textile_pcf.results.one_product import ProductResult
from textile_pcf.results.run import Run

__all__ = [
    "SPLIT",
    "Contributions",
    "Driver",
    "DriverKind",
    "Explanation",
    "Footprint",
    "Gross",
    "ProductResult",
    "Run",
    "StageInfo",
]
