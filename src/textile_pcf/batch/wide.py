"""Wide tables for programs: products × quantities as one matrix, every product with the same rows.

The rows are understood, converted and matched once, as the rows of one product; masses come from the same engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf import engine
from textile_pcf.activity import Activity, build_activity
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import LARGEST, BoolArray, FloatArray, IndexArray, is_calculable
from textile_pcf.batch.arguments import check_list_of_units
from textile_pcf.batch.job import check_units
from textile_pcf.calculation import calculate_footprints, chosen_conventions
from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.factors import FactorTable, default_table, load_factors
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.refused_amounts import most_of_rows
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import parse_unit
from textile_pcf.units.product_units import ProductUnits

BLOCK = 7_500  # products at a time, with what is calculated of them: enough that calling numpy costs little
TERMS = 250_000  # of one matrix product: few enough that the libraries under numpy start no threads for it
TOGETHER = 25  # products whose amounts are compared as one row
VAST = 1e200  # limit of amounts that have no other: what is above is looked at
PROVEN = 1 - 1e-9  # a sum below is below 1 however it was rounded
CONVERTING = ("mass", "grammage", "width", "wears", "sold")  # properties that convert units
MOST_CELLS = 20  # problems of cells that are listed one by one


@dataclass(frozen=True)
class WideResult:
    """Footprints of a wide table, arrays of shape (products, stages) and (products,). [kg CO2e per product unit]

    Numbers of a stage lie together in memory: `by_stage` is in Fortran order.
    """

    stages: tuple[str, ...]
    unit: str
    by_stage: FloatArray
    totals: FloatArray
    per_unit: Mapping[str, FloatArray]
    """Totals in other units, NaN for products without conversion to the unit. [kg CO2e per unit named]"""


@dataclass(frozen=True)
class _Quantities:
    """The columns that masses are calculated from: losses, one basis after the other, then properties."""

    columns: IndexArray
    factors: FloatArray  # to canonical units, losses to kg/kg; of mass, to kg per product unit
    bases: Mapping[str, slice]  # losses of each basis
    losses: tuple[tuple[int, ...], ...]  # of each stage, by their places
    properties: Mapping[str, int]  # places of those that convert units
    of_mass: tuple[int, ...]  # of these, the places of those that give the mass of a product unit

    def mass_ratios(self, quantities: FloatArray) -> FloatArray:
        """Mass in per mass out of each stage, shape (stages × products,). [kg/kg]"""
        ratios = [ratio for basis, here in self.bases.items() for ratio in engine.loss_ratio(quantities[here], basis)]
        one = np.ones(quantities.shape[1])
        of_stages = [[ratios[place] for place in losses] or [one] for losses in self.losses]
        return np.concatenate([reduce(np.multiply, of_stage) for of_stage in of_stages])


@dataclass(frozen=True)
class _Layout:
    """Meaning of the columns: weights of flows by driver, quantities that masses are calculated from, limits of amounts."""

    weights: tuple[
        FloatArray, FloatArray, FloatArray
    ]  # (columns, stages) for output, input and loss. [kg CO2e per unit as given and kg]
    quantities: _Quantities
    any_sign: BoolArray
    most: FloatArray  # of each column, above which its amounts must be confirmed
    inside: BoolArray | slice  # stages that totals count
    measures: ProductUnits

    @cached_property
    def output_and_limits(self) -> FloatArray:
        """Weights by output, and those that sum amounts as parts of their limits.

        One column more of a matrix product takes less time than finding the greatest amount of each column.
        """
        return np.column_stack([self.weights[0], 1 / np.clip(self.most, 1 / VAST, VAST)])


@dataclass(frozen=True)
class _Block:
    """What is taken from some products. What is calculated of a stage or with a quantity lies together in memory."""

    amounts: FloatArray
    not_negative: bool  # all amounts are numbers, none below zero
    by_output: FloatArray  # (stages, products). [kg CO2e per kg of output]
    parts_of_limits: FloatArray  # (products,), sum over columns
    quantities: FloatArray  # (quantities, products), in canonical units


def calculate_wide(
    amounts: FloatArray,
    columns: Sequence[Mapping[str, Any]],
    rules: RuleSet | str | Path,
    factors: FactorTable | None = None,
    *,
    units: Sequence[str] = (),
    gwp: str | None = None,
    biogenic: str | None = None,
) -> WideResult:
    """Return footprints of products that all give the same quantities. [kg CO2e per product unit]

    Parameters
    ----------
    amounts : array, shape (products, columns)
        Finite numbers, in the unit of each column.
    columns : sequence of mappings
        What each column is, as a row of activity data without product and amount: stage, flow, unit, item, region, year.
    rules, factors, gwp, biogenic
        As for `calculate`.
    units : sequence of str
        Further units of totals.

    Raises
    ------
    UsageError
        The amounts are no matrix with a number for each column, or an option has an unknown value.
    InputError
        A column is wrong, a cell is not finite, negative, or a loss of all; the rule fills something in, or products differ in
        a property that multiplies amounts, and so in more than amounts: give a long table to `calculate_batch`.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> from textile_pcf.batch.wide import calculate_wide
    >>> columns = [{"stage": "spinning", "flow": "electricity", "unit": "kWh"}]
    >>> calculate_wide(np.array([[1.0]]), columns, "cotton_fabric")
    Traceback (most recent call last):
    textile_pcf.errors.InputError: ...
    """
    ruled = load_rules(rules)
    amounts = _matrix(amounts, columns)
    if factors is not None and not isinstance(factors, FactorTable):
        raise wrong_type("factors", factors, "loaded emission factors", "Load them first: load_factors(path).")
    check_list_of_units(units)
    check_units(units, ruled.unit_names)
    matcher = FactorMatcher(
        load_factors(default_table(ruled.document.edition)) if factors is None else factors,
        *chosen_conventions(ruled, gwp, biogenic),
    )
    layout = _layout(amounts, columns, ruled, matcher)
    stages = tuple(stage.id for stage in ruled.stages)
    by_stage, totals = np.empty((len(stages), len(amounts))).T, np.empty(len(amounts))
    per_unit = {unit: np.empty(len(amounts)) for unit in units}
    for first in range(0, len(amounts), BLOCK):
        here = slice(first, first + BLOCK)
        block = _read(amounts[here], layout)
        if not _is_valid(block, layout):
            raise InputError(_problems(amounts, columns, layout))
        given = {name: block.quantities[place] for name, place in layout.quantities.properties.items()}
        measures = replace(layout.measures, **given)
        emissions = _by_stage(block, layout, measures.product_mass)
        if not is_calculable(emissions):
            raise InputError(_too_large(emissions, first))
        by_stage[here] = emissions.T
        totals[here] = emissions[layout.inside].sum(axis=0)
        for unit, values in per_unit.items():
            values[here] = totals[here] * measures.product_units(parse_unit(unit, ruled.unit_names))
    return WideResult(stages, ruled.product_unit.text, by_stage, totals, per_unit)


def _too_large(emissions: FloatArray, first: int) -> Iterator[Problem]:
    """Yield a problem for each of the first products whose emissions are too large; `first` is the row of the first product."""
    what = "The emissions add up to more than can be calculated."
    wrong = np.flatnonzero(~(np.abs(emissions) < LARGEST).all(axis=0))
    for row in (wrong[:MOST_CELLS] + first).tolist():
        yield Problem(f"row {row}", what, "Check the amount and its unit.", code="huge")


def _matrix(amounts: Any, columns: Any) -> FloatArray:
    """Return the amounts as numbers, a row for each product and a number for each column."""
    if not isinstance(columns, Sequence) or isinstance(columns, str) or not all(isinstance(each, Mapping) for each in columns):
        raise wrong_type("columns", columns, "a list of columns", "Write each as a row without product and amount.")
    unfit = wrong_type("amounts", amounts, "a matrix of numbers", "Give numbers, products × columns.")
    try:
        types = getattr(amounts, "dtypes", None)  # of a DataFrame
        kinds = {getattr(one, "kind", "") for one in types} if types is not None else {np.asarray(amounts).dtype.kind}
        if kinds & {"b", "c", "m", "M"}:  # truth values, complex numbers and times would be converted
            raise unfit
        matrix = np.asarray(amounts, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise unfit from None
    matrix = np.where(np.ma.getmaskarray(amounts), np.nan, matrix) if isinstance(amounts, np.ma.MaskedArray) else matrix
    if matrix.ndim != 2 or not len(matrix) or matrix.shape[1] != len(columns):
        shape = " × ".join(map(str, matrix.shape)) or "1"
        what = Message("The amounts are {shape} numbers, and there are {count} columns.", shape=shape, count=len(columns))
        raise UsageError([Problem("amounts", what, "Give a row for each product, and a number for each column.", code="usage")])
    return matrix


def _layout(amounts: FloatArray, columns: Sequence[Mapping[str, Any]], rules: RuleSet, matcher: FactorMatcher) -> _Layout:
    """Understand the columns by the first product."""
    probe = [{**column, "amount": float(amount)} for column, amount in zip(columns, amounts[0], strict=True)]
    activity = build_activity({"product": "1", "rows": probe}, rules)
    footprint = calculate_footprints(activity, matcher)[0]
    _must_be_linear(activity)
    _must_agree(amounts, activity)
    inventory, row = footprint.inventory, activity.exchanges.row
    factor = activity.rows.patterns.factor[activity.rows.pattern]
    weights = _weights(inventory, len(columns), factor[row] * inventory.scale * inventory.factor_totals)
    quantities = _quantities(activity, factor, footprint.measures)
    any_sign = np.zeros(len(columns), dtype=bool)
    any_sign[row] = rule_arrays(rules).flow_any_sign[inventory.flow]
    most = np.where(activity.columns.confirmed, np.inf, most_of_rows(activity))
    outside = np.array([spec.outside for spec in rules.stages])
    inside = ~outside if outside.any() else slice(None)
    return _Layout(weights, quantities, any_sign, most, inside, footprint.measures)


def _quantities(activity: Activity, factor: FloatArray, measures: ProductUnits) -> _Quantities:
    """Find losses of active stages and properties that convert units; `factor` is of columns, to canonical units."""
    rules, rows = activity.rules, activity.property_rows
    taken = [spec.losses if activity.stage_active[spec.index] and not spec.outside else () for spec in rules.stages]
    lost = sorted((index for losses in taken for index in losses), key=lambda index: rules.losses[index].basis)
    names = [rules.losses[index].basis for index in lost]
    given = [spec for spec in rules.properties if spec.stage < 0 and spec.id in CONVERTING and rows[spec.index] >= 0]
    properties = {spec.id: place for place, spec in enumerate(given, len(lost))}
    columns = np.concatenate([activity.loss_rows[lost], rows[[spec.index for spec in given]]])
    factors = factor[columns]
    if "mass" in properties:  # per canonical unit of its reference
        place = properties["mass"]
        factors[place] = measures.mass[0] / activity.columns.numbers["amount"][columns[place]]
    return _Quantities(
        columns=columns,
        factors=factors,
        bases={basis: slice(names.index(basis), names.index(basis) + names.count(basis)) for basis in names},
        losses=tuple(tuple(lost.index(index) for index in losses) for losses in taken),
        properties=properties,
        of_mass=tuple(properties[name] for name in measures.mass_properties() if name in properties),
    )


def _weights(inventory: Inventory, columns: int, weight: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the weight of each column in each stage, per kg of output, input and loss, shapes (columns, stages)."""
    driver, row = inventory.driver, inventory.activity.exchanges.row
    masses = driver.sum(axis=1)
    if np.any(masses > 1):
        raise InputError([_unfit(Message("a flow is multiplied by several masses"))])
    if np.any(masses == 0):
        raise InputError([_unfit(Message("a flow is not multiplied by a mass of its stage"))])
    stage = inventory.processes.stage[inventory.process]
    output, taken, lost = (np.zeros((columns, len(inventory.activity.rules.stages))) for _ in range(3))
    for index, weights in enumerate((output, taken, lost)):
        rows = np.flatnonzero(driver[:, index])
        weights[row[rows], stage[rows]] = weight[rows]
    return output, taken, lost


