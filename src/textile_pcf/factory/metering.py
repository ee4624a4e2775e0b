"""Readings of meters and batches → unit inventories of batches and products. This page is the whole way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textile_pcf.errors import Problem, warn_caller
from textile_pcf.factory.batch_use import Shares
from textile_pcf.factory.measuring import measure
from textile_pcf.factory.metering_activity import activity_of
from textile_pcf.factory.metering_checks import check_balance, judge_batches, remainders_of
from textile_pcf.factory.metering_run import Metered, raise_problems, read_metering
from textile_pcf.factory.metering_tables import result_tables
from textile_pcf.factory.results import FactoryResult
from textile_pcf.factory.spreading import spread_remainders
from textile_pcf.factory.streams import open_readings


def meters(
    readings: Any,
    meters: Any,
    batches: Any,
    events: Any = None,
    *,
    start: Any = None,
    end: Any = None,
    time_zone: str | None = None,
    max_gap: str = "60 min",
    overlap: str = "error",
    incomplete: str = "error",
    tolerance: str = "2 %",
    spread: Mapping[str, str] | None = None,
    losses: Mapping[str, str] | None = None,
    sort: bool = False,
    region: str = "",
) -> FactoryResult:
    """Allocate what meters measured to the batches that ran, and return activity data per product.

    Parameters
    ----------
    readings : path, DataFrame, pyarrow Table or list of dict
        Columns meter, time, value. CSV and Parquet are read in blocks: memory does not grow with their length.
    meters, batches, events : path, DataFrame, pyarrow Table or list of dict
        What each meter measures; what ran on which machine; changes of registers and readings that do not count.
    start, end : str or datetime, optional
        The window; else from the first to the last time that any meter covers.
    time_zone : str, optional
        Zone of times without offset. Without it they are one clock that never jumps.
    max_gap : str
        An interval that is longer, and in which a batch starts or ends, is unplaced.
    overlap : {"error", "mass", "equal"}
        Batches at one time at one meter: refuse them, or share the use by their input or equally.
    incomplete : {"error", "drop", "keep"}
        Batches whose time is not wholly covered: refuse them, leave them out, or count what is known.
    tolerance : str
        Part of a main meter by which the meters below it may exceed it.
    spread : mapping, optional
        Key (`amount`, `mass`, `hours`) for each kind of remainder that is spread: `idle`, `unplaced`, `unmetered`, `common`.
    losses : mapping, optional
        Loss of the rule for a process, to be written from input and output of its batches.
    sort : bool
        Sort the readings in memory.
    region : str
        Region of the activity rows.

    Returns
    -------
    FactoryResult
        `window`, `batches`, `meters`, `remainder`, `balance`, `yields`, `activity`, `warnings`.

    Raises
    ------
    InputError
        A table is wrong, or the readings cannot be explained; with every problem, its place and the cure.
    UsageError
        An option is wrong, or a file does not exist.

    Examples
    --------
    Three batches on one jet, and a main meter that shows 30 kWh more:

    >>> clock = [("08:00", 0), ("10:00", 60), ("12:00", 170), ("14:00", 300)]
    >>> readings = [{"meter": "E1", "time": f"2024-03-04 {time}", "value": value} for time, value in clock]
    >>> main = [("08:00", 0), ("14:00", 330)]
    >>> readings += [{"meter": "E0", "time": f"2024-03-04 {time}", "value": value} for time, value in main]
    >>> common = {"carrier": "electricity", "unit": "kWh", "reading": "cumulative"}
    >>> table = [{"meter": "E0", **common}, {"meter": "E1", "machine": "JET1", "parent": "E0", **common}]
    >>> ran = [("B1", "08:00", "10:00", 100), ("B2", "10:00", "12:00", 200), ("B3", "12:00", "14:00", 300)]
    >>> batches = [
    ...     {"batch": batch, "product": "P", "process": "dyeing", "machine": "JET1", "start": f"2024-03-04 {start}",
    ...      "end": f"2024-03-04 {end}", "output": mass, "unit": "kg"}
    ...     for batch, start, end, mass in ran
    ... ]
    >>> from textile_pcf import factory
    >>> result = factory.meters(readings, table, batches, max_gap="6h")
    >>> [round(row["intensity"], 4) for row in result["batches"]]
    [0.6, 0.55, 0.4333]
    >>> [(row["kind"], row["amount"]) for row in result["remainder"]]
    [('unmetered', 30.0)]
    >>> spread = factory.meters(readings, table, batches, max_gap="6h", spread={"unmetered": "mass"})
    >>> [round(row["intensity"], 4) for row in spread["batches"]]
    [0.65, 0.6, 0.4833]
    """
    options = {"start": start, "end": end, "max_gap": max_gap, "overlap": overlap, "incomplete": incomplete,
               "tolerance": tolerance, "spread": spread, "losses": losses, "sort": sort, "region": region}  # fmt: skip
    run = read_metering({"meters": meters, "batches": batches, "events": events}, time_zone, options)
    source = open_readings(readings)
    shares = Shares(run.meters, run.batches, run.options.window)
    overlaps: list[Problem] = []
    share = shares.share_overlaps(run.options.overlap, overlaps)
    raise_problems(overlaps)
    measured = measure(source, run.meters, run.events, shares.segments, run.clock, run.options)
    use = shares.use(measured.sums, share)
    judged = judge_batches(run, use, measured)
    remainders = remainders_of(run, shares, measured, use, judged.counted)
    counted = use.of_batches(judged.counted)
    spreading = spread_remainders(remainders, run.options.spread, (run.meters, run.batches, counted.entries), counted.amount)
    metered = Metered(run, measured, counted, remainders, spreading)
    check_balance(metered)
    activity, warnings = activity_of(metered)
    all_warnings = tuple(dict.fromkeys([*run.notes, *measured.warnings, *judged.warnings, *spreading.warnings, *warnings]))
    warn_caller(all_warnings)
    return FactoryResult(result_tables(metered), tuple(activity), all_warnings)
