"""What stands behind the masses and intensities of one stage of one product: its losses and its computed quantities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.inventory.quantities import Origin, Quantities, method_input, property_origin
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message, localize
from textile_pcf.results.data_origins import source_title
from textile_pcf.rules import LossSpec, PropertySpec
from textile_pcf.units import parse_unit


def stage_terms(activity: Activity, quantities: Quantities, product: int, stage: int, language: str = "en") -> list[str]:
    """Lines on the losses and the computed properties of a stage, to be checked with a pocket calculator."""
    spec = activity.rules.stages[stage]
    entries = np.flatnonzero(activity.components.product == product) if spec.component else np.array([product])
    terms: list[str] = []
    for entry in entries:
        if not activity.stage_active[activity.processes.offsets[stage] + entry]:
            continue
        losses = () if spec.outside else spec.losses
        terms += [_loss(activity, quantities, activity.rules.losses[index], int(entry), language) for index in losses]
        terms += _computed(activity, quantities, stage, int(entry), language)
    return [line for line in terms if line]


def _named(activity: Activity, spec: LossSpec | PropertySpec, entry: int, language: str) -> str:
    """Something of a stage by its id, in Chinese by its name as well; with the fibre it speaks of."""
    title = activity.rules.title(activity.rules.stage_id(spec.stage), spec.id, language)
    name = f"{title} [{spec.id}]" if language == "zh" and title != spec.id else spec.id
    _, fibre = activity.entry_name(spec.stage, entry)
    return fixed_text("explain_of_fibre", language, name=name, fibre=fibre) if fibre else name


def _loss(activity: Activity, quantities: Quantities, spec: LossSpec, entry: int, language: str) -> str:
    index = int(activity.loss_entries.offsets[spec.index]) + entry
    value = quantities.losses[index]
    if np.isnan(value):
        return ""
    row = int(activity.loss_rows[index])
    where = (
        activity.columns.table.location(row)
        if row >= 0
        else _cited(activity, spec, int(quantities.loss_entry[index]), language)
    )
    formula = fixed_text(f"loss_on_{spec.basis}", language, lost=f"{value:.7g}")
    name = _named(activity, spec, entry, language)
    return f"  {name}: {value / spec.unit.factor:.7g} {spec.unit.text}, {formula}; {where}"


def _cited(activity: Activity, spec: LossSpec, entry: int, language: str) -> str:
    default, rules = spec.default, activity.rules
    if default is None or entry < 0:
        return rules.name
    if default.reference >= 0:
        prop = Message("property {name}", name=rules.properties[default.reference].id)
        return f"{rules.name}: {prop.localized(language)}"
    citation = default.citations[entry]
    return f"{rules.name}: {source_title(rules, citation.source)}, {localize(citation.locator, language)}"


def _computed(activity: Activity, quantities: Quantities, stage: int, entry: int, language: str) -> Iterator[str]:
    """Properties that a method computed, with its inputs."""
    origins = property_origin(activity, quantities)
    for spec in activity.rules.properties:
        index = int(activity.property_entries.offsets[spec.index]) + entry
        if spec.stage != stage or spec.method is None or origins[index] != Origin.COMPUTED:
            continue
        inputs = ", ".join(
            f"{name} {_value(activity, quantities, activity.rules.properties[index], stage, entry, spec.method.inputs[name])}"
            for name, index in spec.inputs.items()
        )
        value = quantities.properties[index] / spec.unit.factor
        yield f"  {_named(activity, spec, entry, language)}: {spec.method.name}({inputs}) = {value:.7g} {spec.unit.text}"


def _value(activity: Activity, quantities: Quantities, spec: PropertySpec, stage: int, entry: int, unit: str) -> str:
    """An input in the unit that the method takes."""
    value = method_input(activity, quantities.properties, spec.index, stage, unit)[entry]
    return f"{value:.7g} {unit}" if parse_unit(unit).dimensions else f"{value:.7g}"
