"""Readings of meters → intervals with amounts. Arrays only: no text, no file, no unit.

Readings come in blocks. Within a block they stand by meter, and for each meter in the order of the file; between blocks only
the last reading of each meter is kept (`LastReadings`), so that the size of a block changes no bit of a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.columns import run_starts
from textile_pcf.factory.times import NEVER


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
    """A block of readings, by meter. All arrays have the shape (readings,).

    Attributes
    ----------
    meter : ndarray of int
        Index of the meter, ascending.
    time : ndarray of int
        [µs]
    value : ndarray of float
        Finite numbers as read.
    row : ndarray of int
        Row in the source.
    """

    meter: IntArray
    time: IntArray
    value: FloatArray
    row: IntArray

    def take(self, chosen: BoolArray | IntArray) -> Readings:
        """Return the chosen readings, by flag or index."""
        return Readings(self.meter[chosen], self.time[chosen], self.value[chosen], self.row[chosen])


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals with known amounts, by meter and time. All arrays have the shape (intervals,).

    Attributes
    ----------
    meter : ndarray of int
        Index of the meter, ascending.
    start, end : ndarray of int
        [µs]
    amount : ndarray of float
        In reported units.
    """

    meter: IntArray
    start: IntArray
    end: IntArray
    amount: FloatArray


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


def intervals_of(
    readings: Readings, registers: Registers, resets: Resets, last: LastReadings
) -> tuple[list[Intervals], list[Fault]]:
    """Return the intervals of a block, and the readings that cannot be right.

    Parameters
    ----------
    readings : Readings
        The block.
    registers : Registers
    resets : Resets
    last : LastReadings
        State between blocks; brought up to date in place.

    Returns
    -------
    intervals : list of Intervals
        Of registers and of interval meters, as far as the block has them.
    faults : list of Fault
    """
    is_register = registers.cumulative[readings.meter]
    parts = (
        [(readings, True)] if is_register.all() else [(readings.take(is_register), True), (readings.take(~is_register), False)]
    )
    intervals, faults = list[Intervals](), list[Fault]()
    for part, cumulative in parts:
        if len(part.meter):
            found, wrong = _of_registers(part, registers, resets, last) if cumulative else _of_amounts(part, registers, last)
            intervals.append(found)
            faults += wrong
    return intervals, faults


def _of_amounts(readings: Readings, registers: Registers, last: LastReadings) -> tuple[Intervals, list[Fault]]:
    """Return the intervals of interval meters."""
    meter, length = readings.meter, registers.length[readings.meter]
    end = np.where(registers.starts[meter], readings.time + length, readings.time)
    start = end - length
    first = run_starts(meter)
    before = np.empty_like(end)
    before[1:] = end[:-1]
    before[first] = last.time[meter[first]]
    amount = readings.value * registers.scale[meter]
    faults = [
        *_faults("order", readings, end < before, readings.value, readings.value),
        *_faults("overlap", readings, (start < before) & (end >= before), readings.value, readings.value),
        *_faults("negative", readings, readings.value < 0, readings.value, readings.value),
        *_rate_faults(readings, registers, amount, length),
    ]
    final = np.append(first[1:], len(meter)) - 1
    last.time[meter[final]] = np.maximum(end[final], last.time[meter[final]])
    return Intervals(meter, start, end, amount), faults


def _of_registers(
    readings: Readings, registers: Registers, resets: Resets, last: LastReadings
) -> tuple[Intervals, list[Fault]]:
    """Return the intervals between neighbouring readings of registers."""
    meter = readings.meter
    first = run_starts(meter)
    final = np.append(first[1:], len(meter)) - 1
    time, value = np.empty_like(readings.time), np.empty_like(readings.value)
    time[1:], value[1:] = readings.time[:-1], readings.value[:-1]
    time[first], value[first] = last.time[meter[first]], last.value[meter[first]]
    last.time[meter[final]], last.value[meter[final]] = readings.time[final], readings.value[final]
    known = time != NEVER
    length = readings.time - time
    length[~known] = 1  # a first reading ends no interval
    used = readings.value - value
    faults: list[Fault] = []
    usable = known
    if int(length.min()) <= 0:
        same = length == 0
        faults += _faults("order", readings, length < 0, value, readings.value)
        faults += _faults("two_values", readings, same & (used != 0), value, readings.value)
        last.duplicates += np.bincount(meter[same & (used == 0)], minlength=len(last.time))
        usable = known & (length > 0)
    extra = None
    if len(resets.meter):
        usable, extra, more = _with_resets(readings, (time, value, usable), registers, resets, last)
        faults += more
    fallen = usable & (used < 0)
    if fallen.any():
        faults += _roll_over(readings, registers, (value, used, length, fallen), last)
    amount = used * registers.scale[meter]
    faults += _rate_faults(readings, registers, np.where(usable, amount, 0.0), length)
    intervals = Intervals(meter, time, readings.time, amount)
    if not usable.all():
        intervals = Intervals(meter[usable], time[usable], readings.time[usable], amount[usable])
    return (intervals if extra is None else _merged(intervals, extra)), faults


