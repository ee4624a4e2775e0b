"""The workbook for the mill: drawn from its pages, with lists to choose from, marks and notes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from copy import copy
from math import ceil
from pathlib import Path
from typing import Any

from textile_pcf.io.safe_text import escape_controls, guard_formula
from textile_pcf.io.table import column_letter
from textile_pcf.io.template_workbook import DASH, MARK, NAME_ID
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import RuleSet
from textile_pcf.template.entries import NEEDS
from textile_pcf.template.layout import Layout
from textile_pcf.template.links import link_to
from textile_pcf.template.lists import answers, bases
from textile_pcf.template.pages import Line, Naming, Page, fixed, pages, roomier, told

TEXT_CELLS = ("region", "source", "period", "note", "component", "item")
SMALL = ("id", "default", "citation")
WRAPPED = ("id", "title", "need", "default", "help", "citation")
HEAD, TECHNICAL = 3, 4  # rows of what people read, and of the hidden names of columns
STEPS, SEVERAL_STEPS = 7, 5  # sentences of how to fill in, and of how to where there are several products
LINE, MOST, SMALL_MOST = 15.5, 12, 5  # points of a line of text, and lines a row may have
FILL = {
    "required": "FFE699",
    "if_taken": "FFF2CC",
    "choose": "DDEBF7",
    "default": "FFFFFF",
    "optional": "FFFFFF",
    "always": "FFFFFF",
}
BAND, OWN_BAND, SECTION, GREY, BORDER = "1F4E79", "2F75B5", "E7EDF3", "808080", "BFBFBF"


class Lists:
    """What cells of all sheets share: the lists they choose from, written once into the hidden sheet, and their looks."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.looks: dict[tuple[object, ...], Any] = {}
        self.place: dict[tuple[str, ...], str] = {}

    def formula(self, words: tuple[str, ...]) -> str:
        """Reference to a list."""
        if words not in self.place:
            column = len(self.place) + 4
            for row, text in enumerate(words, 1):
                put(self.sheet.cell(row, column), text)
            name = column_letter(column - 1)
            self.place[words] = f"'{MARK}'!${name}$1:${name}${len(words)}"
        return self.place[words]


