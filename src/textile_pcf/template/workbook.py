"""Write the template workbook: sheets with drop-down lists, marks and notes."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any

from textile_pcf.io.table import column_letter
from textile_pcf.io.template_workbook import DASH, MARK, NAME_ID
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import RuleSet
from textile_pcf.template.guide import write_guide
from textile_pcf.template.layout import Layout
from textile_pcf.template.links import link_to
from textile_pcf.template.lists import answers, bases
from textile_pcf.template.menus import Choices, Lists
from textile_pcf.template.pages import Line, Naming, Page, bilingual, fixed_label, pages, with_spare_lines
from textile_pcf.template.styles import (
    BAND,
    BORDER,
    FILL,
    GREY,
    LINE,
    MAX_LINES,
    PRODUCT_BAND,
    SECTION,
    count_lines,
    font,
    put,
    set_printing,
    set_widths,
    write_across,
)  # fmt: skip

TEXT_CELLS = ("region", "source", "period", "note", "component", "item")
SMALL = ("id", "default", "citation")
WRAPPED = ("id", "title", "need", "default", "help", "citation")
HEADING_ROWS = 3  # of the hidden sheet: form, rule, language
HEAD, TECHNICAL = 3, 4  # rows of the headings and of the hidden names of columns
MAX_SMALL_LINES = 5  # lines that a row may have for small texts


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
    lists = Lists(hidden)
    for page in sheets:
        _write_page(book.create_sheet(page.name), page, lists, language, layout, sheets[0])
    site_sheets = _write_site(book, hidden, rules, language, naming, lists) if site else []
    write_guide(guide, rules, [*sheets, *site_sheets], language, layout)
    book.move_sheet(hidden, len(sheets) + len(site_sheets))
    hidden.sheet_state = "hidden"
    book.properties.title = f"{fixed_label('form_title', language, ' ')} {rules.name}"
    book.properties.creator = "textile_pcf"
    book.save(path)


def _write_site(book: Any, hidden: Any, rules: RuleSet, language: str, naming: Naming, lists: Lists) -> list[Page]:
    """Write the sheets of a site's year; the hidden sheet says which is which."""
    from textile_pcf.template.site_sheets import site_pages, write_site_sheet

    found = site_pages(language, naming)
    for row, (table, page) in enumerate(found.items(), HEADING_ROWS + 1):
        put(hidden.cell(row, 1), table)
        put(hidden.cell(row, 2), page.name)
        write_site_sheet(book.create_sheet(page.name), table, page, rules, lists, language)
    return list(found.values())


def _write_page(sheet: Any, page: Page, lists: Lists, language: str, layout: Layout, product: Page) -> None:
    """Write one sheet to fill in."""
    from openpyxl.styles import PatternFill

    set_widths(sheet, layout.widths.values())
    put(sheet.cell(1, 1), page.title)
    sheet.cell(1, 1).font = font(bold=True, size=15, color=BAND)
    write_across(sheet, 2, page.note, 8)
    _write_head(sheet, language, layout, product if page is not product else None)
    sheet.column_dimensions[column_letter(layout.columns["component"] - 1)].hidden = not page.component
    choices, row = Choices(lists), TECHNICAL + 1
    for section in page.sections:
        if section.title:
            for column in layout.columns.values():
                sheet.cell(row, column).fill = PatternFill("solid", fgColor=SECTION)
            put(sheet.cell(row, 2), section.title)
            sheet.cell(row, 2).font = font(bold=True, color=BAND)
            row += 1
        for line in section.lines:
            _write_line(sheet, row, line, choices, language, layout)
            row += 1
    for validation in choices.rules.values():
        sheet.add_data_validation(validation)
    sheet.freeze_panes = sheet.cell(TECHNICAL + 1, layout.frozen + 1)
    set_printing(sheet, f"{HEAD}:{TECHNICAL}", layout)


def _write_head(sheet: Any, language: str, layout: Layout, product: Page | None) -> None:
    """Write the headings and the hidden names of the columns. A column of a product shows the id of the product."""
    from openpyxl.styles import Alignment, PatternFill

    for name, column in layout.columns.items():
        put(sheet.cell(TECHNICAL, column), name)
        head = sheet.cell(HEAD, column)
        if name in layout.product_columns:
            _write_product_head(head, column, name, language, product)
        else:
            put(head, fixed_label("column_all" if name == "amount" and layout.several else f"column_{name}", language))
        head.font = font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=PRODUCT_BAND if name in layout.product_columns else BAND)
        head.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[TECHNICAL].hidden = True
    sheet.row_dimensions[HEAD].height = (3.2 if language == "both" else 2.2) * LINE


