"""Region and year of what a stage does, where a row of a flow does not tell its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.components import Components, RowAssignment
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.row_patterns import RowKind, RowPatterns, rows_where
from textile_pcf.arrays import BoolArray, IndexArray, IntArray
from textile_pcf.columns import take
from textile_pcf.rules import PRODUCT, RuleSet

WORLD = "GLO"


@dataclass(frozen=True, eq=False)
class RowSubset:
    """Some laid rows: their form, seat, and row of the table."""

    pattern: IndexArray
    entry: IndexArray
    row: IndexArray

    def of(self, wanted: BoolArray) -> RowSubset:
        """Those of wanted forms."""
        at = rows_where(wanted, self.pattern)
        return RowSubset(take(self.pattern, at), take(self.entry, at), take(self.row, at))


def rows_of_kind(kind: RowKind, forms: RowPatterns, form: IndexArray, laid: RowAssignment) -> RowSubset:
    """Laid rows of a kind; `form` is that of all."""
    at = rows_where(forms.row_kind == kind, form)
    return RowSubset(take(form, at), take(laid.entry, at), at if laid.identity else take(laid.row, at))


@dataclass(frozen=True, eq=False)
class Geography:
    """Per stage seat the region (a code of `regions`) and year of its flows: stage row, rule, product row, world. Worked out
    when some row asks for it. `pattern_region` and `pattern_year` are those of each form.
    """

    rules: RuleSet
    components: Components
    patterns: RowPatterns
    rows: RowSubset
    """Those of the product and of stages."""
    processes: BlockIndex
    regions: tuple[str, ...]
    pattern_region: IntArray
    pattern_year: IntArray

    @classmethod
    def of(
        cls,
        cells: ActivityColumns,
        rules: RuleSet,
        lanes: Components,
        forms: RowPatterns,
        stage_rows: RowSubset,
        seats: BlockIndex,
    ) -> Geography:
        """Of rows of a table; the table itself is not kept."""
        region, year = cells.texts["region"], cells.years[cells.texts["year"].codes[forms.first]]
        names = dict.fromkeys([*region.categories, *(spec.region for spec in rules.stages), "", WORLD])
        return cls(rules, lanes, forms, stage_rows, seats, tuple(names), region.codes[forms.first].astype(np.int64), year)

    @cached_property
    def region(self) -> IntArray:
        """Region of every stage seat."""
        code = {name: place for place, name in enumerate(self.regions)}
        untold = code[""]
        told = self.pattern_region
        of_product, of_stage = self._rows
        product = np.full(len(self.components.start), untold)
        product[of_product.entry] = told[of_product.pattern]
        region = self.processes.repeat(np.array([code[spec.region] for spec in self.rules.stages]))
        place, own = self.processes.entry(self.patterns.stage[of_stage.pattern], of_stage.entry), told[of_stage.pattern]
        region[place] = np.where(own == untold, region[place], own)
        region = np.where(region == untold, product[self._product], region)
        return np.where(region == untold, code[WORLD], region)

    @cached_property
    def year(self) -> IntArray:
        """Year of every stage seat, 0 for none."""
        told = self.pattern_year
        of_product, of_stage = self._rows
        product = np.zeros(len(self.components.start), dtype=np.int64)
        product[of_product.entry] = told[of_product.pattern]
        year = np.zeros(self.processes.total, dtype=np.int64)
        year[self.processes.entry(self.patterns.stage[of_stage.pattern], of_stage.entry)] = told[of_stage.pattern]
        return np.where(year == 0, product[self._product], year)

    @property
    def _rows(self) -> tuple[RowSubset, RowSubset]:
        """Rows of the product, and of stages."""
        of_product = self.patterns.stage == PRODUCT
        return self.rows.of(of_product), self.rows.of(~of_product)

    @cached_property
    def _product(self) -> IndexArray:
        """Product of every stage seat."""
        every = np.arange(len(self.components.start))
        return np.concatenate([self.components.product if spec.component else every for spec in self.rules.stages])
