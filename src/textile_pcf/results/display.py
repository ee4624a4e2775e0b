"""Representation of a result in a notebook: HTML and SVG in the colours of the page, without external files."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import part_of_total
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize
from textile_pcf.results.gwp_sets import UNKNOWN, named_sets
from textile_pcf.results.headline import headline_rows
from textile_pcf.results.number_text import number

if TYPE_CHECKING:
    from textile_pcf.results.contributions import StageInfo
    from textile_pcf.results.views import Views

STAGED = 3  # up to so many products are shown stage by stage
MOST = 20  # products and warnings shown
EMITS, TAKES_UP = "#3b86c9", "#2f9e6e"  # visible on white and on black, and distinct for the colour-blind
WIDTH, ROW, BAR = 720, 22, 14
VALUES = 150  # room for value and share at the right
SMALLEST = 1e-300  # emissions [kg CO2e] below which a bar has no length that can be calculated

STYLE = """<style>
.textile-pcf{font-family:system-ui,"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif}
.textile-pcf{line-height:1.45;max-width:760px}
.textile-pcf p{margin:.2em 0}.textile-pcf .number{font-size:1.6em;font-weight:600}.textile-pcf .soft{opacity:.72}
.textile-pcf svg{display:block;max-width:100%;height:auto;margin:.4em 0}.textile-pcf text{fill:currentColor;font-size:13px}
.textile-pcf table{border-collapse:collapse}.textile-pcf td,.textile-pcf th{padding:.1em .8em .1em 0;text-align:right}
.textile-pcf th:first-child{text-align:left}.textile-pcf details{margin:.3em 0}.textile-pcf li{margin:.1em 0}
</style>"""


@dataclass(frozen=True, repr=False)
class Shown:
    """Notebook representation of a result in one language."""

    result: Views
    language: str = "en"

    def _repr_html_(self) -> str:
        return as_html(self.result, self.language)

    def __repr__(self) -> str:
        return repr(self.result)


def as_html(result: Views, language: str = "en") -> str:
    """Return a result as HTML: number, unit, boundary, rule with its status, stages as bars, warnings.

    More than three products are shown as a table.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> html = as_html(tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric"), "zh")
    >>> "织造" in html, "从摇篮到大门" in html, "http" in html
    (True, True, False)
    """
    if result.merges_stages:
        return f"<pre>{escape(repr(result))}</pre>"
    if len(result.products) <= STAGED:
        body = "".join(_product(result, row, language) for row in range(len(result.products)))
    else:
        body = _table(result, language)
    below = _basis(result, language) + _warnings(result.warnings(), language)
    return f"<div class='textile-pcf' lang='{language}'>{STYLE}{body}{below}</div>"


def one_product_html(result: Views, row: int, language: str = "en") -> str:
    """Return one product of a result as HTML, with the basis of its numbers and its warnings."""
    if result.merges_stages:
        return f"<pre>{escape(repr(result))}</pre>"
    below = _basis(result, language) + _warnings(result.warnings(result.products[row]), language)
    return f"<div class='textile-pcf' lang='{language}'>{STYLE}{_product(result, row, language)}{below}</div>"


def rests_on(result: Views, row: int, language: str, scale: float = 1.0) -> list[tuple[str, float, float | None]]:
    """Return what the gross emissions of a product rest on: text, kg CO2e, and its share of them.

    The gross emissions come first if they differ from the total.
    """
    gross, ruled, generic = (float(values[row]) * scale for values in result.gross)
    parts: list[tuple[str, float, float | None]] = []
    if abs(gross - float(result.totals[row]) * scale) > 1e-9 * gross:
        parts.append((fixed_text("gross", language), gross, None))
    parts.append((fixed_text("defaults", language), ruled, float(result.default_share[row])))
    parts.append((fixed_text("default_factors", language), generic, float(result.default_factor_share[row])))
    return parts


def _product(result: Views, row: int, language: str) -> str:
    total = float(result.totals[row])
    per = escape(fixed_text("per", language, unit=result.unit))
    basis = "<br>".join(
        f"{escape(text)}: {_aligned_number(kilograms, total)}" + ("" if part is None else f" ({part:.0%})")
        for text, kilograms, part in rests_on(result, row, language)
    )
    return (
        f"<p><b>{escape(result.products[row])}</b></p><p><span class='number'>{_aligned_number(total, total)}</span> {per}</p>"
        + _both_figures(result, row, language)
        + stage_bars(result, row, language)
        + f"<p class='soft'>{basis}</p>"
    )


def _both_figures(result: Views, row: int, language: str) -> str:
    """Return the figures excluding and including removals, the declared one marked."""
    total = float(result.totals[row])
    texts = []
    for text, kilograms, declared in headline_rows(result, row, language):
        mark = f" ({fixed_text('declared_total', language)})" if declared else ""
        shown = f"{escape(text)}: {_aligned_number(kilograms, total)}{escape(mark)}"
        texts.append(f"<b>{shown}</b>" if declared else shown)
    return f"<p>{' · '.join(texts)}</p>"


def stage_bars(result: Views, row: int, language: str) -> str:
    """Return the stages of one product as bars (SVG); stages outside the boundary are pale and below.

    Biogenic CO2 removals are left out; shares are of the figure without them.
    """
    values = result.emissions_by_stage[row]
    used = [(info, float(values[k])) for k, info in enumerate(result.stages) if values[k]]
    used.sort(key=lambda entry: entry[0].outside)  # memo below, else in the material's way
    if not used:
        return ""
    left = 12 + 7.2 * max(_columns(_name(info, language)) for info, _ in used)
    low, high = min(0.0, *(value for _, value in used)), max(0.0, *(value for _, value in used))
    scale = (WIDTH - left - VALUES) / max(high - low, SMALLEST)
    zero = left - low * scale
    total = float(result.headline.excluding[row])
    axis = _Axis(left, zero, scale)
    drawn = "".join(
        _bar(_name(info, language), value, total, info.outside, place * ROW, axis) for place, (info, value) in enumerate(used)
    )
    height = ROW * len(used)
    line = f"<line x1='{zero:.1f}' x2='{zero:.1f}' y1='0' y2='{height}' stroke='currentColor' stroke-opacity='.5'/>"
    label = escape(f"{result.products[row]}: {fixed_text('by_stage', language)}", quote=True)
    return f"<svg viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' role='img' aria-label='{label}'>{drawn}{line}</svg>"


def _name(info: StageInfo, language: str) -> str:
    return f"{info.name(language)} *" if info.outside else info.name(language)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Horizontal positions of bars in the picture: where names end, where zero is, and the width of 1 kg CO2e."""

    left: float
    zero: float
    scale: float


def _bar(name: str, value: float, total: float, outside: bool, top: float, axis: _Axis) -> str:
    start, width = min(axis.zero, axis.zero + value * axis.scale), max(abs(value) * axis.scale, 0.5)
    middle = top + ROW / 2 + 4.5
    part = part_of_total(value, total)
    share = f"{part:.1%}".replace("-", "−") if part == part and not outside else ""
    colour = TAKES_UP if value < 0 else EMITS
    return (
        f"<g><title>{escape(name)}: {number(value)}</title>"
        f"<text x='{axis.left - 8:.1f}' y='{middle}' text-anchor='end'>{escape(name)}</text>"
        f"<rect x='{start:.1f}' y='{top + (ROW - BAR) / 2}' width='{width:.1f}' height='{BAR}' rx='2' fill='{colour}'"
        f" fill-opacity='{0.4 if outside else 1}'/>"
        f"<text x='{WIDTH - 70}' y='{middle}' text-anchor='end'>{_aligned_number(value, total)}</text>"
        f"<text x='{WIDTH - 6}' y='{middle}' text-anchor='end' opacity='.72'>{share}</text></g>"
    )


def _aligned_number(value: float, total: float) -> str:
    """Return a number with as many decimals as the total has with five digits, so that a column of them aligns."""
    size = max(abs(total), abs(value))
    decimals = min(max(4 - math.floor(math.log10(size)), 0), 9) if size else 0
    return f"{value:.{decimals}f}".replace("-", "−")


def _columns(text: str) -> int:
    """Return the width of a text in latin letters; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _table(result: Views, language: str) -> str:
    """Return a table of the products with their totals as bars."""
    most = float(np.abs(result.totals[:MOST]).max()) or 1.0
    figures = (result.totals, *result.headline)
    rows = "".join(
        _row(product, float(total), (float(excluding), float(including)), most)
        for product, total, excluding, including in zip(result.products[:MOST], *figures, strict=False)
    )
    titles = [fixed_text(key, language, unit=result.unit) for key in ("product", "excluding", "including", "declared_total")]
    per = fixed_text("per", language, unit=result.unit)
    head = "".join(f"<th>{escape(title)}</th>" for title in (*titles[:3], f"{per} ({titles[3]})", ""))
    left = len(result.products) - MOST
    more = f"<p class='soft'>{escape(fixed_text('more_products', language, count=left))}</p>" if left > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _row(product: str, total: float, both: tuple[float, float], most: float) -> str:
    width = abs(total) / most * 240
    colour = TAKES_UP if total < 0 else EMITS
    drawn = f"<rect width='{width:.1f}' height='{BAR}' rx='2' fill='{colour}'/>"
    bar = f"<svg viewBox='0 0 240 {BAR}' width='240' height='{BAR}'>{drawn}</svg>"
    cells = "".join(f"<td>{_aligned_number(figure, total)}</td>" for figure in (*both, total))
    return f"<tr><th>{escape(product)}</th>{cells}<td>{bar}</td></tr>"


def _basis(result: Views, language: str) -> str:
    """Return the basis of the numbers: boundary, rule with its status, factor tables."""
    source = result.provenance
    tables = ", ".join(table["table"] for table in source["factors"])
    rule = f"<b>{escape(source['rule'])}</b>: {_coded(source['status'], language)}"
    parts = (
        _coded(source["boundary"], language),
        escape(gwp_of(result, language)),
        _coded(source["biogenic"], language),
        escape(tables),
    )
    memo = ""
    if any(info.outside and result.by_stage[:, place].any() for place, info in enumerate(result.stages)):
        memo = f"<p class='soft'>* {escape(fixed_text('memo', language))}</p>"
    return f"{memo}<p class='soft'>{rule}<br>{' · '.join(parts)}</p>"


def gwp_of(result: Views, language: str) -> str:
    """Return the set of global warming potentials of a result; where it does not hold for all, each set is named.

    Of one product with its shares, of several without.
    """
    sets, shares = result.gwp_sets
    if len(result.products) == 1:
        return named_sets(sets, shares[0], language)
    used = [name for place, name in enumerate(sets) if shares[:, place].any()] or [sets[0]]
    return " + ".join(fixed_text("gwp_unknown", language) if name == UNKNOWN else name for name in used)


def _coded(key: str, language: str) -> str:
    """Return a fixed text whose tooltip is its code, the same in all languages."""
    return f"<span title='{escape(key)}'>{escape(fixed_text(key, language))}</span>"


def _warnings(warnings: list[str], language: str) -> str:
    if not warnings:
        return ""
    shown = "".join(f"<li>{escape(localize(text, language))}</li>" for text in warnings[:MOST])
    left = len(warnings) - MOST
    more = f"<li>{escape(fixed_text('more_warnings', language, count=left))}</li>" if left > 0 else ""
    opened = " open" if len(warnings) <= STAGED else ""
    head = f"{escape(fixed_text('warnings', language))} ({len(warnings)})"
    return f"<details{opened}><summary>{head}</summary><ul>{shown}{more}</ul></details>"
