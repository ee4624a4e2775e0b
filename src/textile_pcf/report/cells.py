"""Cells of a workbook as XML, and the workbook around them, which openpyxl makes.

openpyxl writes no value next to a formula, so programs that do not calculate would show nothing. It therefore makes the
workbook with its sheets, styles, widths and chart, and this module inserts the rows.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from textile_pcf.io.safe_text import escape_controls, guard_formula

Styles = Mapping[str, int]
MAX_TEXT = 32_767  # characters that a cell can hold
QUOTED = "'"  # added to the name of a style: the text remains a text when its cell is edited
EPOCH = (1980, 1, 1, 0, 0, 0)  # equal results are equal bytes
_NO_ROWS = re.compile(rb"<sheetData\s*(/>|></sheetData>)")
_TIMES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_OWN_FORMAT = re.compile(rb'(<numFmt formatCode="[^"]*")\s*/>')
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
BLUE, LIGHT, GREY = "0000FF", "FFFFFF", "808080"
BAND = "1F4E79"


def text_cell(reference: str, value: str, styles: Styles, style: str) -> str:
    """Return a cell with a text that remains a text, whatever it begins with, also after it was edited."""
    text = escape_controls(value)
    if len(text) > MAX_TEXT:
        text = f"{text[: MAX_TEXT - 1]}…"
    style_id = styles[style if guard_formula(text) == text else style + QUOTED]
    if "_x" in text:
        text = _ESCAPE.sub("_x005F_", text)  # otherwise Excel reads a character code
    escaped = escape(text, {"\r": "&#13;"})
    return f'<c r="{reference}" s="{style_id}" t="inlineStr"><is><t xml:space="preserve">{escaped}</t></is></c>'


def number_cell(reference: str, value: float, styles: Styles, style: str) -> str:
    """Return a cell with a number."""
    return f'<c r="{reference}" s="{styles[style]}"><v>{value!r}</v></c>'


def formula_cell(reference: str, formula: str, value: float, styles: Styles, style: str) -> str:
    """Return a cell with a formula and its present value."""
    stored = f"<v>{value!r}</v>" if math.isfinite(value) else ""
    return f'<c r="{reference}" s="{styles[style]}"><f>{escape(formula)}</f>{stored}</c>'


def row_of(number: int, cells: Mapping[int, str], height: float | None) -> str:
    """Return a row with its cells from left to right. Rows are counted from 0."""
    tall = f' ht="{height:g}" customHeight="1"' if height else ""
    return f'<row r="{number + 1}"{tall}>{"".join(cells[column] for column in sorted(cells))}</row>'


def cell_styles(book: Any, page: Any) -> dict[str, int]:
    """Register the styles of cells and return their numbers by name. Blue marks numbers that may be changed."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    head = {"bold": True, "color": LIGHT}
    definitions: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
        "title": ({"bold": True, "size": 15, "color": BAND}, {}, "General"),
        "head": (head, {"horizontal": "left", "indent": 1, "wrap_text": True}, "General"),
        "head_right": (head, {"horizontal": "right", "wrap_text": True}, "General"),
        "text": ({}, {"horizontal": "left", "indent": 1}, "General"),
        "free": ({}, {}, "General"),
        "wrapped": ({}, {"horizontal": "left", "indent": 1, "wrap_text": True}, "General"),
        "bold": ({"bold": True}, {"horizontal": "left", "indent": 1}, "General"),
        "input": ({"color": BLUE}, {}, "General"),
        "computed": ({}, {}, "0.000000"),
        "total": ({"bold": True}, {}, "0.000000"),
        "percent": ({}, {}, "0.0 %"),
        "given": ({"color": BLUE}, {}, "0.000000"),
        "share": ({"color": BLUE}, {}, "0.0 %"),
        "given_money": ({"color": BLUE}, {}, "#,##0.00"),
        "whole": ({}, {}, "#,##0"),
        "money": ({}, {}, "#,##0.00"),
        "rating": ({"bold": True}, {}, '0.00;-0.00;"–"'),
        "check": ({"color": GREY}, {}, "0.000000"),
    }
    ids = {}
    for name, (font, alignment, number_format) in definitions.items():
        for quoted in ("", QUOTED):
            cell = WriteOnlyCell(page)
            cell.font = Font(**{"name": "Calibri", "family": 2, "size": 11, **font})
            cell.alignment = Alignment(vertical="center", **alignment)
            cell.number_format = number_format
            if name.startswith("head"):
                cell.fill = PatternFill("solid", fgColor=BAND)
            if quoted:
                cell.quotePrefix = True
            ids[name + quoted] = cell.style_id
    return ids


def save(book: Any, sheets: Sequence[Iterable[str]], path: Path) -> None:
    """Write a workbook of empty sheets with the rows of each sheet.

    Parameters
    ----------
    book : openpyxl.Workbook
        Workbook with the sheets, styles, widths and chart.
    sheets : sequence of iterable of str
        Rows of each sheet as XML.
    path : Path
        File to write.
    """
    shell = io.BytesIO()
    book.save(shell)
    rows = {page.path.lstrip("/"): sheet for page, sheet in zip(book.worksheets, sheets, strict=True)}
    with ZipFile(shell) as shell_archive, ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name in shell_archive.namelist():
            info, content = ZipInfo(name, EPOCH), shell_archive.read(name)
            info.compress_type = ZIP_DEFLATED
            if name not in rows:
                # openpyxl leaves out what keeps the format of labels: LibreOffice then takes the six decimals of the cells
                archive.writestr(info, _OWN_FORMAT.sub(rb'\1 sourceLinked="0"/>', _TIMES.sub(b"", content)))
                continue
            position = _NO_ROWS.search(content)
            assert position is not None, name
            with archive.open(info, "w", force_zip64=True) as file:
                file.write(content[: position.start()] + b"<sheetData>")
                for row in rows[name]:
                    file.write(row.encode())
                file.write(b"</sheetData>" + content[position.end() :])
