"""What a target allows in each year, and the figures of the years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.messages.message import Message, localize
from textile_pcf.plot.bars import LESS, MORE, set_style
from textile_pcf.plot.data import format_number
from textile_pcf.plot.figure import COLOURS, Picture, add_notes, check_language, make_axes, set_fonts
from textile_pcf.targets.results import STATUSES, TargetsResult

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 9.0, 4.2  # inches
MARKS: dict[str, dict[str, Any]] = {
    "met": {"marker": "o", "color": LESS, "markersize": 8},
    "missed": {"marker": "X", "color": MORE, "markersize": 10},
    "open": {"marker": "o", "color": "black", "markerfacecolor": "white", "markersize": 8},
    "not_due": {"marker": "o", "color": "0.45", "markerfacecolor": "white", "markersize": 8},
    "reported": {"marker": "s", "color": "0.45", "markerfacecolor": "white", "markersize": 8},
}
"""Each status has a mark of its own form, so that colour is not needed."""
GROUND = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6}
NOISE = 1e-9
COLUMNS = ["year", "actual", "allowed", "status"]


def target_path(
    checked: TargetsResult, target: str | None = None, *, path: TargetsResult | None = None, language: str = "en",
    ax: Axes | None = None,
) -> Picture:  # fmt: skip
    """Draw what a target allows in each year, and the figures that were held against it.

    Parameters
    ----------
    checked : TargetsResult
        From `targets.check`; or from `targets.path`, to draw the path alone.
    target : str, optional
        Id of a target; needed if there are several.
    path : TargetsResult, optional
        From `targets.path` for the same document: adds the years that have no figure yet.
    language : str
        `en` or `zh`.
    ax : matplotlib.axes.Axes, optional
        Axes of the caller; a new figure by default.

    Returns
    -------
    Picture
        `data` has one row per year: year, actual and allowed (NaN where there is none), status.
        [unit of the target; part of the base where that has no amount]

    Raises
    ------
    UsageError
        `checked` is none, there is no such target or language, several targets and none is named, matplotlib is not
        installed, or no font has Chinese characters.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> from textile_pcf.plot import target_path
    >>> target = {"id": "hla", "entity": "HLA", "metric": "intensity", "scopes": [1, 2], "boundary": "site",
    ...           "unit": "kgCO2e/set", "source": "example", "caps": [{"from": 2030, "to": 2032, "at_most": 4.35}]}
    >>> row = {"entity": "HLA", "year": 2030, "boundary": "site", "quantity": "intensity", "scopes": "1 2"}
    >>> checked = tp.targets.check([target], [{**row, "amount": 4.2, "unit": "kgCO2e/set"}])
    >>> target_path(checked, path=tp.targets.path([target])).data["status"].tolist()
    ['met', '', '']
    """
    if not isinstance(checked, TargetsResult):
        raise wrong_type("checked", checked, "a result of targets", "Use targets.check, or targets.path.")
    check_language(language)
    found = _target(checked, target)
    data = _years(found, path[found["target"]] if path is not None else None)
    unit = write_formulas(str(found["unit"]).replace("CO2e", " CO2e", 1).replace("/", " / "))
    if data["allowed"].isna().all() and any(year.get("part") is not None for year in found["years"]):
        data["allowed"] = [_number(year["part"]) for year in found["years"]]  # a base without an amount
        unit = fixed_text("target_part", language)
    axes = make_axes(ax, WIDTH, HEIGHT)
    _draw_allowed(axes, data, language)
    _draw_figures(axes, data, language)
    set_style(axes, f"{found['target']}, {unit}", "")
    _set_axes(axes, data, unit)
    add_notes(axes, _notes(found, data, language))
    set_fonts(axes, language, ax is None)
    return Picture(data, axes, ax is None)


def _target(checked: TargetsResult, name: str | None) -> dict[str, Any]:
    if name is None and len(checked.targets) != 1:
        what = Message("There are {count} targets, and the picture is of one.", count=len(checked.targets))
        ids = ", ".join(target["target"] for target in checked.targets[:10])
        raise UsageError([Problem("target", what, Message("Name one of them: {ids}.", ids=ids), code="no-target")])
    return checked.targets[0] if name is None else checked[name]


def _years(found: dict[str, Any], path: dict[str, Any] | None) -> pd.DataFrame:
    """Return actual and allowed figures by year; years of the path without a figure have none.

    A path whose base is a year and no amount is known as parts of the base; the base is that of the check, restated if it was.
    """
    import pandas as pd

    rows = {year["year"]: year for year in (path["years"] if path else ())}
    base = found.get("base") or {}
    used, reported = base.get("used"), base.get("reported")
    later = {number: _allowed_amount(year, used, reported) for number, year in rows.items()}
    checked = {year["year"]: year for year in found["years"]}
    data = [
        [number, _number(checked.get(number, {}).get("actual")),
         _number(checked[number]["allowed"] if number in checked else later[number]),
         checked.get(number, {}).get("status", "")]
        for number in sorted({*later, *checked})
    ]  # fmt: skip
    return pd.DataFrame(data, columns=COLUMNS)


def _allowed_amount(year: dict[str, Any], used: float | None, reported: float | None) -> float | None:
    """Return what a year of a path allows under the base that was used: the lower one of cap and part of the base."""
    allowed: float | None = year["allowed"]
    part: float | None = year["part"]
    if part is None or used is None:
        return allowed
    if allowed is not None and (reported is None or allowed < part * reported * (1 - NOISE)):
        return min(allowed, part * used)  # a cap
    return part * used


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _draw_allowed(axes: Axes, data: pd.DataFrame, language: str) -> None:
    """Draw what is allowed as steps, one per year, with the area below it; nothing where no year has a limit."""
    allowed = data["allowed"].to_numpy(dtype=float)
    if np.isnan(allowed).all():
        return
    first, last = int(data["year"].iloc[0]), int(data["year"].iloc[-1])
    years = np.arange(first, last + 1)
    values = np.full(len(years), np.nan)
    values[data["year"].to_numpy() - first] = allowed
    edges = np.concatenate([years - 0.5, [last + 0.5]])
    label = fixed_text("target_allowed", language)
    axes.stairs(values, edges, color=COLOURS[0], linewidth=2, baseline=None, label=label)
    axes.stairs(values, edges, color=COLOURS[4], alpha=0.25, fill=True, baseline=0)


def _draw_figures(axes: Axes, data: pd.DataFrame, language: str) -> None:
    """Draw the figure of each year with a mark for its status, and write the figures beside the marks."""
    known = data.loc[data["actual"].notna()]
    axes.plot(known["year"], known["actual"], color="0.45", linewidth=1.2, zorder=3)
    for status, style in MARKS.items():
        chosen = known.loc[known["status"] == status]
        if len(chosen):
            label = fixed_text("target_actual", language, status=localize(STATUSES[status], language))
            axes.plot(chosen["year"], chosen["actual"], linestyle="", zorder=4, label=label, **style)
    largest = float(np.nanmax(known["actual"].abs())) if len(known) else 0.0
    for year, value in zip(known["year"], known["actual"], strict=True):
        axes.annotate(format_number(float(value), largest), (year, value), xytext=(0, 9), textcoords="offset points",
                      ha="center", fontsize=9, bbox=GROUND, zorder=5)  # fmt: skip


def _set_axes(axes: Axes, data: pd.DataFrame, unit: str) -> None:
    """Set whole years on one axis, amounts from zero on the other, and the legend."""
    from matplotlib.ticker import MaxNLocator

    axes.lines[-1].remove()  # the line at zero of the bars
    axes.spines["left"].set_visible(True)
    axes.grid(axis="x", visible=False)
    axes.grid(axis="y", color="0.9", linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14, min_n_ticks=1))
    axes.set_xlim(float(data["year"].min()) - 0.7, float(data["year"].max()) + 0.7)
    top = float(np.nanmax(data[["actual", "allowed"]].to_numpy(dtype=float), initial=0.0))
    axes.set_ylim(min(0.0, float(np.nanmin(data["actual"].to_numpy(dtype=float), initial=0.0))), 1.15 * top or 1.0)
    axes.set_ylabel(unit)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)


def _notes(found: dict[str, Any], data: pd.DataFrame, language: str) -> list[str]:
    """Return what stands behind the limits: a restated base, a clause, offsets that are not deducted."""
    notes = []
    base = found.get("base") or {}
    if base.get("applied"):
        old, new = (format_number(float(base[name])) for name in ("reported", "used"))
        notes.append(fixed_text("target_base", language, year=base["year"], old=old, new=new))
    if data["allowed"].isna().all():
        notes.append(fixed_text("target_no_limit", language))
    for clause in found.get("clause") or ():
        numbers = {name: _signed(float(clause[name])) for name in ("total_change", "counted")}
        notes.append(fixed_text("target_clause", language, first=clause["from"], last=clause["to"], **numbers))
    if any(offset["amount"] for offset in found.get("offsets") or ()):
        notes.append(fixed_text("target_offsets", language))
    return notes


def _signed(value: float) -> str:
    return f"+{format_number(value)}" if value > 0 else format_number(value)
