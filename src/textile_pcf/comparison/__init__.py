"""Scenarios, comparisons, and why a footprint changed."""

from textile_pcf.comparison.differences import Diff, diff

__all__ = ["Diff", "diff"]
