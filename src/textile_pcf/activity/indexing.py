"""Where a rule's stages, properties, losses and flows keep their numbers: one flat array, a block of seats for each.

Something of a component stage has a seat per lane, anything else a seat per product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.components import Components
from textile_pcf.arrays import IndexArray, Scalar
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class BlockIndex:
    """Blocks of seats: entry `k` has `size[k]` of them from `start[k]`."""

    offsets: IndexArray
    lengths: IndexArray

    @cached_property
    def total(self) -> int:
        """Number of seats."""
        return int(self.lengths.sum())

    def block(self, entry: int) -> slice:
        """Seats of one entry."""
        return self.blocks[entry]

    @cached_property
    def blocks(self) -> list[slice]:
        """Seats of every entry."""
        ends = (self.offsets + self.lengths).tolist()
        return [slice(start, end) for start, end in zip(self.offsets.tolist(), ends, strict=True)]

    def repeat(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """What is so for each entry, on all its seats."""
        return values.repeat(self.lengths)

    def entry(self, entry: NDArray[np.integer], seat: NDArray[np.integer]) -> IndexArray:
        """Place in the flat array of a seat of each entry."""
        return np.asarray(self.offsets.take(entry) + seat, dtype=np.intp)


def block_index(stages: IndexArray, rules: RuleSet, lanes: Components) -> BlockIndex:
    """Seats for things that belong to these stages, `PRODUCT` among them."""
    size = np.where(rule_arrays(rules).stage_is_component[stages], lanes.size, len(lanes.start)).astype(np.intp)
    return BlockIndex(np.cumsum(size) - size, size)


def between_components(values: NDArray[np.float64], from_lane: bool, to_lane: bool, lanes: Components) -> NDArray[np.float64]:
    """Values of a stage's or the product's seats, on the seats of another; from fibres to their product the mean by share."""
    if from_lane and not to_lane:
        mean = np.bincount(lanes.product, weights=lanes.share * values, minlength=len(lanes.start))
        return np.asarray(mean, dtype=np.float64)
    return values[lanes.product] if to_lane and not from_lane else values
