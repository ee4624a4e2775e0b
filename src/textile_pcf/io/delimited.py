"""CSV as mills write it: comma, semicolon or tab, UTF-8 or the encoding of a Chinese Excel, every row with its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import compress
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.encodings import decoded, utf16_without_mark
from textile_pcf.io.safe_text import holds_guards, unguarded
from textile_pcf.io.strict_yaml import read_bytes
from textile_pcf.io.table import HEADER_WITHIN, Header, RawTable

OTHER_SIGNS = "，；、｜|：:"  # what cells are separated by, but not read
HEAD = 100_000  # characters in which the separator is looked for


def csv_rows(name: str, header: Header, error: type[PcfError]) -> RawTable:
    """Rows of a CSV file; no loop over rows in Python unless cells hold line breaks."""
    text, notes = _decoded(name, error)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        what = "This is not a text file: it holds NUL bytes."
        raise error([Problem(f"{name}:{line}", what, "Save it as CSV UTF-8.", code="nul")])
    first = 1
    _check_separator(name, text, header, error)
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
    return RawTable(name, "csv", rows, lines, notes=notes)


def _decoded(name: str, error: type[PcfError]) -> tuple[str, tuple[str, ...]]:
    data = read_bytes(name)
    text, encoding, word = decoded(data)
    cure = "Save it as UTF-8 (in Excel: CSV UTF-8)."
    if (text is None or "\0" in text) and utf16_without_mark(data):
        what = "This file seems to be UTF-16 without its mark."
        raise error([Problem(name, what, cure, code="encoding")])
    if text is None and not word:
        raise error([Problem(name, "The characters of this file cannot be read.", cure, code="encoding")])
    if text is None and encoding == "UTF-8":
        what = f"This file is UTF-8 but for some bytes, the first of them behind {word!r}."
        raise error([Problem(name, what, cure, code="encoding")])
    if text is None:
        what = f"This file is not UTF-8, and as GB18030 it makes no sense; it may be {encoding} ({word!r})."
        raise error([Problem(name, what, cure, code="encoding")])
    if encoding == "UTF-8":
        return text, (f"{name} can be read as UTF-8 and as GB18030; it was read as UTF-8, for example {word!r}.",)
    shown = f", for example {word!r}" if word else ""
    return text, (f"{name} is not UTF-8; it was read as {encoding}{shown}.",) if encoding else ()


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


def _check_separator(name: str, text: str, header: Header, error: type[PcfError]) -> None:
    """A sign between the cells of the header that is none of those that are read."""
    lines = [line for line in text[:HEAD].splitlines() if line.strip()][:HEADER_WITHIN]
    split = max((header.hits(re.split("[,;\t]", line)) for line in lines), default=0)
    for number, line in enumerate(lines, 1):
        for sign in OTHER_SIGNS:
            if header.hits(line.split(sign)) > max(split, 1):
                what = f"The cells of this file are separated by {sign!r}."
                cure = "Separate them by a comma, a semicolon or a tab; in Excel: save as CSV UTF-8."
                raise error([Problem(f"{name}:{number}", what, cure, code="separator")])
