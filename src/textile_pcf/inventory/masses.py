"""Masses of all processes, from their losses and the mass of the product."""

from __future__ import annotations

import numpy as np

from textile_pcf import engine
from textile_pcf.activity.activity import Activity
from textile_pcf.arrays import FloatArray
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.rules.arrays import rule_arrays


def process_masses(activity: Activity, quantities: Quantities) -> engine.Masses:
    """Return the mass into and out of every process, solved backwards from the product. [kg per product unit]

    Parameters
    ----------
    activity : Activity
    quantities : Quantities
        Losses of all stages, and the mass of one product unit.

    Returns
    -------
    Masses
        `input` and `output`, shape (processes,).
    """
    components, losses = activity.components, activity.structure.process_losses
    ratios = _loss_ratios(activity, quantities.losses)
    total = ratios.take(losses[0]) if losses else np.ones(activity.processes.total)
    for entries in losses[1:]:
        total *= ratios.take(entries)
    component_stages = rule_arrays(activity.rules).component_stages
    return engine.stage_masses(quantities.mass, total, components.product, components.share, component_stages)


def _loss_ratios(activity: Activity, losses: FloatArray) -> FloatArray:
    """Return mass in per mass out of each loss; 1 where there is none, and a last 1 for index -1. [kg/kg]"""
    bases, ratios = rule_arrays(activity.rules).loss_bases, np.empty(len(losses) + 1)
    ratios[-1] = 1.0
    for basis, has_basis in bases:
        if len(bases) == 1:
            ratios[:-1] = engine.loss_ratio(losses, basis)
        else:
            entries = np.flatnonzero(activity.loss_entries.repeat(has_basis))
            ratios[entries] = engine.loss_ratio(losses[entries], basis)
    empty = activity.structure.losses.empty  # only these can be without a number
    if len(empty):
        ratios[empty[np.isnan(losses[empty])]] = 1.0
    return ratios
