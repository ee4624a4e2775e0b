"""The HTML report of a result, for verifiers: what was counted, from which data and by which method."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.results.display import gwp_of, rests_on, stage_bars
from textile_pcf.results.headline import headline_rows
from textile_pcf.results.statements import method_statements

MAX_DETAILED = 20  # products shown line by line
MAX_LISTED = 1000  # products in the list
HOTSPOTS = 10
DECIMALS = 4
UPTAKE = SPLIT.index("uptake")


@dataclass(frozen=True)
class ReportContext:
    """The result, the unit and the language of a report.

    Attributes
    ----------
    result : Footprint
        The result.
    unit : str
        Unit of the figures.
    scale : ndarray, shape (products,)
        Product units in one `unit`.
    language : str
        `en` or `zh`.
    """

    result: Footprint
    unit: str
    scale: FloatArray
    language: str

    def text(self, key: str, **values: object) -> str:
        """Return a fixed text of the catalogue."""
        return fixed_text(key, self.language, **values)

    def warnings(self, product: int | None = None) -> list[str]:
        """Return the warnings of a product, or of the whole result, in the language of the report."""
        name = None if product is None else self.result.products[product]
        return [localize(warning, self.language) for warning in self.result.warnings(name)]


def format_figure(value: float) -> str:
    """Format a number with four significant digits, without powers of ten as long as it remains readable.

    Examples
    --------
    >>> format_figure(12.7729447), format_figure(0.000123456), format_figure(1234567.8), format_figure(-1.5)
    ('12.77', '0.0001235', '1,234,568', '−1.500')
    >>> format_figure(0.0), format_figure(1e-9)
    ('0', '1.00e−09')
    """
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else "–"
    magnitude = int(np.floor(np.log10(abs(value))))
    text = f"{value:,.{max(0, DECIMALS - 1 - magnitude)}f}" if magnitude >= -6 else f"{value:.2e}"
    return text.replace("-", "−")


def format_aligned(value: float, total: float) -> str:
    """Format a number with as many decimals as the total has, so that columns are aligned.

    Examples
    --------
    >>> format_aligned(0.04315, 12.77), format_aligned(4.74, 12.77), format_aligned(0.0, 0.0), format_aligned(3.0, 36938.0)
    ('0.043', '4.740', '0', '3')
    """
    magnitude = max(abs(value), abs(total))
    decimals = min(max(0, DECIMALS - int(np.floor(np.log10(magnitude)))), 12) if magnitude else 0
    return f"{value:,.{decimals}f}".replace("-", "−")


def format_percent(value: float, total: float) -> str:
    """Format a share of the total; a dash if the total is zero."""
    return f"{value / total * 100:.1f} %".replace("-", "−") if total else "–"


def render_page(result: Footprint, unit: str | None, language: str) -> str:
    """Return the report as the text of an HTML file.

    Parameters
    ----------
    result : Footprint
        The result.
    unit : str or None
        Unit of the figures; None for the unit of the product.
    language : str
        `en` or `zh`.

    Raises
    ------
    UsageError
        jinja2 is not installed.
    InputError
        A product cannot be converted to `unit`.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        cure = 'Run: pip install "textile_pcf[report]"'
        raise UsageError([Problem("to_html", "Reports need jinja2.", cure, code="extra")]) from None
    from markupsafe import Markup

    scale = result.scale(unit)
    context = ReportContext(result, unit or result.unit, scale, language)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["figure"] = format_figure
    environment.globals["aligned"] = format_aligned
    detailed = range(min(MAX_DETAILED, len(result.products)))
    return environment.get_template("page.html.j2").render(
        w=context.text, language=language, unit=context.unit, about=result.provenance, result=result,
        title=result.provenance["title_zh" if language == "zh" else "title"], stages=_boundary(context),
        products=[_product(context, number, Markup) for number in detailed], listed=_listed(context),
        hidden=len(result.products) - len(detailed), warnings=context.warnings(), factors=_factors(context),
        provenance=provenance_lines(result, language), gwp_of=gwp_of(result, language),
    )  # fmt: skip


def _boundary(context: ReportContext) -> list[dict[str, Any]]:
    """Stages in the order of production: whether they are inside the system boundary and used by any product."""
    used = np.zeros(len(context.result.stages), dtype=bool)
    used[np.unique(context.result.lines.stage)] = True
    masses = context.result.stage_masses
    used[np.unique(masses.stage[np.abs(masses.input - masses.output) > 0])] = True
    return [
        {"name": info.name(context.language), "group": info.group, "used": bool(used[index]), "outside": info.outside}
        for index, info in enumerate(context.result.stages)
    ]


def _listed(context: ReportContext) -> list[dict[str, Any]]:
    totals = context.result.totals * context.scale
    most = float(np.abs(totals[:MAX_LISTED]).max(initial=0.0)) or 1.0
    figures = (totals, *(figure * context.scale for figure in context.result.headline))
    return [
        {"name": name, "total": total, "excluding": excluding, "including": including, "part": abs(total) / most * 100}
        for name, total, excluding, including in zip(context.result.products[:MAX_LISTED], *figures, strict=False)
    ]


