"""Picture of the system boundary: which stages are inside and take place, and which are outside, as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from textile_pcf.messages.letters import shorten, text_width
from textile_pcf.results.contributions import StageInfo

WIDTH, MARGIN = 720.0, 10.0  # of the picture [px]
LABELS = 128.0  # width of the column with the names of life-cycle stages [px]
BOX, GAP, ARROW = 26.0, 9.0, 20.0  # height of a box, space between rows, space between boxes [px]
LETTER, PADDING = 6.9, 20.0  # width of a Latin letter, and of the edges of a box [px]
FONT, FAMILIES = 12, "Noto Sans CJK SC, Noto Sans, Segoe UI, Microsoft YaHei, PingFang SC, sans-serif"
BLUE = "#0072B2"  # of Okabe and Ito's palette, which the colour-blind can read
HEAD = 24.0  # height of the title of a frame [px]


@dataclass(frozen=True)
class Box:
    """A stage in the picture. [px]

    Attributes
    ----------
    name : str
    x, y, width : float
        Upper left corner, and width; all boxes are `BOX` high.
    arrow : bool
        Whether an arrow leads from the box before it in its row.
    """

    name: str
    x: float
    y: float
    width: float
    arrow: bool


@dataclass(frozen=True)
class Group:
    """The stages of one part of the life cycle, in one or more rows."""

    title: str
    y: float
    boxes: tuple[Box, ...]
    bottom: float


def place_groups(groups: Iterable[tuple[str, Sequence[str]]], top: float) -> list[Group]:
    """Place the boxes of each group in rows, one group below the other.

    Parameters
    ----------
    groups : iterable of tuple
        Title of each group, and names of its stages in the order of production.
    top : float
        Upper edge of the first row. [px]
    """
    placed = []
    left, right = MARGIN + LABELS, WIDTH - 2 * MARGIN
    y = top
    for title, names in groups:
        boxes: list[Box] = []
        x, start = left, y
        for full_name in names:
            name = shorten(full_name, int((right - left - PADDING) / LETTER))
            width = text_width(name) * LETTER + PADDING
            if x > left and x + width > right:
                x, y = left, y + BOX + GAP
            boxes.append(Box(name, x, y, width, x > left))
            x += width + ARROW
        y += BOX
        placed.append(Group(title, start, tuple(boxes), y))
        y += GAP + 4
    return placed


def draw_boundary(stages: Sequence[tuple[StageInfo, str]], texts: dict[str, str], label: str) -> str:
    """Return the picture as SVG; empty without stages.

    Parameters
    ----------
    stages : sequence of tuple
        Stages that take place, or that are outside, with their names.
    texts : dict
        Titles of the groups in the order of the life cycle, of the boundary (`inside`) and of what is outside (`outside`).
    label : str
        Description for readers who do not see the picture.
    """
    inside = place_groups(_grouped(stages, texts, outside=False), MARGIN + HEAD)
    bottom = (inside[-1].bottom if inside else MARGIN + HEAD) + MARGIN
    outside = place_groups(_grouped(stages, texts, outside=True), bottom + GAP + HEAD)
    if not inside and not outside:
        return ""
    parts = [_frame(MARGIN / 2, bottom, texts["inside"], False), *(_group(group, False) for group in inside)]
    end = bottom
    if outside:
        end = outside[-1].bottom + MARGIN
        parts += [
            _frame(bottom + GAP, end, texts["outside"], True),
            *(_group(group, True) for group in outside),
        ]
    height = end + MARGIN / 2
    return (
        f"<svg class='boundary' viewBox='0 0 {WIDTH:g} {height:g}' width='{WIDTH:g}' height='{height:g}' role='img'"
        f" font-size='{FONT}' font-family='{FAMILIES}' aria-label='{escape(label, quote=True)}'>{''.join(parts)}</svg>"
    )


def _grouped(
    stages: Sequence[tuple[StageInfo, str]], texts: dict[str, str], outside: bool
) -> Iterable[tuple[str, Sequence[str]]]:
    groups: dict[str, list[str]] = {group: [] for group in texts}
    for info, name in stages:
        if info.outside == outside:
            groups[info.group].append(name)
    return [(texts[group], names) for group, names in groups.items() if names]


def _frame(top: float, bottom: float, title: str, outside: bool) -> str:
    height = bottom - top
    line = "stroke-width='1' stroke-dasharray='6 4'" if outside else "stroke-width='2'"
    return (
        f"<rect x='{MARGIN / 2:g}' y='{top:g}' width='{WIDTH - MARGIN:g}' height='{height:g}' rx='8' fill='none'"
        f" stroke='currentColor' {line}/>"
        f"<text x='{MARGIN + 4:g}' y='{top + 17:g}' font-weight='bold' fill='currentColor'>{escape(title)}</text>"
    )


def _group(group: Group, outside: bool) -> str:
    title = f"<text x='{MARGIN + 4:g}' y='{group.y + BOX / 2 + 4:g}' fill='currentColor'>{escape(group.title)}</text>"
    return title + "".join(_box(box, outside) for box in group.boxes)


def _box(box: Box, outside: bool) -> str:
    line = "fill='none' stroke-dasharray='4 3'" if outside else f"fill='{BLUE}' fill-opacity='.12'"
    middle = box.y + BOX / 2
    rectangle = f"x='{box.x:.1f}' y='{box.y:g}' width='{box.width:.1f}' height='{BOX:g}'"
    return (
        f"{_arrow(box.x - ARROW + 3, box.x - 3, middle) if box.arrow else ''}"
        f"<rect {rectangle} rx='5' stroke='{BLUE}' {line}/>"
        f"<text x='{box.x + box.width / 2:.1f}' y='{middle + 4:g}' text-anchor='middle' fill='currentColor'>"
        f"{escape(box.name)}</text>"
    )


def _arrow(start: float, tip: float, y: float) -> str:
    head = f"M{tip - 6:.1f} {y - 4:g}L{tip:.1f} {y:g}L{tip - 6:.1f} {y + 4:g}"
    return f"<path d='M{start:.1f} {y:g}H{tip:.1f}{head}' fill='none' stroke='currentColor' stroke-opacity='.7'/>"
