"""Improvements: what measures of a mill save in a year, what they cost, and in which order they come.

A document says what each measure does to measured rows; its changes are scenarios of `comparison`, and the one engine
calculates them. The public functions are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf._lazy import lazy_names

if TYPE_CHECKING:
    from textile_pcf.improvements.ranking import rank as rank
    from textile_pcf.improvements.results import Ranking as Ranking
    from textile_pcf.improvements.scenarios import measure_scenarios as measure_scenarios

_MODULES = {"Ranking": "results", "measure_scenarios": "scenarios", "rank": "ranking"}
"""Module of each public name. No module has the name of a public function."""
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
