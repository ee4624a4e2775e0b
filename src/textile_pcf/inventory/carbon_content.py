"""Biogenic carbon of products: as given, by the rule, or as linked and declared inputs hand it on."""

from __future__ import annotations

import numpy as np

from textile_pcf import engine
from textile_pcf.activity import Activity
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.methods.chemistry import CO2_PER_CARBON
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.compile_balance import COMPOSITION, CONTENT
from textile_pcf.units import parse_unit

WHOLE = 1e-6  # by how much the shares of what hands carbon on may differ from 1


def fill_carbon_content(
    activity: Activity, quantities: Quantities, matches: FactorMatches, amount: FloatArray, units: FloatArray
) -> Quantities:
    """Return the quantities with the biogenic carbon that inputs hand on to products whose own is not known.

    A product made of linked products and declared footprints alone has their mean content, per kg of material: by mass
    within a component, by share between components. It stays unknown where one of them is.

    Parameters
    ----------
    activity, quantities, matches
        Activity data, completed quantities, and matched factors, under a rule with a balance.
    amount : ndarray, shape (exchanges,)
        [canonical flow unit per product unit]
    units : ndarray, shape (exchanges,)
        Units of the supplier per canonical flow unit; 0 for exchanges that take no product.
    """
    spec = activity.rules.product_property(CONTENT)
    assert spec is not None  # checked when the rule is compiled
    block = activity.property_entries.block(spec.index)
    known = quantities.properties[block]
    unknown = np.isnan(known)
    if not unknown.any():
        return quantities
    inputs = _Inputs(activity, quantities, matches, amount, units)
    weight, content, whole = inputs.weights()
    own = np.where(unknown, whole, known)
    counted = unknown[inputs.product]
    linked = counted & (inputs.supplier >= 0)
    direct = counted & ~linked
    own += np.bincount(inputs.product[direct], weights=(weight * content)[direct], minlength=len(own))
    filled = _solve(own, engine.Links(inputs.product[linked], inputs.supplier[linked], weight[linked]))
    properties = quantities.properties.copy()
    properties[block] = np.where(unknown, filled, known)
    return quantities._replace(properties=properties)


class _Inputs:
    """Material that products take: balanced flows that are not of what is lost."""

    def __init__(
        self, activity: Activity, quantities: Quantities, matches: FactorMatches, amount: FloatArray, units: FloatArray
    ) -> None:
        rules, arrays, flow = activity.rules, rule_arrays(activity.rules), activity.exchanges.flow
        material = arrays.flow_balanced & np.array(["loss" not in spec.drivers for spec in rules.flows], dtype=bool)
        self.rows: IndexArray = np.flatnonzero(material[flow] & (amount > 0))
        self.activity, self.quantities, self.amount = activity, quantities, amount[self.rows]
        self.product = activity.exchange_products[self.rows]
        self.supplier = matches.supplier[self.rows] if matches.has_links else np.full(len(self.rows), -1)
        self.per_component = arrays.flow_is_component[flow[self.rows]]
        self.entry = activity.exchanges.entry[self.rows]
        kilogram = parse_unit("kg").dimensions
        weighed = np.array([spec.unit.dimensions == kilogram for spec in rules.flows], dtype=bool)[flow[self.rows]]
        removal = matches.removals[matches.request[self.rows]]
        self.content = np.where(weighed & (removal > 0), removal / CO2_PER_CARBON, np.nan)
        taken = self.supplier >= 0
        self.mass = self.amount.copy()
        self.mass[taken] *= units[self.rows[taken]] * quantities.mass[self.supplier[taken]]
        if matches.materials is not None:
            content, mass = matches.materials[matches.request[self.rows]].T
            is_product = ~np.isnan(mass)
            self.content = np.where(is_product, content, self.content)
            self.mass *= np.where(is_product, mass, 1.0)

    def weights(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the weight of each input in its product, its content, and the content of known components.

        The last is NaN for products that their inputs do not make up.
        """
        components, products = self.activity.components, len(self.activity.names)
        of_fibre = _component_content(self.activity, self.quantities)
        group = np.where(self.per_component, self.entry, components.size + self.product)
        total = np.bincount(group, weights=self.mass, minlength=components.size + products)
        share = np.append(components.share, np.ones(products))
        weight = np.divide(self.mass, total[group], out=np.zeros(len(group)), where=total[group] > 0) * share[group]
        fibre_known = np.append(~np.isnan(of_fibre), np.zeros(products, dtype=bool))
        weight[fibre_known[group]] = 0.0  # the component's own content counts
        content = np.where(weight > 0, self.content, 0.0)
        named = np.where(np.isnan(of_fibre), 0.0, components.share)
        made_up = np.bincount(self.product, weights=weight, minlength=products)
        made_up += np.bincount(components.product, weights=named, minlength=products)
        whole = np.bincount(components.product, weights=named * np.nan_to_num(of_fibre), minlength=products)
        return weight, content, np.where(np.abs(made_up - 1) <= WHOLE, whole, np.nan)


def _component_content(activity: Activity, quantities: Quantities) -> FloatArray:
    """Return the biogenic carbon of each component, NaN where it is not known. Shape (components,). [kg C/kg]"""
    kind, index = activity.rules.names.get(COMPOSITION, {}).get(CONTENT, ("", -1))
    if kind != "property" or not activity.rules.properties[index].component:
        return np.full(activity.components.size, np.nan)
    return quantities.properties[activity.property_entries.block(index)]


def _solve(own: FloatArray, links: engine.Links) -> FloatArray:
    """Return the content of all products; NaN for those that are made of one another alone."""
    while True:
        try:
            return engine.solve_links(own[:, None], links.user, links.supplier, links.amount)[:, 0]
        except ValueError:
            closed: BoolArray = np.zeros(len(own), dtype=bool)
            for loop in engine.find_loops(links.user, links.supplier, links.amount, len(own)):
                closed[loop] = True
            own = np.where(closed, np.nan, own)
            links = links.of(~closed[links.user])
