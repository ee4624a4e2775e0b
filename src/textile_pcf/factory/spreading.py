"""What no batch used, and its spreading to batches where that is asked for. Nothing is spread of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.factory.batch_table import MASS, BatchTable
from textile_pcf.factory.batch_use import Entries
from textile_pcf.factory.group_sums import sum_by
from textile_pcf.factory.meter_table import MeterTable
from textile_pcf.messages.message import Message
from textile_pcf.units import parse_unit

KINDS: tuple[str, ...] = ("idle", "unplaced", "unmetered", "common")
"""Kinds of remainder that can be spread."""
KEYS: tuple[str, ...] = ("amount", "mass", "hours")


@dataclass(frozen=True, eq=False)
class MeterRemainders:
    """What no batch used, by kind. All arrays have the shape (meters,), in the unit of each meter.

    Attributes
    ----------
    idle : ndarray of float
        While no batch ran on the machines of the meter.
    unplaced : ndarray of float
        In long intervals in which a batch starts or ends.
    incomplete : ndarray of float
        Of batches that were dropped.
    common, outside : ndarray of float
        Of meters without machine.
    unmetered : ndarray of float
        Main meter minus the meters below it.
    """

    idle: FloatArray
    unplaced: FloatArray
    incomplete: FloatArray
    common: FloatArray
    outside: FloatArray
    unmetered: FloatArray

    def items(self) -> Iterator[tuple[str, FloatArray]]:
        """Yield each kind and its amounts, in a fixed order."""
        for kind in ("idle", "unplaced", "incomplete", "common", "outside", "unmetered"):
            yield kind, getattr(self, kind)


def roots_of(meters: MeterTable) -> IntArray:
    """Return the main meter at the top of the tree of each meter. Shape (meters,)."""
    root = np.arange(len(meters))
    while (above := meters.parent[root] >= 0).any():
        root = np.where(above, meters.parent[root], root)
    return root


def unmetered_of(meters: MeterTable, totals: FloatArray) -> FloatArray:
    """Return main meter minus the meters directly below it, 0 of meters without any. Shape (meters,).

    Parameters
    ----------
    meters : MeterTable
    totals : ndarray, shape (meters,)
    """
    child = meters.parent >= 0
    below = sum_by(meters.parent[child], totals[child], len(meters))
    return np.where(meters.has_children, totals - below, 0.0)


@dataclass(frozen=True, eq=False)
class Spreading:
    """What was spread.

    Attributes
    ----------
    amount : ndarray, shape (entries,)
        What each entry takes.
    taken : dict of str to ndarray, shape (meters,)
        What was spread of each meter, by kind.
    warnings : list of str
        Amounts for which there is no batch to take them.
    """

    amount: FloatArray
    taken: dict[str, FloatArray]
    warnings: list[str]


def spread_remainders(
    remainders: MeterRemainders, keys: Mapping[str, str], run: tuple[MeterTable, BatchTable, Entries], amount: FloatArray
) -> Spreading:
    """Spread the kinds of remainder that are named.

    Parameters
    ----------
    remainders : MeterRemainders
    keys : mapping
        Key of each kind to be spread: `amount`, `mass` or `hours`.
    run : tuple of (MeterTable, BatchTable, Entries)
    amount : ndarray, shape (entries,)
        What each entry was measured.

    Returns
    -------
    Spreading
    """
    meters, _, entries = run
    spread, taken, warnings = np.zeros(len(entries)), dict[str, FloatArray](), list[str]()
    for kind, values in remainders.items():
        taken[kind] = np.zeros(len(meters))
        if kind not in keys:
            continue
        for meter in np.flatnonzero(values > 0).tolist():
            chosen = _targets(kind, meter, meters, entries)
            weights = np.where(chosen, _weights(keys[kind], chosen, run, amount), 0.0)
            total = float(weights.sum())
            if total > 0:
                spread += values[meter] * (weights / total)
                taken[kind][meter] = values[meter]
            else:
                what = "The {kind} {amount:.6g} {unit} of meter {meter!r} were not spread: no batch has any {key}."
                words = {"kind": kind, "amount": float(values[meter]), "unit": meters.units[meter]}
                warnings.append(Message(what, meter=meters.ids[meter], key=keys[kind], **words))
    return Spreading(spread, taken, warnings)


def _targets(kind: str, meter: int, meters: MeterTable, entries: Entries) -> BoolArray:
    """Return the entries that can take an amount of a meter."""
    if kind in ("idle", "unplaced"):
        return np.asarray(entries.meter == meter)
    if kind == "unmetered":
        below = np.zeros(len(meters), dtype=bool)
        below[meter] = True
        while (more := (meters.parent >= 0) & below[meters.parent] & ~below).any():
            below |= more
        return np.asarray(below[entries.meter])
    if meters.parent[meter] >= 0:
        roots = roots_of(meters)
        return np.asarray((roots == roots[meter])[entries.meter])
    same = np.array([carrier == meters.carriers[meter] for carrier in meters.carriers], dtype=bool)
    return np.asarray(same[entries.meter])


def _weights(key: str, chosen: BoolArray, run: tuple[MeterTable, BatchTable, Entries], amount: FloatArray) -> FloatArray:
    """Return the weight of each entry; a batch with several chosen entries has its weight once."""
    _, batches, entries = run
    if key == "amount":
        return amount
    if key == "mass":
        is_mass = np.array([bool(unit) and parse_unit(unit).dimensions == MASS for unit in batches.units], dtype=bool)
        weight = np.where(is_mass & ~batches.rework, np.nan_to_num(batches.output), 0.0)
    else:
        weight = (batches.end - batches.start).astype(np.float64)
    several = np.bincount(entries.batch[chosen], minlength=len(batches))
    return np.asarray(weight[entries.batch] / np.maximum(several, 1)[entries.batch])