def _unfit(why: Message) -> Problem:
    cure = "Give a long table (product, stage, flow, amount, unit) to `calculate_batch`."
    return Problem("wide table", Message("These columns do not make a wide table: {why}.", why=why), cure, code="wide")


def _must_be_linear(activity: Activity) -> None:
    """Refuse columns for which the rule fills something in: products must differ in their amounts only."""
    flows, rows = activity.exchanges, activity.rows
    inverse = rows.patterns.inverse.any()
    taking = [index for spec in activity.rules.stages if activity.stage_active[spec.index] for index in spec.losses]
    lossless = [index for index in taking if activity.loss_rows[index] < 0]
    ruled = len(flows.empty) > 0
    periods = len(rows.of_kind(RowKind.OUTPUT)) or flows.has_other_basis
    if activity.components.size != 1 or ruled or lossless or periods or inverse:
        why = Message("the rule fills values in, or amounts are per period, per fibre or in inverse units")
        raise InputError([_unfit(why)])


def _must_agree(amounts: FloatArray, activity: Activity) -> None:
    """Refuse what the weights of the first product hold of other amounts, and other products may not have."""
    if not np.array_equal(activity.columns.numbers["amount"], amounts[0], equal_nan=True):
        raise InputError([_unfit(Message("an amount is per length of fabric"))])
    rules, rows = activity.rules, activity.property_rows
    for index in sorted(_properties_of_weights(activity)):
        if rows[index] >= 0 and np.any(amounts[:, rows[index]] != amounts[0, rows[index]]):
            name = f"{rules.stage_id(rules.properties[index].stage)}.{rules.properties[index].id}"
            raise InputError([_unfit(Message("products differ in {name}, by which the rule multiplies amounts", name=name))])


