"""The workbook for the mill: drawn from its pages, with lists to choose from, marks and notes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from copy import copy
from math import ceil
from pathlib import Path
from typing import Any

from textile_pcf.language import word
from textile_pcf.rules import RuleSet
from textile_pcf.tables.forms import DASH, MARK
from textile_pcf.tables.shape import letter
from textile_pcf.template.entries import NEEDS
from textile_pcf.template.links import link_to
from textile_pcf.template.lists import bases
from textile_pcf.template.pages import Line, Naming, Page, fixed, pages, told

COLUMNS = ("id", "title", "need", "default", "amount", "unit", "item", "per", "component", "region", "year", "data_type",
           "source", "period", "note", "help", "citation")  # fmt: skip
WIDTHS = (24, 28, 16, 26, 13, 10, 30, 13, 12, 8, 8, 14, 22, 14, 18, 54, 44)
INPUTS = COLUMNS[4:15]
TEXT_CELLS = ("region", "source", "period", "note", "component", "item")
SMALL = ("id", "default", "citation")
WRAPPED = ("id", "title", "need", "default", "help", "citation")
HEAD, TECHNICAL = 3, 4  # rows of what people read, and of the hidden names of columns
STEPS = 7  # sentences of how to fill in
LINE, MOST, SMALL_MOST = 15.5, 12, 5  # points of a line of text, and lines a row may have
FILL = {
    "required": "FFE699",
    "if_taken": "FFF2CC",
    "choose": "DDEBF7",
    "default": "FFFFFF",
    "optional": "FFFFFF",
    "always": "FFFFFF",
}
BAND, SECTION, GREY, BORDER = "1F4E79", "E7EDF3", "808080", "BFBFBF"


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
            name = letter(column - 1)
            self.place[words] = f"'{MARK}'!${name}$1:${name}${len(words)}"
        return self.place[words]


class Choices:
    """Drop-downs of one sheet: one rule for all cells with the same list."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.rules: dict[tuple[tuple[str, ...], bool], Any] = {}

    def add(self, cell: Any, words: tuple[str, ...], strict: bool) -> None:
        """Let a cell choose from a list; `strict` refuses anything else."""
        from openpyxl.worksheet.datavalidation import DataValidation

        if not words:
            return
        key = (words, strict)
        if key not in self.rules:
            self.rules[key] = DataValidation(
                type="list", formula1=self.lists.formula(words), allow_blank=True, showErrorMessage=strict, errorStyle="stop"
            )
        self.rules[key].add(cell)


def put(cell: Any, value: str) -> None:
    """Write a text that is a text, whatever it begins with."""
    cell.value = value
    cell.data_type = "s"


def write_workbook(rules: RuleSet, path: Path, language: str = "both") -> None:
    """Write the workbook of a rule.

    Parameters
    ----------
    language : str
        `en`, `zh`, or `both` beside each other.
    """
    from openpyxl import Workbook

    book = Workbook()
    guide = book.active
    assert guide is not None
    naming = Naming()
    naming.sheet(MARK)
    guide.title = naming.sheet(fixed("form_guide", language, " "))
    found = pages(rules, language, naming)
    hidden = book.create_sheet(MARK)
    for row, (key, value) in enumerate((("form", "1"), ("rule", rules.name), ("language", language)), 1):
        put(hidden.cell(row, 1), key)
        put(hidden.cell(row, 2), value)
    lists = Lists(hidden)
    for page in found:
        _draw(book.create_sheet(page.name), page, lists, language)
    _guide(guide, rules, found, language)
    book.move_sheet(hidden, len(found))
    hidden.sheet_state = "hidden"
    book.properties.title = f"{fixed('form_title', language, ' ')} {rules.name}"
    book.properties.creator = "textile_pcf"
    book.save(path)


def _draw(sheet: Any, page: Page, lists: Lists, language: str) -> None:
    from openpyxl.styles import Alignment, PatternFill

    _widths(sheet, WIDTHS)
    put(sheet.cell(1, 1), page.title)
    sheet.cell(1, 1).font = _font(bold=True, size=15, color=BAND)
    _across(sheet, 2, page.note, 8)
    for place, name in enumerate(COLUMNS, 1):
        put(sheet.cell(TECHNICAL, place), name)
        head = sheet.cell(HEAD, place)
        put(head, fixed(f"column_{name}", language))
        head.font = _font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=BAND)
        head.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[TECHNICAL].hidden = True
    sheet.row_dimensions[HEAD].height = (3.2 if language == "both" else 2.2) * LINE
    sheet.column_dimensions[letter(COLUMNS.index("component"))].hidden = not page.component
    choices, row = Choices(lists), TECHNICAL + 1
    for section in page.sections:
        if section.title:
            for place in range(1, len(COLUMNS) + 1):
                sheet.cell(row, place).fill = PatternFill("solid", fgColor=SECTION)
            put(sheet.cell(row, 2), section.title)
            sheet.cell(row, 2).font = _font(bold=True, color=BAND)
            row += 1
        for line in section.lines:
            _line(sheet, row, line, choices, language)
            row += 1
    for validation in choices.rules.values():
        sheet.add_data_validation(validation)
    sheet.freeze_panes = sheet.cell(TECHNICAL + 1, 3)
    _printed(sheet, f"{HEAD}:{TECHNICAL}")


