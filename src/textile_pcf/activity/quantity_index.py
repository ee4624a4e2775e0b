"""One slot for everything that a rule can be told of a product: each seat of a flow, property, loss or stage row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.components import Laid, Lanes
from textile_pcf.activity.indexing import Seats, seats_of
from textile_pcf.activity.row_patterns import Forms, Kind
from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.columns import SHORT, picked
from textile_pcf.rules import PRODUCT, RuleSet
from textile_pcf.rules.arrays import layout


@dataclass(frozen=True, eq=False)
class Slots:
    """Slots in blocks, those of flows first: `slot` is that of each laid row, `filled` the laid row of each slot.

    Where several rows have one slot the last one fills it; -1 is none. Rows of other kinds stand behind all blocks.
    """

    blocks: dict[Kind, tuple[int, Seats]]
    slot: IndexArray
    filled: NDArray[np.integer[Any]]

    def seats(self, kind: Kind) -> Seats:
        """Seats of a kind."""
        return self.blocks[kind][1]

    def rows(self, kind: Kind) -> NDArray[np.integer[Any]]:
        """Laid row on each seat of a kind, -1 where none is."""
        start, seats = self.blocks[kind]
        return self.filled[start : start + seats.total]

    @property
    def flows(self) -> IndexArray:
        """Laid rows of flows."""
        return np.flatnonzero(self.slot < self.seats(Kind.FLOW).total)

    @property
    def present(self) -> BoolArray:
        """A flag per seat of flows."""
        return self.rows(Kind.FLOW) >= 0

    @property
    def single(self) -> bool:
        """Whether no slot has two rows."""
        return bool(np.count_nonzero(self.filled >= 0) == len(self.slot))


def slots_of(forms: Forms, form: IndexArray, laid: Laid, lanes: Lanes, rules: RuleSet) -> Slots:
    """Bring laid rows, each of its `form`, to their slots."""
    told = layout(rules)
    every_stage = np.append(np.arange(len(rules.stages)), PRODUCT)
    of_kind = {
        Kind.FLOW: (forms.index, told.flow_stage),
        Kind.PROPERTY: (forms.index, told.property_stage),
        Kind.LOSS: (forms.index, told.loss_stage),
        Kind.STAGE: (forms.stage, every_stage),
    }
    blocks: dict[Kind, tuple[int, Seats]] = {}
    start, end = np.zeros(len(forms.kind), dtype=np.intp), 0
    for kind, (entry, stages) in of_kind.items():
        seats = seats_of(stages, rules, lanes)
        here = forms.kind == kind
        start[here] = end + seats.start[entry[here]]
        blocks[kind] = end, seats
        end += seats.total
    start[~np.isin(forms.kind, list(of_kind))] = end
    slot = picked(start, form) + laid.seat
    filled: NDArray[np.integer[Any]] = np.full(
        end + max(lanes.size, len(lanes.start)), -1, dtype=np.int32 if len(slot) < SHORT else np.int64
    )
    filled[slot] = np.arange(len(slot), dtype=filled.dtype)
    return Slots(blocks, slot, filled)
