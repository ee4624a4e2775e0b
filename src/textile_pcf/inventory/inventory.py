"""`Inventory`: the linear system behind a result, with the amount and the factor of every exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from textile_pcf import engine
from textile_pcf._frozen import cached_property, quick_init
from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import LARGEST, BoolArray, FloatArray, IndexArray, IntArray, is_calculable
from textile_pcf.columns import ArrowStrings, take
from textile_pcf.errors import InputError, Problem
from textile_pcf.factors import SPLIT_SIZE, Request
from textile_pcf.inventory.amount_sources import amount_sources
from textile_pcf.inventory.carbon_balance import Balance, balance_carbon
from textile_pcf.inventory.links import product_links, solve_or_refuse, solve_product_links, supplier_units
from textile_pcf.inventory.masses import process_masses
from textile_pcf.inventory.matching import FactorMatches, nonzero_parts
from textile_pcf.inventory.processes import Processes, build_processes
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.inventory.root_causes import root_causes
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class Factors:
    """Distinct emission factors of an inventory.

    Attributes
    ----------
    values : ndarray, shape (factors, 5)
        Fossil, biogenic, uptake, land use change, and aircraft as a part of fossil. [kg CO2e per canonical flow unit]
    sheet : ndarray, shape (factors,)
        Index of the factor table; -1 where there is none.
    row : ndarray, shape (factors,)
        Row of that table; -1 where there is none.
    request : sequence of Request
        What each factor was matched to.
    """

    values: FloatArray
    sheet: IndexArray
    row: IndexArray
    request: Sequence[Request]


@quick_init
@dataclass(frozen=True, eq=False)
class Inventory:
    """Exchanges of all products of a run and the factor of each: total = Σ amount × factor.

    Views are computed when they are first read.

    Attributes
    ----------
    activity : Activity
        Activity data; with a supply table, electricity and heat are split into the parts of each site.
    quantities : Quantities
        Properties, losses, and the value and scale of each exchange.
    matches : FactorMatches
        Factor or supplier of each exchange.
    masses : Masses
        Mass into and out of each process. [kg per product unit]
    amount : ndarray, shape (exchanges,)
        value × scale × masses. [canonical flow unit per product unit]
    value_index : ndarray, shape (exchanges,)
        Row of `split_values` of each exchange.
    split_values : ndarray, shape (rows, 5)
        Fossil, biogenic, uptake, land use change, and aircraft of all factors and suppliers; factors may occur more than
        once. [kg CO2e per canonical flow unit]
    parts : tuple of int
        Columns of `split_values` that are not all zero.
    balance : Balance or None
        Balance of biogenic carbon, if the rule asks for one.
    """

    activity: Activity
    quantities: Quantities
    matches: FactorMatches
    masses: engine.Masses
    amount: FloatArray
    value_index: IndexArray
    split_values: FloatArray
    parts: tuple[int, ...]
    balance: Balance | None = None

    # -- processes ------------------------------------------------------------------------------------------------

    @property
    def products(self) -> tuple[str, ...] | ArrowStrings:
        """Names of the products, shape (products,)."""
        return self.activity.names

    @cached_property
    def processes(self) -> Processes:
        """Processes: one per product and common stage, one per product, component and component stage."""
        return build_processes(self.activity, self.masses)

    # -- exchanges ------------------------------------------------------------------------------------------------

    @property
    def process(self) -> IndexArray:
        """Process of each exchange, shape (exchanges,)."""
        return self.activity.exchanges.process

    @property
    def product(self) -> IndexArray:
        """Product of each exchange, shape (exchanges,)."""
        return self.activity.exchange_products

    @property
    def flow(self) -> IntArray:
        """Flow of the rule of each exchange, shape (exchanges,)."""
        return self.activity.exchanges.flow

    @property
    def value(self) -> FloatArray:
        """Amount per driver of each exchange, shape (exchanges,). [canonical flow unit per driver]"""
        return self.quantities.value

    @property
    def scale(self) -> FloatArray:
        """Product of the drivers that are not masses, shape (exchanges,)."""
        return self.quantities.scale

    @cached_property
    def driver(self) -> IntArray:
        """How often mass output, input and loss of its process multiply each exchange, shape (exchanges, 3)."""
        exchanges = self.activity.exchanges
        return exchanges.patterns.masses.astype(np.int64)[exchanges.pattern]

    @cached_property
    def inside(self) -> BoolArray:
        """Whether each exchange is inside the boundary, shape (exchanges,)."""
        return ~rule_arrays(self.activity.rules).flow_outside[self.flow]

    # -- factors and links ----------------------------------------------------------------------------------------

    @cached_property
    def factor(self) -> IndexArray:
        """Row of `factors` of each exchange; -1 if it takes a product of the run. Shape (exchanges,)."""
        return self.matches.request if not self.matches.has_links else np.where(self.supplier >= 0, -1, self.matches.request)

    @cached_property
    def factors(self) -> Factors:
        """Distinct emission factors."""
        sheet, row = self.matches.factor_rows.T
        return Factors(self.matches.values, sheet, row, self.matches.requests)

    @cached_property
    def factor_totals(self) -> FloatArray:
        """Factor of each exchange, aircraft not counted twice, shape (exchanges,). [kg CO2e per canonical flow unit]"""
        return take(self.split_values[:, :SPLIT_SIZE].sum(axis=1), self.value_index)

    @cached_property
    def supplier(self) -> IndexArray:
        """Product of the run that each exchange takes; -1 if none. Shape (exchanges,)."""
        return self.matches.supplier if self.matches.has_links else np.full(len(self.amount), -1, dtype=np.intp)

    @cached_property
    def supplier_units(self) -> FloatArray:
        """Units of the supplier per flow unit of the rule, shape (exchanges,); 0 if the exchange takes no product."""
        units = np.zeros(len(self.amount))
        linked = np.flatnonzero(self.supplier >= 0)
        if len(linked):
            units[linked] = supplier_units(self.activity, self.quantities, self.matches, linked)
        return units

    @cached_property
    def links(self) -> engine.Links:
        """Links between products inside the boundary. [supplier units per user unit]"""
        if not self.matches.has_links or not np.any(self.supplier >= 0):
            none = np.empty(0, dtype=np.intp)
            return engine.Links(none, none, np.empty(0))
        return product_links(self.activity, self.quantities, self.matches, self.amount)[0]

    # -- where amounts come from ----------------------------------------------------------------------------------

    @cached_property
    def _sources(self) -> tuple[IndexArray, IndexArray]:
        row, by_rule, entry = amount_sources(self.activity, self.quantities)
        return np.where(by_rule, -1, row), np.where(by_rule, entry, -1)

    @property
    def source_row(self) -> IndexArray:
        """Row of the activity table that gives each amount; -1 if the rule does. Shape (exchanges,)."""
        return self._sources[0]

    @property
    def rule_number(self) -> IndexArray:
        """Entry of the rule's value behind each amount; -1 if none. Shape (exchanges,)."""
        return self._sources[1]

    # -- emissions ------------------------------------------------------------------------------------------------

    @cached_property
    def emissions_by_process(self) -> FloatArray:
        """Emissions of each process, shape (processes, 5). [kg CO2e per product unit]"""
        structure = self.activity.structure
        return engine.sum_by_process(
            self.amount, self.split_values, self.value_index, structure.exchanges.process, self.parts, structure.processes.total
        )

    @cached_property
    def removals(self) -> FloatArray:
        """Net uptake of CO2 of each product, whatever the convention, shape (products,). [kg CO2 per product unit]

        What factors take up less the biogenic CO2 that they give off, inside the boundary, links solved.
        """
        own = self._own_removals
        links, suppliers = self.links, self.matches.suppliers
        if suppliers is not None and len(links.user):
            return own + np.bincount(links.user, links.amount * suppliers.removals[links.supplier], minlength=len(own))
        return solve_or_refuse(self.activity, own[:, None], links)[:, 0] if len(links.user) else own

    @cached_property
    def _own_removals(self) -> FloatArray:
        """Net uptake of CO2 of each product without its suppliers, shape (products,). [kg CO2 per product unit]

        Most factors of a catalogue take nothing up: their patterns are not multiplied out.
        """
        matches = self.matches
        per_unit = take(matches.removals, matches.request_of_pattern)
        lines = rows_where(per_unit != 0.0, matches.pattern)
        lines = lines[~rule_arrays(self.activity.rules).flow_outside[self.activity.exchanges.flows_of(lines)]]
        if matches.has_links:
            lines = lines[matches.supplier[lines] < 0]
        uptake = take(per_unit, matches.pattern[lines]) * self.amount[lines]
        return np.bincount(self.product[lines], weights=uptake, minlength=len(self.products)).astype(np.float64)

    @cached_property
    def removals_by_line(self) -> FloatArray:
        """Net uptake of CO2 per unit of each exchange, links included, shape (exchanges,). [kg CO2 per canonical flow unit]"""
        per_unit = take(self.matches.removals, self.matches.request)
        linked = np.flatnonzero(self.supplier >= 0)
        if len(linked):
            factor = rule_arrays(self.activity.rules).flow_factor[self.flow[linked]]
            removals = self.removals if self.matches.suppliers is None else self.matches.suppliers.removals
            per_unit[linked] = removals[self.supplier[linked]] * self.supplier_units[linked] / factor
        return per_unit

    # -- the same system with other numbers -----------------------------------------------------------------------

    def with_amounts(self, amount: FloatArray) -> Inventory:
        """Return this inventory with other amounts; links are solved again.

        Parameters
        ----------
        amount : ndarray, shape (exchanges,)
            Those of `balance` are replaced by what balances. [canonical flow unit per product unit]

        Raises
        ------
        InputError
            Products need all or more of themselves.
        """
        return _assemble(self.activity, self.quantities, self.matches, self.masses, np.asarray(amount, dtype=np.float64))

    def with_factors(self, values: FloatArray, removals: FloatArray | None = None) -> Inventory:
        """Return this inventory with other factor values; links are solved again.

        Parameters
        ----------
        values : ndarray, shape (factors, 5)
            One row per row of `factors`. [kg CO2e per canonical flow unit]
        removals : ndarray, shape (factors,), optional
            Net uptake of CO2, by which biogenic carbon balances; as it is where none is given. [kg CO2 per canonical flow unit]
        """
        matches = replace(self.matches, values=np.asarray(values, dtype=np.float64))
        if removals is not None:
            matches = replace(matches, removals=np.asarray(removals, dtype=np.float64))
        return _assemble(self.activity, self.quantities, matches, self.masses, self.amount)


