"""The parts of a report on change: the last result and why it changed, scenarios, and measures of the mill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from textile_pcf.comparison import Scenario
from textile_pcf.comparison.change_text import change_text
from textile_pcf.comparison.diff_views import BOTH, effect_title
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.messages.message import localize
from textile_pcf.report.assessment import MOST_ASSESSED
from textile_pcf.report.context import ReportContext
from textile_pcf.report.numbers import format_aligned, format_figure, format_percent
from textile_pcf.report.tables import Bar, Row, Table, table

NEGLIGIBLE = 1e-12  # of the larger total: a smaller change of a stage is rounding


def change_section(context: ReportContext, product: int) -> dict[str, Any] | None:
    """Return the last result of a product and why it changed; None where none is given.

    Parameters
    ----------
    context : ReportContext
    product : int
        Index of the product.
    """
    earlier = context.assessment.earlier
    if earlier is None:
        return None
    name = context.result.products[product]
    if context.assessment.withheld[product] or (name in earlier.masked and context.result.masked is not None):
        return {"note": context.text("report_withheld"), "causes": None, "stages": None, "notes": []}
    entry = earlier.products[name]
    if entry["status"] != BOTH:
        return {"note": context.text("report_no_previous"), "causes": None, "stages": None, "notes": []}
    notes = [write_formulas(text) for text in earlier.notes[context.language]]
    if not earlier.has_effects:
        notes.append(context.text("report_causes_need_lock"))
    causes, stages = _causes(context, entry, earlier.unit), _stages(context, entry)
    return {"note": "", "causes": causes, "stages": stages, "notes": notes}


def _causes(context: ReportContext, entry: Any, unit: str) -> Table:
    """Return the old total, the effects, the change, and the new total."""
    total = max(abs(entry["old"]), abs(entry["new"]))
    effects = {name: value for name, value in entry.get("effects", {}).items() if value}
    largest = max((abs(value) for value in (*effects.values(), entry["change"])), default=0.0)
    rows = [Row((context.text("diff_old"), format_aligned(entry["old"], total), "", ""))]
    rows += [
        Row((effect_title(name, context.language), _signed(value, total), format_percent(value, entry["old"]),
             Bar.of(value, largest)))
        for name, value in effects.items()
    ]  # fmt: skip
    change = entry["change"]
    share = format_percent(change, entry["old"])
    rows.append(Row((context.text("report_change"), _signed(change, total), share, Bar.of(change, largest)), "total"))
    rows.append(Row((context.text("diff_new"), format_aligned(entry["new"], total), "", "")))
    columns = [(context.text("report_cause"), ""), (context.text("per", unit=unit), "n")]
    return table([*columns, (context.text("report_share_previous"), "n"), ("", "b")], rows)


def _stages(context: ReportContext, entry: Any) -> Table | None:
    """Return the stages that changed, by falling change."""
    total = max(abs(entry["old"]), abs(entry["new"]))
    titles = {info.id: info.name(context.language) for info in context.result.stages}
    changed = [(name, one["old"], one["new"]) for name, one in entry["stages"].items()
               if abs(one["new"] - one["old"]) > NEGLIGIBLE * total]  # fmt: skip
    if not changed:
        return None
    changed.sort(key=lambda one: -abs(one[2] - one[1]))
    largest = abs(changed[0][2] - changed[0][1])
    rows = [
        Row((titles.get(name, name), format_aligned(old, total), format_aligned(new, total), _signed(new - old, total),
             Bar.of(new - old, largest)))
        for name, old, new in changed
    ]  # fmt: skip
    columns = [(context.text(key), kind) for key, kind in (("stage", ""), ("diff_old", "n"), ("diff_new", "n"))]
    return table([*columns, (context.text("report_change"), "n"), ("", "b")], rows)


def _signed(value: float, total: float) -> str:
    """Return a number with its sign."""
    text = format_aligned(value, total)
    return f"+{text}" if value > 0 else text


def scenario_section(context: ReportContext, product: int) -> dict[str, Any] | None:
    """Return the scenarios of a product and what each change does; None where no change file is given.

    Parameters
    ----------
    context : ReportContext
    product : int
        Index of the product.
    """
    scenarios = context.assessment.scenarios
    if scenarios is None:
        return None
    if context.assessment.withheld[product]:
        return {"note": context.text("report_withheld"), "table": None, "steps": []}
    base = float(scenarios.base.totals[product])
    savings = [abs(float(one.saving[product])) for one in scenarios if np.isfinite(one.saving[product])]
    largest = max(savings, default=0.0)
    rows = [Row((context.text("report_base"), format_figure(base), "", "", "", ""), "")]
    for one in scenarios:
        saving, interaction = float(one.saving[product]), float(one.interaction[product])
        figures = (format_aligned(saving, base), format_percent(saving, base), format_aligned(interaction, base))
        rows.append(Row((one.name, format_figure(float(one.total[product])), *figures, Bar.of(saving, largest))))
    columns = [(context.text("report_scenario"), ""), (context.text("per", unit=context.result.unit), "n")]
    columns += [(context.text(key), "n") for key in ("report_saving", "report_share_base", "report_interaction")]
    return {"note": "", "table": table([*columns, ("", "b")], rows),
            "steps": [(one.name, _steps(context, one, product, base)) for one in scenarios]}  # fmt: skip


def _steps(context: ReportContext, one: Scenario, product: int, base: float) -> Table:
    """Return the changes of a scenario in their order, and what each does there and alone."""
    rows = []
    for number, step in enumerate(one.steps, 1):
        effect, alone = float(step.effect[product]), float(step.alone[product])
        made = change_text(step.made, context.language, context.result.stages)
        rows.append(Row((str(number), made, step.note, _signed(effect, base), _signed(alone, base))))
    titles = (("report_made_change", ""), ("report_reason", ""), ("report_effect", "n"), ("report_alone", "n"))
    return table([("", "n"), *((context.text(key), kind) for key, kind in titles)], rows)


def measure_section(context: ReportContext) -> dict[str, Any] | None:
    """Return the ranked measures of the mill; None where none are given.

    Parameters
    ----------
    context : ReportContext
    """
    measures = context.assessment.measures
    if measures is None:
        return None
    if context.assessment.withheld.any():
        return {"note": context.text("report_withheld"), "facts": [], "ranked": None, "steps": None, "products": None,
                "warnings": []}  # fmt: skip
    entries, before = measures.entries, float(measures.entries["before"])
    titles = measures.titles(context.language)
    keys = (("report_before", "before"), ("report_together", "together"), ("report_alone_sum", "alone"),
            ("report_interaction", "interaction"))  # fmt: skip
    unit = context.text("report_tonnes_per_year")
    return {
        "note": "",
        "facts": [(context.text(title), f"{format_figure(float(entries[key]))} {unit}") for title, key in keys],
        "ranked": _ranking_table(context, entries["measures"], titles),
        "steps": _measure_steps(context, entries["steps"], before, titles),
        "products": _measured_products(context, entries["measures"], titles),
        "warnings": [write_formulas(localize(text, context.language)) for text in measures.warnings],
    }


def _money(value: float | None) -> str:
    return "–" if value is None else format_aligned(value, 10_000.0)


def _ranking_table(context: ReportContext, measures: Any, names: Mapping[str, str]) -> Table:
    rows = [
        Row((
            str(one["rank"] or "–"), names.get(one["id"], one["id"]), format_figure(one["tonnes_per_year"]),
            *(_money(one[key]) for key in ("annuity", "running", "saving", "cost_per_year", "cost_per_tonne")),
        ))
        for one in measures
    ]  # fmt: skip
    titles = (("report_measure", ""), ("report_tonnes_saved", "n"), ("report_annuity", "n"), ("report_running", "n"),
              ("report_money_saved", "n"), ("report_cost", "n"), ("report_cost_per_tonne", "n"))  # fmt: skip
    return table([("", "n"), *((context.text(key), kind) for key, kind in titles)], rows)


def _measure_steps(context: ReportContext, steps: Any, before: float, names: Mapping[str, str]) -> Table | None:
    """Return the ranked measures one after the other, with what is left."""
    if not steps:
        return None
    rows = [Row((context.text("report_base"), "", format_aligned(before, before), Bar.of(before, before)))]
    rows += [
        Row((names.get(one["id"], one["id"]), format_figure(one["tonnes_per_year"]), format_aligned(one["left"], before),
             Bar.of(one["left"], before)))
        for one in steps
    ]  # fmt: skip
    titles = (("report_measure", ""), ("report_tonnes_saved", "n"), ("report_tonnes_left", "n"))
    return table([*((context.text(key), kind) for key, kind in titles), ("", "b")], rows)


def _measured_products(context: ReportContext, measures: Any, names: Mapping[str, str]) -> Table | None:
    """Return what each measure alone saves of each product that is shown one by one."""
    shown = set(context.result.products[:MOST_ASSESSED])
    rows = [
        Row((names.get(one["id"], one["id"]), row["product"], format_figure(row["before"]), format_figure(row["after"]),
             format_figure(row["saved"])))
        for one in measures
        for row in one["products"]
        if row["product"] in shown
    ]  # fmt: skip
    per = context.text("per", unit=context.result.unit)
    titles = (("report_measure", ""), ("product", ""), ("diff_old", "n"), ("diff_new", "n"))
    columns = [(context.text(key), kind) for key, kind in titles]
    return table([*columns, (f"{context.text('report_saving')}, {per}", "n")], rows) if rows else None
