"""Find the loops of products that need all or more of what they give, for which a run is refused."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.engine.loops import Links, solve_links
from textile_pcf.engine.networks import rings

PRUNED = 60  # links of a group; only in smaller ones are the links that matter searched one by one


def find_loops(user: IndexArray, supplier: IndexArray, needed: FloatArray, products: int) -> list[list[int]]:
    """Return loops that need all or more of what they give, each in the order in which one product needs the next.

    If connected loops need too much only together, one path through all of them is returned.

    Parameters
    ----------
    user, supplier : ndarray of int, shape (links,)
        Indices of products.
    needed : ndarray of float, shape (links,)
        [supplier units per user unit]
    products : int
        Number of products.

    Returns
    -------
    list of list of int
        Products of each loop; empty if every loop gives more than it needs.

    Examples
    --------
    >>> find_loops(np.array([0, 1, 2, 3]), np.array([1, 0, 0, 3]), np.array([2.0, 0.6, 1.0, 1.5]), 4)
    [[0, 1], [3]]
    """
    home = rings(user, supplier, products).home
    inner = np.flatnonzero(home[user] == home[supplier])
    inner = inner[np.argsort(home[user[inner]], kind="stable")]
    groups = np.split(inner, np.flatnonzero(np.diff(home[user[inner]])) + 1)
    found = []
    for group in groups:  # only where a run is refused
        links = Links(user[group], supplier[group], needed[group])
        if len(group) and _too_much(links):
            found.append(_way_round(_prune(links)))
    return found


def _too_much(links: Links) -> bool:
    """Whether some of these links need all or more of what they give."""
    members, place = np.unique(np.concatenate([links.user, links.supplier]), return_inverse=True)
    user, supplier = place[: len(links.user)], place[len(links.user) :]
    try:
        solve_links(np.zeros((len(members), 1)), user, supplier, links.amount)
    except ValueError:
        return True
    return False


def _prune(links: Links) -> Links:
    """Return the links without which the loops of a group could be solved; all of them if there are many."""
    if len(links.user) > PRUNED:
        return links
    kept = np.ones(len(links.user), dtype=bool)
    for number in range(len(kept)):
        kept[number] = False
        kept[number] = not _too_much(links.of(kept))
    return links.of(kept)


def _way_round(links: Links) -> list[int]:
    """Return products in the order in which each needs the next, from the first of them back to it."""
    suppliers: dict[int, list[int]] = {}
    for user, supplier in zip(links.user.tolist(), links.supplier.tolist(), strict=True):
        suppliers.setdefault(user, []).append(supplier)
    start = min(suppliers)
    way, left = [start], set(suppliers) - {start}
    while left:
        further = _path(suppliers, way[-1], left)
        way += further
        left -= set(further)
    return way + _path(suppliers, way[-1], {start})[:-1]


def _path(suppliers: dict[int, list[int]], begin: int, ends: set[int]) -> list[int]:
    """Return the shortest path along links from one product to one of some others, without the first."""
    before, front = {begin: begin}, [begin]
    for here in front:  # `front` grows during the loop
        for other in suppliers[here]:
            if other in ends:
                way = [other]
                while here != begin:
                    way.append(here)
                    here = before[here]
                return way[::-1]
            if other not in before:
                before[other] = here
                front.append(other)
    raise AssertionError("a ring is closed")
