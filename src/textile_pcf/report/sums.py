"""What the formulas of a workbook rest on: the mass chain step by step, and links between products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.engine import products_in_loops
from textile_pcf.results import Footprint

LINK = "product:"


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
    """The mass chain of a result, solved backwards in each product."""
    told = result.stage_masses
    order = np.lexsort((told.stage, told.product))
    entries: dict[int, list[int]] = {product: [] for product in range(len(result.products))}
    for entry in order.tolist():
        entries[int(told.product[entry])].append(entry)
    mass = result.measures.product_mass
    steps: list[Step] = []
    place: dict[tuple[int, int, str], int] = {}
    for product, found in entries.items():
        first = len(steps)
        for number, entry in enumerate(found):
            place[product, int(told.stage[entry]), told.component[entry]] = first + number
        place[product, len(result.stages), ""] = end = first + len(found)
        steps += [_step(result, entry, product, place, end) for entry in found]
        steps.append(Step(product, -1, "", -1, None, float(mass[product]), 1.0, float(mass[product])))
    return Chain(tuple(steps), place)


def _step(result: Footprint, entry: int, product: int, place: Mapping[tuple[int, int, str], int], end: int) -> Step:
    told = result.stage_masses
    stage, fibre = int(told.stage[entry]), told.component[entry]
    output, taken = float(told.output[entry]), float(told.input[entry])
    following = stage + 1
    meets = result.stages[stage].component and (following == len(result.stages) or not result.stages[following].component)
    after = place[product, following, "" if meets or following == len(result.stages) else fibre]
    share = None
    if meets:
        share = output / _mass_after(result, product, following)
    return Step(product, stage, fibre, after, share, output, taken / output if output else 1.0, taken)


def _mass_after(result: Footprint, product: int, stage: int) -> float:
    """Mass that the first common stage takes. [kg per product unit]"""
    told = result.stage_masses
    found = np.flatnonzero((told.product == product) & (told.stage == stage))
    return float(told.input[found[0]]) if len(found) else float(result.measures.product_mass[product])


def linked_products(result: Footprint) -> tuple[np.ndarray[Any, np.dtype[np.intp]], bool]:
    """The product that each line takes (-1: none), and whether no product needs itself in the end."""
    lines = result.lines
    known = {f"{LINK}{name}": place for place, name in enumerate(result.products)}
    table = np.array([known.get(text, -1) for text in lines.item.categories], dtype=np.intp)
    supplier = table[lines.item.codes] if len(table) else np.full(len(lines.product), -1, dtype=np.intp)
    inside = ~np.array([info.outside for info in result.stages], dtype=bool)[lines.stage]
    linked = np.flatnonzero((supplier >= 0) & inside)
    if not len(linked):
        return supplier, True
    return supplier, not products_in_loops(lines.product[linked], supplier[linked], len(result.products)).any()


def units_of_supplier(result: Footprint, supplier: Any) -> FloatArray:
    """Units of the linked product in one unit of each line. [product units per unit of the line]"""
    units = np.full(len(supplier), np.nan)
    codes = result.lines.unit.codes
    for code, text in enumerate(result.lines.unit.categories):
        rows = np.flatnonzero((supplier >= 0) & (codes == code))
        if len(rows):
            units[rows] = result.measures.product_units(result.measures.parse(text))[supplier[rows]]
    return units
