"""Pictures of change: why a footprint changed, and what measures save one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from textile_pcf.arrays import part_of_total
from textile_pcf.comparison.attribution import shared_product
from textile_pcf.comparison.diff_views import effect_title, notes
from textile_pcf.comparison.differences import Diff
from textile_pcf.comparison.scenarios import Scenario, Scenarios
from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.messages.message import Message
from textile_pcf.messages.titles import titles_with_ids
from textile_pcf.plot.bars import HEAD, LESS, MORE, ROW, WIDTH, add_value, set_names, set_style
from textile_pcf.plot.data import format_number, product_index
from textile_pcf.plot.figure import SUM, Picture, add_notes, check_language, make_axes, set_fonts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


NOISE = 1e-12  # relative to the footprint; a smaller interaction is rounding


@runtime_checkable
class Ranking(Protocol):
    """Measures of a mill in their order, as `improvements.rank` returns them."""

    @property
    def before(self) -> float:
        """Emissions before. [t CO2e per year]"""

    @property
    def steps(self) -> tuple[dict[str, Any], ...]:
        """Measures one after the other: id, tonnes_per_year, left."""

    @property
    def interaction(self) -> float:
        """What they save together beyond what each saves alone. [t CO2e per year]"""

    @property
    def measures(self) -> tuple[dict[str, Any], ...]:
        """Measures by themselves: id, group, cost_per_tonne."""


def effects(change: Diff, product: str | None = None, *, language: str = "en", ax: Axes | None = None) -> Picture:
    """Draw why the footprint of a product changed: one step per effect, from the old total to the new one. [kg CO2e per unit]

    The axis counts the change, so the old total is zero on it. Inputs that do not differ are not drawn.

    Parameters
    ----------
    change : Diff
        From `textile_pcf.diff`.
    product : str, optional
        Id of a product of both runs; needed if they have several in common.
    language : str
        `en` or `zh`.
    ax : matplotlib.axes.Axes, optional
        Axes of the caller; a new figure by default.

    Returns
    -------
    Picture
        `data` has one row per effect and one for the change, which they add up to: effect, name, kgCO2e, start.
        [kg CO2e per unit]

    Raises
    ------
    UsageError
        `change` is none, there is no such product in both runs, several and none is named, no such language, matplotlib is
        not installed, or no font has Chinese characters.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import textile_pcf as tp
    >>> from textile_pcf.calculation import calculate_run
    >>> from textile_pcf.plot import effects
    >>> old = tp.footprint(*tp.load_example("t_shirt"))
    >>> effects(tp.diff(old, calculate_run(replace(old.run, gwp="AR5")))).data["effect"].tolist()
    ['gwp', 'change']
    """
    if not isinstance(change, Diff):
        raise wrong_type("change", change, "a diff", "Calculate it first: textile_pcf.diff(old, new).")
    check_language(language)
    place = shared_product(change, product)
    old, new = float(change.old[place]), float(change.new[place])
    plays = {*change.differing, *change.together}
    found = {name: float(effect[place]) for name, effect in change.effects.items() if effect[place] or name in plays}
    rows = [(name, effect_title(name, language), value) for name, value in found.items()]
    data = _steps([*rows, ("change", fixed_text("picture_change", language), new - old)], "effect")
    axes = make_axes(ax, WIDTH, HEAD + 0.3 + ROW * len(data))
    size = max(abs(old), abs(new))
    _draw_steps(axes, data, size)
    share = _share(new - old, old)
    per = write_formulas(fixed_text("per", language, unit=change.unit))
    label = fixed_text("picture_change_axis", language, per=per)
    set_style(axes, f"{change.products[place]}: {format_number(old, size)} → {format_number(new, size)} {per}{share}", label)
    add_notes(axes, notes(change, language))
    set_fonts(axes, language, ax is None)
    return Picture(data, axes, ax is None)


def abatement_steps(
    measures: Ranking | Scenarios, scenario: str | None = None, product: str | None = None, *, language: str = "en",
    ax: Axes | None = None,
) -> Picture:  # fmt: skip
    """Draw measures one after the other: from the emissions before, step by step, to what is left.

    Parameters
    ----------
    measures : Ranking or Scenarios
        From `improvements.rank`, in t CO2e per year; or from `scenario`, whose changes are the steps, in kg CO2e per unit.
    scenario : str, optional
        Name of a scenario; needed if there are several.
    product : str, optional
        Id of a product of the scenarios; needed if they have several.
    language : str
        `en` or `zh`.
    ax : matplotlib.axes.Axes, optional
        Axes of the caller; a new figure by default.

    Returns
    -------
    Picture
        `data` has one row before, one per step and one for what is left: step, name, amount (negative where it saves), start,
        alone (what the step does by itself; NaN where that is not known). [t CO2e per year, or kg CO2e per unit]

    Raises
    ------
    UsageError
        `measures` is none of the two, there is no such scenario, product or language, several and none is named, a scenario
        removes the product, matplotlib is not installed, or no font has Chinese characters.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> from textile_pcf.plot import abatement_steps
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> looms = {"change": "scale", "at": {"stage": "weaving", "flow": "electricity"}, "by": 0.9, "note": "new looms"}
    >>> data = abatement_steps(result.scenario([looms])).data
    >>> data["name"].tolist(), round(float(data["amount"].iloc[1]), 4)
    (['before', 'new looms', 'left'], -0.3673)
    """
    check_language(language)
    if isinstance(measures, Scenarios):
        title, per, before, rows, remarks = _scenario_steps(measures, scenario, product, language)
    elif isinstance(measures, Ranking):
        title, per, before, rows, remarks = _measure_steps(measures, language)
    else:
        raise wrong_type("measures", measures, "a ranking or scenarios", "Use improvements.rank, or result.scenario.")
    left = before + sum(amount for _, _, amount, _ in rows)
    ends = [(name, fixed_text(f"picture_{name}", language), value) for name, value in (("before", before), ("left", left))]
    data = _steps([ends[0], *(row[:3] for row in rows), ends[1]], "step", "amount")
    data["alone"] = [np.nan, *(alone for _, _, _, alone in rows), np.nan]
    axes = make_axes(ax, WIDTH, HEAD + 0.3 + ROW * len(data))
    _draw_steps(axes, data.rename(columns={"amount": "kgCO2e"}), before, totals=(0, len(data) - 1))
    share = _share(left - before, before)
    set_style(axes, f"{title}: {format_number(before, before)} → {format_number(left, before)} {per}{share}", per)
    add_notes(axes, remarks)
    set_fonts(axes, language, ax is None)
    return Picture(data, axes, ax is None)


Rows = list[tuple[str, str, float, float]]
"""Steps: id, name, what it changes after those before it, what it changes alone."""


def _measure_steps(ranking: Ranking, language: str) -> tuple[str, str, float, Rows, list[str]]:
    """Return title, unit, emissions before, steps and notes of ranked measures. [t CO2e per year]"""
    own = {measure["id"]: measure for measure in ranking.measures}
    titles = dict(zip(own, titles_with_ids(list(own.values()), language), strict=True))
    rows: Rows = []
    for step in ranking.steps:
        measure = own.get(step["id"], {})
        name = titles.get(step["id"], step["id"])
        cost = measure.get("cost_per_tonne")
        if cost is not None:
            name += fixed_text("picture_cost", language, cost=format_number(float(cost)))
        elif measure.get("group") == "gain":
            name += fixed_text("picture_gain", language)
        rows.append((step["id"], name, -float(step["tonnes_per_year"]), -float(measure.get("tonnes_per_year", np.nan))))
    per = write_formulas(fixed_text("picture_tonnes", language))
    remarks = [_interaction_text(ranking.interaction, per, language)] if ranking.interaction else []
    left_out = [
        titles[measure["id"]] for measure in ranking.measures if measure["id"] not in {step["id"] for step in ranking.steps}
    ]
    remarks += [fixed_text("picture_no_saving", language, names=", ".join(left_out))] if left_out else []
    return fixed_text("picture_measures", language), per, float(ranking.before), rows, remarks


def _scenario_steps(
    scenarios: Scenarios, name: str | None, product: str | None, language: str
) -> tuple[str, str, float, Rows, list[str]]:
    """Return title, unit, footprint before, steps and notes of a scenario. [kg CO2e per unit]"""
    if name is None and len(scenarios) != 1:
        what = Message("There are {count} scenarios, and the picture is of one.", count=len(scenarios))
        names = ", ".join(one.name for one in scenarios)
        raise UsageError([Problem("scenario", what, Message("Name one of them: {ids}.", ids=names), code="no-scenario")])
    one: Scenario = scenarios[0 if name is None else name]
    place = product_index(scenarios.base, product)
    if np.isnan(one.saving[place]):
        cure = Message("Draw another scenario or product.")
        raise UsageError([Problem(f"scenario {one.name!r}", "The scenario removes the product.", cure, code="no-product")])
    rows: Rows = [
        (step.change, step.note or step.change, float(step.effect[place]), float(step.alone[place])) for step in one.steps
    ]
    interaction = float(one.interaction[place])
    noise = abs(interaction) <= NOISE * abs(float(scenarios.base.totals[place])) or np.isnan(interaction)
    per = write_formulas(fixed_text("per", language, unit=scenarios.base.unit))
    remarks = [] if noise else [_interaction_text(-interaction, per, language)]
    title = f"{scenarios.base.products[place]}, {one.name}" if one.name else scenarios.base.products[place]
    return title, per, float(scenarios.base.totals[place]), rows, remarks


def _interaction_text(more: float, per: str, language: str) -> str:
    """Return what the steps save together beyond what each saves alone, as a sentence."""
    return fixed_text("picture_less" if more < 0 else "picture_more", language, amount=f"{format_number(abs(more))} {per}")


def _share(change: float, before: float) -> str:
    """Return a change as a percentage in brackets; empty where what was before is not above zero but for rounding."""
    part = part_of_total(change, before)
    return f" ({part:+.1%})".replace("-", "−") if part == part else ""


def _steps(rows: Sequence[tuple[str, str, float]], key: str, value: str = "kgCO2e") -> pd.DataFrame:
    """Return steps as a table with the place where each begins; the last row, a total, begins at 0."""
    import pandas as pd

    data = pd.DataFrame(rows, columns=[key, "name", value])
    sums = np.cumsum(data[value].to_numpy(dtype=float))
    data["start"] = [0.0, *sums[:-2], 0.0] if len(data) > 1 else 0.0
    return data


def _draw_steps(axes: Axes, data: pd.DataFrame, size: float, totals: tuple[int, ...] = (-1,)) -> None:
    """Draw steps as floating bars with their signs; totals are dark and begin at zero.

    Parameters
    ----------
    axes : Axes
    data : DataFrame
        Columns name, kgCO2e, start.
    size : float
        What the decimals of the numbers follow.
    totals : tuple of int
        Rows that are totals.
    """
    values, starts = data["kgCO2e"].to_numpy(dtype=float), data["start"].to_numpy(dtype=float)
    count, ends = len(data), starts + values
    dark = {row % count for row in totals}
    colours = [SUM if row in dark else MORE if value > 0 else LESS for row, value in enumerate(values)]
    axes.barh(np.arange(count), values, left=starts, color=colours, height=0.72)
    for row in range(count - 1):
        axes.plot([ends[row], ends[row]], [row - 0.36, row + 1.36], color="0.6", linewidth=0.8, zorder=0)
    signed = len(totals) == 1  # one total: every number is a change
    for row, value in enumerate(values):
        text = format_number(value, size) if row in dark and not signed else _signed(value, size)
        add_value(axes, max(ends[row], starts[row]), row, text)
    set_names(axes, list(data["name"]))
    for row in dark:
        axes.get_yticklabels()[row].set_fontweight("bold")


def _signed(value: float, size: float | None = None) -> str:
    text = format_number(value, size)
    return f"+{text}" if value > 0 and text.strip("0.") else text
