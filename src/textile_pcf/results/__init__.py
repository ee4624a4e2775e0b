"""The result of a calculation: lines, masses, sums, explanations, provenance."""

from textile_pcf.results.lines import SPLIT, Emitted, Lines, StageInfo
from textile_pcf.results.result import Footprint, StageMasses

__all__ = ["SPLIT", "Emitted", "Footprint", "Lines", "StageInfo", "StageMasses"]
