"""Targets: whether figures of several years keep caps, paths, a peak, or the clause of a loan.

The package reads a document of targets and tables of figures, and never a result. The public functions are loaded when they are
first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf._lazy import lazy_names

if TYPE_CHECKING:
    from textile_pcf.targets.evaluation import check as check
    from textile_pcf.targets.evaluation import path as path
    from textile_pcf.targets.results import TargetsResult as TargetsResult

_MODULES = {"TargetsResult": "results", "check": "evaluation", "path": "evaluation"}
"""Module of each public name. No module has the name of a public function."""
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
