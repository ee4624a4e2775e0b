"""The live report as one HTML file: the numbers of `export`, and the scripts and texts around them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.messages.message import localize
from textile_pcf.report.live.export import MOST_PRODUCTS, LiveCase, live_numbers, live_results, result_dict
from textile_pcf.report.live.fixed import REASONS
from textile_pcf.report.shared_sections import provenance_lines
from textile_pcf.results import Footprint
from textile_pcf.results.licence import licence_notes
from textile_pcf.rules import FlowSpec, LossSpec, RuleSet

FOLDER = Path(__file__).parent
TEXTS = (
    "per", "memo", "excluding", "including", "live_as_calculated", "live_compared", "live_interval", "live_no_interval",
    "live_headline", "live_name", "live_nothing", "live_command", "live_copied", "live_back", "live_band", "live_range",
    "live_most", "live_others", "live_share", "live_instead", "live_where", "live_number", "live_value", "live_reason",
    "live_effect", "live_base", "live_gone", "live_outside", "live_spread", "live_scenarios_note",
)  # fmt: skip
"""Texts of the catalogue that the script writes."""


def render_live_page(result: Footprint, unit: str | None, language: str, changes: Any = None) -> str:
    """Return the live report as the text of an HTML file.

    Parameters
    ----------
    result : Footprint
    unit : str or None
        Unit in which figures are shown first; None for the unit of the product.
    language : str
        `en` or `zh`.
    changes : path, mapping or list, optional
        A change file, or its content; its scenarios become buttons.

    Raises
    ------
    UsageError
        jinja2 is not installed, or there is no such file.
    InputError
        A change file is not valid.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError:
        cure = 'Run: pip install "textile_pcf[report]"'
        raise UsageError([Problem("to_live_report", "Reports need jinja2.", cure, code="extra")]) from None

    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    script = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ("numbers.js", "view.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = "".join(path.read_text(encoding="utf-8") for path in (FOLDER.parent / "page.css", FOLDER / "live.css"))
    about, cases = result.provenance, live_results(result, changes)
    return environment.get_template("live.html.j2").render(
        w=lambda key, **values: write_formulas(fixed_text(key, language, **values)),
        language=language,
        about=about,
        title=about["title_zh" if language == "zh" else "title"],
        notes=_notes([one for _, _, one in cases], language),
        provenance=provenance_lines(result, language),
        style=Markup(style),  # noqa: S704 - files of the library
        script=Markup(script),  # noqa: S704
        script_hash=Markup(f"sha256-{digest}"),  # noqa: S704
        data=Markup(script_json(live_data(cases, unit, language))),  # noqa: S704 - no `<` is left in it
    )


def _notes(results: Sequence[Footprint], language: str) -> list[str]:
    hidden = len(results[0].products) - MOST_PRODUCTS
    notes = list(dict.fromkeys(localize(text, language) for result in results for text in licence_notes(result)))
    return [*notes, *([fixed_text("live_hidden", language, count=hidden, most=MOST_PRODUCTS)] if hidden > 0 else [])]


def script_json(data: Any) -> str:
    r"""Return JSON that can stand in an HTML file: no text in it can end a script or begin a comment.

    Examples
    --------
    >>> script_json({"name": "</script><!--"})
    '{"name":"\\u003c/script\\u003e\\u003c!--"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def live_data(results: Sequence[LiveCase], unit: str | None, language: str) -> dict[str, Any]:
    """Return what the script of a live report reads: numbers, and the texts to show them with.

    Parameters
    ----------
    results : sequence of LiveCase
        The result and those of its scenarios.
    unit, language
        As of `render_live_page`.
    """
    cases = []
    for name, written, one in results:
        if unit is not None:
            one.scale(unit)  # refuses a unit that a product cannot be converted to
        case = result_dict(one, () if unit is None else (unit,))
        cases.append({"name": name, "changes": written, **_case_texts(one, language), **case})
        for product in case["products"]:
            product["fixed"] = [_fixed_texts(one.rules, each, language) for each in product["fixed"]]
            for carrier in product["carriers"]:
                carrier["name"] = _row_name(one, carrier.pop("row"), language)
                for each in carrier["alternatives"]:
                    each["name"] = _row_name(one, each.pop("row"), language)
                    each["fallback"] = localize(each["fallback"], language)
    texts = {key: write_formulas(fixed_text(key, language)) for key in TEXTS}
    return {
        **live_numbers(cases),
        "unit": unit or results[0][2].unit,
        "texts": texts,
    }


def _case_texts(result: Footprint, language: str) -> dict[str, Any]:
    """Return the stages, and names of flows and losses by stage."""
    rules = result.rules
    flows: dict[int, dict[str, str]] = {}
    specs: list[FlowSpec | LossSpec] = [*rules.flows, *rules.losses]
    for spec in specs:
        flows.setdefault(spec.stage, {})[spec.id] = rules.title(rules.stage_id(spec.stage), spec.id, language)
    stages = [{"id": info.id, "title": info.name(language), "outside": info.outside} for info in result.stages]
    return {"stages": stages, "flows": {str(stage): names for stage, names in flows.items()}}


def _fixed_texts(rules: RuleSet, each: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a number that cannot be moved, with its names and its reason in a language."""
    stage = fixed_text("product", language) if each["stage"] == "product" else rules.title(each["stage"], "", language)
    known = each["name"] in rules.names.get(each["stage"], {})
    name = rules.title(each["stage"], each["name"], language) if known else each["name"]
    assert each["reason"] in REASONS
    reason = write_formulas(fixed_text(f"live_fixed_{each['reason']}", language))
    unit = "" if each["unit"] == "1" else each["unit"]
    return {**each, "stage": stage, "name": name, "unit": unit, "reason": reason}


def _row_name(result: Footprint, place: list[int], language: str) -> str:
    """Return the name of a row of a factor table in a language; empty where the table has none."""
    sheet, row = place
    return str(result.run.factors.behind[sheet].texts[f"name_{language}"][row]) if sheet >= 0 else ""
