"""The tables of a metering run as its JSON holds them: batches, meters, remainder, balance, yields."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IntArray
from textile_pcf.columns import group_rows
from textile_pcf.factory.group_sums import sum_by
from textile_pcf.factory.metering_run import Metered
from textile_pcf.factory.metering_yields import yields_of
from textile_pcf.factory.results import RowsView
from textile_pcf.factory.times import HOUR

Row = dict[str, Any]


def result_tables(metered: Metered) -> dict[str, Any]:
    """Return the tables of the JSON, in the order of the contract.

    Parameters
    ----------
    metered : Metered
    """
    clock, (start, end) = metered.run.clock.clock, metered.measured.window
    return {
        "window": {"from": clock.text(start), "to": clock.text(end)},
        "batches": RowsView(partial(_batches, metered)),
        "meters": _meters(metered),
        "remainder": _remainder(metered),
        "balance": _balance(metered),
        "yields": yields_of(metered.run, metered.use),
    }


def _batches(metered: Metered) -> list[Row]:
    """Return one row per batch and carrier."""
    meters, batches, use = metered.run.meters, metered.run.batches, metered.use
    names = sorted(set(meters.carriers))
    code = np.array([names.index(carrier) for carrier in meters.carriers], dtype=np.int64)
    first, group = group_rows(use.entries.batch, code[use.entries.meter])
    size = len(first)
    amount, interpolated, spread = (
        sum_by(group, each, size) for each in (use.amount, use.interpolated, metered.spreading.amount)
    )
    coverage = np.full(size, np.inf)
    np.minimum.at(coverage, group, use.coverage)
    batch, meter = use.entries.batch[first].tolist(), use.entries.meter[first].tolist()
    outputs = batches.output.tolist()
    intensity = np.divide(amount + spread, batches.output[batch], out=np.full(size, np.nan), where=batches.output[batch] > 0)
    intensity[batches.rework[batch]] = np.nan
    columns = (batch, meter, amount.tolist(), spread.tolist(), interpolated.tolist(), coverage.tolist(), intensity.tolist())
    return [
        {
            "batch": batches.ids[b], "product": batches.products[b], "process": batches.processes[b],
            "machine": batches.machines[b], "carrier": meters.carriers[m], "unit": meters.units[m], "amount": used,
            "spread": added, "interpolated": split, "coverage": part, "output": outputs[b],
            "intensity": None if per_output != per_output else per_output,
        }
        for b, m, used, added, split, part, per_output in zip(*columns, strict=True)
    ]  # fmt: skip


def _meters(metered: Metered) -> list[Row]:
    """Return one row per meter."""
    meters, measured, use = metered.run.meters, metered.measured, metered.use
    allocated = sum_by(use.entries.meter, use.amount, len(meters))
    missing = (measured.window[1] - measured.window[0] - measured.sums.covered) / HOUR
    remainders = dict(metered.remainders.items())
    counts: dict[str, IntArray] = {
        "readings": measured.readings, "duplicates": measured.last.duplicates, "voided": measured.voided,
        "resets": measured.last.resets, "rollovers": measured.last.rollovers,
    }  # fmt: skip
    amounts: dict[str, FloatArray] = {"total": measured.total, "allocated": allocated, **{
        kind: remainders[kind] for kind in ("idle", "unplaced", "incomplete", "common", "outside", "unmetered")
    }, "missing_hours": missing}  # fmt: skip
    return [
        {
            "meter": meters.ids[k], "carrier": meters.carriers[k], "unit": meters.units[k],
            "parent": meters.ids[meters.parent[k]] if meters.parent[k] >= 0 else "",
            **{name: float(values[k]) for name, values in amounts.items()},
            **{name: int(values[k]) for name, values in counts.items()},
        }
        for k in range(len(meters))
    ]  # fmt: skip


def _remainder(metered: Metered) -> list[Row]:
    """Return what no batch used, by meter and kind, and what was spread of it."""
    meters, rows = metered.run.meters, []
    for kind, values in metered.remainders.items():
        taken = metered.spreading.taken[kind]
        for k in np.flatnonzero(values != 0).tolist():
            left = float(values[k] - taken[k])
            rows.append({"carrier": meters.carriers[k], "meter": meters.ids[k], "kind": kind, "unit": meters.units[k],
                         "amount": left, "spread": float(taken[k])})  # fmt: skip
    return sorted(rows, key=lambda row: (row["carrier"], row["meter"], row["kind"]))


def _balance(metered: Metered) -> list[Row]:
    """Return metered = allocated + spread + remainder of each carrier."""
    meters, use = metered.run.meters, metered.use
    keys = sorted({(carrier, unit) for carrier, unit in zip(meters.carriers, meters.units, strict=True)})
    code = np.array([keys.index(key) for key in zip(meters.carriers, meters.units, strict=True)], dtype=np.int64)
    root = meters.parent < 0
    remainder = np.sum([values - metered.spreading.taken[kind] for kind, values in metered.remainders.items()], axis=0)
    parts = {
        "metered": sum_by(code[root], metered.measured.total[root], len(keys)),
        "allocated": sum_by(code[use.entries.meter], use.amount, len(keys)),
        "spread": sum_by(code[use.entries.meter], metered.spreading.amount, len(keys)),
        "remainder": sum_by(code, remainder, len(keys)),
    }
    return [
        {"carrier": carrier, "unit": unit, **{name: float(values[k]) for name, values in parts.items()}}
        for k, (carrier, unit) in enumerate(keys)
    ]
