"""Carbon in the product as it leaves."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.inventory.inventory import Inventory


def carbon_content(inventory: Inventory) -> FloatArray | None:
    """Return fossil and biogenic carbon of one product unit, shape (products, 2). [kg C]

    Returns
    -------
    ndarray or None
        NaN where the carbon is not known; None if the rule has no such properties of the product.
    """
    activity, quantities = inventory.activity, inventory.quantities
    specs = [activity.rules.product_property(name) for name in ("fossil_carbon", "biogenic_carbon")]
    if not any(specs):
        return None
    unknown = np.full(len(activity.names), np.nan)
    blocks = [activity.property_entries.block(spec.index) if spec else None for spec in specs]
    content = [unknown if block is None else quantities.properties[block] for block in blocks]
    return np.stack(content, axis=1) * quantities.mass[:, None]
