"""The part of a report that says how sure a figure is, how good its data are, and what to measure next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from textile_pcf.data_quality.lines import SCORES
from textile_pcf.data_quality.ratings import CLOSE
from textile_pcf.data_quality.shown import data_type_title, facts, figure, percent
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.report.assessment import Assessment, Interval
from textile_pcf.report.context import ReportContext
from textile_pcf.report.numbers import format_aligned, format_figure, format_percent
from textile_pcf.report.tables import Bar, Row, Table, table
from textile_pcf.uncertainty_analysis.source_titles import source_title
from textile_pcf.uncertainty_analysis.sources import NamedSource

MOST_SHOWN = 10  # numbers to measure next, and numbers without a spread


def interval_text(interval: Interval) -> str:
    """Return an interval as text, such as `11.93 – 12.37`; a dash if no number has a spread.

    Examples
    --------
    >>> interval_text(Interval(11.928, 12.367, 11.81, 56, 6, {}, None))
    '11.93 – 12.37'
    """
    return f"{format_figure(interval.low)} – {format_figure(interval.high)}" if interval.is_known else "–"


def rating_text(context: ReportContext, product: int) -> str:
    """Return the data quality rating of a product with its level, or that it is not rated."""
    rated = context.assessment.quality_records[product]["dqr"]["pef"]
    if rated["DQR"] is None:
        return context.text("report_not_rated")
    return f"{figure(rated['DQR'])} ({context.text('quality_' + rated['level'].replace(' ', '_'))})"


def headline_notes(context: ReportContext, product: int) -> list[tuple[str, str]]:
    """Return what is shown beside the figure: its interval and its data quality rating, as titles and texts; else nothing."""
    assessment = context.assessment
    if not assessment.shows(product):
        return []
    interval = assessment.interval(product)
    shown = context.text("report_interval_none")
    if interval.is_known:
        method = context.text("report_of_draws" if assessment.drawn else "report_in_closed_form")
        counts = {"declared": interval.declared, "count": interval.numbers}
        shown = context.text("report_interval_beside", ends=interval_text(interval), method=method, **counts)
    if not interval.has_figure:
        shown += context.text("report_outside_beside")
    return [(context.text("report_interval"), shown), (context.text("quality_dqr"), rating_text(context, product))]


def spread_section(context: ReportContext, product: int) -> dict[str, Any]:
    """Return what the report says of the spread and the quality of one product; `note` alone where nothing is said.

    Parameters
    ----------
    context : ReportContext
    product : int
        Index of the product.
    """
    assessment = context.assessment
    if not assessment.shows(product):
        key = "report_withheld" if assessment.withheld[product] else "report_needs_lock" if assessment.is_saved else ""
        return {"note": context.text(key) if key else "", "spread": None}
    sources = {source.id: source for source in _sources(assessment, product)}
    found = assessment.priorities(product)
    scale = float(context.scale[product])
    return {
        "note": "",
        "spread": _spread(context, product),
        "quality": _quality(context, product),
        "hot_spots": _hot_spots(context, product),
        "measure_next": _numbers(context, found.measure_next, sources, scale),
        "undeclared": _numbers(context, found.undeclared, sources, scale),
        "more": _more(context, found.measure_next, found.undeclared),
    }


def _sources(assessment: Assessment, product: int) -> Sequence[NamedSource]:
    assert assessment.uncertainty is not None
    return assessment.uncertainty.evaluation.sources(product)


def _spread(context: ReportContext, product: int) -> list[tuple[str, str]]:
    """Return the interval, how it is calculated, what it covers, and what was assumed."""
    assessment, interval = context.assessment, context.assessment.interval(product)
    analysis = assessment.uncertainty
    assert analysis is not None
    count, fixed = interval.numbers, interval.numbers - interval.declared
    amounts, factors = (format_percent(interval.shares[name], 1.0) for name in ("amounts", "factors"))
    unit = context.text("per", unit=context.unit)
    known = f"{interval_text(interval)} {unit}" if interval.is_known else context.text("report_interval_unknown", count=count)
    how = "report_interval_draws" if assessment.drawn else "report_interval_closed"
    rows = [("report_interval", known)]
    if interval.is_known:
        rows.append(("report_interval_method", context.text(how, draws=f"{analysis.draws:,}", seed=analysis.seed)))
    covered = context.text("report_interval_covers", declared=interval.declared, count=count, amounts=amounts, factors=factors)
    rows.append(("report_declared", covered + (context.text("report_interval_fixed", fixed=fixed) if fixed else "")))
    if analysis.assumed:
        named = (f"{data_type_title('' if name == 'none' else name, context.language)} {gsd:g}"
                 for name, gsd in analysis.assumed.items())  # fmt: skip
        rows.append(("report_assumed", context.text("report_assumed_gsd", named=", ".join(named))))
    if not interval.has_figure:
        rows.append(("report_stated_value", context.text("report_outside", stated=format_figure(interval.stated))))
    return [(context.text(key), text) for key, text in rows]


def _quality(context: ReportContext, product: int) -> list[tuple[str, str]]:
    """Return ratings, shares of primary data and the requirement of the rule; what is left out has a part of its own."""
    quality = context.assessment.quality
    assert quality is not None
    left_out = context.text("quality_cutoff")
    rows = facts(quality, context.assessment.quality_records[product], context.language)
    return [(write_formulas(title), write_formulas(text)) for title, text in rows if title != left_out]


def _hot_spots(context: ReportContext, product: int) -> Table:
    """Return the hot spots with the scores of their data; those that miss the requirement of the rule are marked."""
    quality = context.assessment.quality
    assert quality is not None
    infos, limit = {info.id: info for info in context.result.stages}, quality.max_dqr
    rows = []
    for spot in context.assessment.quality_records[product]["hot_spots"]:
        info = infos[spot["stage"]]
        name = info.flow(spot["flow"], context.language) + (f" ({spot['component']})" if spot["component"] else "")
        scores = (figure(spot[score]) for score in (*SCORES, "dqr"))
        cells = (info.name(context.language), name, percent(spot["share"]), percent(spot["cumulative"]))
        misses = limit is not None and (spot["dqr"] is None or spot["dqr"] > limit + CLOSE)
        rows.append(Row((*cells, data_type_title(spot["data_type"], context.language), *scores), "proxy" if misses else ""))
    titles = (("stage", ""), ("flow", ""), ("report_share_absolute", "n"), ("report_cumulative", "n"), ("line_data_type", ""))
    columns = [(context.text(key), kind) for key, kind in titles]
    return table([*columns, *((name, "n") for name in (*SCORES, "DQR"))], rows)


def _numbers(
    context: ReportContext, found: list[dict[str, Any]], sources: dict[str, NamedSource], scale: float
) -> Table | None:
    """Return the numbers to measure next, or those without a spread: what they move or carry, what their best saves."""
    shown = [row for row in found if row.get("sd", 1.0) and row["kgCO2e"]][:MOST_SHOWN]
    if not shown:
        return None
    has_spread = "sd" in shown[0]
    key = "sd" if has_spread else "kgCO2e"
    largest = max(abs(row[key]) for row in shown)
    rows = []
    for row in shown:
        source = sources[row["source"]]
        title = write_formulas(source_title(context.assessment.result, source.key, context.language))
        spread = [_spread_text(context, source)] if has_spread else []
        saving = row["saving_at_best"]
        best = format_aligned(saving * scale, largest * scale) if saving and saving > 0 else "–"
        moved = f"{'± ' if has_spread else ''}{format_aligned(row[key] * scale, largest * scale)}"
        rows.append(Row((title, context.text(f"report_kind_{row['kind']}"), *spread, moved, Bar.of(row[key], largest), best)))
    spread_title = [(context.text("report_spread"), "")] if has_spread else []
    titles = [(context.text("report_number"), ""), (context.text("report_kind"), ""), *spread_title]
    moved = context.text("report_moves" if has_spread else "report_carries")
    return table([*titles, (moved, "n"), ("", "b"), (context.text("report_best_saves"), "n")], rows)


def _spread_text(context: ReportContext, source: NamedSource) -> str:
    """Return the declared spread of a number and what it rests on."""
    spread = source.distribution
    assert spread is not None
    if np.isnan(spread.gsd):
        return context.text("report_spread_range", low=f"{spread.low:.3g}", high=f"{spread.high:.3g}")
    return context.text(f"report_spread_{spread.declared}", gsd=f"{spread.gsd:.3g}")


def _more(context: ReportContext, *lists: list[dict[str, Any]]) -> list[str]:
    """Return how many further numbers of each list are not shown, as sentences; nothing where all are."""
    counts = [sum(1 for row in found if row.get("sd", 1.0) and row["kgCO2e"]) - MOST_SHOWN for found in lists]
    return [context.text("report_more_numbers", count=count) if count > 0 else "" for count in counts]
