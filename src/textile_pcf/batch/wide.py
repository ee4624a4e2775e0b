"""Wide tables for programs: products × quantities as one matrix, every product with the same rows.

The rows are understood, converted and matched once, as the rows of one product; masses come from the same engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf import engine
from textile_pcf.activity import Activity, build_activity
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import FloatArray
from textile_pcf.batch.arguments import check_list_of_units
from textile_pcf.batch.job import check_units
from textile_pcf.calculation import CONVENTIONS, GWP_SETS, calculate_footprints
from textile_pcf.errors import InputError, Problem, UsageError, checked_choice, wrong_type
from textile_pcf.factors import FactorTable, default_table, load_factors
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.refused_amounts import most_of_rows
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.units import parse_unit
from textile_pcf.units.product_units import ProductUnits

BLOCK = 6_000  # products at a time: enough that calling numpy costs little, few enough for the caches
TERMS = 250_000  # of one matrix product: few enough that the libraries under numpy start no threads for it
TOGETHER = 25  # products whose amounts are compared as one row
MOST_CELLS = 20  # problems of cells that are listed one by one


@dataclass(frozen=True)
class WideResult:
    """Footprints of a wide table, arrays of shape (products, stages) and (products,). [kg CO2e per product unit]"""

    stages: tuple[str, ...]
    unit: str
    by_stage: FloatArray
    totals: FloatArray
    per_unit: Mapping[str, FloatArray]
    """Totals in other units, NaN for products without conversion to the unit. [kg CO2e per unit named]"""


@dataclass(frozen=True)
class _Layout:
    """Meaning of the columns: weights of flows by driver, losses of stages, properties that convert units."""

    weights: tuple[
        FloatArray, FloatArray, FloatArray
    ]  # (columns, stages) for output, input and loss. [kg CO2e per unit as given and kg]
    losses: tuple[tuple[tuple[int, float, str], ...], ...]  # per stage: column, factor to kg/kg, basis
    measured: Mapping[str, tuple[int, float]]  # grammage, width, mass, wears, sold: column and factor
    any_sign: NDArray[np.bool_]
    most: FloatArray  # of each column, above which its amounts must be confirmed
    inside: NDArray[np.bool_]
    measures: ProductUnits


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
        A column is wrong, a cell is not finite, negative, or a loss of all; or the rule fills something in, and then products
        differ in more than amounts: give a long table to `calculate_batch`.

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
        checked_choice("gwp", ruled.document.gwp if gwp is None else gwp, GWP_SETS),
        checked_choice("biogenic", ruled.document.biogenic if biogenic is None else biogenic, CONVENTIONS),
    )
    layout = _layout(amounts, columns, ruled, matcher)
    stages = tuple(stage.id for stage in ruled.stages)
    by_stage, totals = np.empty((len(amounts), len(stages))), np.empty(len(amounts))
    per_unit = {unit: np.empty(len(amounts)) for unit in units}
    for first in range(0, len(amounts), BLOCK):
        part = amounts[first : first + BLOCK]
        if not _is_valid(part, layout):
            raise InputError(_problems(amounts, columns, layout))
        here = slice(first, first + len(part))
        measures = _measures(part, layout)
        _calculate(part, layout, measures, by_stage[here])
        totals[here] = by_stage[here][:, layout.inside].sum(axis=1)
        for unit, values in per_unit.items():
            values[here] = totals[here] * measures.product_units(parse_unit(unit, ruled.unit_names))
    return WideResult(stages, ruled.product_unit.text, by_stage, totals, per_unit)


def _matrix(amounts: Any, columns: Any) -> FloatArray:
    """Return the amounts as numbers, a row for each product and a number for each column."""
    if not isinstance(columns, Sequence) or isinstance(columns, str) or not all(isinstance(each, Mapping) for each in columns):
        raise wrong_type("columns", columns, "a list of columns", "Write each as a row without product and amount.")
    try:
        matrix = np.asarray(amounts, dtype=np.float64)
    except (TypeError, ValueError):
        raise wrong_type("amounts", amounts, "a matrix of numbers", "Give numbers, products × columns.") from None
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
    inventory, row = footprint.inventory, activity.exchanges.row
    factor = activity.rows.patterns.factor[activity.rows.pattern]
    weights = _weights(inventory, len(columns), factor[row] * inventory.scale * inventory.factor_totals)
    lost = [(int(row), float(factor[row]), spec.basis) for row, spec in zip(activity.loss_rows, rules.losses, strict=True)]
    taken = [activity.stage_active[spec.index] and not spec.outside for spec in rules.stages]
    losses = tuple(tuple(lost[index] for index in spec.losses if taken[spec.index]) for spec in rules.stages)
    measured = {
        spec.id: (int(activity.property_rows[spec.index]), float(factor[activity.property_rows[spec.index]]))
        for spec in rules.properties
        if spec.stage < 0 and activity.property_rows[spec.index] >= 0 and not spec.choice
    }
    any_sign = np.zeros(len(columns), dtype=bool)
    any_sign[row] = rule_arrays(rules).flow_any_sign[inventory.flow]
    if "mass" in measured:  # per canonical unit of its reference
        column, _ = measured["mass"]
        measured["mass"] = (column, float(footprint.measures.mass[0] / amounts[0, column]))
    inside = np.array([not spec.outside for spec in rules.stages])
    most = np.where(activity.columns.confirmed, np.inf, most_of_rows(activity))
    return _Layout(weights, losses, measured, any_sign, most, inside, footprint.measures)


def _weights(inventory: Inventory, columns: int, weight: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the weight of each column in each stage, per kg of output, input and loss, shapes (columns, stages)."""
    driver, row = inventory.driver, inventory.activity.exchanges.row
    masses = driver.sum(axis=1)
    if np.any(masses > 1):
        raise InputError([_unfit("a flow is multiplied by several masses")])
    if np.any(masses == 0):
        raise InputError([_unfit("a flow is not multiplied by a mass of its stage")])
    stage = inventory.processes.stage[inventory.process]
    output, taken, lost = (np.zeros((columns, len(inventory.activity.rules.stages))) for _ in range(3))
    for index, weights in enumerate((output, taken, lost)):
        rows = np.flatnonzero(driver[:, index])
        weights[row[rows], stage[rows]] = weight[rows]
    return output, taken, lost


