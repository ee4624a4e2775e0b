"""Stages of a product with their intervals, and what of them has a declared spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.errors import wrong_type
from textile_pcf.messages.message import localize
from textile_pcf.plot.bars import HEAD, ROW, WIDTH, add_legend, add_value, set_names, set_style
from textile_pcf.plot.data import PlotData, format_number, product_index
from textile_pcf.plot.figure import COLOURS, SUM, Picture, add_notes, check_language, make_axes, set_fonts
from textile_pcf.results.licence import refuse_masked
from textile_pcf.uncertainty_analysis.result import Uncertainty

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

CLASSES = ("declared", "partly_declared", "undeclared")
FILLS: dict[str, dict[str, Any]] = {
    "declared": {"color": COLOURS[0]},
    "partly_declared": {"color": COLOURS[4]},
    "undeclared": {"facecolor": "white", "edgecolor": "#999999", "hatch": "////", "linewidth": 0.8},
}
"""The same three in grey and for colour-blind readers: dark, light, hatched."""
NO_WIDTH = 1e-12  # relative to the value; an interval that is narrower is none
RING = 0.02  # of the longest bar; the ring of the median would hide a shorter interval
COLUMNS = ["stage", "name", "kgCO2e", "p2_5", "median", "p97_5", *CLASSES]


def stage_intervals(
    uncertainty: Uncertainty, product: str | None = None, *, language: str = "en", ax: Axes | None = None
) -> Picture:
    """Draw the stages of one product with the interval that holds 95 % of the draws. [kg CO2e per unit]

    The fill of a bar says what the interval rests on: emissions of which amount and factor have a declared spread, one of the
    two, or none. A stage whose numbers are all held fixed has no interval, and the picture says so.

    Parameters
    ----------
    uncertainty : Uncertainty
        From `textile_pcf.uncertainty`.
    product : str, optional
        Id of a product; needed if the result has several.
    language : str
        `en` or `zh`.
    ax : matplotlib.axes.Axes, optional
        Axes of the caller; a new figure by default.

    Returns
    -------
    Picture
        `data` has one row per stage with emissions and one for the total: stage, name, kgCO2e (stated), p2_5, median, p97_5
        (NaN where nothing varies), declared, partly_declared, undeclared, which add up to kgCO2e. [kg CO2e per unit]

    Raises
    ------
    UsageError
        `uncertainty` is none, there is no such product or language, several products and none is named, matplotlib is not
        installed, or no font has Chinese characters.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> from textile_pcf.plot import stage_intervals
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> data = stage_intervals(tp.uncertainty(result, draws=200, assume={"estimated": 1.2})).data
    >>> list(data.columns[2:6]), data["stage"].iloc[-1]
    (['kgCO2e', 'p2_5', 'median', 'p97_5'], 'total')
    """
    if not isinstance(uncertainty, Uncertainty):
        raise wrong_type("uncertainty", uncertainty, "an uncertainty", "Calculate it first: textile_pcf.uncertainty(result).")
    plot_data = PlotData(uncertainty.result, uncertainty.unit, check_language(language))
    place = product_index(uncertainty.result, product)
    refuse_masked(uncertainty.result, "plot")
    data = _table(uncertainty, plot_data, place)
    axes = make_axes(ax, WIDTH, HEAD + 0.9 + ROW * len(data))
    _draw_bars(axes, plot_data, data)
    _draw_intervals(axes, plot_data, data)
    set_names(axes, list(data["name"]))
    axes.get_yticklabels()[-1].set_fontweight("bold")
    total = float(data["kgCO2e"].iloc[-1])
    title = f"{uncertainty.products[place]}: {format_number(total, total)} {_interval_text(data.iloc[-1], total)}".rstrip()
    set_style(axes, f"{title} {plot_data.axis}", plot_data.axis)
    add_legend(axes, ax is None, 3)
    name = uncertainty.products[place]
    drawn = plot_data.text("interval_drawn", draws=f"{uncertainty.draws:,}", seed=uncertainty.seed)
    add_notes(axes, [drawn, *(localize(text, language) for text in uncertainty.warnings(name))])
    set_fonts(axes, language, ax is None)
    return Picture(data, axes, ax is None)


def _table(uncertainty: Uncertainty, plot_data: PlotData, place: int) -> pd.DataFrame:
    """Return the data of the picture: stages with emissions, then the total."""
    import pandas as pd

    evaluation, name = uncertainty.evaluation, uncertainty.products[place]
    classes = _by_class(uncertainty, place)
    found, total = uncertainty.stage_statistics(name), uncertainty.statistics
    rows: list[list[Any]] = []
    for row, stage in enumerate(evaluation.inside.tolist()):
        stated = float(uncertainty.result.by_stage[place, stage] * plot_data.scale[place])
        if stated or found.sd[row] > 0:
            spread = _interval(stated, [getattr(found, key)[row] for key in COLUMNS[3:6]])
            info = uncertainty.result.stages[stage]
            rows.append([info.id, info.name(plot_data.language), stated, *spread, *classes[:, row]])
    stated = float(uncertainty.deterministic[place])
    spread = _interval(stated, [getattr(total, key)[place] for key in COLUMNS[3:6]])
    rows.append(["total", plot_data.text("total"), stated, *spread, *classes.sum(axis=1)])
    return pd.DataFrame(rows, columns=COLUMNS)


def _interval(stated: float, numbers: list[Any]) -> list[float]:
    """Return 2.5 %, median and 97.5 %; NaN where nothing varies."""
    low, median, high = map(float, numbers)
    return [low, median, high] if high - low > NO_WIDTH * max(abs(stated), abs(high)) else [np.nan] * 3


def _by_class(uncertainty: Uncertainty, place: int) -> Any:
    """Return the emissions of each stage by what has a declared spread, shape (classes, stages). [kg CO2e per unit]

    A product of the run that is taken counts as a declared factor only if all numbers behind it are declared.
    """
    evaluation = uncertainty.evaluation
    lines, at = evaluation.lines, evaluation.lines.of(place)
    amounts, factors = evaluation.declared_lines(place)
    for supplier in evaluation.suppliers(place):
        known = all(source.distribution is not None for source in evaluation.sources(supplier))
        factors = np.where(lines.supplier[at] == supplier, known, factors)
    kind = 2 - amounts.astype(np.intp) - factors.astype(np.intp)
    stages = len(evaluation.inside)
    cell = kind * stages + np.searchsorted(evaluation.inside, lines.stage[at])
    sums = np.bincount(cell, weights=lines.emissions[at], minlength=len(CLASSES) * stages)
    return sums.reshape(len(CLASSES), stages) * evaluation.stated_scale[place]


def _draw_bars(axes: Axes, plot_data: PlotData, data: pd.DataFrame) -> None:
    """Draw a bar per stage, divided by what has a declared spread, and the total."""
    stages = data.iloc[:-1]
    positions = np.arange(len(stages))
    above, below = np.zeros(len(stages)), np.zeros(len(stages))
    for name in CLASSES:
        values = stages[name].to_numpy(dtype=float)
        label = plot_data.text(f"spread_{name}")
        axes.barh(positions, values, left=np.where(values >= 0, above, below), height=0.72, label=label, **FILLS[name])
        above += np.maximum(values, 0)
        below += np.minimum(values, 0)
    axes.barh(len(stages), float(data["kgCO2e"].iloc[-1]), color=SUM, height=0.72)


def _draw_intervals(axes: Axes, plot_data: PlotData, data: pd.DataFrame) -> None:
    """Draw the whiskers with a mark at the median, and write value and interval beside each bar."""
    total, longest = float(data["kgCO2e"].iloc[-1]), float(data[["kgCO2e", "p97_5"]].max().max())
    for row, (_, numbers) in enumerate(data.iterrows()):
        low, high = float(numbers["p2_5"]), float(numbers["p97_5"])
        if np.isnan(low):
            fixed = bool(numbers["partly_declared"] or numbers["undeclared"])
            text = plot_data.text("spread_not_stated" if fixed else "spread_none")
            add_value(axes, float(numbers["kgCO2e"]), row, f"{format_number(numbers['kgCO2e'], total)}  {text}", color="0.35")
            continue
        for width, colour in ((3.4, "white"), (1.4, "black")):  # a light edge, so that it is seen on the dark bar
            axes.plot(
                [low, high], [row, row], "|-", color=colour, linewidth=width, markeredgewidth=width, markersize=9, zorder=4
            )
        if high - low > RING * longest:
            axes.plot(numbers["median"], row, "o", color="white", markeredgecolor="black", markersize=4.5, zorder=5)
        text = f"{format_number(numbers['kgCO2e'], total)}  {_interval_text(numbers, total)}"
        add_value(axes, max(float(numbers["kgCO2e"]), high), row, text)


def _interval_text(numbers: Any, total: float) -> str:
    """Return the interval as text, `[11.2, 12.9]`; empty where nothing varies."""
    if np.isnan(numbers["p2_5"]):
        return ""
    return f"[{format_number(numbers['p2_5'], total)}, {format_number(numbers['p97_5'], total)}]"
