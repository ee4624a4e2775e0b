"""Scenarios, comparisons, and why a footprint changed."""

from textile_pcf.comparison.differences import Diff, diff
from textile_pcf.comparison.pairs import Comparison, compare
from textile_pcf.comparison.scenarios import Scenario, Scenarios, scenario

__all__ = ["Comparison", "Diff", "Scenario", "Scenarios", "compare", "diff", "scenario"]
