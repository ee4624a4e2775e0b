"""Sankey diagram by matplotlib: bands from what is used, through the stages, to the footprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textile_pcf.messages.letters import shorten, text_width
from textile_pcf.plot.data import PlotData, format_number
from textile_pcf.plot.figure import MIDDLE, SUM, Picture, make_axes, set_fonts
from textile_pcf.plot.sankey_layout import GAP, Bands, Node, column, fit_scale

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.text import Text

NODE = 0.03  # width of a box
NAME, HIGH = 0.15, 0.95  # height of a label of full size [inch]; share of the axes' height that is drawn on
SIZE = 9.0  # of labels in full size [point]
LONGEST = 40  # letters of a label at the side
SPACE = 0.01  # between a box and its label
ACROSS = (-0.28, 1.24)  # limits of the axes; the boxes stand between 0 and 1


def draw(bands: Bands, plot_data: PlotData, ax: Axes | None) -> Picture:
    """Draw the diagram. The data of the picture are the bands: source, target, kgCO2e [kg CO2e per unit]."""
    boxes = max(len(bands.stages), len(bands.colours), 4)
    axes = make_axes(ax, 9.0, 1.4 + 0.42 * boxes)
    labels = _draw_diagram(axes, bands)
    axes.set_title(bands.title, loc="left", fontsize=11, fontweight="bold")
    if bands.uptake:
        axes.text(0.0, 1.05, bands.uptake, fontsize=9, va="top", ha="left")
    set_fonts(axes, plot_data.language, ax is None)
    _shorten_labels(axes, labels)
    return Picture(bands.data, axes, ax is None)


def _draw_diagram(ax: Axes, bands: Bands) -> list[tuple[Text, str, str]]:
    """Draw boxes and bands; return the label, name and number of each stage."""
    ax.set_axis_off()
    ax.set_xlim(*ACROSS)
    ax.set_ylim(1.06, -0.03)
    emitted, links = bands.total, bands.emissions
    if emitted <= 0:
        return []
    left, middle = bands.shares
    size, label_height = _label_size(ax, max(len(left), len(middle)))
    scale = fit_scale(label_height, left, middle)
    sources = column(list(bands.colours), left * scale, list(bands.colours.values()), label_height)
    stages = column(bands.stages, middle * scale, [MIDDLE] * len(middle), label_height)
    sink = Node(bands.sink, (1 - scale) / 2, scale, SUM)
    _draw_bands(ax, links.assign(height=links["kgCO2e"] / emitted * scale), sources, stages)
    at = sink.top
    for node in stages.values():
        _draw_band(ax, (0.5 + NODE / 2, node.top), (1 - NODE, at), node.height, MIDDLE)
        at += node.height
    labels = []
    for x, nodes in ((0.0, sources), (0.5 - NODE / 2, stages), (1 - NODE, {bands.sink: sink})):
        for node in nodes.values():
            number = format_number(node.height / scale * emitted, emitted)
            label = _draw_box(ax, x, node, f"{shorten(node.name, LONGEST)}  {number}", size)
            if nodes is stages:
                labels.append((label, node.name, number))
    return labels


def _shorten_labels(ax: Axes, labels: list[tuple[Text, str, str]]) -> None:
    """Shorten the names of stages that would reach into the last box, measured as they are drawn."""
    if not labels:
        return
    figure: Any = ax.get_figure(root=True)
    figure.draw_without_rendering()  # places the axes
    limit = float(ax.transData.transform((1 - NODE - SPACE, 0.0))[0])
    for label, name, number in labels:
        letters = text_width(name)
        extent = label.get_window_extent()
        while letters > 1 and extent.x1 > limit:
            letters = max(1, min(letters - 1, int(letters * (limit - extent.x0) / extent.width)))
            label.set_text(f"{shorten(name, letters)}  {number}")
            extent = label.get_window_extent()


def _label_size(ax: Axes, count: int) -> tuple[float, float]:
    """Return the size of labels at which a number of them fit above each other, and the height of each.

    Returns
    -------
    tuple of float
        Size [point], and height [share of the height].
    """
    figure: Any = ax.get_figure(root=True)
    height = NAME / (HIGH * float(figure.get_figheight()) * ax.get_position().height)
    room = (0.95 - GAP * (count - 1)) / count
    fit = min(1.0, max(room, 0.001) / height)
    return SIZE * fit, height * fit


def _draw_bands(ax: Axes, bands: pd.DataFrame, sources: dict[str, Node], stages: dict[str, Node]) -> None:
    """Draw the bands from sources to stages. At each box they are sorted by the position of their other end."""
    leaves = {name: node.top for name, node in sources.items()}
    arrives = {name: node.top for name, node in stages.items()}
    rank = {name: k for k, name in enumerate(stages)} | {("source", name): k for k, name in enumerate(sources)}
    rows = [(str(row["source"]), str(row["stage_name"]), float(row["height"])) for _, row in bands.iterrows()]
    starts: dict[tuple[str, str], float] = {}
    for source, stage, height in sorted(rows, key=lambda row: rank[row[1]]):
        starts[source, stage] = leaves[source]
        leaves[source] += height
    for source, stage, height in sorted(rows, key=lambda row: rank["source", row[0]]):
        start, end = (NODE, starts[source, stage]), (0.5 - NODE / 2, arrives[stage])
        _draw_band(ax, start, end, height, sources[source].colour)
        arrives[stage] += height


def _draw_band(ax: Axes, start: tuple[float, float], end: tuple[float, float], height: float, colour: str) -> None:
    """Draw a curved band of constant height between two upper corners."""
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


def _draw_box(ax: Axes, x: float, node: Node, text: str, size: float) -> Text:
    """Draw a box and its label, on a pale ground that keeps it apart from the bands behind it."""
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x, node.top), NODE, node.height, color=node.colour, linewidth=0))
    side, text_x = ("right", x - SPACE) if x == 0 else ("left", x + NODE + SPACE)
    ground = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.6}
    return ax.text(text_x, node.top + node.height / 2, text, va="center", ha=side, fontsize=size, bbox=ground)
