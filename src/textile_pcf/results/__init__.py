"""The result of a calculation: lines, masses, sums, explanations, provenance."""

from textile_pcf.results.contributions import SPLIT, Emitted, Gross, Lines, StageInfo
from textile_pcf.results.footprint import Footprint, StageMasses

__all__ = ["SPLIT", "Emitted", "Footprint", "Gross", "Lines", "StageInfo", "StageMasses"]
