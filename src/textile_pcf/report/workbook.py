"""A result as a workbook whose totals are formulas: a verifier changes a cell, and everything that rests on it follows.

Blue cells are numbers, everything else is computed from them: masses backwards from the product, amounts from values and
drivers, emissions from amounts and factors, stages and totals from emissions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.table import column_letter
from textile_pcf.messages.catalogue import fixed_text, translate
from textile_pcf.report.cells import looks_of, save
from textile_pcf.report.chart import draw_chart
from textile_pcf.report.mass_sheet import write_masses
from textile_pcf.report.page import provenance_lines
from textile_pcf.report.sheets import Sheet
from textile_pcf.report.sums import chain_of, linked_products
from textile_pcf.report.totals import Totals
from textile_pcf.results import SPLIT, Footprint

MOST_LINES = 100_000  # lines that a spreadsheet still opens, and that are written, in reasonable time
MOST_ROWS = 1_000_000  # of masses; a sheet has no more
LIVE = 1e-12  # how far value × drivers may be from the amount before a factor of its own is written
FROZEN = 3  # columns of the lines that stay where they are: product, and the names of stage and flow
ABOUT = 110  # letters of what is said of the run
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
        There are more lines than a spreadsheet bears.
    InputError
        Some product cannot be told in `unit`.
    """
    from openpyxl import Workbook

    if len(result.lines.product) > MOST_LINES or len(result.stage_masses.product) + len(result.products) > MOST_ROWS:
        cure = "Calculate fewer products at a time, or write Parquet."
        what = f"{len(result.lines.product)} lines are more than a workbook with formulas bears ({MOST_LINES})."
        raise UsageError([Problem("to_excel", what, cure, code="too-many")])
    scale = result.scale(unit)
    book = Workbook(write_only=True)
    names = {key: fixed_text(f"sheet_{key}", language) for key in ("result", "stages", "lines", "masses", "about")}
    pages = {key: book.create_sheet(name) for key, name in names.items()}
    looks = looks_of(book, pages["result"])
    sheets = {key: Sheet(pages[key], name, looks) for key, name in names.items()}
    draw_chart(_fill(result, sheets, unit, scale, language))
    save(book, [sheet.rows() for sheet in sheets.values()], path)


def _fill(result: Footprint, sheets: dict[str, Sheet], unit: str | None, scale: Any, language: str) -> Totals:
    """All sheets; what one refers to in another is known by its place."""
    totals = Totals(result, sheets["result"], sheets["stages"], unit, language)
    chain = chain_of(result)
    drivers = write_masses(sheets["masses"], result, chain, totals, scale)
    blocks = _lines(sheets["lines"], result, drivers, totals, scale)
    totals.write(blocks, sheets["lines"], scale)
    _about(sheets["about"], result, language)
    for key, sheet in sheets.items():
        sheet.printed(*(("A3", 2, FROZEN) if key == "lines" else ("A4", 1, 1 if key in ("stages", "masses") else 0)))
    return totals


def _lines(
    sheet: Sheet, result: Footprint, mass_cell: Callable[[int, int, str, str], str], totals: Totals, scale: FloatArray
) -> list[tuple[int, int]]:
    """Every line of the sum, those of a product together; gives back the first and last row of each product."""
    lines = result.lines
    width = max(1, int((~np.isnan(lines.drivers)).any(axis=0).sum()))
    columns = _columns(sheet, width, totals)
    order = np.lexsort((lines.stage, lines.product))
    linking = Linking(result)
    blocks = []
    starts = np.searchsorted(lines.product[order], np.arange(len(result.products) + 1))
    for product in range(len(result.products)):
        first = sheet.row
        for line in order[starts[product] : starts[product + 1]]:
            _one_line(sheet, result, int(line), columns, mass_cell, totals, linking)
            _beside(sheet, result, int(line), columns, totals, float(scale[product]))
            sheet.row += 1
        if sheet.row == first:
            sheet.row += 1  # a product without lines keeps an empty row, so that its sums have a range
        blocks.append((first, sheet.row - 1))
    sheet.freeze(1, FROZEN)
    sheet.page.auto_filter.ref = f"A1:{column_letter(columns['last'])}{max(sheet.row, 2)}"
    sheet.fit()
    return blocks


