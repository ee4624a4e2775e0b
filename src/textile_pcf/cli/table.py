"""A result as plain text for a terminal."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray, part_of_total
from textile_pcf.cli.width import pad, width, wrap
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.results import Footprint
from textile_pcf.results.display import gwp_of, rests_on
from textile_pcf.results.headline import headline_rows, headline_text, includes_removals
from textile_pcf.results.statements import method_statements

BAR_COLUMNS = 24
INDENT, MAX_WIDTH = 2, 100
FIGURES = ("total_excluding", "total_including")
MAX_DETAILED = 5  # products shown stage by stage


def as_table(result: Footprint, unit: str | None, language: str) -> str:
    """Return a result as text: the stages of a few products or one line per product, then rule, factors and conventions."""
    scale = result.scale(unit)
    shown_unit = unit or result.unit
    if result.merges_stages:
        return _merged_stages(result, scale, shown_unit, language)
    if len(result.products) <= MAX_DETAILED:
        blocks = [
            _product_stages(result, number, float(scale[number]), shown_unit, language)
            for number in range(len(result.products))
        ]
        return "\n\n".join([*blocks, _basis(result, language)]) + "\n"
    columns = max(width(product) for product in result.products) + 2
    head = f"{len(result.products)} {fixed_text('products', language)}, {fixed_text('per', language).format(unit=shown_unit)}"
    both = list(zip(*(figure * scale for figure in result.headline), strict=True))
    lines = [f"{pad(product, columns)}{a:>14.6g}{b:>14.6g}" for product, (a, b) in zip(result.products, both, strict=True)]
    return "\n".join([head, *_headings(result, columns, language), *lines, "", _basis(result, language)]) + "\n"


def _merged_stages(result: Footprint, scale: FloatArray, unit: str, language: str) -> str:
    """Return the total and the stages of each product of a strict publication, with the sum of those that are merged."""
    per, texts = fixed_text("per", language).format(unit=unit), []
    columns = max(width(info.name(language)) for info in result.stages) + 2
    for number, product in enumerate(result.products):
        texts.append(f"{product}: {result.totals[number] * scale[number]:.6g} {per}")
        for info, value in zip(result.stages, (result.by_stage[number] * scale[number]).tolist(), strict=True):
            if value and not np.isnan(value) and not info.outside:
                texts.append(f"  {pad(info.name(language), columns)}{value:>10.4g}")
    return "\n".join([*texts, "", _basis(result, language)]) + "\n"


def _headings(result: Footprint, columns: int, language: str) -> list[str]:
    """Return what the two columns of figures are, the declared one marked."""
    declared = includes_removals(result)
    marks = [fixed_text("declared_total", language) if marked else "" for marked in (not declared, declared)]
    texts = [", ".join(filter(None, (fixed_text(key, language), mark))) for key, mark in zip(FIGURES, marks, strict=True)]
    return [*(f"({number}) {text}" for number, text in enumerate(texts, 1)), f"{' ' * columns}{'(1)':>14}{'(2)':>14}"]


def _product_stages(result: Footprint, number: int, scale: float, unit: str, language: str) -> str:
    stages = [info.title_zh if language == "zh" else info.title for info in result.stages]
    values = result.emissions_by_stage[number] * scale
    used = [k for k, info in enumerate(result.stages) if not info.outside and values[k] != 0]
    outside = [k for k, info in enumerate(result.stages) if info.outside and values[k] != 0]
    rests = rests_on(result, number, language, scale)
    both = headline_rows(result, number, language, scale)
    fixed = [width(fixed_text(key, language)) for key in result.beside] + [width(text) for text, *_ in (*rests, *both)]
    columns = max([width(stages[k]) for k in (*used, *outside)] + fixed) + 2
    total = float(result.totals[number] * scale)
    largest = max((abs(values[k]) for k in used), default=0.0)
    per = fixed_text("per", language).format(unit=unit)
    lines = [f"{result.products[number]}: {total:.6g} {per}, {headline_text(result, number, language, scale)}"]
    emitted = both[0][1]
    for k in used:
        bar = "█" * round(BAR_COLUMNS * abs(values[k]) / largest) if largest else ""
        lines.append(f"  {pad(stages[k], columns)}{values[k]:>10.4g}{_percent(values[k], emitted)}  {bar}".rstrip())
    for text, kilograms, declared in both:
        mark = f"  {fixed_text('declared_total', language)}" if declared else ""
        lines.append(f"  {pad(text, columns)}{kilograms:>10.4g}{mark}")
    for name, totals in result.beside.items():
        lines.append(f"  {pad(fixed_text(name, language), columns)}{float(totals[number]) * scale:>10.4g}")
    for text, kilograms, part in rests:
        lines.append(f"  {pad(text, columns)}{kilograms:>10.4g}{'' if part is None else _percent(part, 1.0)}")
    if outside:
        lines.append(f"  {fixed_text('memo', language)}")
        lines += [f"  {pad(stages[k], columns)}{values[k]:>10.4g}" for k in outside]
    for title, text in method_statements(result, number, language, scale, fold=True):
        lines += _fold_lines(f"{title}: {text}")
    return "\n".join(lines)


def _fold_lines(text: str) -> list[str]:
    """Return the lines of a statement: long ones are folded, so that lists of ids can be read."""
    first, *others = wrap(text, MAX_WIDTH - 2 * INDENT)
    return [" " * INDENT + first, *(" " * 2 * INDENT + line for line in others)]


def _percent(value: float, total: float) -> str:
    part = part_of_total(value, total)
    return f"{part * 100:>7.1f} %" if np.isfinite(part) else " " * 9


def _basis(result: Footprint, language: str) -> str:
    source = result.provenance
    factors = ", ".join(table["table"] for table in source["factors"])
    parts = (
        fixed_text(source["boundary"], language),
        source["gwp"] if result.merges_stages else gwp_of(result, language),
        fixed_text(source["biogenic"], language),
        factors,
    )
    return f"{source['rule']}: {fixed_text(source['status'], language)}\n{', '.join(parts)}"
