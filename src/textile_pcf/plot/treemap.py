"""Hot spots: each flow of each stage as an area, the areas as square as they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.columns import Array
from textile_pcf.plot.numbers import Told, short
from textile_pcf.plot.picture import COLOURS, REST, Picture, canvas, finish, ink_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 9.0, 5.2  # inches
Box = tuple[float, float, float, float]
"""Left, bottom, width, height."""


def draw(told: Told, product: int, most: int, ax: Axes | None) -> Picture:
    """The picture; its data are the flows, the largest first: stage, flow, their names, kgCO2e, share."""
    data = told.flows(product).sort_values("kgCO2e", ascending=False, kind="stable").reset_index(drop=True)
    total = told.total(product)
    data["share"] = data["kgCO2e"] / total if total > 0 else np.nan
    drawn = canvas(ax, WIDTH, HEIGHT)
    positive = data.loc[data["kgCO2e"] > 0]
    shown, rest = positive.iloc[:most], positive.iloc[most:]
    sizes = [*shown["kgCO2e"], *([float(rest["kgCO2e"].sum())] if len(rest) else [])]
    names = [(row["stage_name"], row["flow_name"]) for _, row in shown.iterrows()]
    names += [(told.word("rest"), "")] if len(rest) else []
    by_size = positive.groupby("stage_name")["kgCO2e"].sum().sort_values(ascending=False, kind="stable")
    colour = dict(zip(by_size.index, COLOURS, strict=False))
    drawn.set_axis_off()
    drawn.set_xlim(0, WIDTH)
    drawn.set_ylim(0, HEIGHT)
    for box, size, (stage, flow) in zip(squares(np.array(sizes), (0, 0, WIDTH, HEIGHT)), sizes, names, strict=True):
        share = f" ({size / total:.0%})" if total > 0 else ""
        _area(drawn, box, colour.get(stage, REST), stage, flow, f"{short(size, total)}{share}")
    title = f"{told.result.products[product]}: {told.word('hotspots')}, {short(total)} {told.axis}"
    drawn.set_title(title, loc="left", fontsize=11, fontweight="bold")
    negative = data.assign(name=data["stage_name"] + " · " + data["flow_name"])
    below = told.taken_up(negative, "name")
    if below:
        drawn.text(0, -0.08, below, fontsize=9, va="top", ha="left")
    finish(drawn, told.language, ax is None)
    return Picture(data, drawn, ax is None)


def squares(sizes: Array, box: Box) -> list[Box]:
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


def _area(ax: Axes, box: Box, colour: str, stage: str, flow: str, number: str) -> None:
    """One area, with as much of its name as there is room for."""
    from matplotlib.patches import Rectangle

    left, bottom, width, height = box
    ax.add_patch(Rectangle((left, bottom), width, height, facecolor=colour, edgecolor="white", linewidth=1.5))
    lines = [text for text in (stage, flow, number) if text]
    for kept in (lines, [text for text in (flow or stage, number) if text], [number]):
        longest = max(_columns(text) for text in kept)
        size = min(width * 0.92 / longest / 0.0085, height * 0.9 / len(kept) / 0.0175, 11.0)  # inches per point of a letter
        if size >= 6.5:
            middle = (left + width / 2, bottom + height / 2)
            text = "\n".join(kept)
            ax.text(*middle, text, ha="center", va="center", fontsize=size, color=ink_on(colour), linespacing=1.2)
            return


def _columns(text: str) -> int:
    """Width of a text in latin letters; a Chinese character takes two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