def _unfit(why: str) -> Problem:
    cure = "Give a long table (product, stage, flow, amount, unit) to `calculate_batch`."
    return Problem("wide table", Message("These columns do not make a wide table: {why}.", why=Message(why)), cure, code="wide")


def _must_be_linear(activity: Activity) -> None:
    """Refuse columns for which the rule fills something in: products must differ in their amounts only."""
    flows, rows = activity.exchanges, activity.rows
    inverse = rows.patterns.inverse.any()
    taking = [index for spec in activity.rules.stages if activity.stage_active[spec.index] for index in spec.losses]
    lossless = [index for index in taking if activity.loss_rows[index] < 0]
    ruled = len(flows.empty) > 0
    periods = len(rows.of_kind(RowKind.OUTPUT)) or flows.has_other_basis
    if activity.components.size != 1 or ruled or lossless or periods or inverse:
        raise InputError([_unfit("the rule fills values in, or amounts are per period, per fibre or in inverse units")])


def _is_valid(part: FloatArray, layout: _Layout) -> bool:
    """Return whether every cell is finite, none is negative or beyond its limit, and no loss is total."""
    lowest, highest = _extremes(part)
    if not (lowest.min() >= 0 and highest.max() < np.inf):
        negative = np.any((lowest < 0) & ~layout.any_sign)
        if negative or not np.all(np.isfinite(part)):
            return False
    if np.any(highest > layout.most):
        return False
    losses = [loss for stage in layout.losses for loss in stage]
    below = all(highest[column] * factor < 1 for column, factor, basis in losses if basis == "input")
    return below and all(lowest[column] > 0 for column, _, basis in losses if basis == "ratio")


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
    for stage in layout.losses:
        for column, factor, basis in stage:
            loss = amounts[:, column] * factor
            bad[:, column] |= loss >= 1 if basis == "input" else (loss <= 0) & (basis == "ratio")
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


def _measures(part: FloatArray, layout: _Layout) -> ProductUnits:
    """Return the conversion of units of these products into mass."""
    products = len(part)
    base = layout.measures

    def values(name: str, known: FloatArray) -> FloatArray:
        if name not in layout.measured:
            return np.broadcast_to(known[:1], products)
        column, factor = layout.measured[name]
        return part[:, column] * factor

    fields = {name: values(name, getattr(base, name)) for name in ("grammage", "width", "wears", "sold") if hasattr(base, name)}
    return replace(base, mass=values("mass", base.mass), **fields)  # type: ignore[arg-type]


def _calculate(part: FloatArray, layout: _Layout, measures: ProductUnits, by_stage: FloatArray) -> None:
    """Write the emissions by stage of a block of products into `by_stage`."""
    one = np.ones(len(part))
    ratios = []
    for stage in layout.losses:
        ratio = one
        for column, factor, basis in stage:
            ratio = ratio * engine.loss_ratio(part[:, column] * factor, basis)
        ratios.append(ratio)
    masses = engine.stage_masses(measures.product_mass, np.concatenate(ratios), np.arange(len(part)), one, 0)
    output, taken = masses.output.reshape(len(ratios), -1), masses.input.reshape(len(ratios), -1)
    step = max(1, TERMS // layout.weights[0].size)
    for first in range(0, len(part), step):
        np.matmul(part[first : first + step], layout.weights[0], out=by_stage[first : first + step])
    for number in range(by_stage.shape[1]):
        by_stage[:, number] *= output[number]
    for kind in (1, 2):
        if layout.weights[kind].any():
            emissions = part @ layout.weights[kind]
            for number in range(by_stage.shape[1]):
                mass = taken[number] if kind == 1 else taken[number] - output[number]
                by_stage[:, number] += emissions[:, number] * mass
