"""A result as a workbook whose totals are formulas: a verifier changes a cell, and everything that rests on it follows.

Blue cells are numbers, everything else is computed from them: masses backwards from the product, amounts from values and
drivers, emissions from amounts and factors, stages and totals from emissions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.errors import Problem, UsageError
from textile_pcf.language import translate, word
from textile_pcf.report.page import provenance_lines
from textile_pcf.report.sheets import Sheet, styles_of
from textile_pcf.report.sums import Chain, chain_of, linked_products, units_of_supplier
from textile_pcf.report.totals import Totals, draw_chart
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.tables.shape import letter
from textile_pcf.units import parse_unit

MOST_LINES = 100_000  # lines that a spreadsheet still opens, and that are written, in reasonable time
TOLD = 50  # products whose losses and properties are put into words
LIVE = 1e-12  # how far value × drivers may be from the amount before a factor of its own is written
FROZEN = 3  # columns of the lines that stay where they are: product, and the names of stage and flow
ABOUT = 110  # letters of what is said of the run
HOW = 70  # letters of what is said of the losses of a stage
NAMES = ("stage_name", "flow_name")
TEXTS_BEFORE = ("component", "stage", "flow", "group", "item")
TEXTS_AFTER = (
    "region",
    "year",
    "fallback",
    "data_type",
    "source",
    "locator",
    "factor_table",
    "factor_source",
    "factor_locator",
)


def write_workbook(result: Footprint, path: Path, unit: str | None, language: str) -> None:
    """Write the workbook. [kg CO2e per product unit, and per `unit` beside it]

    Raises
    ------
    UsageError
        xlsxwriter is not installed, or there are more lines than a spreadsheet bears.
    InputError
        Some product cannot be told in `unit`.
    """
    try:
        import xlsxwriter
    except ImportError:
        cure = 'Run: pip install "textile_pcf[report]"'
        raise UsageError([Problem("to_excel", "Workbooks with formulas need xlsxwriter.", cure, code="extra")]) from None
    if len(result.lines.product) > MOST_LINES:
        cure = "Calculate fewer products at a time, or write Parquet."
        what = f"{len(result.lines.product)} lines are more than a workbook with formulas bears ({MOST_LINES})."
        raise UsageError([Problem("to_excel", what, cure, code="too-many")])
    scale = result.scale(unit)
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False}
    with xlsxwriter.Workbook(str(path), safe) as book:
        styles = styles_of(book)
        names = ("result", "stages", "lines", "masses", "about")
        sheets = {key: Sheet(book.add_worksheet(word(f"sheet_{key}", language)), word(f"sheet_{key}", language), styles)
                  for key in names}  # fmt: skip
        draw_chart(book, _fill(result, sheets, unit, scale, language))


def _fill(result: Footprint, sheets: dict[str, Sheet], unit: str | None, scale: Any, language: str) -> Totals:
    """All sheets; what one refers to in another is known by its place."""
    totals = Totals(result, sheets["result"], sheets["stages"], unit, language)
    chain = chain_of(result)
    drivers = _masses(sheets["masses"], result, chain, language)
    blocks = _lines(sheets["lines"], result, drivers, totals, language)
    totals.write(blocks, sheets["lines"], scale)
    _about(sheets["about"], result, language)
    sheets["result"].page.activate()
    for key, sheet in sheets.items():
        sheet.printed(*(("A3", 2, FROZEN) if key == "lines" else ("A4", 1, 1 if key in ("stages", "masses") else 0)))
    return totals


def _masses(sheet: Sheet, result: Footprint, chain: Chain, language: str) -> Callable[[int, int, str, str], str]:
    """The mass chain; gives back a function that tells the cell of a mass of a stage."""
    sheet.head([word(key, language) for key in ("product", "stage", "sheet_title", "sheet_fibre", "sheet_share", "sheet_out",
                                                "sheet_ratio", "sheet_in", "sheet_loss", "sheet_how")],
               numbers=range(4, 9))  # fmt: skip
    top = sheet.row
    told: set[tuple[int, int]] = set()
    for step in chain.steps:
        row = sheet.row
        sheet.text(0, result.products[step.product])
        if step.stage < 0:
            sheet.text(1, "product")
            sheet.text(2, word("product", language))
            sheet.number(5, step.output)
        else:
            info = result.stages[step.stage]
            sheet.text(1, info.id)
            sheet.text(2, info.title_zh if language == "zh" else info.title)
            sheet.text(3, step.fibre)
            after = sheet.at(top + step.after, 5 if chain.steps[step.after].stage < 0 else 7)
            if step.share is not None:
                sheet.number(4, step.share)
                after = f"{after}*{sheet.at(row, 4)}"
            sheet.formula(5, after, step.output)
            sheet.number(6, step.ratio)
            sheet.formula(7, f"{sheet.at(row, 5)}*{sheet.at(row, 6)}", step.input)
            sheet.formula(8, f"{sheet.at(row, 7)}-{sheet.at(row, 5)}", step.input - step.output)
            if (step.product, step.stage) not in told and len(result.products) <= TOLD:
                told.add((step.product, step.stage))
                sheet.wrapped({9: "; ".join(text.strip() for text in result.terms(step.product, step.stage, language))}, HOW)
        sheet.row += 1
    sheet.page.freeze_panes(1, 0)
    sheet.fit()
    sheet.page.set_column(9, 9, HOW)
    column = {"output": 5, "input": 7, "loss": 8}

    def cell(product: int, stage: int, fibre: str, mass: str) -> str:
        return sheet.at(top + chain.place[product, stage, fibre], column[mass])

    return cell


def _lines(
    sheet: Sheet, result: Footprint, mass_cell: Callable[[int, int, str, str], str], totals: Totals, language: str
) -> list[tuple[int, int]]:
    """Every line of the sum, those of a product together; gives back the first and last row of each product."""
    lines = result.lines
    width = max(1, int((~np.isnan(lines.drivers)).any(axis=0).sum()))
    columns = _columns(sheet, width, language)
    order = np.lexsort((lines.stage, lines.product))
    linking = Linking(result)
    blocks = []
    starts = np.searchsorted(lines.product[order], np.arange(len(result.products) + 1))
    for product in range(len(result.products)):
        first = sheet.row
        for line in order[starts[product] : starts[product + 1]]:
            _one_line(sheet, result, int(line), columns, mass_cell, totals, linking, language)
            sheet.row += 1
        if sheet.row == first:
            sheet.row += 1  # a product without lines keeps an empty row, so that its sums have a range
        blocks.append((first, sheet.row - 1))
    sheet.page.freeze_panes(1, FROZEN)
    sheet.page.autofilter(0, 0, max(sheet.row - 1, 1), columns["last"])
    sheet.fit()
    return blocks


def _columns(sheet: Sheet, width: int, language: str) -> dict[str, int]:
    """Places of the columns, after their headings are written."""
    names: list[str] = ["product", *NAMES, *TEXTS_BEFORE, "value", "value_unit"]
    for number in range(1, width + 1):
        names += [f"driver {number}", f"driver {number} unit"]
    names += ["conversion", "amount", "unit", *(f"factor {name}" for name in SPLIT), "factor", "factor_unit", "kgCO2e",
              "counted", *TEXTS_AFTER]  # fmt: skip
    titles = []
    for name in names:
        kind, _, which = name.partition(" ")
        if kind == "factor" and which:
            titles.append(f"{word('line_factor', language)}: {word(which, language)}")
        elif kind == "driver":
            titles.append(f"{word('line_driver', language)} {which.removesuffix(' unit')}" if "unit" not in which else "")
        else:
            titles.append(word(f"line_{name}", language))
    figures = ("value", "conversion", "amount", "factor", "kgCO2e", "counted")
    sheet.head(titles, [place for place, name in enumerate(names) if name.split()[0] in figures])
    columns = {name: place for place, name in enumerate(names)} | {"last": len(names) - 1}
    sheet.marks = columns
    return columns


class Linking:
    """Which lines take the footprint of another product of the run, and whether they may do so by formula."""

    def __init__(self, result: Footprint) -> None:
        self.supplier, self.live = linked_products(result)
        self.units = units_of_supplier(result, self.supplier) if self.live else None

    def formulas(self, line: int, totals: Totals) -> list[str] | None:
        """Formulas of the parts of a line's factor; None where they are numbers."""
        if not self.live or self.supplier[line] < 0 or self.units is None:
            return None
        return [f"{totals.part(int(self.supplier[line]), part)}*{float(self.units[line])!r}" for part in range(len(SPLIT))]


