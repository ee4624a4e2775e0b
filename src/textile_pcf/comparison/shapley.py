"""Shapley values: the effect of each group of inputs on a sum, whatever the order in which groups are exchanged."""

from __future__ import annotations

from math import factorial

import numpy as np

from textile_pcf.arrays import FloatArray


def shapley_effects(values: FloatArray) -> FloatArray:
    """Return the Shapley value of each group, shape (groups, columns).

    Parameters
    ----------
    values : ndarray, shape (2**groups, columns)
        Results by the groups that are of the new run: bit `g` of the index is set if group `g` is.

    Returns
    -------
    ndarray, shape (groups, columns)
        They add up to the last row minus the first.

    References
    ----------
    Shapley, L. S. (1953): A value for n-person games. Contributions to the Theory of Games 2, 307-317.

    Examples
    --------
    10 kWh at 0.6205 become 9 kWh at 0.5777: half of what both change together belongs to each.

    >>> values = np.array([[10 * 0.6205], [9 * 0.6205], [10 * 0.5777], [9 * 0.5777]])
    >>> shapley_effects(values).round(4).tolist()
    [[-0.5991], [-0.4066]]
    """
    groups = (len(values) - 1).bit_length()
    index = np.arange(len(values))
    size = np.array([number.bit_count() for number in index.tolist()])
    weights = np.array([factorial(n) * factorial(groups - n - 1) / factorial(groups) for n in range(groups)])
    effects = np.zeros((groups, values.shape[1]))
    for group in range(groups):
        without = index[(index >> group & 1) == 0]
        gain = values[without | 1 << group] - values[without]
        effects[group] = weights[size[without]] @ gain
    return effects
