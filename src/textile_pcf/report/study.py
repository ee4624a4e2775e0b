"""The cover of a report: which fields of a study it prints, and which it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textile_pcf.io.study import read_study
from textile_pcf.io.study_statements import Study

COVER = (
    "product", "company", "site", "address", "contact", "model", "composition", "description", "period", "date", "version",
    "author", "commissioner", "reviewer", "goal", "audience", "note",
)  # fmt: skip
"""Fields of the cover, in the order in which they are printed."""
NEEDED = ("company", "product", "period", "date", "author")
"""Fields without which there is no cover."""


def read_cover(study: Any, products: Sequence[str]) -> Study | None:
    """Return the study that a report has on its cover; None for a report without a cover.

    Parameters
    ----------
    study : mapping, path or None
        See `textile_pcf.io.study.read_study`.
    products : sequence of str
        Products of the result.

    Raises
    ------
    InputError
        A field is missing, unknown or wrong, or a product is not of the result; every problem with its place.

    Examples
    --------
    >>> about = {"company": "Mill", "product": "Poplin", "数据统计期": "2025", "报告日期": "2026-03-31", "编制人": "Wang"}
    >>> read_cover(about, ["P"]).text("period"), read_cover(None, ["P"])
    ('2025', None)
    """
    return None if study is None else read_study(study, products, NEEDED)
