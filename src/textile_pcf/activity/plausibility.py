"""Amounts outside the band a rule calls plausible: warnings, never errors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity.fill import Activity
from textile_pcf.activity.meaning import AS_RULE, PERIOD
from textile_pcf.activity.seats import Seats
from textile_pcf.columns import Array
from textile_pcf.units import Unit

Warning_ = tuple[int, str]


def implausible(activity: Activity, properties: Array, losses: Array, values: Array) -> Iterator[Warning_]:
    """Per product, a sentence for each given quantity outside its band."""
    rules = activity.rules
    for spec in rules.properties:
        if spec.plausible is not None:
            block = activity.property_seats.block(spec.index)
            yield from _outside(activity, spec.stage, spec.id, spec.unit, spec.plausible, properties[block])
    for loss in rules.losses:
        if loss.plausible is not None:
            block = activity.loss_seats.block(loss.index)
            takes = activity.takes_place[activity.stage_seats.block(loss.stage)]
            shown = np.where(takes, losses[block], np.nan)
            yield from _outside(activity, loss.stage, loss.id, loss.unit, loss.plausible, shown)
    bands = [flow for flow in rules.flows if flow.plausible is not None]
    if not bands:
        return
    seats = activity.structure.flow_seats
    total = _per_seat(activity, seats, values)
    for flow in bands:
        assert flow.plausible is not None
        yield from _outside(activity, flow.stage, flow.id, flow.whole, flow.plausible, total[seats.block(flow.index)])


def _per_seat(activity: Activity, seats: Seats, values: Array) -> Array:
    """Sum of what each flow is told to be per driver on each of its seats; NaN where no row says so."""
    flows = activity.flows
    place = seats.start[flows.flow] + flows.seat
    told = np.nan_to_num(values)
    if flows.periods:
        by_output = np.array([spec.drivers == ("output",) for spec in activity.rules.flows])[flows.flow]
        rows = np.flatnonzero((flows.per == AS_RULE) | ((flows.per == PERIOD) & by_output))
        place, told = place[rows], told[rows]
    total = np.bincount(place, weights=told, minlength=seats.total)
    return np.where(np.bincount(place, minlength=seats.total) > 0, total, np.nan)


def _outside(
    activity: Activity, stage: int, name: str, unit: Unit, band: tuple[float, float], values: Array
) -> Iterator[Warning_]:
    low, high = band
    for seat in np.flatnonzero((values < low * (1 - 1e-12)) | (values > high * (1 + 1e-12))):
        product, component = activity.seat_place(stage, int(seat))
        of = f" of {component}" if component else ""
        seen, lowest, highest = (f"{number / unit.factor:.6g}" for number in (values[seat], low, high))
        where = f"{activity.rules.stage_id(stage)}.{name}{of}"
        yield product, f"{where}: {seen} {unit.text} is outside the plausible {lowest} to {highest} {unit.text}."