class Choices:
    """Drop-downs of one sheet: one rule for all cells with the same list."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.rules: dict[tuple[tuple[str, ...], bool], Any] = {}

    def add(self, cells: Any, words: tuple[str, ...], strict: bool) -> None:
        """Let a cell, or those between two places, choose from a list; `strict` refuses anything else."""
        from openpyxl.worksheet.datavalidation import DataValidation

        if not words:
            return
        key = (words, strict)
        if key not in self.rules:
            self.rules[key] = DataValidation(
                type="list", formula1=self.lists.formula(words), allow_blank=True, showErrorMessage=strict, errorStyle="stop"
            )
        self.rules[key].add(cells)


def put(cell: Any, value: str) -> None:
    """Write a text that is a text, whatever it begins with and also after it was edited."""
    told = escape_controls(value)
    cell.value = told
    cell.data_type = "s"
    if guard_formula(told) != told:
        cell.quotePrefix = True


def write_workbook(rules: RuleSet, path: Path, language: str = "both", layout: Layout | None = None) -> None:
    """Write the workbook of a rule.

    Parameters
    ----------
    language : str
        `en`, `zh`, or `both` beside each other.
    layout : Layout, optional
        Columns, with one for each product where there are several.
    """
    from openpyxl import Workbook

    book = Workbook()
    guide = book.active
    assert guide is not None
    naming = Naming()
    naming.sheet(MARK)
    guide.title = naming.sheet(fixed("form_guide", language, " "))
    layout = layout or Layout()
    found = pages(rules, language, naming)
    if layout.several:
        found = [roomier(page) for page in found]
    hidden = book.create_sheet(MARK)
    for row, (key, value) in enumerate((("form", "1"), ("rule", rules.name), ("language", language)), 1):
        put(hidden.cell(row, 1), key)
        put(hidden.cell(row, 2), value)
    lists = Lists(hidden)
    for page in found:
        _draw(book.create_sheet(page.name), page, lists, language, layout, found[0])
    _guide(guide, rules, found, language, layout)
    book.move_sheet(hidden, len(found))
    hidden.sheet_state = "hidden"
    book.properties.title = f"{fixed('form_title', language, ' ')} {rules.name}"
    book.properties.creator = "textile_pcf"
    book.save(path)


def _draw(sheet: Any, page: Page, lists: Lists, language: str, layout: Layout, product: Page) -> None:
    from openpyxl.styles import PatternFill

    _widths(sheet, layout.widths.values())
    put(sheet.cell(1, 1), page.title)
    sheet.cell(1, 1).font = _font(bold=True, size=15, color=BAND)
    _across(sheet, 2, page.note, 8)
    _head(sheet, language, layout, product if page is not product else None)
    sheet.column_dimensions[column_letter(layout.columns["component"] - 1)].hidden = not page.component
    choices, row = Choices(lists), TECHNICAL + 1
    for section in page.sections:
        if section.title:
            for place in layout.columns.values():
                sheet.cell(row, place).fill = PatternFill("solid", fgColor=SECTION)
            put(sheet.cell(row, 2), section.title)
            sheet.cell(row, 2).font = _font(bold=True, color=BAND)
            row += 1
        for line in section.lines:
            _line(sheet, row, line, choices, language, layout)
            row += 1
    for validation in choices.rules.values():
        sheet.add_data_validation(validation)
    sheet.freeze_panes = sheet.cell(TECHNICAL + 1, layout.frozen + 1)
    _printed(sheet, f"{HEAD}:{TECHNICAL}", layout)


def _head(sheet: Any, language: str, layout: Layout, product: Page | None) -> None:
    """What people read above the columns, and their hidden names; over a product's column stands its id."""
    from openpyxl.styles import Alignment, PatternFill

    for name, place in layout.columns.items():
        put(sheet.cell(TECHNICAL, place), name)
        head = sheet.cell(HEAD, place)
        if name in layout.own:
            _product_head(head, place, name, language, product)
        else:
            put(head, fixed("column_all" if name == "amount" and layout.several else f"column_{name}", language))
        head.font = _font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=OWN_BAND if name in layout.own else BAND)
        head.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[TECHNICAL].hidden = True
    sheet.row_dimensions[HEAD].height = (3.2 if language == "both" else 2.2) * LINE


def _product_head(head: Any, place: int, name: str, language: str, product: Page | None) -> None:
    """The id as it is filled in on the sheet of the product: the one kind of formula there is, and ours."""
    number = name.split()[1]
    bare = told(language, *(fixed_text("column_own", each, number=number) for each in ("en", "zh")))
    if product is None:
        put(head, bare)
        return
    row = TECHNICAL + 1 + bool(product.sections[0].title)
    there = f"'{product.name}'!${column_letter(place - 1)}${row}"
    newline = bare.replace("\n", '"&CHAR(10)&"')
    head.value = f'=IF({there}="","{newline}",{there})'


def _line(sheet: Any, row: int, line: Line, choices: Choices, language: str, layout: Layout) -> None:
    texts = _texts(line, language, layout)
    cells = {name: sheet.cell(row, place) for name, place in layout.columns.items()}
    open_, own = layout.open(line), bool(layout.own)
    for name, cell in cells.items():
        if texts.get(name):
            put(cell, texts[name])
        kind = "own" if name in layout.own else name
        look = (kind, line.need, bool(line.choices), name in open_, line.id.startswith("#"), name in layout.dashed(line))
        if look in choices.lists.looks:
            cell._style = copy(choices.lists.looks[look])
        else:
            _dress(cell, name, line, layout)
            choices.lists.looks[look] = copy(cell._style)
    choices.add(cells["unit"], line.units, strict=False)
    if not (own and line.choices):
        choices.add(cells["item"], line.choices or line.items, strict=bool(line.choices))
    _answers(cells, line, choices, language, layout)
    choices.add(cells["data_type"], line.types, strict=True)
    choices.add(cells["per"], bases(language) if line.bases else (), strict=True)
    choices.add(
        cells["confirmed"], answers(language) if "confirmed" in open_ and not line.id.startswith("#") else (), strict=True
    )
    if line.link:
        link_to(cells["title"], line.link)
        cells["title"].font = _font(color="0563C1", underline="single")
    height = max(_lines_in(layout.widths[name], name, texts.get(name) or "") for name in WRAPPED)
    sheet.row_dimensions[row].height = LINE * min(MOST, height)


