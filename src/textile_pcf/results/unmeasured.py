"""Flows and losses that a rule wants measured and that take a value of the rule instead."""

from __future__ import annotations

from collections.abc import Iterator

from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.columns import distinct_codes
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.messages.message import Message
from textile_pcf.results.default_shares import ruled_rows
from textile_pcf.rules.arrays import rule_arrays


def find_unmeasured(inventory: Inventory) -> Iterator[tuple[int, str]]:
    """Yield one warning for each entry of `data_requirements.primary` for which some product takes a value of the rule."""
    activity, rules = inventory.activity, inventory.activity.rules
    required = rules.document.data_requirements
    if required is None or not required.primary:
        return
    flow, product = activity.exchanges.flow, activity.exchange_products
    ruled = ruled_rows(activity, inventory.quantities) & ~rule_arrays(rules).flow_outside[flow]
    for name in required.primary:
        stage, _, inner = name.partition(".")
        spec_type, index = rules.names[stage][inner]
        if spec_type == "loss":
            products, rows = _losses_taken(inventory, stage, index)
            taking, counted = len(distinct_codes(products[rows])), len(distinct_codes(products))
        else:
            rows = ruled & (flow == index)
            taking, counted = (len(distinct_codes(product[chosen])) for chosen in (rows, flow == index))
        if taking:
            text = "{name}: the rule wants this measured; {taking} of {counted} products take a value of the rule."
            yield -1, Message(text, name=name, taking=taking, counted=counted)


def _losses_taken(inventory: Inventory, stage: str, index: int) -> tuple[IndexArray, BoolArray]:
    """Return the product of each process of a stage that takes place, and whether its loss is a value of the rule."""
    activity = inventory.activity
    block = activity.processes.block(next(spec.index for spec in activity.rules.stages if spec.id == stage))
    active = activity.stage_active[block]
    given = activity.loss_rows[activity.loss_entries.block(index)] >= 0
    return inventory.processes.product[block][active], ~given[active]
