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
    """Mass through each stage per product unit; one array of seats per stage. [kg]"""

    input: tuple[Array, ...]
    output: tuple[Array, ...]


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


def stage_masses(product_mass: Array, ratios: Sequence[Array], lane_product: Places, share: Array, components: int) -> Masses:
    """Mass into and out of every stage, solved backwards from the product. [kg per product unit]

    Parameters
    ----------
    product_mass : array, shape (products,)
        Mass of one product unit. [kg]
    ratios : sequence of arrays, one per stage
        Mass in per mass out of a stage: shape (lanes,) for the first `components` stages, (products,) for the others. [kg/kg]
    lane_product, share : arrays, shape (lanes,)
        Product of each lane, and its part of the mass that enters the first common stage. [1]
    components : int
        Number of component stages.

    Examples
    --------
    A T-shirt of 0.17 kg: making loses 15 %, knitting 5.446 %, spinning 12 % of what goes in.

    >>> ratios = [loss_ratio(np.array([loss]), "input") for loss in (0.12, 0.05446, 0.15)]
    >>> masses = stage_masses(np.array([0.17]), ratios, np.array([0]), np.array([1.0]), components=1)
    >>> round(float(masses.input[0][0]), 5)
    0.24036
    """
    inputs: list[Array] = []
    outputs: list[Array] = []
    mass = product_mass
    for stage in range(len(ratios) - 1, -1, -1):
        if stage == components - 1:
            mass = mass[lane_product] * share
        outputs.append(mass)
        mass = mass * ratios[stage]
        inputs.append(mass)
    return Masses(tuple(reversed(inputs)), tuple(reversed(outputs)))


def amounts(value: Array, scale: Array, place: Places, masses: Masses, multiplied: Sequence[Places | slice]) -> Array:
    """Amount of each row per product unit: value × drivers.

    Parameters
    ----------
    value, scale : arrays, shape (rows,)
        Amount per driver, and the drivers that are no masses, multiplied.
    place : array, shape (rows,)
        Place of the row's seat when all stages stand one after the other.
    multiplied : three of places, or slices
        The rows that output, input and loss of their stage multiply; `slice(None)` for all of them.

    Examples
    --------
    >>> masses = Masses((np.array([1.25]),), (np.array([1.0]),))
    >>> none, every = slice(0), slice(None)
    >>> amounts(np.array([2.0]), np.ones(1), np.array([0]), masses, (none, none, every))
    array([0.5])
    """
    output, taken = np.concatenate(masses.output), np.concatenate(masses.input)
    amount = value * scale
    for rows, mass in zip(multiplied, (output, taken, taken - output), strict=True):
        where = place[rows]
        if len(where) == len(amount):
            amount *= mass.take(where, mode="clip")
        elif len(where):
            amount[rows] *= mass[where]
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
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    products = len(own)
    needs = csc_array((needed, (user, supplier)), shape=(products, products))
    try:
        solve = splu(csc_array(eye_array(products, format="csc") - needs)).solve
    except RuntimeError as error:
        raise ValueError("a product needs all of itself") from error
    grown = solve(np.ones(products))  # positive everywhere exactly when every loop needs less than it gives
    if np.any(needed > 0) and not np.all(np.isfinite(grown) & (grown > 0)):
        raise ValueError("a product needs all or more of itself")
    return np.asarray(solve(own))


def loop(user: Places, supplier: Places, needed: Array, products: int) -> list[int]:
    """Products of a loop that needs all or more of what it gives, in the order in which each needs the next.

    Examples
    --------
    >>> loop(np.array([0, 1, 2]), np.array([1, 0, 0]), np.array([2.0, 0.6, 1.0]), 3)
    [0, 1]
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    needs = csr_array((np.abs(needed), (user, supplier)), shape=(products, products))
    _, label = connected_components(needs, directed=True, connection="strong")
    inside = label[user] == label[supplier]
    for group in np.unique(label[user[inside]]):
        members = np.flatnonzero(label == group)
        block = needs[members][:, members].toarray()
        if np.max(np.abs(np.linalg.eigvals(block))) < 1:
            continue
        if block[0, 0] >= 1 or len(members) == 1:
            return [int(members[0])]
        order = breadth_first_order(csr_array(block), 0, return_predecessors=False)
        return [int(members[place]) for place in order]
    return []
