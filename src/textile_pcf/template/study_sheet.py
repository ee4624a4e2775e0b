"""The sheet for company and study in the template workbook: what the cover of a report shows. `io.study` reads it back."""

from __future__ import annotations

from typing import Any

from textile_pcf.io.study_statements import FIELDS, PRODUCT_FIELDS
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.template.form_lines import Page, bilingual, fixed_label
from textile_pcf.template.layout import Layout
from textile_pcf.template.styles import (
    BAND,
    BORDER,
    GREY,
    LINE,
    PRODUCT_BAND,
    SECTION,
    count_lines,
    font,
    put,
    set_printing,
    set_widths,
    wrapped_alignment,
    write_across,
)  # fmt: skip

HEAD, TECHNICAL = 3, 4  # rows of the headings and of the hidden names of columns
FIELD_WIDTH, TITLE_WIDTH, VALUE_WIDTH, HELP_WIDTH, OWN_WIDTH = 13, 24, 56, 50, 24
MORE_LINES = {"address": 2, "reviewer": 2, "goal": 3, "audience": 2, "description": 3, "composition": 2}
"""Height of fields whose texts are long. [lines]"""


def write_study(sheet: Any, page: Page, language: str, layout: Layout, heads: dict[str, str]) -> None:
    """Write the sheet for company and study.

    Parameters
    ----------
    sheet : openpyxl.worksheet.worksheet.Worksheet
        The empty sheet.
    page : Page
        Its title and note.
    language : str
        `en`, `zh` or `both`.
    layout : Layout
        Columns of the sheets to fill in: with several products, each has a column of its own here too.
    heads : dict
        Heading of the column of each product, by its hidden name.
    """
    own = {name.replace("amount", "value"): head for name, head in heads.items()}
    names = ("field", "title", "value", *own, "help")
    set_widths(sheet, (FIELD_WIDTH, TITLE_WIDTH, VALUE_WIDTH, *(OWN_WIDTH for _ in own), HELP_WIDTH))
    put(sheet.cell(1, 1), page.title)
    sheet.cell(1, 1).font = font(bold=True, size=15, color=BAND)
    write_across(sheet, 2, page.note, 3)
    _write_heads(sheet, names, own, language)
    row = TECHNICAL + 1
    for key, fields in (("study_of_study", FIELDS[: -len(PRODUCT_FIELDS)]), ("study_of_product", PRODUCT_FIELDS)):
        _write_section(sheet, row, fixed_label(key, language, " "), len(names))
        for number, field in enumerate(fields, row + 1):
            _write_field(sheet, number, field, names, language)
        row += len(fields) + 1
    sheet.freeze_panes = sheet.cell(TECHNICAL + 1, 3)
    set_printing(sheet, f"{HEAD}:{HEAD}", layout if layout.several else None)


def _write_heads(sheet: Any, names: tuple[str, ...], own: dict[str, str], language: str) -> None:
    """Write the headings and the hidden names of the columns."""
    from openpyxl.styles import Alignment, PatternFill

    titles = {"field": "study_field_id", "title": "study_field", "value": "study_value_all" if own else "study_value",
              "help": "study_help"}  # fmt: skip
    for column, name in enumerate(names, 1):
        put(sheet.cell(TECHNICAL, column), name)
        head = sheet.cell(HEAD, column)
        if name not in own:
            put(head, fixed_label(titles[name], language, " "))
        elif own[name].startswith("="):
            head.value = own[name]
        else:
            put(head, own[name])
        head.font = font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=PRODUCT_BAND if name in own else BAND)
        head.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[TECHNICAL].hidden = True
    sheet.row_dimensions[HEAD].height = 2 * LINE


def _write_section(sheet: Any, row: int, title: str, columns: int) -> None:
    from openpyxl.styles import PatternFill

    for column in range(1, columns + 1):
        sheet.cell(row, column).fill = PatternFill("solid", fgColor=SECTION)
    put(sheet.cell(row, 2), title)
    sheet.cell(row, 2).font = font(bold=True, color=BAND)


def _write_field(sheet: Any, row: int, field: str, names: tuple[str, ...], language: str) -> None:
    """Write the line of one field; only fields of products have cells for single products."""
    from openpyxl.styles import Border, Side

    side = Side(style="thin", color=BORDER)
    help_text = bilingual(language, *(fixed_text(f"study_{field}_help", code) for code in ("en", "zh")))
    texts = {"field": field, "title": fixed_label(f"study_{field}", language), "help": help_text}
    for column, name in enumerate(names, 1):
        cell = sheet.cell(row, column)
        cell.alignment = wrapped_alignment()
        if name in texts:
            put(cell, texts[name])
        elif name == "value" or field in PRODUCT_FIELDS:
            cell.border = Border(left=side, right=side, top=side, bottom=side)
            cell.number_format = "@"
        if name in ("field", "help"):
            cell.font = font(color=GREY, size=9 if name == "field" else 10)
    lines = max(count_lines(help_text, HELP_WIDTH), count_lines(texts["title"], TITLE_WIDTH), MORE_LINES.get(field, 1))
    sheet.row_dimensions[row].height = LINE * lines
