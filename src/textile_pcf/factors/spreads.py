"""Checks of spreads, data quality and primary data share of rows of a factor table."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FAR, FAR_CURE, FloatArray, far_bounds
from textile_pcf.factors.declared import Report
from textile_pcf.units import UnitError, split_quantity

MAX_GSD = 20.0


def check_spreads(values: dict[str, FloatArray], report: Report) -> None:
    """Report each `gsd`, `low` and `high` that cannot be."""
    value, gsd, low, high = (values[name] for name in ("value", "gsd", "low", "high"))
    has_bound = ~np.isnan(low) | ~np.isnan(high)
    for row in np.flatnonzero((gsd < 1) | (gsd > MAX_GSD)):
        report(int(row), "gsd", "`gsd` is not between 1 and 20.", "1 means no spread, 1.1 about ten percent.", "gsd")
    for row in np.flatnonzero(~np.isnan(gsd) & has_bound):
        cure = "Give one of them: a geometric standard deviation, or two bounds."
        report(int(row), "gsd", "`gsd` is given together with `low` or `high`.", cure, "gsd")
    for row in np.flatnonzero(np.isnan(low) != np.isnan(high)):
        report(int(row), "low", "One of `low` and `high` is missing.", "Give both bounds, or none.", "bounds")
    for row in np.flatnonzero(low > high):
        report(int(row), "low", "`low` is above `high`.", "Exchange them.", "bounds")
    for row in np.flatnonzero(((value < low) | (value > high)) & (low <= high)):
        cure = "Correct the value or the bounds; all have one unit."
        report(int(row), "value", "The value is outside its bounds.", cure, "bounds")
    for row in np.flatnonzero(far_bounds(value, low, high)):
        report(int(row), "value", FAR, FAR_CURE, "bounds")
    for row in np.flatnonzero(has_bound & np.isnan(value)):
        what, cure = "There are bounds but no value.", "Give the value too, or leave low and high empty."
        report(int(row), "value", what, cure, "bounds")


def primary_share(text: str) -> float | None:
    """Return a primary data share as a part of 1; None if the text is none.

    Parameters
    ----------
    text : str
        A part (0.6) or a percentage (`60 %`).

    Returns
    -------
    float or None

    Examples
    --------
    >>> primary_share("0.6"), primary_share("60 %"), primary_share("60")
    (0.6, 0.6, None)
    """
    try:
        amount, unit = split_quantity(text)
    except UnitError:
        return None
    share = amount / 100 if unit in ("%", "％") else amount
    return share if unit in ("", "%", "％") and 0 <= share <= 1 else None
