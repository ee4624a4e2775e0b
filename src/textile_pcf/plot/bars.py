"""Bar charts: stages of a product, several products, a waterfall, two products compared, hot spots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import part_of_total
from textile_pcf.messages.letters import shorten
from textile_pcf.plot.data import PlotData, format_number
from textile_pcf.plot.figure import COLOURS, EMITS, REST, SUM, TAKES_UP, Picture, make_axes, set_fonts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

WIDTH, HEAD, ROW = 8.0, 1.3, 0.34  # inches
LONGEST = 60  # letters of the name of a bar
MORE, LESS = "#A34700", "#00664B"  # dark vermilion and dark green of the palette: legible, and with a sign in the text


def stages(plot_data: PlotData, product: int, ax: Axes | None) -> Picture:
    """Draw the stages of one product as bars, in the order of production."""
    data = plot_data.stages(product)
    axes = make_axes(ax, WIDTH, HEAD + ROW * len(data))
    values = data["kgCO2e"].to_numpy()
    positions = np.arange(len(data))
    colours = [TAKES_UP if value < 0 else EMITS for value in values]
    bars = axes.barh(positions, values, color=colours, height=0.72)
    for bar, memo in zip(bars, data["memo"], strict=True):
        bar.set_alpha(0.4 if memo else 1.0)
    names = [f"{name} *" if memo else name for name, memo in zip(data["name"], data["memo"], strict=True)]
    set_names(axes, names)
    total, emitted = plot_data.total(product), plot_data.emissions(product)
    for row, (value, memo) in enumerate(zip(values, data["memo"], strict=True)):
        part = part_of_total(value, emitted)
        share = "" if memo or np.isnan(part) else f"  {_share_text(float(part))}"
        add_value(axes, value, row, format_number(value, total) + share)
    title = f"{plot_data.result.products[product]}: {format_number(total)} {plot_data.axis}"
    if emitted != total:
        title += f"\n{plot_data.text('excluding')}: {format_number(emitted)}"
    set_style(axes, title, f"{plot_data.axis}    * {plot_data.text('outside')}" if data["memo"].any() else plot_data.axis)
    set_fonts(axes, plot_data.language, ax is None)
    return Picture(data, axes, ax is None)


def draw_stacked(plot_data: PlotData, ax: Axes | None) -> Picture:
    """Draw one bar per product, divided into its largest stages."""
    result = plot_data.result
    inside = [stage for stage, info in enumerate(result.stages) if not info.outside]
    values = result.emissions_by_stage[:, inside] * plot_data.scale[:, None]
    order = np.argsort(-np.abs(values).sum(axis=0), kind="stable")
    top = sorted(positions for positions in order[: len(COLOURS)] if values[:, positions].any())
    rest = [column for column in range(len(inside)) if column not in top]
    columns = {plot_data.stage_name(inside[column]): values[:, column] for column in top}
    if rest and values[:, rest].any():
        columns[plot_data.text("rest")] = values[:, rest].sum(axis=1)
    data = _frame(columns, result.products)
    axes = make_axes(ax, WIDTH, HEAD + 0.8 + ROW * len(data))
    positions = np.arange(len(data))
    above, below = np.zeros(len(data)), np.zeros(len(data))
    for (name, numbers), colour in zip(columns.items(), (*COLOURS[: len(top)], REST), strict=False):
        start = np.where(numbers >= 0, above, below)
        axes.barh(positions, numbers, left=start, color=colour, height=0.72, label=name)
        above += np.maximum(numbers, 0)
        below += np.minimum(numbers, 0)
    set_names(axes, list(result.products))
    totals = result.totals * plot_data.scale
    axes.plot(totals, positions, "D", color="black", markersize=5, label=plot_data.text("total"))
    for row, total in enumerate(totals):
        add_value(axes, float(above[row]), row, format_number(float(total)), beyond=9)  # beyond the diamond
    set_style(axes, plot_data.text("by_stage"), plot_data.axis)
    add_legend(axes, ax is None, 4)
    set_fonts(axes, plot_data.language, ax is None)
    return Picture(data, axes, ax is None)


def waterfall(plot_data: PlotData, product: int, ax: Axes | None) -> Picture:
    """Draw the stages of one product one after the other, then biogenic CO2 removals, up to the total."""
    import pandas as pd

    data = plot_data.stages(product)
    data = data.loc[~data["memo"]].drop(columns="memo").reset_index(drop=True)
    removals = plot_data.total(product) - plot_data.emissions(product)
    if removals:
        removed = {"stage": "removals", "name": plot_data.text("removals"), "group": "", "kgCO2e": removals}
        data = pd.concat([data, pd.DataFrame([removed])], ignore_index=True)
    values = data["kgCO2e"].to_numpy()
    data["start"] = np.concatenate([[0.0], np.cumsum(values)])[:-1]
    total = plot_data.total(product)
    last = {"stage": "total", "name": plot_data.text("total"), "group": "", "kgCO2e": total, "start": 0.0}
    data = pd.concat([data, pd.DataFrame([last])], ignore_index=True)
    axes = make_axes(ax, WIDTH, HEAD + ROW * len(data))
    colours = [*(TAKES_UP if value < 0 else EMITS for value in values), SUM]
    axes.barh(np.arange(len(data)), data["kgCO2e"], left=data["start"], color=colours, height=0.72)
    ends = (data["start"] + data["kgCO2e"]).to_numpy()
    for row in range(len(values)):
        axes.plot([ends[row], ends[row]], [row - 0.36, row + 1.36], color="0.6", linewidth=0.8, zorder=0)
    for row, value in enumerate(data["kgCO2e"]):
        add_value(axes, max(ends[row], data["start"][row]), row, format_number(float(value), total))
    set_names(axes, list(data["name"]))
    axes.get_yticklabels()[-1].set_fontweight("bold")
    set_style(axes, f"{plot_data.result.products[product]}: {plot_data.text('built_up')}", plot_data.axis)
    set_fonts(axes, plot_data.language, ax is None)
    return Picture(data, axes, ax is None)


def compare(
    left: PlotData, first: int, right: PlotData, second: int, names: tuple[str, str] | None, ax: Axes | None
) -> Picture:
    """Draw two products stage by stage, the largest difference first; each difference is marked between the two bars.

    The data of the picture stay in the order of production.
    """
    tables = [left.stages(first), right.stages(second)]
    tables = [table.loc[~table["memo"]] for table in tables]
    labels = names or (left.result.products[first], right.result.products[second])
    all_stages = _merge_stages([[info.id for info in side.result.stages] for side in (left, right)])
    used = {stage for table in tables for stage in table["stage"]}
    order = [stage for stage in all_stages if stage in used]
    titles = {stage: name for table in reversed(tables) for stage, name in zip(table["stage"], table["name"], strict=True)}
    numbers = [dict(zip(table["stage"], table["kgCO2e"], strict=True)) for table in tables]
    left_values, right_values = (np.array([float(emissions.get(stage, 0.0)) for stage in order]) for emissions in numbers)
    data = _frame({"stage": order, "name": [titles[s] for s in order], "left": left_values, "right": right_values}, None)
    data["difference"] = data["right"] - data["left"]
    axes = make_axes(ax, WIDTH, HEAD + 0.4 + 1.5 * ROW * len(data))
    totals = (left.total(first), right.total(second))
    legend = [f"{label}: {format_number(total)}" for label, total in zip(labels, totals, strict=True)]
    _draw_pairs(axes, data, legend, max(map(abs, totals)))
    largest = max(map(abs, totals))
    difference = totals[1] - totals[0]
    part = part_of_total(difference, totals[0])
    share = "" if np.isnan(part) else f" ({part:+.0%})".replace("-", "−")
    summary = f"{left.text('difference')} {_difference_text(difference, largest) or 0}{share}"
    set_style(axes, f"{left.text('compared', left=labels[0], right=labels[1])}: {summary}", left.axis)
    add_legend(axes, ax is None, 2)
    set_fonts(axes, left.language, ax is None)
    return Picture(data, axes, ax is None)


def _draw_pairs(axes: Axes, data: pd.DataFrame, legend: list[str], largest: float) -> None:
    """Draw two bars for each stage, sorted by their difference, which a line and a number mark at the end of the bars."""
    drawn = data.iloc[np.argsort(-data["difference"].abs().to_numpy(), kind="stable")]
    sides = [drawn[side].to_numpy(dtype=float) for side in ("left", "right")]
    positions = np.arange(len(drawn))
    for side, values in enumerate(sides):
        axes.barh(positions + 0.4 * side - 0.2, values, height=0.38, color=COLOURS[side], label=legend[side])
    for row, difference in enumerate(drawn["difference"]):
        text = _difference_text(float(difference), largest)
        colour = MORE if difference > 0 else LESS
        if text:
            ends = (sides[0][row], sides[1][row])
            middle = row + (0.2 if difference < 0 else -0.2)  # beside the end of the shorter bar
            axes.plot(ends, (middle, middle), color=colour, linewidth=2.5, solid_capstyle="butt")
        end = max(0.0, float(sides[0][row]), float(sides[1][row]))
        style: dict[str, Any] = {"color": colour, "fontweight": "bold"} if text else {"color": "0.45"}
        add_value(axes, end, row, text or format_number(0.0, largest), **style)
    set_names(axes, list(drawn["name"]))


def hotspots(plot_data: PlotData, product: int, count: int, ax: Axes | None) -> Picture:
    """Draw the flows of one product, the largest emission first, with their share of the total.

    The `count` largest flows have a bar each, the smaller ones share a grey bar. Uptake is drawn below, to the left of zero.

    Returns
    -------
    Picture
        `data` has one row per flow: stage, stage_name, flow, flow_name, kgCO2e [kg CO2e per unit], share [1].
    """
    data = plot_data.flows(product).sort_values("kgCO2e", ascending=False, kind="stable").reset_index(drop=True)
    total = plot_data.total(product)
    data["share"] = part_of_total(data["kgCO2e"].to_numpy(), total)
    rows = _hotspot_rows(data, count, plot_data.text("rest"))
    axes = make_axes(ax, WIDTH, HEAD + ROW * len(rows))
    for row, (_, value, colour) in enumerate(rows):
        axes.barh(row, value, color=colour, height=0.72)
        part = part_of_total(value, total)
        share = "" if np.isnan(part) else f"  {_share_text(float(part))}"
        add_value(axes, value, row, format_number(value, total) + share)
    set_names(axes, [name for name, _, _ in rows])
    title = f"{plot_data.result.products[product]}: {plot_data.text('hotspots')}, {format_number(total)} {plot_data.axis}"
    set_style(axes, title, plot_data.axis)
    set_fonts(axes, plot_data.language, ax is None)
    return Picture(data, axes, ax is None)


def _hotspot_rows(data: pd.DataFrame, count: int, rest: str) -> list[tuple[str, float, str]]:
    """Name, emission [kg CO2e per unit] and colour of each bar: the largest flows, the sum of the smaller ones, uptake."""
    pairs = zip(data["stage_name"], data["flow_name"], strict=True)
    names = [" · ".join(shorten(part, LONGEST // 2) for part in pair) for pair in pairs]
    flows = list(zip(names, data["kgCO2e"].astype(float), strict=True))
    emitting = [(name, value, EMITS) for name, value in flows if value > 0]
    others = sum(value for _, value, _ in emitting[count:])
    uptake = [(name, value, TAKES_UP) for name, value in flows if value < 0]
    return [*emitting[:count], *([(rest, others, REST)] if len(emitting) > count else []), *uptake]


def _share_text(share: float) -> str:
    """Format a share of the total; shares below half a percent read `<1%`."""
    return f"{share:.0%}".replace("-", "−") if abs(share) >= 0.005 else "<1%"


def _difference_text(change: float, total: float) -> str:
    """Format a difference with its sign; empty if it rounds to zero."""
    plot_data = format_number(change, total)
    return f"+{plot_data}" if change > 0 and plot_data.strip("0.") else plot_data if plot_data.strip("0.") else ""


def _merge_stages(lists: list[list[str]]) -> list[str]:
    """Merge two lists of stages into one that keeps the order of each."""
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


def set_names(ax: Axes, names: list[str]) -> None:
    """Label the bars on the left, the first at the top."""
    ax.set_yticks(np.arange(len(names)), [shorten(name, LONGEST) for name in names])
    ax.set_ylim(len(names) - 0.35, -0.65)
    ax.tick_params(axis="y", length=0)


def add_value(ax: Axes, value: float, row: int, text: str, beyond: int = 5, **style: Any) -> None:
    """Write a number to the right of its bar, at a distance of `beyond` points."""
    place = (max(value, 0.0), row)
    ax.annotate(text, place, xytext=(beyond, 0), textcoords="offset points", va="center", fontsize=9, **style)


def add_legend(ax: Axes, owns_figure: bool, columns: int) -> None:
    """Add the legend: below a figure of its own, otherwise to the right of the axes."""
    if owns_figure:
        figure: Any = ax.get_figure(root=True)
        figure.legend(loc="outside lower center", ncols=columns, frameon=False)
    else:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)


def set_style(ax: Axes, title: str, label: str) -> None:
    """Set title, axis label, grid and the line at zero."""
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold")
    ax.set_xlabel(label)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.axvline(0, color="0.3", linewidth=0.8)
    ax.margins(x=0.12)
    ax.grid(axis="x", color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
