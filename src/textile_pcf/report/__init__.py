"""Results as documents: a workbook with live formulas, and a report in one HTML file."""

from __future__ import annotations

from pathlib import Path

from textile_pcf.errors import Problem, UsageError
from textile_pcf.language import LANGUAGES
from textile_pcf.results import Footprint

__all__ = ["ENDINGS", "to_excel", "to_html"]
ENDINGS = (".html", ".xlsx")


def to_excel(result: Footprint, path: str | Path, unit: str | None = None, language: str = "en") -> Path:
    """Write a workbook whose totals are formulas: a verifier changes a cell, and the total follows.

    Parameters
    ----------
    unit : str, optional
        Tell totals also per `m2`, `m`, `piece` …

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    UsageError
        xlsxwriter is missing, there is no such language, or there are too many lines.
    InputError
        Some product cannot be told in `unit`.
    """
    from textile_pcf.report.workbook import write_workbook

    _known(language)
    write_workbook(result, Path(path), unit, language)
    return Path(path)


def to_html(result: Footprint, path: str | Path, unit: str | None = None, language: str = "en") -> Path:
    """Write a report: one file that needs nothing else, in light and dark.

    Parameters
    ----------
    unit : str, optional
        Tell every figure per `m2`, `m`, `piece` … instead of the product's unit.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    UsageError
        jinja2 is missing, or there is no such language.
    InputError
        Some product cannot be told in `unit`.
    """
    from textile_pcf.report.page import page

    _known(language)
    text = page(result, unit, language)
    Path(path).write_text(text, encoding="utf-8", newline="")
    return Path(path)


def _known(language: str) -> None:
    if language not in LANGUAGES:
        cure = f"Choose from: {', '.join(LANGUAGES)}."
        raise UsageError([Problem(f"language {language!r}", "There is no such language.", cure, code="language")])
