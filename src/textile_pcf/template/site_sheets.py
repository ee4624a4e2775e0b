"""Sheets of a site's year in the template workbook: energy and water, production, and the plan of allocation.

Each is a plain table with a line of help above its columns. The functions of `textile_pcf.factory` read them back from the
workbook, each by the name of its table.
"""

from __future__ import annotations

from typing import Any

from textile_pcf.factory.vocabulary import columns as factory_columns
from textile_pcf.io.table import column_letter
from textile_pcf.rules import RuleSet
from textile_pcf.template.form_lines import Naming, Page, fixed_label
from textile_pcf.template.lists import answers, labelled
from textile_pcf.template.menus import Choices, Lists
from textile_pcf.template.styles import (
    BAND,
    BORDER,
    FILL,
    GREY,
    LINE,
    count_lines,
    font,
    put,
    set_printing,
    set_widths,
    wrapped_alignment,
    write_across,
)  # fmt: skip

COLUMNS = {
    "utilities": ("carrier", "process", "use", "amount", "unit", "flow", "item", "region", "year", "source", "note"),
    "production": ("product", "process", "output", "unit", "input", "machine_hours", "liquor", "area", "length", "pieces",
                   "value", "final", "note"),
    "plan": ("carrier", "process", "driver", "weight", "reason"),
}  # fmt: skip
"""Columns of each sheet: those that the allocation of a year reads."""
REQUIRED = {"utilities": ("carrier", "amount", "unit"), "production": ("product", "process", "output", "unit"),
            "plan": ("carrier", "process", "driver")}  # fmt: skip
TEXTS = ("carrier", "process", "product", "flow", "item", "region", "source", "note", "reason")
"""Columns of texts, in which Excel must not make a number or a date of an id."""
WIDTHS = {"carrier": 24, "process": 24, "product": 20, "reason": 60, "note": 30, "source": 26}
WIDTH = 15  # of other columns [letters]
HELP, HEAD = 3, 4  # rows of the help of each column and of the head
LINES = {"utilities": 60, "production": 200, "plan": 60}
UNITS = {"utilities": ("kWh", "MWh", "万kWh", "m3", "万m3", "t", "kg", "L", "GJ", "MJ"),
         "production": ("kg", "t", "m", "m2", "piece")}  # fmt: skip


def site_pages(language: str, naming: Naming) -> dict[str, Page]:
    """Return name, title and note of the sheet of each table.

    Parameters
    ----------
    language : str
        `en`, `zh` or `both`.
    naming : Naming
        Names of sheets that are taken.
    """
    return {
        table: Page(naming.sheet(fixed_label(f"site_{table}", language, " ")), fixed_label(f"site_{table}", language, " "),
                    fixed_label(f"site_{table}_note", language), ())
        for table in COLUMNS
    }  # fmt: skip


def write_site_sheet(sheet: Any, table: str, page: Page, rules: RuleSet, lists: Lists, language: str) -> None:
    """Write the sheet of one table.

    Parameters
    ----------
    sheet : openpyxl.worksheet.worksheet.Worksheet
        The empty sheet.
    table : str
        `utilities`, `production` or `plan`.
    page : Page
        Its title and note.
    rules : RuleSet
        The rule, whose stages are the processes.
    lists : Lists
        Lists of the workbook.
    language : str
        `en`, `zh` or `both`.
    """
    names, choices = COLUMNS[table], Choices(lists)
    set_widths(sheet, [WIDTHS.get(name, WIDTH) for name in names])
    put(sheet.cell(1, 1), page.title)
    sheet.cell(1, 1).font = font(bold=True, size=15, color=BAND)
    write_across(sheet, 2, page.note, len(names))
    _write_heads(sheet, table, names, language)
    last = HEAD + LINES[table]
    for number, name in enumerate(names, 1):
        _style_column(sheet, number, last, name, name in REQUIRED[table])
        letter = column_letter(number - 1)
        texts = _choices(table, name, rules, language)
        choices.add(f"{letter}{HEAD + 1}:{letter}{last}", texts, strict=name in ("use", "driver", "final"))
    for validation in choices.rules.values():
        sheet.add_data_validation(validation)
    sheet.freeze_panes = sheet.cell(HEAD + 1, 3)
    set_printing(sheet, f"{HEAD}:{HEAD}")


def _write_heads(sheet: Any, table: str, names: tuple[str, ...], language: str) -> None:
    """Write the help and the head of each column."""
    from openpyxl.styles import Alignment, PatternFill

    lines = 1.0
    for number, name in enumerate(names, 1):
        text = fixed_label("site_remark" if name == "note" else f"site_{table}_{name}", language)
        put(sheet.cell(HELP, number), text)
        sheet.cell(HELP, number).font = font(color=GREY, size=9)
        sheet.cell(HELP, number).alignment = wrapped_alignment()
        lines = max(lines, 0.8 * count_lines(text, WIDTHS.get(name, WIDTH) * 1.2))
        head = sheet.cell(HEAD, number)
        put(head, _head(table, name, language))
        head.font = font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=BAND)
        head.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[HELP].height = LINE * lines
    sheet.row_dimensions[HEAD].height = (2.2 if language == "both" else 1.4) * LINE


def _head(table: str, name: str, language: str) -> str:
    """Return the head of a column. In two languages the English one stands in brackets, as the reader of tables knows it."""
    chinese = factory_columns().tables[table][name][0]
    return {"en": name, "zh": chinese}.get(language, f"{chinese} ({name})")


def _style_column(sheet: Any, number: int, last: int, name: str, required: bool) -> None:
    """Mark the cells to fill in of a column."""
    from openpyxl.styles import Border, PatternFill, Side

    side = Side(style="thin", color=BORDER)
    border = Border(left=side, right=side, top=side, bottom=side)
    fill = PatternFill("solid", fgColor=FILL["required" if required else "optional"])
    for row in range(HEAD + 1, last + 1):
        cell = sheet.cell(row, number)
        cell.border, cell.fill, cell.number_format = border, fill, "@" if name in TEXTS else "General"


def _choices(table: str, name: str, rules: RuleSet, language: str) -> tuple[str, ...]:
    """Return the list to choose from in a column; empty for none."""
    words = factory_columns()
    if name == "process":
        return tuple(
            labelled(spec.id, "" if language == "en" else rules.title(spec.id, language="zh")) for spec in rules.stages
        )
    if name == "carrier":
        return tuple(labelled(each, "" if language == "en" else known.names[0]) for each, known in words.carriers.items())
    if name in ("use", "driver"):
        options = words.words["utility_use" if name == "use" else "driver"]
        return tuple(labelled(word, "" if language == "en" else others[0]) for word, others in options.items())
    if name == "final":
        return answers(language)
    return UNITS[table] if name == "unit" else ()
