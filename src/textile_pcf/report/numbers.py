"""Numbers as a reader sees them: rounded in tables, in full in the lines."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import part_of_total

DIGITS = 4  # significant digits of rounded figures
MINUS = "−"


def format_figure(value: float) -> str:
    """Format a number with four significant digits, without powers of ten as long as it remains readable.

    Examples
    --------
    >>> format_figure(12.7729447), format_figure(0.000123456), format_figure(1234567.8), format_figure(-1.5)
    ('12.77', '0.0001235', '1,234,568', '−1.500')
    >>> format_figure(0.0), format_figure(1e-9)
    ('0', '1.00e−09')
    """
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else "–"
    magnitude = int(np.floor(np.log10(abs(value))))
    text = f"{value:,.{max(0, DIGITS - 1 - magnitude)}f}" if magnitude >= -6 else f"{value:.2e}"
    return text.replace("-", MINUS)


def format_aligned(value: float, total: float) -> str:
    """Format a number with as many decimals as the total has, so that columns are aligned. What rounds to zero says so.

    Examples
    --------
    >>> format_aligned(0.04315, 12.77), format_aligned(4.74, 12.77), format_aligned(0.0, 0.0), format_aligned(3.0, 36938.0)
    ('0.04', '4.74', '0', '3')
    >>> format_aligned(0.0004, 12.77), format_aligned(-0.0004, 12.77)
    ('<0.01', '−<0.01')
    """
    if not np.isfinite(value):  # of a masked line
        return "–"
    magnitude = max(abs(value), abs(total))
    decimals = min(max(0, DIGITS - 1 - int(np.floor(np.log10(magnitude)))), 12) if magnitude else 0
    least = 10.0**-decimals
    if value and abs(value) < least / 2:
        return f"{MINUS if value < 0 else ''}<{least:.{decimals}f}"
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def format_percent(value: float, total: float) -> str:
    """Format a share of the total; a dash if the total is not above zero or the value is masked.

    Examples
    --------
    >>> format_percent(1.0, 3.0), format_percent(1.0, 0.0), format_percent(1.0, -3.0)
    ('33.3 %', '–', '–')
    """
    part = part_of_total(value, total)
    return f"{part * 100:.1f} %".replace("-", MINUS) if np.isfinite(part) else "–"


def format_full(value: float) -> str:
    """Format a number with all its digits: the shortest text that reads back as the same number.

    Examples
    --------
    >>> format_full(0.1), format_full(-2.0), format_full(1 / 3), format_full(float("nan"))
    ('0.1', '−2', '0.3333333333333333', '–')
    """
    if not np.isfinite(value):
        return "–"
    return repr(float(value)).removesuffix(".0").replace("-", MINUS)