def _roll_over(
    readings: Readings, registers: Registers, falls: tuple[FloatArray, FloatArray, IntArray, BoolArray], last: LastReadings
) -> list[Fault]:
    """Explain falls by a register that began again, in place of `used`; return those that nothing explains."""
    value, used, length, fallen = falls
    rows = np.flatnonzero(fallen)
    meter = readings.meter[rows]
    full, rate = registers.rollover[meter], registers.max_rate[meter]
    passed = full - value[rows] + readings.value[rows]
    limit = np.where(np.isfinite(rate), rate * length[rows] / registers.scale[meter], full * registers.rollover_part)
    possible = (passed <= limit * (1 + 1e-12)) & (value[rows] <= full) & (readings.value[rows] >= 0)  # NaN is never possible
    used[rows] = np.where(possible, passed, 0.0)
    last.rollovers += np.bincount(meter[possible], minlength=len(last.time))
    wrong = np.zeros(len(used), dtype=bool)
    wrong[rows[~possible]] = True
    return list(_faults("fall", readings, wrong, value, readings.value))


def _with_resets(
    readings: Readings, before: tuple[IntArray, FloatArray, BoolArray], registers: Registers, resets: Resets, last: LastReadings
) -> tuple[BoolArray, Intervals | None, list[Fault]]:
    """Replace the intervals in which registers were changed by those before and after each change.

    Returns
    -------
    usable : ndarray of bool
        Readings that still end an ordinary interval.
    extra : Intervals or None
        The intervals before and after the changes.
    faults : list of Fault
    """
    time, value, usable = before
    usable, pieces, faults = usable.copy(), list[tuple[int, int, int, float]](), list[Fault]()
    low, high = np.searchsorted(readings.meter, resets.meter), np.searchsorted(readings.meter, resets.meter, side="right")
    at = ragged_search(readings.time, low, high, resets.time, "left")  # the first reading of the new register
    inside = at < high
    inside[inside] = (time[at[inside]] != NEVER) & (time[at[inside]] < resets.time[inside])
    for k in np.unique(at[inside]).tolist():
        events = np.flatnonzero(inside & (at == k))
        last.reset_used[events] = True
        last.resets[readings.meter[k]] += len(events)
        usable[k] = False
        found = _pieces(resets, events, (int(time[k]), float(value[k])), (int(readings.time[k]), float(readings.value[k])))
        scale, rate = float(registers.scale[readings.meter[k]]), float(registers.max_rate[readings.meter[k]])
        for start, end, used in found:
            kind = "reset_time" if end == start else "reset_below" if used < 0 else ""
            kind = kind or ("rate" if used * scale > rate * (end - start) * (1 + 1e-12) else "")
            if kind:
                one = np.zeros(len(usable), dtype=bool)
                one[k] = True
                faults += _faults(
                    kind, readings, one, np.full(len(usable), used * scale), np.full(len(usable), rate * (end - start))
                )
            else:
                pieces.append((int(readings.meter[k]), start, end, used * scale))
    if not pieces:
        return usable, None, faults
    meters, starts, ends, amounts = (np.array(part) for part in zip(*pieces, strict=True))
    return usable, Intervals(meters, starts, ends, amounts.astype(np.float64)), faults


def _pieces(
    resets: Resets, events: IntArray, before: tuple[int, float], after: tuple[int, float]
) -> list[tuple[int, int, float]]:
    """Return start, end and use of the parts of an interval with changes of the register; unknown parts are left out.

    A change at the very time of the reading after it belongs to the same moment: what the new register has counted by then is
    part of the interval before, whose amount must then be known.
    """
    start, value = before
    pieces: list[tuple[int, int, float]] = []
    for event in events.tolist():
        time, old, new = int(resets.time[event]), float(resets.old[event]), float(resets.new[event])
        if not np.isnan(old) and time > start:
            pieces.append((start, time, old - value))
        start, value = time, new
    rest = after[1] - value
    if after[0] > start:
        pieces.append((start, after[0], rest))
    elif rest and pieces and pieces[-1][1] == start and rest > 0:
        pieces[-1] = (pieces[-1][0], start, pieces[-1][2] + rest)
    elif rest:
        pieces.append((start, start, rest))
    return pieces


def _merged(intervals: Intervals, extra: Intervals) -> Intervals:
    """Return intervals and further ones in the order of meters and times."""
    meter, start = np.concatenate([intervals.meter, extra.meter]), np.concatenate([intervals.start, extra.start])
    end, amount = np.concatenate([intervals.end, extra.end]), np.concatenate([intervals.amount, extra.amount])
    order = np.lexsort((start, meter))
    return Intervals(meter[order], start[order], end[order], amount[order])


def _rate_faults(readings: Readings, registers: Registers, amount: FloatArray, length: IntArray) -> Iterator[Fault]:
    """Yield the amounts above the largest possible rate."""
    rate = registers.max_rate[readings.meter] if np.isfinite(registers.max_rate).any() else None
    if rate is not None:
        limit = rate * length
        yield from _faults("rate", readings, amount > limit * (1 + 1e-12), amount, limit)


def _faults(kind: str, readings: Readings, wrong: BoolArray, before: FloatArray, value: FloatArray) -> Iterator[Fault]:
    if wrong.any():
        yield Fault(kind, readings.row[wrong], readings.meter[wrong], readings.time[wrong], before[wrong], value[wrong])


def ragged_search(values: IntArray, low: IntArray, high: IntArray, targets: IntArray, side: str) -> IntArray:
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
    low, high = np.array(low, dtype=np.int64), np.array(high, dtype=np.int64)
    while (open_ := low < high).any():
        middle = (low + high) // 2
        found = values[np.minimum(middle, len(values) - 1)]
        right = open_ & ((found < targets) if side == "left" else (found <= targets))
        low = np.where(right, middle + 1, low)
        high = np.where(open_ & ~right, middle, high)
    return low
