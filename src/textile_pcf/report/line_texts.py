"""Lines of the sum as a report writes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.factors.matching import PROXY
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.report.context import ReportContext
from textile_pcf.report.numbers import MINUS, format_full
from textile_pcf.results import SPLIT
from textile_pcf.results.localized_lines import amount_origin
from textile_pcf.rules.stated_values import DRIVER_ITSELF

UPTAKE = SPLIT.index("uptake")


@dataclass(frozen=True)
class LineText:
    """One line of the sum. [per unit of the report]

    Attributes
    ----------
    stage, flow : str
        Titles; the flow with the fibre, if it is of one.
    outside, ruled, removes, proxy : bool
        Whether the line is outside the boundary, has an amount of the rule, is an uptake only, uses a proxy.
    value, rounded : str
        Number as given, with its unit; and the same for reading.
    amount, factor, kilograms : float
        [`unit`, `factor_unit`, kg CO2e]
    unit, factor_unit : str
    item, matched : str
        Emission factor; with region, year and the mark of a proxy.
    data_type, source, locator, factor_source, factor_locator : str
    """

    stage: str
    flow: str
    outside: bool
    ruled: bool
    removes: bool
    proxy: bool
    value: str
    rounded: str
    amount: float
    factor: float
    kilograms: float
    unit: str
    factor_unit: str
    item: str
    matched: str
    data_type: str
    source: str
    locator: str
    factor_source: str
    factor_locator: str


def line_texts(context: ReportContext, product: int) -> list[LineText]:
    """Return the lines of a product, in the order of production."""
    lines = context.result.lines
    rows = np.flatnonzero(lines.product == product)
    return [_line_text(context, int(row)) for row in rows[np.argsort(lines.stage[rows], kind="stable")]]


def _line_text(context: ReportContext, line: int) -> LineText:
    lines, info = context.result.lines, context.result.stages[int(context.result.lines.stage[line])]
    scale = float(context.scale[int(lines.product[line])])
    kilograms = float(lines.split[line].sum()) * scale
    component, flow = lines.text("component", line), info.flow(lines.text("flow", line), context.language)
    item, proxy = lines.text("item", line), PROXY in lines.text("fallback", line)
    matched = " ".join(filter(None, (item, lines.text("region", line), lines.text("year", line))))
    data_type, (source, locator) = lines.text("data_type", line), amount_origin(lines, line, context.language)
    follows = lines.text("locator", line) == DRIVER_ITSELF
    value, value_unit = float(lines.value[line]), lines.text("value_unit", line)
    return LineText(
        stage=info.name(context.language),
        flow=f"{flow} ({component})" if component else flow,
        outside=info.outside,
        ruled=bool(lines.ruled[line]),
        removes=kilograms != 0 and kilograms == float(lines.split[line, UPTAKE]) * scale,
        proxy=proxy,
        value=f"{format_full(value)} {value_unit}".rstrip(),
        rounded=f"{f'{value:.4g}'.replace('-', MINUS)} {value_unit}".rstrip() if np.isfinite(value) else "–",
        amount=float(lines.amount[line]) * scale,
        factor=float(lines.factor[line]),
        kilograms=kilograms,
        unit=lines.text("unit", line),
        factor_unit=write_formulas(lines.text("factor_unit", line)),
        item=f"{item} ({context.text('report_proxy')})" if proxy else item,
        matched=f"{matched} ({context.text('report_proxy')})" if proxy else matched,
        data_type=context.text("quality_type_driver" if follows else data_type) if data_type else "",
        source=context.without_folders(source),
        locator=context.without_folders(locator),
        factor_source=lines.text("factor_source", line),
        factor_locator=lines.text("factor_locator", line),
    )
