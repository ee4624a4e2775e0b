"""Hot spots: each flow of each stage as an area, the areas as square as they can be."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.plot.data import PlotData, short
from textile_pcf.plot.figure import COLOURS, REST, Picture, canvas, finish, ink_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 9.0, 5.2  # inches
SMALLEST, EASY, LARGEST = 6.0, 8.5, 11.0  # points of letters: read at all, read easily, not overdone
Box = tuple[float, float, float, float]
"""Left, bottom, width, height."""


def draw(told: PlotData, product: int, most: int, ax: Axes | None) -> Picture:
    """The picture; its data are the flows, the largest first: stage, flow, their names, kgCO2e, share."""
    data = told.flows(product).sort_values("kgCO2e", ascending=False, kind="stable").reset_index(drop=True)
    total = told.total(product)
    data["share"] = data["kgCO2e"] / total if total > 0 else np.nan
    drawn = canvas(ax, WIDTH, HEIGHT)
    positive = data.loc[data["kgCO2e"] > 0]
    by_size = positive.groupby("stage_name")["kgCO2e"].sum().sort_values(ascending=False, kind="stable")
    colour = dict(zip(by_size.index, COLOURS, strict=False))
    drawn.set_axis_off()
    drawn.set_xlim(0, WIDTH)
    drawn.set_ylim(0, HEIGHT)
    for area in _areas(told, positive, most, total):
        _draw_area(drawn, area, colour.get(area.stage, REST))
    title = f"{told.result.products[product]}: {told.word('hotspots')}, {short(total)} {told.axis}"
    drawn.set_title(title, loc="left", fontsize=11, fontweight="bold")
    negative = data.assign(name=data["stage_name"] + " · " + data["flow_name"])
    below = told.taken_up(negative, "name")
    if below:
        drawn.text(0, -0.08, below, fontsize=9, va="top", ha="left")
    finish(drawn, told.language, ax is None)
    return Picture(data, drawn, ax is None)


@dataclass(frozen=True)
class _Area:
    """A box with what stands in it; no size where there is no room for it."""

    stage: str
    box: Box
    text: str
    size: float | None


def _areas(told: PlotData, positive: pd.DataFrame, most: int, total: float) -> list[_Area]:
    """The `most` largest flows and the rest, or as many fewer as leave room for the name of each."""
    for count in range(min(most, len(positive)), -1, -1):
        shown, rest = positive.iloc[:count], positive.iloc[count:]
        sizes = [*shown["kgCO2e"], *([float(rest["kgCO2e"].sum())] if len(rest) else [])]
        names = [(str(row["stage_name"]), str(row["flow_name"])) for _, row in shown.iterrows()]
        names += [(told.word("rest"), "")] if len(rest) else []
        order = sorted(range(len(sizes)), key=lambda place: -sizes[place])  # the rest stands where its size puts it
        boxes = squares(np.array([sizes[place] for place in order]), (0, 0, WIDTH, HEIGHT))
        areas = [_area(box, *names[place], sizes[place], total) for box, place in zip(boxes, order, strict=True)]
        if all(area.size for area in areas):
            return areas
    return areas


def _area(box: Box, stage: str, flow: str, value: float, total: float) -> _Area:
    """A box with its name and number, in as few lines as they are read in best."""
    share = f" ({value / total:.0%})" if total > 0 else ""
    number, both = f"{short(value, total)}{share}", " ".join(filter(None, (stage, flow)))
    ways = [[text for text in (stage, flow, number) if text]]
    if _size(box, ways[0]) < EASY:
        widths = range(len(both), len(number) - 3, -2)
        ways += [[*wrap(stage, wide, break_long_words=False), *wrap(flow, wide, break_long_words=False), number]
                 for wide in widths]  # fmt: skip
        ways += [[both, number], [f"{both} {number}"]]
    text, size = max((("\n".join(lines), _size(box, lines)) for lines in ways), key=lambda way: way[1])
    return _Area(stage, box, text, size if size >= SMALLEST else None)


def _size(box: Box, lines: list[str]) -> float:
    """Letters that lines in a box may have. [point]"""
    longest = max(_columns(text) for text in lines)
    return min(box[2] * 0.92 / longest / 0.0085, box[3] * 0.9 / len(lines) / 0.0175, LARGEST)  # inches per point


def _draw_area(ax: Axes, area: _Area, colour: str) -> None:
    from matplotlib.patches import Rectangle

    left, bottom, width, height = area.box
    ax.add_patch(Rectangle((left, bottom), width, height, facecolor=colour, edgecolor="white", linewidth=1.5))
    if area.size:
        middle = (left + width / 2, bottom + height / 2)
        ax.text(*middle, area.text, ha="center", va="center", fontsize=area.size, color=ink_on(colour), linespacing=1.2)


def squares(sizes: FloatArray, box: Box) -> list[Box]:
    """Areas in proportion to sizes (largest first) that fill a box and are as square as they can be.

    The squarified treemap of Bruls, Huizing and van Wijk (2000): rows are filled along the shorter side as long as that makes
    the worst area squarer.

    Examples
    --------
    >>> squares(np.array([3.0, 1.0]), (0, 0, 4, 1))
    [(0, 0, 3.0, 1.0), (3.0, 0, 1.0, 1.0)]
    """
    areas = list(sizes / sizes.sum() * box[2] * box[3]) if len(sizes) else []
    placed: list[Box] = []
    while areas:
        left, bottom, width, height = box
        side = min(width, height)
        row = 1
        while row < len(areas) and _worst(areas[: row + 1], side) <= _worst(areas[:row], side):
            row += 1
        thick = sum(areas[:row]) / side
        at = 0.0
        for area in areas[:row]:
            long = area / thick
            upright = width >= height
            placed.append((left, bottom + at, thick, long) if upright else (left + at, bottom, long, thick))
            at += long
        box = (
            (left + thick, bottom, width - thick, height) if width >= height else (left, bottom + thick, width, height - thick)
        )
        areas = areas[row:]
    return [_plain(each) for each in placed]


def _plain(box: Box) -> Box:
    left, bottom, width, height = (float(value) if value else 0 for value in box)
    return left, bottom, width, height


def _worst(areas: list[float], side: float) -> float:
    """How far the least square area of a row is from a square; 1 is a square."""
    thick = sum(areas) / side
    return max(max(thick * thick / area, area / (thick * thick)) for area in areas)


def _columns(text: str) -> int:
    """Width of a text in latin letters; a Chinese character takes two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
