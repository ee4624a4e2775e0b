"""Readings of meters → intervals with amounts. Arrays only: no text, no file, no unit.

Readings come in blocks. Within a block they stand by meter, and for each meter in the order of the file; between blocks only
the last reading of each meter is kept (`LastReadings`), so that the size of a block changes no bit of a result.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.columns import run_starts
from textile_pcf.factory.reading_arrays import Fault, Intervals, LastReadings, Readings, Registers, Resets, ragged_search
from textile_pcf.factory.times import NEVER


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
    if not len(readings.time):
        return [], []
    is_register = registers.cumulative[readings.owner]
    if is_register.all():
        found, faults = _of_registers(readings, registers, resets, last)
        return [found], faults
    flags = np.repeat(is_register, readings.counts)
    amounts, faults = _of_amounts(readings.take(~flags), registers, last)
    if not is_register.any():
        return [amounts], faults
    found, more = _of_registers(readings.take(flags), registers, resets, last)
    return [found, amounts], [*more, *faults]


def _of_amounts(readings: Readings, registers: Registers, last: LastReadings) -> tuple[Intervals, list[Fault]]:
    """Return the intervals of interval meters."""
    owner, head, counts = readings.owner, readings.head, readings.counts
    length = np.repeat(registers.length[owner], counts)
    end = readings.time + np.repeat(registers.length[owner] * registers.starts[owner], counts)
    start = end - length
    before = np.empty_like(end)
    before[1:] = end[:-1]
    before[head] = last.time[owner]
    value = readings.value
    amount = value * np.repeat(registers.scale[owner], counts)
    faults = [
        *_faults("order", readings, end < before, value, value),
        *_faults("overlap", readings, (start < before) & (end >= before), value, value),
        *_faults("negative", readings, value < 0, value, value),
        *_rate_faults(readings, registers, amount, length),
    ]
    last.time[owner] = np.maximum(end[head + counts - 1], last.time[owner])
    return Intervals(owner, head, start, end, amount), faults


def _of_registers(
    readings: Readings, registers: Registers, resets: Resets, last: LastReadings
) -> tuple[Intervals, list[Fault]]:
    """Return the intervals between neighbouring readings of registers. A first reading ends one without length and amount."""
    owner, head, time, value = readings.owner, readings.head, readings.time, readings.value
    final = head + readings.counts - 1
    is_first = last.time[owner] == NEVER
    before = np.where(is_first, value[head], last.value[owner])
    start, used = np.empty_like(time), np.empty_like(value)
    start[1:] = time[:-1]
    start[head] = np.where(is_first, time[head], last.time[owner])
    np.subtract(value[1:], value[:-1], out=used[1:])
    used[head] = value[head] - before
    length = time - start
    last.time[owner], last.value[owner] = time[final], value[final]
    faults: list[Fault] = []
    length[head[is_first]] = np.iinfo(np.int64).max  # a first reading is no repetition
    shortest = int(length.min())
    length[head[is_first]] = 0
    if shortest <= 0:
        faults += _repeated_times(readings, (length, used), is_first, last)
    extra = None
    if len(resets.meter):
        extra, more = _with_resets(readings, (start, used, length), registers, resets, last)
        faults += more
    if float(used.min()) < 0:
        faults += _roll_over(readings, registers, (used, length), last)
    amount = used
    if (registers.scale[owner] != 1).any():
        amount *= np.repeat(registers.scale[owner], readings.counts)
    if shortest <= 0 or extra is not None or not _is_below_rates(registers.max_rate[owner], amount, shortest):
        faults += _rate_faults(readings, registers, amount, length)
    intervals = Intervals(owner, head, start, time, amount)
    return (intervals if extra is None else _merge(intervals, extra)), faults


def _repeated_times(
    readings: Readings, step: tuple[IntArray, FloatArray], is_first: BoolArray, last: LastReadings
) -> list[Fault]:
    """Count repeated readings, and return those that go back in time or differ from another of the same time."""
    length, used = step
    same = length == 0
    same[readings.head[is_first]] = False
    before = readings.value - used
    faults = [
        *_faults("order", readings, length < 0, before, readings.value),
        *_faults("two_values", readings, same & (used != 0), before, readings.value),
    ]
    repeated = readings.meters(np.flatnonzero(same & (used == 0)))
    last.duplicates += np.bincount(repeated, minlength=len(last.time))
    used[length <= 0] = 0.0
    return faults


def _roll_over(readings: Readings, registers: Registers, step: tuple[FloatArray, IntArray], last: LastReadings) -> list[Fault]:
    """Explain falls by a register that began again, in place of `used`; return those that nothing explains."""
    used, length = step
    rows = np.flatnonzero(used < 0)
    meter = readings.meters(rows)
    value = readings.value[rows]
    before = value - used[rows]
    full, rate = registers.rollover[meter], registers.max_rate[meter]
    passed = full - before + value
    limit = np.where(np.isfinite(rate), rate * length[rows] / registers.scale[meter], full * registers.rollover_part)
    possible = (passed <= limit * (1 + 1e-12)) & (before <= full) & (value >= 0)  # NaN is never possible
    used[rows] = np.where(possible, passed, 0.0)
    last.rollovers += np.bincount(meter[possible], minlength=len(last.time))
    wrong = ~possible
    if not wrong.any():
        return []
    return [Fault("fall", readings.rows(rows[wrong]), meter[wrong], readings.time[rows[wrong]], before[wrong], value[wrong])]


def _with_resets(
    readings: Readings, step: tuple[IntArray, FloatArray, IntArray], registers: Registers, resets: Resets, last: LastReadings
) -> tuple[Intervals | None, list[Fault]]:
    """Empty the intervals in which registers were changed, and return those before and after each change instead.

    Returns
    -------
    extra : Intervals or None
        The intervals before and after the changes.
    faults : list of Fault
    """
    start, used, length = step
    group = np.full(len(last.time), -1, dtype=np.int64)
    group[readings.owner] = np.arange(len(readings.owner))
    events = np.flatnonzero(group[resets.meter] >= 0)
    low = readings.head[group[resets.meter[events]]]
    high = low + readings.counts[group[resets.meter[events]]]
    at = ragged_search(readings.time, low, high, resets.time[events], "left")  # the first reading of the new register
    inside = at < high
    inside[inside] = start[at[inside]] < resets.time[events[inside]]
    pieces, faults = list[tuple[int, int, int, float]](), list[Fault]()
    for k in np.unique(at[inside]).tolist():
        chosen = events[inside & (at == k)]
        meter = int(resets.meter[chosen[0]])
        last.reset_used[chosen] = True
        last.resets[meter] += len(chosen)
        value = float(readings.value[k])
        found = _pieces(resets, chosen, (int(start[k]), value - float(used[k])), (int(readings.time[k]), value))
        start[k], used[k], length[k] = readings.time[k], 0.0, 0
        scale, rate = float(registers.scale[meter]), float(registers.max_rate[meter])
        for begin, end, amount in found:
            limit = rate * (end - begin) if end > begin else 0.0
            kind = "reset_time" if end == begin else "reset_below" if amount < 0 else ""
            kind = kind or ("rate" if amount * scale > limit * (1 + 1e-12) else "")
            pieces.append((meter, begin, end, 0.0 if kind else amount * scale))
            if kind:
                one = np.array([k])
                faults.append(Fault(kind, readings.rows(one), np.array([meter]), readings.time[one],
                                    np.array([amount * scale]), np.array([limit])))  # fmt: skip
    if not pieces:
        return None, faults
    meters, starts, ends = (np.array([piece[k] for piece in pieces], dtype=np.int64) for k in range(3))
    return Intervals(meters, np.arange(len(meters)), starts, ends, np.array([piece[3] for piece in pieces])), faults


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
    elif rest > 0 and pieces and pieces[-1][1] == start:
        pieces[-1] = (pieces[-1][0], start, pieces[-1][2] + rest)
    elif rest:
        pieces.append((start, start, rest))
    return pieces


def _merge(intervals: Intervals, extra: Intervals) -> Intervals:
    """Return intervals and further ones by meter and time."""
    meter = np.concatenate([np.repeat(intervals.owner, intervals.tail - intervals.head), extra.owner])
    start, end = np.concatenate([intervals.start, extra.start]), np.concatenate([intervals.end, extra.end])
    amount = np.concatenate([intervals.amount, extra.amount])
    order = np.lexsort((end, start, meter))
    head = run_starts(meter[order])
    return Intervals(meter[order][head], head, start[order], end[order], amount[order])


def _is_below_rates(rates: FloatArray, amount: FloatArray, shortest: int) -> bool:
    """Return whether the largest amount of a block is possible in its shortest interval; most blocks need no other check."""
    low = float(rates.min())
    return low == np.inf or float(amount.max()) <= low * shortest


def _rate_faults(readings: Readings, registers: Registers, amount: FloatArray, length: IntArray) -> Iterator[Fault]:
    """Yield the amounts above the largest possible rate. Most blocks are cleared by the largest amount of each meter alone."""
    rate = registers.max_rate[readings.owner]
    limited = np.isfinite(rate)
    if not limited.any():
        return
    rate = np.where(limited, rate, 0.0)
    shortest = np.minimum.reduceat(np.where(length > 0, length, np.iinfo(np.int64).max), readings.head)
    if (~limited | (np.maximum.reduceat(amount, readings.head) <= rate * shortest)).all():
        return
    limit = np.repeat(rate, readings.counts) * np.maximum(length, 0)
    wrong = (amount > limit * (1 + 1e-12)) & (length > 0) & np.repeat(limited, readings.counts)
    yield from _faults("rate", readings, wrong, amount, limit)


def _faults(kind: str, readings: Readings, wrong: BoolArray, before: FloatArray, value: FloatArray) -> Iterator[Fault]:
    rows = np.flatnonzero(wrong)
    if len(rows):
        yield Fault(kind, readings.rows(rows), readings.meters(rows), readings.time[rows], before[rows], value[rows])
