"""Figures of a footprint: arrays of numbers and records, computed from the inventory when they are first read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textile_pcf._frozen import cached_property
from textile_pcf.activity.kept_columns import kept_texts
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, read_only
from textile_pcf.columns import ArrowStrings
from textile_pcf.inventory.completeness import Completeness, completeness
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.processes import Processes
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.results.carbon_content import carbon_content
from textile_pcf.results.contributions import Contributions
from textile_pcf.results.default_shares import Gross, default_shares, may_rest_on_defaults
from textile_pcf.results.gwp_sets import gwp_sets
from textile_pcf.results.headline import emissions_by_stage
from textile_pcf.results.licence import find_restricted
from textile_pcf.results.lines import build_contributions
from textile_pcf.results.provenance import provenance
from textile_pcf.results.run import Run, product_index
from textile_pcf.results.stage_terms import stage_terms
from textile_pcf.results.sums import Sums
from textile_pcf.results.unit_scale import unit_scale
from textile_pcf.results.warnings import result_warnings
from textile_pcf.rules import RuleSet
from textile_pcf.units.product_units import ProductUnits


@dataclass(frozen=True, eq=False)
class Figures(Sums):
    """Numbers of one run; `Footprint` adds tables and files.

    Attributes
    ----------
    inventory : Inventory
        Amount and factor of every exchange.
    run : Run
        The inputs of the calculation.
    beside : mapping of str to ndarray, shape (products,)
        Totals by another convention, such as `location_based`. [kg CO2e per product unit]
    """

    inventory: Inventory
    run: Run = field(repr=False)
    beside: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...] | ArrowStrings:
        """The products, as they are stored."""
        return self.inventory.products

    @cached_property
    def kept(self) -> Mapping[str, tuple[str, ...]]:
        """Kept columns of activity data (`keep=`): name → one text per product."""
        return kept_texts(self.run.activity.columns)

    @property
    def rules(self) -> RuleSet:
        """The rule of the result."""
        return self.run.activity.rules

    @property
    def biogenic(self) -> str:
        """Convention of biogenic carbon: `minus_one_plus_one` or `zero_zero`."""
        return self.run.biogenic

    @cached_property
    def carbon_content(self) -> FloatArray | None:
        """Fossil and biogenic carbon of one product unit, shape (products, 2); NaN where not known. [kg C]"""
        return carbon_content(self.inventory)

    @cached_property
    def measures(self) -> ProductUnits:
        """Conversion of product units into mass."""
        return product_units_of(self.inventory.activity, self.inventory.quantities.properties)

    @property
    def stage_masses(self) -> Processes:
        """Mass into and out of every process. [kg per product unit]"""
        return self.inventory.processes

    @cached_property
    def lines(self) -> Contributions:
        """One contribution per exchange, as columns."""
        lines = build_contributions(self.inventory, self.run.factors)
        for name in ("value", "drivers", "amount", "factor", "split", "aircraft"):
            read_only(getattr(lines, name))
        return lines

    @property
    def all_lines(self) -> Contributions:
        """All contributions with their numbers, for sums; a published result has them, and does not show them."""
        return self.lines

    @property
    def masked(self) -> BoolArray | None:
        """Which lines show no number because they must not be passed on; None unless the result is a published one."""
        return None

    @property
    def restricted_tables(self) -> list[str]:
        """Labels of the tables whose values are used although they must not be passed on."""
        return find_restricted(self.run.factors, self.used())

    @property
    def merges_stages(self) -> bool:
        """Whether stages are merged into one sum, as in a strict publication."""
        return False

    def factor_hash(self, line: int) -> str:
        """Return the hash of the factor of a masked line; empty for other lines.

        Parameters
        ----------
        line : int
            Index of the line.

        Returns
        -------
        str
            32 hexadecimal digits, or nothing.
        """
        return ""

    @cached_property
    def notes(self) -> tuple[tuple[int, str], ...]:
        """Warnings, each with the index of its product; -1 if it is about the whole run."""
        return result_warnings(self.inventory, self.run)

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """Rule, tables, set of global warming potentials, hashes of all inputs, library: enough to recompute bit for bit."""
        return provenance(self.run)

    def used(self) -> Mapping[int, Sequence[int]]:
        """Return the rows of the factor tables that are used, by index of the table.

        Returns
        -------
        mapping of int to sequence of int
            Index of a table → rows in it, from 0.
        """
        return dict(self.inventory.matches.used_rows)

    def terms(self, product: int, stage: int, language: str) -> list[str]:
        """Return text on the losses and the computed properties of a stage of a product.

        Parameters
        ----------
        product : int
            Index of the product.
        stage : int
            Index of the stage.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per line of the explanation.
        """
        return stage_terms(self.inventory.activity, self.inventory.quantities, product, stage, language)

    # -- numbers --------------------------------------------------------------------------------------------------

    def scale(self, unit: str | None = None) -> FloatArray:
        """Return product units in one `unit`, shape (products,).

        Parameters
        ----------
        unit : str, optional
            Unit such as `m2`; by default the product unit.

        Returns
        -------
        ndarray, shape (products,)
            [product units per `unit`]

        Raises
        ------
        InputError
            Some product cannot be converted to that unit.
        """
        return unit_scale(self, unit)

    @property
    def emissions_by_process(self) -> FloatArray:
        """Emissions of each process, shape (processes, 5). [kg CO2e per product unit]"""
        return self.inventory.emissions_by_process

    @property
    def process_places(self) -> tuple[IndexArray, IndexArray]:
        """Product and stage of each process, shape (processes,) each."""
        return self.stage_masses.product, self.stage_masses.stage

    @property
    def removals(self) -> FloatArray:
        """Net uptake of CO2 of each product, whatever the convention, shape (products,). [kg CO2 per product unit]"""
        return self.inventory.removals

    def units_in(self, unit: str) -> FloatArray:
        """Return product units in one `unit`, NaN for products without that unit, shape (products,).

        Parameters
        ----------
        unit : str
            Unit such as `m2`.

        Returns
        -------
        ndarray, shape (products,)
            [product units per `unit`]
        """
        return self.measures.product_units(self.measures.parse(unit))

    @cached_property
    def emissions_by_stage(self) -> FloatArray:
        """Emissions per product and stage without biogenic CO2 removals, shape (products, stages). [kg CO2e]"""
        return read_only(emissions_by_stage(self))

    @cached_property
    def gross(self) -> Gross:
        """Gross emissions of each product, uptake apart, and how much of them rests on the rule and on shipped tables."""
        return default_shares(self.inventory, self.run.factors)

    @property
    def _may_rest_on_defaults(self) -> bool:
        """Whether an amount can be a number of the rule or a factor of a shipped table."""
        return may_rest_on_defaults(self.inventory, self.run.factors)

    @cached_property
    def completeness(self) -> Completeness:
        """What rows answer of the flows and stages that the rule knows."""
        return completeness(self.inventory)

    @cached_property
    def gwp_sets(self) -> tuple[tuple[str, ...], FloatArray]:
        """Sets of global warming potentials, and the share of the gross emissions of each product under each. [1]"""
        return gwp_sets(self.inventory, self.run.factors, self.run.gwp)

    def warnings(self, product: str | None = None) -> list[str]:
        """Return the warnings of one product, or of all.

        Parameters
        ----------
        product : str, optional
            Id of a product; by default warnings of all products.

        Returns
        -------
        list of str
            Each distinct warning once; empty if there are none.
        """
        number = None if product is None else self.place(product)
        return list(dict.fromkeys([text for of, text in self.notes if number is None or of in (number, -1)]))

    def place(self, product: str) -> int:
        """Return the index of a product in `products`.

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        int
            Index, from 0.

        Raises
        ------
        UsageError
            There is no such product; the nearest is named.
        """
        return product_index(self.products, product)