def _properties_of_weights(activity: Activity) -> set[int]:
    """Return the properties that drive flows, share emissions with co-products or give a conversion that no column gives."""
    rules, rows = activity.rules, activity.property_rows
    specs, found = rules.properties, set[int]()
    waiting = [one for _, drivers, _ in activity.exchanges.driven for one in drivers if isinstance(one, int)]
    waiting += [one.index for one in specs if one.stage < 0 and one.id in CONVERTING and rows[one.index] < 0]
    for stage in rule_arrays(rules).allocated_stages:
        if stage.allocation is not None and activity.stage_active[stage.index]:
            of_stage = stage.allocation
            waiting += [one for one in (of_stage.share, *of_stage.masses, *of_stage.prices, of_stage.price) if one >= 0]
    while waiting:
        spec = specs[waiting.pop()]
        if spec.index not in found and rows[spec.index] < 0:  # it follows from others
            chosen = (spec.default.by, spec.default.reference) if spec.default is not None else ()
            waiting += [one for one in (*spec.inputs.values(), *chosen) if one >= 0]
        found.add(spec.index)
    return found


def _read(amounts: FloatArray, layout: _Layout) -> _Block:
    """Read a block of the table once: what is taken of a few products is taken while they are in the caches."""
    weights, columns = layout.output_and_limits, layout.quantities.columns
    sums, quantities = np.empty((weights.shape[1], len(amounts))), np.empty((len(columns), len(amounts)))
    not_negative = True
    with np.errstate(invalid="ignore"):  # cells that are not finite are refused later
        for here in _few(amounts, weights):
            few = amounts[here]
            not_negative &= bool(few.min() >= 0)  # first, because it reads from memory faster than a matrix product does
            np.matmul(weights.T, few.T, out=sums[:, here])
            quantities[:, here] = few[:, columns].T
    quantities *= layout.quantities.factors[:, None]
    return _Block(amounts, not_negative, sums[:-1], sums[-1], quantities)


