"""One clock for all times of a run: with offsets or without, never both; local times of a zone become UTC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, IntArray
from textile_pcf.errors import Problem
from textile_pcf.factory.times import NEVER, Clock, Times, load_zone, local_to_utc
from textile_pcf.messages.message import Message

KEPT = 200
"""Number of problems that are kept of one column."""


class RunClock:
    """Converts the times of every table of a run to one scale.

    Parameters
    ----------
    time_zone : str or None
        Zone of the times without offset; without it they are one clock that never jumps.

    Raises
    ------
    UsageError
        There is no such zone.
    """

    def __init__(self, time_zone: str | None) -> None:
        self.zone: Any = load_zone(time_zone)
        self._first: tuple[bool, str] | None = None
        self._mixed = False
        self._offset: int | None = None

    @property
    def clock(self) -> Clock:
        """How times are shown."""
        return Clock(self.zone, None if self.zone is not None else self._offset)

    def convert(self, times: Times, location: Callable[[int], str], problems: list[Problem]) -> IntArray:
        """Return times on the scale of the run, `NEVER` where there is none or a problem.

        Parameters
        ----------
        times : Times
            As written.
        location : callable
            Returns the location of a row.
        problems : list of Problem
            Problems are appended: times with and without offset in one run; local times that do not exist or come twice.
        """
        if times.offset is not None and self._offset is None:
            self._offset = times.offset
        values = times.values
        if self.zone is None:
            other = self._of_other_kind(times, location, problems)
            return values if other is None else np.where(other, NEVER, values)
        local = (values != NEVER) & ~times.absolute
        if not local.any():
            return values
        converted, missing, ambiguous = local_to_utc(values[local], self.zone)
        rows = np.flatnonzero(local)
        for flags, what in (
            (missing, "This hour does not exist in the time zone: the clock jumps over it."),
            (ambiguous, "This hour occurs twice in the time zone."),
        ):
            for row in rows[flags][:KEPT]:
                cure = Message("Write the time with its offset, such as 2024-10-27 02:30+01:00.")
                problems.append(Problem(location(int(row)), Message(what), cure, code="times"))
        result = values.copy()
        result[local] = np.where(missing | ambiguous, NEVER, converted)
        return result

    def _of_other_kind(self, times: Times, location: Callable[[int], str], problems: list[Problem]) -> BoolArray | None:
        """Return which times have an offset where the first has none, or the reverse; the first of them is a problem."""
        if not len(times.values):
            return None
        if self._first is not None and times.uniform and bool(times.absolute[0]) == self._first[0]:
            return None
        known = np.flatnonzero(times.values != NEVER)
        if not len(known):
            return None
        kinds = times.absolute[known]
        if self._first is None:
            self._first = (bool(kinds[0]), location(int(known[0])))
        other = np.flatnonzero(kinds != self._first[0])
        if not len(other):
            return None
        if not self._mixed:
            self._mixed = True
            what = "This time has an offset, that at {where} has none." if kinds[other[0]] else (
                "This time has no offset, that at {where} has one."
            )  # fmt: skip
            cure = Message("Write all with an offset or all without, or name the zone of those without as the time zone.")
            where = location(int(known[other[0]]))
            problems.append(Problem(where, Message(what, where=self._first[1]), cure, code="times"))
        return np.asarray(times.absolute != self._first[0])