@np.errstate(over="ignore", invalid="ignore")  # an overflow is reported in the end
def build_inventory(activity: Activity, quantities: Quantities, matches: FactorMatches) -> Inventory:
    """Build the inventory: masses solved backwards, amounts of all exchanges, links between products.

    The amount of an exchange is `value` × `scale` × the masses of its process that drive it (`engine:exchange_amounts`); a flow
    is driven by the mass out of its stage unless the rule or the row says another (`per`). Masses follow from the losses of the
    stages that take place (`inventory.masses:process_masses`, `engine:loss_ratio`). Two kinds of exchange get another number:
    the uptake that balances biogenic carbon (`inventory.carbon_balance`), and the footprint of a linked product in place of a
    factor (`inventory.links`). Emissions are amount × factor (`Inventory.emissions_by_process`).

    Parameters
    ----------
    activity, quantities, matches
        Activity data, completed quantities, and matched factors, none of them with problems.

    Returns
    -------
    Inventory
        Its amounts are per product unit. [canonical flow unit]

    Raises
    ------
    InputError
        Units of linked products do not fit, products need all or more of themselves, or emissions overflow.
    """
    masses, exchanges = process_masses(activity, quantities), activity.structure.exchanges
    scale = None if quantities.scale is exchanges.unit_scale else quantities.scale  # mostly 1 for all
    amount = engine.exchange_amounts(quantities.value, scale, exchanges.process, masses, *exchanges.other_drivers)
    inventory = _assemble(activity, quantities, matches, masses, amount)
    if not is_calculable(inventory.emissions_by_process):
        raise InputError(root_causes(activity, _overflows(inventory)))
    return inventory


def _assemble(
    activity: Activity, quantities: Quantities, matches: FactorMatches, masses: engine.Masses, amount: FloatArray
) -> Inventory:
    """Build an inventory from its amounts; balance its biogenic carbon and solve its links."""
    quantities, amount, balance = balance_carbon(activity, quantities, matches, masses, amount)
    index, values = solve_product_links(activity, quantities, matches, amount)
    parts = matches.nonzero_parts if values is matches.pattern_values else nonzero_parts(values)
    return Inventory(activity, quantities, matches, masses, amount, index, values, parts, balance)


def _overflows(inventory: Inventory) -> list[Problem]:
    """Return a problem per row whose emissions overflow; one for the whole input if no single row does."""
    activity = inventory.activity
    emissions = inventory.amount * inventory.split_values[inventory.value_index].sum(axis=1)
    rows = np.unique(activity.exchanges.row[~(np.abs(emissions) < LARGEST)])
    what, cure = "The emissions of this amount are too large to calculate.", "Check the amount and its unit."
    problems = list(activity.columns.problems_at(rows[rows >= 0], what, cure, "amount", "huge"))
    return problems or [
        Problem(activity.columns.table.name, "The emissions add up to more than can be calculated.", cure, code="huge")
    ]
