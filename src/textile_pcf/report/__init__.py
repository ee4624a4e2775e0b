"""Results as documents: a workbook with live formulas, and a report as one HTML file or as PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

from textile_pcf.errors import check_language
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.report.live import to_live_report
from textile_pcf.results import Footprint

__all__ = ["ENDINGS", "WRITERS", "Options", "to_excel", "to_html", "to_live_report", "to_pdf"]


class Options(TypedDict, total=False):
    """Further content of a report, beside its figures.

    Attributes
    ----------
    uncertainty : str, mapping or None
        How sure the figures are: `closed`, the default, for the closed form, or options of `textile_pcf.uncertainty`
        (`draws`, `seed`, `assume`, `pedigree`); with `draws` the interval is that of the draws. None leaves out spread, data
        quality and what to measure next.
    previous : Footprint or path
        The last result of these products, its lock, or a saved result: the report then says why the figures changed. Of a
        saved result totals and stages are compared, and no causes are known.
    changes : path, mapping, list or Scenarios
        A change file, see `textile_pcf.scenario`.
    measures : Ranking or mapping
        Ranked measures of the mill, from `textile_pcf.improvements.rank`.
    """

    uncertainty: Any
    previous: Any
    changes: Any
    measures: Any


def to_excel(
    result: Footprint,
    path: str | Path,
    unit: str | None = None,
    language: str = "en",
    study: Any = None,
    **options: Unpack[Options],
) -> Path:
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
    study : mapping or path, optional
        What the cover says: company, product, period, date, author and more, or a file with them; see `docs/report.md`. Without
        it there is no cover.
    **options : optional
        Further content: `uncertainty`, `previous`, `changes`, `measures`; see `Options`.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UsageError
        There is no such language, the result has too many lines, or the file cannot be written.
    InputError
        A product cannot be converted to `unit`, or the study, the last result or a change file is wrong; every problem
        with its place.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     to_excel(result, f"{folder}/poplin.xlsx", unit="m2").name
    'poplin.xlsx'
    """
    from textile_pcf.report.assessment import Requests
    from textile_pcf.report.study import read_cover
    from textile_pcf.report.workbook import write_workbook

    check_language(language)
    about = read_cover(study, result.products)
    out, requests = as_path(path, "path"), Requests(**options)
    write_atomically(out, lambda draft: write_workbook(result, draft, unit, language, about, requests), str(out))
    return out


def to_html(
    result: Footprint,
    path: str | Path,
    unit: str | None = None,
    language: str = "en",
    study: Any = None,
    **options: Unpack[Options],
) -> Path:
    """Write a report: one self-contained HTML file for light and dark screens, for phones and for A4 paper.

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
    study : mapping or path, optional
        What the cover says: company, product, period, date, author and more, or a file with them; see `docs/report.md`. Without
        it there is no cover.
    **options : optional
        Further content: `uncertainty`, `previous`, `changes`, `measures`; see `Options`.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UsageError
        jinja2 is not installed, there is no such language, or the file cannot be written.
    InputError
        A product cannot be converted to `unit`, or the study, the last result or a change file is wrong; every problem
        with its place.
    """
    from textile_pcf.report.assessment import Requests
    from textile_pcf.report.page import render_page

    check_language(language)
    out, requests = as_path(path, "path"), Requests(**options)
    text = escape_controls(render_page(result, unit, language, study, requests))
    write_atomically(out, lambda draft: draft.write_text(text, encoding="utf-8", newline=""), str(out))
    return out


def to_pdf(
    result: Footprint,
    path: str | Path,
    unit: str | None = None,
    language: str = "en",
    study: Any = None,
    **options: Unpack[Options],
) -> Path:
    """Write the report as PDF on A4 paper, with contents and page numbers.

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
    study : mapping or path, optional
        What the cover says: company, product, period, date, author and more, or a file with them; see `docs/report.md`. Without
        it there is no cover.
    **options : optional
        Further content: `uncertainty`, `previous`, `changes`, `measures`; see `Options`.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UsageError
        jinja2 or WeasyPrint is not installed, there is no such language, or the file cannot be written.
    InputError
        A product cannot be converted to `unit`, or the study, the last result or a change file is wrong; every problem
        with its place.
    """
    from textile_pcf.report.assessment import Requests
    from textile_pcf.report.page import render_page
    from textile_pcf.report.pdf import require_weasyprint, write_pdf

    check_language(language)
    require_weasyprint()
    out, requests = as_path(path, "path"), Requests(**options)
    text = escape_controls(render_page(result, unit, language, study, requests))
    write_atomically(out, lambda draft: write_pdf(text, draft), str(out))
    return out


WRITERS: Mapping[str, Callable[..., Path]] = {".html": to_html, ".pdf": to_pdf, ".xlsx": to_excel}
"""Functions that write a report, by the ending of its file."""
ENDINGS = tuple(WRITERS)
