"""The part of a report that says what is left out of a figure, and what is open."""

from __future__ import annotations

from typing import Any

from textile_pcf.activity.cutoff import left_out_title
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.report.context import ReportContext
from textile_pcf.report.numbers import format_figure, format_percent
from textile_pcf.report.tables import Row, table


def cutoff_section(context: ReportContext, product: int) -> dict[str, Any]:
    """Return the record of what a product leaves out: a table of it, and facts on limits and on what is open.

    Parameters
    ----------
    context : ReportContext
    product : int
        Index of the product.
    """
    result, rules = context.result, context.result.rules
    record = result.cutoff_record(product)
    rows = [
        Row((_place(context, left["stage"]), left_out_title(rules, left["stage"], left["item"], context.language),
             format_percent(left["share"], 1.0), left["reason"]), "proxy" if left["item"] in record["over_single"] else "")
        for left in record["left_out"]
    ]  # fmt: skip
    if rows:
        rows.append(Row((context.text("report_left_out_sum"), "", format_percent(record["total"], 1.0), ""), "total"))
    titles = (("stage", ""), ("method_left_out", ""), ("report_share_gross", "n"), ("report_reason", ""))
    listed = table([(context.text(key), kind) for key, kind in titles], rows) if rows else None
    facts = [("report_cutoff_limits", _limits(context, record))]
    if rows:
        facts.append(("report_with_left_out", _with_left_out(context, record, product)))
    else:
        facts.append(("method_left_out", context.text("nothing_left_out")))
    for key, title in (("required_not_given", "method_required_open"), ("optional_not_given", "method_optional_not_given"),
                       ("stages_not_given", "method_stages_not_given")):  # fmt: skip
        if record[key]:
            facts.append((title, rules.ways_named(record[key], context.language)))
    return {"table": listed, "facts": [(context.text(key), write_formulas(text)) for key, text in facts]}


def _place(context: ReportContext, stage: str) -> str:
    if stage == "product":
        return context.text("product")
    return context.result.rules.title(stage, language=context.language)


def _limits(context: ReportContext, record: dict[str, Any]) -> str:
    """Return the limits of the rule, and whether they are kept."""
    limits = [
        context.text(f"report_limit_{name}", share=format_percent(record[f"{name}_limit"], 1.0))
        for name in ("single", "total")
        if record[f"{name}_limit"] is not None
    ]
    if not limits:
        return context.text("report_limit_none")
    kept = context.text("cutoff_within" if record["within"] else "cutoff_beyond")
    return ("；" if context.language == "zh" else "; ").join([*limits, kept])


def _with_left_out(context: ReportContext, record: dict[str, Any], product: int) -> str:
    if context.assessment.withheld[product]:
        return context.text("report_not_published")
    figure = format_figure(record["with_left_out"] * float(context.scale[product]))
    return f"{figure} {context.text('per', unit=context.unit)}"
