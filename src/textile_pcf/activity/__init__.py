"""Activity data: any table becomes checked, converted, coded columns, or one error with every problem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textile_pcf.activity.cells import ALIASES, COLUMNS, DATA_TYPES, Cells, read_cells
from textile_pcf.activity.complete import Quantities, complete
from textile_pcf.activity.fill import Activity, fill
from textile_pcf.activity.forms import made_for
from textile_pcf.activity.lanes import lay, make_lanes
from textile_pcf.activity.meaning import Meanings, rows_meaning
from textile_pcf.activity.told import told_once
from textile_pcf.activity.twice import rows_twice
from textile_pcf.errors import InputError
from textile_pcf.rules import RuleSet, load_rules

__all__ = [
    "ALIASES",
    "COLUMNS",
    "DATA_TYPES",
    "Activity",
    "Cells",
    "Quantities",
    "build_activity",
    "complete",
    "read_activity",
    "told_once",
]


def build_activity(source: str | Path | Any, rules: RuleSet, meanings: Meanings | None = None) -> Activity:
    """Activity data with the problems met kept in `problems`, so that they can be told together with those still to come.

    `meanings` keeps what distinct rows mean under the rule, for the next table of many.
    """
    cells = made_for(read_cells(source), rules)
    rows = rows_meaning(cells, rules, meanings)
    lanes, lane_problems = make_lanes(cells, rows, len(cells.texts["product"].categories), rules)
    laid, lay_problems = lay(cells, rows, lanes, rules)
    problems = [*cells.problems, *rows.problems, *lane_problems, *lay_problems, *rows_twice(cells, rows)]
    return fill(cells, rows, lanes, laid, rules, problems)


def read_activity(source: str | Path | Any, rules: RuleSet | str | Path) -> Activity:
    """Activity data of one or many products, checked against a rule.

    Parameters
    ----------
    source : path or DataFrame
        CSV, Excel (sheet `activity`), Parquet, YAML or JSON file, or a DataFrame with the same columns.
    rules : RuleSet, name or path
        The rule it is given under.

    Raises
    ------
    InputError
        With every problem found: where it stands, what it is, what cures it.
    """
    activity = build_activity(source, load_rules(rules))
    problems = told_once(activity, [*activity.problems, *complete(activity).problems])
    if problems:
        raise InputError(problems, activity.rules.in_chinese())
    return activity
