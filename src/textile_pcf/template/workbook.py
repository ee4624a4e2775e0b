"""Write the template workbook: sheets with drop-down lists, marks and notes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from textile_pcf.io.table import column_letter
from textile_pcf.io.template_marks import MARK, MARK_ROWS, STUDY
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import RuleSet
from textile_pcf.template.form_lines import Naming, Page, Section, bilingual, fixed_label
from textile_pcf.template.guide import write_guide
from textile_pcf.template.layout import Layout
from textile_pcf.template.line_cells import write_line
from textile_pcf.template.menus import Choices, Lists
from textile_pcf.template.pages import pages, with_spare_lines
from textile_pcf.template.stage_state import answer_ranges, declined, grey_while, write_notice
from textile_pcf.template.study_sheet import write_study
from textile_pcf.template.styles import (
    BAND,
    LINE,
    PRODUCT_BAND,
    SECTION,
    font,
    put,
    set_printing,
    set_widths,
    write_across,
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """What all sheets of a workbook share.

    Attributes
    ----------
    language : str
        `en`, `zh` or `both`.
    layout : Layout
        Columns of the sheets to fill in.
    product : Page
        The sheet of the product, on which the stages are answered.
    """

    language: str
    layout: Layout
    product: Page

    @cached_property
    def answers(self) -> dict[str, str]:
        """Cells in which each optional stage is answered."""
        return answer_ranges(self.product, self.layout, TECHNICAL + 1)


HEADING_ROWS = 3  # of the hidden sheet: form, rule, language
HEAD, TECHNICAL = 3, 4  # rows of the headings and of the hidden names of columns


def write_workbook(
    rules: RuleSet, path: Path, language: str = "both", layout: Layout | None = None, site: bool = False
) -> None:
    """Write the template workbook of a rule.

    Parameters
    ----------
    rules : RuleSet
        The rule.
    path : Path
        File to write.
    language : str
        `en`, `zh`, or `both` next to each other.
    layout : Layout, optional
        Columns of the sheets; for one product by default.
    site : bool
        Also the sheets of a site's year.
    """
    from openpyxl import Workbook

    book = Workbook()
    guide = book.active
    assert guide is not None
    naming = Naming()
    naming.sheet(MARK)
    guide.title = naming.sheet(fixed_label("form_guide", language, " "))
    layout = layout or Layout()
    sheets = pages(rules, language, naming)
    if layout.several:
        sheets = [with_spare_lines(page) for page in sheets]
    hidden = book.create_sheet(MARK)
    for row, (key, value) in enumerate((("form", "1"), ("rule", rules.name), ("language", language)), 1):  # HEADING_ROWS
        put(hidden.cell(row, 1), key)
        put(hidden.cell(row, 2), value)
    lists, form = Lists(hidden), Form(language, layout, sheets[0])
    study = _write_study(book, hidden, naming, form)
    for page in sheets:
        _write_page(book.create_sheet(page.name), page, lists, form)
    _write_values_shown(hidden, sheets)
    site_sheets = _write_site(book, hidden, rules, language, naming, lists) if site else []
    write_guide(guide, rules, [study, *sheets, *site_sheets], language, layout.several, form.answers)
    book.move_sheet(hidden, 1 + len(sheets) + len(site_sheets))
    hidden.sheet_state = "hidden"
    book.properties.title = f"{fixed_label('form_title', language, ' ')} {rules.name}"
    book.properties.creator = "textile_pcf"
    book.save(path)


def _write_study(book: Any, hidden: Any, naming: Naming, form: Form) -> Page:
    """Write the sheet for company and study; the hidden sheet says which it is."""
    title, note = (fixed_label(f"study_{key}", form.language, " ") for key in ("title", "intro"))
    page = Page(naming.sheet(title), title, note, ())
    heads = {name: _product_head(name, form, form.product) for name in form.layout.product_columns}
    write_study(book.create_sheet(page.name), page, form.language, form.layout, heads)
    put(hidden.cell(MARK_ROWS, 1), STUDY)
    put(hidden.cell(MARK_ROWS, 2), page.name)
    return page


def _write_values_shown(hidden: Any, sheets: list[Page]) -> None:
    """Write the rule's values into the hidden sheet too, so that a number typed over one is found."""
    shown = dict.fromkeys((line.id, line.default) for page in sheets for part in page.sections for line in part.lines)
    for row, (ident, text) in enumerate(shown, MARK_ROWS + 1):
        put(hidden.cell(row, 1), ident)
        put(hidden.cell(row, 2), text)


def _write_site(book: Any, hidden: Any, rules: RuleSet, language: str, naming: Naming, lists: Lists) -> list[Page]:
    """Write the sheets of a site's year; the hidden sheet says which is which."""
    from textile_pcf.template.site_sheets import site_pages, write_site_sheet

    found = site_pages(language, naming)
    for row, (table, page) in enumerate(found.items(), HEADING_ROWS + 1):
        put(hidden.cell(row, 1), table)
        put(hidden.cell(row, 2), page.name)
        write_site_sheet(book.create_sheet(page.name), table, page, rules, lists, language)
    return list(found.values())


