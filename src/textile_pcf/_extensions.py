"""Packages above `results` and `factors` that hang on their classes by name.

A method such as `Footprint.to_excel` stands on a class of a lower layer and needs a higher one. These are the only
imports that point upward; other imports by name are those of a package's own modules (`_lazy`) and of extras.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

Extension = Literal["audit", "brightway", "comparison", "interchange", "plot", "report"]


def extension(name: Extension) -> Any:
    """Import a package of a higher layer when one of its methods is first called.

    Examples
    --------
    >>> extension("plot").__name__
    'textile_pcf.plot'
    """
    return import_module(f"textile_pcf.{name}")
