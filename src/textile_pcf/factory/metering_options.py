"""The options of `factory.meters`, checked: words, quantities, times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.factory.run_clock import RunClock
from textile_pcf.factory.spreading import KEYS, KINDS
from textile_pcf.factory.times import NEVER, SECOND, TIME_CURE, parse_times
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import UnitError, convert, parse_unit, split_quantity

MAPPING_CURES = {
    "spread": 'Write what is spread and by what: {"unmetered": "mass"}.',
    "losses": 'Write processes and losses of the rule: {"dyeing": "dyeing_loss"}.',
}
OVERLAP = ("error", "mass", "equal")
INCOMPLETE = ("error", "drop", "keep")
LONGEST = 10 * 366 * 86_400
"""Longest gap in seconds; also the largest tolerance."""


@dataclass(frozen=True)
class MeteringOptions:
    """Options of a run.

    Attributes
    ----------
    window : tuple of (int or None, int or None)
        Start and end. [µs]
    max_gap : int
        Longest interval that is split by time. [µs]
    tolerance : float
        Part of a main meter by which the meters below it may exceed it.
    overlap, incomplete : str
    spread, losses : mapping
    sort : bool
    region : str
    """

    window: tuple[int | None, int | None]
    max_gap: int
    tolerance: float
    overlap: str
    incomplete: str
    spread: Mapping[str, str]
    losses: Mapping[str, str]
    sort: bool
    region: str


def check_options(given: Mapping[str, Any], clock: RunClock) -> MeteringOptions:
    """Return the options of a run.

    Parameters
    ----------
    given : mapping
        As they were given to `meters`.
    clock : RunClock

    Raises
    ------
    UsageError
        With every option that is wrong.
    """
    problems: list[Problem] = []

    def refuse(where: str, what: str, cure: str) -> None:
        problems.append(Problem(where, what, cure, code="usage"))

    for name, words in (("overlap", OVERLAP), ("incomplete", INCOMPLETE)):
        if given[name] not in words:
            refuse(name, Message("{text!r} is no value of {column!r}.", text=str(given[name]), column=name),
                   Message("Choose from: {choices}.", choices=", ".join(words)))  # fmt: skip
    spread, losses = (_mapping(name, given[name]) for name in ("spread", "losses"))
    for kind, key in spread.items():
        for text, known in ((kind, tuple(KINDS)), (key, tuple(KEYS))):
            if text not in known:
                what = Message("{text!r} cannot be spread, or is no key of spreading.", text=str(text))
                cure = did_you_mean(str(text), known, Message("Choose from: {choices}.", choices=", ".join(known)))
                refuse(f"spread {kind}={key}", what, cure)
    max_gap = _quantity("max_gap", given["max_gap"], "s", problems)
    tolerance = _quantity("tolerance", given["tolerance"], "1", problems)
    start, end = (_bound(name, given[name], clock, problems) for name in ("start", "end"))
    if start is not None and end is not None and end <= start:
        refuse("end", Message("The window ends before it starts."), Message("Correct one of its ends."))
    if problems:
        raise UsageError(problems)
    gap = int(np.rint(max_gap * SECOND))
    return MeteringOptions((start, end), gap, tolerance, given["overlap"], given["incomplete"], spread, losses,
                           bool(given["sort"]), str(given["region"]))  # fmt: skip


def _mapping(name: str, given: Any) -> dict[str, str]:
    """Return an option of names and what they stand for, empty where it is not given."""
    if given is not None and not isinstance(given, Mapping):
        raise wrong_type(name, given, "a mapping", MAPPING_CURES[name])
    return dict(given or {})


def _quantity(name: str, given: Any, target: str, problems: list[Problem]) -> float:
    """Return an option in a unit. A number without unit is refused, as minutes and hours, parts and percents look alike."""
    try:
        amount, text = split_quantity(str(given))
        conversion = convert(parse_unit(text), parse_unit(target)) if text else None
        if conversion is not None and not conversion.inverse and 0 <= amount * conversion.factor <= LONGEST:
            return amount * conversion.factor
    except UnitError:
        pass
    what = Message("{text!r} is no {name}.", text=str(given), name=name)
    problems.append(Problem(name, what, Message("Write it with its unit: 60min, 6h, 2%."), code="usage"))
    return 0.0


def _bound(name: str, given: Any, clock: RunClock, problems: list[Problem]) -> int | None:
    if given is None or given == "":
        return None
    text = given.isoformat() if isinstance(given, datetime) else str(given)
    times, invalid = parse_times([text])
    if invalid[0]:
        problems.append(Problem(name, Message("{text!r} is not a time.", text=text[:60]), Message(TIME_CURE), code="usage"))
        return None
    value = int(clock.convert(times, lambda row: name, problems)[0])
    return None if value == NEVER else value
