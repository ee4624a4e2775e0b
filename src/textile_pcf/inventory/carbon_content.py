"""Biogenic carbon of products: as given, by the rule, or as linked and declared inputs hand it on."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    inputs = material_inputs(activity, quantities, matches, amount, units)
    if matches.suppliers is not None:
        taken, content = inputs.supplier >= 0, inputs.content.copy()
        content[taken] = matches.suppliers.content[inputs.supplier[taken]]
        inputs = replace(inputs, content=content, supplier=np.full(len(taken), -1))
    properties = quantities.properties.copy()
    properties[block] = inputs.fill(known)
    return quantities._replace(properties=properties)


@dataclass(frozen=True, eq=False)
class MaterialInputs:
    """Material that products take: balanced flows that are not of what is lost.

    Attributes
    ----------
    product : ndarray, shape (inputs,)
        Product that takes it.
    supplier : ndarray, shape (inputs,)
        Product that is taken, -1 if none.
    flow : ndarray, shape (inputs,)
        Flow of the rule.
    group : ndarray, shape (inputs,)
        Component, or after all components the product, of which the input is a part by mass.
    mass : ndarray, shape (inputs,)
        [kg per product unit]
    content : ndarray, shape (inputs,)
        Biogenic carbon, NaN where it is not known; of suppliers it is solved. [kg C/kg]
    share : ndarray, shape (groups,)
        Part of the product that the group is. [1]
    is_known : ndarray of bool, shape (groups,)
        Whether the content of the group is known without its inputs.
    made_up : ndarray, shape (products,)
        Part of the product of which the content is known without inputs. [1]
    whole : ndarray, shape (products,)
        Content of that part. [kg C per kg of product]
    """

    product: IndexArray
    supplier: IndexArray
    flow: IndexArray
    group: IndexArray
    mass: FloatArray
    content: FloatArray
    share: FloatArray
    is_known: BoolArray
    made_up: FloatArray
    whole: FloatArray

    def fill(self, known: FloatArray) -> FloatArray:
        """Return the content of all products, where it is not known by their inputs. Shape (products,). [kg C/kg]

        Parameters
        ----------
        known : ndarray, shape (products,)
            As given or by the rule; NaN where it is not known.
        """
        unknown = np.isnan(known)
        weight, content, whole = self._weights()
        own = np.where(unknown, whole, known)
        counted = unknown[self.product]
        linked = counted & (self.supplier >= 0)
        direct = counted & ~linked
        own += np.bincount(self.product[direct], weights=(weight * content)[direct], minlength=len(own))
        filled = _solve(own, engine.Links(self.product[linked], self.supplier[linked], weight[linked]))
        return np.where(unknown, filled, known)

    def _weights(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the weight of each input in its product, its content, and the content of known components.

        The last is NaN for products that their inputs do not make up.
        """
        group, products = self.group, len(self.whole)
        total = np.bincount(group, weights=self.mass, minlength=len(self.share))
        weight = np.divide(self.mass, total[group], out=np.zeros(len(group)), where=total[group] > 0) * self.share[group]
        weight[self.is_known[group]] = 0.0  # the component's own content counts
        content = np.where(weight > 0, self.content, 0.0)
        made_up = np.bincount(self.product, weights=weight, minlength=products) + self.made_up
        return weight, content, np.where(np.abs(made_up - 1) <= WHOLE, self.whole, np.nan)


def material_inputs(
    activity: Activity, quantities: Quantities, matches: FactorMatches, amount: FloatArray, units: FloatArray
) -> MaterialInputs:
    """Return the material that products take. Parameters are those of `fill_carbon_content`."""
    rules, arrays, flow = activity.rules, rule_arrays(activity.rules), activity.exchanges.flow
    material = arrays.flow_balanced & np.array(["loss" not in spec.drivers for spec in rules.flows], dtype=bool)
    rows = np.flatnonzero(material[flow] & (amount > 0))
    product, flow = activity.exchange_products[rows], flow[rows]
    supplier = matches.supplier[rows] if matches.has_links else np.full(len(rows), -1, dtype=np.intp)
    kilogram = parse_unit("kg").dimensions
    weighed = np.array([spec.unit.dimensions == kilogram for spec in rules.flows], dtype=bool)[flow]
    removal = matches.removals[matches.request[rows]]
    content = np.where(weighed & (removal > 0), removal / CO2_PER_CARBON, np.nan)
    taken, mass = supplier >= 0, amount[rows]
    masses = quantities.mass if matches.suppliers is None else matches.suppliers.mass
    mass[taken] *= units[rows[taken]] * masses[supplier[taken]]
    if matches.materials is not None:
        given, weight = matches.materials[matches.request[rows]].T
        is_product = ~np.isnan(weight)
        content = np.where(is_product, given, content)
        mass *= np.where(is_product, weight, 1.0)
    components, products = activity.components, len(activity.names)
    of_fibre = _component_content(activity, quantities)
    named = np.where(np.isnan(of_fibre), 0.0, components.share)
    return MaterialInputs(
        product, supplier, flow.astype(np.intp),
        np.where(arrays.flow_is_component[flow], activity.exchanges.entry[rows], components.size + product),
        mass, content,
        np.append(components.share, np.ones(products)),
        np.append(~np.isnan(of_fibre), np.zeros(products, dtype=bool)),
        np.bincount(components.product, weights=named, minlength=products).astype(np.float64),
        np.bincount(components.product, weights=named * np.nan_to_num(of_fibre), minlength=products).astype(np.float64),
    )  # fmt: skip


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
