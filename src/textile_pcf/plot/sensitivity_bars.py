"""Tornado: what a footprint does when each number behind it is a tenth smaller or larger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.errors import wrong_type
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import FactorRow, spec_of
from textile_pcf.messages.letters import shorten
from textile_pcf.plot.bars import HEAD, ROW, add_legend, set_names, set_style
from textile_pcf.plot.data import PlotData, format_number, product_index
from textile_pcf.plot.figure import COLOURS, Picture, add_notes, check_language, make_axes, set_fonts
from textile_pcf.results import Footprint
from textile_pcf.results.licence import refuse_masked
from textile_pcf.rules import PRODUCT, QuantitySpec
from textile_pcf.uncertainty_analysis.main import uncertainty
from textile_pcf.uncertainty_analysis.result import Uncertainty
from textile_pcf.uncertainty_analysis.sensitivities import sensitivities
from textile_pcf.uncertainty_analysis.sources import NamedSource

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

KINDS = ("combustion", "well_to_tank", "direct", "cradle_to_gate")
"""Kinds of factors that are named; the usual one, `life_cycle`, is not."""
FACTOR_TEXTS = ("item", "name_zh", "kind", "region", "year")
WIDTH = 9.0  # inches
LONGEST = 44  # letters of the name of a number


def tornado(
    result: Footprint | Uncertainty, product: str | None = None, *, most: int = 12, unit: str | None = None,
    language: str = "en", ax: Axes | None = None,
) -> Picture:  # fmt: skip
    """Draw what the footprint of a product is when each number is 0.9 and 1.1 times its value, one by one. [kg CO2e per unit]

    The numbers with the largest effect stand at the top. The picture asks what if, not how likely: a number that declares no
    spread is drawn as any other, and marked with a ring.

    Parameters
    ----------
    result : Footprint or Uncertainty
        A result; or its uncertainty, whose assumptions then count as declared.
    product : str, optional
        Id of a product; needed if the result has several.
    most : int
        Number of numbers to draw; all are in `data`.
    unit : str, optional
        Unit of the figures, such as `m2`; that of the product, or of the uncertainty, by default.
    language : str
        `en` or `zh`.
    ax : matplotlib.axes.Axes, optional
        Axes of the caller; a new figure by default.

    Returns
    -------
    Picture
        `data` has one row per number, by falling effect: source, kind, name, declared, kgCO2e (∂ total / ∂ ln value), low_10
        and high_10 (totals at 0.9 and 1.1 times the value; NaN where that is no loss or share any more). [kg CO2e per unit]

    Raises
    ------
    UsageError
        `result` is none, there is no such product or language, several products and none is named, matplotlib is not
        installed, or no font has Chinese characters.
    InputError
        The product cannot be converted to `unit`.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> from textile_pcf.plot import tornado
    >>> tornado(tp.footprint(*tp.load_example("cotton_poplin"))).data["name"].iloc[0]
    'electricity, CN, 2024 · factor'
    """
    if isinstance(result, Footprint):
        result = uncertainty(result, draws=1, unit=unit)
    elif not isinstance(result, Uncertainty):
        raise wrong_type("result", result, "a result", "Calculate it first: footprint(path, rule).")
    elif unit not in (None, result.unit):
        result = uncertainty(result.result, result.draws, result.seed, unit, result.assumed, result.pedigree)
    plot_data = PlotData(result.result, result.unit, check_language(language))
    place = product_index(result.result, product)
    refuse_masked(result.result, "plot")
    data, total = _table(result, plot_data, place), float(result.deterministic[place])
    drawn = data.iloc[: max(most, 1)]
    axes = make_axes(ax, WIDTH, HEAD + 1.1 + ROW * len(drawn))
    _draw(axes, plot_data, drawn, total)
    title = f"{result.products[place]}: {format_number(total, total)} {plot_data.axis}\n{plot_data.text('tornado_title')}"
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", linespacing=1.4)
    add_legend(axes, ax is None, 2)
    add_notes(axes, _notes(plot_data, data, len(drawn)))
    set_fonts(axes, language, ax is None)
    return Picture(data, axes, ax is None)


def _table(result: Uncertainty, plot_data: PlotData, place: int) -> pd.DataFrame:
    """Return the numbers behind a product by falling effect."""
    import pandas as pd

    found = sensitivities(result.evaluation, place)
    total = float(result.deterministic[place])
    data = pd.DataFrame({
        "source": [source.id for source in found.sources],
        "kind": [source.kind for source in found.sources],
        "name": [_name(plot_data, source) for source in found.sources],
        "declared": [source.distribution is not None for source in found.sources],
        "kgCO2e": found.derivative, "low_10": found.low, "high_10": found.high,
    })  # fmt: skip
    effect = (data[["low_10", "high_10"]] - total).abs().max(axis=1)
    return data.iloc[np.argsort(-effect.fillna(0.0).to_numpy(), kind="stable")].reset_index(drop=True)


def _name(plot_data: PlotData, source: NamedSource) -> str:
    """Return what a number is, in the language of the picture, such as `Weaving, Electricity · rule`."""
    if isinstance(source.key, FactorRow):
        parts = _factor_parts(plot_data, source.key)
    elif isinstance(source.key, RuleNumber):
        spec = spec_of(plot_data.result.run.activity, source.key)
        parts = [] if spec is None else _titles(plot_data, spec.stage, spec.id)
    else:
        parts = _row_parts(plot_data, source.key.row)
    comma = "，" if plot_data.language == "zh" else ", "
    return f"{shorten(comma.join(filter(None, parts)), LONGEST)} · {plot_data.text(f'number_{source.kind}')}"


def _factor_parts(plot_data: PlotData, key: FactorRow) -> list[str]:
    texts = plot_data.result.run.factors.behind[key.sheet].texts
    item, chinese, kind, region, year = (texts[name][key.row] for name in FACTOR_TEXTS)
    name = (chinese if plot_data.language == "zh" else "") or item.replace("_", " ")
    return [name, plot_data.text(f"factor_{kind}") if kind in KINDS else "", region, year]


def _titles(plot_data: PlotData, stage: int, name: str) -> list[str]:
    """Return the names of a stage and of something in it; of a property of the product its own alone."""
    rules = plot_data.result.run.activity.rules
    title = rules.title(rules.stage_id(stage), name, plot_data.language)
    return [title] if stage == PRODUCT else [rules.title(rules.stage_id(stage), "", plot_data.language), title]


def _row_parts(plot_data: PlotData, row: int) -> list[str]:
    """Return stage, quantity, component and item of a row of activity data."""
    activity = plot_data.result.run.activity
    patterns, pattern = activity.rows.patterns, activity.rows.pattern[row]
    kind, index = RowKind(int(patterns.row_kind[pattern])), int(patterns.index[pattern])
    rules, component = activity.rules, activity.columns.text("component", row)
    specs: Mapping[RowKind, Sequence[QuantitySpec]] = {
        RowKind.FLOW: rules.flows, RowKind.PROPERTY: rules.properties, RowKind.LOSS: rules.losses
    }  # fmt: skip
    if kind in specs:
        spec = specs[kind][index]
        return [*_titles(plot_data, spec.stage, spec.id), component, activity.columns.text("item", row)]
    stage = rules.stage_id(int(patterns.stage[pattern]))
    title = "" if kind == RowKind.SHARE else rules.title(stage, "", plot_data.language)
    return [title, plot_data.text("number_output") if kind == RowKind.OUTPUT else "", component]


def _draw(axes: Axes, plot_data: PlotData, drawn: pd.DataFrame, total: float) -> None:
    """Draw two bars per number, from the footprint to what it is at 0.9 and at 1.1 times the value."""
    positions = np.arange(len(drawn))
    for column, label, colour in (("low_10", "tornado_low", COLOURS[4]), ("high_10", "tornado_high", COLOURS[0])):
        changes = drawn[column].to_numpy(dtype=float) - total
        axes.barh(positions, np.nan_to_num(changes), left=total, height=0.72, color=colour, label=plot_data.text(label))
    for row, (low, high) in enumerate(zip(drawn["low_10"], drawn["high_10"], strict=True)):
        for side in (min, max):
            values = [value for value in (low, high) if not np.isnan(value)]
            end = side(*values, total)
            if end == total:
                continue
            to_left = side is min
            axes.annotate(
                _change_text(end - total, total), (end, row), xytext=(-4 if to_left else 4, 0), textcoords="offset points",
                va="center", ha="right" if to_left else "left", fontsize=9,
            )  # fmt: skip
    marks = ["" if declared else " °" for declared in drawn["declared"]]
    set_names(axes, [f"{name}{mark}" for name, mark in zip(drawn["name"], marks, strict=True)])
    set_style(axes, "", plot_data.axis)
    axes.lines[0].set_xdata([total, total])  # the bars begin at the footprint, not at zero
    ends = [total, *drawn["low_10"].dropna(), *drawn["high_10"].dropna()]
    room = 0.25 * (max(ends) - min(ends)) or 1.0  # for the numbers
    axes.set_xlim(min(ends) - room, max(ends) + room)


def _change_text(change: float, total: float) -> str:
    text = format_number(change, total)
    return f"+{text}" if change > 0 else text


def _notes(plot_data: PlotData, data: pd.DataFrame, drawn: int) -> list[str]:
    """Return what is not drawn, what has no declared spread, and what has no value at 0.9 or 1.1 times."""
    notes = []
    if (fixed := int((~data["declared"]).sum())) > 0:
        notes.append(plot_data.text("tornado_fixed", fixed=fixed, count=len(data)))
    if len(data) > drawn:
        notes.append(plot_data.text("tornado_others", count=len(data) - drawn))
    shown = data.iloc[:drawn]
    names = shown.loc[shown[["low_10", "high_10"]].isna().any(axis=1), "name"]
    return [*notes, *(plot_data.text("tornado_no_value", name=name) for name in names)]
