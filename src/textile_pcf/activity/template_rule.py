"""A workbook made by our template is made for one rule: what must hold before its rows are read under another."""

from __future__ import annotations

from dataclasses import replace

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.errors import InputError, Problem
from textile_pcf.rules import RuleSet


def check_template_rule(cells: ActivityColumns, rules: RuleSet) -> ActivityColumns:
    """The cells, with a note where they were filled in for another edition, and problems of stages that cannot be left out.

    Raises
    ------
    InputError
        The workbook was made for another rule.
    """
    table = cells.table
    if not table.template_rule:
        return cells
    if table.template_rule.partition("@")[0] != rules.document.rule:
        what = f"This workbook was made for {table.template_rule}, not for {rules.name}."
        raise InputError([Problem(table.name, what, "Name its rule, or make a new workbook.", code="other-rule")])
    always = {spec.id: spec for spec in rules.stages if not spec.optional}
    problems = [
        Problem(place, f"{rules.title(stage)} always takes place under {rules.name}.", "Clear this cell.", code="stage-refused")
        for stage, place in table.stages_declined.items()
        if stage in always
    ]
    if table.template_rule != rules.name:
        note = f"{table.name} was made for {table.template_rule} and is read under {rules.name}."
        table = replace(table, notes=(*table.notes, note))
    return replace(cells, table=table, problems=(*table.template_problems, *cells.problems, *problems))
