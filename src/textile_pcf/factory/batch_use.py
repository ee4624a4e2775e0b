"""Sums per segment → use of every batch at every meter of its machine. Arrays only, but for the problems of overlaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.errors import Problem
from textile_pcf.factory.batch_table import MASS, BatchTable
from textile_pcf.factory.group_sums import sum_by
from textile_pcf.factory.meter_table import MeterTable
from textile_pcf.factory.placing import Segments, Sums, segments_of
from textile_pcf.messages.message import Message
from textile_pcf.units import parse_unit

KEPT = 200


@dataclass(frozen=True, eq=False)
class Entries:
    """Batches at meters: one entry for each meter of the machine of a batch. All arrays have the shape (entries,).

    Attributes
    ----------
    meter, batch : ndarray of int
        Sorted by batch, then meter.
    """

    meter: IntArray
    batch: IntArray

    def __len__(self) -> int:
        return len(self.meter)


@dataclass(frozen=True, eq=False)
class BatchUse:
    """What every entry used. All arrays have the shape (entries,).

    Attributes
    ----------
    entries : Entries
    amount, interpolated : ndarray of float
        In the unit of the meter; what comes from intervals in which a batch starts or ends is interpolated.
    coverage : ndarray of float
        Part of the batch's length that is covered by known, placed intervals.
    complete : ndarray of bool
        Whether all of it is.
    """

    entries: Entries
    amount: FloatArray
    interpolated: FloatArray
    coverage: FloatArray
    complete: BoolArray

    def of_batches(self, counted: BoolArray) -> BatchUse:
        """Return the use of some batches.

        Parameters
        ----------
        counted : ndarray of bool, shape (batches,)
        """
        keep = counted[self.entries.batch]
        entries = Entries(self.entries.meter[keep], self.entries.batch[keep])
        return BatchUse(entries, self.amount[keep], self.interpolated[keep], self.coverage[keep], self.complete[keep])


def entries_of(meters: MeterTable, batches: BatchTable) -> Entries:
    """Return the entries of all batches whose machine has a meter.

    Parameters
    ----------
    meters : MeterTable
    batches : BatchTable
    """
    by_machine: dict[str, list[int]] = {}
    for meter, machines in enumerate(meters.machines):
        for machine in machines:
            by_machine.setdefault(machine, []).append(meter)
    codes = batches.machine.codes
    of_machine = [by_machine.get(name, []) for name in batches.machine.categories]
    counts = np.array([len(each) for each in of_machine], dtype=np.int64)
    first, count = (np.cumsum(counts) - counts)[codes], counts[codes]
    batch = np.repeat(np.arange(len(batches)), count)
    flat = np.array([meter for each in of_machine for meter in each], dtype=np.int64)
    return Entries(flat[np.arange(len(batch)) - (np.cumsum(count) - count)[batch] + first[batch]], batch)


class Shares:
    """Which part of each segment belongs to which entry.

    Parameters
    ----------
    meters : MeterTable
    batches : BatchTable
    window : tuple
        Start and end, None where they follow from the readings; see `placing.segments_of`.

    Attributes
    ----------
    entries : Entries
    segments : Segments
    segment, entry : ndarray of int, shape (parts,)
        The segments of each entry.
    """

    def __init__(self, meters: MeterTable, batches: BatchTable, window: tuple[int | None, int | None]) -> None:
        self.entries = entries_of(meters, batches)
        meter, start, end = self.entries.meter, batches.start[self.entries.batch], batches.end[self.entries.batch]
        self.segments: Segments = segments_of(len(meters), meter, start, end, window)
        first = self.segments.at(meter, start)
        count = self.segments.at(meter, end) - first
        self.entry = np.repeat(np.arange(len(self.entries)), count)
        self.segment = np.arange(len(self.entry)) - np.repeat(np.cumsum(count) - count, count) + first[self.entry]
        self.running = np.bincount(self.segment, minlength=self.segments.count)
        self._batches, self._inside = batches, self.segments.inside(window)

    def share_overlaps(self, overlap: str, problems: list[Problem]) -> FloatArray:
        """Return the part of each segment that belongs to its entry, shape (parts,): all, but where several batches run. [1]

        Parameters
        ----------
        overlap : str
            `error`, `mass` (by input) or `equal`.
        problems : list of Problem
            Problems are appended: overlaps that are not expected, and inputs that are missing.

        Returns
        -------
        ndarray of float, shape (parts,)
        """
        several, whole = self.running[self.segment] > 1, np.ones(len(self.segment))
        if not several.any():
            return whole
        if overlap == "error":
            problems += self._overlap_problems(several)
            return whole
        batch = self.entries.batch[self.entry]
        weights = np.ones(len(batch))
        if overlap == "mass":
            no_mass = np.array(
                [parse_unit(unit).dimensions != MASS if unit else True for unit in self._batches.units], dtype=bool
            )
            unknown = np.isnan(self._batches.input) | (self._batches.input <= 0) | no_mass
            for row in np.unique(batch[several & unknown[batch]])[:KEPT].tolist():
                what = Message(
                    "Batch {batch!r} runs at the same time as others, and its input mass is not known.",
                    batch=self._batches.ids[row],
                )
                cure = Message("Give its input in kg, or share equally with --overlap equal.")
                problems.append(Problem(self._batches.location(row, "input"), what, cure, code="batches"))
            weights = np.where(unknown, 0.0, self._batches.input)[batch]
        total = sum_by(self.segment, weights, self.segments.count)
        parts = np.divide(weights, total[self.segment], out=np.zeros(len(weights)), where=total[self.segment] > 0)
        return np.where(several, parts, whole)

    def _overlap_problems(self, several: BoolArray) -> list[Problem]:
        """Return the problem of each pair of neighbouring batches at one time."""
        order = np.flatnonzero(several)
        order = order[np.lexsort((self.entry[order], self.segment[order]))]
        batch = self.entries.batch[self.entry[order]]
        pairs = dict.fromkeys(
            (int(one), int(other))
            for one, other, same in zip(batch, batch[1:], self.segment[order][1:] == self.segment[order][:-1], strict=False)
            if same
        )
        cure = "Correct the times, or share the use with --overlap mass or --overlap equal."
        problems = []
        for one, other in list(pairs)[:KEPT]:
            values = {"batch": self._batches.ids[other], "machine": self._batches.machines[other],
                      "other": self._batches.ids[one], "where": self._batches.location(one)}  # fmt: skip
            what = Message(
                "Batch {batch!r} on {machine!r} runs at the same time and meter as batch {other!r} at {where}.", **values
            )
            problems.append(Problem(self._batches.location(other, "start"), what, Message(cure), code="batches"))
        return problems

    def use(self, sums: Sums, share: FloatArray) -> BatchUse:
        """Return what every entry used in the window.

        Parameters
        ----------
        sums : Sums
            Of all readings.
        share : ndarray of float, shape (parts,)
            Part of each segment that belongs to its entry, from `share_overlaps`. [1]
        """
        weights = share * self._inside[self.segment]
        size = len(self.entries)
        split = sum_by(self.entry, sums.split[self.segment] * weights, size)
        whole = sum_by(self.entry, sums.whole[self.segment] * weights, size)
        known = np.zeros(size, dtype=np.int64)
        np.add.at(known, self.entry, np.where(self._inside, sums.known, 0)[self.segment])
        length = (self._batches.end - self._batches.start)[self.entries.batch]
        return BatchUse(self.entries, whole + split, split, known / length, known == length)

    def idle(self, sums: Sums, meters: int) -> FloatArray:
        """Return the use of each meter while none of its machines ran a batch. Shape (meters,)."""
        free = (self.running == 0) & self._inside
        amount = np.where(free, sums.whole + sums.split, 0.0)
        return sum_by(self.segments.meter, amount, meters)
