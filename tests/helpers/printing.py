"""Whether reports can be printed and pictures lettered in Chinese on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec


@cache
def can_print() -> bool:
    """Return whether WeasyPrint is installed, and the library of the system that it draws text with."""
    return find_spec("weasyprint") is not None and find_library("pango-1.0") is not None


@cache
def has_chinese_font() -> bool:
    """Return whether a font with Chinese characters is installed."""
    from textile_pcf.plot.figure import chinese_family

    return chinese_family() is not None


def absent_printing() -> Iterator[str]:
    """Yield what is absent, with what is not checked without it."""
    if not has_chinese_font():
        yield "no Chinese font (apt-get install fonts-noto-cjk): pictures in Chinese are not drawn"
    if not can_print():
        yield "no WeasyPrint or no Pango (apt-get install libpango-1.0-0 libpangoft2-1.0-0): reports are not printed as PDF"
