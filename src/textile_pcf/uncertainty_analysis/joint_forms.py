"""Closed forms of many products at once whose properties, losses, shares or outputs vary.

Products that take no other product do not depend on one another: one calculation of all of them, in which one number of *each*
is moved to a point of its finite difference, gives that difference for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from textile_pcf import engine
from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.inventory.carbon_balance import carbon_that_leaves
from textile_pcf.inventory.carbon_content import fill_carbon_content, material_inputs
from textile_pcf.inventory.defaults import RuleDraws, RuleNumber, products_of_stage
from textile_pcf.inventory.dependence import dependents_of_properties
from textile_pcf.inventory.draws import chosen_entries
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.masses import process_masses
from textile_pcf.inventory.quantities import Quantities, complete_again, complete_quantities
from textile_pcf.inventory.quantity_checks import impossible_losses
from textile_pcf.rules import FlowSpec, LossSpec, PropertySpec, QuantitySpec
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.compile_balance import CONTENT
from textile_pcf.uncertainty_analysis.distributions import Distribution
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.line_variances import Moments, variance_of_lines
from textile_pcf.uncertainty_analysis.nonlinear_numbers import (
    LOSS,
    MORE,
    Dependence,
    MovedNumbers,
    NonlinearNumbers,
    nonlinear_numbers,
    numbers_of_rule,
)
from textile_pcf.uncertainty_analysis.sensitivities import POINTS, STEP, WEIGHTS, without_rounding

MOST_OWN = 8
"""Spreads of rows of one product with which it is calculated together with others: each is a round for all of them."""


class _Point(NamedTuple):
    """All products with their numbers at one point.

    Attributes
    ----------
    activity : Activity
    draws : RuleDraws
    quantities : Quantities
    masses : Masses
    """

    activity: Activity
    draws: RuleDraws
    quantities: Quantities
    masses: engine.Masses


@dataclass(frozen=True, eq=False)
class JointProducts:
    """Products of a result that take no other product, calculated together.

    Carbon that balances is not balanced at each point: what an input carries already is taken off its own factor, so that the
    uptake of a product depends on nothing but the carbon that leaves it.

    Attributes
    ----------
    evaluation : Evaluation
        Without a supply table, and in product units.
    factors : Moments
        Spreads of the factors of its lines.
    amounts : Moments or None
        Spreads of the numbers behind amounts of its lines; None if none has one.
    unlinked : ndarray of bool, shape (products,)
        Whether each product of the result takes no other.
    """

    evaluation: Evaluation
    factors: Moments
    amounts: Moments | None
    unlinked: BoolArray

    @property
    def inventory(self) -> Inventory:
        """Inventory of the result."""
        return self.evaluation.result.inventory

    @cached_property
    def rule_spreads(self) -> dict[RuleNumber, tuple[float, Distribution]]:
        """Properties and losses of the rule that have a spread, with their stated values and distributions."""
        return numbers_of_rule(self.inventory.activity, self.evaluation.spreads)

    @cached_property
    def _dependence(self) -> Dependence:
        return dependents_of_properties(self.inventory.activity.rules)

    @cached_property
    def all_numbers(self) -> NonlinearNumbers:
        """Numbers of all products that have a spread and do not enter linearly."""
        inventory = self.inventory
        return nonlinear_numbers(
            inventory.activity, inventory.quantities, self.evaluation.spreads, self.rule_spreads, self._dependence
        )

    @cached_property
    def varied(self) -> BoolArray:
        """Whether a number of each product varies that does not enter linearly, shape (products,)."""
        varied = np.zeros(len(self.inventory.products), dtype=bool)
        varied[self.all_numbers.product] = True
        return varied

    @cached_property
    def together(self) -> BoolArray:
        """Which of these products are calculated together, shape (products,): this depends on the product alone."""
        numbers = self.all_numbers
        own = np.bincount(numbers.product[numbers.row >= 0], minlength=len(self.varied))
        return self.varied & self.unlinked & (own <= MOST_OWN)

    @cached_property
    def _numbers(self) -> NonlinearNumbers:
        return self.all_numbers.those(self.together[self.all_numbers.product])

    @cached_property
    def _moved(self) -> MovedNumbers:
        inventory = self.inventory
        entries = chosen_entries(inventory.activity, inventory.quantities.properties)
        return MovedNumbers(inventory.activity, self._numbers, self.rule_spreads, entries)

    # -- emissions of one unit ------------------------------------------------------------------------------------

    @cached_property
    def uptake(self) -> FloatArray:
        """Emissions of the uptake of CO2 that balances, shape (products,). [kg CO2e per kg CO2]"""
        inventory, balance = self.inventory, self.inventory.balance
        found = np.zeros(len(inventory.products))
        if balance is not None:
            own = inventory.matches.removals[inventory.matches.request[balance.rows]]
            emissions = np.where(np.isnan(balance.leaves), 0.0, inventory.factor_totals[balance.rows] / own)
            found[inventory.product[balance.rows]] = emissions
        return found

    @cached_property
    def stated_emissions(self) -> FloatArray:
        """Emissions of one unit of each line by the stated factor, shape (lines,). [kg CO2e per canonical flow unit]

        They are without the uptake that balances; what an input carries of it already is taken off its factor.
        """
        inventory, lines = self.inventory, self.evaluation.lines
        per_unit = inventory.factor_totals.copy()
        if inventory.balance is not None:
            per_unit[inventory.balance.rows] = 0.0
            carrying = np.flatnonzero(rule_arrays(inventory.activity.rules).flow_balanced[inventory.flow])
            carried = inventory.matches.removals[inventory.matches.request[carrying]]
            per_unit[carrying] -= carried * self.uptake[inventory.product[carrying]]
        emissions = lines.of_exchanges(per_unit)
        return emissions if lines.part is None else emissions * lines.part

    @cached_property
    def _emissions(self) -> FloatArray:
        """Emissions of one unit of each line with factors and amounts of flows at their means, shape (lines,)."""
        lines = self.evaluation.lines
        emissions = self.stated_emissions * self.factors.means[lines.factor]
        return emissions if self.amounts is None else emissions * self.amounts.means[lines.amount_key]

    @cached_property
    def _per_exchange(self) -> FloatArray:
        """Emissions of one unit of each exchange, likewise. [kg CO2e per canonical flow unit]"""
        exchange, count = self.evaluation.lines.exchange, len(self.inventory.amount)
        return np.bincount(exchange, weights=self._emissions, minlength=count).astype(np.float64)

    # -- points ---------------------------------------------------------------------------------------------------

    def _point(self, multiples: FloatArray) -> _Point:
        """Return all products with their numbers at these multiples of the stated ones."""
        activity, draws = self._moved.at(multiples)
        quantities = complete_quantities(activity, draws, is_complete=True)
        return _Point(activity, draws, quantities, process_masses(activity, quantities))

    @cached_property
    def _means(self) -> _Point:
        return self._point(self._numbers.mean)

    def _points_around(self, moved: IndexArray) -> Iterator[tuple[float, _Point]]:
        """Yield the points of the difference of some numbers of one round, each with its weight."""
        specs = self._dependent(moved)
        for step, weight in zip(POINTS, WEIGHTS, strict=True):
            multiples = self._numbers.mean.copy()
            multiples[moved] *= float(np.exp(step))
            if specs is None:
                yield weight / STEP, self._point(multiples)
                continue
            activity, draws = self._moved.at(multiples)
            quantities, masses = complete_again(activity, draws, self._means.quantities, specs), self._means.masses
            if self._numbers.spec[moved[0]] == LOSS:
                masses = process_masses(activity, quantities)
            yield weight / STEP, _Point(activity, draws, quantities, masses)

    def _dependent(self, moved: IndexArray) -> set[tuple[type[QuantitySpec], int]] | None:
        """Return the quantities that are other ones where the numbers of a round are; None if that may be all."""
        spec = self._numbers.spec[moved]
        if spec[0] == MORE:
            return None
        if spec[0] == LOSS:
            return {(LossSpec, index) for index in range(len(self.inventory.activity.rules.losses))}
        found: set[tuple[type[QuantitySpec], int]] = set()
        for one in filter(None, (self._dependence[index] for index in np.unique(spec).tolist())):
            found |= {(PropertySpec, index) for index in one.properties} | {(FlowSpec, index) for index in one.flows}
        return found

    def _totals(self, point: _Point) -> tuple[FloatArray, FloatArray]:
        """Return amounts, and emissions of the uptake, shape (exchanges,) and (products,); NaN where a product cannot be."""
        activity, quantities, masses, inventory = point.activity, point.quantities, point.masses, self.inventory
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            amount = exchange_amounts(activity, quantities, masses)
            uptake = self._uptake_at(point, amount)
        impossible = impossible_products(activity, quantities)
        if impossible.any():
            amount, uptake = np.where(impossible[inventory.product], np.nan, amount), np.where(impossible, np.nan, uptake)
        return amount, uptake

    def _uptake_at(self, point: _Point, amount: FloatArray) -> FloatArray:
        """Return the emissions of the uptake of each product; NaN where its carbon rests on inputs that vary."""
        balance, activity, quantities = self.inventory.balance, point.activity, point.quantities
        if balance is None:
            return np.zeros(len(activity.names))
        if self.carbon_from_inputs.any():
            quantities = fill_carbon_content(activity, quantities, self.inventory.matches, amount, np.zeros(len(amount)))
        found = uptake_of_products(activity, quantities, point.masses, balance.rows, self.uptake_of_balance)
        if self.carbon_from_inputs.any():
            found[self.carbon_from_inputs & self._varied_inputs] = np.nan
        return found

    @cached_property
    def uptake_of_balance(self) -> FloatArray:
        """Emissions of the uptake of each exchange that balances, 0 where the carbon is not known. [kg CO2e per kg CO2]"""
        balance = self.inventory.balance
        assert balance is not None
        return np.where(np.isnan(balance.leaves), 0.0, self.uptake[self.inventory.product[balance.rows]])

    @cached_property
    def carbon_from_inputs(self) -> BoolArray:
        """Whether the carbon of each product is known by its inputs alone, shape (products,)."""
        balance, found = self.inventory.balance, np.zeros(len(self.inventory.products), dtype=bool)
        if balance is not None:
            product = self.inventory.product[balance.rows]
            unknown = np.isnan(_content(self._means.activity, self._means.quantities))
            found[product] = unknown[product] & ~np.isnan(balance.leaves)
        return found

    @cached_property
    def _varied_inputs(self) -> BoolArray:
        """Whether carbon of each product is that of an input, and a factor or amount of what carries carbon varies."""
        lines, inventory, count = self.evaluation.lines, self.inventory, len(self.inventory.products)
        inputs = material_inputs(
            inventory.activity, self._means.quantities, inventory.matches, inventory.amount, np.zeros(len(inventory.amount))
        )
        rests, found = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        rests[inputs.product[~inputs.is_known[inputs.group]]] = True
        varied = self.factors.squared[lines.factor] > 0
        if self.amounts is not None:
            varied |= self.amounts.squared[lines.amount_key] > 0
        carries = rule_arrays(inventory.activity.rules).flow_balanced[lines.of_exchanges(inventory.flow)]
        found[lines.product[varied & carries]] = True
        return found & rests

    # -- differences ----------------------------------------------------------------------------------------------

    def _derivatives(self, moved: IndexArray) -> FloatArray:
        """Return ∂ total / ∂ ln value of the numbers of one round, shape (moved,). [kg CO2e per product unit]"""
        if self._numbers.spec[moved[0]] >= 0:
            return self._derivatives_by_flows(moved)
        inventory = self.inventory
        change, uptake = np.zeros(len(inventory.amount)), np.zeros(len(inventory.products))
        for weight, point in self._points_around(moved):
            amount, of_uptake = self._totals(point)
            change += weight * amount
            uptake += weight * of_uptake
        total = np.bincount(inventory.product, weights=change * self._per_exchange, minlength=len(uptake)) + uptake
        return np.asarray(total[self._numbers.product[moved]])

    def _derivatives_by_flows(self, moved: IndexArray) -> FloatArray:
        """Return the same if only amounts of flows depend on the numbers: each has flows of its own."""
        inventory, products = self.inventory, len(self.inventory.products)
        specs, place = np.unique(self._numbers.spec[moved], return_inverse=True)
        of_flow = np.full(len(inventory.activity.rules.flows), -1)
        for number, index in enumerate(specs.tolist()):
            if (one := self._dependence[index]) is not None:
                of_flow[[*one.flows]] = number
        patterns = inventory.activity.exchanges.patterns.flow
        depends = rows_where(np.where(patterns >= 0, of_flow[patterns], -1) >= 0, inventory.activity.exchanges.pattern)
        change = np.zeros(len(depends))
        for weight, point in self._points_around(moved):
            change += weight * (point.quantities.value[depends] * point.quantities.scale[depends])
        kilograms = change * self._per_driver[depends] * self._per_exchange[depends]
        cell = inventory.product[depends] * len(specs) + of_flow[inventory.flow[depends]]
        sums = np.bincount(cell, weights=kilograms, minlength=products * len(specs))
        return np.asarray(sums[self._numbers.product[moved] * len(specs) + place.reshape(-1)])

    @cached_property
    def _per_driver(self) -> FloatArray:
        """Masses that drive each exchange at the means, multiplied, shape (exchanges,)."""
        exchanges = self.inventory.activity.structure.exchanges
        ones = np.ones(len(exchanges))
        return engine.exchange_amounts(ones, None, exchanges.process, self._means.masses, *exchanges.other_drivers)

    def mean_and_variance(self) -> tuple[FloatArray, FloatArray]:
        """Return means and variances of the footprints, shape (products,); NaN where a point cannot be calculated.

        Only values of the products of `together` are meaningful.
        """
        numbers, count = self._numbers, len(self.inventory.products)
        lines, (amount, uptake) = self.evaluation.lines, self._totals(self._means)
        kilograms = lines.of_exchanges(amount) * self._emissions
        mean = np.bincount(lines.product, weights=kilograms, minlength=count) + uptake
        variance = variance_of_lines(kilograms, lines.product, lines.factor, self.factors.squared, count)
        if self.amounts is not None:
            variance += variance_of_lines(kilograms, lines.product, lines.amount_key, self.amounts.squared, count)
        for moved in numbers.rounds(self._dependence):
            derivative = without_rounding(self._derivatives(moved), mean[numbers.product[moved]])
            squares = derivative**2 * numbers.squared[moved]
            variance += np.bincount(numbers.product[moved], weights=squares, minlength=count)
        return mean, variance


def exchange_amounts(activity: Activity, quantities: Quantities, masses: engine.Masses) -> FloatArray:
    """Return the amount of each exchange at a point. [canonical flow unit per product unit]"""
    exchanges = activity.exchanges
    return engine.exchange_amounts(quantities.value, quantities.scale, exchanges.process, masses, *exchanges.other_drivers)


def uptake_of_products(
    activity: Activity, quantities: Quantities, masses: engine.Masses, rows: IndexArray, per_unit: FloatArray
) -> FloatArray:
    """Return the emissions of the uptake of CO2 that balances what leaves, shape (products,). [kg CO2e per product unit]

    Parameters
    ----------
    activity, quantities, masses
    rows : ndarray of intp, shape (balancing exchanges,)
        At most one of each product.
    per_unit : ndarray, shape (balancing exchanges,)
        0 where nothing is taken up, because the carbon is not known. [kg CO2e per kg CO2]
    """
    found, product = np.zeros(len(activity.names)), activity.exchange_products[rows]
    leaves = carbon_that_leaves(_content(activity, quantities)[product], masses.output[activity.exchanges.process[rows]])
    found[product] = np.where(per_unit == 0, 0.0, leaves * per_unit)
    return found


def _content(activity: Activity, quantities: Quantities) -> FloatArray:
    """Return the biogenic carbon of each product, NaN where it is not known. Shape (products,). [kg C/kg]"""
    spec = activity.rules.product_property(CONTENT)
    assert spec is not None  # checked when a rule with a balance is compiled
    return quantities.properties[activity.property_entries.block(spec.index)]


def impossible_products(activity: Activity, quantities: Quantities) -> BoolArray:
    """Return which products have quantities that cannot be, such as a loss of 100 %. Shape (products,)."""
    found = np.zeros(len(activity.names), dtype=bool)
    wrong = impossible_losses(activity, quantities.losses) & activity.structure.loss_active
    for spec in activity.rules.losses if wrong.any() else ():
        found[products_of_stage(activity, spec.stage)[wrong[activity.loss_entries.block(spec.index)]]] = True
    named = {problem.product for problem in quantities.problems}
    if named:
        found |= np.array([name in named for name in activity.products]) | ("" in named)
    return found
