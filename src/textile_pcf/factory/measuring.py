"""The stream of readings → sums per segment and meter. Memory is one block, whatever the length of the readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from textile_pcf.arrays import BoolArray, IntArray
from textile_pcf.errors import InputError, Problem
from textile_pcf.factory.meter_table import Events, MeterTable
from textile_pcf.factory.placing import Segments, Sums, Window, place
from textile_pcf.factory.reading_faults import RowProblems, fault_problems
from textile_pcf.factory.registers import LastReadings, Readings, intervals_of
from textile_pcf.factory.run_clock import RunClock
from textile_pcf.factory.streams import ReadingBlock, ReadingSource
from textile_pcf.factory.times import NEVER
from textile_pcf.messages.message import Message


@dataclass(frozen=True, eq=False)
class Measured:
    """What the readings say.

    Attributes
    ----------
    sums : Sums
        Per segment and meter.
    last : LastReadings
        Counts of duplicates, resets and run-overs.
    readings, voided : ndarray of int, shape (meters,)
        Readings in the source, and those that do not count.
    window : tuple of int
        Start and end. [µs]
    warnings : list of str
        Events that explain nothing.
    """

    sums: Sums
    last: LastReadings
    readings: IntArray
    voided: IntArray
    window: tuple[int, int]
    warnings: list[str] = field(default_factory=list)


def measure(
    source: ReadingSource, meters: MeterTable, events: Events, segments: Segments, run: tuple[RunClock, Window, int, bool]
) -> Measured:
    """Read all readings once.

    Parameters
    ----------
    source : ReadingSource
    meters : MeterTable
    events : Events
    segments : Segments
    run : tuple
        The clock of the run, the window, the longest interval that is split [µs], and whether to sort the readings in memory.

    Raises
    ------
    InputError
        Readings cannot be read or explained, or a meter has none.
    """
    clock, window, max_gap, sort = run
    sums, last = Sums(segments), LastReadings(len(meters), len(events.resets.meter))
    counts, voided, used = (
        np.zeros(len(meters), dtype=np.int64),
        np.zeros(len(meters), dtype=np.int64),
        np.zeros(len(events.void_rows), dtype=bool),
    )
    faults = RowProblems(source)
    blocks = _known_readings(source, meters, clock, faults)
    for readings in [_sorted(list(blocks))] if sort else blocks:
        counts += np.bincount(readings.meter, minlength=len(meters))
        by_meter = _without_voids(_by_meter(readings), events, voided, used)
        intervals, wrong = intervals_of(by_meter, meters.registers, events.resets, last)
        for fault in wrong:
            fault_problems(fault, meters, clock.clock, faults)
        if not faults.count:
            for each in intervals:
                place(each, segments, window, max_gap, sums)
    problems = faults.problems() or _silent_meters(meters, counts, sums)
    if problems:
        raise InputError(problems)
    start = int(sums.first.min()) if window[0] is None else window[0]
    end = int(sums.last.max()) if window[1] is None else window[1]
    return Measured(sums, last, counts, voided, (start, end), _unused_events(events, last, used))


def _known_readings(source: ReadingSource, meters: MeterTable, clock: RunClock, faults: RowProblems) -> Iterator[Readings]:
    """Yield the readings of known meters, on the clock of the run."""
    index, unknown = {text: position for position, text in enumerate(meters.ids)}, set[str]()
    for block in source.blocks():
        for row, what, cure in block.problems:
            faults.add(row, what, cure)
        faults.count += block.unreadable - len(block.problems)
        texts = [text.strip() for text in block.texts]
        of_text = np.array([index.get(text, -1) for text in texts] or [0], dtype=np.int64)
        meter = of_text[block.meter]
        time = _converted(block, clock, faults)
        good = time != NEVER
        if int(of_text.min()) < 0:
            good &= meter >= 0
            _report_unknown(block, meter, texts, unknown, faults)
        if good.all():
            yield Readings(meter, time, block.value, block.row)
        elif good.any():
            yield Readings(meter[good], time[good], block.value[good], block.row[good])


def _report_unknown(block: ReadingBlock, meter: IntArray, texts: list[str], unknown: set[str], faults: RowProblems) -> None:
    """Report each meter without a row in the table of meters once."""
    rows = np.flatnonzero(meter < 0)
    codes, first = np.unique(block.meter[rows], return_index=True)
    for code, k in zip(codes.tolist(), first.tolist(), strict=True):
        if texts[code] not in unknown:
            unknown.add(texts[code])
            what = Message("There is no meter {meter!r} in the table of meters.", meter=texts[code][:60])
            faults.add(int(block.row[rows[k]]), what, Message("Add it there, or correct the name."))


def _converted(block: ReadingBlock, clock: RunClock, faults: RowProblems) -> IntArray:
    problems: list[Problem] = []
    time = clock.convert(block.times, lambda k: str(block.row[k]), problems)
    for problem in problems:
        faults.add(int(problem.where), problem.what, problem.cure)
    return time


def _sorted(blocks: list[Readings]) -> Readings:
    """Return all readings by meter and time; those of one time in the order of the source."""
    if not blocks:
        none = np.zeros(0, dtype=np.int64)
        return Readings(none, none, np.zeros(0), none)
    whole = Readings(
        np.concatenate([block.meter for block in blocks]), np.concatenate([block.time for block in blocks]),
        np.concatenate([block.value for block in blocks]), np.concatenate([block.row for block in blocks]),
    )  # fmt: skip
    return whole.take(np.lexsort((whole.time, whole.meter)))


def _by_meter(readings: Readings) -> Readings:
    """Return the readings by meter, for each in the order of the source."""
    meter = readings.meter
    if len(meter) < 2 or bool((meter[1:] >= meter[:-1]).all()):
        return readings
    narrow = meter.astype(np.int16) if int(meter.max()) < 1 << 15 else meter  # numpy sorts 16 bits in linear time
    order = np.argsort(narrow, kind="stable")
    return readings.take(order)


def _without_voids(readings: Readings, events: Events, voided: IntArray, used: BoolArray) -> Readings:
    """Return the readings that no event voids; counts and used events are brought up to date in place."""
    if not len(events.void_rows):
        return readings
    keep = np.ones(len(readings.meter), dtype=bool)
    low = np.searchsorted(readings.meter, events.void_meter)
    high = np.searchsorted(readings.meter, events.void_meter, side="right")
    for k in np.flatnonzero(high > low).tolist():
        part = slice(low[k], high[k])
        void = (readings.time[part] >= events.void_start[k]) & (readings.time[part] <= events.void_end[k])
        used[k] |= bool(void.any())
        keep[part] &= ~void
    voided += np.bincount(readings.meter[~keep], minlength=len(voided))
    return readings if keep.all() else readings.take(keep)


def _silent_meters(meters: MeterTable, counts: IntArray, sums: Sums) -> list[Problem]:
    """Return the problems of meters of whose use nothing is known: it is not zero."""
    problems = []
    for meter in np.flatnonzero(sums.last < sums.first).tolist():
        count = int(counts[meter])
        what = (
            "Meter {meter!r} has no reading."
            if not count
            else "Meter {meter!r} has a single reading, which says nothing of its use."
        )
        what = what if count < 2 else "No two readings of meter {meter!r} say anything of its use."
        cure = Message("Give its readings, or take it out of the table of meters.")
        problems.append(Problem(meters.location(meter), Message(what, meter=meters.ids[meter]), cure, code="meters"))
    return problems


def _unused_events(events: Events, last: LastReadings, used: BoolArray) -> list[str]:
    if events.table is None:
        return []
    rows = [*events.reset_rows[~last.reset_used], *events.void_rows[~used]]
    what = "{where}: This event explains nothing: no readings of its meter lie around its time."
    return [Message(what, where=events.table.location(int(row))) for row in sorted(rows)]
