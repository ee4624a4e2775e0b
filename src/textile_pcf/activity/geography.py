"""Region and year of each process, used by exchanges whose row gives none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from textile_pcf._frozen import cached_property, quick_init
from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.components import Components, RowAssignment
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.row_patterns import RowKind, RowPatterns, rows_where
from textile_pcf.arrays import BoolArray, IndexArray, IntArray
from textile_pcf.columns import Categorical, distinct_codes, group_rows, take
from textile_pcf.rules import PRODUCT, RuleSet

WORLD = "GLO"


@quick_init
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


class Places(NamedTuple):
    """Distinct pairs of region and year, ascending.

    Attributes
    ----------
    of_process : ndarray of intp, shape (processes,)
        Place of each process.
    region, year : ndarray of int, shape (places,)
        Region code, and year, 0 where none is given.
    """

    of_process: IndexArray
    region: IntArray
    year: IntArray


@quick_init
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
        none = np.empty(0, dtype=np.int64)
        year = cells.years[cells.texts["year"].codes[patterns.first]]
        empty = cls(rules, components, patterns, stage_rows, processes, (), none, none)
        return empty.with_labels(patterns, cells.texts["region"], year)

    def with_labels(self, patterns: RowPatterns, region: Categorical, year: IntArray) -> Geography:
        """Return the same rows with other labels.

        Parameters
        ----------
        patterns : RowPatterns
        region : Categorical, shape (rows,)
        year : ndarray of int, shape (patterns,)
        """
        names = tuple(dict.fromkeys([*region.categories, *[spec.region for spec in self.rules.stages], "", WORLD]))
        codes = region.codes.take(patterns.first).astype(np.int64, copy=False)
        return Geography(self.rules, self.components, patterns, self.rows, self.processes, names, codes, year)

    @cached_property
    def region(self) -> IntArray:
        """Region code of each process. Shape (processes,)."""
        return take(self.places.region, self.places.of_process)

    @cached_property
    def year(self) -> IntArray:
        """Year of each process, 0 where none is given. Shape (processes,)."""
        return take(self.places.year, self.places.of_process)

    @cached_property
    def places(self) -> Places:
        """Distinct pairs of region and year.

        A process takes them from the row of its stage, the rule and the row of the product. There are few such combinations,
        so region and year are worked out for each of these, and not for each process of a catalogue.
        """
        product_rows, stage_rows = self._rows
        row_of_product = np.full(len(self.components.start), len(self.pattern_year))  # the last stands for no row
        row_of_product[product_rows.entry] = product_rows.pattern
        rows = distinct_codes(row_of_product)
        number = np.zeros(len(self.pattern_year) + 1, dtype=np.intp)
        number[rows] = np.arange(len(rows))
        of_stage = self.processes.repeat(np.arange(len(self.rules.stages)))  # or, behind the stages, the pattern of its row
        process = self.processes.entry(self.patterns.stage[stage_rows.pattern], stage_rows.entry)
        of_stage[process] = len(self.rules.stages) + stage_rows.pattern
        of_stage *= len(rows)
        of_stage += take(take(number, row_of_product), self._product)
        region, year = self._combinations(rows)
        first, place = group_rows(region, year)
        return Places(take(place, of_stage), region[first], year[first])

    def _combinations(self, rows: IndexArray) -> tuple[IntArray, IntArray]:
        """Return region and year of each stage, then of each pattern of a stage row, with each pattern of a product row."""
        code = {name: number for number, name in enumerate(self.regions)}
        of_rule = np.array([code[spec.region] for spec in self.rules.stages])
        of_row = np.where(self.pattern_region == code[""], of_rule[self.patterns.stage], self.pattern_region)
        region = np.append(of_rule, of_row)[:, None]
        region = np.where(region == code[""], np.append(self.pattern_region, code[""])[rows], region)
        year = np.append(np.zeros(len(of_rule), dtype=np.int64), self.pattern_year)[:, None]
        year = np.where(year == 0, np.append(self.pattern_year, 0)[rows], year)
        return np.where(region == code[""], code[WORLD], region).reshape(-1), year.reshape(-1)

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
