"""Drivers of exchanges that are not masses: properties, product units and shares of components."""

from __future__ import annotations

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.row_patterns import Per, rows_where
from textile_pcf.arrays import FloatArray
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.inventory.defaults import property_on
from textile_pcf.inventory.missing_data import InvalidNames, missing_input
from textile_pcf.rules import Default
from textile_pcf.rules.arrays import rule_arrays


def non_mass_drivers(activity: Activity, properties: FloatArray, invalid: InvalidNames) -> tuple[FloatArray, list[Problem]]:
    """Return the product of the drivers that are not masses, and problems of unknown drivers, shape (exchanges,).

    An amount per product is scaled to one product unit, an amount per period is per kg of output.
    """
    flows, rules = activity.structure.exchanges, activity.rules
    problems: list[Problem] = []
    if activity.components.one_per_product and not flows.has_other_basis and not flows.driven:
        return flows.unit_scale, problems
    scale = np.ones(len(flows))
    scale[rows_where(flows.patterns.per == Per.PRODUCT, flows.pattern)] = rules.product_unit.factor
    if not activity.components.one_per_product:
        scale *= component_share(activity)
    for spec, others, rows in flows.driven:
        for driver in others:
            if driver == "product":
                scale[rows] *= rules.product_unit.factor
                continue
            values = take(property_on(activity, properties, int(driver), spec.stage), take(flows.entry, rows))
            scale[rows] *= values
            for row in rows[np.isnan(values)]:
                reference = Default(np.ones(1), reference=int(driver))
                problems += missing_input(activity, properties, spec, reference, int(flows.entry[row]), invalid)
    return scale, problems


def component_share(activity: Activity) -> FloatArray:
    """Return the share of the component for amounts given for all components that no mass multiplies; 1 elsewhere.

    5 kWh per product, given once for a blend, are 5 kWh and not 5 kWh per component. Shape (exchanges,) or (1,).
    """
    flows, components, arrays = activity.exchanges, activity.components, rule_arrays(activity.rules)
    if components.one_per_product:  # no blends
        return np.ones(1)
    absolute = (flows.per == Per.PRODUCT) | (arrays.flow_massless[flows.flow] & (flows.per == Per.DRIVER))
    unnamed = np.array([name == "" for name in activity.columns.texts["component"].categories])
    for_all = (flows.row < 0) | unnamed[activity.columns.texts["component"].codes[flows.row]]
    rows = np.flatnonzero(arrays.flow_is_component[flows.flow] & absolute & for_all)
    part = np.ones(len(flows))
    part[rows] = components.share[flows.entry[rows]]
    return part
