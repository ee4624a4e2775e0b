"""The first sheet of the template workbook: its purpose, how to fill it in, and a list of its sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import RuleDocument, RuleSet
from textile_pcf.template.entries import NEEDS
from textile_pcf.template.form_lines import Page, bilingual, fixed_label
from textile_pcf.template.links import link_to
from textile_pcf.template.stage_state import grey_while, no_in_quotes, state_formula
from textile_pcf.template.styles import (
    BAND,
    FILL,
    GREY,
    LINE,
    SECTION,
    centred,
    count_lines,
    font,
    put,
    set_printing,
    set_widths,
    wrapped_alignment,
    write_across,
)  # fmt: skip

COLUMN_WIDTHS = (34, 44, 30, 20)
WIDE = len(COLUMN_WIDTHS)
STEPS, SEVERAL_STEPS = 7, 5  # instructions, and further ones for several products


def write_guide(
    sheet: Any, rules: RuleSet, pages: list[Page], language: str, several: bool, answer_cells: Mapping[str, str]
) -> None:
    """Write the guide of a template workbook.

    Parameters
    ----------
    sheet : openpyxl.worksheet.worksheet.Worksheet
        The empty sheet.
    rules : RuleSet
        The rule of the workbook.
    pages : list of Page
        The sheets to fill in.
    language : str
        `en`, `zh` or `both`.
    several : bool
        Whether the workbook is for several products.
    answer_cells : mapping
        Cells in which each optional stage is answered.
    """
    set_widths(sheet, COLUMN_WIDTHS)
    row = _write_facts(sheet, rules, language)
    row = _write_heading(sheet, row + 1, "guide_how", language)
    row = _write_steps(sheet, row, rules, language, several)
    row = _write_heading(sheet, row + 1, "guide_legend", language)
    row = _write_legend(sheet, row, language)
    row = _write_heading(sheet, row + 2, "guide_sheets", language)
    _write_sheets(sheet, row, pages, language, answer_cells)
    set_printing(sheet)


def _write_facts(sheet: Any, rules: RuleSet, language: str) -> int:
    """Write title, rule, system boundary, unit and note; return the row below."""
    document = rules.document
    title = _title(document, language)
    put(sheet.cell(1, 1), f"{fixed_label('form_title', language, ' ')}: {title}")
    sheet.cell(1, 1).font = font(bold=True, size=17, color=BAND)
    facts = [
        ("guide_rule", f"{rules.name}: {fixed_label(document.status, language, ' / ')}"),
        ("guide_boundary", fixed_label(rules.boundary, language, " / ")),
        ("guide_unit", rules.product_unit.text),
    ]
    row = 3
    for key, text in facts:
        put(sheet.cell(row, 1), fixed_label(key, language, " "))
        put(sheet.cell(row, 2), text)
        sheet.cell(row, 1).font = font(bold=True)
        row += 1
    if document.note:
        write_across(sheet, row, bilingual(language, document.note.text(), document.note.text("zh")), WIDE)
        row += 1
    return row


def _title(document: RuleDocument, language: str) -> str:
    if not document.title:
        return document.rule
    return bilingual(language, document.title.text(), document.title.text("zh"), " ")


def _write_steps(sheet: Any, row: int, rules: RuleSet, language: str, several: bool) -> int:
    """Write the instructions; return the row below."""
    steps = [f"guide_{number}" for number in range(1, STEPS + 1)]
    steps += [f"guide_several_{number}" for number in range(1, SEVERAL_STEPS + 1)] if several else []
    for step in steps:
        texts = [fixed_text(step, code).replace("{rule}", rules.name) for code in ("en", "zh")]
        write_across(sheet, row, bilingual(language, *texts), WIDE)
        row += 1
    return row


def _write_legend(sheet: Any, row: int, language: str) -> int:
    """Write what colours and grey texts mean; return the last row."""
    from openpyxl.styles import PatternFill

    for need in NEEDS[:3]:
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=FILL[need])
        put(sheet.cell(row, 1), fixed_label(f"need_{need}", language, " "))
        row += 1
    text = fixed_label("guide_legend_default", language)
    put(sheet.cell(row, 1), text)
    sheet.cell(row, 1).font = font(color=GREY, italic=True)
    sheet.cell(row, 1).alignment = wrapped_alignment()
    sheet.row_dimensions[row].height = LINE * count_lines(text, COLUMN_WIDTHS[0])
    return row


def _write_sheets(sheet: Any, row: int, pages: list[Page], language: str, answer_cells: Mapping[str, str]) -> None:
    """Write the list of sheets, each with a link, the number of its required lines, and whether its stage takes place."""
    put(sheet.cell(row - 1, 2), fixed_label("guide_stage", language, " "))
    put(sheet.cell(row - 1, 3), fixed_label("guide_required", language, " "))
    put(sheet.cell(row - 1, 4), fixed_label("guide_state", language, " "))
    for page in pages:
        put(sheet.cell(row, 1), page.name)
        link_to(sheet.cell(row, 1), page.name)
        sheet.cell(row, 1).font = font(color="0563C1", underline="single")
        put(sheet.cell(row, 2), page.title)
        sheet.cell(row, 3).value = page.required or None
        sheet.cell(row, 3).alignment = centred()
        if page.stage in answer_cells:
            sheet.cell(row, 4).value = state_formula(answer_cells[page.stage], language)
            grey_while(sheet, f"A{row}:D{row}", f"$D${row}={no_in_quotes(language)}")
        elif page.stage:
            put(sheet.cell(row, 4), fixed_label("need_always", language, " "))
        row += 1


def _write_heading(sheet: Any, row: int, key: str, language: str) -> int:
    """Write a heading; return the row below."""
    from openpyxl.styles import PatternFill

    put(sheet.cell(row, 1), fixed_label(key, language, " "))
    for column in range(1, WIDE + 1):
        sheet.cell(row, column).fill = PatternFill("solid", fgColor=SECTION)
        sheet.cell(row, column).font = font(bold=True, color=BAND)
    return row + 1
