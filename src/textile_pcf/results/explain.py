"""How a number came about: each term as a line that a person can check with a pocket calculator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from textile_pcf.results.result import Footprint


def number(value: float) -> str:
    """A number with seven significant digits, plainly written.

    Examples
    --------
    >>> number(0.12345678), number(1234567.89), number(20.0), number(1e-9)
    ('0.1234568', '1234568', '20', '1e-09')
    """
    return f"{value:.7g}" if not 1e6 <= abs(value) < 1e15 else f"{value:.0f}"


def explain_lines(result: Footprint, product: int, stage: str | None) -> str:
    """Masses and terms of one product, stage by stage."""
    told = [_head(result, product)]
    for place, info in enumerate(result.stages):
        if stage is not None and info.id != stage:
            continue
        lines = np.flatnonzero((result.lines.product == product) & (result.lines.stage == place))
        if not len(lines) and stage is None:
            continue
        total = result.by_stage[product, place]
        outside = " (outside the boundary: memo, not in the total)" if info.outside else ""
        told.append("")
        told.append(f"{info.title} [{info.id}] {number(total)} kg CO2e/{result.unit}{outside}")
        told += _masses(result, product, place)
        for line in lines:
            told += _term(result, int(line))
    told += _tail(result, product, stage)
    return "\n".join(told)


def _head(result: Footprint, product: int) -> str:
    source = result.provenance
    return (
        f"{result.products[product]}: {number(result.totals[product])} kg CO2e per {result.unit}\n"
        f"{source['rule']} ({source['status']}), {source['boundary']}, {source['gwp']}, biogenic CO2 {source['biogenic']}"
    )


def _masses(result: Footprint, product: int, stage: int) -> list[str]:
    told = result.stage_masses
    found = []
    for entry in np.flatnonzero((told.product == product) & (told.stage == stage)):
        fibre = f" {told.component[entry]}" if told.component[entry] else ""
        out, into = told.output[entry], told.input[entry]
        found.append(f"  mass{fibre}: {number(into)} kg in, {number(out)} kg out, {number(into - out)} kg lost")
    return found


def _term(result: Footprint, line: int) -> list[str]:
    lines = result.lines
    fibre = lines.text("component", line)
    name = lines.text("flow", line) + (f" of {fibre}" if fibre else "")
    value, unit = lines.value[line], lines.text("unit", line)
    names = lines.text("driver_names", line).split("|")
    given = lines.drivers[line]
    factors = [f"{number(given[k])} {text}" for k, text in enumerate(names) if text and not np.isnan(given[k])]
    amount = " × ".join([f"{number(value)} {lines.text('value_unit', line)}", *factors])
    emissions = float(lines.split[line].sum())
    factor = f"{number(lines.factor[line])} {lines.text('factor_unit', line)}"
    told = lines.text("told", line)
    as_given = f" (given as {told})" if told else ""
    rows = [
        f"  {name}: {amount}{as_given} = {number(lines.amount[line])} {unit}",
        f"    × {factor} = {number(emissions)} kg CO2e",
        f"    amount: {_told(lines.text('data_type', line), lines.text('source', line), lines.text('locator', line))}",
        f"    factor: {_factor(result, line)}",
    ]
    parts = [f"{text.replace('_', ' ')} {number(part)}" for text, part in zip(_PARTS, lines.split[line], strict=True) if part]
    if len(parts) > 1:
        rows.append(f"    of which {', '.join(parts)}")
    return rows


def _factor(result: Footprint, line: int) -> str:
    lines = result.lines
    item = lines.text("item", line)
    if not lines.text("factor_table", line):
        return f"{item}, linked in this run"
    away = lines.text("fallback", line)
    asked = f" (asked {away})" if away else ""
    found = f"{item} {lines.text('region', line)} {lines.text('year', line)}".rstrip() + asked
    cited = _told(found, *(lines.text(name, line) for name in ("printed", "factor_source", "factor_locator")))
    return f"{cited} [{lines.text('factor_table', line)}]"


_PARTS = ("fossil", "biogenic", "uptake", "land_use_change")


def _told(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _tail(result: Footprint, product: int, stage: str | None) -> list[str]:
    told = [""]
    if stage is None:
        inside = [k for k, info in enumerate(result.stages) if not info.outside and result.by_stage[product, k]]
        terms = " + ".join(number(result.by_stage[product, k]) for k in inside)
        told.append(f"Total: {terms or '0'} = {number(result.totals[product])} kg CO2e per {result.unit}")
    told += [f"Warning: {text}" for text in result.warnings(result.products[product])]
    return told if len(told) > 1 else []
