"""Flat index over all quantities that a rule accepts: one entry per flow, property, loss or stage row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.activity.components import Components, RowAssignment
from textile_pcf.activity.indexing import BlockIndex, block_index
from textile_pcf.activity.row_patterns import RowKind, RowPatterns
from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.columns import SHORT, take
from textile_pcf.rules import PRODUCT, RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class QuantityIndex:
    """Index over the quantities of all products: the blocks of flows first, then properties, losses and stage rows.

    Attributes
    ----------
    blocks : dict of RowKind to (int, BlockIndex)
        First entry and blocks of each row kind.
    index : ndarray of intp, shape (assigned rows,)
        Entry of each assigned row. Rows of other kinds come after all blocks.
    assigned_row : ndarray of int, shape (entries,)
        Assigned row of each entry, -1 where there is none; the last one where several rows have the same entry.
    """

    blocks: dict[RowKind, tuple[int, BlockIndex]]
    index: IndexArray
    assigned_row: IndexArray

    def entries(self, row_kind: RowKind) -> BlockIndex:
        """Return the blocks of a row kind."""
        return self.blocks[row_kind][1]

    def rows(self, row_kind: RowKind) -> IndexArray:
        """Return the assigned row of each entry of a row kind, -1 where there is none."""
        start, entries = self.blocks[row_kind]
        return self.assigned_row[start : start + entries.total]

    @property
    def flows(self) -> IndexArray:
        """Assigned rows of flows."""
        return np.flatnonzero(self.index < self.entries(RowKind.FLOW).total)

    @property
    def is_given(self) -> BoolArray:
        """Whether a row gives each flow entry. Shape (flow entries,)."""
        return self.rows(RowKind.FLOW) >= 0

    @property
    def unique(self) -> bool:
        """Whether no entry has more than one row."""
        return bool(np.count_nonzero(self.assigned_row >= 0) == len(self.index))


def quantity_index(patterns: RowPatterns, assignment: RowAssignment, components: Components, rules: RuleSet) -> QuantityIndex:
    """Return the index of all quantities and the entry of each assigned row.

    Parameters
    ----------
    patterns : RowPatterns
    assignment : RowAssignment
    components : Components
    rules : RuleSet

    Returns
    -------
    QuantityIndex
    """
    arrays = rule_arrays(rules)
    block_of_kind = {
        RowKind.FLOW: (patterns.index, arrays.flow_stage),
        RowKind.PROPERTY: (patterns.index, arrays.property_stage),
        RowKind.LOSS: (patterns.index, arrays.loss_stage),
        RowKind.STAGE: (patterns.stage, np.append(np.arange(len(rules.stages)), PRODUCT)),
    }
    blocks: dict[RowKind, tuple[int, BlockIndex]] = {}
    start, end = np.zeros(len(patterns.row_kind), dtype=np.intp), 0
    is_quantity = np.zeros(len(patterns.row_kind), dtype=bool)
    for row_kind, (block, stages) in block_of_kind.items():
        entries = block_index(stages, rules, components)
        matches = patterns.row_kind == row_kind
        start[matches] = end + entries.offsets[block[matches]]
        is_quantity |= matches
        blocks[row_kind] = end, entries
        end += entries.total
    start[~is_quantity] = end
    index = take(start, assignment.pattern)
    index += assignment.entry
    assigned_row: IndexArray = np.full(
        end + max(components.size, len(components.start)), -1, dtype=np.int32 if len(index) < SHORT else np.int64
    )
    assigned_row[index] = np.arange(len(index), dtype=assigned_row.dtype)
    return QuantityIndex(blocks, index, assigned_row)
