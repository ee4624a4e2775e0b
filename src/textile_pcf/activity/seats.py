"""Where a rule's stages, properties, losses and flows keep their numbers: one flat array, a block of seats for each.

Something of a component stage has a seat per lane, anything else a seat per product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.lanes import Lanes, Places
from textile_pcf.rules import PRODUCT, RuleSet


@dataclass(frozen=True)
class Seats:
    """Blocks of seats: entry `k` has `size[k]` of them from `start[k]`."""

    start: Places
    size: Places

    @property
    def total(self) -> int:
        """Number of seats."""
        return int(self.size.sum())

    def block(self, entry: int) -> slice:
        """Seats of one entry."""
        return slice(int(self.start[entry]), int(self.start[entry] + self.size[entry]))

    def at(self, entry: NDArray[np.integer], seat: NDArray[np.integer]) -> Places:
        """Place in the flat array of a seat of each entry."""
        return np.asarray(self.start[entry] + seat, dtype=np.intp)


def seats_of(stages: list[int], rules: RuleSet, lanes: Lanes) -> Seats:
    """Seats for things that belong to these stages, `PRODUCT` among them."""
    per_lane = [stage != PRODUCT and rules.stages[stage].component for stage in stages]
    size = np.where(np.array(per_lane, dtype=bool), lanes.size, len(lanes.start)).astype(np.intp)
    return Seats(np.cumsum(size) - size, size)


def spread(values: NDArray[np.float64], from_lane: bool, to_lane: bool, lanes: Lanes) -> NDArray[np.float64]:
    """Values of a stage's or the product's seats, on the seats of another; from fibres to their product the mean by share."""
    if from_lane and not to_lane:
        mean = np.bincount(lanes.product, weights=lanes.share * values, minlength=len(lanes.start))
        return np.asarray(mean, dtype=np.float64)
    return values[lanes.product] if to_lane and not from_lane else values
