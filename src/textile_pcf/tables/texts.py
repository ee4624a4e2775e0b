"""CSV as mills write it: comma, semicolon or tab, UTF-8 or the encoding of a Chinese Excel, every row with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import compress
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.strict_yaml import read_bytes
from textile_pcf.tables.shape import HEADER_WITHIN, Header, Raw
from textile_pcf.written import holds_guards, unguarded

HEAD = 100_000  # characters in which the separator is looked for


def csv_rows(name: str, header: Header, error: type[PcfError]) -> Raw:
    """Rows of a CSV file; no loop over rows in Python unless cells hold line breaks."""
    text, notes = _decoded(name, error)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        what = "This is not a text file: it holds NUL bytes."
        raise error([Problem(f"{name}:{line}", what, "Save it as CSV UTF-8.", code="nul")])
    first = 1
    if text[:4].lower() == "sep=":  # Excel's own hint
        text, first = text[text.find("\n") + 1 :], 2
    delimiter = _delimiter(text, header)
    reader = _reader(text, delimiter)
    try:
        rows = list(reader)
        several = reader.line_num != len(rows)
        lines: Sequence[int] = _starts(text, delimiter, first) if several else range(first, first + len(rows))
    except csv.Error as fault:
        raise error([_fault(f"{name}:{reader.line_num + first - 1}", str(fault))]) from None
    if holds_guards(text):
        rows = [list(map(unguarded, row)) for row in rows]
    filled = list(map(str.strip, map("".join, rows)))
    if not all(filled):
        rows, lines = list(compress(rows, filled)), list(compress(lines, filled))
    return Raw(name, "csv", rows, lines, notes=notes)


def _decoded(name: str, error: type[PcfError]) -> tuple[str, tuple[str, ...]]:
    data = read_bytes(name)
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        told = f"{name} is not UTF-8; it was read as {encoding.upper()}."
        return text, () if encoding == "utf-8-sig" else (told,)
    what = "The characters of this file cannot be read."
    raise error([Problem(name, what, "Save it as UTF-8 (in Excel: CSV UTF-8).", code="encoding")])


def _reader(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)


def _fault(where: str, said: str) -> Problem:
    cure = 'Close it; inside a quoted cell write "" for a quotation mark.'
    if "field larger" in said:
        return Problem(where, "A cell is far too long; a quotation mark may be open.", cure, code="csv")
    return Problem(where, "A quotation mark is not closed, or stands inside a cell.", cure, code="csv")


def _starts(text: str, delimiter: str, first: int) -> list[int]:
    """First line of each row when cells hold line breaks."""
    reader = _reader(text, delimiter)
    ends = [reader.line_num for _ in reader]
    return [first + end for end in (0, *ends[:-1])]


def _delimiter(text: str, header: Header) -> str:
    """What splits one of the first lines into most known columns, else into most cells."""
    lines = [line for line in text[:HEAD].splitlines() if line.strip()][:HEADER_WITHIN]

    def score(delimiter: str) -> tuple[int, int]:
        split = [[cell.strip(' "') for cell in line.split(delimiter)] for line in lines] or [[]]
        return max(map(header.hits, split)), len(split[0])

    return max(",;\t", key=score)
