"""Bands from what is used, through the stages, to the footprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textile_pcf.plot.data import PlotData, short
from textile_pcf.plot.figure import MIDDLE, SUM, Picture, canvas, finish
from textile_pcf.plot.sankey_layout import Bands, Node, column, fitted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NODE = 0.03  # a box's width
NAME, HIGH = 0.15, 0.95  # room a name needs [inch]; part of the axes' height that is drawn on


def draw(found: Bands, told: PlotData, ax: Axes | None) -> Picture:
    """The picture; its data are the bands: source, target, kgCO2e."""
    boxes = max(len(found.stages), len(found.colours), 4)
    drawn = canvas(ax, 9.0, 1.4 + 0.42 * boxes)
    _drawn(drawn, found)
    drawn.set_title(found.title, loc="left", fontsize=11, fontweight="bold")
    if found.below:
        drawn.text(0.0, 1.05, found.below, fontsize=9, va="top", ha="left")
    finish(drawn, told.language, ax is None)
    return Picture(found.data, drawn, ax is None)


def _drawn(ax: Axes, found: Bands) -> None:
    ax.set_axis_off()
    ax.set_xlim(-0.28, 1.24)
    ax.set_ylim(1.06, -0.03)
    whole, bands, least = found.whole, found.drawn, _least(ax)
    if whole <= 0:
        return
    left, middle = found.shares
    scale = fitted(least, left, middle)
    sources = column(list(found.colours), left * scale, list(found.colours.values()), least)
    stages = column(found.stages, middle * scale, [MIDDLE] * len(middle), least)
    total = Node(found.last, (1 - scale) / 2, scale, SUM)
    _ribbons(ax, bands.assign(height=bands["kgCO2e"] / whole * scale), sources, stages)
    at = total.top
    for node in stages.values():
        _band(ax, (0.5 + NODE / 2, node.top), (1 - NODE, at), node.height, MIDDLE)
        at += node.height
    for x, nodes in ((0.0, sources), (0.5 - NODE / 2, stages), (1 - NODE, {found.last: total})):
        for node in nodes.values():
            _box(ax, x, node, f"{node.name}  {short(node.height / scale * whole, whole)}")


def _least(ax: Axes) -> float:
    """Room that the name of a small box needs. [share of the height]"""
    figure: Any = ax.get_figure(root=True)
    return NAME / (HIGH * float(figure.get_figheight()) * ax.get_position().height)


def _ribbons(ax: Axes, bands: pd.DataFrame, sources: dict[str, Node], stages: dict[str, Node]) -> None:
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


def _box(ax: Axes, x: float, node: Node, text: str) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x, node.top), NODE, node.height, color=node.colour, linewidth=0))
    side, place = ("right", x - 0.01) if x == 0 else ("left", x + NODE + 0.01)
    ax.text(place, node.top + node.height / 2, text, va="center", ha=side, fontsize=9)
