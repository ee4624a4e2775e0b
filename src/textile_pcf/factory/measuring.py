"""The stream of readings → sums per segment and meter. Memory is one block, whatever the length of the readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.errors import InputError, Problem
from textile_pcf.factory.meter_table import Events, MeterTable
from textile_pcf.factory.metering_options import MeteringOptions
from textile_pcf.factory.placing import Segments, Sums, place
from textile_pcf.factory.reading_arrays import LastReadings, Readings, by_meter
from textile_pcf.factory.reading_faults import RowProblems, fault_problems
from textile_pcf.factory.registers import intervals_of
from textile_pcf.factory.run_clock import RunClock
from textile_pcf.factory.streams import ReadingBlock, ReadingSource
from textile_pcf.factory.times import NEVER
from textile_pcf.messages.message import Message


@dataclass(frozen=True, eq=False)
class Measured:
    """Sums and counts of all readings of a run.

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
    total : ndarray of float, shape (meters,)
        Amount in the window.
    warnings : list of str
        Events that explain nothing.
    """

    sums: Sums
    last: LastReadings
    readings: IntArray
    voided: IntArray
    window: tuple[int, int]
    total: FloatArray
    warnings: list[str] = field(default_factory=list)


def measure(
    source: ReadingSource,
    meters: MeterTable,
    events: Events,
    segments: Segments,
    clock: RunClock,
    options: MeteringOptions,
) -> Measured:
    """Read all readings once.

    Parameters
    ----------
    source : ReadingSource
    meters : MeterTable
    events : Events
    segments : Segments
    clock : RunClock
        Clock of the run, to which times of readings are converted.
    options : MeteringOptions
        Its `window`, `max_gap` and `sort` are used.

    Raises
    ------
    InputError
        Readings cannot be read or explained, or a meter has none.
    """
    window = options.window
    sums, last = Sums(segments), LastReadings(len(meters), len(events.resets.meter))
    counts, voided, used = (
        np.zeros(len(meters), dtype=np.int64),
        np.zeros(len(meters), dtype=np.int64),
        np.zeros(len(events.void_rows), dtype=bool),
    )
    faults = RowProblems(source)
    blocks = _known_readings(source, meters, clock, faults)
    for readings in [_sort(list(blocks))] if options.sort else blocks:
        np.add.at(counts, readings.owner, readings.counts)
        valid = _without_voids(readings, events, voided, used)
        intervals, wrong = intervals_of(valid, meters.registers, events.resets, last)
        for fault in wrong:
            fault_problems(fault, meters, clock.clock, faults)
        if not faults.count:
            for each in intervals:
                place(each, segments, window, options.max_gap, sums)
    problems = faults.problems() or _silent_meters(meters, counts, sums)
    if problems and not faults.count and not counts.any():
        what, cure = Message("There are no readings."), Message("Give at least two readings of each register.")
        problems = [Problem(source.name, what, cure, code="readings")]
    if problems:
        raise InputError(problems)
    start = int(sums.first.min()) if window[0] is None else window[0]
    end = int(sums.last.max()) if window[1] is None else window[1]
    total = sums.total(segments, segments.inside(window))
    return Measured(sums, last, counts, voided, (start, end), total, _unused_events(events, last, used))


def _known_readings(source: ReadingSource, meters: MeterTable, clock: RunClock, faults: RowProblems) -> Iterator[Readings]:
    """Yield the readings of known meters, on the clock of the run."""
    index, unknown = {text: position for position, text in enumerate(meters.ids)}, set[str]()
    for block in source.blocks():
        for row, what, cure in block.problems:
            faults.add(row, what, cure)
        faults.count += block.unreadable - len(block.problems)
        texts = [text.strip() for text in block.texts]
        of_text: IntArray = np.array(
            [index.get(text, -1) for text in texts] or [0], dtype=np.int16 if len(meters) < 1 << 15 else np.int64
        )
        meter = of_text[block.meter]
        time = _convert_times(block, clock, faults)
        good = None
        if int(of_text.min()) < 0 and int(meter.min(initial=0)) < 0:
            good = meter >= 0
            _report_unknown(block, meter, texts, unknown, faults)
        if time is not block.times.values and len(time) and int(time.min()) == NEVER:  # a block has only known times
            good = (time != NEVER) if good is None else good & (time != NEVER)
        if good is None:
            yield by_meter(meter, time, block.value, block.first_row, block.order)
        elif good.any():
            kept = np.flatnonzero(good)
            order = kept if block.order is None else block.order[kept]
            yield by_meter(meter[kept], time[kept], block.value[kept], block.first_row, order)


def _report_unknown(block: ReadingBlock, meter: IntArray, texts: list[str], unknown: set[str], faults: RowProblems) -> None:
    """Report each meter without a row in the table of meters once."""
    rows = np.flatnonzero(meter < 0)
    codes, first = np.unique(block.meter[rows], return_index=True)
    for code, k in zip(codes.tolist(), first.tolist(), strict=True):
        if texts[code] not in unknown:
            unknown.add(texts[code])
            what = Message("There is no meter {meter!r} in the table of meters.", meter=texts[code][:60])
            faults.add(_row(block, int(rows[k])), what, Message("Add it there, or correct the name."))


def _convert_times(block: ReadingBlock, clock: RunClock, faults: RowProblems) -> IntArray:
    problems: list[Problem] = []
    time = clock.convert(block.times, lambda k: str(_row(block, k)), problems)
    for problem in problems:
        faults.add(int(problem.where), problem.what, problem.cure)
    return time


def _row(block: ReadingBlock, k: int) -> int:
    return block.first_row + (k if block.order is None else int(block.order[k]))


def _sort(blocks: list[Readings]) -> Readings:
    """Return all readings by meter and time; those of one time in the order of the source."""
    if not blocks:
        none = np.zeros(0, dtype=np.int64)
        return Readings(none, none, none, np.zeros(0))
    meter = np.concatenate([np.repeat(block.owner, block.counts) for block in blocks])
    time, value = np.concatenate([block.time for block in blocks]), np.concatenate([block.value for block in blocks])
    row = np.concatenate([block.rows(np.arange(len(block.time))) for block in blocks])
    order = np.lexsort((row, time, meter))
    return by_meter(meter[order], time[order], value[order], 0, row[order])


def _without_voids(readings: Readings, events: Events, voided: IntArray, used: BoolArray) -> Readings:
    """Return the readings that no event voids; counts and used events are brought up to date in place."""
    if not len(events.void_rows):
        return readings
    keep = np.ones(len(readings.time), dtype=bool)
    group = np.full(len(voided), -1, dtype=np.int64)
    group[readings.owner] = np.arange(len(readings.owner))
    tail = readings.head + readings.counts
    for k in np.flatnonzero(group[events.void_meter] >= 0).tolist():
        number = group[events.void_meter[k]]
        part = slice(readings.head[number], tail[number])
        void = (readings.time[part] >= events.void_start[k]) & (readings.time[part] <= events.void_end[k])
        used[k] |= bool(void.any())
        keep[part] &= ~void
    if keep.all():
        return readings
    np.add.at(voided, readings.meters(np.flatnonzero(~keep)), 1)
    return readings.take(keep)


def _silent_meters(meters: MeterTable, counts: IntArray, sums: Sums) -> list[Problem]:
    """Return the problems of meters of whose use nothing is known: it is not zero."""
    problems = []
    for meter in np.flatnonzero(sums.last <= sums.first).tolist():
        count = int(counts[meter])
        what = (
            "Meter {meter!r} has no reading." if not count else "Meter {meter!r} has a single reading, so its use is not known."
        )
        what = what if count < 2 else "No two readings of meter {meter!r} give its use."
        cure = Message("Give its readings, or take it out of the table of meters.")
        problems.append(Problem(meters.location(meter), Message(what, meter=meters.ids[meter]), cure, code="meters"))
    return problems


def _unused_events(events: Events, last: LastReadings, used: BoolArray) -> list[str]:
    if events.table is None:
        return []
    rows = [*events.reset_rows[~last.reset_used], *events.void_rows[~used]]
    what = "{where}: This event explains nothing: no readings of its meter lie around its time."
    return [Message(what, where=events.table.location(int(row))) for row in sorted(rows)]
