"""The network of products without amounts: levels of products, and rings of products that need one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, IndexArray


@dataclass(frozen=True)
class Rings:
    """Rings of products that all need one another, directly or through others, as arrays per product.

    `home` is the first product of the ring of each product; the product itself if it is in none. `cut` marks products without
    which no ring is left. Shapes (products,).
    """

    home: IndexArray
    cut: BoolArray


def stable_order(numbers: IndexArray, count: int) -> IndexArray:
    """Return the order that sorts numbers below `count`, equal ones in their present order.

    numpy sorts two bytes by counting: three million links in a third of the time of one sort.

    Examples
    --------
    >>> stable_order(np.array([70_000, 3, 70_000, 0]), 70_001)
    array([3, 1, 0, 2])
    """
    order = np.argsort((numbers & 0xFFFF).astype(np.uint16, copy=False), kind="stable")
    if count <= 1 << 16:
        return order
    return order[stable_order(numbers[order] >> 16, (count >> 16) + 1)]


def levels(user: IndexArray, supplier: IndexArray, products: int) -> IndexArray:
    """Return the level of each product: 0 without suppliers, else one above its highest supplier; -1 in loops and above them.

    Examples
    --------
    >>> levels(np.array([0, 0, 1]), np.array([1, 2, 2]), 3)
    array([2, 1, 0])
    """
    waiting = np.bincount(user, minlength=products)
    users = user[stable_order(supplier, products)].astype(np.intp, copy=False)  # numpy indexes slowly with other integers
    first = np.concatenate([[0], np.cumsum(np.bincount(supplier, minlength=products))])
    level = np.full(products, -1, dtype=np.intp)
    ready = np.flatnonzero(waiting == 0)
    number = 0
    while len(ready):
        level[ready] = number
        freed = users[_from_to(first[ready], first[ready + 1])]
        np.subtract.at(waiting, freed, 1)
        ready = _distinct(freed[waiting[freed] == 0])
        number += 1
    return level


def _distinct(numbers: IndexArray) -> IndexArray:
    """Return distinct numbers in order. numpy sorts a hundred thousand in the time in which `np.unique` hashes ten thousand."""
    if len(numbers) < 2:
        return numbers
    numbers = np.sort(numbers)
    return np.asarray(numbers[np.append(True, numbers[1:] != numbers[:-1])])


def _from_to(start: IndexArray, stop: IndexArray) -> slice | IndexArray:
    """Return the indices of several ranges, one after the other."""
    if len(start) == 1:  # the usual case in a chain
        return slice(int(start[0]), int(stop[0]))
    count = stop - start
    end = np.cumsum(count)
    return np.asarray(np.arange(end[-1]) + np.repeat(start - end + count, count))


def with_users(user: IndexArray, supplier: IndexArray, some: BoolArray) -> BoolArray:
    """Return some products and all that need one of them, directly or through others.

    Parameters
    ----------
    user, supplier : ndarray of int, shape (links,)
        Indices of products.
    some : ndarray of bool, shape (products,)
        True for the products to begin with.

    Returns
    -------
    ndarray of bool, shape (products,)

    Examples
    --------
    >>> with_users(np.array([0, 1]), np.array([1, 2]), np.array([False, True, False]))
    array([ True,  True, False])
    """
    found = some.copy()
    users = user[stable_order(supplier, len(some))].astype(np.intp, copy=False)
    first = np.concatenate([[0], np.cumsum(np.bincount(supplier, minlength=len(some)))])
    ready = np.flatnonzero(found)
    while len(ready):
        reached = users[_from_to(first[ready], first[ready + 1])]
        ready = _distinct(reached[~found[reached]])
        found[ready] = True
    return found


def products_in_loops(user: IndexArray, supplier: IndexArray, products: int) -> BoolArray:
    """Return which products need themselves, directly or through others, or lie between two that do.

    Parameters
    ----------
    user, supplier : ndarray of int, shape (links,)
        Indices of products.
    products : int
        Number of products.

    Returns
    -------
    ndarray of bool, shape (products,)
        True for those products.

    Examples
    --------
    >>> products_in_loops(np.array([0, 1, 2]), np.array([1, 0, 0]), 3)
    array([ True,  True, False])
    """
    above = levels(user, supplier, products) < 0
    return above & (levels(supplier, user, products) < 0) if above.any() else above


def rings(user: IndexArray, supplier: IndexArray, products: int) -> Rings:
    """Return the loop of each product, and the products at which loops can be cut.

    Parameters
    ----------
    user, supplier : ndarray, shape (links,)
        Index of the product that takes, and of the one that is taken.
    products : int
        Number of products.

    Returns
    -------
    Rings
        `home`, the first product of the loop of each product, and `cut`, whether a walk comes back to it. Shape (products,).

    Examples
    --------
    >>> found = rings(np.array([0, 1, 2, 3]), np.array([1, 0, 0, 3]), 4)
    >>> found.home, found.cut
    (array([0, 0, 2, 3]), array([ True, False, False,  True]))
    """
    core = products_in_loops(user, supplier, products)
    inside = core[user] & core[supplier]
    home, cut = np.arange(products), np.zeros(products, dtype=bool)
    if not inside.any():
        return Rings(home, cut)
    members = np.flatnonzero(core)
    place = np.cumsum(core) - 1
    user, supplier = place[user[inside]], place[supplier[inside]]
    suppliers = supplier[stable_order(user, len(members))].tolist()
    first = np.concatenate([[0], np.cumsum(np.bincount(user, minlength=len(members)))]).tolist()
    ring, targets = _find_rings(suppliers, first)
    lowest = np.full(len(members), len(members), dtype=np.intp)
    np.minimum.at(lowest, ring, np.arange(len(members)))
    home[members] = members[lowest[ring]]
    cut[members[targets]] = True
    return Rings(home, cut)


def _find_rings(suppliers: list[int], first: list[int]) -> tuple[IndexArray, list[int]]:
    """Return the ring of each product by Tarjan's algorithm, and the products at which the walk came back to its own path.

    The one loop over products of the calculating path: only products in loops, or between loops, are walked, each link once.
    """
    products = len(first) - 1
    following = first[:-1]
    seen, low, ring = [0] * products, [0] * products, [-1] * products
    on_path = [False] * products
    targets, stack, count = set[int](), list[int](), 0
    for root in range(products):
        path = [] if seen[root] else [root]
        while path:
            here = path[-1]
            if not seen[here]:
                count += 1
                seen[here] = low[here] = count
                stack.append(here)
                on_path[here] = True
            if following[here] < first[here + 1]:
                other = suppliers[following[here]]
                following[here] += 1
                if not seen[other]:
                    path.append(other)
                elif ring[other] < 0:
                    low[here] = min(low[here], seen[other])
                    if on_path[other]:
                        targets.add(other)
                continue
            path.pop()
            on_path[here] = False
            if path:
                low[path[-1]] = min(low[path[-1]], low[here])
            if low[here] == seen[here]:
                _close(stack, ring, here)
    return np.array(ring, dtype=np.intp), sorted(targets)


def _close(stack: list[int], ring: list[int], head: int) -> None:
    """Assign every product walked since the head of a ring to that ring."""
    while True:
        member = stack.pop()
        ring[member] = head
        if member == head:
            return
