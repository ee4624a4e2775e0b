"""Tolerances as people write them: `10%`, `10 %`, 0.1."""

from __future__ import annotations

from math import isfinite

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message
from textile_pcf.units import UnitError, parse_unit, split_quantity


def tolerance_of(value: str | float) -> float:
    """Return a tolerance as a part of 1.

    Parameters
    ----------
    value : str or float
        A number is a part of 1; a text may carry `%`.

    Raises
    ------
    UsageError
        It is no number, below zero, or not less than 100 %.

    Examples
    --------
    >>> tolerance_of("10%"), tolerance_of("0 %"), tolerance_of(0.02)
    (0.1, 0.0, 0.02)
    """
    try:
        number, text = split_quantity(str(value))
        unit = parse_unit(text or "1")
        part = number * unit.factor if not unit.dimensions else float("nan")
    except UnitError:
        part = float("nan")
    if isfinite(part) and 0 <= part < 1:
        return part
    what = Message("{text!r} is no tolerance.", text=str(value)[:60])
    raise UsageError([Problem("tolerance", what, Message("Write a part from 0 % to below 100 %, such as 2%."), code="usage")])
