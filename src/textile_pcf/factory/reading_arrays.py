"""Readings, intervals and registers as arrays, and the search in sorted slices. Arrays only: no text, no file, no unit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.columns import run_starts
from textile_pcf.factory.times import NEVER

Side = Literal["left", "right"]
FEW = 64
"""Number of slices up to which each is searched by numpy; more are searched side by side."""


@dataclass(frozen=True, eq=False)
class Registers:
    """What the kernel knows of each meter. All arrays have the shape (meters,).

    Attributes
    ----------
    cumulative : ndarray of bool
        Whether readings are those of a register; else they are amounts of intervals.
    length : ndarray of int
        Length of the interval of an interval meter. [µs]
    starts : ndarray of bool
        Whether the time of an interval meter is the start of its interval.
    scale : ndarray of float
        Reported units in one unit of a reading.
    rollover : ndarray of float
        Reading at which a register begins again from 0; NaN if none is known.
    max_rate : ndarray of float
        Largest amount per time, in reported units per µs; infinite if none is known.
    rollover_part : float
        Largest part of the register that may pass between two readings where no `max_rate` is known.
    """

    cumulative: BoolArray
    length: IntArray
    starts: BoolArray
    scale: FloatArray
    rollover: FloatArray
    max_rate: FloatArray
    rollover_part: float

    def take(self, order: IntArray) -> Registers:
        """Return the registers in another order of meters."""
        return Registers(
            self.cumulative[order], self.length[order], self.starts[order], self.scale[order], self.rollover[order],
            self.max_rate[order], self.rollover_part,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Readings:
    """A block of readings, by meter, for each in the order of the source.

    Attributes
    ----------
    owner, head : ndarray of int, shape (groups,)
        Meter of each group of readings, each meter once, and its first reading.
    time : ndarray of int, shape (readings,)
        [µs]
    value : ndarray of float, shape (readings,)
        Finite numbers as read.
    first_row : int
        Row of the first reading in the source.
    order : ndarray of int, shape (readings,), or None
        Row of each reading, counted from `first_row`; None if they stand in the order of the source.
    """

    owner: IntArray
    head: IntArray
    time: IntArray
    value: FloatArray
    first_row: int = 0
    order: IntArray | None = None

    @property
    def counts(self) -> IntArray:
        """Number of readings of each group."""
        return np.diff(np.append(self.head, len(self.time)))

    def rows(self, positions: IntArray) -> IntArray:
        """Return the rows of some readings in the source."""
        return self.first_row + (positions if self.order is None else self.order[positions])

    def meters(self, positions: IntArray) -> IntArray:
        """Return the meters of some readings."""
        return self.owner[np.searchsorted(self.head, positions, side="right") - 1]

    def take(self, keep: BoolArray) -> Readings:
        """Return the readings that are flagged; meters without any are left out."""
        counts = np.add.reduceat(keep.astype(np.int64), self.head)
        some = counts > 0
        kept = np.flatnonzero(keep)
        order = kept if self.order is None else self.order[kept]
        head = (np.cumsum(counts[some]) - counts[some]).astype(np.int64)
        return Readings(self.owner[some], head, self.time[kept], self.value[kept], self.first_row, order)


def by_meter(meter: NDArray[np.integer[Any]], time: IntArray, value: FloatArray, first_row: int = 0,
             order: IntArray | None = None) -> Readings:  # fmt: skip
    """Return readings by meter; they are sorted only if a meter stands in several places.

    Parameters
    ----------
    meter, time : ndarray of int, shape (readings,)
    value : ndarray of float, shape (readings,)
    first_row, order
        See `Readings`.

    Examples
    --------
    >>> readings = by_meter(np.array([1, 0, 1]), np.array([5, 6, 7]), np.array([1.0, 2.0, 3.0]))
    >>> readings.owner.tolist(), readings.head.tolist(), readings.time.tolist(), readings.order.tolist()
    ([0, 1], [0, 1], [6, 5, 7], [1, 0, 2])
    """
    head = run_starts(meter)
    if len(set(meter[head].tolist())) < len(head):
        narrow = meter.astype(np.int16) if int(meter.max()) < 1 << 15 else meter  # numpy sorts 16 bits in linear time
        sorting = np.argsort(narrow, kind="stable")
        meter, time, value = meter[sorting], time[sorting], value[sorting]
        order = sorting if order is None else order[sorting]
        head = run_starts(meter)
    return Readings(meter[head].astype(np.int64), head, time, value, first_row, order)


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals with known amounts, by meter and time; some may have no length and no amount.

    Attributes
    ----------
    owner, head : ndarray of int, shape (groups,)
        Meter of each group of intervals, and its first interval.
    start, end : ndarray of int, shape (intervals,)
        [µs]
    amount : ndarray of float, shape (intervals,)
        In reported units.
    """

    owner: IntArray
    head: IntArray
    start: IntArray
    end: IntArray
    amount: FloatArray

    @property
    def tail(self) -> IntArray:
        """The interval behind the last one of each group."""
        return np.append(self.head[1:], len(self.start))


