"""Check that a template workbook was made for the rule under which it is read."""

from __future__ import annotations

from dataclasses import replace

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.errors import InputError, Problem
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet


def check_template_rule(cells: ActivityColumns, rules: RuleSet) -> ActivityColumns:
    """Check a template workbook against a rule; other tables are returned unchanged.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet

    Returns
    -------
    ActivityColumns
        With a note if the workbook was made for another edition of the rule, and a problem for each declined stage that is not
        optional.

    Raises
    ------
    InputError
        If the workbook was made for another rule.
    """
    table = cells.table
    if not table.template_rule:
        return cells
    if table.template_rule.partition("@")[0] != rules.document.rule:
        what = Message(
            "This workbook was made for {template_rule}, not for {rule}.", template_rule=table.template_rule, rule=rules.name
        )
        raise InputError([Problem(table.name, what, "Name its rule, or make a new workbook.", code="other-rule")])
    required = {spec.id for spec in rules.stages if not spec.optional}
    problems = [
        Problem(
            location,
            Message("{stage} always takes place under {rule}.", stage=rules.localized_title(stage), rule=rules.name),
            "Clear this cell.",
            code="stage-refused",
        )
        for stage, location in table.stages_declined.items()
        if stage in required
    ]
    if table.template_rule != rules.name:
        note = Message(
            "{table} was made for {template_rule} and is read under {rule}.",
            table=table.name,
            template_rule=table.template_rule,
            rule=rules.name,
        )
        table = replace(table, notes=(*table.notes, note))
    return replace(cells, table=table, problems=(*table.template_problems, *cells.problems, *problems))