def _one_line(
    sheet: Sheet,
    result: Footprint,
    line: int,
    columns: dict[str, int],
    mass_cell: Callable[[int, int, str, str], str],
    totals: Totals,
    linking: Linking,
    language: str,
) -> None:
    lines, row = result.lines, sheet.row
    product, stage = int(lines.product[line]), int(lines.stage[line])
    info = result.stages[stage]
    texts = {"product": result.products[product], "stage": info.id, **{
        name: lines.text(name, line) for name in ("component", "flow", "group", "item", "value_unit", "unit", "factor_unit",
                                                  *TEXTS_AFTER)}}  # fmt: skip
    texts |= {"stage_name": info.told(language), "flow_name": info.flow(texts["flow"], language)}
    texts |= {name: word(texts[name], language) for name in ("group", "data_type") if texts[name]}
    for name, text in texts.items():
        sheet.text(columns[name], text)
    sheet.number(columns["value"], lines.value[line])
    terms, known = [sheet.at(row, columns["value"])], float(lines.value[line])
    fibre = texts["component"] if info.component else ""
    names = lines.text("driver_names", line).split("|")
    for number, (driver, name) in enumerate(zip(lines.drivers[line], names, strict=False), 1):
        if not name or np.isnan(driver):
            continue
        place = columns[f"driver {number}"]
        sheet.text(place + 1, name)
        mass = name.removeprefix("kg ")
        if name.startswith("kg ") and mass in ("output", "input", "loss"):
            sheet.formula(place, mass_cell(product, stage, fibre, mass), driver)
        else:
            sheet.number(place, driver)
        terms.append(sheet.at(row, place))
        known *= float(driver)
    amount = float(lines.amount[line])
    if known and abs(amount / known - 1) > LIVE:
        sheet.number(columns["conversion"], amount / known)
        terms.append(sheet.at(row, columns["conversion"]))
    sheet.formula(columns["amount"], "*".join(terms), amount)
    _emissions(sheet, result, line, columns, linking.formulas(line, totals))
    sheet.number(columns["counted"], 0.0 if info.outside else 1.0)


