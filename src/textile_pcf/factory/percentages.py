"""Tolerances as people write them: `10%`, `10 %`."""

from __future__ import annotations

from textile_pcf.errors import Problem, UsageError
from textile_pcf.factory.vocabulary import constant
from textile_pcf.messages.message import Message
from textile_pcf.units import UnitError, parse_unit, split_quantity


def tolerance_of(given: str | None, name: str) -> float:
    """Return a tolerance as a part of 1.

    Parameters
    ----------
    given : str or None
        A number with `%`, as 0.1 and 10 look alike without it. None for the number of `constants.yaml`.
    name : str
        Key of that number. [%]

    Raises
    ------
    UsageError
        It is no number, has no `%`, or is below zero.

    Examples
    --------
    >>> tolerance_of("2%", "reconcile_tolerance"), tolerance_of(None, "reconcile_tolerance")
    (0.02, 0.1)
    """
    if given is None:
        return constant(name) / 100
    try:
        number, text = split_quantity(str(given))
        if text and parse_unit(text) == parse_unit("%") and number >= 0:
            return number * parse_unit("%").factor
    except UnitError:
        pass
    what = Message("{text!r} is no tolerance.", text=str(given)[:60])
    raise UsageError([Problem("tolerance", what, Message("Write it in percent, such as 2%."), code="usage")])
