"""What a study states of a field, as text: days, periods and words that a cover can print."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from textile_pcf.errors import Problem
from textile_pcf.io.safe_text import escape_controls, first_control
from textile_pcf.messages.message import Message

LONGEST = 500
"""Letters of a value, as many as a cover holds."""
_YEAR_OR_MONTH = re.compile(r"(19|20|21)\d\d(-(0[1-9]|1[0-2])|年((0?[1-9]|1[0-2])月)?)?")


def study_text(value: Any, name: str, where: str, problems: list[Problem]) -> str:
    """Return the value of a field as text; what cannot be printed is a problem.

    Parameters
    ----------
    value : object
        What the study states.
    name : str
        Name of the field.
    where : str
        Place in the source.
    problems : list of Problem
        What is wrong with it is added here.
    """
    if isinstance(value, date):
        value = value.strftime("%Y-%m-%d")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        what = Message("{field!r} holds no text.", field=name)
        problems.append(Problem(where, what, "Write a text.", code="study"))
        return ""
    text = " ".join(str(int(value) if isinstance(value, float) and value.is_integer() else value).split())
    text = text.removesuffix("T00:00:00")  # the cell of a workbook that holds a day
    if first_control(text):
        what = Message("{field!r} holds a control character, which cannot be printed.", field=name)
        problems.append(Problem(where, what, "Write the text again.", code="control"))
    elif len(text) > LONGEST:
        what = Message("{field!r} has {count} letters.", field=name, count=len(text))
        cure = Message("Write at most {longest}.", longest=LONGEST)
        problems.append(Problem(where, what, cure, code="study"))
    elif refusal := {"date": _date_refusal, "period": _period_refusal}.get(name, _no_refusal)(text):
        problems.append(Problem(where, *refusal, code=f"study-{name}"))
    return escape_controls(text)


def _no_refusal(text: str) -> None:
    """Return nothing: any text will do."""


def _date_refusal(text: str) -> tuple[str, str] | None:
    """Return why a text is no day, and the cure."""
    if _day(text) is not None:
        return None
    return Message("{text!r} is not a date.", text=text[:60]), "Write year-month-day, as in 2026-01-31."


def _period_refusal(text: str) -> tuple[str, str] | None:
    """Return why a text is neither a year, nor a month, nor two days in their order, and the cure."""
    if _YEAR_OR_MONTH.fullmatch(text):
        return None
    days = [_day(part.strip()) for part in text.split("/")]
    first, last = (*days, None)[:2]
    if len(days) != 2 or first is None or last is None:
        cure = "Write a year, a month such as 2025-07, or first and last day: 2025-01-01/2025-12-31."
        return Message("{text!r} is not a period.", text=text[:60]), cure
    if last < first:
        what = Message("The period {text!r} ends before it begins.", text=text)
        return what, "Write the first day first: 2025-01-01/2025-12-31."
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2025-03-01") else None
    except ValueError:
        return None
