"""Intervals with amounts → batches, idle time and unplaced amounts. Arrays only.

The time of a meter is cut at every start and end of a batch on one of its machines, and at the ends of the window. Between two
cuts (edges) lies a segment, in which the same batches run, or none. Sums are formed one interval after the other, so that the
size of a block changes no bit of a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.columns import run_starts
from textile_pcf.factory.group_sums import sum_by
from textile_pcf.factory.reading_arrays import Intervals, ragged_search

Window = tuple[int | None, int | None]
"""Start and end of the window, None where it is open. [µs]"""


@dataclass(frozen=True, eq=False)
class Segments:
    """The edges and segments of every meter.

    Segment j of meter m has the index `first[m] + m + j`; it lies before its j-th edge, the last one behind all edges.

    Attributes
    ----------
    edges : ndarray of int, shape (edges,)
        Times of the edges, by meter, ascending. [µs]
    first : ndarray of int, shape (meters + 1,)
        First edge of each meter.
    """

    edges: IntArray
    first: IntArray

    @property
    def count(self) -> int:
        """Number of segments of all meters."""
        return len(self.edges) + len(self.first) - 1

    @cached_property
    def meter(self) -> IntArray:
        """Meter of each segment. Shape (segments,)."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first) + 1)

    def at(self, meter: IntArray, time: IntArray) -> IntArray:
        """Return the segment that begins at, or holds, a time of a meter. Shape as the arguments."""
        return ragged_search(self.edges, self.first[meter], self.first[meter + 1], time, "right") + meter

    def inside(self, window: Window) -> BoolArray:
        """Return which segments lie in the window, whose ends are edges. Shape (segments,)."""
        meters = len(self.first) - 1
        inside = np.ones(self.count, dtype=bool)
        all_meters = np.arange(meters)
        index = np.arange(self.count)
        if window[0] is not None:
            inside &= index >= self.at(all_meters, np.full(meters, window[0]))[self.meter]
        if window[1] is not None:
            inside &= index < self.at(all_meters, np.full(meters, window[1]))[self.meter]
        return inside


def segments_of(meters: int, meter: IntArray, start: IntArray, end: IntArray, window: Window) -> Segments:
    """Return the segments of all meters.

    Parameters
    ----------
    meters : int
        Number of meters.
    meter, start, end : ndarray of int, shape (entries,)
        Batches of the machines of each meter. [µs]
    window : tuple
        Its ends are edges of every meter.

    Examples
    --------
    >>> segments = segments_of(2, np.array([1, 1]), np.array([0, 5]), np.array([5, 9]), (None, None))
    >>> segments.edges.tolist(), segments.first.tolist(), segments.at(np.array([1]), np.array([5])).tolist()
    ([0, 5, 9], [0, 0, 3], [3])
    """
    bounds = [np.full(meters, bound, dtype=np.int64) for bound in window if bound is not None]
    owner = np.concatenate([meter, meter, *(np.arange(meters) for _ in bounds)]).astype(np.int64)
    time = np.concatenate([start, end, *bounds]).astype(np.int64)
    order = np.lexsort((time, owner))
    owner, time = owner[order], time[order]
    new = np.ones(len(time), dtype=bool)
    new[1:] = (owner[1:] != owner[:-1]) | (time[1:] != time[:-1])
    owner, time = owner[new], time[new]
    return Segments(time, np.searchsorted(owner, np.arange(meters + 1)))


class Sums:
    """What is known of every segment and meter so far.

    Attributes
    ----------
    whole, split : ndarray of float, shape (segments,)
        Amounts of intervals wholly in the segment, and parts of intervals with an edge inside.
    known : ndarray of int, shape (segments,)
        Time covered by these. [µs]
    unplaced : ndarray of float, shape (meters,)
        Amount of long intervals whose time in segments is not known.
    check : ndarray of float, shape (meters,)
        Amount in the window, summed up by another way.
    covered : ndarray of int, shape (meters,)
        Time in the window covered by intervals. [µs]
    first, last : ndarray of int, shape (meters,)
        First and last time covered. [µs]
    """

    def __init__(self, segments: Segments) -> None:
        meters = len(segments.first) - 1
        self.whole, self.split = np.zeros(segments.count), np.zeros(segments.count)
        self.known = np.zeros(segments.count, dtype=np.int64)
        self.unplaced, self.check = np.zeros(meters), np.zeros(meters)
        self.covered = np.zeros(meters, dtype=np.int64)
        self.first = np.full(meters, np.iinfo(np.int64).max)
        self.last = np.full(meters, np.iinfo(np.int64).min)

    def total(self, segments: Segments, inside: BoolArray) -> FloatArray:
        """Return the amount of each meter in the window. Shape (meters,)."""
        amount = np.where(inside, self.whole + self.split, 0.0)
        return sum_by(segments.meter, amount, len(self.unplaced)) + self.unplaced


