"""Compile the spreads of numbers of a rule: check `gsd`, `range` and `dq`, and convert bounds to canonical units."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from textile_pcf.arrays import FAR, FAR_CURE, far_bounds
from textile_pcf.messages.message import Message
from textile_pcf.rules.schema import ChosenDefault, Flow, Loss, Quantity
from textile_pcf.rules.spread_schema import Ratings, Spread
from textile_pcf.rules.stated_values import DQ_AXES, StatedSpread

MAX_GSD = 20.0
DocumentPath = tuple[str | int | float, ...]


class Report(Protocol):
    """A function that adds a problem."""

    def __call__(self, path: DocumentPath, what: str, cure: str, code: str = "") -> None:
        """Add a problem at a path of the document."""


def stated_spread(
    model: Quantity, entry: Spread, value: float, path: DocumentPath, factor: float, report: Report
) -> StatedSpread | None:
    """Return the spread of one number; None if it has none.

    Parameters
    ----------
    model : Quantity
        The property, loss or flow.
    entry : Spread
        What is written with the number: the quantity itself, or an entry of a chosen value.
    value : float
        The number as written.
    path : tuple
        Location of the number in the document.
    factor : float
        Canonical units per unit of the number.
    report : callable
        Called for every mistake.

    Returns
    -------
    StatedSpread or None
    """
    place = path[:-1] if entry is model else path
    ratings = _ratings(entry.dq or model.dq, (*place, "dq"), report)
    if entry.gsd is not None:
        _check_gsd(entry, (*place, "gsd"), report)
    low, high = math.nan, math.nan
    if entry.range is not None:
        low, high = _bounds(model, entry, value, (*place, "range"), factor, report)
    gsd = math.nan if entry.gsd is None else float(entry.gsd)
    spread = StatedSpread(gsd, low * factor, high * factor, ratings)
    return None if math.isnan(gsd) and math.isnan(low) and all(map(math.isnan, ratings)) else spread


def check_place(model: Quantity, path: DocumentPath, has_number: bool, report: Report) -> None:
    """Report a spread or ratings that belong to no number."""
    is_chosen = isinstance(model.value, ChosenDefault)
    for name in ("gsd", "range"):
        if getattr(model, name) is None or has_number:
            continue
        what: str = Message("There is no number here that `{name}` could belong to.", name=name)
        cure = "Give the number too, or delete the spread."
        if is_chosen:
            what = Message("`{name}` is given at a chosen value, not at one of its entries.", name=name)
            cure = "Write it at each entry, beside its value."
        report((*path, name), what, cure, "gsd" if name == "gsd" else "bounds")
    if model.dq is not None and not has_number and not is_chosen:
        what, cure = "There is no number here that `dq` could rate.", "Give the number too, or delete `dq`."
        report((*path, "dq"), what, cure, "dq")


def _check_gsd(entry: Spread, path: DocumentPath, report: Report) -> None:
    if entry.gsd is not None and not 1.0 <= entry.gsd <= MAX_GSD:
        what, cure = "`gsd` is not between 1 and 20.", "1 means no spread, 1.1 about ten percent."
        report(path, what, cure, "gsd")
    if entry.gsd is not None and entry.range is not None:
        what, cure = "`gsd` and `range` stand together.", "Give one of them: a geometric standard deviation, or two bounds."
        report(path, what, cure, "gsd")


def _bounds(
    model: Quantity, entry: Spread, value: float, path: DocumentPath, factor: float, report: Report
) -> tuple[float, float]:
    """Return the bounds of a number in its unit; NaN where they are wrong."""
    low, high = (float(bound) for bound in entry.range or (math.nan, math.nan))
    what: str = ""
    cure: str = ""
    if not (math.isfinite(low) and math.isfinite(high)):
        what, cure = "A bound of the range is not finite.", "Write two finite numbers."
    elif low > high:
        what, cure = "The lower bound is above the upper bound.", "Write the lower number first."
    elif math.isfinite(value) and not low <= value <= high:
        what = Message("The value {value:g} is outside its bounds, {low:g} to {high:g}.", value=value, low=low, high=high)
        cure = "Correct the value or the bounds; both are in the unit of the value."
    elif far_bounds(np.array([value]), np.array([low]), np.array([high])).any():
        what, cure = FAR, FAR_CURE
    elif isinstance(model, Loss) and (low < 0 or (model.basis == "input" and high * factor >= 1)):
        what = "The bounds of the loss are outside its range."
        cure = "A loss on the input is 0 % or more and below 100 %; other losses are not negative."
    elif low < 0 and isinstance(model, Flow) and model.sign != "any":
        what, cure = "The lower bound is negative.", "Add `sign: any` where that makes sense."
    if what:
        report(path, what, cure, "bounds")
        return math.nan, math.nan
    return low, high


def _ratings(ratings: Ratings | None, path: DocumentPath, report: Report) -> tuple[float, ...]:
    values = tuple(getattr(ratings, axis, None) for axis in DQ_AXES)
    for axis, rating in zip(DQ_AXES, values, strict=True):
        if rating is not None and not 1.0 <= rating <= 5.0:
            report((*path, axis), "A data quality rating is outside 1 to 5.", "1 is best, 5 worst.", "dq")
    return tuple(math.nan if rating is None else float(rating) for rating in values)
