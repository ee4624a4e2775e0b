"""A result as unit processes: what one unit of each makes takes from others, and which emission factors it meets.

Processes stand in this order: one per product; one per product, stage and fibre, which makes 1 kg leaving the stage; and one
per product, stage and fibre that holds what is told per product unit, or what counts as memo only. The masses are in none of
them: they follow from the ratios when the system is solved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.columns import Categorical, group_rows
from textile_pcf.results import Footprint

LINK = "product:"
PRODUCT, STAGE, UNIT, MEMO, MEMO_UNIT = range(5)
KINDS = ("product", "stage", "stage, per product unit", "memo", "memo, per product unit")
_MASS_DRIVERS = {"kg output": 0, "kg input": 1, "kg loss": 2}


@dataclass(frozen=True)
class Processes:
    """One entry per process; `stage` -1 for products; `carrier` the process whose made amount is also this one's."""

    kind: IntArray
    product: IndexArray
    stage: IndexArray
    component: Categorical
    carrier: IndexArray


@dataclass(frozen=True)
class Inputs:
    """`amount` of the supplier's output that one unit of the user takes."""

    user: IndexArray
    supplier: IndexArray
    amount: FloatArray


@dataclass(frozen=True)
class Met:
    """Flows of processes: `amount` in the flow's unit per unit of the process; `factor` -1, `supplier` where it is a link."""

    line: IndexArray
    process: IndexArray
    amount: FloatArray
    factor: IndexArray
    supplier: IndexArray
    supplied: FloatArray


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
    met: Met
    factors: Factors

    @property
    def links(self) -> Inputs:
        """What processes take from products of the run. [product units per unit of the process]"""
        linked = np.flatnonzero(self.met.supplier >= 0)
        amount = self.met.amount[linked] * self.met.supplied[linked]
        return Inputs(self.met.process[linked], self.met.supplier[linked], amount)

    def process_name(self, process: int) -> str:
        """Name of a process for people: product, stage, fibre."""
        told, result = self.processes, self.result
        product = result.products[int(told.product[process])]
        if told.kind[process] == PRODUCT:
            return product
        stage = result.stages[told.stage[process]].id
        component = told.component.categories[told.component.codes[process]]
        fibre = f" of {component}" if component else ""
        beside = KINDS[told.kind[process]].removeprefix("stage")
        return f"{product}: {stage}{fibre}{beside if beside.startswith(',') else f', {beside}' if beside else ''}"


def system_of(result: Footprint) -> System:
    """Unit processes of a result, from what was given: ratios, amounts per driver, factors and drivers."""
    ratio = _ratios(result)
    seat = _seats(result)
    per_seat, per_unit, linear = _per_process(result, ratio[seat])
    outside = np.array([info.outside for info in result.stages], dtype=bool)[result.lines.stage]
    base = len(result.products)
    chain = base + seat
    kind = np.select([outside & linear, outside, linear], [MEMO, MEMO_UNIT, STAGE], UNIT)
    processes, process = _processes(result, seat, kind, chain)
    supplier, supplied = _suppliers(result)
    factor, factors = _factors(result, np.flatnonzero(supplier < 0))
    met = Met(
        line=np.arange(len(process)),
        process=process,
        amount=np.where(linear, per_seat, per_unit),
        factor=factor,
        supplier=supplier,
        supplied=supplied,
    )
    return System(result, processes, _inputs(result, ratio, processes), met, factors)


def _ratios(result: Footprint) -> FloatArray:
    """Mass in per mass out of every stage and fibre; 1 where a fibre has no mass. [kg/kg]"""
    told = result.stage_masses
    return np.divide(told.input, told.output, out=np.ones(len(told.output)), where=told.output > 0)


def _components(result: Footprint) -> tuple[tuple[str, ...], IndexArray, IndexArray]:
    """Names of fibres, no name first, and that of every entry of the stage masses and of every line."""
    columns = (result.stage_masses.component, result.lines.component)
    names = dict.fromkeys(["", *(name for column in columns for name in column.categories)])
    code = {name: number for number, name in enumerate(names)}
    masses, lines = (np.array([code[name] for name in column.categories], np.intp)[column.codes] for column in columns)
    return tuple(names), masses, lines


def _seats(result: Footprint) -> IndexArray:
    """Entry of the stage masses that each line belongs to."""
    names, of_mass, of_line = _components(result)
    told, lines, stages = result.stage_masses, result.lines, len(result.stages)
    have = (told.product * stages + told.stage) * len(names) + of_mass
    wanted = (lines.product * stages + lines.stage) * len(names) + of_line
    order = np.argsort(have, kind="stable")
    return np.asarray(order[np.searchsorted(have[order], wanted)], dtype=np.intp)


