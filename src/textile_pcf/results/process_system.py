"""A result as unit processes: inputs of each from others, and flows with emission factors.

The order of processes: one per product; one per product, stage and component, which makes 1 kg leaving the stage; and one per
product, stage and component for flows per product unit or for memo items. No process holds masses: they follow from the
ratios when the system is solved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import Categorical, group_rows
from textile_pcf.factors import SPLIT_SIZE
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.results import Footprint
from textile_pcf.results.licence import refuse_masked
from textile_pcf.rules.arrays import rule_arrays

PRODUCT, STAGE, UNIT, MEMO, MEMO_UNIT = range(5)
KINDS = ("product", "stage", "stage, per product unit", "memo", "memo, per product unit")


@dataclass(frozen=True)
class Processes:
    """Unit processes.

    Attributes
    ----------
    kind : ndarray, shape (processes,)
        Index of `KINDS`.
    product, stage : ndarray, shape (processes,)
        Index of the product, and of the stage; -1 for the process of a product.
    component : Categorical, shape (processes,)
        Component of a blend.
    scaling_process : ndarray, shape (processes,)
        Process in whose amount this one is made: itself, or that of the same stage or product.
    """

    kind: IntArray
    product: IndexArray
    stage: IndexArray
    component: Categorical
    scaling_process: IndexArray


@dataclass(frozen=True)
class Inputs:
    """`amount` of the output of each supplier that one unit of each user takes, shape (inputs,)."""

    user: IndexArray
    supplier: IndexArray
    amount: FloatArray


@dataclass(frozen=True)
class ProcessExchanges:
    """Exchanges of unit processes with emission factors and products of the run, one per exchange of the inventory.

    Attributes
    ----------
    line, process : ndarray, shape (flows,)
        Exchange, and unit process that has it.
    amount : ndarray, shape (flows,)
        [flow unit per unit of the process]
    factor, supplier : ndarray, shape (flows,)
        Emission factor, or product of the run; -1 where the flow has the other.
    supplier_units : ndarray, shape (flows,)
        [product units of the supplier per flow unit]
    """

    line: IndexArray
    process: IndexArray
    amount: FloatArray
    factor: IndexArray
    supplier: IndexArray
    supplier_units: FloatArray


@dataclass(frozen=True)
class Factors:
    """Distinct emission factors: a line that has each, total and split in kg CO2e per unit of its flow."""

    line: IndexArray
    total: FloatArray
    split: FloatArray


@dataclass(frozen=True)
class System:
    """Unit processes of a result."""

    result: Footprint
    processes: Processes
    inputs: Inputs
    exchanges: ProcessExchanges
    factors: Factors

    @property
    def links(self) -> Inputs:
        """Amounts that processes take of products of the run. [product units per unit of the process]"""
        linked = np.flatnonzero(self.exchanges.supplier >= 0)
        amount = self.exchanges.amount[linked] * self.exchanges.supplier_units[linked]
        return Inputs(self.exchanges.process[linked], self.exchanges.supplier[linked], amount)

    def process_name(self, process: int) -> str:
        """Return the name of a process for people: product, stage, fibre."""
        processes, result = self.processes, self.result
        product = result.products[int(processes.product[process])]
        if processes.kind[process] == PRODUCT:
            return product
        stage = result.stages[processes.stage[process]].id
        component = processes.component.categories[processes.component.codes[process]]
        fibre = f" of {component}" if component else ""
        suffix = KINDS[processes.kind[process]].removeprefix("stage")
        return f"{product}: {stage}{fibre}{suffix if suffix.startswith(',') else f', {suffix}' if suffix else ''}"


def system_of(result: Footprint) -> System:
    """Return the unit processes of a result.

    Parameters
    ----------
    result : Footprint

    Returns
    -------
    System
        Ratios, amounts per driver, and factors, as the inventory holds them.
    """
    refuse_masked(result, "processes")
    inventory = result.inventory
    ratio = _ratios(inventory)
    per_output, per_unit, linear = _amounts(inventory, ratio[inventory.process])
    outside, base = ~inventory.inside, len(result.products)
    chain = base + inventory.process
    kind = np.select([outside & linear, outside, linear], [MEMO, MEMO_UNIT, STAGE], UNIT)
    processes, process = _processes(result, kind, chain)
    factor, factors = _factors(result, np.flatnonzero(inventory.supplier < 0))
    exchanges = ProcessExchanges(
        line=np.arange(len(process)),
        process=process,
        amount=np.where(linear, per_output, per_unit),
        factor=factor,
        supplier=inventory.supplier,
        supplier_units=inventory.supplier_units,
    )
    return System(result, processes, _inputs(inventory, ratio, processes), exchanges, factors)


def _ratios(inventory: Inventory) -> FloatArray:
    """Return mass in per mass out of every process; 1 where a component has no mass. [kg/kg]"""
    masses = inventory.processes
    return np.divide(masses.input, masses.output, out=np.ones(len(masses.output)), where=masses.output > 0)


def _amounts(inventory: Inventory, ratio: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return flows per kg leaving the stage, flows per product unit, and whether each exchange is linear in one mass.

    An exchange without mass is given per product unit; so is one with two masses, which is not linear.
    """
    unit_factor = rule_arrays(inventory.activity.rules).flow_factor[inventory.flow]
    linear = inventory.driver.sum(axis=1) == 1
    mass = np.choose(inventory.driver.argmax(axis=1), [np.ones(len(ratio)), ratio, ratio - 1.0])
    return inventory.value * inventory.scale * mass / unit_factor, inventory.amount / unit_factor, linear


