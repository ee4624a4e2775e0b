"""Inputs and findings of a run of `factory.meters`, which its steps hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textile_pcf.errors import InputError, PcfError, Problem, wrong_type
from textile_pcf.factory.batch_table import BatchTable, read_batches
from textile_pcf.factory.batch_use import BatchUse
from textile_pcf.factory.measuring import Measured
from textile_pcf.factory.meter_table import Events, MeterTable, read_events, read_meters
from textile_pcf.factory.metering_options import MeteringOptions, check_options
from textile_pcf.factory.run_clock import RunClock
from textile_pcf.factory.spreading import MeterRemainders, Spreading
from textile_pcf.factory.tables import read_factory_tables


@dataclass(frozen=True, eq=False)
class MeteringRun:
    """The tables and options of a run.

    Attributes
    ----------
    meters : MeterTable
    batches : BatchTable
    events : Events
    clock : RunClock
    options : MeteringOptions
    notes : tuple of str
        Assumptions made when the tables were read.
    """

    meters: MeterTable
    batches: BatchTable
    events: Events
    clock: RunClock
    options: MeteringOptions
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Metered:
    """Findings of a run.

    Attributes
    ----------
    run : MeteringRun
    measured : Measured
        Sums and counts of the readings.
    use : BatchUse
        Use of the batches that count.
    remainders : MeterRemainders
        What no batch used, before spreading.
    spreading : Spreading
    """

    run: MeteringRun
    measured: Measured
    use: BatchUse
    remainders: MeterRemainders
    spreading: Spreading


def raise_problems(problems: list[Problem]) -> None:
    """Raise an InputError if there are problems."""
    if problems:
        raise InputError(problems)


def read_metering(sources: Mapping[str, Any], time_zone: str | None, options: Mapping[str, Any]) -> MeteringRun:
    """Read the tables `meters`, `batches` and `events`, and check the options.

    Parameters
    ----------
    sources : mapping
        Source of each table.
    time_zone : str or None
        Zone of times without offset.
    options : mapping
        See `factory.meters`.

    Raises
    ------
    InputError, UsageError
        With every problem of the tables, or of the options.
    """
    for name in ("meters", "batches"):
        if sources[name] is None:
            raise wrong_type(name, None, "a table", "Give a path, a pandas DataFrame, or a list of rows.")
    clock = RunClock(time_zone)
    tables = read_factory_tables(sources)
    problems: list[Problem] = []
    meters = read_meters(tables["meters"], problems)
    batches = read_batches(tables["batches"], clock, problems)
    events = read_events(tables.get("events"), meters, clock, problems)
    try:
        checked = check_options(options, clock)
    except PcfError as error:
        if not problems:
            raise
        raise InputError([*problems, *error.problems]) from None
    raise_problems(problems)
    notes = tuple(note for table in tables.values() for note in table.table.notes)
    return MeteringRun(meters, batches, events, clock, checked, notes)
