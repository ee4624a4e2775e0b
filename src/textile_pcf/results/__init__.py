"""The result of a calculation: sums, tables, explanations, provenance."""

from textile_pcf.results.contributions import SPLIT, Contributions, Driver, DriverKind, StageInfo
from textile_pcf.results.default_shares import Gross
from textile_pcf.results.footprint import Footprint
from textile_pcf.results.run import Run

__all__ = ["SPLIT", "Contributions", "Driver", "DriverKind", "Footprint", "Gross", "Run", "StageInfo"]
