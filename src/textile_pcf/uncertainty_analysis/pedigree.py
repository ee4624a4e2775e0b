"""Spreads from data quality: the pedigree matrix."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from functools import cache

from textile_pcf.io.resources import data_root

PEDIGREES = ("classic", "empirical", "none")
REQUIRED = ("technology", "geography", "time", "precision")
BASIC, BASIC_TRANSPORT = 1.05, 2.0  # pedigree_matrix 0.2.2, data.py, basic_uncertainty: demand, and transport services


@cache
def _factors() -> dict[tuple[str, str, int], float]:
    with (data_root("emission_factors") / "pedigree.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (version, row["indicator"], int(row["score"])): float(row[version])
        for row in rows
        for version in ("classic", "empirical")
    }


def pedigree_gsd(ratings: Mapping[str, float], transport: bool = False, pedigree: str = "classic") -> float:
    """Return the geometric standard deviation that ratings of data quality give. [1]

    Parameters
    ----------
    ratings : mapping of str to float
        `technology`, `geography`, `time`, `precision`, and `completeness` where known; 1 (best) to 5. A rating between two
        whole ones takes the worse.
    transport : bool, optional
        Whether the flow is counted as mass × length, which has a basic factor of 2 instead of 1.05.
    pedigree : str, optional
        `classic` or `empirical`, the column of `emission_factors/pedigree.csv`.

    Returns
    -------
    float
        NaN where one of the first four is missing, or if `pedigree` is `none`. [1]

    References
    ----------
    pedigree_matrix 0.2.2 (PyPI), data.py: factors; pm.py, `calculate`: gsd² = exp √(Σ ln² f).

    Examples
    --------
    >>> scores = {"technology": 3, "geography": 2, "time": 2, "precision": 2, "completeness": 3}
    >>> gsd = pedigree_gsd(scores)
    >>> round(gsd, 4), round(gsd**2, 4)
    (1.107, 1.2255)
    """
    if pedigree == "none" or any(math.isnan(ratings.get(name, math.nan)) for name in REQUIRED):
        return math.nan
    known = {name: score for name, score in ratings.items() if not math.isnan(score)}
    factors = [_factors()[pedigree, name, math.ceil(score)] for name, score in known.items()]
    factors.append(BASIC_TRANSPORT if transport else BASIC)
    return math.exp(math.sqrt(sum(math.log(factor) ** 2 for factor in factors)) / 2)
