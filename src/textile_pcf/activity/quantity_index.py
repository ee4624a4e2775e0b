"""One slot for everything that a rule can be told of a product: each seat of a flow, property, loss or stage row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.components import Components, RowAssignment
from textile_pcf.activity.indexing import BlockIndex, block_index
from textile_pcf.activity.row_patterns import RowKind, RowPatterns
from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.columns import SHORT, take
from textile_pcf.rules import PRODUCT, RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class QuantityIndex:
    """Slots in blocks, those of flows first: `slot` is that of each laid row, `filled` the laid row of each slot.

    Where several rows have one slot the last one fills it; -1 is none. Rows of other kinds stand behind all blocks.
    """

    blocks: dict[RowKind, tuple[int, BlockIndex]]
    index: IndexArray
    assigned_row: NDArray[np.integer[Any]]

    def entries(self, kind: RowKind) -> BlockIndex:
        """Seats of a kind."""
        return self.blocks[kind][1]

    def rows(self, kind: RowKind) -> NDArray[np.integer[Any]]:
        """Laid row on each seat of a kind, -1 where none is."""
        start, seats = self.blocks[kind]
        return self.assigned_row[start : start + seats.total]

    @property
    def flows(self) -> IndexArray:
        """Laid rows of flows."""
        return np.flatnonzero(self.index < self.entries(RowKind.FLOW).total)

    @property
    def is_given(self) -> BoolArray:
        """A flag per seat of flows."""
        return self.rows(RowKind.FLOW) >= 0

    @property
    def unique(self) -> bool:
        """Whether no slot has two rows."""
        return bool(np.count_nonzero(self.assigned_row >= 0) == len(self.index))


def quantity_index(
    forms: RowPatterns, form: IndexArray, laid: RowAssignment, lanes: Components, rules: RuleSet
) -> QuantityIndex:
    """Bring laid rows, each of its `form`, to their slots."""
    told = rule_arrays(rules)
    every_stage = np.append(np.arange(len(rules.stages)), PRODUCT)
    of_kind = {
        RowKind.FLOW: (forms.index, told.flow_stage),
        RowKind.PROPERTY: (forms.index, told.property_stage),
        RowKind.LOSS: (forms.index, told.loss_stage),
        RowKind.STAGE: (forms.stage, every_stage),
    }
    blocks: dict[RowKind, tuple[int, BlockIndex]] = {}
    start, end = np.zeros(len(forms.row_kind), dtype=np.intp), 0
    for kind, (entry, stages) in of_kind.items():
        seats = block_index(stages, rules, lanes)
        here = forms.row_kind == kind
        start[here] = end + seats.offsets[entry[here]]
        blocks[kind] = end, seats
        end += seats.total
    start[~np.isin(forms.row_kind, list(of_kind))] = end
    slot = take(start, form) + laid.entry
    filled: NDArray[np.integer[Any]] = np.full(
        end + max(lanes.size, len(lanes.start)), -1, dtype=np.int32 if len(slot) < SHORT else np.int64
    )
    filled[slot] = np.arange(len(slot), dtype=filled.dtype)
    return QuantityIndex(blocks, slot, filled)
