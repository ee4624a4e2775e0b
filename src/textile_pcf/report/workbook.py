"""Write a result as a workbook whose totals are formulas.

Blue cells are numbers that a verifier may change. All others are computed from them: masses backwards from the product, amounts
from values and drivers, emissions from amounts and factors, stages and totals from emissions.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.study_statements import Study
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message, localize
from textile_pcf.report.assessment import MOST_ASSESSED, Assessment, Requests, assess
from textile_pcf.report.cells import cell_styles, save
from textile_pcf.report.change_sheets import write_change, write_measures, write_scenarios
from textile_pcf.report.chart import draw_chart
from textile_pcf.report.line_sheet import FROZEN, LineSheet
from textile_pcf.report.mass_sheet import write_masses
from textile_pcf.report.quality_sheet import QualitySheet, write_cutoff
from textile_pcf.report.shared_sections import provenance_lines
from textile_pcf.report.sheets import Sheet
from textile_pcf.report.spread_sheet import SpreadSheet
from textile_pcf.report.study import COVER
from textile_pcf.report.sums import chain_of, linked_products
from textile_pcf.report.totals import Totals
from textile_pcf.results import Footprint
from textile_pcf.results.licence import licence_notes, refuse_masked
from textile_pcf.results.statements import method_statements

MOST_LINES = 100_000  # lines that a spreadsheet opens in reasonable time
MOST_ROWS = 1_000_000  # rows of a sheet
ABOUT = 110  # width of the texts about the run [letters]
PAPER = {"lines": ("A3", 2, FROZEN), "uncertainty": ("A3", 1, 0)}
"""Sheets on larger paper: its size, pages beside each other, and columns that each repeats."""
MOST_STATED = 100  # products whose method is given in the workbook


def write_workbook(
    result: Footprint,
    path: Path,
    unit: str | None,
    language: str,
    study: Study | None = None,
    requests: Requests | None = None,
) -> None:
    """Write the workbook. [kg CO2e per product unit, and per `unit`]

    Parameters
    ----------
    result : Footprint
        The result.
    path : Path
        File to write.
    unit : str or None
        Requested unit, in addition to the unit of the product.
    language : str
        `en` or `zh`.
    study : Study, optional
        What the first sheet says of the company, the product and the report.
    requests : Requests, optional
        What is said beside the figures; without it how sure they are, by the closed form.

    Raises
    ------
    UsageError
        The result has more lines than a spreadsheet can handle.
    InputError
        A product cannot be converted to `unit`.
    """
    from openpyxl import Workbook

    refuse_masked(result, "to_excel")
    if len(result.lines.product) > MOST_LINES or len(result.stage_masses.product) + len(result.products) > MOST_ROWS:
        cure = "Calculate fewer products at a time, or write Parquet."
        what = Message(
            "{count} lines are more than a workbook with formulas bears ({most_lines}).",
            count=len(result.lines.product),
            most_lines=MOST_LINES,
        )
        raise UsageError([Problem("to_excel", what, cure, code="too-many")])
    scale = result.scale(unit)
    assessment = assess(result, unit, requests or Requests())
    book = Workbook(write_only=True)
    names = {key: fixed_text(f"sheet_{key}", language) for key in _sheet_keys(assessment, study)}
    pages = {key: book.create_sheet(name) for key, name in names.items()}
    styles = cell_styles(book, pages["result"])
    sheets = {key: Sheet(pages[key], name, styles) for key, name in names.items()}
    if study is not None:
        _write_study(sheets["study"], study, language)
    totals = Totals(result, sheets["result"], sheets["stages"], unit, language)
    _write_sheets(sheets, totals, assessment, scale)
    draw_chart(totals)
    save(book, [sheet.rows() for sheet in sheets.values()], path)


def _sheet_keys(assessment: Assessment, study: Study | None) -> list[str]:
    """Return the keys of the sheets in their order."""
    spread = ["uncertainty", "quality"] if assessment.shown else []
    given = {"change": assessment.earlier, "scenarios": assessment.scenarios, "measures": assessment.measures}
    wanted = [key for key, what in given.items() if what is not None]
    return [
        "result",
        "stages",
        "lines",
        "masses",
        *spread,
        "cutoff",
        *wanted,
        "about",
        *(["study"] if study is not None else []),
    ]


def _write_sheets(sheets: dict[str, Sheet], totals: Totals, assessment: Assessment, scale: FloatArray) -> None:
    """Write all sheets. References between them are known before the cells are written."""
    result, language = totals.result, totals.language
    chain = chain_of(result)
    mass_cell = write_masses(sheets["masses"], result, chain, totals, scale)
    lines = LineSheet(sheets["lines"], result, totals, mass_cell, scale)
    blocks = lines.write()
    if assessment.shown:
        _write_spread(sheets, totals, assessment, (lines.rows, scale))
    totals.write(blocks, sheets["lines"], scale)
    write_cutoff(sheets["cutoff"], totals, min(MOST_ASSESSED, len(result.products)))
    if assessment.earlier is not None:
        write_change(sheets["change"], assessment.earlier, totals)
    if assessment.scenarios is not None:
        write_scenarios(sheets["scenarios"], assessment.scenarios, totals)
    if assessment.measures is not None:
        write_measures(sheets["measures"], assessment.measures, language)
    _write_about(sheets["about"], result, language)
    for key, sheet in sheets.items():
        sheet.set_printing(*PAPER.get(key, ("A4", 1, 1 if key in ("stages", "masses") else 0)))


def _write_spread(
    sheets: dict[str, Sheet], totals: Totals, assessment: Assessment, lines: tuple[Mapping[int, int], FloatArray]
) -> None:
    """Write the sheets of uncertainty and quality, and let the totals refer to them."""
    rows, scale = lines
    spread = SpreadSheet(sheets["uncertainty"], assessment, totals)
    rated = QualitySheet(sheets["quality"], sheets["lines"], assessment, totals, rows)
    spread.write(scale)
    rated.write()
    unit = fixed_text("per", totals.language, unit=totals.unit or totals.result.unit)
    ends = [f"{fixed_text(key, totals.language)}, {unit}" for key in ("report_low", "report_high")]
    totals.further_titles = [*ends, fixed_text("quality_dqr", totals.language)]

    def further(product: int) -> list[tuple[str, float, str] | None]:
        if product not in spread.shown:
            return []
        ends = [(*end, "computed") for end in spread.ends(product)]
        return [*(ends or (None, None)), (*rated.rating(product), "rating")]

    totals.further = further


def _write_study(sheet: Sheet, study: Study, language: str) -> None:
    """Write the fields of the study, in the form in which they are read: a field and its text in each row, then the product."""
    sheet.head([fixed_text(key, language) for key in ("study_field_id", "study_statement", "product")])
    rows = [(name, study.fields.get(name, ""), "") for name in COVER]
    rows += [(name, text, ident) for ident, stated in study.products.items() for name, text in stated.items()]
    for name, text, ident in rows:
        if text:
            sheet.wrapped({0: fixed_text(f"study_{name}", language), 1: text, 2: ident}, ABOUT)
            sheet.row += 1
    for column, width in enumerate((28, ABOUT, 28)):
        sheet.set_width(column, width)


def _write_method(sheet: Sheet, result: Footprint, language: str) -> None:
    """Write what a reader must know of the method of each product; of a long list, of the first products."""
    sheet.head([fixed_text("method_title", language), ""])
    for product, name in enumerate(result.products[:MOST_STATED]):
        sheet.text(0, name, "bold")
        sheet.row += 1
        for title, text in method_statements(result, product, language):
            sheet.wrapped({0: title, 1: text}, ABOUT)
            sheet.row += 1
    sheet.row += 1


def _write_about(sheet: Sheet, result: Footprint, language: str) -> None:
    """Write warnings, and what is needed to repeat the calculation."""
    sheet.head([fixed_text("warnings", language), ""])
    if not linked_products(result)[1]:
        sheet.text(0, fixed_text("sheet_loops", language), "free")
        sheet.row += 1
    for text in (*licence_notes(result), *result.warnings()):
        sheet.text(0, localize(text, language), "free")
        sheet.row += 1
    sheet.row += 1
    _write_method(sheet, result, language)
    sheet.head([fixed_text("sheet_provenance", language), ""])
    for key, value in provenance_lines(result, language):
        sheet.wrapped({0: key, 1: value}, ABOUT)
        sheet.row += 1
    sheet.set_width(0, 28)
    sheet.set_width(1, ABOUT)
