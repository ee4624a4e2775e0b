"""The part of a report that is about one product: its figures, stages, hot spots, data and lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.factors import LINK
from textile_pcf.io.study_statements import PRODUCT_FIELDS
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.report.change_section import change_section, scenario_section
from textile_pcf.report.context import ReportContext
from textile_pcf.report.cutoff_section import cutoff_section
from textile_pcf.report.line_texts import LineText, line_texts
from textile_pcf.report.numbers import format_aligned, format_figure, format_full, format_percent
from textile_pcf.report.spread_section import headline_notes, spread_section
from textile_pcf.report.tables import Bar, Row, Table, table
from textile_pcf.results import SPLIT
from textile_pcf.results.display import rests_on
from textile_pcf.results.headline import headline_rows
from textile_pcf.results.statements import calculation_statements

HOTSPOTS = 10


def product_section(context: ReportContext, product: int) -> dict[str, Any]:
    """Return what the report says of one product, as texts and tables.

    Parameters
    ----------
    context : ReportContext
    product : int
        Index of the product.
    """
    result, scale = context.result, float(context.scale[product])
    total = float(result.totals[product]) * scale
    emitted = float(result.headline.excluding[product]) * scale
    lines = line_texts(context, product)
    defaults = [line for line in lines if line.ruled]
    assessed = {
        "assessed": spread_section(context, product),
        "cutoff": cutoff_section(context, product),
        "change": change_section(context, product),
        "scenarios": scenario_section(context, product),
    }
    return {
        **assessed,
        "parts": _parts(context, product, assessed),
        "name": result.products[product],
        "number": product,
        "facts": _facts(context, product),
        "total": format_figure(total),
        "beside": headline_notes(context, product),
        "unit_sentence": unit_sentence(context, product),
        "figures": _figures(context, product, total),
        "stages": _stages(context, product, total, emitted),
        "has_whiskers": bool(np.isfinite(_stage_interval(context, product)).any()),
        "has_memo": any(line.outside for line in lines),
        "hotspots": _hotspots(context, lines, total, emitted),
        "sources": _sources(context, lines, total, emitted),
        "defaults": _defaults(context, defaults, total) if defaults else None,
        "method": [
            (write_formulas(title), write_formulas(text))
            for title, text in calculation_statements(result, product, context.language, scale)
        ],
        "warnings": context.warnings(product),
        "lines": _lines(context, lines),
        "count": len(lines),
        "explained": context.without_folders(
            write_formulas(result.explain(result.products[product], language=context.language))
        ),
    }


def _parts(context: ReportContext, product: int, assessed: dict[str, Any]) -> list[tuple[str, str]]:
    """Return anchors and titles of the parts of a product that the contents list."""
    known = {
        "spread": assessed["assessed"]["spread"], "quality": assessed["assessed"]["spread"],
        "next": assessed["assessed"]["spread"], "cutoff": True, "change": assessed["change"],
        "scenarios": assessed["scenarios"],
    }  # fmt: skip
    return [(f"{name}-{product}", context.text(f"report_{name}_title")) for name, part in known.items() if part]


def _facts(context: ReportContext, product: int) -> list[tuple[str, str]]:
    """Return name, composition and site of the product, as far as the study names them."""
    if context.study is None:
        return []
    known = context.study.products.get(context.result.products[product], {})
    named = [(name, known.get(name, "")) for name in (*PRODUCT_FIELDS, "site")]
    return [(context.text(f"study_{name}"), text) for name, text in named if text]


def unit_sentence(context: ReportContext, product: int) -> str:
    """Return the declared unit of a product in a sentence: what it is, its mass, and the unit of the figures."""
    result = context.result
    parts = [context.text("report_unit", unit=result.unit, product=result.products[product])]
    mass = float(result.measures.product_mass[product])
    if np.isfinite(mass) and result.unit != "kg":
        parts.append(context.text("report_unit_mass", unit=result.unit, mass=f"{mass:.4g}"))
    if context.unit != result.unit:
        scale = format_figure(float(context.scale[product]))
        parts.append(context.text("report_unit_other", unit=result.unit, other=context.unit, scale=scale))
    return ("" if context.language == "zh" else " ").join(parts)


def _figures(context: ReportContext, product: int, total: float) -> Table:
    """Return both headline figures, the parts of the declared one, and what it rests on."""
    result, scale = context.result, float(context.scale[product])
    rows = []
    for text, kilograms, declared in headline_rows(result, product, context.language, scale):
        mark = f" ({context.text('declared_total')})" if declared else ""
        rows.append(Row((write_formulas(text) + mark, format_aligned(kilograms, total), ""), "total" if declared else ""))
    for part, name in enumerate(SPLIT):
        kilograms = float(result.split_totals[product, part]) * scale
        rows.append(Row((context.text("report_of_it", part=context.text(name)), format_aligned(kilograms, total), "")))
    for name, values in result.beside.items():
        rows.append(Row((context.text(name), format_aligned(float(values[product]) * scale, total), "")))
    for text, kilograms, share in rests_on(result, product, context.language, scale):
        part_text = "" if share is None else format_percent(share, 1.0)
        rows.append(Row((write_formulas(text), format_aligned(kilograms, total), part_text)))
    return table((("", ""), (context.text("per", unit=context.unit), "n"), (context.text("report_share_gross"), "n")), rows)


def _stages(context: ReportContext, product: int, total: float, emitted: float) -> Table:
    """Return the stages of a product that emit or change its mass; those outside the boundary below the totals."""
    result, scale = context.result, float(context.scale[product])
    values = result.emissions_by_stage[product] * scale
    low, high = _stage_interval(context, product)
    largest = float(np.nanmax(np.abs([values, np.where(np.isfinite(high), high, 0.0)]), initial=0.0))
    masses = result.stage_masses
    inside: list[Row] = []
    outside: list[Row] = []
    for index, info in enumerate(result.stages):
        here = (masses.product == product) & (masses.stage == index)
        input_, output = (float(mass[here].sum()) * scale for mass in (masses.input, masses.output))
        value = float(values[index])
        if not value and input_ == output:
            continue
        name = f"{info.name(context.language)} *" if info.outside else info.name(context.language)
        cells: tuple[str | Bar, ...] = (
            name, context.text(info.group), format_figure(input_), format_figure(output), format_aligned(value, total),
            "" if info.outside else format_percent(value, emitted),
            Bar.of(value, largest).between(float(low[index]), float(high[index]), largest),
        )  # fmt: skip
        (outside if info.outside else inside).append(Row(cells, "memo" if info.outside else ""))
    sums = [Row((context.text("total_excluding"), "", "", "", format_aligned(emitted, total), "", ""), "total")]
    titles = (
        ("stage", ""),
        ("group", ""),
        ("report_in", "n"),
        ("report_out", "n"),
        ("line_kgCO2e", "n"),
        ("share_of_total", "n"),
    )
    columns = [(context.text(key), kind) for key, kind in titles]
    return table([*columns, ("", "b")], [*inside, *sums, *outside])


def _stage_interval(context: ReportContext, product: int) -> FloatArray:
    """Return both percentiles of each stage, shape (2, stages); NaN where none is drawn or removals are not in the bar."""
    result, none = context.result, np.full((2, len(context.result.stages)), np.nan)
    stages = context.assessment.interval(product).stages if context.assessment.shows(product) else None
    if stages is None:
        return none
    same = result.by_stage[product] == result.emissions_by_stage[product]
    return np.where(same & (stages[1] > stages[0]), stages, np.nan)


def _hotspots(context: ReportContext, lines: list[LineText], total: float, emitted: float) -> Table:
    """Return the lines inside the boundary that emit most, ranked, with bars; masked ones are left out.

    Their shares are of the same sum as those of the stages: a flow has no larger share than its stage.
    """
    shown = [line for line in lines if not line.outside and not line.removes and np.isfinite(line.kilograms)]
    ranked = sorted(shown, key=lambda line: -abs(line.kilograms))[:HOTSPOTS]
    largest = abs(ranked[0].kilograms) if ranked else 0.0
    rows = [
        Row((
            str(rank), line.stage, line.flow, line.item, f"{format_figure(line.amount)} {line.unit}",
            format_figure(line.factor), format_aligned(line.kilograms, total), format_percent(line.kilograms, emitted),
            Bar.of(line.kilograms, largest),
        ), "proxy" if line.proxy else "")
        for rank, line in enumerate(ranked, 1)
    ]  # fmt: skip
    titles = (
        ("stage", ""), ("flow", ""), ("line_item", ""), ("report_amount", "n"), ("line_factor", "n"), ("line_kgCO2e", "n"),
        ("share_of_total", "n"),
    )  # fmt: skip
    return table([("", "n"), *((context.text(key), kind) for key, kind in titles), ("", "b")], rows)


def _sources(context: ReportContext, lines: list[LineText], total: float, emitted: float) -> Table:
    """Return the sources of the amounts inside the boundary, with their share of what the stages emit."""
    entries: dict[tuple[str, str], float] = {}
    for line in lines:
        if not line.outside:
            key = (line.data_type, line.source or (line.item if line.item.startswith(LINK) else ""))
            entries[key] = entries.get(key, 0.0) + line.kilograms
    unstated = context.text("quality_type_none")
    ordered = sorted(entries.items(), key=lambda entry: -abs(np.nan_to_num(entry[1])))
    rows = [
        Row((data_type or unstated, source or "–", format_aligned(kilograms, total), format_percent(kilograms, emitted)))
        for (data_type, source), kilograms in ordered
    ]
    titles = (("line_data_type", ""), ("line_source", ""), ("line_kgCO2e", "n"), ("share_of_total", "n"))
    return table([(context.text(key), kind) for key, kind in titles], rows)


def _defaults(context: ReportContext, lines: list[LineText], total: float) -> Table:
    """Return the values of the rule that were used, with the place where each was read."""
    rows = [
        Row((line.stage, line.flow, line.rounded, context.sources.reference(line.source, line.locator),
             format_aligned(line.kilograms, total)))
        for line in lines
    ]  # fmt: skip
    titles = (("stage", ""), ("flow", ""), ("line_value", "n"), ("report_read_in", ""), ("line_kgCO2e", "n"))
    return table([(context.text(key), kind) for key, kind in titles], rows)


def _lines(context: ReportContext, lines: list[LineText]) -> Table:
    """Return all lines of the sum, with all digits of their numbers."""
    rows = []
    for line in lines:
        amount, factor = (
            f"{format_full(number)} {unit}".rstrip()
            for number, unit in ((line.amount, line.unit), (line.factor, line.factor_unit))
        )
        sources = (
            context.sources.reference(line.source, line.locator),
            context.sources.reference(line.factor_source, line.factor_locator),
        )
        stage = f"{line.stage} *" if line.outside else line.stage
        kind = "memo" if line.outside else "proxy" if line.proxy else ""
        numbers = (line.value, amount, line.matched, factor, format_full(line.kilograms))
        rows.append(Row((stage, line.flow, *numbers, *sources), kind))
    titles = (
        ("stage", ""), ("flow", ""), ("line_value", "n"), ("report_amount", "n"), ("line_item", ""), ("line_factor", "n"),
        ("line_kgCO2e", "n"), ("line_source", "s"), ("line_factor_source", "s"),
    )  # fmt: skip
    return table([(context.text(key), kind) for key, kind in titles], rows)