def _answers(cells: dict[str, Any], line: Line, choices: Choices, language: str, layout: Layout) -> None:
    """What may be chosen where the amount stands: yes or no, or the words of a choice where products have columns."""
    if not layout.own:
        choices.add(cells["amount"], line.answers, strict=True)
        return
    words = line.choices or line.answers
    if words:
        choices.add(cells["amount"], words, strict=True)
    elif "." not in line.id and not line.id.startswith("#"):
        words = answers(language)[:1]  # says only for whom the line is
    choices.add(f"{cells[layout.own[0]].coordinate}:{cells[layout.own[-1]].coordinate}", words, strict=True)


def _lines_in(width: float, column: str, text: str) -> float:
    """Lines of ordinary height that a text takes in a column; what is small and grey may be cut off."""
    return min(SMALL_MOST, 0.8 * _lines_of(text, width * 1.2)) if column in SMALL else _lines_of(text, width)


def _texts(line: Line, language: str, layout: Layout) -> dict[str, str]:
    """What stands in the cells of a line before anybody fills it in."""
    need = "" if line.id.startswith("#") and line.need == "optional" else fixed(f"need_{line.need}", language)
    texts = {"id": line.id, "title": line.title, "need": need, "default": line.default, "help": line.help,
             "citation": line.citation, "unit": line.unit}  # fmt: skip
    texts |= line.prefilled
    if line.id == NAME_ID and layout.several:
        texts |= {"help": fixed("form_ids_help", language), **dict(zip(layout.own, layout.products, strict=True))}
    elif line.id == NAME_ID and layout.products:
        texts["amount"] = layout.products[0] or texts["amount"]
    return texts | dict.fromkeys(layout.dashed(line), DASH)


def _dress(cell: Any, name: str, line: Line, layout: Layout) -> None:
    """How a cell of a line looks: what is to be filled in has a border, what must be is coloured."""
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    asked, closed = name in layout.asked(line), name in layout.dashed(line)
    cell.alignment = Alignment(vertical="top", wrap_text=name in WRAPPED, horizontal="center" if closed else None)
    if name in layout.open(line):
        side = Side(style="thin", color=BORDER)
        cell.border = Border(left=side, right=side, top=side, bottom=side)
        cell.fill = PatternFill("solid", fgColor=FILL[line.need] if asked else "FFFFFF")
        cell.number_format = "@" if name in TEXT_CELLS or line.id.startswith("#") else "General"
    if name in SMALL or closed:
        cell.font = _font(color=GREY, size=11 if closed else 9, italic=name == "default")


def _font(**look: Any) -> Any:
    from openpyxl.styles import Font

    return Font(**{"name": "Calibri", "size": 11, **look})


def _lines_of(text: str, width: float) -> int:
    """Lines that a text takes in a column; Chinese characters take two places."""
    return sum(max(1, ceil(_places(part) / width)) for part in text.split("\n"))


def _places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _widths(sheet: Any, widths: Iterable[float]) -> None:
    for place, width in enumerate(widths):
        sheet.column_dimensions[column_letter(place)].width = width


