"""Masses of all stages, solved backwards from the product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf._frozen import quick_init
from textile_pcf.arrays import FloatArray, IndexArray


@quick_init
@dataclass(frozen=True)
class Masses:
    """Mass into and out of each process, ordered stage by stage.

    Attributes
    ----------
    input, output : ndarray, shape (processes,)
        [kg per product unit]

    Examples
    --------
    >>> import numpy as np
    >>> Masses(input=np.array([1.25]), output=np.array([1.0])).loss
    array([0.25])
    """

    input: FloatArray
    output: FloatArray

    @property
    def loss(self) -> FloatArray:
        """Mass that goes in and does not come out, shape (processes,). [kg per product unit]"""
        return self.input - self.output


def loss_ratio(losses: FloatArray, basis: str) -> FloatArray:
    """Return mass in per mass out. [kg/kg]

    Parameters
    ----------
    losses : array
        input: lost part of what goes in, 0 ≤ x < 1. output: lost mass per mass that comes out, x ≥ 0.
        ratio: mass in per mass out, x > 0.
    basis : str
        `input`, `output` or `ratio`.

    Returns
    -------
    ndarray
        Ratios, of the shape of `losses`. [kg/kg]

    Examples
    --------
    >>> loss_ratio(np.array([0.2]), "input"), loss_ratio(np.array([0.2]), "output"), loss_ratio(np.array([6.67]), "ratio")
    (array([1.25]), array([1.2]), array([6.67]))
    """
    if basis == "input":
        return 1.0 / (1.0 - losses)
    return 1.0 + losses if basis == "output" else losses


def stage_masses(
    product_mass: FloatArray, ratios: FloatArray, component_product: IndexArray, share: FloatArray, component_stages: int
) -> Masses:
    """Return the mass into and out of every process, solved backwards from the product. [kg per product unit]

    Parameters
    ----------
    product_mass : ndarray, shape (products,)
        Mass of one product unit. [kg]
    ratios : ndarray, shape (processes,)
        Mass in per mass out, ordered stage by stage: one per component in the first `component_stages` stages, one per
        product in the others. [kg/kg], > 0
    component_product : ndarray, shape (components,)
        Product of each component.
    share : ndarray, shape (components,)
        Part of the mass into the first common stage that each component is. [1]
    component_stages : int
        Number of component stages.

    Returns
    -------
    Masses
        `input` and `output`, shape (processes,).

    Examples
    --------
    A T-shirt of 0.17 kg: making loses 15 %, knitting 5.446 %, spinning 12 % of what goes in.

    >>> ratios = loss_ratio(np.array([0.12, 0.05446, 0.15]), "input")
    >>> masses = stage_masses(np.array([0.17]), ratios, np.array([0]), np.array([1.0]), component_stages=1)
    >>> round(float(masses.input[0]), 5)
    0.24036
    """
    of_components = component_stages * len(component_product)
    through = _backwards(product_mass, ratios[of_components:])
    products = len(product_mass)
    common = Masses(through[:-products], through[products:])
    if not component_stages:
        return common
    through = _backwards(through[:products][component_product] * share, ratios[:of_components])
    components = len(component_product)
    return Masses(
        np.concatenate([through[:-components], common.input]),
        np.concatenate([through[components:], common.output]),
    )


def _backwards(mass: FloatArray, ratios: FloatArray) -> FloatArray:
    """Return the mass into each of several stages with as many processes each, then the mass out of the last. [kg]

    Accumulating with numpy is one call, faster for few processes; for many, stage by stage is faster.
    """
    through = np.concatenate([ratios, mass])
    by_stage = through.reshape(-1, len(mass))
    if len(mass) < len(by_stage):
        np.multiply.accumulate(by_stage[::-1], axis=0, out=by_stage[::-1])
    else:
        for stage in range(len(by_stage) - 1, 0, -1):
            by_stage[stage - 1] *= by_stage[stage]
    return through
