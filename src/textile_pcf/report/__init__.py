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
    """Write a workbook whose totals are formulas, so that a verifier can change a cell and see the effect.

    Parameters
    ----------
    result : Footprint
        The result to write.
    path : str or Path
        File to write.
    unit : str, optional
        Also give totals per this unit, such as `m2`, `m` or `piece`.
    language : str
        `en` or `zh`.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UsageError
        There is no such language, the result has too many lines, or the file cannot be written.
    InputError
        A product cannot be converted to `unit`.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     to_excel(result, f"{folder}/poplin.xlsx", unit="m2").name
    'poplin.xlsx'
    """
    from textile_pcf.report.workbook import write_workbook

    check_language(language)
    out = as_path(path, "path")
    write_atomically(out, lambda draft: write_workbook(result, draft, unit, language), str(out))
    return out


def to_html(result: Footprint, path: str | Path, unit: str | None = None, language: str = "en") -> Path:
    """Write a report: one self-contained HTML file for light and dark screens.

    Parameters
    ----------
    result : Footprint
        The result to write.
    path : str or Path
        File to write.
    unit : str, optional
        Give all figures per this unit, such as `m2`, `m` or `piece`, instead of the unit of the product.
    language : str
        `en` or `zh`.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UsageError
        jinja2 is not installed, there is no such language, or the file cannot be written.
    InputError
        A product cannot be converted to `unit`.
    """
    from textile_pcf.report.page import render_page

    check_language(language)
    out = as_path(path, "path")
    text = escape_controls(render_page(result, unit, language))
    write_atomically(out, lambda draft: draft.write_text(text, encoding="utf-8", newline=""), str(out))
    return out