def _product(context: ReportContext, product: int, markup: Any) -> dict[str, Any]:
    """Contents of the report for one product."""
    result, scale = context.result, float(context.scale[product])
    total = float(result.totals[product]) * scale
    rows = np.flatnonzero(result.lines.product == product)
    lines = [_line(context, int(line), total) for line in rows]
    inside = [line for line in lines if not line["outside"]]
    alternatives = [
        (fixed_text(name, context.language), float(values[product]) * scale) for name, values in result.beside.items()
    ]
    return {
        "name": result.products[product],
        "total": total,
        "headline": headline_rows(result, product, context.language, scale),
        "rests": [
            (text, kg, None if part is None else format_percent(part, 1.0))
            for text, kg, part in rests_on(result, product, context.language, scale)
        ],
        "split": [
            (fixed_text(name, context.language), float(result.split_totals[product, k]) * scale) for k, name in enumerate(SPLIT)
        ],
        "alternatives": alternatives,
        "picture": markup(stage_bars(result, product, context.language, scale)),  # stage_bars escapes its texts
        "stages": _stages(context, product, float(result.headline.excluding[product]) * scale),
        "hotspots": sorted((line for line in inside if not line["removes"]), key=lambda line: -abs(line["kg"]))[:HOTSPOTS],
        "lines": lines,
        "defaults": [line for line in lines if line["ruled"]],
        "sources": _sources(inside, total),
        "warnings": context.warnings(product),
        "method": method_statements(result, product, context.language, scale),
        "explained": result.explain(result.products[product], language=context.language),
    }


def _stages(context: ReportContext, product: int, total: float) -> list[dict[str, Any]]:
    """Stages of a product that emit or change its mass."""
    result, scale = context.result, float(context.scale[product])
    masses = result.stage_masses
    rows = []
    for index, info in enumerate(result.stages):
        here = (masses.product == product) & (masses.stage == index)
        input_, output = (float(values[here].sum()) * scale for values in (masses.input, masses.output))
        value = float(result.emissions_by_stage[product, index]) * scale
        if value or input_ != output:
            rows.append({
                "name": info.name(context.language), "group": fixed_text(info.group, context.language), "kg": value,
                "input": input_, "output": output, "outside": info.outside,
                "share": "" if info.outside else format_percent(value, total),
            })  # fmt: skip
    return rows


def _line(context: ReportContext, line: int, total: float) -> dict[str, Any]:
    """One line of the sum, as texts and numbers."""
    result = context.result
    lines, info = result.lines, result.stages[int(result.lines.stage[line])]
    scale = float(context.scale[int(lines.product[line])])
    kilograms = float(lines.split[line].sum()) * scale
    texts = {name: lines.text(name, line) for name in (
        "component", "item", "unit", "factor_unit", "region", "year", "fallback", "data_type", "source", "locator",
        "factor_table", "factor_source", "factor_locator")}  # fmt: skip
    return texts | {
        "stage": info.name(context.language),
        "outside": info.outside,
        "flow": info.flow(lines.text("flow", line), context.language),
        "amount": float(lines.amount[line]) * scale,
        "value": f"{format_figure(float(lines.value[line]))} {lines.text('value_unit', line)}",
        "factor": float(lines.factor[line]),
        "kg": kilograms,
        "share": "" if info.outside else format_percent(kilograms, total),
        "ruled": bool(lines.ruled[line]),
        "removes": kilograms != 0 and kilograms == float(lines.split[line, UPTAKE]) * scale,
        "data_type": fixed_text(texts["data_type"], context.language) if texts["data_type"] else "",
    }


def _sources(lines: list[dict[str, Any]], total: float) -> list[dict[str, Any]]:
    """Sources of the amounts, with the share of the footprint of each."""
    entries: dict[tuple[str, str], float] = {}
    for line in lines:
        key = (line["data_type"], line["source"])
        entries[key] = entries.get(key, 0.0) + line["kg"]
    ordered = sorted(entries.items(), key=lambda entry: -abs(entry[1]))
    return [{"data_type": key[0], "source": key[1], "kg": kg, "share": format_percent(kg, total)} for key, kg in ordered]


def _factors(context: ReportContext) -> list[dict[str, Any]]:
    """All emission factors used, each once."""
    entries: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in range(len(context.result.lines.product)):
        lines = context.result.lines
        names = ("item", "region", "year", "fallback", "factor_unit", "factor_table", "factor_source", "factor_locator")
        texts = {name: lines.text(name, line) for name in names}
        key = (*texts.values(), float(lines.factor[line]))
        if key not in entries:
            entries[key] = texts | {"factor": float(lines.factor[line])}
    return sorted(entries.values(), key=lambda row: (row["item"], row["region"], row["year"]))


def provenance_lines(result: Footprint, language: str) -> list[tuple[str, str]]:
    """Return what is needed to repeat the calculation, as pairs of title and text."""
    provenance = result.provenance
    rows = [(key, value) for key, value in provenance.items() if isinstance(value, str) and not key.startswith("title")]
    rows += [("factors", f"{table['table']}  sha256 {table['sha256']}") for table in provenance["factors"]]
    files = [("input", file) for file in provenance["input"]]
    files += [("supply", provenance["supply"])] if "supply" in provenance else []
    rows += [(key, f"{file['name']}  sha256 {file['sha256']}") for key, file in files]
    return [(fixed_text(f"provenance_{key}", language), text) for key, text in rows]
