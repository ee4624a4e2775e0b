"""Activity data: any table becomes checked, converted, coded columns, or one error with every problem."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from textile_pcf.activity.activity import Activity, filled
from textile_pcf.activity.amounts import checked, counted, no_output, sound
from textile_pcf.activity.columns import ALIASES, COLUMNS, DATA_TYPES, Cells, bad_texts, bad_types, read_cells
from textile_pcf.activity.components import bad_shares
from textile_pcf.activity.row_patterns import rows_meaning
from textile_pcf.activity.structure import structured
from textile_pcf.activity.structure_cache import known_structures, rows_key
from textile_pcf.activity.template_rule import made_for
from textile_pcf.rules import RuleSet

__all__ = [
    "ALIASES",
    "COLUMNS",
    "DATA_TYPES",
    "Activity",
    "Cells",
    "build_activity",
]


def build_activity(source: str | Path | Any, rules: RuleSet) -> Activity:
    """Activity data with the problems met kept in `problems`, so that they can be told together with those still to come.

    Rows that were sound and complete before, under the same rule, are not understood again: only their amounts are looked at.
    """
    cells = made_for(read_cells(source), rules)
    asked = rows_key(cells)
    key, products = asked or (None, ())
    structure = known_structures(rules).get(key) if key is not None else None
    if structure is not None and not any(bad_types(cells)):
        value, every = counted(cells.numbers["amount"], structure.rows)
        if (every or sound(value, cells)) and not any(no_output(cells, structure.rows)):
            activity = filled(rules, cells, structure, products, value, [], key, whole=True, given=every and structure.full)
            if not any(bad_shares(cells, activity.lanes)):
                return activity
    problems = [*cells.problems, *bad_texts(cells)]
    rows, value, unsound = checked(cells, rules, rows_meaning(cells, rules))
    structure, unlaid = structured(cells, rows, rules)
    problems += [*rows.problems, *unsound, *unlaid]
    activity = filled(rules, cells, structure, cells.texts["product"].categories, value, problems, key)
    return replace(activity, problems=(*problems, *bad_shares(cells, activity.lanes)))
