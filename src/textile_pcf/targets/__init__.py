"""Targets: whether figures of several years keep caps, paths, a peak, or the clause of a loan.

The package reads a document of targets and tables of figures, and never a result. The public functions are loaded when they are
first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textile_pcf.targets.evaluation import check as check
    from textile_pcf.targets.evaluation import path as path
    from textile_pcf.targets.results import TargetsResult as TargetsResult

_MODULES = {"TargetsResult": "results", "check": "evaluation", "path": "evaluation"}
"""Module of each public name. No module has the name of a public function."""
__all__ = [*_MODULES]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)  # not looked for again
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
