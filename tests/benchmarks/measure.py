"""Measuring on a machine that others use too: everything in one process, in turns, medians and minima, ratios.

Beside the wall clock the processor time of the process and all below it is taken: it moves less when others work. Every
measurement and every line of the table is a line of JSON on standard output.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


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


@dataclass(frozen=True)
class Row:
    """One line of the table of targets, told as JSON as soon as it is known."""

    number: str
    what: str
    target: str
    ours: str
    reached: bool | None = None

    def __post_init__(self) -> None:
        say(row=asdict(self))


def say(**told: Any) -> None:
    """One measurement, as a line of JSON."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def processor_time() -> float:
    """Processor time of this process and of all below it, ended or not, such as workers of a pool or of a cluster. [s]"""
    return own_time() + children_time()


def own_time() -> float:
    """Processor time of this process. [s]"""
    told = resource.getrusage(resource.RUSAGE_SELF)
    return told.ru_utime + told.ru_stime


def children_time() -> float:
    """Processor time of all processes below this one, ended or not. [s]"""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + sum(map(_of_child, psutil.Process().children(recursive=True)))


def _of_child(child: psutil.Process) -> float:
    try:
        told = child.cpu_times()
    except psutil.NoSuchProcess:  # it has just ended
        return 0.0
    return float(told.user + told.system + told.children_user + told.children_system)


def nothing() -> None:
    """Nothing is to be done before a turn."""


def in_turns(
    things: dict[str, Callable[[], Any]], rounds: int, head: str = "", before: Callable[[], None] = nothing
) -> dict[str, Timed]:
    """Each thing once to warm up, then all of them in turns; `head` says what with, `before` each turn something is done."""
    for thing in things.values():
        thing()
    timed = {name: Timed() for name in things}
    for _ in range(rounds):
        for name, thing in things.items():
            before()
            children, cpu = children_time(), own_time()  # looking for children takes milliseconds: not part of what is timed
            begun = time.perf_counter()
            thing()
            wall, own = time.perf_counter() - begun, own_time() - cpu
            timed[name].wall.append(wall)
            timed[name].cpu.append(own + children_time() - children)
    for name, one in timed.items():
        say(what=f"{head}{name}", median=one.median, min=one.least, cpu=one.processor, rounds=rounds)
    return timed


def ratio(number: str, what: str, limit: float | None, one: Timed, other: Timed) -> Row:
    """A line whose target is a ratio of two timings: medians decide; minima and processor time are shown."""
    median, least, cpu = one.median / other.median, one.least / other.least, one.processor / max(other.processor, 1e-9)
    ours = f"{_figure(median)}× (least {_figure(least)}×, processor {_figure(cpu)}×)"
    return Row(number, what, "" if limit is None else f"≤ {limit:g}×", ours, None if limit is None else median <= limit)


def _figure(value: float) -> str:
    """Two places, or three digits."""
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of log time over log size: 1 is linear growth."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def peak_of(task: str, *words: Any) -> float:
    """Peak resident memory of a process that does one task of `children.py`, told by the system. [MB of 2^20 bytes]"""
    command = [sys.executable, str(HERE / "children.py"), task, *map(str, words)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
    peak = float(told.stdout)
    say(what=f"peak memory: {task} {' '.join(Path(str(word)).name for word in words)}", MB=round(peak, 1))
    return peak


def environment() -> dict[str, str]:
    """For child processes: what this process can import, they can; with bytecode, as an installed package has it."""
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**told, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def free_memory() -> float:
    """Memory that can still be asked for. [GB]"""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1e6