@dataclass(frozen=True, eq=False)
class Fault:
    """Readings that cannot be right. Arrays have the shape (faults,).

    Attributes
    ----------
    kind : str
        `order`, `two_values`, `fall`, `rate`, `negative`, `overlap`, `reset_below` or `reset_time`.
    row : ndarray of int
        Row of the reading.
    meter, time : ndarray of int
        Its meter and time.
    before, value : ndarray of float
        The reading before it, and its own value; for `rate` the amount and the largest possible one.
    """

    kind: str
    row: IntArray
    meter: IntArray
    time: IntArray
    before: FloatArray
    value: FloatArray


@dataclass(frozen=True, eq=False)
class Resets:
    """Changes of registers, by meter and time. Arrays have the shape (events,).

    Attributes
    ----------
    meter, time : ndarray of int
    old, new : ndarray of float
        Last reading of the old register (NaN if not known) and first one of the new.
    """

    meter: IntArray
    time: IntArray
    old: FloatArray
    new: FloatArray


class LastReadings:
    """The last reading of each meter, as the next block needs it, and the counts of the run.

    Parameters
    ----------
    meters : int
        Number of meters.
    resets : int
        Number of reset events.
    """

    def __init__(self, meters: int, resets: int) -> None:
        self.time = np.full(meters, NEVER, dtype=np.int64)
        self.value = np.zeros(meters)
        self.duplicates = np.zeros(meters, dtype=np.int64)
        self.resets = np.zeros(meters, dtype=np.int64)
        self.rollovers = np.zeros(meters, dtype=np.int64)
        self.reset_used = np.zeros(resets, dtype=bool)


def ragged_search(values: IntArray, low: IntArray, high: IntArray, targets: IntArray, side: Side) -> IntArray:
    """Return where each target belongs in its own sorted slice of an array, as `numpy.searchsorted` does for one.

    Parameters
    ----------
    values : ndarray of int, shape (n,)
        Ascending within each slice.
    low, high : ndarray of int, shape (targets,)
        Slice of each target.
    targets : ndarray of int, shape (targets,)
    side : str
        `left`: the first index whose value is not below the target; `right`: the first that is above it.

    Returns
    -------
    ndarray of int, shape (targets,)
        Indices from `low` to `high`.

    Examples
    --------
    >>> ragged_search(np.array([1, 5, 2, 3]), np.array([0, 2]), np.array([2, 4]), np.array([5, 9]), "left")
    array([1, 4])
    """
    slices = np.flatnonzero(np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]))) if len(low) else low
    if len(slices) <= FEW:
        found = np.empty(len(targets), dtype=np.int64)
        for first, last in pairwise([*slices.tolist(), len(low)]):
            start, stop = int(low[first]), int(high[first])
            found[first:last] = start + values[start:stop].searchsorted(targets[first:last], side)
        return found
    low, high = np.array(low, dtype=np.int64), np.array(high, dtype=np.int64)
    while (open_ := low < high).any():
        middle = (low + high) // 2
        found = values[np.minimum(middle, len(values) - 1)]
        right = open_ & ((found < targets) if side == "left" else (found <= targets))
        low = np.where(right, middle + 1, low)
        high = np.where(open_ & ~right, middle, high)
    return low
