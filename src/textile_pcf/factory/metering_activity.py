"""Activity rows of a metering run: output and use of each product, stage and year."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from textile_pcf.errors import Problem
from textile_pcf.factory.activity_rows import ActivityRow, activity_row, sorted_activity
from textile_pcf.factory.metering_run import Metered, raise_problems
from textile_pcf.factory.metering_yields import yields_of
from textile_pcf.messages.message import Message

Group = tuple[str, str, int]
"""Product, stage and year."""


def activity_of(metered: Metered) -> tuple[list[ActivityRow], list[str]]:
    """Return the activity rows, and what is to be checked.

    Parameters
    ----------
    metered : Metered

    Raises
    ------
    InputError
        A product has use and no output; a loss is asked for where inputs are missing or smaller than outputs.
    """
    groups, members = _groups(metered)
    problems: list[Problem] = []
    rows = [
        *_output_rows(metered, groups, members, problems),
        *_flow_rows(metered, groups),
        *_loss_rows(metered, groups, problems),
    ]
    raise_problems(problems)
    return sorted_activity(rows), _partly_metered(metered, groups, members)


def _groups(metered: Metered) -> tuple[list[Group], dict[Group, list[int]]]:
    """Return the group of every entry, and the batches of every group."""
    run, entries = metered.run, metered.use.entries
    years = run.clock.clock.years(run.batches.end)
    groups: list[Group] = []
    members: dict[Group, dict[int, None]] = defaultdict(dict)
    for meter, batch in zip(entries.meter.tolist(), entries.batch.tolist(), strict=True):
        group = (run.batches.products[batch], run.meters.stages[meter] or run.batches.processes[batch], years[batch])
        groups.append(group)
        members[group][batch] = None
    return groups, {group: list(batches) for group, batches in members.items()}


def _window_text(metered: Metered) -> str:
    clock, (start, end) = metered.run.clock.clock, metered.measured.window
    return f"{clock.text(start)} to {clock.text(end)}"


def _output_rows(
    metered: Metered, groups: list[Group], members: dict[Group, list[int]], problems: list[Problem]
) -> list[ActivityRow]:
    """Return one row `output` per group: the sum of the outputs of its batches; rework has none of its own."""
    batches, rows = metered.run.batches, []
    for group, numbers in members.items():
        counted = [batch for batch in numbers if not batches.rework[batch]]
        total = math.fsum([batches.output[batch] for batch in counted]) if counted else 0.0
        product, stage, year = group
        if not total > 0:
            what = "Product {product!r} has use in {stage!r} in {year} and no output."
            cure = "Give the batch whose output was reworked, or the output that is missing."
            text = Message(what, product=product, stage=stage, year=year)
            problems.append(Problem(batches.location(numbers[0], "output"), text, Message(cure), code="batches"))
            continue
        unit = batches.units[counted[0]]
        note = f"{len(counted)} batches"
        rows.append(activity_row(product, stage, "output", total, unit, year=year, region=metered.run.options.region,
                                 data_type="measured", source=f"batches, {_window_text(metered)}", note=note))  # fmt: skip
    return rows


def _flow_rows(metered: Metered, groups: list[Group]) -> list[ActivityRow]:
    """Return one row per group, flow and item."""
    meters, use = metered.run.meters, metered.use
    sums: dict[tuple[Group, str, str, str], list[Any]] = {}
    spread = metered.spreading.amount
    taken, has_spread = (use.amount + spread).tolist(), (spread != 0).tolist()
    for entry, (meter, group) in enumerate(zip(use.entries.meter.tolist(), groups, strict=True)):
        key = (group, meters.flows[meter], meters.items[meter], meters.units[meter])
        total = sums.setdefault(key, [[], False, {}])
        total[0].append(taken[entry])
        total[1] |= has_spread[entry]
        total[2][meters.ids[meter]] = None
    window, rows = _window_text(metered), []
    for ((product, stage, year), flow, item, unit), (amounts, is_spread, names) in sums.items():
        source = f"meters {', '.join(sorted(names))}, {window}"
        rows.append(activity_row(product, stage, flow, math.fsum(amounts), unit, item=item, year=year,
                                 region=metered.run.options.region, data_type="calculated" if is_spread else "measured",
                                 source=source))  # fmt: skip
    return rows


def _loss_rows(metered: Metered, groups: list[Group], problems: list[Problem]) -> list[ActivityRow]:
    """Return a row of the rule's loss for each product of the processes that are named; a loss has no year."""
    losses, batches, rows = metered.run.options.losses, metered.run.batches, []
    for row in yields_of(metered.run, metered.use) if losses else []:
        if row["process"] not in losses:
            continue
        names = {"product": row["product"], "process": row["process"]}
        if row["loss"] is None:
            what, cure = (
                "The loss of {product!r} in {process!r} is requested, and an input is missing.",
                "Give the input of every batch.",
            )
        elif row["loss"] < 0:
            what, cure = (
                "More of {product!r} came out of {process!r} than went in.",
                "Correct inputs or outputs of its batches.",
            )
        else:
            rows.append(activity_row(row["product"], row["process"], losses[row["process"]], row["loss"] * 100, "%", per="",
                                     data_type="measured", source=f"batches, {_window_text(metered)}"))  # fmt: skip
            continue
        first = next(
            k for k in range(len(batches)) if (batches.products[k], batches.processes[k]) == (row["product"], row["process"])
        )
        problems.append(Problem(batches.location(first, "input"), Message(what, **names), Message(cure), code="batches"))
    return rows


def _partly_metered(metered: Metered, groups: list[Group], members: dict[Group, list[int]]) -> list[str]:
    """Return a warning for each flow that is metered for some batches of a group only."""
    meters, use = metered.run.meters, metered.use
    having: dict[tuple[Group, str], set[int]] = defaultdict(set)
    for meter, batch, group in zip(use.entries.meter.tolist(), use.entries.batch.tolist(), groups, strict=True):
        having[group, meters.flows[meter]].add(batch)
    what = "Product {product!r}, {stage!r}: {flow} is metered for {some} of {total} batches; its use per output is too small."
    return [
        Message(what, product=group[0], stage=group[1], flow=flow, some=len(batches), total=len(members[group]))
        for (group, flow), batches in sorted(having.items())
        if len(batches) < len(members[group])
    ]
