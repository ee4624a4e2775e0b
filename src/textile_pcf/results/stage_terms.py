"""What stands behind the masses and intensities of one stage of one product: its losses and its computed quantities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.inventory.quantities import COMPUTED, Quantities, method_input
from textile_pcf.messages.catalogue import fixed_text, translate
from textile_pcf.results.data_origins import source_title
from textile_pcf.rules import LossSpec, PropertySpec
from textile_pcf.units import parse_unit


def stage_terms(activity: Activity, quantities: Quantities, product: int, stage: int, language: str = "en") -> list[str]:
    """Lines on the losses and the computed properties of a stage, to be checked with a pocket calculator."""
    spec = activity.rules.stages[stage]
    seats = np.flatnonzero(activity.components.product == product) if spec.component else np.array([product])
    told: list[str] = []
    for seat in seats:
        if not activity.stage_active[activity.processes.offsets[stage] + seat]:
            continue
        losses = () if spec.outside else spec.losses
        told += [_loss(activity, quantities, activity.rules.losses[index], int(seat), language) for index in losses]
        told += _computed(activity, quantities, stage, int(seat), language)
    return [line for line in told if line]


def _named(activity: Activity, spec: LossSpec | PropertySpec, seat: int, language: str) -> str:
    """Something of a stage by its id, in Chinese by its name as well; with the fibre it speaks of."""
    title = activity.rules.title(activity.rules.stage_id(spec.stage), spec.id, language)
    name = f"{title} [{spec.id}]" if language == "zh" and title != spec.id else spec.id
    _, fibre = activity.entry_name(spec.stage, seat)
    return fixed_text("explain_of_fibre", language, name=name, fibre=fibre) if fibre else name


def _loss(activity: Activity, quantities: Quantities, spec: LossSpec, seat: int, language: str) -> str:
    place = int(activity.loss_entries.offsets[spec.index]) + seat
    value = quantities.losses[place]
    if np.isnan(value):
        return ""
    row = int(activity.loss_rows[place])
    where = (
        activity.columns.table.location(row)
        if row >= 0
        else _cited(activity, spec, int(quantities.loss_entry[place]), language)
    )
    formula = fixed_text(f"loss_on_{spec.basis}", language, lost=f"{value:.7g}")
    name = _named(activity, spec, seat, language)
    return f"  {name}: {value / spec.unit.factor:.7g} {spec.unit.text}, {formula}; {where}"


def _cited(activity: Activity, spec: LossSpec, entry: int, language: str) -> str:
    default, rules = spec.default, activity.rules
    if default is None or entry < 0:
        return rules.name
    if default.reference >= 0:
        return f"{rules.name}: {translate(f'property {rules.properties[default.reference].id}', language)}"
    citation = default.citations[entry]
    return f"{rules.name}: {source_title(rules, citation.source)}, {translate(citation.locator, language)}"


def _computed(activity: Activity, quantities: Quantities, stage: int, seat: int, language: str) -> Iterator[str]:
    """Properties that a method computed, with its inputs."""
    for spec in activity.rules.properties:
        place = int(activity.property_entries.offsets[spec.index]) + seat
        if spec.stage != stage or spec.method is None or quantities.property_origin[place] != COMPUTED:
            continue
        inputs = ", ".join(
            f"{name} {_value(activity, quantities, activity.rules.properties[index], stage, seat, spec.method.inputs[name])}"
            for name, index in spec.inputs.items()
        )
        value = quantities.properties[place] / spec.unit.factor
        yield f"  {_named(activity, spec, seat, language)}: {spec.method.name}({inputs}) = {value:.7g} {spec.unit.text}"


def _value(activity: Activity, quantities: Quantities, spec: PropertySpec, stage: int, seat: int, wanted: str) -> str:
    """An input in the unit that the method takes."""
    value = method_input(activity, quantities.properties, spec.index, stage, wanted)[seat]
    return f"{value:.7g} {wanted}" if parse_unit(wanted).dimensions else f"{value:.7g}"
