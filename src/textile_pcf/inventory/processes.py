"""Processes of all products: one per product and common stage, one per component in component stages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import Categorical
from textile_pcf.engine import Masses


@dataclass(frozen=True, eq=False)
class Processes:
    """Processes, ordered stage by stage; within a stage by product, then component.

    Attributes
    ----------
    product, stage : ndarray, shape (processes,)
        Index of the product and of the stage of the rule.
    component : Categorical, shape (processes,)
        Component of a blend; empty in common stages and for products of one unnamed component.
    input, output : ndarray, shape (processes,)
        Mass into and out of the process. [kg per product unit]
    inside : ndarray, shape (processes,)
        Whether the stage is inside the boundary.
    downstream : ndarray, shape (processes,)
        Process that takes the output; -1 for the process that makes the product.
    """

    product: IndexArray
    stage: IndexArray
    component: Categorical
    input: FloatArray
    output: FloatArray
    inside: BoolArray
    downstream: IndexArray


def build_processes(activity: Activity, masses: Masses) -> Processes:
    """Build the processes of activity data with their masses."""
    components, stages = activity.components, activity.rules.stages
    products, unnamed = np.arange(len(activity.names)), len(components.component_names)
    product = [components.product if spec.component else products for spec in stages]
    component = [components.component if spec.component else np.full(len(products), unnamed) for spec in stages]
    stage = np.repeat([spec.index for spec in stages], [len(entries) for entries in product])
    outside = np.array([spec.outside for spec in stages], dtype=bool)
    return Processes(
        product=np.concatenate(product).astype(np.intp),
        stage=stage.astype(np.intp),
        component=Categorical(np.concatenate(component), (*components.component_names, "")),
        input=masses.input.copy(),  # those share memory
        output=masses.output.copy(),
        inside=~outside[stage],
        downstream=_downstream(activity),
    )


def _downstream(activity: Activity) -> IndexArray:
    """Return the process that takes the output of each process; -1 for the last."""
    blocks, stages = activity.processes.blocks, activity.rules.stages
    downstream = np.full(activity.processes.total, -1, dtype=np.intp)
    for number in range(len(stages) - 1):
        following = np.arange(blocks[number + 1].start, blocks[number + 1].stop)
        meets = stages[number].component and not stages[number + 1].component
        downstream[blocks[number]] = following[activity.components.product] if meets else following
    return downstream