def _columns(sheet: Sheet, width: int, totals: Totals) -> dict[str, int]:
    """Places of the columns, after their headings are written."""
    language = totals.language
    names: list[str] = ["product", *NAMES, *TEXTS_BEFORE, "value", "value_unit"]
    for number in range(1, width + 1):
        names += [f"driver {number}", f"driver {number} unit"]
    names += ["conversion", "amount", "unit", *(f"factor {name}" for name in SPLIT), "factor", "factor_unit", "kgCO2e",
              "counted", *TEXTS_AFTER]  # fmt: skip
    names += ["aircraft"] if totals.result.lines.aircraft.any() else []
    names += ["amount asked", "kgCO2e asked"] if totals.unit else []
    titles = []
    for name in names:
        kind, _, which = name.partition(" ")
        if kind == "factor" and which:
            titles.append(f"{fixed_text('line_factor', language)}: {fixed_text(which, language)}")
        elif which == "asked":
            amount = totals.per(fixed_text("line_used", language))
            titles.append(amount if kind == "amount" else fixed_text("per", language, unit=totals.unit))
        elif kind == "driver":
            titles.append(f"{fixed_text('line_driver', language)} {which.removesuffix(' unit')}" if "unit" not in which else "")
        else:
            titles.append(fixed_text(f"line_{name}", language))
    figures = ("value", "conversion", "amount", "factor", "kgCO2e", "counted", "aircraft")
    sheet.head(titles, [place for place, name in enumerate(names) if name.split()[0] in figures])
    columns = {name: place for place, name in enumerate(names)} | {"last": len(names) - 1}
    sheet.marks = columns
    return columns


class Linking:
    """Which lines take the footprint of another product of the run, and whether they may do so by formula."""

    def __init__(self, result: Footprint) -> None:
        self.supplier, self.live = linked_products(result)
        self.units = result.inventory.supplier_units if self.live else None

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
) -> None:
    lines, row, language = result.lines, sheet.row, totals.language
    product, stage = int(lines.product[line]), int(lines.stage[line])
    info = result.stages[stage]
    texts = {"product": result.products[product], "stage": info.id, **{
        name: lines.text(name, line) for name in ("component", "flow", "group", "item", "value_unit", "unit", "factor_unit",
                                                  *TEXTS_AFTER)}}  # fmt: skip
    texts |= {"stage_name": info.name(language), "flow_name": info.flow(texts["flow"], language)}
    texts |= {name: fixed_text(texts[name], language) for name in ("group", "data_type") if texts[name]}
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
    inventory = result.inventory
    parts = (
        inventory.split_values[inventory.value_index[line], : len(SPLIT)]
        * result.measures.parse(lines.text("unit", line)).factor
    )
    first = columns[f"factor {SPLIT[0]}"]
    for part in range(len(SPLIT)):
        if linked is None:
            sheet.number(first + part, parts[part])
        else:
            sheet.formula(first + part, linked[part], parts[part])
    sheet.formula(columns["factor"], f"SUM({sheet.at(row, first)}:{_cell(row, first + 3)})", float(parts.sum()))
    formula = f"{sheet.at(row, columns['amount'])}*{sheet.at(row, columns['factor'])}"
    sheet.formula(columns["kgCO2e"], formula, float(lines.split[line].sum()))


def _beside(sheet: Sheet, result: Footprint, line: int, columns: dict[str, int], totals: Totals, scale: float) -> None:
    """What of it aircraft give off, where any do; and amount and emissions in the unit asked for."""
    lines = result.lines
    if "aircraft" in columns and lines.aircraft[line]:
        sheet.number(columns["aircraft"], lines.aircraft[line])
    if totals.unit:
        per = totals.scale(int(lines.product[line]))
        for name, value in (("amount", lines.amount[line]), ("kgCO2e", lines.split[line].sum())):
            sheet.formula(columns[f"{name} asked"], f"{sheet.at(sheet.row, columns[name])}*{per}", float(value) * scale)


def _cell(row: int, column: int) -> str:
    return f"${column_letter(column)}${row + 1}"


def _about(sheet: Sheet, result: Footprint, language: str) -> None:
    """Warnings, and everything that is needed to calculate the same again."""
    sheet.head([fixed_text("warnings", language), ""])
    if not linked_products(result)[1]:
        sheet.text(0, fixed_text("sheet_loops", language), "free")
        sheet.row += 1
    for text in result.warnings():
        sheet.text(0, translate(text, language), "free")
        sheet.row += 1
    sheet.row += 1
    sheet.head([fixed_text("sheet_provenance", language), ""])
    for key, value in provenance_lines(result, language):
        sheet.wrapped({0: key, 1: value}, ABOUT)
        sheet.row += 1
    sheet.wide(0, 28)
    sheet.wide(1, ABOUT)