def _per_process(result: Footprint, ratio: FloatArray) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Flow per kg leaving the stage, flow per product unit, and which of the two each line goes with.

    A line that goes with no mass is told per product unit; so is one that goes with two masses, which is not linear.
    """
    lines = result.lines
    names = [text.split("|") for text in lines.driver_names.categories]
    masses = [[_MASS_DRIVERS[name] for name in told if name in _MASS_DRIVERS] for told in names]
    linear = np.array([len(found) == 1 for found in masses], dtype=bool)[lines.driver_names.codes]
    driver = np.array([found[0] if len(found) == 1 else 0 for found in masses], dtype=np.intp)[lines.driver_names.codes]
    width = lines.drivers.shape[1]
    is_mass = np.array([[k < len(told) and told[k] in _MASS_DRIVERS for k in range(width)] for told in names], dtype=bool)
    others = np.where(is_mass[lines.driver_names.codes] | np.isnan(lines.drivers), 1.0, lines.drivers).prod(axis=1)
    mass = np.choose(driver, [np.ones(len(ratio)), ratio, ratio - 1.0])
    return lines.value * others * mass, lines.amount, linear


def _processes(result: Footprint, seat: IndexArray, kind: IntArray, chain: IndexArray) -> tuple[Processes, IndexArray]:
    """All processes, and the one that holds each line."""
    told, products = result.stage_masses, len(result.products)
    beside = np.flatnonzero(kind != STAGE)
    first, form = group_rows(kind[beside].astype(np.int64), seat[beside].astype(np.int64))
    rows = beside[first]
    of_unit = np.isin(kind[rows], (UNIT, MEMO_UNIT))
    base = products + len(told.product)
    process = chain.copy()
    process[beside] = base + form
    names, of_mass, _ = _components(result)
    component = np.concatenate([np.zeros(products, dtype=np.intp), of_mass, of_mass[seat[rows]]])
    return Processes(
        kind=np.concatenate([np.full(products, PRODUCT), np.full(len(told.product), STAGE), kind[rows]]).astype(np.int64),
        product=np.concatenate([np.arange(products), told.product, told.product[seat[rows]]]).astype(np.intp),
        stage=np.concatenate([np.full(products, -1), told.stage, told.stage[seat[rows]]]).astype(np.intp),
        component=Categorical(component, names),
        carrier=np.concatenate([np.arange(base), np.where(of_unit, told.product[seat[rows]], chain[rows])]).astype(np.intp),
    ), process


def _inputs(result: Footprint, ratio: FloatArray, processes: Processes) -> Inputs:
    """The way of the material backwards: product ← last stage ← … ← first stage, and what is told per product unit."""
    told, products = result.stage_masses, len(result.products)
    users, suppliers, amounts = [], [], []
    last: IndexArray | None = None
    for stage in range(len(result.stages) - 1, -1, -1):
        seats = np.flatnonzero(told.stage == stage)
        nodes = products + seats
        if last is None:
            users.append(told.product[seats])
            amounts.append(told.output[seats])
        elif len(last) == len(nodes):
            users.append(products + last)
            amounts.append(ratio[last])
        else:  # the fibres of a blend flow together
            place = np.empty(products, dtype=np.intp)
            place[told.product[last]] = last
            user = place[told.product[seats]]
            users.append(products + user)
            amounts.append(ratio[user] * told.output[seats] / told.input[user])
        suppliers.append(nodes)
        last = seats
    per_unit = np.flatnonzero(processes.kind == UNIT)
    users.append(processes.product[per_unit])
    suppliers.append(per_unit)
    amounts.append(np.ones(len(per_unit)))
    return Inputs(np.concatenate(users), np.concatenate(suppliers), np.concatenate(amounts))


def _factors(result: Footprint, rows: IndexArray) -> tuple[IndexArray, Factors]:
    """Distinct factors of some lines, and that of each line; the split is told by the line that takes most of it."""
    lines = result.lines
    value = np.unique(lines.factor[rows], return_inverse=True)[1].reshape(-1)
    columns = (_by_text(getattr(lines, name)) for name in ("factor_table", "item", "region", "year", "factor_unit"))
    first, form = group_rows(*(codes[rows] for codes in columns), value.astype(np.int64))
    most = np.zeros(len(first), dtype=np.intp)
    order = np.argsort(np.abs(lines.amount[rows]), kind="stable")
    most[form[order]] = rows[order]
    amount = lines.amount[most][:, None]
    fossil = np.zeros((len(first), lines.split.shape[1]))
    fossil[:, 0] = lines.factor[most]
    split = np.divide(lines.split[most], amount, out=fossil, where=amount != 0)
    factor = np.full(len(lines.amount), -1, dtype=np.intp)
    factor[rows] = form
    return factor, Factors(most, lines.factor[most], split)


def _by_text(column: Categorical) -> IntArray:
    """Codes of a column of which each text has one, however often its categories hold it."""
    code = {text: number for number, text in enumerate(column.categories)}
    return np.array([code[text] for text in column.categories] or [0], dtype=np.int64)[column.codes]


def _suppliers(result: Footprint) -> tuple[IndexArray, FloatArray]:
    """Product that a line links to (-1: none), and its product units in one unit of the flow."""
    lines = result.lines
    place = {f"{LINK}{name}": number for number, name in enumerate(result.products)}
    linked = [text == "" for text in lines.factor_table.categories]
    of_item = np.array([place.get(text, -1) for text in lines.item.categories] or [-1], dtype=np.intp)
    is_link = np.array(linked or [False], dtype=bool)[lines.factor_table.codes]
    supplier = np.where(is_link, of_item[lines.item.codes], -1)
    supplied = np.zeros(len(supplier))
    rows = np.flatnonzero(supplier >= 0)
    for code in np.unique(lines.unit.codes[rows]):
        chosen = rows[lines.unit.codes[rows] == code]
        units = result.measures.product_units(result.measures.parse(lines.unit.categories[code]))
        supplied[chosen] = units[supplier[chosen]]
    return supplier, supplied
