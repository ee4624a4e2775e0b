"""Bars: stages of a product, several products, a waterfall, two products compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.plot.data import PlotData, short
from textile_pcf.plot.figure import COLOURS, EMITS, REST, SUM, TAKES_UP, Picture, canvas, finish

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

WIDTH, HEAD, ROW = 8.0, 1.3, 0.34  # inches


def stages(told: PlotData, product: int, ax: Axes | None) -> Picture:
    """Stages of one product, in the material's way from above."""
    data = told.stages(product)
    drawn = canvas(ax, WIDTH, HEAD + ROW * len(data))
    values = data["kgCO2e"].to_numpy()
    place = np.arange(len(data))
    colours = [TAKES_UP if value < 0 else EMITS for value in values]
    bars = drawn.barh(place, values, color=colours, height=0.72)
    for bar, memo in zip(bars, data["memo"], strict=True):
        bar.set_alpha(0.4 if memo else 1.0)
    names = [f"{name} *" if memo else name for name, memo in zip(data["name"], data["memo"], strict=True)]
    _named(drawn, names)
    total = told.total(product)
    for row, (value, memo) in enumerate(zip(values, data["memo"], strict=True)):
        share = "" if memo or total <= 0 else f"  {_part(value / total)}"
        _beside(drawn, value, row, short(value, total) + share)
    title = f"{told.result.products[product]}: {short(total)} {told.axis}"
    _dressed(drawn, title, f"{told.axis}    * {told.word('outside')}" if data["memo"].any() else told.axis)
    finish(drawn, told.language, ax is None)
    return Picture(data, drawn, ax is None)


def stacked(told: PlotData, ax: Axes | None) -> Picture:
    """One bar for each product, made of its largest stages."""
    result = told.result
    inside = [place for place, info in enumerate(result.stages) if not info.outside]
    values = result.by_stage[:, inside] * told.scale[:, None]
    order = np.argsort(-np.abs(values).sum(axis=0), kind="stable")
    top = sorted(place for place in order[: len(COLOURS)] if values[:, place].any())
    rest = [place for place in range(len(inside)) if place not in top]
    columns = {told.stage_name(inside[place]): values[:, place] for place in top}
    if rest and values[:, rest].any():
        columns[told.word("rest")] = values[:, rest].sum(axis=1)
    data = _frame(columns, result.products)
    drawn = canvas(ax, WIDTH, HEAD + 0.8 + ROW * len(data))
    place = np.arange(len(data))
    above, below = np.zeros(len(data)), np.zeros(len(data))
    for (name, numbers), colour in zip(columns.items(), (*COLOURS[: len(top)], REST), strict=False):
        start = np.where(numbers >= 0, above, below)
        drawn.barh(place, numbers, left=start, color=colour, height=0.72, label=name)
        above += np.maximum(numbers, 0)
        below += np.minimum(numbers, 0)
    _named(drawn, list(result.products))
    totals = result.totals * told.scale
    drawn.plot(totals, place, "D", color="black", markersize=5, label=told.word("total"))
    for row, total in enumerate(totals):
        _beside(drawn, float(above[row]), row, short(float(total)), beyond=9)  # the mark may stand at the end of the bar
    _dressed(drawn, told.word("by_stage"), told.axis)
    _explained(drawn, ax is None, 4)
    finish(drawn, told.language, ax is None)
    return Picture(data, drawn, ax is None)


def waterfall(told: PlotData, product: int, ax: Axes | None) -> Picture:
    """Stage after stage up to the total."""
    import pandas as pd

    data = told.stages(product)
    data = data.loc[~data["memo"]].drop(columns="memo").reset_index(drop=True)
    values = data["kgCO2e"].to_numpy()
    data["start"] = np.concatenate([[0.0], np.cumsum(values)[:-1]])
    total = told.total(product)
    last = {"stage": "total", "name": told.word("total"), "group": "", "kgCO2e": total, "start": 0.0}
    data = pd.concat([data, pd.DataFrame([last])], ignore_index=True)
    drawn = canvas(ax, WIDTH, HEAD + ROW * len(data))
    colours = [*(TAKES_UP if value < 0 else EMITS for value in values), SUM]
    drawn.barh(np.arange(len(data)), data["kgCO2e"], left=data["start"], color=colours, height=0.72)
    ends = (data["start"] + data["kgCO2e"]).to_numpy()
    for row in range(len(values)):
        drawn.plot([ends[row], ends[row]], [row - 0.36, row + 1.36], color="0.6", linewidth=0.8, zorder=0)
    for row, value in enumerate(data["kgCO2e"]):
        _beside(drawn, max(ends[row], data["start"][row]), row, short(float(value), total))
    _named(drawn, list(data["name"]))
    drawn.get_yticklabels()[-1].set_fontweight("bold")
    _dressed(drawn, f"{told.result.products[product]}: {told.word('built_up')}", told.axis)
    finish(drawn, told.language, ax is None)
    return Picture(data, drawn, ax is None)


