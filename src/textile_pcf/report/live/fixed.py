"""What cannot be moved in a live report, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, Source, spec_of
from textile_pcf.recalculation import recalculate
from textile_pcf.report.live.controls import Control
from textile_pcf.report.live.model import ProductModel
from textile_pcf.rules import PropertySpec, QuantitySpec, RuleSet

STEP = 0.01
REASONS = ("share", "output", "chooses", "method", "driver", "link", "loop", "allocation", "supply", "together")
"""Why something cannot be moved; texts `live_fixed_…` of the catalogue."""


@dataclass(frozen=True)
class FixedNumber:
    """A number that cannot be moved.

    Attributes
    ----------
    stage, name : str
        Ids of its stage, or `product`, and of the property; the fibre of a share.
    reason : str
        One of `REASONS`.
    value : float or None
        In `unit`; None where it is no number.
    unit : str
    effect : float or None
        Change of the total by one per cent more of it. [kg CO2e per product unit]
    """

    stage: str
    name: str
    reason: str
    value: float | None
    unit: str
    effect: float | None


def fixed_numbers(model: ProductModel, untried: Sequence[Control] = ()) -> list[FixedNumber]:
    """Return what cannot be moved: as a whole, then numbers that change the total, by falling effect.

    Parameters
    ----------
    model : ProductModel
    untried : sequence of Control
        Amounts of which a recalculation moves something else as well.
    """
    return [*_as_a_whole(model, untried), *([] if model.in_loop else _numbers(model))]


def _as_a_whole(model: ProductModel, untried: Sequence[Control]) -> Iterator[FixedNumber]:
    inventory, result = model.inventory, model.result
    rules = inventory.activity.rules
    if model.in_loop:
        yield FixedNumber("product", model.name, "loop", None, "", None)
    for line in np.flatnonzero(model.supplier >= 0).tolist():
        spec = rules.flows[inventory.flow[line]]
        supplier = result.products[model.supplier[line]]
        yield FixedNumber(rules.stage_id(spec.stage), supplier, "link", None, "", None)
    if inventory.quantities.allocation is not None and (inventory.quantities.allocation != 1).any():
        yield FixedNumber("product", "", "allocation", None, "", None)
    if result.run.supply is not None:
        yield FixedNumber("product", "", "supply", None, "", None)
    for control in untried:
        yield FixedNumber(rules.stage_id(control.stage), control.flows[0], "together", control.base, control.unit, None)


def _numbers(model: ProductModel) -> list[FixedNumber]:
    """Return properties, shares and outputs behind a product that change its total, by falling effect."""
    kept = {key: value for key, value in model.stated.items() if value and _is_quantity(model, key)}
    if not kept:
        return []
    drawn = {key: np.full(len(kept) + 1, value) for key, value in kept.items()}
    for number, key in enumerate(kept, 1):
        drawn[key][number] *= 1 + STEP
    inside = [number for number, stage in enumerate(model.result.stages) if not stage.outside]
    totals = recalculate(model.result.run, model.name, drawn)[:, inside].sum(axis=1)
    effects = {key: float(total - totals[0]) for key, total in zip(kept, totals[1:], strict=True)}
    changing = sorted((key for key in kept if abs(effects[key]) > 1e-9 * abs(totals[0])), key=lambda key: -abs(effects[key]))
    return [_fixed(model, key, effects[key]) for key in changing]


def _is_quantity(model: ProductModel, key: Source) -> bool:
    """Return whether a number is a property, a share or an output of a period."""
    if isinstance(key, RuleNumber):
        return key.kind == "property"
    return isinstance(key, ActivityRow) and _row_kind(model, key.row) in (RowKind.PROPERTY, RowKind.SHARE, RowKind.OUTPUT)


def _row_kind(model: ProductModel, row: int) -> int:
    rows = model.result.run.activity.rows
    return int(rows.patterns.row_kind[rows.pattern[row]])


def _fixed(model: ProductModel, key: Source, effect: float) -> FixedNumber:
    activity = model.result.run.activity
    rules = activity.rules
    if isinstance(key, ActivityRow):
        columns, kind = activity.columns, _row_kind(model, key.row)
        stage, unit = columns.text("stage", key.row), columns.text("unit", key.row)
        amount = float(columns.numbers["amount"][key.row])
        if kind != RowKind.PROPERTY:
            reason = "share" if kind == RowKind.SHARE else "output"
            return FixedNumber(stage, columns.text("component", key.row), reason, amount, unit, effect)
        pattern = activity.rows.pattern[key.row]
        spec = rules.properties[int(activity.rows.patterns.index[pattern])]
        return FixedNumber(rules.stage_id(spec.stage), spec.id, _reason(rules, spec), amount, unit, effect)
    assert isinstance(key, RuleNumber)
    found = spec_of(activity, key)
    assert isinstance(found, PropertySpec)
    value = model.stated[key] / found.unit.factor
    return FixedNumber(rules.stage_id(found.stage), found.id, _reason(rules, found), value, found.unit.text, effect)


def _reason(rules: RuleSet, spec: PropertySpec) -> str:
    """Return why a property cannot be moved: a method reads it, it chooses values of the rule, or it multiplies amounts."""
    if any(spec.index in other.inputs.values() for other in rules.properties):
        return "method"
    quantities: list[QuantitySpec] = [*rules.properties, *rules.losses, *rules.flows]
    if any(each.default is not None and each.default.by == spec.index for each in quantities):
        return "chooses"
    return "driver"
