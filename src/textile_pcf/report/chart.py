"""The chart of a workbook: totals of several products, or stages of one product, as bars."""

from __future__ import annotations

from typing import Any

from textile_pcf.io.table import column_letter
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.report.totals import Totals

MOST_BARS, FILL, GRID = 60, "0072B2", "D9D9D9"  # products in a chart, its colour, and that of its lines
WIDTH, HEIGHT, BAR = 860, 120, 26  # pixels of the chart, and of each bar
PIXEL = 2.54 / 96  # centimetres
HAIR = 9525  # width of a line: 0.75 points


def draw_chart(totals: Totals) -> None:
    """Add the chart below the totals. No chart is drawn without emissions or with more than `MOST_BARS` products."""
    first, last = totals.first_stages or (0, -1)
    count, result, language = len(totals.result.products), totals.result, totals.language
    if last < first or count > MOST_BARS:
        return
    if count == 1:
        title, sheet, names, values = (
            f"{result.products[0]}: {fixed_text('by_stage', language)}",
            totals.stages.name,
            2,
            totals.emissions_column,
        )
    else:
        title, sheet, names, values = fixed_text("report_products", language), totals.sheet.name, 0, 1
        first, last = Totals.FIRST, Totals.FIRST + count - 1
    chart = _bars(title, write_formulas(fixed_text("per", language, unit=result.unit)))
    chart.series.append(_series(title, _range(sheet, first, last, names), _range(sheet, first, last, values)))
    chart.width, chart.height = WIDTH * PIXEL, (HEIGHT + BAR * (last - first + 1)) * PIXEL
    totals.sheet.page.add_chart(chart, f"A{Totals.FIRST + count + 3}")


def _range(sheet: str, first: int, last: int, column: int) -> str:
    name = column_letter(column)
    return f"'{sheet}'!${name}${first + 1}:${name}${last + 1}"


def _bars(title: str, per: str) -> Any:
    """Return a bar chart with horizontal bars, from top to bottom."""
    from openpyxl.chart import BarChart
    from openpyxl.chart.axis import ChartLines
    from openpyxl.chart.shapes import GraphicalProperties
    from openpyxl.drawing.line import LineProperties

    chart = BarChart()
    chart.type, chart.gapWidth, chart.legend = "bar", 40, None
    chart.title = _title(title, 1200)
    names, figures = chart.x_axis, chart.y_axis
    names.scaling.orientation, names.tickLblPos, names.majorGridlines = "maxMin", "low", None
    figures.title, figures.tickLblPos, figures.number_format = _title(per, 1000), "high", "General"
    figures.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill=GRID, w=HAIR)))
    names.delete = figures.delete = False
    return chart


def _title(text: str, size: int) -> Any:
    """Return a title. `size` is in hundredths of a point."""
    from openpyxl.chart.text import RichText, Text
    from openpyxl.chart.title import Title
    from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun

    from textile_pcf.io.safe_text import escape_controls

    properties = CharacterProperties(sz=size, b=True)
    run = RegularTextRun(rPr=properties, t=escape_controls(text))
    rich_text = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=properties), r=[run])])
    return Title(tx=Text(rich=rich_text), overlay=False)


def _series(title: str, names: str, values: str) -> Any:
    from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
    from openpyxl.chart.label import DataLabelList
    from openpyxl.chart.series import Series, SeriesLabel

    from textile_pcf.io.safe_text import escape_controls

    series = Series(idx=0, order=0, tx=SeriesLabel(v=escape_controls(title)))
    series.cat, series.val = AxDataSource(strRef=StrRef(f=names)), NumDataSource(numRef=NumRef(f=values))
    series.graphicalProperties.solidFill = FILL
    labels = DataLabelList(numFmt="0.00", showVal=True)
    labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False
    series.dLbls = labels
    return series