def _emissions(sheet: Sheet, result: Footprint, line: int, columns: dict[str, int], linked: list[str] | None) -> None:
    """Factor and emissions of a line, part by part."""
    lines, row = result.lines, sheet.row
    emitted = result.emitted
    parts = emitted.per_unit[emitted.question[line], : len(SPLIT)] * parse_unit(lines.text("unit", line)).factor
    first = columns[f"factor {SPLIT[0]}"]
    for part in range(len(SPLIT)):
        if linked is None:
            sheet.number(first + part, parts[part])
        else:
            sheet.formula(first + part, linked[part], parts[part])
    sheet.formula(columns["factor"], f"SUM({sheet.at(row, first)}:{_cell(row, first + 3)})", float(parts.sum()))
    formula = f"{sheet.at(row, columns['amount'])}*{sheet.at(row, columns['factor'])}"
    sheet.formula(columns["kgCO2e"], formula, float(lines.split[line].sum()))


def _cell(row: int, column: int) -> str:
    return f"${letter(column)}${row + 1}"


def _about(sheet: Sheet, result: Footprint, language: str) -> None:
    """Warnings, and everything that is needed to calculate the same again."""
    sheet.head([word("warnings", language), ""])
    if not linked_products(result)[1]:
        sheet.text(0, word("sheet_loops", language), "free")
        sheet.row += 1
    for text in result.warnings():
        sheet.text(0, translate(text, language), "free")
        sheet.row += 1
    sheet.row += 1
    sheet.head([word("sheet_provenance", language), ""])
    for key, value in provenance_lines(result, language):
        sheet.wrapped({0: key, 1: value}, ABOUT)
        sheet.row += 1
    sheet.page.set_column(0, 0, 28)
    sheet.page.set_column(1, 1, ABOUT)
