"""One line of a sheet to fill in: its texts, styles and drop-down lists."""

from __future__ import annotations

from copy import copy
from typing import Any

from textile_pcf.io.template_products import EXAMPLE_AMOUNT, EXAMPLE_ID
from textile_pcf.io.template_workbook import DASH, NAME_ID
from textile_pcf.template.form_lines import Line, fixed_label
from textile_pcf.template.layout import Layout
from textile_pcf.template.links import link_to
from textile_pcf.template.lists import answers, bases
from textile_pcf.template.menus import Choices
from textile_pcf.template.styles import BORDER, FILL, GREY, LINE, MAX_LINES, SECTION, count_lines, font, put

TEXT_CELLS = ("region", "source", "period", "note", "component", "item")
SMALL = ("id", "default", "citation")
WRAPPED = ("id", "title", "need", "default", "help", "citation")
MAX_SMALL_LINES = 5  # lines that a row may have for small texts


def write_line(sheet: Any, row: int, line: Line, choices: Choices, language: str, layout: Layout) -> None:
    """Write one line to fill in, with styles and drop-down lists.

    Parameters
    ----------
    sheet : openpyxl.worksheet.worksheet.Worksheet
        The sheet.
    row : int
        Its row.
    line : Line
        The line.
    choices : Choices
        Drop-down lists of the sheet.
    language : str
        `en`, `zh` or `both`.
    layout : Layout
        Columns of the sheet.
    """
    texts = _texts(line, language, layout)
    cells = {name: sheet.cell(row, column) for name, column in layout.columns.items()}
    input_columns, product_columns = layout.input_columns(line), bool(layout.product_columns)
    if line.id == EXAMPLE_ID:
        cells["amount"].value = EXAMPLE_AMOUNT
    for name, cell in cells.items():
        if texts.get(name):
            put(cell, texts[name])
        style_key = "own" if name in layout.product_columns else name
        look = (
            style_key,
            line.need,
            bool(line.choices),
            name in input_columns,
            line.id.startswith("#") + (line.id == EXAMPLE_ID),
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
    if line.id == EXAMPLE_ID:
        cell.font = font(color=GREY, size=9 if name in SMALL else 11, italic=True)
        cell.fill = PatternFill("solid", fgColor=SECTION)
