"""Lines of the sum of a partition whose products take others, kept until the links are solved.

What a partition writes then is what it would write if it were calculated with the solution, to the last bit: lines are added up
in the same order, by the same functions. Activity data are read and calculated once. A line takes some fifteen bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.batch.array_files import read_arrays, write_arrays
from textile_pcf.batch.atomic_files import part_name
from textile_pcf.batch.job import Job
from textile_pcf.factors import FactorTable
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.results import Footprint
from textile_pcf.results.default_shares import generic_lines, ruled_rows
from textile_pcf.results.uptakes import takes_up
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.compile_balance import CONTENT

MANY = 1 << 16  # requests that two bytes cannot number


@dataclass(frozen=True, eq=False)
class UnsolvedLines:
    """Lines of the products of a partition; links have no factor yet.

    Attributes
    ----------
    amount : ndarray, shape (lines,)
        [canonical flow unit per product unit]
    request, process : ndarray of int, shape (lines,)
        Row of the values of each scenario, and process.
    outside, ruled, linked : ndarray of int
        Lines outside the boundary, lines whose amount is a number of the rule, and lines that take a product.
    process_product, process_stage : ndarray of int, shape (processes,)
    balance, balanced : ndarray of int
        Lines whose amount balances biogenic carbon, and lines of the flows that are balanced.
    takes_up : ndarray of bool, shape (products,)
        Whether a line of the product itself takes CO2 up, which counts twice beside uptake of a supplier; not under a balance.
    units : ndarray, shape (units, products)
        Product units in one of each further unit of the batch.
    values : list of ndarray, shape (requests, 5)
        Per scenario the factor of each request. [kg CO2e per canonical flow unit]
    removals : list of ndarray, shape (requests,)
        Per scenario the net uptake of CO2 of each request. [kg CO2 per canonical flow unit]
    generic : list of ndarray of int
        Per scenario the lines whose factor is of a shipped table.
    """

    amount: FloatArray
    request: IndexArray
    process: IndexArray
    outside: IndexArray
    ruled: IndexArray
    linked: IndexArray
    process_product: IndexArray
    process_stage: IndexArray
    balance: IndexArray
    balanced: IndexArray
    takes_up: BoolArray
    units: FloatArray
    values: list[FloatArray]
    removals: list[FloatArray]
    generic: list[IndexArray]


OF_SCENARIO = ("values", "removals", "generic")
SHARED = tuple(field.name for field in fields(UnsolvedLines) if field.name not in OF_SCENARIO)


def lines_file(out: Path, number: int) -> Path:
    """Return the file of the lines of a partition that waits for what its products take."""
    return out / "parts" / f"{part_name(number)}.lines.arrays"


def keep_lines(job: Job, results: Sequence[Footprint | None]) -> UnsolvedLines | None:
    """Return the lines of a partition; None where sums do not do: results are lines, weights are kept, or bands are counted.

    Parameters
    ----------
    job : Job
    results : sequence of Footprint or None
        One per scenario, with `Suppliers.unsolved`; no product is rejected.
    """
    footprints = [one for one in results if one is not None]
    if job.results != "stages" or job.weights or not footprints or len(footprints) < len(job.scenarios):
        return None
    first, units = footprints[0].inventory, job.units
    if any(one.inventory.activity is not first.activity for one in footprints) or _counts_balanced(job.rules, first):
        return None
    product, stage = footprints[0].process_places
    arrays = rule_arrays(job.rules)
    outside = arrays.flow_outside
    return UnsolvedLines(
        amount=first.amount,
        request=first.matches.request.astype(np.uint16 if len(first.matches.values) < MANY else np.int32),
        process=first.process.astype(np.int32),
        outside=_lines(outside[first.flow]) if outside.any() else np.empty(0, dtype=np.int32),
        ruled=_lines(ruled_rows(first.activity, first.quantities)),
        linked=_lines(first.supplier >= 0),
        process_product=product.astype(np.int32),
        process_stage=stage.astype(np.int32),
        balance=_lines(first.flow == arrays.balance_flow),
        balanced=_lines(arrays.flow_balanced[first.flow]),
        takes_up=np.any([takes_up(one.inventory) for one in footprints], axis=0),
        units=np.array([footprints[0].units_in(unit) for unit in units]).reshape(len(units), len(footprints[0].names)),
        values=[one.inventory.matches.values for one in footprints],
        removals=[one.inventory.matches.removals for one in footprints],
        generic=[_generic(one.inventory, one.run.factors) for one in footprints],
    )


def _counts_balanced(rules: RuleSet, inventory: Inventory) -> bool:
    """Whether bands are counted of what the balance of biogenic carbon sets by what is taken."""
    content = rules.product_property(CONTENT)
    if inventory.balance is None or content is None:
        return False
    flow = rules.flows[rule_arrays(rules).balance_flow]
    return flow.plausible is not None or content.plausible is not None


def _lines(chosen: BoolArray) -> IndexArray:
    return np.flatnonzero(chosen).astype(np.int32)


def _generic(inventory: Inventory, factors: FactorTable) -> IndexArray:
    return generic_lines(inventory.matches, factors).astype(np.int32)


def write_lines(path: Path, lines: UnsolvedLines) -> None:
    """Write the lines of a partition; the file is there only when it is whole."""
    arrays: dict[str, Any] = {name: getattr(lines, name) for name in SHARED}
    for name in OF_SCENARIO:
        arrays |= {f"{number}/{name}": array for number, array in enumerate(getattr(lines, name))}
    write_arrays(path, arrays)


def read_lines(path: Path, scenarios: int) -> UnsolvedLines:
    """Read the lines of a partition."""
    stored = read_arrays(path)
    arrays: dict[str, Any] = {name: stored[name] for name in SHARED}
    arrays |= {name: [stored[f"{number}/{name}"] for number in range(scenarios)] for name in OF_SCENARIO}
    return UnsolvedLines(**arrays)
