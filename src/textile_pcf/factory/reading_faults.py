"""Readings that cannot be right, as problems with their place and the event row that settles them."""

from __future__ import annotations

from textile_pcf.errors import Problem
from textile_pcf.factory.meter_table import MeterTable
from textile_pcf.factory.reading_arrays import Fault
from textile_pcf.factory.streams import ReadingSource
from textile_pcf.factory.times import Clock
from textile_pcf.messages.message import Message

KEPT = 200
"""Number of problems that are kept; all are counted."""
RESET_CURE = "Add an event: {meter},{time},reset with old_value and new_value, or void the reading."
VOID_CURE = "Add an event: {meter},{time},void, if the reading is wrong."
TEXTS = {
    "order": (
        "The readings of meter {meter!r} go back in time at {time}.",
        "Put them in order of time, or let them be sorted in memory with --sort.",
    ),
    "two_values": (
        "Meter {meter!r} has two readings at {time}: {before:g} and {value:g}.",
        "Delete the wrong one, or void both.",
    ),
    "fall": (
        "Meter {meter!r} falls from {before:.12g} to {value:.12g} at {time} and nothing explains it.",
        RESET_CURE,
    ),
    "rate": (
        "Meter {meter!r} counts {before:.6g} {unit} up to {time}, and at most {value:.6g} are possible (column max_rate).",
        VOID_CURE,
    ),
    "negative": ("Meter {meter!r} has the negative amount {value:g} at {time}.", VOID_CURE),
    "overlap": (
        "The interval of meter {meter!r} at {time} overlaps the one before it.",
        "Correct the times, or the column interval or stamp of the meter.",
    ),
    "reset_below": (
        "The reset of meter {meter!r} before {time} makes its use negative.",
        "Correct old_value or new_value of the event.",
    ),
    "reset_time": (
        "At {time} the new register of meter {meter!r} does not begin with its new_value, and its use before is not known.",
        "Give old_value, or the time at which the register was changed.",
    ),
}  # fmt: skip
"""What is wrong, and the cure, of each kind of fault."""


class RowProblems:
    """Problems of readings: the first ones with their text, and how many there are.

    Parameters
    ----------
    source : ReadingSource
        Knows the location of its rows.
    """

    def __init__(self, source: ReadingSource) -> None:
        self.count = 0
        self._source = source
        self._kept: list[tuple[int, str, str]] = []

    @property
    def is_full(self) -> bool:
        """Whether further problems are only counted."""
        return len(self._kept) >= KEPT

    def add(self, row: int, what: str, cure: str) -> None:
        """Add a problem of a row."""
        self.count += 1
        if not self.is_full:
            self._kept.append((row, what, cure))

    def problems(self) -> list[Problem]:
        """Return the problems, in the order of their rows, and the number of the others."""
        kept = sorted(self._kept, key=lambda each: each[0])
        places = self._source.locations([row for row, _, _ in kept]) if kept else []
        found = [Problem(place, what, cure, code="meters") for place, (_, what, cure) in zip(places, kept, strict=True)]
        if self.count > len(kept):
            what = Message("There are {count} more wrong readings.", count=self.count - len(kept))
            found.append(Problem(self._source.name, what, Message("Correct those above first."), code="meters"))
        return found


def fault_problems(fault: Fault, meters: MeterTable, clock: Clock, problems: RowProblems) -> None:
    """Add the problems of a fault.

    Parameters
    ----------
    fault : Fault
    meters : MeterTable
    clock : Clock
        How times are shown.
    problems : RowProblems
        Problems are added.
    """
    what, cure = TEXTS[fault.kind]
    for k in range(len(fault.row)):
        if problems.is_full:
            problems.count += len(fault.row) - k
            return
        meter = int(fault.meter[k])
        values = {"meter": meters.ids[meter], "time": clock.text(int(fault.time[k])), "before": float(fault.before[k]),
                  "value": float(fault.value[k]), "unit": meters.units[meter]}  # fmt: skip
        problems.add(int(fault.row[k]), Message(what, **values), Message(cure, **values))
