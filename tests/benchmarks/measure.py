"""Measuring on a machine that others use too: everything in one process, in turns, medians and minima, ratios.

Beside the wall clock the processor time of the process and its children is taken: it moves less when others work.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Timed:
    """Seconds of several rounds of one thing."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median of the wall clock. [s]"""
        return statistics.median(self.wall)

    @property
    def least(self) -> float:
        """Least wall clock. [s]"""
        return min(self.wall)

    @property
    def processor(self) -> float:
        """Least processor time. [s]"""
        return min(self.cpu)


def processor_time() -> float:
    """Processor time of this process and of its children that ended. [s]"""
    told = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in told)


def in_turns(things: dict[str, Callable[[], Any]], rounds: int) -> dict[str, Timed]:
    """Each thing once to warm up, then all of them in turns."""
    for thing in things.values():
        thing()
    timed = {name: Timed() for name in things}
    for _ in range(rounds):
        for name, thing in things.items():
            begun, cpu = time.perf_counter(), processor_time()
            thing()
            timed[name].wall.append(time.perf_counter() - begun)
            timed[name].cpu.append(processor_time() - cpu)
    for name, one in timed.items():
        told = {"what": name, "median": one.median, "min": one.least, "cpu": one.processor, "rounds": rounds}
        sys.stdout.write(json.dumps(told) + "\n")
    return timed


@dataclass(frozen=True)
class Row:
    """One line of the table of targets."""

    number: str
    what: str
    target: str
    ours: str
    reached: bool | None
    note: str = ""


def ratio(number: str, what: str, limit: float, one: Timed, other: Timed, note: str = "") -> Row:
    """A line whose target is a ratio of two timings: medians decide; minima and processor time are shown."""
    median, least, cpu = one.median / other.median, one.least / other.least, one.processor / max(other.processor, 1e-9)
    ours = f"{median:.2f}× (least {least:.2f}×, processor {cpu:.2f}×)"
    return Row(number, what, f"≤ {limit:g}×", ours, median <= limit, note)