def _write_product_head(head: Any, column: int, name: str, language: str, product: Page | None) -> None:
    """Write the heading of a product column: a formula that shows the id filled in on the sheet of the product."""
    number = name.split()[1]
    heading = bilingual(language, *(fixed_text("column_own", code, number=number) for code in ("en", "zh")))
    if product is None:
        put(head, heading)
        return
    row = TECHNICAL + 1 + bool(product.sections[0].title)
    reference = f"'{product.name}'!${column_letter(column - 1)}${row}"
    newline = heading.replace("\n", '"&CHAR(10)&"')
    head.value = f'=IF({reference}="","{newline}",{reference})'


def _write_line(sheet: Any, row: int, line: Line, choices: Choices, language: str, layout: Layout) -> None:
    """Write one line to fill in, with styles and drop-down lists."""
    texts = _texts(line, language, layout)
    cells = {name: sheet.cell(row, column) for name, column in layout.columns.items()}
    input_columns, product_columns = layout.input_columns(line), bool(layout.product_columns)
    for name, cell in cells.items():
        if texts.get(name):
            put(cell, texts[name])
        style_key = "own" if name in layout.product_columns else name
        look = (
            style_key,
            line.need,
            bool(line.choices),
            name in input_columns,
            line.id.startswith("#"),
            name in layout.blank_columns(line),
        )
        if look in choices.lists.looks:
            cell._style = copy(choices.lists.looks[look])
        else:
            _style_cell(cell, name, line, layout)
            choices.lists.looks[look] = copy(cell._style)
    choices.add(cells["unit"], line.units, strict=False)
    if not (product_columns and line.choices):
        choices.add(cells["item"], line.choices or line.items, strict=bool(line.choices))
    _add_answers(cells, line, choices, language, layout)
    choices.add(cells["data_type"], line.types, strict=True)
    choices.add(cells["per"], bases(language) if line.bases else (), strict=True)
    choices.add(
        cells["confirmed"],
        answers(language) if "confirmed" in input_columns and not line.id.startswith("#") else (),
        strict=True,
    )
    if line.link:
        link_to(cells["title"], line.link)
        cells["title"].font = font(color="0563C1", underline="single")
    height = max(_height_in_lines(layout.widths[name], name, texts.get(name) or "") for name in WRAPPED)
    sheet.row_dimensions[row].height = LINE * min(MAX_LINES, height)


def _add_answers(cells: dict[str, Any], line: Line, choices: Choices, language: str, layout: Layout) -> None:
    """Add the list for the amount: yes or no, or the options of a choice in product columns."""
    if not layout.product_columns:
        choices.add(cells["amount"], line.answers, strict=True)
        return
    texts = line.choices or line.answers
    if texts:
        choices.add(cells["amount"], texts, strict=True)
    elif "." not in line.id and not line.id.startswith("#"):
        texts = answers(language)[:1]  # says only for whom the line is
    choices.add(
        f"{cells[layout.product_columns[0]].coordinate}:{cells[layout.product_columns[-1]].coordinate}", texts, strict=True
    )


def _height_in_lines(width: float, column: str, text: str) -> float:
    """Lines of ordinary height that a text takes in a column; small grey texts may be cut off."""
    return min(MAX_SMALL_LINES, 0.8 * count_lines(text, width * 1.2)) if column in SMALL else count_lines(text, width)


def _texts(line: Line, language: str, layout: Layout) -> dict[str, str]:
    """Texts of a line before the mill fills it in, by column."""
    need = "" if line.id.startswith("#") and line.need == "optional" else fixed_label(f"need_{line.need}", language)
    texts = {"id": line.id, "title": line.title, "need": need, "default": line.default, "help": line.help,
             "citation": line.citation, "unit": line.unit}  # fmt: skip
    texts |= line.prefilled
    if line.id == NAME_ID and layout.several:
        texts |= {
            "help": fixed_label("form_ids_help", language),
            **dict(zip(layout.product_columns, layout.products, strict=True)),
        }
    elif line.id == NAME_ID and layout.products:
        texts["amount"] = layout.products[0] or texts["amount"]
    return texts | dict.fromkeys(layout.blank_columns(line), DASH)


def _style_cell(cell: Any, name: str, line: Line, layout: Layout) -> None:
    """Style a cell of a line: a border marks cells to fill in, a colour those that are required."""
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    is_main, is_blank = name in layout.main_columns(line), name in layout.blank_columns(line)
    cell.alignment = Alignment(vertical="top", wrap_text=name in WRAPPED, horizontal="center" if is_blank else None)
    if name in layout.input_columns(line):
        side = Side(style="thin", color=BORDER)
        cell.border = Border(left=side, right=side, top=side, bottom=side)
        cell.fill = PatternFill("solid", fgColor=FILL[line.need] if is_main else "FFFFFF")
        cell.number_format = "@" if name in TEXT_CELLS or line.id.startswith("#") else "General"
    if name in SMALL or is_blank:
        cell.font = font(color=GREY, size=11 if is_blank else 9, italic=name == "default")
