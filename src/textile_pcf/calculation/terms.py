"""What stands behind the masses and intensities of one stage of one product: its losses and its computed quantities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity, Quantities
from textile_pcf.activity.complete import COMPUTED, method_input
from textile_pcf.calculation.origins import source_title
from textile_pcf.rules import LossSpec, PropertySpec
from textile_pcf.units import parse_unit

FORMULA = {"input": "in = out / (1 - {x})", "output": "in = out × (1 + {x})", "ratio": "in = out × {x}"}


def stage_terms(activity: Activity, quantities: Quantities, product: int, stage: int) -> list[str]:
    """Lines on the losses and the computed properties of a stage, to be checked with a pocket calculator."""
    spec = activity.rules.stages[stage]
    seats = np.flatnonzero(activity.lanes.product == product) if spec.component else np.array([product])
    told: list[str] = []
    for seat in seats:
        if not activity.takes_place[activity.stage_seats.start[stage] + seat]:
            continue
        _, fibre = activity.seat_place(stage, int(seat))
        of = f" of {fibre}" if fibre else ""
        losses = () if spec.outside else spec.losses
        told += [_loss(activity, quantities, activity.rules.losses[index], int(seat), of) for index in losses]
        told += _computed(activity, quantities, stage, int(seat), of)
    return [line for line in told if line]


def _loss(activity: Activity, quantities: Quantities, spec: LossSpec, seat: int, of: str) -> str:
    place = int(activity.loss_seats.start[spec.index]) + seat
    value = quantities.losses[place]
    if np.isnan(value):
        return ""
    row = int(activity.loss_rows[place])
    where = activity.cells.table.place(row) if row >= 0 else _cited(activity, spec, int(quantities.loss_entry[place]))
    formula = FORMULA[spec.basis].format(x=f"{value:.7g}")
    return f"  {spec.id}{of}: {value / spec.unit.factor:.7g} {spec.unit.text}, {formula}; {where}"


def _cited(activity: Activity, spec: LossSpec, entry: int) -> str:
    default, rules = spec.default, activity.rules
    if default is None or entry < 0:
        return rules.name
    if default.reference >= 0:
        return f"{rules.name}: property {rules.properties[default.reference].id}"
    citation = default.citations[entry]
    return f"{rules.name}: {source_title(rules, citation.source)}, {citation.locator}"


def _computed(activity: Activity, quantities: Quantities, stage: int, seat: int, of: str) -> Iterator[str]:
    """Properties that a method computed, with its inputs."""
    for spec in activity.rules.properties:
        place = int(activity.property_seats.start[spec.index]) + seat
        if spec.stage != stage or spec.method is None or quantities.property_origin[place] != COMPUTED:
            continue
        inputs = ", ".join(
            f"{name} {_value(activity, quantities, activity.rules.properties[index], stage, seat, spec.method.inputs[name])}"
            for name, index in spec.inputs.items()
        )
        value = quantities.properties[place] / spec.unit.factor
        yield f"  {spec.id}{of}: {spec.method.name}({inputs}) = {value:.7g} {spec.unit.text}"


def _value(activity: Activity, quantities: Quantities, spec: PropertySpec, stage: int, seat: int, wanted: str) -> str:
    """An input in the unit that the method takes."""
    value = method_input(activity, quantities.properties, spec.index, stage, wanted)[seat]
    return f"{value:.7g} {wanted}" if parse_unit(wanted).dimensions else f"{value:.7g}"
