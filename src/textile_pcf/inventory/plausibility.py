"""Warnings of amounts outside the plausible band of a rule, and problems of unconfirmed amounts far above it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from textile_pcf import engine
from textile_pcf.activity.activity import Activity
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.row_patterns import PER_PERIOD, PER_PRODUCT, RowKind
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import rows_by_code, take
from textile_pcf.errors import Problem
from textile_pcf.inventory.defaults import property_on
from textile_pcf.inventory.masses import process_masses
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.messages.message import Message, sentences
from textile_pcf.rules import PRODUCT, FlowSpec, LossSpec, PropertySpec, RuleSet

TIMES = 20  # an amount more than this many times above its band is refused
NEAR = 1e-12
Warning_ = tuple[int, str]


@dataclass(frozen=True, eq=False)
class _Bands:
    """Bands of the properties, losses or flows of a rule, in canonical units; infinite if there is none."""

    specs: tuple[PropertySpec | LossSpec | FlowSpec, ...]
    low: FloatArray
    high: FloatArray
    most: FloatArray
    """Limit above which an amount must be confirmed; infinite if the band has no positive upper bound."""
    some: bool


@lru_cache(maxsize=32)
def _bands(rules: RuleSet) -> tuple[_Bands, _Bands, _Bands]:
    return _bands_of(rules.properties), _bands_of(rules.losses), _bands_of(rules.flows)


def _bands_of(specs: tuple[PropertySpec | LossSpec | FlowSpec, ...]) -> _Bands:
    limits = [(-np.inf, np.inf) if spec.plausible is None else spec.plausible for spec in specs]
    low, high = np.array(limits, dtype=np.float64).reshape(-1, 2).T
    near_low, near_high = low - NEAR * np.abs(np.nan_to_num(low)), high + NEAR * np.abs(np.nan_to_num(high))
    most = np.where(high > 0, TIMES * near_high, np.inf)
    return _Bands(tuple(specs), near_low, near_high, most, any(spec.plausible is not None for spec in specs))


# ---------------------------------------------------------------- warnings


def check_plausibility(activity: Activity, quantities: Quantities) -> Iterator[Warning_]:
    """Yield product and warning for each quantity outside its band, whatever its origin."""
    for problem, product in _outside_band(activity, quantities):
        yield product, problem.what


def implausible_amounts(activity: Activity, quantities: Quantities) -> list[Problem]:
    """Return a problem, with the cell of the amount, for each quantity outside its band."""
    return [problem for problem, _ in _outside_band(activity, quantities)]


class ImplausibleQuantity(NamedTuple):
    """A quantity that is outside its band in some products of a catalogue.

    Attributes
    ----------
    quantity : str
        Stage and id, such as `dyeing.steam`.
    low, high, unit : str
        The band.
    products : int
        Number of products outside the band.
    first_product, amount : str
        The first of them, with its amount and unit.
    """

    quantity: str
    low: str
    high: str
    unit: str
    products: int
    first_product: str
    amount: str


def count_implausible(activity: Activity, quantities: Quantities) -> list[ImplausibleQuantity]:
    """Return each quantity that is outside its band, with the number of products and the first of them."""
    found: list[ImplausibleQuantity] = []
    for bands, block_index, positions, values, _ in _outside_bands(activity, quantities):
        for index, number in rows_by_code(_entries(block_index, positions)):
            spec, here = bands.specs[index], positions[number]
            products = np.unique(_products(activity, spec.stage, here - block_index.offsets[index]))
            amount = f"{values[number[0]] / _unit(spec)[0]:.6g} {_unit(spec)[1]}"
            first = int(_products(activity, spec.stage, here[:1] - block_index.offsets[index])[0])
            name = f"{activity.rules.stage_id(spec.stage)}.{spec.id}"
            found.append(ImplausibleQuantity(name, *_limits(spec), len(products), activity.names[first], amount))
    return found


def catalogue_warnings(found: Iterable[ImplausibleQuantity]) -> list[str]:
    """Return a warning for each quantity that is outside its band in some products of a catalogue.

    Parameters
    ----------
    found : iterable of ImplausibleQuantity
        Of all partitions, in their order; the numbers of products are added up.
    """
    total: dict[str, ImplausibleQuantity] = {}
    for each in found:
        first = total.setdefault(each.quantity, each._replace(products=0))
        total[each.quantity] = first._replace(products=first.products + each.products)
    what = "{name}: Products outside the plausible {band}: {count}. The first of them is {product} with {amount}."
    return [
        Message(
            what,
            name=each.quantity,
            band=Message("{low} to {high} {unit}", low=each.low, high=each.high, unit=each.unit),
            count=each.products,
            product=each.first_product,
            amount=each.amount,
        )
        for each in total.values()
    ]


def _outside_band(activity: Activity, quantities: Quantities) -> Iterator[tuple[Problem, int]]:
    for bands, block_index, positions, values, rows in _outside_bands(activity, quantities):
        numbers = (positions.tolist(), _entries(block_index, positions).tolist(), values.tolist(), rows.tolist())
        for position, index, value, row in zip(*numbers, strict=True):
            spec = bands.specs[index]
            entry = position - int(block_index.offsets[index])
            product, component = activity.entry_name(spec.stage, entry)
            of = f" of {component}" if component else ""
            name = f"{activity.rules.stage_id(spec.stage)}.{spec.id}{of}"
            amount = f"{value / _unit(spec)[0]:.6g} {_unit(spec)[1]}"
            where = activity.columns.location(row, "amount") if row >= 0 else activity.columns.table.name
            what = Message("{name}: {amount} is outside the plausible {band}.", name=name, amount=amount, band=_band(spec))
            yield Problem(where, what, "", activity.products[product], "plausible"), product


class _Outside(NamedTuple):
    """Properties, losses or flows outside their bands: entries, values and rows, ascending; row -1 for values of the rule."""

    bands: _Bands
    block_index: BlockIndex
    positions: IndexArray
    values: FloatArray
    rows: IndexArray


def _outside_bands(activity: Activity, quantities: Quantities) -> Iterator[_Outside]:
    """Yield properties, losses and flows outside their bands."""
    properties, losses, flows = _bands(activity.rules)
    if properties.some:
        yield _entries_outside(properties, activity.property_entries, quantities.properties, activity.property_rows)
    if losses.some:
        yield _entries_outside(losses, activity.loss_entries, _taken(activity, quantities.losses), activity.loss_rows)
    if flows.some:
        yield _flows_outside(activity, flows, _per_driver(activity, quantities))


def _entries_outside(bands: _Bands, block_index: BlockIndex, values: FloatArray, rows: IndexArray) -> _Outside:
    positions = np.flatnonzero((values < block_index.repeat(bands.low)) | (values > block_index.repeat(bands.high)))
    return _Outside(bands, block_index, positions, values[positions], rows[positions])


def _flows_outside(activity: Activity, bands: _Bands, values: FloatArray) -> _Outside:
    """Return the flows outside their bands: exchanges, or the sums of flows that have several; rows are those of the first."""
    exchanges, block_index = activity.exchanges, activity.structure.flow_entries
    if len(exchanges) > np.count_nonzero(activity.structure.is_given):
        row = np.full(block_index.total, -1, dtype=np.intp)
        row[block_index.entry(exchanges.flow[::-1], exchanges.entry[::-1])] = exchanges.row[::-1]
        return _entries_outside(bands, block_index, _sum_per_entry(activity, block_index, values), row)
    low, high = (
        take(np.append(limit, np.nan)[exchanges.patterns.flow], exchanges.pattern) for limit in (bands.low, bands.high)
    )
    lines = np.flatnonzero((values < low) | (values > high))
    positions = block_index.entry(exchanges.flow[lines], exchanges.entry[lines])
    order = np.argsort(positions)
    lines = lines[order]
    return _Outside(bands, block_index, positions[order], values[lines], exchanges.row[lines])


def _taken(activity: Activity, losses: FloatArray) -> FloatArray:
    """Return the losses of active stages; NaN elsewhere."""
    if activity.stage_active.all():
        return losses
    blocks = activity.processes.blocks
    taken = [activity.stage_active[blocks[spec.stage]] for spec in activity.rules.losses]
    return np.where(np.concatenate(taken), losses, np.nan) if taken else losses


def _entries(block_index: BlockIndex, positions: IndexArray) -> IndexArray:
    """Return the property, loss or flow of each index."""
    return np.asarray(np.searchsorted(block_index.offsets, positions, side="right") - 1, dtype=np.intp)


def _products(activity: Activity, stage: int, entries: IndexArray) -> IndexArray:
    per_component = stage != PRODUCT and activity.rules.stages[stage].component
    return activity.components.product[entries] if per_component else np.asarray(entries, dtype=np.intp)


def _unit(spec: PropertySpec | LossSpec | FlowSpec) -> tuple[float, str]:
    unit = spec.ratio_unit if isinstance(spec, FlowSpec) else spec.unit
    return unit.factor, unit.text


def _limits(spec: PropertySpec | LossSpec | FlowSpec) -> tuple[str, str, str]:
    """Return the lower and upper limit of the band as texts, and their unit."""
    assert spec.plausible is not None
    factor, unit = _unit(spec)
    low, high = (f"{number / factor:.6g}" for number in spec.plausible)
    return low, high, unit


def _band(spec: PropertySpec | LossSpec | FlowSpec) -> str:
    low, high, unit = _limits(spec)
    return Message("{low} to {high} {unit}", low=low, high=high, unit=unit)


# ---------------------------------------------------------------- flows on their entries


def _sum_per_entry(
    activity: Activity, block_index: BlockIndex, values: FloatArray, rows: BoolArray | None = None
) -> FloatArray:
    """Return the sum of the exchange values of each flow entry; NaN if there is no known value. [per driver]"""
    flows = activity.exchanges
    position = block_index.entry(flows.flow, flows.entry)
    if rows is not None:
        position, values = position[rows], values[rows]
    known = np.isfinite(values)
    if not known.all():
        position, values = position[known], values[known]
    total = np.bincount(position, weights=values, minlength=block_index.total)
    return np.where(np.bincount(position, minlength=block_index.total) > 0, total, np.nan)


def _per_driver(activity: Activity, quantities: Quantities) -> FloatArray:
    """Return exchange values per driver of the rule, also of those that are per product or per period."""
    flows, values = activity.exchanges, quantities.value
    if not flows.has_other_basis:
        return values
    specs = activity.rules.flows
    by_output = np.array([spec.drivers == ("output",) for spec in specs])[flows.flow]
    rows = np.flatnonzero((flows.per == PER_PRODUCT) | ((flows.per == PER_PERIOD) & ~by_output))
    if not len(rows):
        return values
    masses = process_masses(activity, quantities)
    with np.errstate(all="ignore"):
        amount = engine.exchange_amounts(values, quantities.scale, flows.process, masses, flows.driver_rows)
        per = np.ones(len(flows))
        for index in np.unique(flows.flow[rows]).tolist():
            here = rows[flows.flow[rows] == index]
            per[here] = _drivers(activity, quantities, masses, specs[index], here)
        done = values.copy()
        done[rows] = amount[rows] / per[rows]
    return done


def _drivers(activity: Activity, quantities: Quantities, masses: engine.Masses, spec: FlowSpec, rows: IndexArray) -> FloatArray:
    """Return the product of the drivers of a flow on some of its exchanges."""
    flows, product = activity.exchanges, np.ones(len(rows))
    for driver in spec.drivers:
        if driver == "product":
            product *= activity.rules.product_unit.factor
        elif isinstance(driver, int):
            product *= property_on(activity, quantities.properties, driver, spec.stage)[flows.entry[rows]]
        else:
            product *= getattr(masses, str(driver))[flows.process[rows]]
    return product


# ---------------------------------------------------------------- refused


def refuse_beyond_band(activity: Activity, quantities: Quantities) -> list[Problem]:
    """Return a problem per unconfirmed amount more than twenty times above its band; amounts of the rule are not checked."""
    properties, losses, flows = _bands(activity.rules)
    problems: list[Problem] = []
    if properties.some:
        problems += _single(activity, properties, activity.property_entries, activity.properties, activity.property_rows)
    if losses.some:
        problems += _single(activity, losses, activity.loss_entries, activity.losses, activity.loss_rows)
    if flows.some:
        problems += _flows(activity, quantities, flows)
    if not problems:
        return problems
    reported = {problem.where for problem in (*activity.problems, *quantities.problems)}  # these amounts are problems already
    return [problem for problem in problems if problem.where not in reported]


def _single(
    activity: Activity, bands: _Bands, block_index: BlockIndex, values: FloatArray, rows: IndexArray
) -> Iterator[Problem]:
    """Yield problems of properties or losses, which have one row each."""
    positions = np.flatnonzero(values > block_index.repeat(bands.most))
    if not len(positions):
        return
    positions = positions[~activity.columns.confirmed[rows[positions]]]
    for position in positions[np.unique(rows[positions], return_index=True)[1]].tolist():
        spec = bands.specs[int(_entries(block_index, np.array([position]))[0])]
        yield _refused(activity, spec, float(values[position]), int(rows[position]))


def _flows(activity: Activity, quantities: Quantities, bands: _Bands) -> Iterator[Problem]:
    """Yield problems of flows, each the sum of its rows: at the rows that exceed the limit alone, else at the largest."""
    flows, block_index = activity.exchanges, activity.structure.flow_entries
    values = _per_driver(activity, quantities)
    if not _suspect(activity, bands, values):
        return
    stated = (flows.row >= 0) & ~activity.columns.confirmed[flows.row]
    stated[flows.empty] = False
    total = _sum_per_entry(activity, block_index, values, stated)
    over = np.flatnonzero(total > block_index.repeat(bands.most))
    position = block_index.entry(flows.flow, flows.entry)
    refused: set[int] = set()
    for lines in _lines_of(np.flatnonzero(stated), position, over):
        index = int(flows.flow[lines[0]])
        alone = lines[values[lines] > bands.most[index]]
        for line in (alone if len(alone) else lines[np.argmax(values[lines])][None]).tolist():
            if (row := int(flows.row[line])) not in refused:
                refused.add(row)
                yield _refused(activity, bands.specs[index], float(total[position[line]]), row)


def _suspect(activity: Activity, bands: _Bands, values: FloatArray) -> bool:
    """Return whether a flow can exceed its limit: a row is above the band, or a flow may have many rows."""
    flows = activity.exchanges
    high = np.append(bands.high, np.inf)[flows.patterns.flow]
    if np.count_nonzero(values > take(high, flows.pattern)):
        return True
    return bool(len(flows) - np.count_nonzero(activity.structure.is_given) >= TIMES)  # many rows of one flow


def _lines_of(lines: IndexArray, position: IndexArray, selected: IndexArray) -> Iterator[IndexArray]:
    """Yield the exchanges of each of some flow entries."""
    lines = lines[np.isin(position[lines], selected)]
    lines = lines[np.argsort(position[lines], kind="stable")]
    yield from (part for part in np.split(lines, np.flatnonzero(np.diff(position[lines])) + 1) if len(part))


def _refused(activity: Activity, spec: PropertySpec | LossSpec | FlowSpec, value: float, row: int) -> Problem:
    factor, unit = _unit(spec)
    what = Message(
        "{value:.6g} {unit} is more than {times} times above the plausible {band}.",
        value=value / factor,
        unit=unit,
        times=TIMES,
        band=_band(spec),
    )
    check = "Check the amount, its unit and `per`." if isinstance(spec, FlowSpec) else "Check the amount and its unit."
    cure = sentences(check, "If it is right, write `yes` in the column `confirmed` of this row.")
    return next(iter(activity.columns.problems_at([row], what, cure, "amount", "implausible")))


def most_of_rows(activity: Activity) -> FloatArray:
    """Return the amount above which each row must be confirmed, in its unit; infinite if there is no limit."""
    patterns, most = activity.rows.patterns, np.full(len(activity.rows.patterns.row_kind), np.inf)
    for kind, bands in zip((RowKind.PROPERTY, RowKind.LOSS, RowKind.FLOW), _bands(activity.rules), strict=True):
        here = patterns.row_kind == kind
        most[here] = bands.most[patterns.index[here]] / patterns.factor[here]
    return most[activity.rows.pattern]