def _few(amounts: FloatArray, weights: FloatArray) -> Iterator[slice]:
    """Products whose matrix product is calculated at once."""
    step = max(1, TERMS // weights.size)
    return (slice(first, first + step) for first in range(0, len(amounts), step))


def _is_valid(block: _Block, layout: _Layout) -> bool:
    """Return whether every cell is finite, none negative or beyond its limit, no loss total and no mass zero.

    NaN fails every comparison. Amounts that are not negative, and together less than one limit, are each below their own.
    Only where that is not so, columns are examined one by one.
    """
    if not (block.not_negative and block.parts_of_limits.max() < PROVEN):
        lowest, highest = _extremes(block.amounts)
        negative = np.any((lowest < 0) & ~layout.any_sign)
        if negative or not np.all(np.isfinite(lowest) & np.isfinite(highest) & (highest <= layout.most)):
            return False
    bases, masses = layout.quantities.bases, block.quantities[list(layout.quantities.of_mass)]
    of_input, ratios = (block.quantities[bases.get(basis, slice(0))] for basis in ("input", "ratio"))
    return bool(of_input.max(initial=0) < 1 and ratios.min(initial=1) > 0 and masses.min(initial=1) > 0)


def _extremes(part: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest amount of each column, NaN where one is.

    Products are looked at `TOGETHER` at a time, as one long row: numpy takes short rows one by one, at three times the cost.
    """
    rows, columns = part.shape
    whole = rows - rows % TOGETHER
    long = np.ascontiguousarray(part[:whole]).reshape(-1, TOGETHER * columns)
    found = []
    for extreme in (np.minimum, np.maximum):
        of_long = extreme.reduce(long, axis=0).reshape(TOGETHER, columns) if whole else part[:0]
        found.append(extreme.reduce(np.concatenate([of_long, part[whole:]]), axis=0))
    return found[0], found[1]


def _problems(amounts: FloatArray, columns: Sequence[Mapping[str, Any]], layout: _Layout) -> Iterator[Problem]:
    """Yield a problem for each of the first invalid cells, and one with their number."""
    bad = ~np.isfinite(amounts) | ((amounts < 0) & ~layout.any_sign)
    for basis, here in layout.quantities.bases.items():
        lost = layout.quantities.columns[here]
        loss = amounts[:, lost] * layout.quantities.factors[here]
        bad[:, lost] |= loss >= 1 if basis == "input" else (loss <= 0) & (basis == "ratio")
    masses = layout.quantities.columns[list(layout.quantities.of_mass)]
    bad[:, masses] |= amounts[:, masses] == 0
    beyond = (amounts > layout.most) & ~bad
    rows, places = np.nonzero(bad | beyond)
    for row, place in list(zip(rows.tolist(), places.tolist(), strict=True))[:MOST_CELLS]:
        where = f"row {row}, column {place} ({columns[place].get('stage')}.{columns[place].get('flow')})"
        cure = (
            "If it is right, give the column `confirmed: yes`." if beyond[row, place] else "Write a finite number that can be."
        )
        yield Problem(where, Message("The amount is {amount:g}.", amount=amounts[row, place]), cure, code="wide-cell")
    if len(rows) > MOST_CELLS:
        yield Problem(
            "wide table",
            Message("There are {count} such cells in all.", count=len(rows)),
            "See the first of them.",
            code="wide-cell",
        )


def _by_stage(block: _Block, layout: _Layout, product_mass: FloatArray) -> FloatArray:
    """Return emissions of a block of products, shape (stages, products)."""
    one = np.ones(len(block.amounts))
    ratios = layout.quantities.mass_ratios(block.quantities)
    masses = engine.stage_masses(product_mass * one, ratios, np.arange(len(one)), one, 0)
    emissions = block.by_output
    emissions *= masses.output.reshape(emissions.shape)
    if layout.weights[1].any():
        emissions += _weighted(block.amounts, layout.weights[1]) * masses.input.reshape(emissions.shape)
    if layout.weights[2].any():
        emissions += _weighted(block.amounts, layout.weights[2]) * masses.loss.reshape(emissions.shape)
    return emissions


def _weighted(amounts: FloatArray, weights: FloatArray) -> FloatArray:
    """Return amounts × weights, shape (stages, products)."""
    sums = np.empty((weights.shape[1], len(amounts)))
    for here in _few(amounts, weights):
        np.matmul(weights.T, amounts[here].T, out=sums[:, here])
    return sums
