"""The HTML report of a result, for verifiers: what was counted, from which data and by which method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.report.assessment import MOST_ASSESSED, Requests, assess
from textile_pcf.report.change_section import measure_section
from textile_pcf.report.context import ReportContext
from textile_pcf.report.product_section import product_section
from textile_pcf.report.shared_sections import (
    clauses,
    cover,
    factor_list,
    limits,
    product_list,
    provenance_lines,
    scope,
)
from textile_pcf.report.study import read_cover
from textile_pcf.results import Footprint
from textile_pcf.results.licence import refuse_merged

MAX_DETAILED = MOST_ASSESSED  # products shown line by line
MOST_IN_CONTENTS = 3  # products whose parts the contents list
TEMPLATES = Path(__file__).parent


def render_page(result: Footprint, unit: str | None, language: str, study: Any = None, requests: Requests | None = None) -> str:
    """Return the report as the text of an HTML file.

    Parameters
    ----------
    result : Footprint
        The result.
    unit : str or None
        Unit of the figures; None for the unit of the product.
    language : str
        `en` or `zh`.
    study : mapping or path, optional
        What the cover says, see `read_cover`; without it there is no cover.
    requests : Requests, optional
        What is said beside the figures; without it how sure they are, by the closed form.

    Raises
    ------
    UsageError
        jinja2 is not installed, or a request is wrong.
    InputError
        A product cannot be converted to `unit`, or the study, the last result or a change file is wrong.
    """
    refuse_merged(result, "to_html")
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        cure = 'Run: pip install "textile_pcf[report]"'
        raise UsageError([Problem("to_html", "Reports need jinja2.", cure, code="extra")]) from None

    scale = result.scale(unit)
    about = read_cover(study, result.products)
    context = ReportContext(result, unit or result.unit, scale, language, assess(result, unit, requests or Requests()), about)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(_contents(context))


def _contents(context: ReportContext) -> dict[str, Any]:
    """Return all that the template writes."""
    from markupsafe import Markup

    result, listed, shows = context.result, context.result.products, context.assessment.shows
    detailed = range(min(MAX_DETAILED, len(result.products)))
    about_scope = scope(context)
    about_scope["picture"] = Markup(about_scope["picture"])  # noqa: S704 - draw_boundary escapes its texts
    products = [product_section(context, number) for number in detailed]
    factors = factor_list(context)
    return {
        "w": context.text,
        "sentence": context.sentence,
        "language": context.language,
        "unit": context.unit,
        "about": result.provenance,
        "title": context.title,
        "style": Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),  # noqa: S704
        "cover": cover(context),
        "listed": product_list(context) if len(result.products) > 1 else None,
        "listed_note": context.text("report_list_note") if len(listed) <= MOST_ASSESSED and any(map(shows, detailed)) else "",
        "hidden": len(result.products) - len(detailed),
        "scope": about_scope,
        "products": products,
        "detailed_contents": len(products) <= MOST_IN_CONTENTS,
        "measures": measure_section(context),
        "clauses": {topic: clauses(context, topic) for topic in ("allocation", "cutoff", "data")},
        "factors": factors,
        "sources": [(number, source) for source, number in context.sources.numbers.items()],
        "limits": limits(context),
        "provenance": provenance_lines(result, context.language),
    }
