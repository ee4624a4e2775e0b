"""Activity rows of a metering run: output and use of each product, stage and year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.arrays import IntArray
from textile_pcf.columns import factorize, group_rows
from textile_pcf.errors import Problem
from textile_pcf.factory.activity_rows import ActivityRow, activity_row, sorted_activity
from textile_pcf.factory.group_sums import exact_sums, groups_in_order
from textile_pcf.factory.metering_run import Metered, raise_problems
from textile_pcf.factory.metering_yields import yields_of
from textile_pcf.messages.message import Message

Group = tuple[str, str, int]
"""Product, stage and year."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Batches by product, stage and year, in the order in which they occur first.

    Attributes
    ----------
    names : list of tuple
        Product, stage and year of each group.
    of_entry : ndarray of int, shape (entries,)
        Group of each entry.
    group, batch : ndarray of int, shape (members,)
        The batches of each group, by group and batch.
    """

    names: list[Group]
    of_entry: IntArray
    group: IntArray
    batch: IntArray

    @cached_property
    def sizes(self) -> list[int]:
        """Number of batches of each group."""
        return np.bincount(self.group, minlength=len(self.names)).tolist()  # type: ignore[no-any-return]


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
    groups = _groups(metered)
    problems: list[Problem] = []
    rows = [
        *_output_rows(metered, groups, problems),
        *_flow_rows(metered, groups),
        *_loss_rows(metered, problems),
    ]
    raise_problems(problems)
    return sorted_activity(rows), _partly_metered(metered, groups)


def _groups(metered: Metered) -> Groups:
    """Return the group of every entry, and the batches of every group."""
    run, entries = metered.run, metered.use.entries
    last_moment = run.batches.end - 1  # what ends at 24:00 on 31 December is of the old year
    products, years = run.batches.product, run.clock.clock.years(last_moment)
    processes = run.batches.process.categories
    stages = factorize([*processes, *run.meters.stages])
    of_process, of_meter = stages.codes[: len(processes)], stages.codes[len(processes) :]
    has_stage = np.array([bool(stage) for stage in run.meters.stages], dtype=bool)
    stage = np.where(has_stage[entries.meter], of_meter[entries.meter], of_process[run.batches.process.codes[entries.batch]])
    first, group = groups_in_order(products.codes[entries.batch], stage, np.array(years, dtype=np.int64)[entries.batch])
    names = [
        (run.batches.products[batch], stages.categories[code], years[batch])
        for batch, code in zip(entries.batch[first].tolist(), stage[first].tolist(), strict=True)
    ]
    member, _ = group_rows(group, entries.batch)
    return Groups(names, group, group[member], entries.batch[member])


def _window_text(metered: Metered) -> str:
    clock, (start, end) = metered.run.clock.clock, metered.measured.window
    return f"{clock.text(start)} to {clock.text(end)}"


def _output_rows(metered: Metered, groups: Groups, problems: list[Problem]) -> list[ActivityRow]:
    """Return one row `output` per group: the sum of the outputs of its batches; rework has none of its own."""
    batches, rows = metered.run.batches, []
    counted = ~batches.rework[groups.batch]
    group, batch = groups.group[counted], groups.batch[counted]
    totals = exact_sums(group, batches.output[batch], len(groups.names))
    starts, ends = (np.searchsorted(group, np.arange(len(groups.names)), side).tolist() for side in ("left", "right"))
    first = groups.batch[np.searchsorted(groups.group, np.arange(len(groups.names)))].tolist()
    source = f"batches, {_window_text(metered)}"
    for number, ((product, stage, year), total) in enumerate(zip(groups.names, totals, strict=True)):
        if not total > 0:
            what = "Product {product!r} has use in {stage!r} in {year} and no output."
            cure = "Give the batch whose output was reworked, or the output that is missing."
            text = Message(what, product=product, stage=stage, year=year)
            problems.append(Problem(batches.location(first[number], "output"), text, Message(cure), code="batches"))
            continue
        unit, note = batches.units[int(batch[starts[number]])], f"{ends[number] - starts[number]} batches"
        rows.append(activity_row(product, stage, "output", total, unit, year=year, region=metered.run.options.region,
                                 data_type="measured", source=source, note=note))  # fmt: skip
    return rows


def _flow_rows(metered: Metered, groups: Groups) -> list[ActivityRow]:
    """Return one row per group, flow and item."""
    meters, use, spread = metered.run.meters, metered.use, metered.spreading.amount
    kinds = factorize(list(zip(meters.flows, meters.items, meters.units, strict=True))).codes
    first, line = groups_in_order(groups.of_entry, kinds[use.entries.meter])
    totals = exact_sums(line, use.amount + spread, len(first))
    is_spread = np.bincount(line[spread != 0], minlength=len(first)) > 0
    pairs, _ = group_rows(line, use.entries.meter)
    names: list[set[str]] = [set() for _ in totals]
    for number, meter in zip(line[pairs].tolist(), use.entries.meter[pairs].tolist(), strict=True):
        names[number].add(meters.ids[meter])
    window, rows = _window_text(metered), []
    heads = zip(groups.of_entry[first].tolist(), use.entries.meter[first].tolist(), strict=True)
    for number, (group, meter) in enumerate(heads):
        product, stage, year = groups.names[group]
        source = f"meters {', '.join(sorted(names[number]))}, {window}"
        rows.append(activity_row(product, stage, meters.flows[meter], totals[number], meters.units[meter],
                                 item=meters.items[meter], year=year, region=metered.run.options.region,
                                 data_type="calculated" if is_spread[number] else "measured", source=source))  # fmt: skip
    return rows


def _loss_rows(metered: Metered, problems: list[Problem]) -> list[ActivityRow]:
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


def _partly_metered(metered: Metered, groups: Groups) -> list[str]:
    """Return a warning for each flow that is metered for some batches of a group only."""
    meters, entries = metered.run.meters, metered.use.entries
    flows = factorize(meters.flows)
    having, _ = group_rows(groups.of_entry, flows.codes[entries.meter], entries.batch)
    first, kind = group_rows(groups.of_entry[having], flows.codes[entries.meter[having]])
    counts, head = np.bincount(kind, minlength=len(first)).tolist(), having[first]
    found = sorted(
        ((*groups.names[group], flows.categories[flow]), some, groups.sizes[group])
        for group, flow, some in zip(
            groups.of_entry[head].tolist(), flows.codes[entries.meter[head]].tolist(), counts, strict=True
        )
        if some < groups.sizes[group]
    )
    what = "Product {product!r}, {stage!r}: {flow} is metered for {some} of {total} batches; its use per output is too small."
    return [
        Message(what, product=product, stage=stage, flow=flow, some=some, total=total)
        for (product, stage, _, flow), some, total in found
    ]
