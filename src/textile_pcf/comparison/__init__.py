"""Scenarios, comparisons, and why a footprint changed."""

from textile_pcf.comparison.differences import Diff, diff
from textile_pcf.comparison.pairs import Comparison, compare

__all__ = ["Comparison", "Diff", "compare", "diff"]
