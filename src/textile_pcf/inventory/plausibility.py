"""Amounts outside the band a rule calls plausible: warnings; those far above it are refused unless their row confirms them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from textile_pcf import engine
from textile_pcf.activity.activity import Activity
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.row_patterns import PER_PERIOD, PER_PRODUCT, RowKind
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.inventory.masses import stage_masses
from textile_pcf.inventory.quantities import Quantities, property_on
from textile_pcf.rules import PRODUCT, FlowSpec, LossSpec, PropertySpec, RuleSet

TIMES = 20  # an amount so many times above its band is refused
NEAR = 1e-12
Warning_ = tuple[int, str]


@dataclass(frozen=True, eq=False)
class _Bands:
    """Bands of the properties, the losses or the flows of a rule, in canonical units; infinite where there is none."""

    specs: tuple[PropertySpec | LossSpec | FlowSpec, ...]
    low: FloatArray
    high: FloatArray
    most: FloatArray
    """Above it an amount must be confirmed; infinite where no amount can be so many times above the band."""
    some: bool


@lru_cache(maxsize=32)
def _bands(rules: RuleSet) -> tuple[_Bands, _Bands, _Bands]:
    return _bands_of(rules.properties), _bands_of(rules.losses), _bands_of(rules.flows)


def _bands_of(specs: tuple[PropertySpec | LossSpec | FlowSpec, ...]) -> _Bands:
    told = [(-np.inf, np.inf) if spec.plausible is None else spec.plausible for spec in specs]
    low, high = np.array(told, dtype=np.float64).reshape(-1, 2).T
    near_low, near_high = low - NEAR * np.abs(np.nan_to_num(low)), high + NEAR * np.abs(np.nan_to_num(high))
    most = np.where(high > 0, TIMES * near_high, np.inf)
    return _Bands(tuple(specs), near_low, near_high, most, any(spec.plausible is not None for spec in specs))


# ---------------------------------------------------------------- warnings


def check_plausibility(activity: Activity, quantities: Quantities) -> Iterator[Warning_]:
    """Per product, a sentence for each quantity outside its band, wherever it comes from."""
    for problem, product in _doubts(activity, quantities):
        yield product, problem.what


def implausible_amounts(activity: Activity, quantities: Quantities) -> list[Problem]:
    """The same sentences with the cells that tell the amounts."""
    return [problem for problem, _ in _doubts(activity, quantities)]


def count_implausible(activity: Activity, quantities: Quantities) -> Mapping[str, tuple[int, str, str]]:
    """How many products are outside the band of each quantity, with the first of them and its amount."""
    found: dict[str, tuple[int, str, str]] = {}
    for bands, seats, values, _ in _judged(activity, quantities):
        places = _outside(bands, seats, values)
        entry = _entries(seats, places)
        for index in np.unique(entry).tolist():
            spec, here = bands.specs[index], places[entry == index]
            products = np.unique(_products(activity, spec.stage, here - seats.offsets[index]))
            seen = f"{values[here[0]] / _unit(spec)[0]:.6g} {_unit(spec)[1]}"
            name = f"{activity.rules.stage_id(spec.stage)}.{spec.id}"
            first = int(_products(activity, spec.stage, here[:1] - seats.offsets[index])[0])
            found[f"{name}|{_band(spec)}"] = (len(products), activity.names[first], seen)
    return found


def catalogue_warnings(counts: Mapping[str, tuple[int, str, str]]) -> list[str]:
    """A sentence for each quantity that is outside its band in some products of a catalogue."""
    told = []
    for key, (count, product, seen) in counts.items():
        name, band = key.split("|")
        told.append(f"{name}: Products outside the plausible {band}: {count}. The first of them is {product} with {seen}.")
    return told


def _doubts(activity: Activity, quantities: Quantities) -> Iterator[tuple[Problem, int]]:
    for bands, seats, values, rows in _judged(activity, quantities):
        places = _outside(bands, seats, values)
        for place, index in zip(places.tolist(), _entries(seats, places).tolist(), strict=True):
            spec = bands.specs[index]
            seat = place - int(seats.offsets[index])
            product, component = activity.entry_name(spec.stage, seat)
            of = f" of {component}" if component else ""
            name = f"{activity.rules.stage_id(spec.stage)}.{spec.id}{of}"
            seen = f"{values[place] / _unit(spec)[0]:.6g} {_unit(spec)[1]}"
            row = int(rows[place]) if len(rows) else -1
            where = activity.columns.location(row, "amount") if row >= 0 else activity.columns.table.name
            what = f"{name}: {seen} is outside the plausible {_band(spec)}."
            yield Problem(where, what, "", activity.products[product], "plausible"), product


def _judged(activity: Activity, quantities: Quantities) -> Iterator[tuple[_Bands, BlockIndex, FloatArray, IndexArray]]:
    """What has a band: the bands, the seats, the values on them, and the row of each, -1 where the rule tells it."""
    properties, losses, flows = _bands(activity.rules)
    if properties.some:
        yield properties, activity.property_entries, quantities.properties, activity.property_rows
    if losses.some:
        yield losses, activity.loss_entries, _taken(activity, quantities.losses), activity.loss_rows
    if flows.some:
        seats, told = activity.structure.flow_entries, activity.exchanges
        row = np.full(seats.total, -1, dtype=np.intp)
        row[seats.entry(told.flow[::-1], told.entry[::-1])] = told.row[::-1]  # the first of several
        yield flows, seats, _per_seat(activity, seats, _per_driver(activity, quantities)), row


def _taken(activity: Activity, losses: FloatArray) -> FloatArray:
    """Losses of stages that take place."""
    if activity.stage_active.all():
        return losses
    blocks = activity.processes.blocks
    taken = [activity.stage_active[blocks[spec.stage]] for spec in activity.rules.losses]
    return np.where(np.concatenate(taken), losses, np.nan) if taken else losses


def _outside(bands: _Bands, seats: BlockIndex, values: FloatArray) -> IndexArray:
    return np.flatnonzero((values < seats.repeat(bands.low)) | (values > seats.repeat(bands.high)))


def _entries(seats: BlockIndex, places: IndexArray) -> IndexArray:
    """Which property, loss or flow each place belongs to."""
    return np.asarray(np.searchsorted(seats.offsets, places, side="right") - 1, dtype=np.intp)


def _products(activity: Activity, stage: int, seats: IndexArray) -> IndexArray:
    per_fibre = stage != PRODUCT and activity.rules.stages[stage].component
    return activity.components.product[seats] if per_fibre else np.asarray(seats, dtype=np.intp)


def _unit(spec: PropertySpec | LossSpec | FlowSpec) -> tuple[float, str]:
    unit = spec.ratio_unit if isinstance(spec, FlowSpec) else spec.unit
    return unit.factor, unit.text


def _band(spec: PropertySpec | LossSpec | FlowSpec) -> str:
    assert spec.plausible is not None
    factor, unit = _unit(spec)
    low, high = (f"{number / factor:.6g}" for number in spec.plausible)
    return f"{low} to {high} {unit}"


# ---------------------------------------------------------------- flows on their seats


def _per_seat(activity: Activity, seats: BlockIndex, values: FloatArray, rows: BoolArray | None = None) -> FloatArray:
    """Sum of what each flow is told to be per driver on each of its seats; NaN where no row says so."""
    flows = activity.exchanges
    place = seats.entry(flows.flow, flows.entry)
    if rows is not None:
        place, values = place[rows], values[rows]
    known = np.isfinite(values)
    if not known.all():
        place, values = place[known], values[known]
    total = np.bincount(place, weights=values, minlength=seats.total)
    return np.where(np.bincount(place, minlength=seats.total) > 0, total, np.nan)


def _per_driver(activity: Activity, quantities: Quantities) -> FloatArray:
    """Values of flow rows per driver of the rule, also of those that are per product or of a period."""
    flows, values = activity.exchanges, quantities.value
    if not flows.has_other_basis:
        return values
    specs = activity.rules.flows
    by_output = np.array([spec.drivers == ("output",) for spec in specs])[flows.flow]
    rows = np.flatnonzero((flows.per == PER_PRODUCT) | ((flows.per == PER_PERIOD) & ~by_output))
    if not len(rows):
        return values
    masses = stage_masses(activity, quantities)
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
    """What the rule multiplies a flow by, on some rows of it."""
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
    """Stated amounts more than twenty times above their band, by no row confirmed; amounts of the rule are not judged."""
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
    told = {problem.where for problem in (*activity.problems, *quantities.problems)}  # what is wrong anyway
    return [problem for problem in problems if problem.where not in told]


def _single(activity: Activity, bands: _Bands, seats: BlockIndex, values: FloatArray, rows: IndexArray) -> Iterator[Problem]:
    """Properties or losses, each told by one row."""
    places = np.flatnonzero(values > seats.repeat(bands.most))
    if not len(places):
        return
    places = places[~activity.columns.confirmed[rows[places]]]
    for place in places[np.unique(rows[places], return_index=True)[1]].tolist():
        spec = bands.specs[int(_entries(seats, np.array([place]))[0])]
        yield _refused(activity, spec, float(values[place]), int(rows[place]))


def _flows(activity: Activity, quantities: Quantities, bands: _Bands) -> Iterator[Problem]:
    """Flows, each the sum of its rows: told at the rows that are too much by themselves, else at the largest."""
    flows, seats = activity.exchanges, activity.structure.flow_entries
    values = _per_driver(activity, quantities)
    if not _suspect(activity, bands, values):
        return
    stated = (flows.row >= 0) & ~activity.columns.confirmed[flows.row]
    stated[flows.empty] = False
    total = _per_seat(activity, seats, values, stated)
    over = np.flatnonzero(total > seats.repeat(bands.most))
    place = seats.entry(flows.flow, flows.entry)
    seen: set[int] = set()
    for lines in _lines_of(np.flatnonzero(stated), place, over):
        index = int(flows.flow[lines[0]])
        alone = lines[values[lines] > bands.most[index]]
        for line in (alone if len(alone) else lines[np.argmax(values[lines])][None]).tolist():
            if (row := int(flows.row[line])) not in seen:
                seen.add(row)
                yield _refused(activity, bands.specs[index], float(total[place[line]]), row)


def _suspect(activity: Activity, bands: _Bands, values: FloatArray) -> bool:
    """Whether a flow could be so far above its band: a sum of so few rows is not, unless one row is above the band."""
    flows = activity.exchanges
    high = np.append(bands.high, np.inf)[flows.patterns.flow]
    if np.count_nonzero(values > take(high, flows.pattern)):
        return True
    return bool(len(flows) - np.count_nonzero(activity.structure.is_given) >= TIMES)  # many rows of one flow


def _lines_of(lines: IndexArray, place: IndexArray, wanted: IndexArray) -> Iterator[IndexArray]:
    """Flow rows on each of some seats."""
    lines = lines[np.isin(place[lines], wanted)]
    lines = lines[np.argsort(place[lines], kind="stable")]
    yield from (part for part in np.split(lines, np.flatnonzero(np.diff(place[lines])) + 1) if len(part))


def _refused(activity: Activity, spec: PropertySpec | LossSpec | FlowSpec, value: float, row: int) -> Problem:
    factor, unit = _unit(spec)
    what = f"{value / factor:.6g} {unit} is more than {TIMES} times above the plausible {_band(spec)}."
    per = "the amount, its unit and `per`" if isinstance(spec, FlowSpec) else "the amount and its unit"
    cure = f"Check {per}. If it is right, write `yes` in the column `confirmed` of this row."
    return next(iter(activity.columns.problems_at([row], what, cure, "amount", "implausible")))


def most_of_rows(activity: Activity) -> FloatArray:
    """The amount of each row, in its unit, above which it must be confirmed; infinite where there is none."""
    forms, most = activity.rows.patterns, np.full(len(activity.rows.patterns.row_kind), np.inf)
    for kind, bands in zip((RowKind.PROPERTY, RowKind.LOSS, RowKind.FLOW), _bands(activity.rules), strict=True):
        here = forms.row_kind == kind
        most[here] = bands.most[forms.index[here]] / forms.factor[here]
    return most[activity.rows.pattern]
