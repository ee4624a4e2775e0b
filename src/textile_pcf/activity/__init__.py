"""Activity data: any table becomes checked, converted, coded columns, or one error with every problem."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from textile_pcf.activity.activity import Activity, fill_structure
from textile_pcf.activity.amounts import all_valid, check_amounts, check_outputs, to_canonical
from textile_pcf.activity.columns import (
    ALIASES,
    COLUMNS,
    DATA_TYPES,
    ActivityColumns,
    check_data_types,
    check_vocabulary,
    read_columns,
)
from textile_pcf.activity.components import check_shares
from textile_pcf.activity.row_patterns import interpret_rows
from textile_pcf.activity.structure import build_structure
from textile_pcf.activity.structure_cache import structure_cache, table_signature
from textile_pcf.activity.template_rule import check_template_rule
from textile_pcf.rules import RuleSet

__all__ = [
    "ALIASES",
    "COLUMNS",
    "DATA_TYPES",
    "Activity",
    "ActivityColumns",
    "build_activity",
]


def build_activity(source: str | Path | Any, rules: RuleSet) -> Activity:
    """Activity data with the problems met kept in `problems`, so that they can be told together with those still to come.

    Rows that were sound and complete before, under the same rule, are not understood again: only their amounts are looked at.
    """
    cells = check_template_rule(read_columns(source), rules)
    asked = table_signature(cells)
    key, products = asked or (None, ())
    structure = structure_cache(rules).get(key) if key is not None else None
    if structure is not None and not any(check_data_types(cells)):
        value, every = to_canonical(cells.numbers["amount"], structure.rows)
        if (every or all_valid(value, cells)) and not any(check_outputs(cells, structure.rows)):
            activity = fill_structure(
                rules, cells, structure, products, value, [], key, whole=True, given=every and structure.is_complete
            )
            if not any(check_shares(cells, activity.components)):
                return activity
    problems = [*cells.problems, *check_vocabulary(cells)]
    rows, value, unsound = check_amounts(cells, rules, interpret_rows(cells, rules))
    structure, unlaid = build_structure(cells, rows, rules)
    problems += [*rows.problems, *unsound, *unlaid]
    activity = fill_structure(rules, cells, structure, cells.texts["product"].categories, value, problems, key)
    return replace(activity, problems=(*problems, *check_shares(cells, activity.components)))
