"""Footprints of catalogues of any size: in partitions, with bounded memory, resumable after an interruption."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textile_pcf.batch.run import BatchResult as BatchResult
    from textile_pcf.batch.run import calculate_batch as calculate_batch

__all__ = ["BatchResult", "calculate_batch"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("textile_pcf.batch.run"), name)
