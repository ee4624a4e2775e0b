"""Region and year of each process, used by exchanges whose row gives none."""

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
    """Some of the assigned rows.

    Attributes
    ----------
    pattern : ndarray of intp, shape (rows,)
        Pattern of each row.
    entry : ndarray of intp, shape (rows,)
        Component or product of each row.
    row : ndarray of intp, shape (rows,)
        Row of the table.
    """

    pattern: IndexArray
    entry: IndexArray
    row: IndexArray

    def of(self, selected: BoolArray) -> RowSubset:
        """Return the rows of selected patterns, given as one flag per pattern."""
        at = rows_where(selected, self.pattern)
        return RowSubset(take(self.pattern, at), take(self.entry, at), take(self.row, at))


def rows_of_kind(row_kind: RowKind, patterns: RowPatterns, assignment: RowAssignment) -> RowSubset:
    """Return the assigned rows of one kind.

    Parameters
    ----------
    row_kind : RowKind
    patterns : RowPatterns
    assignment : RowAssignment

    Returns
    -------
    RowSubset
    """
    at = rows_where(patterns.row_kind == row_kind, assignment.pattern)
    return RowSubset(take(assignment.pattern, at), take(assignment.entry, at), assignment.table_rows(at))


@dataclass(frozen=True, eq=False)
class Geography:
    """Region and year of each process, computed on first use.

    The region is the first one given by the stage row, the rule, and the product row; else the world. The year is the one
    of the stage row, else of the product row.

    Attributes
    ----------
    rules : RuleSet
    components : Components
    patterns : RowPatterns
    rows : RowSubset
        Rows of stages and of the product itself.
    processes : BlockIndex
        One block per stage.
    regions : tuple of str
        Names of the region codes.
    pattern_region, pattern_year : ndarray of int, shape (patterns,)
        Region code and year that each pattern gives; the code of `""` and year 0 where it gives none.
    """

    rules: RuleSet
    components: Components
    patterns: RowPatterns
    rows: RowSubset
    processes: BlockIndex
    regions: tuple[str, ...]
    pattern_region: IntArray
    pattern_year: IntArray

    @classmethod
    def of(
        cls,
        cells: ActivityColumns,
        rules: RuleSet,
        components: Components,
        patterns: RowPatterns,
        stage_rows: RowSubset,
        processes: BlockIndex,
    ) -> Geography:
        """Build from the stage rows of a table, without keeping a reference to the table."""
        region, year = cells.texts["region"], cells.years[cells.texts["year"].codes[patterns.first]]
        names = tuple(dict.fromkeys([*region.categories, *(spec.region for spec in rules.stages), "", WORLD]))
        codes = region.codes[patterns.first].astype(np.int64)
        return cls(rules, components, patterns, stage_rows, processes, names, codes, year)

    @cached_property
    def region(self) -> IntArray:
        """Region code of each process. Shape (processes,)."""
        code = {name: number for number, name in enumerate(self.regions)}
        no_region = code[""]
        product_rows, stage_rows = self._rows
        by_product = np.full(len(self.components.start), no_region)
        by_product[product_rows.entry] = self.pattern_region[product_rows.pattern]
        region = self.processes.repeat(np.array([code[spec.region] for spec in self.rules.stages]))
        process = self.processes.entry(self.patterns.stage[stage_rows.pattern], stage_rows.entry)
        own = self.pattern_region[stage_rows.pattern]
        region[process] = np.where(own == no_region, region[process], own)
        region = np.where(region == no_region, by_product[self._product], region)
        return np.where(region == no_region, code[WORLD], region)

    @cached_property
    def year(self) -> IntArray:
        """Year of each process, 0 where none is given. Shape (processes,)."""
        product_rows, stage_rows = self._rows
        by_product = np.zeros(len(self.components.start), dtype=np.int64)
        by_product[product_rows.entry] = self.pattern_year[product_rows.pattern]
        year = np.zeros(self.processes.total, dtype=np.int64)
        process = self.processes.entry(self.patterns.stage[stage_rows.pattern], stage_rows.entry)
        year[process] = self.pattern_year[stage_rows.pattern]
        return np.where(year == 0, by_product[self._product], year)

    @property
    def _rows(self) -> tuple[RowSubset, RowSubset]:
        """Rows of the product, and rows of stages."""
        is_product = self.patterns.stage == PRODUCT
        return self.rows.of(is_product), self.rows.of(~is_product)

    @cached_property
    def _product(self) -> IndexArray:
        """Product of each process. Shape (processes,)."""
        products = np.arange(len(self.components.start))
        return np.concatenate([self.components.product if spec.component else products for spec in self.rules.stages])
