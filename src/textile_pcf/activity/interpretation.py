"""Interpretation of rows under a rule: which flow, property, loss, share or stage each distinct row describes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.fuel_amounts import fuel_codes, fuel_keys, split_by_region
from textile_pcf.activity.row_meaning import interpret_row
from textile_pcf.activity.row_patterns import PATTERN_COLUMNS, InvalidRow, RowKind, RowPattern, RowPatterns, Rows
from textile_pcf.arrays import IndexArray, IntArray
from textile_pcf.columns import Categorical, group_rows
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays

UNKNOWN = ("unknown-stage", "unknown-flow")
MEANING_COLUMNS = ("stage", "flow", "unit", "per")  # columns that the meaning of a row depends on
MAX_CACHED = 100_000  # meanings per rule; only invented units reach it
_INVALID = RowPattern(RowKind.INVALID)

PatternCache = dict[tuple[object, ...], RowPattern | InvalidRow]


@lru_cache(maxsize=32)
def pattern_cache(rules: RuleSet) -> PatternCache:
    """Return the cache of row meanings of a rule; empty at first."""
    return {}


def interpret_rows(cells: ActivityColumns, rules: RuleSet) -> Rows:
    """Interpret the rows of a table under a rule.

    The result depends on which amounts are empty, but not on their values.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet

    Returns
    -------
    Rows
    """
    pattern, first, number, meanings = _distinct_meanings(cells, rules)
    problems: list[Problem] = []
    for index, meaning in enumerate(meanings):
        if isinstance(meaning, InvalidRow):
            row = int(first[np.flatnonzero(number == index)[0]])
            if cells.invalid[row] and (meaning.code not in UNKNOWN or not cells.text("stage", row)):
                continue  # a cell of these rows was reported already
            rows = np.flatnonzero((number == index)[pattern])
            problems += cells.problems_at(rows, meaning.what, meaning.cure, meaning.column, meaning.code)
    valid = [_INVALID if isinstance(meaning, InvalidRow) else meaning for meaning in meanings]
    table = np.array([(one.row_kind, one.stage, one.index, one.per, one.option) for one in valid], dtype=np.int64)[number]
    row_kind, stage, index_in_rule, per, option = np.ascontiguousarray(table.T)
    if cells.has_invalid:
        row_kind[cells.invalid[first] & (row_kind != RowKind.STAGE)] = RowKind.INVALID  # a stage row still gives its region
    factor = np.array([one.conversion.factor for one in valid])[number]
    inverse = np.array([one.conversion.inverse for one in valid])[number]
    unit = number.astype(np.int64)
    patterns = RowPatterns(first, row_kind, stage, index_in_rule, per, option, unit, factor, inverse)
    return Rows(pattern, patterns, tuple(one.unit for one in valid), tuple(one.note for one in valid), tuple(problems))


def _distinct_meanings(
    cells: ActivityColumns, rules: RuleSet
) -> tuple[IndexArray, IndexArray, IndexArray, list[RowPattern | InvalidRow]]:
    """Return the pattern of each row, the first row and the meaning's index of each pattern, and the distinct meanings."""
    texts = cells.texts
    flags: list[IntArray] = [cells.empty.view(np.int8)] if cells.has_empty else []
    flags += [cells.invalid.view(np.int8)] if cells.has_invalid else []
    for items in (cells.pattern_items, texts["item"]):
        first, pattern = group_rows(*(items if name == "item" else texts[name] for name in PATTERN_COLUMNS), *flags)
        option_code = _choice_items(cells, rule_arrays(rules).choice_properties, first)
        fuel_code = fuel_codes(cells, rules, first)
        links = first[(option_code > 0) | (fuel_code > 0)] if items is not texts["item"] else first[:0]
        if not cells.is_link[texts["item"].codes[links]].any():
            break  # else links stand where an option or a fuel does, and each is refused by its name
    if (region := split_by_region(cells, rules, first, pattern, fuel_code)) is not None:
        flags.append(region)
        first, split = group_rows(pattern, region)
        pattern, option_code, fuel_code = split, option_code[pattern[first]], fuel_code[pattern[first]]
    codes = [texts[name].codes[first] for name in MEANING_COLUMNS]
    distinct, number = group_rows(*codes, option_code, fuel_code, *(flag[first] for flag in flags))
    columns = [texts_at(texts[name], first[distinct]) for name in MEANING_COLUMNS]
    options = [texts["item"].categories[code - 1] if code else "" for code in option_code[distinct].tolist()]
    rows = first[distinct]
    is_empty = np.isnan(cells.numbers["amount"][rows]).tolist()
    fuels = fuel_keys(cells, rules, rows, fuel_code[distinct])
    return pattern, first, number, find_meanings(cells, rules, rows, (is_empty, *columns, options, fuels))


def texts_at(column: Categorical, rows: IndexArray) -> list[str]:
    """Return the texts of some rows of a column."""
    return list(map(column.categories.__getitem__, column.codes[rows].tolist()))


def find_meanings(
    cells: ActivityColumns, rules: RuleSet, rows: IndexArray, key_columns: Sequence[Sequence[Any]]
) -> list[RowPattern | InvalidRow]:
    """Return the meanings of some rows, as they are kept; rows whose meaning is not known are interpreted.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    rows : ndarray of intp, shape (rows,)
    key_columns : sequence of sequence
        What the meaning depends on, each of shape (rows,): whether the amount is empty, texts of `MEANING_COLUMNS`, the chosen
        option, and the fuel.
    """
    cache, keys = pattern_cache(rules), list(zip(*key_columns, strict=True))
    if len(cache) > MAX_CACHED:
        cache.clear()
    meanings = list(map(cache.get, keys))
    for number, meaning in enumerate(meanings):
        if meaning is None:
            key = keys[number]
            meaning = cache.get(key) or interpret_row(cells, rules, int(rows[number]), not key[0], key[-1])
            meanings[number] = cache[key] = meaning
    return meanings  # type: ignore[return-value]


def _choice_items(cells: ActivityColumns, choices: frozenset[tuple[str, str]], rows: IndexArray) -> IntArray:
    """Return the code of the item + 1 in rows of a choice, whose meaning depends on it; 0 in other rows."""
    stage, flow, item = cells.texts["stage"], cells.texts["flow"], cells.texts["item"]
    flows = {text: code for code, text in enumerate(flow.categories)}
    stages = {text: code for code, text in enumerate(stage.categories)}
    is_choice = np.zeros((len(stages), len(flows)), dtype=bool)
    for owner, name in choices:
        if owner in stages and name in flows:
            is_choice[stages[owner], flows[name]] = True
    return np.where(is_choice[stage.codes[rows], flow.codes[rows]], item.codes[rows] + 1, 0)