def _write_page(sheet: Any, page: Page, lists: Lists, form: Form) -> None:
    """Write one sheet to fill in."""
    layout = form.layout
    set_widths(sheet, layout.widths.values())
    put(sheet.cell(1, 1), page.title)
    sheet.cell(1, 1).font = font(bold=True, size=15, color=BAND)
    write_across(sheet, 2, page.note, layout.columns["unit" if not layout.several else "item"])
    _write_head(sheet, form, form.product if page is not form.product else None)
    sheet.column_dimensions[column_letter(layout.columns["component"] - 1)].hidden = not page.component
    choices, row = Choices(lists), TECHNICAL + 1
    for section in page.sections:
        first = row
        if section.title:
            _write_section(sheet, row, section.title, layout)
            row += 1
        for line in section.lines:
            write_line(sheet, row, line, choices, form.language, layout)
            row += 1
        if page is form.product:
            _grey_declined(sheet, section, row, layout)
        if section.stage in form.answers:
            _show_state(sheet, section.stage, f"{first}:{row - 1}", f"{first}", form)
    for validation in choices.rules.values():
        sheet.add_data_validation(validation)
    if page.stage in form.answers:
        _show_state(sheet, page.stage, f"{TECHNICAL + 1}:{row - 1}", "1", form)
    sheet.freeze_panes = sheet.cell(TECHNICAL + 1, layout.frozen + 1)
    set_printing(sheet, f"{HEAD}:{TECHNICAL}", layout)


def _write_section(sheet: Any, row: int, title: str, layout: Layout) -> None:
    """Write the heading of lines that belong together."""
    from openpyxl.styles import PatternFill

    for column in layout.columns.values():
        sheet.cell(row, column).fill = PatternFill("solid", fgColor=SECTION)
    put(sheet.cell(row, 2), title)
    sheet.cell(row, 2).font = font(bold=True, color=BAND)
    sheet.row_dimensions[row].height = 1.1 * LINE


def _show_state(sheet: Any, stage: str, rows: str, notice_row: str, form: Form) -> None:
    """Turn rows of a sheet grey, and say why, while their stage is answered `no`."""
    above = int(notice_row) < TECHNICAL  # there, no cell is read; below, the column of help is none that is read
    column = form.layout.columns["item" if above else "help"]
    write_notice(sheet.cell(int(notice_row), column), form.answers[stage], form.language)
    first, last = rows.split(":")
    area = f"A{first}:{column_letter(len(form.layout.columns) - 1)}{last}"
    grey_while(sheet, area, f'${column_letter(column - 1)}${notice_row}<>""')


def _grey_declined(sheet: Any, section: Section, end: int, layout: Layout) -> None:
    """Turn the line of each stage grey while it is answered `no`; `end` is the row below the section."""
    last, amount = column_letter(len(layout.columns) - 1), layout.columns["amount"] + len(layout.product_columns)
    first_answer, last_answer = column_letter(layout.columns["amount"] - 1), column_letter(amount - 1)
    for row, line in enumerate(section.lines, end - len(section.lines)):
        if line.answers:
            grey_while(sheet, f"A{row}:{last}{row}", declined(f"${first_answer}${row}:${last_answer}${row}"))


def _write_head(sheet: Any, form: Form, product: Page | None) -> None:
    """Write the headings and the hidden names of the columns. A column of a product shows the id of the product."""
    from openpyxl.styles import Alignment, PatternFill

    layout = form.layout
    for name, column in layout.columns.items():
        put(sheet.cell(TECHNICAL, column), name)
        head = sheet.cell(HEAD, column)
        if name in layout.product_columns:
            text = _product_head(name, form, product)
            if product is None:
                put(head, text)
            else:
                head.value = text
        else:
            put(head, fixed_label("column_all" if name == "amount" and layout.several else f"column_{name}", form.language))
        head.font = font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=PRODUCT_BAND if name in layout.product_columns else BAND)
        head.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[TECHNICAL].hidden = True
    sheet.row_dimensions[HEAD].height = (3.2 if form.language == "both" else 2.2) * LINE


def _product_head(name: str, form: Form, product: Page | None) -> str:
    """Return the heading of a product column; with the sheet of the product, a formula that shows the id filled in there."""
    number = name.split()[1]
    heading = bilingual(form.language, *(fixed_text("column_own", code, number=number) for code in ("en", "zh")))
    if product is None:
        return heading
    row, column = TECHNICAL + 1 + bool(product.sections[0].title), form.layout.columns[name]
    reference = f"'{product.name}'!${column_letter(column - 1)}${row}"
    newline = heading.replace("\n", '"&CHAR(10)&"')
    return f'=IF({reference}="","{newline}",{reference})'
