"""Peaks of absolute emissions, and intensities that fall while absolute emissions rise."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.targets.document import Target, Targets
from textile_pcf.targets.vocabulary import constant


def peak_of(target: Target, year: IndexArray, total: FloatArray) -> dict[str, Any] | None:
    """Return the peak of absolute emissions up to its year, and whether it holds; None if the target has none.

    Parameters
    ----------
    target : Target
    year : ndarray of intp, shape (years,)
        Rising.
    total : ndarray of float, shape (years,)
        Absolute emissions, NaN where they are not known. [kg CO2e]

    Notes
    -----
    Met if no later year is above the maximum up to the year of the peak; open while there is no later year.
    """
    if target.peak is None:
        return None
    known = ~np.isnan(total)
    year, total = year[known], total[known]
    before, after = year <= target.peak.by, year > target.peak.by
    found: dict[str, Any] = {"year": None, "by": target.peak.by, "status": "open"}
    if before.any():
        found["year"] = int(year[before][int(np.argmax(total[before]))])
        if after.any():
            highest = float(total[before].max())
            kept = float(total[after].max()) <= highest * (1 + constant("tie"))
            found["status"] = "met" if kept else "missed"
    return found


def cross_checks(
    targets: Targets, target: IndexArray, year: IndexArray, columns: tuple[FloatArray, FloatArray]
) -> dict[int, list[dict[str, Any]]]:
    """Return, by target, the years between which the intensity falls and absolute emissions rise.

    Parameters
    ----------
    targets : Targets
    target, year : ndarray of intp, shape (entries,)
        Ordered by target and year.
    columns : tuple of ndarray
        Intensity and absolute emissions [kg CO2e] of each entry.
    """
    actual, total = columns
    is_intensity = np.array([one.metric == "intensity" for one in targets.targets], dtype=bool)
    pair = (target[1:] == target[:-1]) & is_intensity[target[1:]]
    with np.errstate(divide="ignore", invalid="ignore"):
        intensity, absolute = actual[1:] / actual[:-1] - 1, total[1:] / total[:-1] - 1
    tie = constant("tie")
    found: dict[int, list[dict[str, Any]]] = {}
    for k in np.flatnonzero(pair & (intensity < -tie) & (absolute > tie)).tolist():
        row = {"from": int(year[k]), "to": int(year[k + 1]), "intensity_change": float(intensity[k]),
               "absolute_change": float(absolute[k]) if total[k] else None}  # fmt: skip
        found.setdefault(int(target[k]), []).append(row)
    return found