def place(intervals: Intervals, segments: Segments, window: Window, max_gap: int, sums: Sums) -> None:
    """Add the intervals of a block to the sums.

    Use within an interval is even: an interval with edges inside is split by time. One that is longer than `max_gap` and has an
    edge inside is unplaced.

    Parameters
    ----------
    intervals : Intervals
        By meter and time. Its amounts are used up.
    segments : Segments
    window : tuple
    max_gap : int
        [µs]
    sums : Sums
        Brought up to date in place.
    """
    owner, head, tail, start, end = intervals.owner, intervals.head, intervals.tail, intervals.start, intervals.end
    sums.first[owner] = np.minimum(sums.first[owner], start[head])
    sums.last[owner] = np.maximum(sums.last[owner], end[tail - 1])
    within, length = _in_window(intervals, window)
    np.add.at(sums.check, owner, np.add.reduceat(within, head))
    np.add.at(sums.covered, owner, np.add.reduceat(length, head))

    low, high = segments.first[owner], segments.first[owner + 1]
    final = ragged_search(segments.edges, low, high, end[tail - 1], "left")
    low = ragged_search(segments.edges, low, high, start[head], "right")
    count = np.maximum(final - low, 0)
    group = np.repeat(np.arange(len(head)), count)
    edge = np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count) + low[group]
    behind = ragged_search(start, head[group], tail[group], segments.edges[edge], "left")  # first interval from the edge on
    run, segment = _runs(behind, edge + owner[group] + 1, tail[group], (head, low + owner))
    cut = behind[segments.edges[edge] < end[behind - 1]] - 1 if len(edge) else behind
    cut = cut[run_starts(cut)]  # ascending, as the edges are
    if len(cut):
        meter = owner[np.searchsorted(head, cut, side="right") - 1]
        first = segment[np.searchsorted(run, cut, side="right") - 1]
        parts = Intervals(meter, cut, start[cut], end[cut], intervals.amount[cut])
        _split(parts, within[cut], first, segments, max_gap, sums)
        intervals.amount[cut], length[cut] = 0.0, 0
    np.add.at(sums.whole, np.repeat(segment, np.diff(np.append(run, len(start)))), intervals.amount)
    np.add.at(sums.known, segment, np.add.reduceat(length, run))


def _runs(behind: IntArray, segment: IntArray, tail: IntArray, heads: tuple[IntArray, IntArray]) -> tuple[IntArray, IntArray]:
    """Return where runs of intervals of one segment begin, and their segments.

    Parameters
    ----------
    behind, segment : ndarray of int, shape (edges,)
        First interval from each edge on, and the segment that begins at the edge.
    tail : ndarray of int, shape (edges,)
        Interval behind the last one of the meter of each edge.
    heads : tuple of (ndarray, ndarray)
        First interval of each meter, and its segment.
    """
    valid = behind < tail
    start, index = np.concatenate([heads[0], behind[valid]]), np.concatenate([heads[1], segment[valid]])
    order = np.lexsort((index, start))
    start, index = start[order], index[order]
    is_last = np.append(start[1:] != start[:-1], True)
    return start[is_last], index[is_last]


def _in_window(intervals: Intervals, window: Window) -> tuple[FloatArray, IntArray]:
    """Return the amount and the length of each interval within the window."""
    length = intervals.end - intervals.start
    if window == (None, None):
        return intervals.amount, length
    low = intervals.start if window[0] is None else np.maximum(intervals.start, window[0])
    high = intervals.end if window[1] is None else np.minimum(intervals.end, window[1])
    within = np.maximum(high - low, 0)
    part = np.divide(within, length, out=np.zeros(len(length)), where=length > 0)
    return np.where(within == length, intervals.amount, intervals.amount * part), within


def _split(cut: Intervals, within: FloatArray, segment: IntArray, segments: Segments, max_gap: int, sums: Sums) -> None:
    """Share intervals with edges inside among their segments by time; long ones are unplaced."""
    long = cut.end - cut.start > max_gap
    np.add.at(sums.unplaced, cut.owner[long], within[long])
    short = ~long
    meter, start, end, amount, segment = cut.owner[short], cut.start[short], cut.end[short], cut.amount[short], segment[short]
    last = ragged_search(segments.edges, segments.first[meter], segments.first[meter + 1], end, "left") + meter
    count = last - segment + 1
    piece = np.repeat(np.arange(len(meter)), count)
    target = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count) + segment[piece]
    edge = target - meter[piece]  # the edge behind the segment
    begin = np.where(target == segment[piece], start[piece], segments.edges[np.maximum(edge - 1, 0)])
    finish = np.where(target == last[piece], end[piece], segments.edges[np.minimum(edge, len(segments.edges) - 1)])
    np.add.at(sums.split, target, amount[piece] * ((finish - begin) / (end - start)[piece]))
    np.add.at(sums.known, target, finish - begin)
