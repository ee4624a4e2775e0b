"""Footprints of catalogues of any size: in partitions, with bounded memory, resumable after an interruption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf._lazy import lazy_names

if TYPE_CHECKING:
    from textile_pcf.batch.batch_result import BatchResult as BatchResult
    from textile_pcf.batch.repricing import reprice as reprice
    from textile_pcf.batch.run import calculate_batch as calculate_batch

_MODULES = {"BatchResult": "batch_result", "calculate_batch": "run", "reprice": "repricing"}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
