"""What targets allow in each year, and the least reductions of criteria they are compared with. Arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.messages.message import Message
from textile_pcf.targets.document import Target, Targets, path_years, reduction
from textile_pcf.targets.vocabulary import constant

SPAN = 4096


def reduction_parts(targets: Targets, target: IndexArray, year: IndexArray) -> FloatArray:
    """Return the part of the base that the path of a target allows in a year, shape (entries,); NaN where none is due. [1]

    Parameters
    ----------
    targets : Targets
    target, year : ndarray of intp, shape (entries,)

    Notes
    -----
    A linear path allows :math:`1 - p (y - b)/(t - b)` up to its end and :math:`1 - p` after it; without a path only the end
    counts. A contraction by :math:`r` allows :math:`1 - r (y - b)`, in points of the base, and nothing once that is 0.
    """
    base = np.array([one.base_year or 0 for one in targets.targets], dtype=np.float64)[target]
    end = np.array([one.end or 0 for one in targets.targets], dtype=np.float64)[target]
    years = np.array([path_years(one) for one in targets.targets])[target]
    linear = np.array([one.path == "linear" for one in targets.targets], dtype=bool)[target]
    with np.errstate(divide="ignore", invalid="ignore"):
        passed = np.where(linear, np.clip((year - base) / years, 0.0, 1.0), year >= end)
    due = np.where(linear, year >= base, year >= end)
    return np.where(due, 1.0 - targets.reductions[target] * passed, np.nan)


def caps(targets: Targets, target: IndexArray, year: IndexArray) -> FloatArray:
    """Return the cap of a target in a year, shape (entries,); NaN where there is none. [unit of the target]

    Parameters
    ----------
    targets : Targets
    target, year : ndarray of intp, shape (entries,)
    """
    periods = sorted((number * SPAN + cap.first, number * SPAN + cap.last, cap.at_most)
                     for number, one in enumerate(targets.targets) for cap in one.caps or ())  # fmt: skip
    if not periods:
        return np.full(len(target), np.nan)
    first, last, most = (np.array(column) for column in zip(*periods, strict=True))
    keys = target * SPAN + year
    found = np.searchsorted(first, keys, side="right") - 1
    return np.where((found >= 0) & (keys <= last[found]), most[found], np.nan).astype(np.float64)


def years_of(target: Target) -> list[int]:
    """Return the years of the path of a target: those of its caps, and from its base to its end.

    Parameters
    ----------
    target : Target
    """
    years = {year for cap in target.caps or () for year in range(cap.first, cap.last + 1)}
    if target.end is not None and target.base_year is not None:
        years |= set(range(target.base_year, target.end + 1)) if target.path == "linear" else {target.end}
    return sorted(years)


def minimum(target: Target) -> dict[str, dict[str, Any]]:
    """Return the reduction of a target at its end beside the least one of each criterion it is compared with. [1]

    Parameters
    ----------
    target : Target

    Notes
    -----
    `sbti_2020` asks for 4.2 % × (t − 2020), of base years before 2020 4.2 % × (t − b); `sbti_floor` for 4.2 % × (t − b).
    """
    reached, base, end = reduction(target), target.base_year, target.end
    if reached is None or base is None or end is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for name in target.compare:
        start = min(base, constant("sbti_first_base")) if name == "sbti_2020" else base
        rate = constant("sbti_rate" if name == "sbti_2020" else "sbti_floor_rate") / 100
        required = rate * (end - start)
        met = reached >= required - constant("tie")
        found[name] = {"reduction": reached, "required": required, "status": "met" if met else "missed"}
    return found


def criteria_warnings(target: Target) -> Iterator[Message]:
    """Yield what to know of the criteria that a target is compared with.

    Parameters
    ----------
    target : Target
    """
    submitted, replaced = target.submitted, int(constant("sbti_replaced"))
    if "sbti_2020" in target.compare and submitted is not None and submitted >= replaced:
        what = (
            "Target {target!r} was submitted in {year}, and the criteria `sbti_2020` were in force until April {replaced} only."
        )
        yield Message(what, target=target.id, year=submitted, replaced=replaced)
    if target.compare and (target.metric != "absolute" or 3 in target.scopes):
        what = "The criteria that target {target!r} is compared with hold for absolute emissions of scopes 1 and 2."
        yield Message(what, target=target.id)
    shortest, longest = int(constant("sbti_shortest")), int(constant("sbti_longest"))
    if submitted is not None and target.end is not None and not shortest <= target.end - submitted <= longest:
        what = (
            "Target {target!r} ends {count} years after its submission; near-term targets end {shortest} to {longest} after it."
        )
        yield Message(what, target=target.id, count=target.end - submitted, shortest=shortest, longest=longest)
