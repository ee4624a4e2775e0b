"""Masses through all stages: what a stage loses, multiplied, solved backwards from the product."""

from __future__ import annotations

from functools import reduce

import numpy as np

from textile_pcf import engine
from textile_pcf.activity.activity import Activity
from textile_pcf.arrays import FloatArray
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.rules.arrays import rule_arrays


def stage_masses(activity: Activity, quantities: Quantities) -> engine.Masses:
    """Masses of all stages: the losses of each, multiplied, solved backwards from the product. [kg per product unit]"""
    lanes, lost = activity.components, activity.structure.process_losses
    ratio_of = _loss_ratios(activity, quantities.losses)
    every = reduce(np.multiply, [ratio_of[seats] for seats in lost]) if lost else np.ones(activity.processes.total)
    return engine.stage_masses(quantities.mass, every, lanes.product, lanes.share, rule_arrays(activity.rules).component_stages)


def _loss_ratios(activity: Activity, losses: FloatArray) -> FloatArray:
    """Mass into each loss per mass out of it, on all seats; 1 where there is none, and one more that stands for -1."""
    kinds, ratios = rule_arrays(activity.rules).loss_bases, np.empty(len(losses) + 1)
    ratios[-1] = 1.0
    for kind, of_kind in kinds:
        if len(kinds) == 1:
            ratios[:-1] = engine.loss_ratio(losses, kind)
        else:
            here = np.flatnonzero(activity.loss_entries.repeat(of_kind))
            ratios[here] = engine.loss_ratio(losses[here], kind)
    if not activity.nothing_to_complete:
        ratios[:-1][np.isnan(losses)] = 1.0
    return ratios
