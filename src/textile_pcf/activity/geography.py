"""Region and year of what a stage does, where a row of a flow does not tell its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.activity.columns import Cells
from textile_pcf.activity.components import Laid, Lanes
from textile_pcf.activity.indexing import Seats
from textile_pcf.activity.row_patterns import Forms, Kind, among
from textile_pcf.arrays import BoolArray, IndexArray, IntArray
from textile_pcf.columns import picked
from textile_pcf.rules import PRODUCT, RuleSet

WORLD = "GLO"


@dataclass(frozen=True, eq=False)
class Others:
    """Some laid rows: their form, seat, and row of the table."""

    form: IndexArray
    seat: IndexArray
    row: IndexArray

    def of(self, wanted: BoolArray) -> Others:
        """Those of wanted forms."""
        at = among(wanted, self.form)
        return Others(picked(self.form, at), picked(self.seat, at), picked(self.row, at))


def others_of(kind: Kind, forms: Forms, form: IndexArray, laid: Laid) -> Others:
    """Laid rows of a kind; `form` is that of all."""
    at = among(forms.kind == kind, form)
    return Others(picked(form, at), picked(laid.seat, at), at if laid.every else picked(laid.row, at))


@dataclass(frozen=True, eq=False)
class Homes:
    """Per stage seat the region (a code of `regions`) and year of its flows: stage row, rule, product row, world. Worked out
    when some row asks for it. `told_region` and `told_year` are those of each form.
    """

    rules: RuleSet
    lanes: Lanes
    forms: Forms
    rows: Others
    """Those of the product and of stages."""
    seats: Seats
    regions: tuple[str, ...]
    told_region: IntArray
    told_year: IntArray

    @classmethod
    def of(cls, cells: Cells, rules: RuleSet, lanes: Lanes, forms: Forms, stage_rows: Others, seats: Seats) -> Homes:
        """Of rows of a table; the table itself is not kept."""
        region, year = cells.texts["region"], cells.years[cells.texts["year"].codes[forms.first]]
        names = dict.fromkeys([*region.categories, *(spec.region for spec in rules.stages), "", WORLD])
        return cls(rules, lanes, forms, stage_rows, seats, tuple(names), region.codes[forms.first].astype(np.int64), year)

    @cached_property
    def region(self) -> IntArray:
        """Region of every stage seat."""
        code = {name: place for place, name in enumerate(self.regions)}
        untold = code[""]
        told = self.told_region
        of_product, of_stage = self._rows
        product = np.full(len(self.lanes.start), untold)
        product[of_product.seat] = told[of_product.form]
        region = self.seats.of_each(np.array([code[spec.region] for spec in self.rules.stages]))
        place, own = self.seats.at(self.forms.stage[of_stage.form], of_stage.seat), told[of_stage.form]
        region[place] = np.where(own == untold, region[place], own)
        region = np.where(region == untold, product[self._product], region)
        return np.where(region == untold, code[WORLD], region)

    @cached_property
    def year(self) -> IntArray:
        """Year of every stage seat, 0 for none."""
        told = self.told_year
        of_product, of_stage = self._rows
        product = np.zeros(len(self.lanes.start), dtype=np.int64)
        product[of_product.seat] = told[of_product.form]
        year = np.zeros(self.seats.total, dtype=np.int64)
        year[self.seats.at(self.forms.stage[of_stage.form], of_stage.seat)] = told[of_stage.form]
        return np.where(year == 0, product[self._product], year)

    @property
    def _rows(self) -> tuple[Others, Others]:
        """Rows of the product, and of stages."""
        of_product = self.forms.stage == PRODUCT
        return self.rows.of(of_product), self.rows.of(~of_product)

    @cached_property
    def _product(self) -> IndexArray:
        """Product of every stage seat."""
        every = np.arange(len(self.lanes.start))
        return np.concatenate([self.lanes.product if spec.component else every for spec in self.rules.stages])
