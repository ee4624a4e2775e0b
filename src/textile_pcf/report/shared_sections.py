"""Parts of a report that hold for all its products: cover, scope, method, factors, limits, provenance."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np

from textile_pcf.factors.matching import PROXY
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.report.assessment import MOST_ASSESSED
from textile_pcf.report.boundary_picture import draw_boundary
from textile_pcf.report.context import ReportContext
from textile_pcf.report.numbers import format_figure, format_percent
from textile_pcf.report.spread_section import headline_notes, interval_text, rating_text
from textile_pcf.report.study import COVER
from textile_pcf.report.tables import Bar, Row, Table, table
from textile_pcf.results import Footprint
from textile_pcf.results.display import gwp_of
from textile_pcf.results.localized_lines import request_text

GROUPS = ("raw_material", "production", "distribution", "use", "end_of_life")
EXPECTED = frozenset({"site", "composition", "commissioner", "reviewer", "goal", "audience"})
"""Fields whose absence the cover states."""
MAX_LISTED = 1000  # products in the list
CODED = ("status", "boundary", "biogenic", "electricity")
"""Entries of the provenance whose text is a code of the library."""
FACTOR_TEXTS = ("item", "region", "year", "fallback", "factor_unit", "factor_table", "factor_source", "factor_locator")


def cover(context: ReportContext) -> dict[str, Any] | None:
    """Return what the cover says: the fields of the study that are given, and those that are not."""
    study = context.study
    if study is None:
        return None
    given = [(context.text(f"study_{name}"), study.text(name)) for name in COVER]
    result = context.result
    one = format_figure(float(result.totals[0] * context.scale[0])) if len(result.products) == 1 else ""
    missing = [context.text(f"study_{name}") for name in COVER if name in EXPECTED and not study.text(name)]
    listed = ("、" if context.language == "zh" else ", ").join(missing)
    return {
        "title": study.text("product"),
        "company": study.text("company"),
        "fields": [(title, text) for title, text in given if text],
        "missing": context.text("report_not_stated", fields=listed) if missing else "",
        "figure": one,
        "beside": headline_notes(context, 0) if one else [],
    }


def product_list(context: ReportContext) -> Table:
    """Return the products with both headline figures and their declared total; of few, also interval and rating."""
    result = context.result
    totals = result.totals * context.scale
    known = context.assessment.uncertainty is not None and len(result.products) <= MOST_ASSESSED
    intervals = [
        context.assessment.interval(number) if known and context.assessment.shows(number) else None
        for number in range(min(MAX_LISTED, len(result.products)))
    ]
    highs = [one.high for one in intervals if one is not None and one.is_known]
    largest = max([*highs, float(np.abs(totals[:MAX_LISTED]).max(initial=0.0))])
    figures = (totals, *(figure * context.scale for figure in result.headline))
    rows = []
    for number, (name, total, *both) in enumerate(zip(result.products[:MAX_LISTED], *figures, strict=False)):
        bar, beside = Bar.of(float(total), largest), []
        if known:
            one = intervals[number]
            beside = ["–", "–"] if one is None else [interval_text(one), rating_text(context, number)]
            bar = bar if one is None else bar.between(one.low, one.high, largest)
        rows.append(Row((name, *(format_figure(float(value)) for value in (*both, total)), *beside, bar)))
    declared = f"{context.text('per', unit=context.unit)} ({context.text('declared_total')})"
    columns = [(context.text("product"), ""), (context.text("excluding"), "n"), (context.text("including"), "n")]
    titles = [(context.text("report_interval"), "n"), ("DQR", "n")] if known else []
    return table([*columns, (declared, "n"), *titles, ("", "b")], rows)


def scope(context: ReportContext) -> dict[str, Any]:
    """Return goal and scope: unit, boundary with its picture, and the rule with what it is based on."""
    about, study = context.result.provenance, context.study
    facts = [] if study is None else [(context.text(f"study_{name}"), study.text(name)) for name in ("goal", "audience")]
    used, unused = _stages_by_use(context)
    named = ("、" if context.language == "zh" else ", ").join(unused)
    status = context.text(about["status"])
    if about["status"] == "verified":
        status = context.text("verified_declared", **about["verified"])
    return {
        "facts": [(title, text) for title, text in facts if text],
        "boundary": context.sentence(context.text(about["boundary"])),
        "picture": used,
        "unused": context.text("report_unused", stages=named) if unused else "",
        "rule": [
            (context.text("provenance_rule"), f"{context.title} ({about['rule']})"),
            (context.text("provenance_status"), status),
            (context.text("report_based_on"), _based_on(context)),
            (context.text("provenance_gwp"), gwp_of(context.result, context.language)),
            (context.text("provenance_biogenic"), context.text(about["biogenic"])),
        ],
        "unit_clauses": clauses(context, "unit"),
        "boundary_clauses": clauses(context, "boundary"),
    }


def _based_on(context: ReportContext) -> str:
    standards = [
        f"{basis.standard} ({context.text(f'access_{basis.access}')})" for basis in context.result.rules.document.based_on
    ]
    return "; ".join(standards) or "–"


def _stages_by_use(context: ReportContext) -> tuple[str, list[str]]:
    """Return the picture of the stages that take place or are outside, and the names of the others."""
    result = context.result
    masses = result.stage_masses
    used = np.zeros(len(result.stages), dtype=bool)
    used[np.unique(result.lines.stage)] = True
    used[np.unique(masses.stage[np.abs(masses.input - masses.output) > 0])] = True
    named = [(info, info.name(context.language)) for info in result.stages]
    drawn = [entry for entry, here in zip(named, used, strict=True) if here or entry[0].outside]
    others = [name for (info, name), here in zip(named, used, strict=True) if not here and not info.outside]
    texts = {group: context.sentence(context.text(group)).rstrip(".。") for group in GROUPS}
    texts["inside"] = f"{context.text('boundary')}: {context.text(result.provenance['boundary'])}"
    texts["outside"] = context.text("memo")
    return draw_boundary(drawn, texts, context.text("boundary")), others


def clauses(context: ReportContext, topic: str) -> list[tuple[str, str]]:
    """Return what the rule states on a topic: each statement, and what it rests on."""
    document, rows = context.result.rules.document, []
    for clause in getattr(document.clauses, topic):
        source = document.sources.get(clause.source or "")
        basis = ", ".join(filter(None, (source.title if source else clause.source, clause.locator)))
        ground = context.text(f"clause_{clause.status}")
        rows.append((clause.text.text(context.language), f"{ground}: {basis}" if basis else ground))
    return rows


def factor_list(context: ReportContext) -> Table:
    """Return all emission factors used, each once; proxies are marked."""
    lines = context.result.lines
    entries: dict[tuple[str, ...], Row] = {}
    for line in range(len(lines.product)):
        texts = {name: lines.text(name, line) for name in FACTOR_TEXTS}
        value = float(lines.factor[line])
        key = (*texts.values(), repr(value))
        if key not in entries:
            shown = f"{format_figure(value)} {write_formulas(texts['factor_unit'])}".rstrip()
            source = context.sources.reference(texts["factor_source"], texts["factor_locator"])
            cells = (
                texts["item"],
                texts["region"],
                texts["year"],
                request_text(texts["fallback"], context.language),
                shown,
            )
            kind = "proxy" if PROXY in texts["fallback"] else ""
            entries[key] = Row((*cells, source, texts["factor_table"]), kind)
    rows = [entries[key] for key in sorted(entries, key=lambda key: (key[0], key[1], key[2], key))]
    titles = (
        ("line_item", "k"), ("line_region", ""), ("line_year", ""), ("line_fallback", ""), ("line_factor", "n"),
        ("line_factor_source", ""), ("line_factor_table", ""),
    )  # fmt: skip
    return table([(context.text(key), kind) for key, kind in titles], rows)


def limits(context: ReportContext) -> list[str]:
    """Return what the figures do not say, and on what they rest that is not of the mill."""
    result, about = context.result, context.result.provenance
    texts = [context.text("report_limit_climate"), context.text("report_limit_compare")]
    if about["status"] == "interpretation":
        texts.append(context.text("report_limit_rule", rule=about["rule"]))
    shares = (result.default_share, result.default_factor_share)
    for key, share in zip(("report_limit_defaults", "report_limit_factors"), shares, strict=True):
        known = share[np.isfinite(share)]
        if len(known):
            low, high = (format_percent(float(value), 1.0) for value in (known.min(), known.max()))
            texts.append(context.text(key, share=low if low == high else f"{low} – {high}"))
    proxies = _proxies(context)
    if proxies:
        texts.append(context.text("report_limit_proxies", items=("、" if context.language == "zh" else ", ").join(proxies)))
    return [*texts, *context.warnings(None)]


def _proxies(context: ReportContext) -> list[str]:
    lines = context.result.lines
    found = {lines.text("fallback", line) for line in range(len(lines.product))}
    return [request_text(text, context.language) for text in sorted(found) if PROXY in text]


def provenance_lines(result: Footprint, language: str) -> list[tuple[str, str]]:
    """Return what is needed to repeat the calculation, as pairs of title and text."""
    provenance = result.provenance
    rows = [(key, value) for key, value in provenance.items() if isinstance(value, str) and not key.startswith("title")]
    rows += [("factors", f"{table['table']}  sha256 {table['sha256']}") for table in provenance["factors"]]
    files = [("input", file) for file in provenance["input"]]
    files += [("supply", provenance["supply"])] if "supply" in provenance else []
    rows += [(key, f"{PurePath(file['name']).name}  sha256 {file['sha256']}") for key, file in files]
    return [(fixed_text(f"provenance_{key}", language), _worded(key, text, language)) for key, text in rows]


def _worded(key: str, text: str, language: str) -> str:
    """Return an entry of the provenance; in Chinese the word for a code, and the code, by which it is calculated again."""
    return f"{fixed_text(text, language)} [{text}]" if language == "zh" and key in CODED else text
