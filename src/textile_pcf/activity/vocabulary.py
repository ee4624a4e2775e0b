"""Checks of text columns: each distinct text is checked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from textile_pcf.activity.columns import CONFIRMED, DATA_TYPES, PER, ActivityColumns
from textile_pcf.arrays import IndexArray
from textile_pcf.columns import ArrowStrings
from textile_pcf.errors import Problem
from textile_pcf.io.plain_data import HALF_CURE, holds_half
from textile_pcf.io.safe_text import find_controls, first_control, may_hold_controls
from textile_pcf.messages.message import Message
from textile_pcf.messages.shown_text import half_character
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units.number_text import is_year

ID_COLUMNS = ("product", "component", "item")  # columns whose texts are written into results
FREE_TEXTS, FROM_MEMORY = ("source", "note"), ("yaml", "frame")
"""Columns that may hold anything that can be written, and kinds of tables that a program may hand over."""
_MISSING_ID = {
    "product": ("The product is missing.", "Every row names its product."),
    "stage": ("The stage is missing.", "Every row names a stage, or `product`."),
}


def _mark_rows(cells: ActivityColumns, column: str, code: int) -> IndexArray:
    """Return the rows with a category, after marking them in `cells.invalid`."""
    rows = np.flatnonzero(cells.texts[column].codes == code)
    cells.invalid[rows] = True
    return rows


def check_vocabulary(cells: ActivityColumns) -> Iterator[Problem]:
    """Yield a problem for each row with a missing id, a control character, or a text that its column does not accept.

    The rows are marked in `cells.invalid`.

    Parameters
    ----------
    cells : ActivityColumns

    Yields
    ------
    Problem
    """
    for column in ("product", "stage"):
        categories = cells.texts[column].categories
        if "" in categories:  # other ids are checked under the rule
            what, cure = _MISSING_ID[column]
            yield from cells.problems_at(_mark_rows(cells, column, categories.index("")), what, cure, column, f"bad-{column}")
    for column in ID_COLUMNS:
        yield from _controls(cells, column)
    for column, check in (("year", bad_year), ("per", _bad_per)):
        yield from _text_problems(cells, column, check)
    yield from check_data_types(cells)
    yield from check_free_texts(cells)


def check_free_texts(cells: ActivityColumns) -> Iterator[Problem]:
    """Yield a problem for each row of a program whose source or note holds half of a character; files cannot hold one.

    The rows are marked in `cells.invalid`.

    Parameters
    ----------
    cells : ActivityColumns

    Yields
    ------
    Problem
    """
    if cells.table.source_type not in FROM_MEMORY:
        return
    for column in FREE_TEXTS:
        if column in cells.table.columns and half_character("".join(cells.texts[column].categories)):
            yield from _text_problems(cells, column, _half_of_character, "control")


def _controls(cells: ActivityColumns, column: str) -> Iterator[Problem]:
    """Yield a problem for each row whose id holds a control character; for a product at its first row."""
    for code in _with_control(cells.texts[column].categories):
        what, cure = _control_problem(cells.texts[column].categories[code])
        rows = _mark_rows(cells, column, code)
        yield from cells.problems_at(rows[:1] if column == "product" else rows, what, cure, column, "control")


def _with_control(texts: Sequence[str]) -> list[int]:
    """Return the codes of ids that hold control characters; the bytes of Arrow strings are searched first."""
    return [] if isinstance(texts, ArrowStrings) and not may_hold_controls(texts.bytes()[0]) else find_controls(texts)


def _control_problem(text: str) -> tuple[str, str]:
    """Return what is wrong with an id that holds a control character, and the cure."""
    what = Message(
        "{text!r} holds the control character U+{code_point:04X}, which cannot be seen.",
        text=text,
        code_point=ord(first_control(text)),
    )
    return what, "Write the id again without it, and wherever else it is used."


def check_data_types(cells: ActivityColumns) -> Iterator[Problem]:
    """Yield a problem for each row with an unknown data type or confirmation.

    The rows are marked in `cells.invalid`.

    Parameters
    ----------
    cells : ActivityColumns

    Yields
    ------
    Problem
    """
    if "data_type" in cells.table.columns:
        yield from _text_problems(cells, "data_type", _bad_data_type)
    if "confirmed" in cells.table.columns:
        yield from _text_problems(cells, "confirmed", _bad_confirmed)


def _text_problems(
    cells: ActivityColumns, column: str, check: Callable[[str], tuple[str, str] | None], code_of_problem: str = ""
) -> Iterator[Problem]:
    """Yield a problem for each row whose text `check` refuses."""
    for code, text in enumerate(cells.texts[column].categories):
        wrong = check(text)
        if wrong is not None:
            yield from cells.problems_at(_mark_rows(cells, column, code), *wrong, column, code_of_problem or f"bad-{column}")


def _half_of_character(text: str) -> tuple[str, str] | None:
    return (holds_half(text), HALF_CURE) if half_character(text) else None


def _bad_per(text: str) -> tuple[str, str] | None:
    return _not_one_of(text, "per", PER)


def _bad_data_type(text: str) -> tuple[str, str] | None:
    return _not_one_of(text, "data_type", ("", *DATA_TYPES))


def _bad_confirmed(text: str) -> tuple[str, str] | None:
    return _not_one_of(text, "confirmed", CONFIRMED)


def bad_year(text: str) -> tuple[str, str] | None:
    """Return what is wrong with the text of a year, and the cure; None if it is one or empty."""
    if not text or is_year(text):
        return None
    return Message("{text!r} is not a year.", text=text), "Write four digits, such as 2024."


def _not_one_of(text: str, column: str, options: Sequence[str]) -> tuple[str, str] | None:
    """Return what is wrong with a text that is none of `options`, and the cure; None if it is one."""
    if text in options:
        return None
    known = ", ".join(option for option in options if option)
    cure = did_you_mean(text, options, Message("Write one of: {known}; or leave it empty.", known=known))
    return Message("{text!r} is not allowed in column {column}.", text=text, column=column), cure
