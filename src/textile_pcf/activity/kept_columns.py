"""Further columns of activity data that pass through to results, such as a customer or a collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from textile_pcf.activity.columns import ALIASES, COLUMNS, ActivityColumns
from textile_pcf.columns import factorize
from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.io.headers import key
from textile_pcf.io.safe_text import first_control
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet

RESERVED_IDS = ("product", "share", "output", "input", "loss", "mass", "cutoff")
RESULT_COLUMNS = (
    "aircraft", "biogenic", "declared_share", "default_factor_share", "default_share", "factor", "factor_locator",
    "factor_source", "factor_table", "factor_unit", "fallback", "fossil", "group", "gsd", "index", "kept", "kgCO2e",
    "land_use_change", "locator", "masked", "mean", "memo", "p2_5", "p97_5", "scenario", "sd", "total", "total_excluding",
    "total_including", "uptake", "warnings",
)  # fmt: skip
"""Columns of results; a kept column stands among them."""
_TAKEN = {key(name) for name in (*COLUMNS, *ALIASES, *RESERVED_IDS, *RESULT_COLUMNS)}
CURE = "Rename the column, and name it by its new name."


def check_names(keep: Sequence[str]) -> tuple[str, ...]:
    """Return the names of kept columns after a check.

    Parameters
    ----------
    keep : sequence of str
        Names, as a list or tuple.

    Raises
    ------
    UsageError
        Something is no name, a name occurs twice, or it is one of activity data or of results.

    Examples
    --------
    >>> check_names(["customer", "collection"])
    ('customer', 'collection')
    """
    if not isinstance(keep, (list, tuple)) or not all(isinstance(name, str) for name in keep):
        raise wrong_type("keep", keep, "a list of columns", 'Write a list of names, such as ["customer", "collection"].')
    problems = []
    for number, name in enumerate(keep):
        where = f"keep {name[:60]!r}"
        if not name.strip() or name != name.strip() or first_control(name):
            cure = "Write a name without blanks at its ends and without control characters."
            problems.append(Problem(where, "This is not the name of a column.", cure, code="keep"))
        elif key(name) in _TAKEN:
            what = "A column of activity data or of results has this name."
            problems.append(Problem(where, what, CURE, code="keep"))
        elif key(name) in map(key, keep[:number]):
            problems.append(Problem(where, "This column is named twice.", "Name it once.", code="keep"))
    if problems:
        raise UsageError(problems)
    return tuple(keep)


def require_columns(table: Table, keep: tuple[str, ...]) -> None:
    """Check that a table has the columns to be kept.

    Raises
    ------
    InputError
        It has not.
    """
    cure = "Add the column, or leave it out of the columns to be kept."
    missing = [name for name in keep if name not in table.columns]
    if missing:
        problems = (Problem(f"{table.name} ({name})", "The table has no such column.", cure, code="keep") for name in missing)
        raise InputError([*table.shape_problems, *problems])


def kept_names(cells: ActivityColumns) -> tuple[str, ...]:
    """Return the kept columns of a table: those that activity data do not have."""
    return tuple(name for name in cells.table.columns if name not in COLUMNS)


def kept_problems(cells: ActivityColumns, rules: RuleSet) -> Iterator[Problem]:
    """Yield problems of kept columns: a name that is a stage's, a control character, and rows of a product that differ.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    """
    for name in kept_names(cells):
        if name in {stage.id for stage in rules.stages}:
            what = Message("{name!r} is a stage of rule {rule}.", name=name, rule=rules.name)
            yield Problem(f"keep {name!r}", what, CURE, code="keep")
        column, product = factorize(cells.table.columns[name]), cells.texts["product"].codes
        for code, text in enumerate(column.categories):
            if sign := first_control(text):
                of_text = int(np.flatnonzero(column.codes == code)[0])
                what = Message(
                    "{text!r} holds the control character U+{code_point:04X}, which cannot be seen.",
                    text=text,
                    code_point=ord(sign),
                )
                yield from cells.problems_at([of_text], what, "Write the text again.", name, "control")
        first = _first_rows(cells, name)
        stated = np.array([text != "" for text in column.categories], dtype=bool)[column.codes]
        differs = stated & (column.codes != column.codes[first[product]])
        for row in np.flatnonzero(differs).tolist():
            what = Message(
                "{column} is {text!r} here and {other!r} in {location}.",
                column=name,
                text=column.categories[int(column.codes[row])],
                other=column.categories[int(column.codes[first[product[row]]])],
                location=cells.table.location(int(first[product[row]])),
            )
            cure = "All rows of a product say the same, or leave the cell empty."
            yield from cells.problems_at([row], what, cure, name, "keep")


def _first_rows(cells: ActivityColumns, name: str) -> Any:
    """Return the first row of each product that says something in a column; its first row where none does."""
    column, product = factorize(cells.table.columns[name]), cells.texts["product"]
    stated = np.array([text != "" for text in column.categories], dtype=bool)[column.codes]
    first = np.full(len(product.categories), cells.rows, dtype=np.int64)
    np.minimum.at(first, product.codes[stated], np.flatnonzero(stated))
    rows = np.zeros(len(product.categories), dtype=np.int64)
    rows[product.codes[::-1]] = np.arange(cells.rows)[::-1]
    return np.where(first < cells.rows, first, rows)


def kept_texts(cells: ActivityColumns) -> Mapping[str, tuple[str, ...]]:
    """Return the kept columns: name → one text per product, empty where no row says anything."""
    texts = {}
    for name in kept_names(cells):
        column = factorize(cells.table.columns[name])
        texts[name] = tuple(column.categories[code] for code in column.codes[_first_rows(cells, name)].tolist())
    return texts