def _line(sheet: Any, row: int, line: Line, choices: Choices, language: str) -> None:
    texts = _texts(line, language)
    cells = {name: sheet.cell(row, place) for place, name in enumerate(COLUMNS, 1)}
    for name, cell in cells.items():
        if texts.get(name):
            put(cell, texts[name])
        look = (name, line.need, bool(line.choices), line.inputs, line.id.startswith("#"))
        if look in choices.lists.looks:
            cell._style = copy(choices.lists.looks[look])
        else:
            _dress(cell, name, line)
            choices.lists.looks[look] = cell._style
    choices.add(cells["unit"], line.units, strict=False)
    choices.add(cells["item"], line.choices or line.items, strict=bool(line.choices))
    choices.add(cells["amount"], line.answers, strict=True)
    choices.add(cells["data_type"], line.types, strict=True)
    choices.add(cells["per"], bases(language) if line.bases else (), strict=True)
    if line.link:
        link_to(cells["title"], line.link)
        cells["title"].font = _font(color="0563C1", underline="single")
    sheet.row_dimensions[row].height = LINE * min(MOST, max(_lines_in(name, texts.get(name) or "") for name in WRAPPED))


def _lines_in(column: str, text: str) -> float:
    """Lines of ordinary height that a text takes in a column; what is small and grey may be cut off."""
    width = WIDTHS[COLUMNS.index(column)]
    return min(SMALL_MOST, 0.8 * _lines_of(text, width * 1.2)) if column in SMALL else _lines_of(text, width)


def _texts(line: Line, language: str) -> dict[str, str]:
    """What stands in the cells of a line before anybody fills it in."""
    need = "" if line.id.startswith("#") and line.need == "optional" else fixed(f"need_{line.need}", language)
    texts = {"id": line.id, "title": line.title, "need": need, "default": line.default, "help": line.help,
             "citation": line.citation, "unit": line.unit, "amount": DASH if line.choices else ""}  # fmt: skip
    return texts | line.prefilled


def _dress(cell: Any, name: str, line: Line) -> None:
    """How a cell of a line looks: what is to be filled in has a border, what must be is coloured."""
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    asked = name == ("item" if line.choices else "amount")
    closed = line.choices and name == "amount"
    cell.alignment = Alignment(vertical="top", wrap_text=name in WRAPPED, horizontal="center" if closed else None)
    if name in (line.inputs or INPUTS):
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
        sheet.column_dimensions[letter(place)].width = width


def _across(sheet: Any, row: int, text: str, columns: int) -> None:
    """A text over several columns, above the table."""
    from openpyxl.styles import Alignment

    if not text:
        return
    put(sheet.cell(row, 1), text)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
    sheet.cell(row, 1).alignment = Alignment(vertical="top", wrap_text=True)
    width = sum(sheet.column_dimensions[letter(place)].width for place in range(columns))
    sheet.row_dimensions[row].height = LINE * min(MOST, _lines_of(text, width))


def _printed(sheet: Any, repeated: str | None = None) -> None:
    """One page wide on A4, lying."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    if repeated:
        sheet.print_title_rows = repeated


def _guide(sheet: Any, rules: RuleSet, found: list[Page], language: str) -> None:
    """What the workbook is for, how to fill it in, and where everything stands."""
    from openpyxl.styles import PatternFill

    _widths(sheet, (46, 60, 18))
    written = rules.document
    title = told(language, written.title.told(), written.title.told("zh"), " ") if written.title else written.rule
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
        _across(sheet, row, told(language, written.note.told(), written.note.told("zh")), 3)
        row += 1
    row = _headed(sheet, row + 1, "guide_how", language)
    for number in range(1, STEPS + 1):
        words = [word(f"guide_{number}", each).replace("{rule}", rules.name) for each in ("en", "zh")]
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
