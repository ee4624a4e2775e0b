"""Footprints of products in one very long ring, by iteration: memory and time of a step grow with the links alone."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray

STEPS = 20_000
SAME = 4e-16  # by which the last step may change a number, relative to it
BEYOND = 1e12  # what makes this much of itself counts as what needs all of itself


def iterate(own: FloatArray, user: IndexArray, supplier: IndexArray, needed: FloatArray) -> FloatArray | None:
    """Footprints of products that need one another, x = own + A·x, step by step until no number changes.

    Parameters
    ----------
    own : array, shape (products, columns)
        Footprint of each product without its links; the last column holds ones.
    user, supplier, needed : arrays, shape (links,)
        Units of the supplier that one unit of the user needs.

    Returns
    -------
    array, shape (products, columns), or None
        None if it grows beyond all bounds, or is not reached: products need all of themselves, or nearly so.

    Examples
    --------
    >>> iterate(np.array([[10.0, 1.0]]), np.array([0]), np.array([0]), np.array([0.1])).round(6)
    array([[11.111111,  1.111111]])
    """
    order = np.argsort(user, kind="stable")
    user, supplier, needed = user[order], supplier[order], needed[order][:, None]
    first = np.flatnonzero(np.append(True, user[1:] != user[:-1]))
    users, x = user[first], own
    for _ in range(STEPS):
        further = own.copy()
        further[users] += np.add.reduceat(needed * x[supplier], first, axis=0)
        change = np.abs(further - x)
        x = further
        if (change <= SAME * np.abs(x)).all():
            return x
        if not np.abs(x[:, -1]).max() < BEYOND:
            return None
    return None
