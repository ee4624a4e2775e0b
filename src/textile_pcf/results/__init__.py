"""The result of a calculation: lines, masses, sums, explanations, provenance."""

from textile_pcf.results.contributions import SPLIT, Contributions, Emitted, Gross, StageInfo
from textile_pcf.results.footprint import Footprint, StageMasses

__all__ = ["SPLIT", "Contributions", "Emitted", "Footprint", "Gross", "StageInfo", "StageMasses"]
