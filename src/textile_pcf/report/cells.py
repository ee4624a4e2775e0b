"""Cells of a workbook as XML, each with its look; and the workbook around them, which openpyxl makes.

openpyxl writes no value beside a formula, and programs that do not compute would find nothing. So it makes the workbook with
its sheets, looks, widths and chart, and the rows are put into it here.
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

Looks = Mapping[str, int]
LONGEST = 32_767  # signs that a cell holds
QUOTED = "'"  # added to the name of a look: a text that stays one when its cell is edited
EPOCH = (1980, 1, 1, 0, 0, 0)  # equal results are equal bytes
_NO_ROWS = re.compile(rb"<sheetData\s*(/>|></sheetData>)")
_TIMES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
BLUE, LIGHT, GREY = "0000FF", "FFFFFF", "808080"
BAND = "1F4E79"


def text_cell(place: str, value: str, looks: Looks, style: str) -> str:
    """A text that is a text, whatever it begins with and also after it was edited."""
    told = escape_controls(value)
    if len(told) > LONGEST:
        told = f"{told[: LONGEST - 1]}…"
    look = looks[style if guard_formula(told) == told else style + QUOTED]
    if "_x" in told:
        told = _ESCAPE.sub("_x005F_", told)  # else Excel takes it for the code of a sign
    text = escape(told, {"\r": "&#13;"})
    return f'<c r="{place}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def number_cell(place: str, value: float, looks: Looks, style: str) -> str:
    """A number."""
    return f'<c r="{place}" s="{looks[style]}"><v>{value!r}</v></c>'


def formula_cell(place: str, formula: str, value: float, looks: Looks, style: str) -> str:
    """A formula with the value it has now."""
    stored = f"<v>{value!r}</v>" if math.isfinite(value) else ""
    return f'<c r="{place}" s="{looks[style]}"><f>{escape(formula)}</f>{stored}</c>'


def row_of(number: int, cells: Mapping[int, str], height: float | None) -> str:
    """A row, counted from 0, with its cells from left to right."""
    tall = f' ht="{height:g}" customHeight="1"' if height else ""
    return f'<row r="{number + 1}"{tall}>{"".join(cells[column] for column in sorted(cells))}</row>'


def looks_of(book: Any, page: Any) -> dict[str, int]:
    """How cells look, by number: blue is what may be changed."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    head = {"bold": True, "color": LIGHT}
    looks: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
        "title": ({"bold": True, "size": 15, "color": BAND}, {}, "General"),
        "head": (head, {"horizontal": "left", "indent": 1, "wrap_text": True}, "General"),
        "head_right": (head, {"horizontal": "right", "wrap_text": True}, "General"),
        "text": ({}, {"horizontal": "left", "indent": 1}, "General"),
        "free": ({}, {}, "General"),
        "wrapped": ({}, {"horizontal": "left", "indent": 1, "wrap_text": True}, "General"),
        "bold": ({"bold": True}, {"horizontal": "left", "indent": 1}, "General"),
        "given": ({"color": BLUE}, {}, "General"),
        "computed": ({}, {}, "0.000000"),
        "total": ({"bold": True}, {}, "0.000000"),
        "percent": ({}, {}, "0.0 %"),
        "check": ({"color": GREY}, {}, "0.000000"),
    }
    found = {}
    for name, (font, alignment, form) in looks.items():
        for quoted in ("", QUOTED):
            cell = WriteOnlyCell(page)
            cell.font = Font(**{"name": "Calibri", "family": 2, "size": 11, **font})
            cell.alignment = Alignment(vertical="center", **alignment)
            cell.number_format = form
            if name.startswith("head"):
                cell.fill = PatternFill("solid", fgColor=BAND)
            if quoted:
                cell.quotePrefix = True
            found[name + quoted] = cell.style_id
    return found


def save(book: Any, sheets: Sequence[Iterable[str]], path: Path) -> None:
    """Write a workbook of empty sheets with the rows of each."""
    shell = io.BytesIO()
    book.save(shell)
    rows = {page.path.lstrip("/"): told for page, told in zip(book.worksheets, sheets, strict=True)}
    with ZipFile(shell) as made, ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name in made.namelist():
            info, content = ZipInfo(name, EPOCH), made.read(name)
            info.compress_type = ZIP_DEFLATED
            if name not in rows:
                archive.writestr(info, _TIMES.sub(b"", content))
                continue
            gap = _NO_ROWS.search(content)
            assert gap is not None, name
            with archive.open(info, "w", force_zip64=True) as file:
                file.write(content[: gap.start()] + b"<sheetData>")
                for row in rows[name]:
                    file.write(row.encode())
                file.write(b"</sheetData>" + content[gap.end() :])
