"""The live report: one HTML file in which amounts can be moved, and total, stages and interval follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textile_pcf.errors import check_language, wrong_type
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.results import Footprint
from textile_pcf.results.licence import refuse_masked

__all__ = ["to_live_report"]


def to_live_report(
    result: Footprint, path: str | Path, unit: str | None = None, language: str = "en", changes: Any = None
) -> Path:
    """Write a live report: one HTML file, used offline, in which amounts can be moved and the figures follow.

    Its numbers are those of the inventory; each amount that can be moved was tried by a recalculation. The setting is shown as
    a change file, which `scenario` calculates.

    Parameters
    ----------
    result : Footprint
        From `footprint` or `calculate`.
    path : str or Path
        File to write.
    unit : str, optional
        Unit in which figures are shown first, such as `m2`; by default the unit of the product.
    language : str, optional
        `en` or `zh`.
    changes : path, mapping or list, optional
        A change file, or its content; each of its scenarios becomes a button.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UsageError
        jinja2 is not installed, there is no such language, lines of the result are masked, or the file cannot be written.
    InputError
        A product cannot be converted to `unit`, or the change file is not valid.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("silk_habotai"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result.to_live_report(f"{folder}/live.html", language="zh").name
    'live.html'
    """
    from textile_pcf.report.live.page import render_live_page

    check_language(language)
    if not isinstance(result, Footprint):
        raise wrong_type("result", result, "a calculated result", "Calculate it first: footprint(path, rule).")
    refuse_masked(result, "to_live_report")
    out = as_path(path, "path")
    text = escape_controls(render_live_page(result, unit, language, changes))
    write_atomically(out, lambda draft: draft.write_text(text, encoding="utf-8", newline=""), str(out))
    return out