def compare(left: PlotData, one: int, right: PlotData, two: int, names: tuple[str, str] | None, ax: Axes | None) -> Picture:
    """Two products stage by stage, with the difference of each."""
    given = [left.stages(one), right.stages(two)]
    given = [table.loc[~table["memo"]] for table in given]
    called = names or (left.result.products[one], right.result.products[two])
    every = _in_order([[info.id for info in told.result.stages] for told in (left, right)])
    used = {stage for table in given for stage in table["stage"]}
    order = [stage for stage in every if stage in used]
    titles = {stage: name for table in reversed(given) for stage, name in zip(table["stage"], table["name"], strict=True)}
    numbers = [dict(zip(table["stage"], table["kgCO2e"], strict=True)) for table in given]
    first, second = (np.array([float(found.get(stage, 0.0)) for stage in order]) for found in numbers)
    data = _frame({"stage": order, "name": [titles[s] for s in order], "left": first, "right": second}, None)
    data["difference"] = data["right"] - data["left"]
    drawn = canvas(ax, WIDTH, HEAD + 0.4 + 1.5 * ROW * len(data))
    place = np.arange(len(data))
    totals = (left.total(one), right.total(two))
    largest = max(map(abs, totals))
    for side, values in enumerate((first, second)):
        label = f"{called[side]}: {short(totals[side])}"
        drawn.barh(place + 0.4 * side - 0.2, values, height=0.38, color=COLOURS[side], label=label)
    for row, change in enumerate(data["difference"]):
        _beside(drawn, max(first[row], second[row]), row, _signed(float(change), largest))
    _named(drawn, list(data["name"]))
    change = totals[1] - totals[0]
    share = f" ({change / totals[0]:+.0%})".replace("-", "−") if totals[0] > 0 else ""
    told = f"{left.word('difference')} {_signed(change, largest) or 0}{share}"
    _dressed(drawn, f"{left.word('compared', left=called[0], right=called[1])}: {told}", left.axis)
    _explained(drawn, ax is None, 2)
    finish(drawn, left.language, ax is None)
    return Picture(data, drawn, ax is None)


def hotspots(told: PlotData, product: int, count: int, ax: Axes | None) -> Picture:
    """Draw the flows of one product, the largest emission first, with their share of the total.

    The `count` largest flows have a bar each, the smaller ones share a grey bar. Uptake is drawn below, to the left of zero.

    Returns
    -------
    Picture
        `data` has one row per flow: stage, stage_name, flow, flow_name, kgCO2e [kg CO2e per unit], share [1].
    """
    data = told.flows(product).sort_values("kgCO2e", ascending=False, kind="stable").reset_index(drop=True)
    total = told.total(product)
    data["share"] = data["kgCO2e"] / total if total > 0 else np.nan
    rows = _hotspot_rows(data, count, told.word("rest"))
    axes = canvas(ax, WIDTH, HEAD + ROW * len(rows))
    for row, (_, value, colour) in enumerate(rows):
        axes.barh(row, value, color=colour, height=0.72)
        share = f"  {_part(value / total)}" if total > 0 else ""
        _beside(axes, value, row, short(value, total) + share)
    _named(axes, [name for name, _, _ in rows])
    title = f"{told.result.products[product]}: {told.word('hotspots')}, {short(total)} {told.axis}"
    _dressed(axes, title, told.axis)
    finish(axes, told.language, ax is None)
    return Picture(data, axes, ax is None)


def _hotspot_rows(data: pd.DataFrame, count: int, rest: str) -> list[tuple[str, float, str]]:
    """Name, emission [kg CO2e per unit] and colour of each bar: the largest flows, the sum of the smaller ones, uptake."""
    flows = list(zip(data["stage_name"] + " · " + data["flow_name"], data["kgCO2e"].astype(float), strict=True))
    emitting = [(name, value, EMITS) for name, value in flows if value > 0]
    others = sum(value for _, value, _ in emitting[count:])
    uptake = [(name, value, TAKES_UP) for name, value in flows if value < 0]
    return [*emitting[:count], *([(rest, others, REST)] if len(emitting) > count else []), *uptake]


def _part(share: float) -> str:
    """A part of the total; what is less than half a percent is more than nothing."""
    return f"{share:.0%}".replace("-", "−") if abs(share) >= 0.005 else "<1%"


def _signed(change: float, total: float) -> str:
    """A difference with its sign; empty where there is none."""
    told = short(change, total)
    return f"+{told}" if change > 0 and told.strip("0.") else told if told.strip("0.") else ""


def _in_order(lists: list[list[str]]) -> list[str]:
    """Both lists in one, each in its own order."""
    merged = list(lists[0])
    at = 0
    for stage in lists[1]:
        if stage in merged:
            at = merged.index(stage) + 1
        else:
            merged.insert(at, stage)
            at += 1
    return merged


def _frame(columns: dict[str, Any], index: tuple[str, ...] | None) -> Any:
    import pandas as pd

    return pd.DataFrame(columns, index=None if index is None else pd.Index(index, name="product"))


def _named(ax: Axes, names: list[str]) -> None:
    """Names at the left, the first above."""
    ax.set_yticks(np.arange(len(names)), names)
    ax.set_ylim(len(names) - 0.35, -0.65)
    ax.tick_params(axis="y", length=0)


def _beside(ax: Axes, value: float, row: int, text: str, beyond: int = 5) -> None:
    """A number to the right of its bar, so many points beyond it."""
    ax.annotate(text, (max(value, 0.0), row), xytext=(beyond, 0), textcoords="offset points", va="center", fontsize=9)


def _explained(ax: Axes, own: bool, columns: int) -> None:
    """What colours mean: below the picture where the figure is its own, else beside it."""
    if own:
        figure: Any = ax.get_figure(root=True)
        figure.legend(loc="outside lower center", ncols=columns, frameon=False)
    else:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)


def _dressed(ax: Axes, title: str, label: str) -> None:
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold")
    ax.set_xlabel(label)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.axvline(0, color="0.3", linewidth=0.8)
    ax.margins(x=0.12)
    ax.grid(axis="x", color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
