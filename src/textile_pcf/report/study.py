"""The study that a report belongs to: who made it for whom, on which product and period. Only its cover asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from textile_pcf.errors import InputError, InvalidValueError, Problem
from textile_pcf.io.documents import Strict, validate_document
from textile_pcf.io.strict_yaml import Document
from textile_pcf.messages.message import Message
from textile_pcf.suggest import nearest

LONGEST = 500  # characters of a text of the cover
_YEAR = re.compile(r"(19|20|21)\d\d(-(0[1-9]|1[0-2]))?\Z")


def _text(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _day(value: Any) -> Any:
    """Return a day as year-month-day."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        what = Message("{text!r} is not a date.", text=value)
        raise InvalidValueError(what, "Write year-month-day, as in 2026-01-31.") from None


def _period(value: Any) -> Any:
    """Return a year, a month, or the first and the last day."""
    text = str(value).strip()
    parts = [part.strip() for part in text.split("/")]
    if len(parts) == 1 and _YEAR.match(text):
        return text
    try:
        first, last = map(date.fromisoformat, parts)
    except ValueError:
        cure = "Write a year, a month such as 2025-07, or first and last day: 2025-01-01/2025-12-31."
        raise InvalidValueError(Message("{text!r} is not a period.", text=text), cure) from None
    if last < first:
        what = Message("The period {text!r} ends before it begins.", text=text)
        raise InvalidValueError(what, "Write the first day first: 2025-01-01/2025-12-31.")
    return f"{first.isoformat()}/{last.isoformat()}"


Words = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=LONGEST)]
Day = Annotated[str, BeforeValidator(_day)]
Period = Annotated[str, BeforeValidator(_period)]


class StudiedProduct(Strict):
    """What is known of one product of the result."""

    product: Words | None = None
    """Name of the product, in place of its id."""
    composition: Words | None = None
    """Fibres and their shares, as on the label of the product."""
    site: Words | None = None
    """Where it is made."""


class Study(StudiedProduct):
    """The cover of a report."""

    company: Words
    """Who makes the product."""
    product: Words
    """Name of the product, or of the group of products."""
    period: Period
    """Year, month, or first and last day of the data: `2025-01-01/2025-12-31`."""
    date: Day
    """Day of the report."""
    author: Words
    """Who made the report."""
    commissioner: Words | None = None
    """Who ordered it."""
    reviewer: Words | None = None
    """Who reviewed it, and how."""
    goal: Words | None = None
    """What the figure is for."""
    audience: Words | None = None
    """For whom it is."""
    version: Annotated[Words | None, BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value)] = (
        None
    )
    """Version of the report."""
    note: Words | None = None
    """What else a reader should know."""
    products: dict[str, StudiedProduct] = {}
    """By the id of a product in the result: its name, composition and site."""

    def of(self, product: str) -> StudiedProduct:
        """Return what is known of a product of the result; nothing if the study does not name it."""
        return self.products.get(product, StudiedProduct())


FIELDS = (
    "product", "company", "site", "composition", "period", "date", "version", "author", "commissioner", "reviewer", "goal",
    "audience", "note",
)  # fmt: skip
"""Fields of the cover, in the order in which they are printed."""


def check_study(document: Document, ids: Iterable[str]) -> Study:
    """Return the study of a document.

    Parameters
    ----------
    document : Document
        Its fields.
    ids : iterable of str
        Ids of the products of the result.

    Raises
    ------
    InputError
        A field is missing, unknown or wrong, or a product is not in the result; every problem is listed.

    Examples
    --------
    >>> fields = {"company": "Mill", "product": "Poplin", "period": 2025, "date": "2026-03-31", "author": "A. Wang"}
    >>> check_study(Document("study", fields), ["P"]).period
    '2025'
    """
    known = tuple(ids)
    problems: list[Problem] = []
    study = None
    try:
        study = validate_document(Study, document, InputError)
    except InputError as error:
        problems += error.problems
    named = document.data.get("products") if isinstance(document.data, dict) else None
    for name in named if isinstance(named, dict) else ():
        if name not in known:
            near = nearest(str(name), known)
            cure = Message("Did you mean {close!r}?", close=near) if near else "Write the id of a product of the result."
            what = Message("The result has no product {name!r}.", name=name)
            problems.append(Problem(document.location(("products", name)), what, cure, code="no-product"))
    if study is None or problems:
        raise InputError(problems)
    return study
