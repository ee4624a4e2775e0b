"""Sums of a footprint over stages and parts, from the emissions of its processes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from textile_pcf._frozen import cached_property
from textile_pcf.arrays import FloatArray, IndexArray, read_only
from textile_pcf.columns import ArrowStrings
from textile_pcf.engine.loops import sum_by_group
from textile_pcf.results.contributions import SPLIT, StageInfo
from textile_pcf.results.default_shares import Gross
from textile_pcf.results.headline import Headline, headline
from textile_pcf.results.lines import stage_info
from textile_pcf.rules import RuleSet


class Sums(ABC):
    """Sums of the emissions of products; what they rest on is given by a class below this one."""

    beside: Mapping[str, FloatArray]

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...] | ArrowStrings:
        """The products, as they are stored."""

    @property
    @abstractmethod
    def rules(self) -> RuleSet:
        """The rule of the result."""

    @property
    @abstractmethod
    def biogenic(self) -> str:
        """Convention of biogenic carbon: `minus_one_plus_one` or `zero_zero`."""

    @property
    @abstractmethod
    def emissions_by_process(self) -> FloatArray:
        """Emissions of each process, shape (processes, 5). [kg CO2e per product unit]"""

    @property
    @abstractmethod
    def process_places(self) -> tuple[IndexArray, IndexArray]:
        """Product and stage of each process, shape (processes,) each."""

    @property
    @abstractmethod
    def removals(self) -> FloatArray:
        """Net uptake of CO2 of each product, whatever the convention, shape (products,). [kg CO2 per product unit]"""

    @property
    @abstractmethod
    def gross(self) -> Gross:
        """Gross emissions of each product, uptake apart, and how much of them rests on the rule and on shipped tables."""

    @abstractmethod
    def units_in(self, unit: str) -> FloatArray:
        """Return product units in one `unit`, NaN for products without that unit, shape (products,).

        Parameters
        ----------
        unit : str
            Unit such as `m2`.
        """

    @cached_property
    def products(self) -> tuple[str, ...]:
        """The products, in the order in which they first appear."""
        return tuple(self.names)

    @property
    def unit(self) -> str:
        """Unit of the products."""
        return self.rules.product_unit.text

    @property
    def stages(self) -> tuple[StageInfo, ...]:
        """Stages of the rule."""
        return stage_info(self.rules)

    @cached_property
    def by_stage(self) -> FloatArray:
        """Emissions per stage, also those outside the boundary, shape (products, stages). [kg CO2e per product unit]"""
        return read_only(np.add.reduce(self.by_stage_and_part[:, :, : len(SPLIT)], axis=2))

    @cached_property
    def by_stage_and_part(self) -> FloatArray:
        """Emissions by product, stage and part, shape (products, stages, 5)."""
        products, stages = len(self.names), len(self.stages)
        emissions_by_process = self.emissions_by_process
        if len(emissions_by_process) == products * stages:  # one process per product and stage
            return emissions_by_process.reshape(stages, products, emissions_by_process.shape[1]).transpose(1, 0, 2)
        product, stage = self.process_places
        return sum_by_group(emissions_by_process, product * stages + stage, products * stages).reshape(products, stages, -1)

    @cached_property
    def totals(self) -> FloatArray:
        """Footprint of each product, shape (products,). [kg CO2e per product unit]"""
        inside = np.array([not stage.outside for stage in self.stages])
        return read_only(self.by_stage[:, inside].sum(axis=1))

    @cached_property
    def split_totals(self) -> FloatArray:
        """Fossil, biogenic, uptake and land use change, shape (products, 4). [kg CO2e per product unit]"""
        inside = np.array([not stage.outside for stage in self.stages])
        return read_only(self.by_stage_and_part[:, inside, : len(SPLIT)].sum(axis=1))

    @cached_property
    def headline(self) -> Headline:
        """Footprint of each product excluding and including biogenic CO2 removals; `totals` is the declared one."""
        return headline(self)

    @property
    def _may_rest_on_defaults(self) -> bool:
        """Whether an amount can be a number of the rule or a factor of a shipped table."""
        return True

    @property
    def default_share(self) -> FloatArray:
        """Part of the gross emissions whose amount is a number of the rule, shape (products,). [1]"""
        return self.gross.part(self.gross.ruled) if self._may_rest_on_defaults else np.zeros(len(self.names))

    @property
    def default_factor_share(self) -> FloatArray:
        """Part of the gross emissions whose factor is of a shipped table, and no supplier's, shape (products,). [1]"""
        return self.gross.part(self.gross.generic) if self._may_rest_on_defaults else np.zeros(len(self.names))
