"""Masses of all stages, solved backwards from the product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray


@dataclass(frozen=True)
class Masses:
    """Mass through each stage per product unit, the seats of all stages one after the other. [kg]"""

    input: FloatArray
    output: FloatArray

    @property
    def loss(self) -> FloatArray:
        """Mass that goes in and does not come out. [kg]"""
        return self.input - self.output


def loss_ratio(losses: FloatArray, basis: str) -> FloatArray:
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


def stage_masses(
    product_mass: FloatArray, ratios: FloatArray, component_product: IndexArray, share: FloatArray, component_stages: int
) -> Masses:
    """Mass into and out of every stage, solved backwards from the product. [kg per product unit]

    Parameters
    ----------
    product_mass : array, shape (products,)
        Mass of one product unit. [kg]
    ratios : array, the seats of all stages one after the other
        Mass in per mass out: one per component in the first `component_stages` stages, one per product in the others. [kg/kg]
    component_product, share : arrays, shape (lanes,)
        Product of each lane, and its part of the mass that enters the first common stage. [1]
    component_stages : int
        Number of component stages.

    Examples
    --------
    A T-shirt of 0.17 kg: making loses 15 %, knitting 5.446 %, spinning 12 % of what goes in.

    >>> ratios = loss_ratio(np.array([0.12, 0.05446, 0.15]), "input")
    >>> masses = stage_masses(np.array([0.17]), ratios, np.array([0]), np.array([1.0]), component_stages=1)
    >>> round(float(masses.input[0]), 5)
    0.24036
    """
    of_lanes = component_stages * len(component_product)
    through = _backwards(product_mass, ratios[of_lanes:])
    products = len(product_mass)
    common = Masses(through[:-products], through[products:])
    if not component_stages:
        return common
    through = _backwards(through[:products][component_product] * share, ratios[:of_lanes])
    lanes = len(component_product)
    return Masses(
        np.concatenate([through[:-lanes], common.input]),
        np.concatenate([through[lanes:], common.output]),
    )


def _backwards(mass: FloatArray, ratios: FloatArray) -> FloatArray:
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
