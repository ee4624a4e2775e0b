"""Working arrays that are used again instead of asked for anew."""

from __future__ import annotations

import ctypes
import sys

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
KEPT = 1 << 29  # bytes


def retain_freed_memory() -> bool:
    """Let glibc keep freed arrays for the next partition; where there is no glibc nothing is done.

    Half of the time of a partition would go into asking the system for pages and clearing them.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        libc = ctypes.CDLL(None)
        return bool(libc.mallopt(_MMAP_THRESHOLD, KEPT)) and bool(libc.mallopt(_TRIM_THRESHOLD, KEPT))
    except (OSError, AttributeError):
        return False
