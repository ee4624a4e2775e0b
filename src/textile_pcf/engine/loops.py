"""Footprints of products that need one another: chains level by level, each ring of products as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.engine.iteration import iterate
from textile_pcf.engine.networks import levels, rings, stable_order

DENSE = 200  # a ring of more products is cut open first
CUT_OPEN = 4_000_000  # products × cuts of a ring: with more, its equations take too much memory
MANY = 2_000  # links of a level of which columns are taken one by one
MOST = 1e12  # a ring that makes this much for one of each of its products counts as one that needs all of itself

__all__ = ["LinkedSystem", "solve_links", "sum_by_group"]


@dataclass(frozen=True)
class Links:
    """Units of the supplier that one unit of the user needs, one entry per link.

    Attributes
    ----------
    user, supplier : ndarray of int, shape (links,)
        Indices of products.
    amount : ndarray of float, shape (links,)
        [supplier units per user unit]

    Examples
    --------
    >>> links = Links(np.array([0]), np.array([1]), np.array([0.5]))
    >>> links.amount.tolist()
    [0.5]
    """

    user: IndexArray
    supplier: IndexArray
    amount: FloatArray

    def of(self, which: BoolArray | IndexArray | slice) -> Links:
        """Return some of the links.

        Parameters
        ----------
        which : ndarray or slice
            Mask, indices or slice.

        Returns
        -------
        Links
            Those links, in that order.
        """
        return Links(self.user[which], self.supplier[which], self.amount[which])


def sum_by_group(values: FloatArray, group: IndexArray, groups: int) -> FloatArray:
    """Return the sum of values by group, shape (groups, columns).

    Parameters
    ----------
    values : ndarray of float, shape (entries, columns)
        Values to add.
    group : ndarray of int, shape (entries,)
        Group of each entry.
    groups : int
        Number of groups.

    Returns
    -------
    ndarray of float, shape (groups, columns)
        Sums, in the unit of `values`; 0 for an empty group.

    Examples
    --------
    >>> sum_by_group(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]), 2)
    array([[5.],
           [2.]])
    """
    return np.stack([np.bincount(group, weights=column, minlength=groups) for column in values.T], axis=1)


def solve_links(own: FloatArray, user: IndexArray, supplier: IndexArray, needed: FloatArray) -> FloatArray:
    """Return footprints of products that need one another, loops included: x = own + A·x.

    Parameters
    ----------
    own : array, shape (products, columns)
        Footprint of each product without its links. [kg CO2e per product unit]
    user, supplier, needed : arrays, shape (links,)
        Units of the supplier that one unit of the user needs.

    Returns
    -------
    array, shape (products, columns)
        Footprint with its links. [kg CO2e per product unit]

    Raises
    ------
    ValueError
        Some product needs all or more of itself; `find_loops` returns which.

    Examples
    --------
    A fabric of 10 kg CO2e takes back 0.1 kg of itself as recycled waste.

    >>> solve_links(np.array([[10.0]]), np.array([0]), np.array([0]), np.array([0.1])).round(6)
    array([[11.111111]])
    """
    return LinkedSystem(Links(user, supplier, needed), len(own)).solve(own)


class LinkedSystem:
    """Products that need one another, in the order in which they are solved; the order is found once for several solutions.

    Parameters
    ----------
    links : Links
        What one unit of each product needs of others.
    products : int
        Number of products.

    Examples
    --------
    >>> system = LinkedSystem(Links(np.array([0]), np.array([1]), np.array([0.5])), 2)
    >>> system.solve(np.array([[1.0], [4.0]])).ravel().tolist(), system.solve(np.array([[0.0], [2.0]])).ravel().tolist()
    ([3.0, 4.0], [1.0, 2.0])
    """

    def __init__(self, links: Links, products: int) -> None:
        inner = links.user == links.supplier
        has_own = bool(inner.any())
        others = links.of(~inner) if has_own else links
        level = levels(others.user, others.supplier, products)
        del others
        self._rings: _RingsByLevel | None = None
        if level.min(initial=0) < 0:
            found = rings(links.user, links.supplier, products)
            home, inner = found.home, found.home[links.user] == found.home[links.supplier]
            level = levels(home[links.user[~inner]], home[links.supplier[~inner]], products)[home]
            self._rings = _RingsByLevel(links.of(inner), home, found.cut, level)
        elif has_own:  # products that take of themselves alone, as waste that is spun again, are rings of one
            cut = np.bincount(links.user[inner], minlength=products) > 0
            self._rings = _RingsByLevel(links.of(inner), np.arange(products), cut, level)
        self._steps = _Steps(links, level, None if self._rings is None else ~inner)

    def solve(self, own: FloatArray) -> FloatArray:
        """Return x = own + A·x, as `solve_links` does, shape (products, columns).

        Parameters
        ----------
        own : ndarray, shape (products, columns)
            Figure of each product without its links, per product unit.

        Returns
        -------
        ndarray, shape (products, columns)
            The figure with its links, per product unit.

        Raises
        ------
        ValueError
            Some product needs all or more of itself.
        """
        x = own.copy(order="F")
        self._steps.follow(x, self._rings)
        return np.ascontiguousarray(x)


class _Steps:
    """Links by the level of their users, from the products that take none, in the smallest integer types that hold them.

    Parameters
    ----------
    links : Links
    level : ndarray, shape (products,)
    which : ndarray of bool, shape (links,), optional
        Links that count; all by default.
    """

    def __init__(self, links: Links, level: IndexArray, which: BoolArray | None = None) -> None:
        count = int(level.max(initial=0)) + 2
        level = level.astype(np.uint16 if count <= 1 << 16 else np.int32)
        top = np.arange(count, dtype=level.dtype)
        self.members = stable_order(level, count)
        self.start = np.searchsorted(level[self.members], top).tolist()
        rank = np.empty(len(level), dtype=np.int32)
        rank[self.members] = np.arange(len(level))
        user = links.user if which is None else links.user[which]
        of_user = level[user.astype(np.intp, copy=False)]
        order = stable_order(of_user, count)
        self.first = np.searchsorted(of_user[order], top).tolist()
        order = order if which is None else np.flatnonzero(which)[order]
        self.user, self.supplier = rank[links.user[order].astype(np.intp, copy=False)], links.supplier[order]
        self.needed = links.amount[order]
        self.is_finite = bool(np.isfinite(self.needed).all())

    def follow(self, x: FloatArray, closed: _RingsByLevel | None = None) -> None:
        """Add what products take from others, level by level; the rings of a level are solved once all they buy is known.

        Of a level of many links columns are taken one by one, each from eight bytes per product, which fit into the caches, and
        columns of zeros stay so.
        """
        start = self.start
        columns = np.flatnonzero(x.any(axis=0)) if self.is_finite else np.arange(x.shape[1])
        for number, (low, high) in enumerate(pairwise(self.first)):
            if low < high:
                these = self.members[start[number] : start[number + 1]]
                supplier = self.supplier[low:high].astype(np.intp, copy=False)  # numpy indexes slowly with other integers
                user, needed = self.user[low:high] - np.intp(start[number]), self.needed[low:high]
                if high - low < MANY:
                    x[these] += sum_by_group(needed[:, None] * x[supplier], user, len(these))
                for column in columns if high - low >= MANY else ():
                    values = x[:, column]
                    values[these] += np.bincount(user, weights=needed * values.take(supplier), minlength=len(these))
            if closed is not None:
                closed.solve(x, number)


class _RingsByLevel:
    """The rings of a run, ready to be solved level by level."""

    def __init__(self, links: Links, home: IndexArray, cut: BoolArray, level: IndexArray) -> None:
        products, top = len(home), np.arange(level.max(initial=0) + 2)
        size = np.bincount(home, minlength=products)[home]
        in_ring = np.zeros(products, dtype=bool)
        in_ring[links.user] = True
        members = np.flatnonzero(in_ring)
        members = members[np.lexsort((home[members], level[members]))]
        order = np.argsort(level[links.user], kind="stable")
        self.links, self.members, self.cut, self.size = links.of(order), members, cut, size
        self.first_link = np.searchsorted(level[self.links.user], top).tolist()
        self.first_member = np.searchsorted(level[members], top).tolist()
        self.place = np.empty(products, dtype=np.intp)

    def solve(self, x: FloatArray, number: int) -> None:
        """Solve the rings of one level in place; rings of one size together."""
        members = self.members[self.first_member[number] : self.first_member[number + 1]]
        if not len(members):
            return
        links = self.links.of(slice(self.first_link[number], self.first_link[number + 1]))
        sizes, of_user = self.size[members], self.size[links.user]
        for size in np.unique(sizes).tolist():
            block, mine = members[sizes == size].reshape(-1, size), links.of(of_user == size)
            self.place[block.reshape(-1)] = np.arange(block.size)
            local = Links(self.place[mine.user], self.place[mine.supplier], mine.amount)
            given = x[block.reshape(-1)]
            if size <= DENSE:
                x[block] = _solve_rings(given.reshape(*block.shape, -1), local)
            else:
                for ring in range(len(block)):  # few can be that long
                    rows = slice(ring * size, (ring + 1) * size)
                    own = local.of(local.user // size == ring)
                    own = Links(own.user - rows.start, own.supplier - rows.start, own.amount)
                    x[block[ring]] = _cut_open(given[rows], own, self.cut[block[ring]])


def _solve_rings(given: FloatArray, links: Links) -> FloatArray:
    """Footprints of products in rings of one size, shape (rings, size, columns)."""
    size = given.shape[1]
    needs = np.zeros((*given.shape[:2], size))
    np.add.at(needs, (*np.divmod(links.user, size), links.supplier % size), links.amount)
    right = np.concatenate([given, np.ones((*given.shape[:2], 1))], axis=2)
    found = _solve(np.eye(size) - needs, right)
    _refuse_growth(found[:, :, -1], np.asarray((needs > 0).any(axis=(1, 2))))
    return found[:, :, :-1]


@np.errstate(over="ignore", invalid="ignore")  # what is beyond all bounds is refused
def _cut_open(given: FloatArray, links: Links, cut: BoolArray) -> FloatArray:
    """Footprints of the products of one long ring.

    The ring is cut at some products. All others follow from their own values and from the cut products, in time that grows with
    the links; then the equations of the cut products are solved together. A ring with too many cuts for that is iterated.
    """
    products, columns = given.shape
    cuts = np.flatnonzero(cut)
    if products * len(cuts) > CUT_OPEN:
        reached = iterate(np.column_stack([given, np.ones(products)]), links.user, links.supplier, links.amount)
        if reached is None:
            raise ValueError("a product needs all or nearly all of itself")
        _refuse_growth(reached[None, :, -1], np.array([bool((links.amount > 0).any())]))
        return reached[:, :-1]
    x = np.zeros((products, columns + 1 + len(cuts)))
    x[:, :columns], x[:, columns] = given, 1.0
    x[cuts] = 0.0
    x[cuts, columns + 1 + np.arange(len(cuts))] = 1.0
    back = cut[links.user]
    open_ = links.of(~back)
    _Steps(open_, levels(open_.user, open_.supplier, products)).follow(x)
    closing = links.of(back)
    taken = sum_by_group(closing.amount[:, None] * x[closing.supplier], np.searchsorted(cuts, closing.user), len(cuts))
    right = np.concatenate([given[cuts], np.ones((len(cuts), 1))], axis=1) + taken[:, : columns + 1]
    solution = _solve(np.eye(len(cuts)) - taken[:, columns + 1 :], right)
    found = x[:, : columns + 1] + x[:, columns + 1 :] @ solution
    _refuse_growth(found[None, :, -1], np.array([bool((links.amount > 0).any())]))
    return found[:, :-1]


def _solve(left: FloatArray, right: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.solve(left, right))
    except np.linalg.LinAlgError as error:
        raise ValueError("a product needs all of itself") from error


def _refuse_growth(grown: FloatArray, takes: BoolArray) -> None:
    """Refuse rings that need all or more of what they give.

    `grown` is what each ring makes so that one of each of its products is left, shape (rings, size): positive everywhere
    exactly when the ring needs less than it gives, and beyond all bounds when it needs as much.
    """
    grown = grown[takes]
    if not np.all(np.isfinite(grown) & (grown > 0)) or (grown.min(axis=1, initial=np.inf) >= MOST).any():
        raise ValueError("a product needs all or more of itself")
