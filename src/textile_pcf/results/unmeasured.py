"""Flows that a rule wants measured and that take a value of the rule instead."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.inventory.inventory import Inventory
from textile_pcf.messages.message import Message
from textile_pcf.results.default_shares import ruled_rows
from textile_pcf.rules.arrays import rule_arrays


def find_unmeasured(inventory: Inventory) -> Iterator[tuple[int, str]]:
    """Yield one warning for each flow under `data_requirements.primary` for which some product takes a value of the rule."""
    activity, rules = inventory.activity, inventory.activity.rules
    required = rules.document.data_requirements
    if required is None or not required.primary:
        return
    flow, product = activity.exchanges.flow, activity.exchange_products
    ruled = ruled_rows(activity, inventory.quantities) & ~rule_arrays(rules).flow_outside[flow]
    for name in required.primary:
        stage, _, inner = name.partition(".")
        spec_type, index = rules.names[stage][inner]
        rows = ruled & (flow == index)
        if spec_type != "flow" or not rows.any():
            continue
        taking, counted = (len(np.unique(product[chosen])) for chosen in (rows, flow == index))
        text = "{name}: the rule wants this measured; {taking} of {counted} products take a value of the rule."
        yield -1, Message(text, name=name, taking=taking, counted=counted)
