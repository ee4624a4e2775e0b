"""Results as documents: a workbook with live formulas, and a report in one HTML file."""

from __future__ import annotations

from pathlib import Path

from textile_pcf.errors import check_language
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.io.safe_text import escape_controls
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
        There is no such language, there are too many lines, or the file cannot be written.
    InputError
        Some product cannot be told in `unit`.
    """
    from textile_pcf.report.workbook import write_workbook

    check_language(language)
    out = as_path(path, "path")
    write_atomically(out, lambda draft: write_workbook(result, draft, unit, language), str(out))
    return out


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
        jinja2 is missing, there is no such language, or the file cannot be written.
    InputError
        Some product cannot be told in `unit`.
    """
    from textile_pcf.report.page import page

    check_language(language)
    out = as_path(path, "path")
    text = escape_controls(page(result, unit, language))
    write_atomically(out, lambda draft: draft.write_text(text, encoding="utf-8", newline=""), str(out))
    return out
