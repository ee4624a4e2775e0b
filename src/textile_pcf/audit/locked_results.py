"""Results as a lock holds them, and how far two of them are apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from textile_pcf.results import SPLIT, Footprint

FLOOR = 1e-3
"""Numbers smaller than this part of the largest number of a product are compared with that part of it. [1]"""


class Distance(NamedTuple):
    """How far the results of a product are apart.

    Attributes
    ----------
    product : str
    locked, recomputed : float or None
        Totals; None where there is no such product. [kg CO2e per declared unit]
    relative : float
        Largest relative difference of total, stages and split. [1]
    """

    product: str
    locked: float | None
    recomputed: float | None
    relative: float


def results_by_product(result: Footprint) -> dict[str, dict[str, Any]]:
    """Return total, stages inside the boundary and split of each product. [kg CO2e per declared unit]"""
    inside = np.array([not info.outside for info in result.stages], dtype=bool)
    ids = [info.id for info in result.stages if not info.outside]
    columns = (result.totals.tolist(), result.by_stage[:, inside].tolist(), result.split_totals.tolist())
    return {
        product: {"total": total, "stages": dict(zip(ids, stages, strict=True)), "split": dict(zip(SPLIT, split, strict=True))}
        for product, total, stages, split in zip(result.products, *columns, strict=True)
    }


def relative_difference(one: float, other: float, floor: float = 0.0) -> float:
    """Return the difference of two numbers relative to the larger, or to `floor` if that is larger. [1]

    Parameters
    ----------
    one, other : float
    floor : float
        Smallest magnitude to which a difference is related; below it, what is left of a sum that cancels is rounding.

    Examples
    --------
    >>> relative_difference(10.0, 9.0), relative_difference(0.0, 0.0), relative_difference(0.0, 1e-17, floor=0.01)
    (0.1, 0.0, 1e-15)
    """
    largest = max(abs(one), abs(other), floor)
    return abs(one - other) / largest if largest else 0.0


def distances(locked: Mapping[str, Any], recomputed: Mapping[str, Any]) -> list[Distance]:
    """Return how far locked and recomputed results are apart, product by product, in the order of the lock.

    Parameters
    ----------
    locked, recomputed : mapping of str to dict
        As `results_by_product` gives them.
    """
    others = [product for product in recomputed if product not in locked]
    return [_distance(product, locked.get(product), recomputed.get(product)) for product in (*locked, *others)]


def _distance(product: str, locked: Any, recomputed: Any) -> Distance:
    if locked is None or recomputed is None:
        totals = [None if one is None else one["total"] for one in (locked, recomputed)]
        return Distance(product, totals[0], totals[1], 1.0)
    one, other = dict(_numbers(locked)), dict(_numbers(recomputed))
    keys = (*one, *(key for key in other if key not in one))
    floor = FLOOR * max((abs(value) for value in (*one.values(), *other.values())), default=0.0)
    relative = max(relative_difference(one[key], other[key], floor) if key in one and key in other else 1.0 for key in keys)
    return Distance(product, locked["total"], recomputed["total"], relative)


def _numbers(product: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], float]]:
    yield ("total",), product["total"]
    for name in ("stages", "split"):
        for key, value in product[name].items():
            yield (name, key), value
