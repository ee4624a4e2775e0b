"""Values that no row gives and the rule fills in, so that a change can make a row of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.comparison.change_document import Place
from textile_pcf.inventory.quantities import Quantities, complete_quantities
from textile_pcf.rules import PRODUCT


class RuleValue(NamedTuple):
    """A value of the rule in use.

    Attributes
    ----------
    row : int
        Row without amount that takes it, also for other fibres; -1 if there is none.
    cells : dict
        Columns of a row that names it: product, stage, flow, component.
    amount : float
        In `unit`.
    unit : str
    """

    row: int
    cells: dict[str, str]
    amount: float
    unit: str


def rule_values(activity: Activity, at: Place) -> Iterator[RuleValue]:
    """Yield the flows, properties and losses at a place whose value is the rule's or computed from it.

    Parameters
    ----------
    activity : Activity
    at : Place
    """
    quantities = complete_quantities(activity)
    yield from _flows(activity, quantities, at)
    if at.item is None:
        yield from _entries(activity, at, quantities)


def _flows(activity: Activity, quantities: Quantities, at: Place) -> Iterator[RuleValue]:
    exchanges = activity.exchanges
    for number in exchanges.empty.tolist():
        spec, row = activity.rules.flows[exchanges.flow[number]], int(exchanges.row[number])
        cells = _named(activity, spec.stage, spec.id, int(exchanges.entry[number]))
        item = (activity.columns.text("item", row) if row >= 0 else "") or spec.factor
        if _is_at(cells, at) and at.item in (None, item):
            yield RuleValue(row, cells, float(quantities.value[number]) / spec.ratio_unit.factor, spec.unit.text)


def _entries(activity: Activity, at: Place, quantities: Quantities) -> Iterator[RuleValue]:
    """Yield properties and losses that no row gives."""
    rules = activity.rules
    of_properties = activity.property_entries, quantities.properties, activity.properties, activity.property_rows
    of_losses = activity.loss_entries, quantities.losses, activity.losses, activity.loss_rows
    kinds: tuple[tuple[Any, ...], ...] = ((rules.properties, *of_properties), (rules.losses, *of_losses))
    for specs, index, values, stated, rows in kinds:
        for spec in specs:
            if at.flow not in (None, spec.id) or bool(getattr(spec, "choice", False)):
                continue
            block = index.block(spec.index)
            active = _active(activity, spec.stage, len(values[block]))
            for entry in np.flatnonzero(np.isnan(stated[block]) & ~np.isnan(values[block]) & active).tolist():
                cells = _named(activity, spec.stage, spec.id, entry)
                if _is_at(cells, at):
                    amount = float(values[block][entry]) / spec.unit.factor
                    yield RuleValue(int(rows[block][entry]), cells, amount, spec.unit.text)


def _active(activity: Activity, stage: int, count: int) -> Any:
    return np.ones(count, dtype=bool) if stage == PRODUCT else activity.stage_active[activity.processes.block(stage)]


def _named(activity: Activity, stage: int, name: str, entry: int) -> dict[str, str]:
    product, component = activity.entry_name(stage, entry)
    cells = {"product": activity.products[product], "stage": activity.rules.stage_id(stage), "flow": name}
    return {**cells, "component": component} if component else cells


def _is_at(cells: dict[str, str], at: Place) -> bool:
    wanted = {"product": at.product, "stage": at.stage, "flow": at.flow, "component": at.component}
    return all(value is None or cells.get(name, "") == value for name, value in wanted.items())
