"""Pure arithmetic on arrays: masses backwards, contributions forwards, sums, links between products.

Knows no file, no unit text, no rule. A *seat* is a lane (one fibre of a product) in component stages, which come first, and a
product in the common stages after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Masses:
    """Mass through each stage per product unit, the seats of all stages one after the other. [kg]"""

    input: Array
    output: Array

    @property
    def loss(self) -> Array:
        """Mass that goes in and does not come out. [kg]"""
        return self.input - self.output


def loss_ratio(losses: Array, basis: str) -> Array:
    """Mass into a loss per mass out of it. [kg/kg]

    Parameters
    ----------
    losses : array
        input: lost part of what goes in, 0 ≤ x < 1. output: lost mass per mass that comes out, x ≥ 0.
        ratio: mass in per mass out, x > 0.
    basis : str
        `input`, `output` or `ratio`.

    Examples
    --------
    >>> loss_ratio(np.array([0.2]), "input"), loss_ratio(np.array([0.2]), "output"), loss_ratio(np.array([6.67]), "ratio")
    (array([1.25]), array([1.2]), array([6.67]))
    """
    if basis == "input":
        return 1.0 / (1.0 - losses)
    return 1.0 + losses if basis == "output" else losses


def stage_masses(product_mass: Array, ratios: Array, lane_product: Places, share: Array, components: int) -> Masses:
    """Mass into and out of every stage, solved backwards from the product. [kg per product unit]

    Parameters
    ----------
    product_mass : array, shape (products,)
        Mass of one product unit. [kg]
    ratios : array, the seats of all stages one after the other
        Mass in per mass out of a stage: a seat per lane in the first `components` stages, per product in the others. [kg/kg]
    lane_product, share : arrays, shape (lanes,)
        Product of each lane, and its part of the mass that enters the first common stage. [1]
    components : int
        Number of component stages.

    Examples
    --------
    A T-shirt of 0.17 kg: making loses 15 %, knitting 5.446 %, spinning 12 % of what goes in.

    >>> ratios = loss_ratio(np.array([0.12, 0.05446, 0.15]), "input")
    >>> masses = stage_masses(np.array([0.17]), ratios, np.array([0]), np.array([1.0]), components=1)
    >>> round(float(masses.input[0]), 5)
    0.24036
    """
    of_lanes = components * len(lane_product)
    through = _backwards(product_mass, ratios[of_lanes:])
    products = len(product_mass)
    common = Masses(through[:-products], through[products:])
    if not components:
        return common
    through = _backwards(through[:products][lane_product] * share, ratios[:of_lanes])
    lanes = len(lane_product)
    return Masses(
        np.concatenate([through[:-lanes], common.input]),
        np.concatenate([through[lanes:], common.output]),
    )


def _backwards(mass: Array, ratios: Array) -> Array:
    """Mass into each of several stages that have the same seats, and behind them the mass out of the last.

    numpy multiplies along the stages seat by seat: of few seats that is one call, of many it is slower than stage by stage.
    """
    through = np.concatenate([ratios, mass])
    by_stage = through.reshape(-1, len(mass))
    if len(mass) < len(by_stage):
        np.multiply.accumulate(by_stage[::-1], axis=0, out=by_stage[::-1])
    else:
        for stage in range(len(by_stage) - 1, 0, -1):
            by_stage[stage - 1] *= by_stage[stage]
    return through


def amounts(value: Array, scale: Array | None, place: Places, masses: Masses, multiplied: Sequence[Places | slice]) -> Array:
    """Amount of each row per product unit: value × drivers.

    Parameters
    ----------
    value : array, shape (rows,)
        Amount per driver.
    scale : array, shape (rows,), optional
        The drivers that are no masses, multiplied; none where there are no such drivers.
    place : array, shape (rows,)
        Place of the row's seat when all stages stand one after the other.
    multiplied : three of places, or slices
        The rows that output, input and loss of their stage multiply; `slice(None)` for all of them.

    Examples
    --------
    >>> masses = Masses(np.array([1.25]), np.array([1.0]))
    >>> none, every = slice(0), slice(None)
    >>> amounts(np.array([2.0]), None, np.array([0]), masses, (none, none, every))
    array([0.5])
    """
    amount = value if scale is None else value * scale
    for rows, name in zip(multiplied, ("output", "input", "loss"), strict=True):
        where = place[rows]
        if len(where) == len(amount):
            every = getattr(masses, name).take(where, mode="clip")
            every *= amount
            amount = every
        elif len(where):
            amount = amount.copy() if amount is value else amount
            amount[rows] *= getattr(masses, name)[where]
    return amount


def summed(values: Array, group: Places, groups: int) -> Array:
    """Sum of values by group, shape (groups, columns). Scatter-add; no sort.

    Examples
    --------
    >>> summed(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]), 2)
    array([[5.],
           [2.]])
    """
    return np.stack([np.bincount(group, weights=column, minlength=groups) for column in values.T], axis=1)


def linked(own: Array, user: Places, supplier: Places, needed: Array) -> Array:
    """Footprints of products that need one another, loops included: x = own + A·x.

    Parameters
    ----------
    own : array, shape (products, columns)
        Footprint of each product without its links. [kg CO2e per product unit]
    user, supplier, needed : arrays, shape (links,)
        Units of the supplier that one unit of the user needs.

    Returns
    -------
    array, shape (products, columns)

    Raises
    ------
    ValueError
        Some product needs all or more of itself; call `loop` to learn which.

    Examples
    --------
    A fabric of 10 kg CO2e takes back 0.1 kg of itself as recycled waste.

    >>> linked(np.array([[10.0]]), np.array([0]), np.array([0]), np.array([0.1])).round(6)
    array([[11.111111]])
    """
    core = looping(user, supplier, len(own))
    outside = ~core[user]
    plain = (user[outside], supplier[outside], needed[outside])
    x = _settled(np.where(core[:, None], 0.0, own), *plain, ~core)
    if core.any():
        bought = core[user] & ~core[supplier]  # what loops take from outside is known by now
        given = own + summed(needed[bought, None] * x[supplier[bought]], user[bought], len(own))
        both = core[user] & core[supplier]
        x = np.where(core[:, None], _solved(given, user[both], supplier[both], needed[both], core), own)
        x = _settled(x, *plain, ~core)
    return x


def looping(user: Places, supplier: Places, products: int) -> NDArray[np.bool_]:
    """Products that need themselves in the end, or stand between two that do.

    Examples
    --------
    >>> looping(np.array([0, 1, 2]), np.array([1, 0, 0]), 3)
    array([ True,  True, False])
    """
    while True:
        core = (np.bincount(user, minlength=products) > 0) & (np.bincount(supplier, minlength=products) > 0)
        kept = core[user] & core[supplier]
        if kept.all():
            return core
        user, supplier = user[kept], supplier[kept]


def _settled(own: Array, user: Places, supplier: Places, needed: Array, free: NDArray[np.bool_]) -> Array:
    """Footprints of products without loops: links are followed until nothing changes; those not `free` stay as they are."""
    x = own
    for _ in range(len(own) + 1):  # no chain is longer
        further = own + summed(needed[:, None] * x[supplier], user, len(own))
        if np.array_equal(further, x, equal_nan=True):
            break
        x = np.where(free[:, None], further, own)
    return x


def _groups(user: Places, supplier: Places, core: NDArray[np.bool_]) -> list[Places]:
    """Products of loops that have to do with one another, groups of one size in one array of shape (groups, size)."""
    label = np.arange(len(core))
    while True:
        lower = label.copy()
        np.minimum.at(lower, user, label[supplier])
        np.minimum.at(lower, supplier, label[user])
        lower = lower[lower]
        if np.array_equal(lower, label):
            break
        label = lower
    members = np.flatnonzero(core)
    members = members[np.argsort(label[members], kind="stable")]
    count = np.bincount(label[members], minlength=len(core))
    size = count[label[members]]
    return [members[size == one].reshape(-1, one) for one in np.unique(size)]


def _needs(members: Places, user: Places, supplier: Places, needed: Array, products: int) -> Array:
    """What products of each group need of one another, shape (groups, size, size)."""
    groups, size = members.shape
    place = np.full(products, -1, dtype=np.intp)
    place[members.reshape(-1)] = np.arange(members.size)
    mine = place[user] >= 0
    group, row = np.divmod(place[user[mine]], size)
    needs = np.zeros((groups, size, size))
    np.add.at(needs, (group, row, place[supplier[mine]] % size), needed[mine])
    return needs


def _solved(given: Array, user: Places, supplier: Places, needed: Array, core: NDArray[np.bool_]) -> Array:
    """Footprints of products in loops; each group of them is solved as a whole."""
    x = np.zeros_like(given)
    for members in _groups(user, supplier, core):
        needs = _needs(members, user, supplier, needed, len(core))
        left = np.eye(members.shape[1]) - needs
        asked = np.concatenate([given[members], np.ones((*members.shape, 1))], axis=2)
        try:
            found = np.linalg.solve(left, asked)
        except np.linalg.LinAlgError as error:
            raise ValueError("a product needs all of itself") from error
        grown = found[:, :, -1]  # positive everywhere exactly when every loop needs less than it gives
        takes = (needs > 0).any(axis=(1, 2))
        if not np.all(np.isfinite(grown[takes]) & (grown[takes] > 0)):
            raise ValueError("a product needs all or more of itself")
        x[members] = found[:, :, :-1]
    return x


def loop(user: Places, supplier: Places, needed: Array, products: int) -> list[int]:
    """Products of a loop that needs all or more of what it gives, in the order in which each needs the next.

    Examples
    --------
    >>> loop(np.array([0, 1, 2]), np.array([1, 0, 0]), np.array([2.0, 0.6, 1.0]), 3)
    [0, 1]
    """
    core = looping(user, supplier, products)
    inside = core[user] & core[supplier]
    links = (user[inside], supplier[inside])
    for members in _groups(*links, core):
        for group, block in zip(members, _needs(members, *links, np.abs(needed[inside]), products), strict=True):
            for ring in _rings(block > 0):
                if np.max(np.abs(np.linalg.eigvals(block[np.ix_(ring, ring)]))) >= 1:
                    whole = block[ring[0], ring[0]] >= 1
                    return [int(group[place]) for place in (ring[:1] if whole else ring)]
    return []


def _rings(needs: NDArray[np.bool_]) -> list[list[int]]:
    """Products that all need one another in the end, each ring in the order in which each needs the next."""
    reach = needs.astype(np.float64)
    for _ in range(len(needs).bit_length()):
        reach = ((reach @ reach + reach) > 0).astype(np.float64)
    same = (reach > 0) & (reach.T > 0)
    rings, told = [], set[int]()
    for first in np.flatnonzero(same.diagonal()).tolist():
        if first not in told:
            order = [first]
            for place in order:  # it grows as it is walked
                order += [other for other in np.flatnonzero(needs[place] & same[first]).tolist() if other not in order]
            told |= set(order)
            rings.append(order)
    return rings
