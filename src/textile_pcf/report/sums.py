"""What the formulas of a workbook rest on: the mass chain step by step, and links between products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import IndexArray
from textile_pcf.engine import products_in_loops
from textile_pcf.results import Footprint


@dataclass(frozen=True, slots=True)
class Step:
    """Mass through a stage: what leaves it is what the step at `after` takes, times `share` where fibres come together.

    `stage` -1 is the product itself, whose mass is given. [kg per product unit]
    """

    product: int
    stage: int
    fibre: str
    after: int
    share: float | None
    output: float
    ratio: float
    input: float


@dataclass(frozen=True)
class Chain:
    """The steps, each product's in the material's way and the product last; `place` finds them."""

    steps: tuple[Step, ...]
    place: Mapping[tuple[int, int, str], int]


def chain_of(result: Footprint) -> Chain:
    """Return the mass chain of a result, solved backwards for each product."""
    processes = result.inventory.processes
    order = np.lexsort((processes.stage, processes.product))
    entries: dict[int, list[int]] = {product: [] for product in range(len(result.products))}
    for process in order.tolist():
        entries[int(processes.product[process])].append(process)
    position = np.empty(len(order) + 1, dtype=np.intp)  # of each process among the steps; the last is that of the product
    mass = result.measures.product_mass
    steps: list[Step] = []
    place: dict[tuple[int, int, str], int] = {}
    for product, own in entries.items():
        first = len(steps)
        position[own] = np.arange(first, first + len(own))
        position[-1] = place[product, len(result.stages), ""] = first + len(own)
        for process in own:
            place[product, int(processes.stage[process]), processes.component[process]] = int(position[process])
        steps += [_step(result, process, position) for process in own]
        steps.append(Step(product, -1, "", -1, None, float(mass[product]), 1.0, float(mass[product])))
    return Chain(tuple(steps), place)


def _step(result: Footprint, process: int, position: IndexArray) -> Step:
    """Return the step of a process; `position` finds those of the product."""
    processes, stages = result.inventory.processes, result.stages
    product, stage = int(processes.product[process]), int(processes.stage[process])
    output, taken, after = (
        float(processes.output[process]),
        float(processes.input[process]),
        int(processes.downstream[process]),
    )
    share = None
    if stages[stage].component and (after < 0 or not stages[int(processes.stage[after])].component):
        share = output / float(processes.input[after] if after >= 0 else result.measures.product_mass[product])
    ratio = taken / output if output else 1.0
    return Step(product, stage, processes.component[process], int(position[after]), share, output, ratio, taken)


def linked_products(result: Footprint) -> tuple[IndexArray, bool]:
    """Return the product that each line takes (-1: none), and whether no product needs itself in the end."""
    inventory = result.inventory
    links = inventory.links
    return inventory.supplier, not products_in_loops(links.user, links.supplier, len(result.products)).any()
