"""What both Sankey pictures are drawn from: bands from what is used, through the stages, to the footprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.plot.data import PlotData, short
from textile_pcf.plot.figure import COLOURS, REST

if TYPE_CHECKING:
    import pandas as pd

GAP = 0.012  # between boxes, of the height


@dataclass(frozen=True)
class Node:
    """A box: where it begins, how high it is. [share of the height]"""

    name: str
    top: float
    height: float
    colour: str


@dataclass(frozen=True)
class Bands:
    """The bands of one product. [kg CO2e per unit]"""

    title: str
    data: pd.DataFrame
    """All bands with their sign: source, target, kgCO2e."""
    drawn: pd.DataFrame
    """What emits: source, stage_name, kgCO2e."""
    colours: dict[str, str]
    """Kinds of flow with their colours, the largest first, the rest in grey."""
    last: str
    """Name of the last box: the footprint, or the emissions where something is taken up."""
    below: str
    """What takes up CO2, in words; empty where nothing does."""

    @property
    def whole(self) -> float:
        """All emissions."""
        return float(self.drawn["kgCO2e"].sum())

    @property
    def stages(self) -> list[str]:
        """The stages that emit, in the material's way."""
        return list(dict.fromkeys(self.drawn["stage_name"]))

    @property
    def shares(self) -> tuple[FloatArray, FloatArray]:
        """Parts of the whole: of each kind of flow, and of each stage."""
        by_source, by_stage = (self.drawn.groupby(name)["kgCO2e"].sum() for name in ("source", "stage_name"))
        left = np.array([by_source[name] for name in self.colours], dtype=float)
        return left / self.whole, np.array([by_stage[name] for name in self.stages], dtype=float) / self.whole


def bands(told: PlotData, product: int, most: int) -> Bands:
    """The bands of a product; of the kinds of flow the `most` largest by name, the others together."""
    import pandas as pd

    flows = told.flows(product)
    used = flows.loc[flows["kgCO2e"] > 0].copy()
    size = used.groupby("flow_name")["kgCO2e"].sum().sort_values(ascending=False)
    named = list(size.index[: most if len(size) <= most else max(most - 1, 1)])
    used["source"] = [name if name in named else told.word("rest") for name in used["flow_name"]]
    drawn = _summed(used, "source", "stage_name")
    negative = _summed(flows.loc[flows["kgCO2e"] < 0], "flow_name", "stage_name")
    footprint = told.word("footprint")
    by_stage = _summed(flows.assign(target=footprint), "stage_name", "target")
    parts = [_two(drawn), _two(negative), _two(by_stage)]
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(named)}
    return Bands(
        f"{told.result.products[product]}: {short(told.total(product))} {told.axis}",
        pd.concat(parts, ignore_index=True), drawn, colours | dict.fromkeys(set(drawn["source"]) - set(named), REST),
        told.word("emissions") if len(negative) else footprint, told.taken_up(negative, "flow_name"),
    )  # fmt: skip


def _summed(table: pd.DataFrame, source: str, target: str) -> Any:
    return table.groupby([source, target], as_index=False, sort=False)["kgCO2e"].sum()


def _two(table: Any) -> Any:
    """The same bands, whatever their ends are called."""
    return table.set_axis(["source", "target", "kgCO2e"], axis=1)


def fitted(least: float, *columns: FloatArray) -> float:
    """Height of the whole, such that every column fits with room for the names of its small boxes."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        fits = all(np.maximum(middle * shares, least).sum() + GAP * (len(shares) - 1) <= 1 for shares in columns)
        low, high = (middle, high) if fits else (low, middle)
    return max(low, 0.05)


def column(names: list[str], heights: FloatArray, colours: list[str], least: float) -> dict[str, Node]:
    """Boxes one above the other, the column in the middle of the height."""
    slots = np.maximum(heights, least)
    at = (1 - slots.sum() - GAP * (len(slots) - 1)) / 2
    nodes: dict[str, Node] = {}
    for name, height, slot, colour in zip(names, heights, slots, colours, strict=True):
        nodes[name] = Node(name, at + (slot - height) / 2, float(height), colour)
        at += slot + GAP
    return nodes
