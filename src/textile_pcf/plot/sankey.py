"""Bands from what is used, through the stages, to the footprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.columns import Array
from textile_pcf.plot.numbers import Told, short
from textile_pcf.plot.picture import COLOURS, REST, SUM, Picture, canvas, finish

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NODE, GAP, LEAST = 0.03, 0.012, 0.036  # a box's width; gap between boxes, and room a name needs, of the height
MIDDLE = "#7a7a7a"


@dataclass(frozen=True)
class _Node:
    """A box: where it begins, how high it is. [share of the height]"""

    name: str
    top: float
    height: float
    colour: str


def draw(told: Told, product: int, most: int, ax: Axes | None) -> Picture:
    """The picture; its data are the bands: source, target, kgCO2e."""
    import pandas as pd

    flows = told.flows(product)
    used = flows.loc[flows["kgCO2e"] > 0].copy()
    size = used.groupby("flow_name")["kgCO2e"].sum().sort_values(ascending=False)
    named = set(size.index[: most if len(size) <= most else max(most - 1, 1)])
    used["source"] = [name if name in named else told.word("rest") for name in used["flow_name"]]
    bands: Any = used.groupby(["source", "stage_name"], as_index=False, sort=False)["kgCO2e"].sum()
    footprint = told.word("footprint")
    negative: Any = (
        flows.loc[flows["kgCO2e"] < 0].groupby(["flow_name", "stage_name"], as_index=False, sort=False)["kgCO2e"].sum()
    )
    by_stage = flows.groupby("stage_name", as_index=False, sort=False)["kgCO2e"].sum()
    data: Any = pd.concat(
        [
            _bands(bands, "source", "stage_name"),
            _bands(negative, "flow_name", "stage_name"),
            _bands(by_stage.assign(target=footprint), "stage_name", "target"),
        ],
        ignore_index=True,
    )
    drawn = canvas(ax, 9.0, 1.4 + 0.42 * max(used["stage"].nunique(), len(size[:most]), 4))
    _drawn(drawn, told, bands, told.word("emissions") if len(negative) else footprint, [n for n in size.index if n in named])
    drawn.set_title(_title(told, product), loc="left", fontsize=11, fontweight="bold")
    below = told.taken_up(negative, "flow_name")
    if below:
        drawn.text(0.0, 1.05, below, fontsize=9, va="top", ha="left")
    finish(drawn, told.language, ax is None)
    return Picture(data, drawn, ax is None)


def _bands(table: Any, source: str, target: str) -> Any:
    return table.rename(columns={source: "source", target: "target"})[["source", "target", "kgCO2e"]]


def _title(told: Told, product: int) -> str:
    return f"{told.result.products[product]}: {short(told.total(product))} {told.axis}"


def _drawn(ax: Axes, told: Told, bands: pd.DataFrame, footprint: str, order: list[str]) -> None:
    ax.set_axis_off()
    ax.set_xlim(-0.28, 1.24)
    ax.set_ylim(1.06, -0.03)
    whole = float(bands["kgCO2e"].sum())
    if whole <= 0:
        return
    names = [*order, *(name for name in bands["source"].unique() if name not in order)]
    colours = [COLOURS[place % len(COLOURS)] if name in order else REST for place, name in enumerate(names)]
    left = (bands.groupby("source")["kgCO2e"].sum() / whole).reindex(names)
    middle = (bands.groupby("stage_name", sort=False)["kgCO2e"].sum() / whole).reindex(list(bands["stage_name"].unique()))
    scale = _scale(left.to_numpy(), middle.to_numpy())
    sources = _column(names, left.to_numpy() * scale, colours)
    stages = _column(list(middle.index), middle.to_numpy() * scale, [MIDDLE] * len(middle))
    total = _Node(footprint, (1 - scale) / 2, scale, SUM)
    _ribbons(ax, bands.assign(height=bands["kgCO2e"] / whole * scale), sources, stages)
    at = total.top
    for node in stages.values():
        _band(ax, (0.5 + NODE / 2, node.top), (1 - NODE, at), node.height, MIDDLE)
        at += node.height
    for x, nodes in ((0.0, sources), (0.5 - NODE / 2, stages), (1 - NODE, {footprint: total})):
        for node in nodes.values():
            _box(ax, x, node, f"{node.name}  {short(node.height / scale * whole, whole)}")


def _scale(*columns: Array) -> float:
    """Height of the whole, such that every column fits with room for the names of its small boxes."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        fits = all(np.maximum(middle * shares, LEAST).sum() + GAP * (len(shares) - 1) <= 1 for shares in columns)
        low, high = (middle, high) if fits else (low, middle)
    return max(low, 0.05)


def _column(names: list[str], heights: Array, colours: list[str]) -> dict[str, _Node]:
    """Boxes one above the other, the column in the middle of the height."""
    slots = np.maximum(heights, LEAST)
    at = (1 - slots.sum() - GAP * (len(slots) - 1)) / 2
    nodes: dict[str, _Node] = {}
    for name, height, slot, colour in zip(names, heights, slots, colours, strict=True):
        nodes[name] = _Node(name, at + (slot - height) / 2, float(height), colour)
        at += slot + GAP
    return nodes


def _ribbons(ax: Axes, bands: pd.DataFrame, sources: dict[str, _Node], stages: dict[str, _Node]) -> None:
    """Bands from sources to stages: each leaves and arrives in the order of the other side."""
    leaves = {name: node.top for name, node in sources.items()}
    arrives = {name: node.top for name, node in stages.items()}
    place = {name: k for k, name in enumerate(stages)} | {("source", name): k for k, name in enumerate(sources)}
    rows = [(str(row["source"]), str(row["stage_name"]), float(row["height"])) for _, row in bands.iterrows()]
    starts: dict[tuple[str, str], float] = {}
    for source, stage, height in sorted(rows, key=lambda row: place[row[1]]):
        starts[source, stage] = leaves[source]
        leaves[source] += height
    for source, stage, height in sorted(rows, key=lambda row: place["source", row[0]]):
        start, end = (NODE, starts[source, stage]), (0.5 - NODE / 2, arrives[stage])
        _band(ax, start, end, height, sources[source].colour)
        arrives[stage] += height


def _band(ax: Axes, start: tuple[float, float], end: tuple[float, float], height: float, colour: str) -> None:
    """A curved band of one height between two upper corners."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (left, above), (right, there) = start, end
    middle = (left + right) / 2
    points = [
        (left, above), (middle, above), (middle, there), (right, there),
        (right, there + height), (middle, there + height), (middle, above + height), (left, above + height), (left, above),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=colour, edgecolor="none", alpha=0.35))


def _box(ax: Axes, x: float, node: _Node, text: str) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x, node.top), NODE, node.height, color=node.colour, linewidth=0))
    side, place = ("right", x - 0.01) if x == 0 else ("left", x + NODE + 0.01)
    ax.text(place, node.top + node.height / 2, text, va="center", ha=side, fontsize=9)