def _across(sheet: Any, row: int, text: str, columns: int) -> None:
    """A text over several columns, above the table."""
    from openpyxl.styles import Alignment

    if not text:
        return
    put(sheet.cell(row, 1), text)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
    sheet.cell(row, 1).alignment = Alignment(vertical="top", wrap_text=True)
    width = sum(sheet.column_dimensions[column_letter(place)].width for place in range(columns))
    sheet.row_dimensions[row].height = LINE * min(MOST, _lines_of(text, width))


def _printed(sheet: Any, repeated: str | None = None, layout: Layout | None = None) -> None:
    """On A4, lying: one page wide, or as many as the columns of products need."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = layout.sheets_wide if layout else 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    if repeated:
        sheet.print_title_rows = repeated
    if layout and layout.several:
        sheet.print_title_cols = f"A:{column_letter(layout.frozen - 1)}"


def _guide(sheet: Any, rules: RuleSet, found: list[Page], language: str, layout: Layout) -> None:
    """What the workbook is for, how to fill it in, and where everything stands."""
    from openpyxl.styles import PatternFill

    _widths(sheet, (46, 60, 18))
    written = rules.document
    title = told(language, written.title.text(), written.title.text("zh"), " ") if written.title else written.rule
    put(sheet.cell(1, 1), f"{fixed('form_title', language, ' ')}: {title}")
    sheet.cell(1, 1).font = _font(bold=True, size=17, color=BAND)
    facts = [
        ("guide_rule", f"{rules.name}: {fixed(written.status, language, ' / ')}"),
        ("guide_boundary", fixed(written.boundary, language, " / ")),
        ("guide_unit", rules.product_unit.text),
    ]
    row = 3
    for key, text in facts:
        put(sheet.cell(row, 1), fixed(key, language, " "))
        put(sheet.cell(row, 2), text)
        sheet.cell(row, 1).font = _font(bold=True)
        row += 1
    if written.note:
        _across(sheet, row, told(language, written.note.text(), written.note.text("zh")), 3)
        row += 1
    row = _headed(sheet, row + 1, "guide_how", language)
    steps = [f"guide_{number}" for number in range(1, STEPS + 1)]
    steps += [f"guide_several_{number}" for number in range(1, SEVERAL_STEPS + 1)] if layout.several else []
    for step in steps:
        words = [fixed_text(step, each).replace("{rule}", rules.name) for each in ("en", "zh")]
        _across(sheet, row, told(language, *words), 3)
        row += 1
    row = _headed(sheet, row + 1, "guide_legend", language)
    for need in NEEDS[:3]:
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=FILL[need])
        put(sheet.cell(row, 1), fixed(f"need_{need}", language, " "))
        row += 1
    put(sheet.cell(row, 1), fixed("guide_legend_default", language))
    sheet.cell(row, 1).font = _font(color=GREY, italic=True)
    sheet.cell(row, 1).alignment = _wrapped()
    sheet.row_dimensions[row].height = LINE * _lines_of(fixed("guide_legend_default", language), 46)
    row = _headed(sheet, row + 2, "guide_sheets", language)
    put(sheet.cell(row - 1, 2), fixed("guide_stage", language, " "))
    put(sheet.cell(row - 1, 3), fixed("guide_required", language, " "))
    for page in found:
        put(sheet.cell(row, 1), page.name)
        link_to(sheet.cell(row, 1), page.name)
        sheet.cell(row, 1).font = _font(color="0563C1", underline="single")
        put(sheet.cell(row, 2), page.title)
        sheet.cell(row, 3).value = page.required or None
        row += 1
    _printed(sheet)


def _headed(sheet: Any, row: int, key: str, language: str) -> int:
    """A heading; the row below it."""
    from openpyxl.styles import PatternFill

    put(sheet.cell(row, 1), fixed(key, language, " "))
    for column in range(1, 4):
        sheet.cell(row, column).fill = PatternFill("solid", fgColor=SECTION)
        sheet.cell(row, column).font = _font(bold=True, color=BAND)
    return row + 1


def _wrapped() -> Any:
    from openpyxl.styles import Alignment

    return Alignment(vertical="top", wrap_text=True)
