"""Sums of the products of a partition from its kept lines and the solved figures of what they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from textile_pcf import engine
from textile_pcf.arrays import FloatArray, IndexArray, is_calculable
from textile_pcf.batch.job import Job
from textile_pcf.batch.link_files import GatheredLinks
from textile_pcf.batch.unsolved_lines import UnsolvedLines
from textile_pcf.columns import ArrowStrings, take
from textile_pcf.inventory.carbon_balance import balancing_amount, carbon_that_leaves
from textile_pcf.inventory.matching import nonzero_parts
from textile_pcf.inventory.product_system import ProductSystem
from textile_pcf.inventory.suppliers import Suppliers, link_units
from textile_pcf.results.default_shares import Gross, gross_of_lines, sum_gross
from textile_pcf.results.sums import Sums
from textile_pcf.results.uptakes import UPTAKE
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class SolvedSums(Sums):
    """Sums under one scenario; what links take has its footprint as factor.

    Attributes
    ----------
    job : Job
    scenario : int
        Number of the scenario.
    product_names : ArrowStrings
        The products of the partition.
    lines : UnsolvedLines
    system : ProductSystem
        The links, whose suppliers are rows of `taken`.
    taken : Suppliers
    beside : mapping
        Empty: partitions with another accounting of electricity are calculated as one.
    """

    job: Job
    scenario: int
    product_names: ArrowStrings
    lines: UnsolvedLines
    system: ProductSystem
    taken: Suppliers
    beside: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def names(self) -> ArrowStrings:
        """The products, as they are stored."""
        return self.product_names

    @property
    def rules(self) -> RuleSet:
        """The rule of the result."""
        return self.job.rules

    @property
    def biogenic(self) -> str:
        """Convention of biogenic carbon."""
        return self.job.scenarios[self.scenario].biogenic

    @cached_property
    def link_units(self) -> FloatArray:
        """Units of what each link takes per canonical flow unit, NaN where a unit cannot be converted. Shape (links,)."""
        return self._units(self.system.supplier, self.system.flow)

    def _units(self, supplier: IndexArray, flow: IndexArray) -> FloatArray:
        """Return the units of suppliers per canonical unit of flows."""
        units = self.taken.units[supplier, link_units(self.rules)[1][flow]]
        return np.asarray(units / rule_arrays(self.rules).flow_factor[flow])

    @cached_property
    def product(self) -> IndexArray:
        """Product of each line."""
        return take(self.lines.process_product, self.lines.process).astype(np.intp)

    @cached_property
    def content(self) -> FloatArray:
        """Biogenic carbon of the products, NaN where it is not known, under a rule with a balance. [kg C/kg]"""
        inputs, terms = self.system.inputs, self.system.balance
        assert terms is not None
        if inputs is None or not len(inputs.product):
            return terms.content
        taken, mass, content = np.flatnonzero(inputs.supplier >= 0), inputs.mass.copy(), inputs.content.copy()
        supplier, flow = inputs.supplier[taken], inputs.flow[taken]
        mass[taken] *= self._units(supplier, flow) * self.taken.mass[supplier]
        content[taken] = self.taken.content[supplier]
        return replace(inputs, mass=mass, content=content, supplier=np.full(len(mass), -1)).fill(terms.content)

    @cached_property
    def leaves(self) -> FloatArray:
        """CO2 of the carbon that leaves with the product of each line that balances, NaN where it is not known. [kg CO2]"""
        terms, product = self.system.balance, self.product[self.lines.balance]
        return np.empty(0) if terms is None else carbon_that_leaves(self.content[product], terms.output[product])

    @cached_property
    def amount(self) -> FloatArray:
        """Amount of each line; of those that balance, by what is taken. [canonical flow unit per product unit]"""
        lines, system, removals = self.lines, self.system, self.lines.removals[self.scenario]
        if not len(lines.balance):
            return lines.amount
        amount = lines.amount.copy()
        amount[lines.balance] = 0.0
        per_unit = take(removals, lines.request)
        per_unit[lines.linked] = self.taken.balanced_removals[system.supplier] * self.link_units
        rows = lines.balanced
        carried = np.bincount(self.product[rows], weights=(amount * per_unit)[rows], minlength=len(self.names)).astype(
            np.float64
        )
        own = removals[lines.request[lines.balance]]
        amount[lines.balance] = balancing_amount(self.leaves, carried[self.product[lines.balance]], own)
        return amount

    @cached_property
    def values(self) -> FloatArray:
        """Factors of requests, then those of links, shape (requests + links, 5). [kg CO2e per canonical flow unit]"""
        of_links = self.taken.footprint[self.system.supplier] * self.link_units[:, None]
        return np.concatenate([self.lines.values[self.scenario], of_links])

    @cached_property
    def index(self) -> IndexArray:
        """Row of `values` of each line."""
        index, linked = self.lines.request.astype(np.intp), self.lines.linked
        index[linked] = len(self.lines.values[self.scenario]) + np.arange(len(linked))
        return index

    @cached_property
    def emissions_by_process(self) -> FloatArray:
        """Emissions of each process, shape (processes, 5). [kg CO2e per product unit]"""
        lines, values = self.lines, self.values
        count = len(lines.process_product)
        return engine.sum_by_process(self.amount, values, self.index, lines.process, nonzero_parts(values), count)

    @property
    def process_places(self) -> tuple[IndexArray, IndexArray]:
        """Product and stage of each process."""
        return self.lines.process_product.astype(np.intp), self.lines.process_stage.astype(np.intp)

    @cached_property
    def removals(self) -> FloatArray:
        """Net uptake of CO2 of each product, shape (products,). [kg CO2 per product unit]"""
        system, own = self.system, self._own_removals
        inside = ~rule_arrays(self.rules).flow_outside[system.flow]
        if not inside.any():
            return own
        amount = system.amount[inside] * self.link_units[inside]
        return own + np.bincount(system.user[inside], amount * self.taken.removals[system.supplier[inside]], minlength=len(own))

    @property
    def _own_removals(self) -> FloatArray:
        """Net uptake without that of suppliers, shape (products,). [kg CO2 per product unit]"""
        lines = self.lines
        if not len(lines.balance):
            return self.system.removals
        per_unit = take(lines.removals[self.scenario], lines.request)
        per_unit[lines.linked] = per_unit[lines.outside] = 0.0
        rows = np.flatnonzero(per_unit)
        uptake = per_unit[rows] * self.amount[rows]
        return np.bincount(self.product[rows], weights=uptake, minlength=len(self.names)).astype(np.float64)

    @cached_property
    def gross(self) -> Gross:
        """Gross emissions of each product, uptake apart."""
        lines = self.lines
        kilograms = gross_of_lines(self.amount, self.values, self.index)
        kilograms[lines.outside] = 0.0
        return sum_gross(kilograms, self.product, lines.ruled, lines.generic[self.scenario], len(self.names))

    def units_in(self, unit: str) -> FloatArray:
        """Return product units in one `unit`, NaN for products without that unit, shape (products,).

        Parameters
        ----------
        unit : str
            One of the further units of the batch.
        """
        return np.asarray(self.lines.units[self.job.units.index(unit)])

    @property
    def is_final(self) -> bool:
        """Whether every link is converted, no sum is too large, and no product has uptake of its own beside that of a link.

        Else the partition has problems or a warning that name rows, and is calculated again.
        """
        if np.isnan(self.link_units).any():
            return False
        of_links, linked = self.values[len(self.lines.values[self.scenario]) :, UPTAKE], self.lines.linked
        brings = self.lines.amount[linked] * of_links < 0
        if self.lines.takes_up[self.system.user[brings]].any():
            return False
        return is_calculable(self.emissions_by_process)


def solve_sums(
    job: Job, lines: UnsolvedLines, gathered: GatheredLinks, solved: Sequence[tuple[Suppliers, list[list[str]]]]
) -> list[SolvedSums] | None:
    """Return the sums of a partition under each scenario; None if products are rejected or warned of for what they take.

    Parameters
    ----------
    job : Job
    lines : UnsolvedLines
    gathered : GatheredLinks
        Its links, as they were written.
    solved : sequence of (Suppliers, loops)
        What it takes, per scenario.
    """
    if any(loops or one.absent or one.rejected for one, loops in solved):
        return None
    sums, names = [], ArrowStrings(gathered.names)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is calculated again, and refused
        for number, (taken, _) in enumerate(solved):
            system = gathered.systems[number]
            assert system is not None
            sums.append(SolvedSums(job, number, names, lines, system, taken))
        return sums if all(one.is_final for one in sums) else None
