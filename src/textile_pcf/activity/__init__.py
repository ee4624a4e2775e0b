"""Activity data: any table becomes checked, converted, coded columns, or one error with every problem."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from textile_pcf.activity.amounts import checked, counted, no_output, sound
from textile_pcf.activity.cells import ALIASES, COLUMNS, DATA_TYPES, Cells, bad_texts, bad_types, read_cells
from textile_pcf.activity.complete import Quantities, complete
from textile_pcf.activity.fill import Activity, filled
from textile_pcf.activity.forms import made_for
from textile_pcf.activity.known import known_structures, rows_key
from textile_pcf.activity.lanes import bad_shares
from textile_pcf.activity.meaning import rows_meaning
from textile_pcf.activity.periods import years_added
from textile_pcf.activity.plausibility import beyond, doubts, told_of_many
from textile_pcf.activity.structure import structured
from textile_pcf.activity.told import told_once
from textile_pcf.errors import InputError, Problem, warn_caller
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
    "in_doubt",
    "judged",
    "read_activity",
    "told_of_many",
    "told_once",
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


def judged(activity: Activity, quantities: Quantities) -> Quantities:
    """The quantities, with a problem for each stated amount that is far above what the rule calls plausible."""
    problems = beyond(activity, quantities)
    return quantities._replace(problems=(*quantities.problems, *problems)) if problems else quantities


def in_doubt(activity: Activity) -> list[Problem]:
    """Warnings of activity data by themselves, each with its place: amounts outside their band, and years that add up."""
    name = activity.cells.table.name
    years = [Problem(name, text, "", activity.products[product]) for product, text in years_added(activity)]
    return [*doubts(activity, complete(activity)), *years, *(Problem(name, note, "") for note in activity.cells.table.notes)]


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

    Warns
    -----
    PcfWarning
        What was taken for granted in reading.
    """
    activity = build_activity(source, load_rules(rules))
    problems = told_once(activity, [*activity.problems, *judged(activity, complete(activity)).problems])
    if problems:
        raise InputError(problems, activity.rules.in_chinese())
    warn_caller(activity.cells.table.notes)
    return activity
