"""The sheets on change: the last result and why it changed, scenarios, and measures of the mill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from textile_pcf.arrays import part_of_total
from textile_pcf.comparison import Scenario, Scenarios
from textile_pcf.comparison.change_text import change_text
from textile_pcf.comparison.diff_views import BOTH, effect_title
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize
from textile_pcf.report.earlier import Earlier
from textile_pcf.report.measures import Measures
from textile_pcf.report.sheets import Sheet
from textile_pcf.report.totals import Totals

COST = "cost"
"""Group of measures that cost money."""


def write_change(sheet: Sheet, earlier: Earlier, totals: Totals) -> None:
    """Write the last totals, the effects, which add up to the new totals, and the stages of both results.

    Parameters
    ----------
    sheet : Sheet
    earlier : Earlier
    totals : Totals
        Sheet of the totals.
    """
    result, language = totals.result, totals.language
    entries = [(number, earlier.products[name]) for number, name in enumerate(result.products)]
    both = [(number, entry) for number, entry in entries if entry["status"] == BOTH]
    names = list(dict.fromkeys(name for _, entry in both for name, value in entry.get("effects", {}).items() if value))
    titles = [fixed_text(key, language) for key in ("product", "diff_old")]
    after = [fixed_text(key, language) for key in ("report_change", "diff_new", "sheet_printed_total", "difference")]
    sheet.head([*titles, *(effect_title(name, language) for name in names), *after], range(1, 6 + len(names)))
    for number, entry in both:
        _write_effects(sheet, entry, names, (number, totals))
        sheet.row += 1
    for _, entry in (one for one in entries if one[1]["status"] != BOTH):
        sheet.text(0, entry["product"], "bold")
        sheet.text(1, fixed_text("report_no_previous", language), "free")
        sheet.row += 1
    for text in earlier.notes[language]:
        sheet.text(0, text, "free")
        sheet.row += 1
    if not earlier.has_effects:
        sheet.text(0, fixed_text("report_causes_need_lock", language), "free")
        sheet.row += 1
    sheet.row += 1
    _write_changed_stages(sheet, [entry for _, entry in both], totals)
    sheet.fit()
    sheet.freeze(1, 1)


def _write_effects(sheet: Sheet, entry: Mapping[str, Any], names: list[str], place: tuple[int, Totals]) -> None:
    """Write the row of a product: the last total, its effects, their sum, the new total, and that of the report."""
    number, totals = place
    effects = entry.get("effects")
    sheet.text(0, entry["product"], "bold")
    sheet.number(1, entry["old"], "given")
    for column, name in enumerate(names, 2):
        sheet.number(column, (effects or {}).get(name, 0.0), "given")
    change, last = 2 + len(names), sheet.reference(sheet.row, 1)
    now = totals.sheet.reference(Totals.FIRST + number, 1)
    block = f"{sheet.reference(sheet.row, 2)}:{sheet.reference(sheet.row, change - 1).rpartition('!')[2]}"
    if effects is None:
        sheet.formula(change, f"{now}-{last}", entry["change"])
    else:
        sheet.formula(change, f"SUM({block})" if names else "0", float(sum(effects.values())))
    moved = sheet.reference(sheet.row, change)
    sheet.formula(change + 1, f"{last}+{moved}", entry["new"], "total")
    sheet.formula(change + 2, now, entry["new"], "check")
    sheet.formula(change + 3, f"{sheet.reference(sheet.row, change + 1)}-{now}", 0.0, "check")


def _write_changed_stages(sheet: Sheet, entries: list[Mapping[str, Any]], totals: Totals) -> None:
    language = totals.language
    titles = {info.id: info.name(language) for info in totals.result.stages}
    keys = ("product", "stage", "diff_old", "diff_new", "report_change")
    sheet.head([fixed_text(key, language) for key in keys], (2, 3, 4))
    for entry in entries:
        for stage, one in entry["stages"].items():
            if not one["old"] and not one["new"]:
                continue
            sheet.text(0, entry["product"])
            sheet.text(1, titles.get(stage, stage))
            sheet.number(2, one["old"], "given")
            sheet.number(3, one["new"], "check")
            old, new = (sheet.reference(sheet.row, column) for column in (2, 3))
            sheet.formula(4, f"{new}-{old}", one["new"] - one["old"])
            sheet.row += 1


def write_scenarios(sheet: Sheet, scenarios: Scenarios, totals: Totals) -> None:
    """Write each scenario of each product: the total as the figure plus the effects of its changes, and the saving.

    Parameters
    ----------
    sheet : Sheet
    scenarios : Scenarios
    totals : Totals
        Sheet of the totals.
    """
    result, language = totals.result, totals.language
    keys = ("product", "report_scenario", "report_base", "per", "report_saving", "report_share_base", "report_interaction")
    sheet.head([fixed_text(key, language, unit=result.unit) for key in keys], range(2, 7))
    pairs = [(number, one) for number in range(len(result.products)) for one in scenarios if np.isfinite(one.total[number])]
    row = len(pairs) + 3
    for number, one in pairs:
        count = len(one.steps)
        base, total, saving = float(result.totals[number]), float(one.total[number]), float(one.saving[number])
        sheet.text(0, result.products[number], "bold")
        sheet.text(1, one.name)
        sheet.formula(2, totals.sheet.reference(Totals.FIRST + number, 1), base)
        before, after, saved = (sheet.reference(sheet.row, column) for column in (2, 3, 4))
        effects, alone = (sheet.reference(row, column, row + count - 1) for column in (5, 6))
        sheet.formula(3, f"{before}+SUM({effects})", total, "total")
        sheet.formula(4, f"{before}-{after}", saving)
        part = float(part_of_total(saving, base))
        if np.isfinite(part):
            sheet.formula(5, f"IF({before}>0,{saved}/{before},0)", part, "percent")
        if np.isfinite(one.interaction[number]):
            sheet.formula(6, f"0-{saved}-SUM({alone})", float(one.interaction[number]))
        row += count
        sheet.row += 1
    sheet.row += 1
    _write_steps(sheet, pairs, totals)
    sheet.fit()
    sheet.freeze(1, 2)


def _write_steps(sheet: Sheet, pairs: list[tuple[int, Scenario]], totals: Totals) -> None:
    """Write the changes of each scenario of each product."""
    language, products = totals.language, totals.result.products
    made = ("report_number_of", "report_made_change", "report_reason", "report_effect", "report_alone")
    sheet.head([fixed_text(key, language) for key in ("product", "report_scenario", *made)], (2, 5, 6))
    for number, one in pairs:
        for place, step in enumerate(one.steps, 1):
            text_of_change = change_text(step.made, language, totals.result.stages)
            for column, text in ((0, products[number]), (1, one.name), (3, text_of_change), (4, step.note)):
                sheet.text(column, text)
            sheet.number(2, float(place), "whole")
            sheet.number(5, float(step.effect[number]), "given")
            sheet.number(6, float(step.alone[number]), "given")
            sheet.row += 1


def write_measures(sheet: Sheet, measures: Measures, language: str) -> None:
    """Write the ranked measures: cost per year and per tonne as formulas, and what is left after each.

    Parameters
    ----------
    sheet : Sheet
    measures : Measures
    language : str
        `en` or `zh`.
    """
    entries, titles = measures.entries, measures.titles(language)
    keys = ("report_rank", "report_measure", "report_tonnes_saved", "report_annuity", "report_running", "report_money_saved",
            "report_cost", "report_cost_per_tonne")  # fmt: skip
    sheet.head([fixed_text(key, language) for key in keys], (0, *range(2, 8)))
    for one in entries["measures"]:
        if one["rank"]:
            sheet.number(0, float(one["rank"]), "whole")
        sheet.text(1, titles[one["id"]], "bold")
        for column, key in enumerate(("tonnes_per_year", "annuity", "running", "saving"), 2):
            sheet.number(column, one[key], "given_money")
        tonnes, paid, running, saving, cost = (sheet.reference(sheet.row, column) for column in range(2, 7))
        sheet.formula(6, f"{paid}+{running}-{saving}", one["cost_per_year"], "money")
        if one["group"] == COST:
            sheet.formula(7, f"IF({tonnes}=0,0,{cost}/{tonnes})", one["cost_per_tonne"], "money")
        sheet.row += 1
    sheet.row += 1
    steps = ("report_number_of", "report_measure_steps", "report_tonnes_saved", "report_tonnes_left")
    sheet.head([fixed_text(key, language) for key in steps], (0, 2, 3))
    sheet.text(1, fixed_text("report_base", language))
    sheet.number(3, entries["before"], "given_money")
    sheet.row += 1
    for place, step in enumerate(entries["steps"], 1):
        sheet.number(0, float(place), "whole")
        sheet.text(1, titles.get(step["id"], step["id"]))
        sheet.number(2, step["tonnes_per_year"], "given_money")
        above, saved = sheet.reference(sheet.row - 1, 3), sheet.reference(sheet.row, 2)
        sheet.formula(3, f"{above}-{saved}", step["left"], "money")
        sheet.row += 1
    sheet.row += 1
    for text in measures.warnings:
        sheet.text(0, localize(text, language), "free")
        sheet.row += 1
    sheet.fit()
