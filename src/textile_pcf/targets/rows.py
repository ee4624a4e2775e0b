"""Targets that were held against figures, as the JSON holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.targets.clauses import Attribution, Changes, clause_rows
from textile_pcf.targets.document import Targets
from textile_pcf.targets.paths import minimum
from textile_pcf.targets.peaks import cross_checks, peak_of
from textile_pcf.targets.recalculations import Bases

STATUS = ("not_due", "met", "missed", "reported")
NOT_DUE, MET, MISSED, REPORTED = range(4)


@dataclass(frozen=True, eq=False)
class Judged:
    """Figures held against what is allowed. Shapes (entries,), ordered by target and year.

    Attributes
    ----------
    target, year : ndarray of intp
    actual, allowed : ndarray of float
        NaN where nothing is allowed or due. [unit of the target]
    total, output : ndarray of float
        Absolute emissions [kg CO2e] and output [canonical unit]; NaN where they are not known.
    offsets : ndarray of float
        [kg CO2e]
    status : ndarray of int
        Index in `STATUS`.
    """

    target: IndexArray
    year: IndexArray
    actual: FloatArray
    allowed: FloatArray
    total: FloatArray
    output: FloatArray
    offsets: FloatArray
    status: IndexArray


def plain(values: FloatArray) -> list[float | None]:
    """Return numbers as a list, None where one is not known."""
    return [None if value != value else value for value in values.tolist()]


def target_rows(
    targets: Targets, judged: Judged, bases: Bases, found: tuple[Changes, tuple[Attribution, FloatArray, Any] | None]
) -> Iterator[dict[str, Any]]:
    """Yield each target as the JSON holds it."""
    years, starts = _year_rows(targets, judged, bases), np.searchsorted(judged.target, np.arange(len(targets.targets) + 1))
    checks = cross_checks(targets, judged.target, judged.year, (judged.actual, judged.total))
    changes, clause = found
    for number, target in enumerate(targets.targets):
        entries = slice(*starts[number : number + 2])
        chosen = np.flatnonzero(changes.target == number) if target.lower_than else changes.entry[:0]
        yield {
            "target": target.id, "metric": target.metric, "unit": target.unit,
            "base": bases.as_dict(number, target.base_year),
            "years": years[entries],
            "needed_per_year": _needed_per_year(targets, number, judged, (entries, float(bases.used[number]))),
            "peak": peak_of(target, judged.year[entries], judged.total[entries]),
            "cross_check": checks.get(number, []),
            "minimum": minimum(target),
            "offsets": _offsets(targets, number, judged, entries),
            "clause": [] if clause is None else clause_rows(target, changes, clause, chosen),
        }  # fmt: skip


def _year_rows(targets: Targets, judged: Judged, bases: Bases) -> list[dict[str, Any]]:
    """Return one row for each entry."""
    gap = judged.actual - judged.allowed
    per_output = np.array([one.metric == "intensity" for one in targets.targets])[judged.target]
    own = np.array([unit.factor for unit in targets.units])[judged.target]
    gap_absolute = np.where(per_output, gap * own * judged.output, np.nan)
    base_years = np.array([one.base_year or 0 for one in targets.targets])[judged.target]
    used, reported = bases.used[judged.target], bases.reported[judged.target]
    as_reported = np.where((base_years == judged.year) & bases.applied[judged.target], 0.0, judged.actual / reported - 1)
    columns = (judged.actual, judged.allowed, gap, gap_absolute, judged.actual / used - 1, as_reported)
    words = [STATUS[k] for k in judged.status.tolist()]
    return [
        {"year": year, "actual": actual, "allowed": allowed, "gap": gap, "gap_absolute": absolute, "status": status,
         "change": change, "change_as_reported": reported}
        for year, status, actual, allowed, gap, absolute, change, reported
        in zip(judged.year.tolist(), words, *map(plain, columns), strict=True)
    ]  # fmt: skip


def _needed_per_year(targets: Targets, number: int, judged: Judged, found: tuple[slice, float]) -> float | None:
    """Return what is left to reduce per year up to the end of the path, as a part of the base; None if none is due."""
    entries, base = found
    end, last = targets.targets[number].end, judged.year[entries]
    if end is None or not len(last) or last[-1] >= end:
        return None
    left = float(judged.actual[entries][-1]) / base - (1.0 - float(targets.reductions[number]))
    return max(left, 0.0) / (end - int(last[-1]))


def _offsets(targets: Targets, number: int, judged: Judged, entries: slice) -> list[dict[str, Any]]:
    """Return the offsets that were reported beside the gross figures."""
    target, unit = targets.targets[number], targets.units[number]
    absolute = target.metric in ("absolute", "neutrality")
    factor, text = (unit.factor, target.unit) if absolute else (1.0, "kgCO2e")
    given = zip(judged.year[entries].tolist(), (judged.offsets[entries] / factor).tolist(), strict=True)
    return [{"year": year, "amount": amount, "unit": text} for year, amount in given if amount == amount]
