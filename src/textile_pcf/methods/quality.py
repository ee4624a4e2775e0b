"""Spread of a number from the pedigree of its data."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import named


@named(
    output="1",
    source="Pedigree matrix of ecoinvent, factors as in PyPI pedigree_matrix 0.2.2",
    locator="version_1",
    valid=dict.fromkeys(("basic", "reliability", "completeness", "temporal", "geographical", "technological"), (1.0, 3.0)),
    basic="1",
    reliability="1",
    completeness="1",
    temporal="1",
    geographical="1",
    technological="1",
)
def pedigree_spread(
    basic: FloatArray,
    reliability: FloatArray,
    completeness: FloatArray,
    temporal: FloatArray,
    geographical: FloatArray,
    technological: FloatArray,
) -> FloatArray:
    """Squared geometric standard deviation of a lognormal number: exp of the root of the sum of ln² of its factors. [1]

    Each input is the factor that the pedigree matrix gives for a score, `basic` the one for the type of flow.

    Examples
    --------
    Basic 1.05, scores 2, 3, 2, 2, 3:

    >>> scored = {"reliability": 1.05, "completeness": 1.05, "temporal": 1.03, "geographical": 1.01, "technological": 1.2}
    >>> round(float(pedigree_spread(basic=1.05, **scored)), 4)
    1.2255
    """
    factors = (basic, reliability, completeness, temporal, geographical, technological)
    return np.exp(np.sqrt(sum(np.log(factor) ** 2 for factor in factors)))
