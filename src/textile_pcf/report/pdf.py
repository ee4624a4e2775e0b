"""The report as PDF: the page of the HTML report, printed by WeasyPrint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from textile_pcf.errors import Problem, UsageError

OPTIONS: dict[str, Any] = {"pdf_identifier": b"textile_pcf", "pdf_tags": True}
"""Of the file: an identifier that does not change, and tags for readers that speak."""
DATE = "SOURCE_DATE_EPOCH"
"""Variable of the environment that says which date a program writes into what it makes."""


def require_weasyprint() -> None:
    """Check that PDF can be written, before anything is calculated.

    Raises
    ------
    UsageError
        WeasyPrint, or a library of the system that it needs, is not installed.
    """
    try:
        import weasyprint  # noqa: F401  (asks the system for pango when it is imported)
    except ImportError:
        cure = 'Run: pip install "textile_pcf[pdf]"'
        raise UsageError([Problem("to_pdf", "Reports as PDF need WeasyPrint.", cure, code="extra")]) from None
    except OSError:  # pango or one of its libraries
        cure = (
            "Install pango (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0), "
            "or write .html and print it."
        )
        what = "WeasyPrint, of the extra textile_pcf[pdf], does not find its libraries of the system."
        raise UsageError([Problem("to_pdf", what, cure, code="extra")]) from None


def write_pdf(page: str, path: Path) -> None:
    """Print a page to a PDF file. Nothing is fetched, and equal pages give equal bytes.

    Parameters
    ----------
    page : str
        The HTML of the report.
    path : Path
        File to write.

    Raises
    ------
    UsageError
        WeasyPrint, or a library of the system that it needs, is not installed.
    """
    require_weasyprint()
    from weasyprint import HTML

    with _same_dates():
        HTML(string=page, url_fetcher=_refuse).write_pdf(path, **OPTIONS)


@contextmanager
def _same_dates() -> Iterator[None]:
    """Let no clock into the file: where libharfbuzz-subset is missing, fontTools cuts the fonts and dates them."""
    stated = os.environ.get(DATE)
    os.environ[DATE] = stated or "0"
    try:
        yield
    finally:
        if stated is None:
            os.environ.pop(DATE, None)


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    """Refuse to fetch: a report needs nothing else."""
    raise ValueError(url)
