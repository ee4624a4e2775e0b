"""Activity data: reads a table of any source, checks it under a rule, and converts amounts to canonical units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from textile_pcf.activity.activity import Activity, fill_structure
from textile_pcf.activity.amounts import all_valid, check_outputs, convert_amounts, to_canonical
from textile_pcf.activity.columns import ALIASES, COLUMNS, DATA_TYPES, ActivityColumns, read_columns
from textile_pcf.activity.components import check_shares
from textile_pcf.activity.cutoff import check_cutoffs
from textile_pcf.activity.interpretation import interpret_rows
from textile_pcf.activity.kept_columns import check_names, kept_problems, require_columns
from textile_pcf.activity.per_length import convert_per_length
from textile_pcf.activity.spread_cells import bounds_problems
from textile_pcf.activity.structure import build_structure
from textile_pcf.activity.structure_cache import SIGNED, structure_cache, table_signature
from textile_pcf.activity.template_rule import check_template_rule
from textile_pcf.activity.vocabulary import check_data_types, check_free_texts, check_vocabulary
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet

__all__ = [
    "ALIASES",
    "COLUMNS",
    "DATA_TYPES",
    "Activity",
    "ActivityColumns",
    "build_activity",
]


def build_activity(source: str | Path | Any, rules: RuleSet, *, keep: Sequence[str] = (), columns: Any = None) -> Activity:
    """Read activity data and check it under a rule.

    The amount of a row is multiplied by the conversion of its unit, or divides it where the unit is an inverse one such as m/kg
    for tex (`activity.amounts:canonical_amounts`). Amounts per length of cloth are made amounts per kg before
    (`activity.per_length`). A row that is a flow gives the amount of its exchanges (`activity.activity:fill_structure`).

    The structure of a table with the same rows is taken from a cache if they were valid and complete under the same rule; then
    only the amounts are checked.

    Parameters
    ----------
    source : str, Path, DataFrame, Table or list of dict
        A file or table in memory.
    rules : RuleSet
    keep : sequence of str
        Further columns that pass through to results. A `Table` has its own.
    columns : mapping, path or ColumnMapping, optional
        What the own columns of a form are; see `column_mapping`.

    Returns
    -------
    Activity
        With the problems in `problems`, so that they can be reported together with those of later steps.

    Raises
    ------
    InputError
        If the source is no table with the needed columns, or a template workbook of another rule.
    UsageError
        If a column cannot be kept.
    """
    kept = () if keep is None or (isinstance(keep, tuple) and not keep) else check_names(keep)
    cells = check_template_rule(read_columns(source, columns, kept), rules)
    if kept:
        require_columns(cells.table, kept)
    signature, products = table_signature(cells) or (None, ())
    structure = structure_cache(rules).get(signature, cells)
    if structure is not None:
        value, valid = to_canonical(cells, structure.rows)
        if valid or all_valid(value, cells):
            activity = fill_structure(rules, cells, structure, products, value, [])
            if not any(_other_checks(activity)):
                return activity
    converted = convert_per_length(cells, rules)
    if converted is not cells:  # its amounts are made with the grammage, which another table of these rows may not have
        cells, signature = converted, None
    problems = [*cells.problems, *check_vocabulary(cells)]
    rows, value, amount_problems = convert_amounts(cells, rules, interpret_rows(cells, rules))
    structure, structure_problems = build_structure(cells, rows, rules)
    problems += [
        *rows.problems,
        *amount_problems,
        *bounds_problems(cells, rules, rows),
        *check_cutoffs(cells, rows),
        *kept_problems(cells, rules),
        *structure_problems,
    ]
    structure = replace(structure, signature=signature)
    activity = fill_structure(rules, cells, structure, cells.texts["product"].categories, value, problems)
    return replace(activity, problems=(*problems, *check_shares(cells, activity.components)))


def _other_checks(activity: Activity) -> Iterator[Problem]:
    """Yield problems of amounts that are numbers but impossible, and of columns that are not part of the signature."""
    cells, rules, rows = activity.columns, activity.rules, activity.structure.rows
    if rows.has_outputs or rows.has_cutoffs or activity.components.has_blends:
        yield from check_outputs(cells, rows)
        yield from check_cutoffs(cells, rows)
        yield from check_shares(cells, activity.components)
    if not cells.table.columns.keys() <= SIGNED:
        yield from check_data_types(cells)
        yield from check_free_texts(cells)
        yield from bounds_problems(cells, rules, rows)
        yield from kept_problems(cells, rules)