def _processes(result: Footprint, kind: IntArray, chain: IndexArray) -> tuple[Processes, IndexArray]:
    """Return all processes, and the one that holds each exchange."""
    masses, products = result.inventory.processes, len(result.products)
    of_exchange = result.inventory.process
    separate = np.flatnonzero(kind != STAGE)
    first, group = group_rows(kind[separate].astype(np.int64), of_exchange[separate].astype(np.int64))
    rows = separate[first]
    stage_process = of_exchange[rows]
    per_unit = np.isin(kind[rows], (UNIT, MEMO_UNIT))
    base = products + len(masses.product)
    process = chain.copy()
    process[separate] = base + group
    names = tuple(dict.fromkeys(["", *masses.component.categories]))
    code = {name: number for number, name in enumerate(names)}
    of_mass = np.array([code[name] for name in masses.component.categories], np.intp)[masses.component.codes]
    scaling = np.where(per_unit, masses.product[stage_process], chain[rows])
    return Processes(
        kind=np.concatenate([np.full(products, PRODUCT), np.full(len(masses.product), STAGE), kind[rows]]).astype(np.int64),
        product=np.concatenate([np.arange(products), masses.product, masses.product[stage_process]]).astype(np.intp),
        stage=np.concatenate([np.full(products, -1), masses.stage, masses.stage[stage_process]]).astype(np.intp),
        component=Categorical(np.concatenate([np.zeros(products, dtype=np.intp), of_mass, of_mass[stage_process]]), names),
        scaling_process=np.concatenate([np.arange(base), scaling]).astype(np.intp),
    ), process


def _inputs(inventory: Inventory, ratio: FloatArray, processes: Processes) -> Inputs:
    """Return the material backwards: product ← last stage ← … ← first stage; and the processes per product unit."""
    masses, products = inventory.processes, len(inventory.products)
    downstream = masses.downstream
    upstream_first = np.argsort(-masses.stage, kind="stable")
    last, others = (upstream_first[chosen] for chosen in (downstream[upstream_first] < 0, downstream[upstream_first] >= 0))
    user = downstream[others]
    share = np.divide(  # the part of a component where the components of a blend flow together, else 1
        masses.output[others], masses.input[user], out=np.ones(len(user)), where=masses.input[user] > 0
    )
    per_unit = np.flatnonzero(processes.kind == UNIT)
    return Inputs(
        np.concatenate([masses.product[last], products + user, processes.product[per_unit]]),
        np.concatenate([products + last, products + others, per_unit]),
        np.concatenate([masses.output[last], ratio[user] * share, np.ones(len(per_unit))]),
    )


def _factors(result: Footprint, rows: IndexArray) -> tuple[IndexArray, Factors]:
    """Return the factor of each exchange (-1: none) and the distinct factors of some exchanges."""
    lines, inventory = result.lines, result.inventory
    value = np.unique(lines.factor[rows], return_inverse=True)[1].reshape(-1)
    columns = (_by_text(getattr(lines, name)) for name in ("factor_table", "item", "region", "year", "factor_unit"))
    first, group = group_rows(*(codes[rows] for codes in columns), value.astype(np.int64))
    largest = np.zeros(len(first), dtype=np.intp)
    order = np.argsort(np.abs(lines.amount[rows]), kind="stable")
    largest[group[order]] = rows[order]
    unit_factor = rule_arrays(inventory.activity.rules).flow_factor[inventory.flow[largest]]
    split = inventory.split_values[inventory.value_index[largest], :SPLIT_SIZE] * unit_factor[:, None]
    factor = np.full(len(lines.amount), -1, dtype=np.intp)
    factor[rows] = group
    return factor, Factors(largest, lines.factor[largest], split)


def _by_text(column: Categorical) -> IntArray:
    """Return codes of a column, one per distinct text, however often its categories hold it."""
    code = {text: number for number, text in enumerate(column.categories)}
    return np.array([code[text] for text in column.categories] or [0], dtype=np.int64)[column.codes]
