"""CSV files: comma, semicolon or tab; UTF-8, UTF-16 or GB 18030; every row with its line number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import compress, islice
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.encodings import decode_text, utf16_without_mark
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.safe_text import may_hold_guards, unguard_formula
from textile_pcf.io.table import HEADER_WITHIN, Header, RawTable
from textile_pcf.io.table_shape import shape_problems
from textile_pcf.messages.message import Message

UNSUPPORTED_SEPARATORS = "，；、｜|：:"
SAMPLE = 100_000
"""Number of characters at the beginning of a file that are searched for the separator."""
_ENCODING_CURE = "Save it as UTF-8 (in Excel: CSV UTF-8)."


def csv_rows(name: str, header: Header, error: type[PcfError]) -> RawTable:
    """Read the rows of a CSV file.

    No Python loop runs over the rows unless cells hold line breaks or guarded formulas.

    Parameters
    ----------
    name : str
        Path of the file.
    header : Header
        The known columns, by which the separator is recognised.
    error : type of PcfError
        Class of the error to raise.

    Returns
    -------
    RawTable
        Rows with content, each with the line on which it begins.

    Raises
    ------
    error
        The encoding or separator is not supported, a quotation mark is open, or the file holds NUL bytes.
    """
    text, notes, _ = read_text(name, read_bytes(name), error)
    if "\0" in text:
        raise error([nul_problem(name, text[: text.index("\0")].count("\n") + 1)])
    delimiter, start, first_line = opening(name, text, header, error)
    rows, lines, fault = _parse(name, text[start:], delimiter, first_line)
    if may_hold_guards(text):
        rows = [list(map(unguard_formula, row)) for row in rows]
    contents = list(map(str.strip, map("".join, rows)))
    if not all(contents):
        rows, lines = list(compress(rows, contents)), list(compress(lines, contents))
    raw = RawTable(name, "csv", rows, lines, notes=notes)
    if fault is not None:
        raise error([*shape_problems(raw, header, error), fault])
    return raw


def _parse(name: str, text: str, delimiter: str, first_line: int) -> tuple[list[list[str]], Sequence[int], Problem | None]:
    """Return the rows of a text, the line on which each begins, and the problem with which they end early."""
    reader = csv_reader(io.StringIO(text, newline=""), delimiter)
    rows: list[list[str]] = []
    problem = None
    try:
        rows.extend(reader)
    except csv.Error as fault:
        problem = quoting_problem(f"{name}:{reader.line_num + first_line - 1}", str(fault))
    if problem is None and reader.line_num == len(rows):
        return rows, range(first_line, first_line + len(rows)), None
    return rows, _first_lines(text, delimiter, first_line, len(rows)), problem


def nul_problem(name: str, line: int) -> Problem:
    """Return the problem of a file that holds a NUL byte in a line."""
    what = "This is not a text file: it holds NUL bytes."
    return Problem(f"{name}:{line}", what, "Save it as CSV UTF-8.", code="nul")


def opening(name: str, text: str, header: Header, error: type[PcfError]) -> tuple[str, int, int]:
    """Return the separator of a text, where its first row begins, and the line of that row.

    Parameters
    ----------
    name : str
        Path of the file.
    text : str
        The text, or the first `SAMPLE` characters of it.
    header, error
        As for `csv_rows`.
    """
    _check_separator(name, text, header, error)
    start, first_line = 0, 1
    if text[:4].lower() == "sep=":  # Excel writes the separator into a line of its own
        start, first_line = text.find("\n") + 1, 2
    return _delimiter(text[start : start + SAMPLE], header), start, first_line


def read_text(name: str, data: bytes, error: type[PcfError]) -> tuple[str, tuple[str, ...], str]:
    """Return the text of a file, a note if its encoding was guessed, and the name of the encoding; "" for UTF-8 without doubt.

    Parameters
    ----------
    name : str
        Path of the file.
    data : bytes
        Content of the file.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        The encoding is unknown or not supported.
    """
    text, encoding, example = decode_text(data)
    if text is None or "\0" in text:
        what = _encoding_problem(data, text, encoding, example)
        if what:
            raise error([Problem(name, what, _ENCODING_CURE, code="encoding")])
    assert text is not None
    return text, (_guess_note(name, encoding, example),) if encoding else (), encoding


def _guess_note(name: str, encoding: str, example: str) -> Message:
    """Return the note that the encoding of a file was guessed, with a word of it if there is one."""
    if encoding == "UTF-8":
        what = "{name} can be read as UTF-8 and as GB18030; it was read as UTF-8, for example {example!r}."
        return Message(what, name=name, example=example)
    if not example:
        return Message("{name} is not UTF-8; it was read as {encoding}.", name=name, encoding=encoding)
    what = "{name} is not UTF-8; it was read as {encoding}, for example {example!r}."
    return Message(what, name=name, encoding=encoding, example=example)


def _encoding_problem(data: bytes, text: str | None, encoding: str, example: str) -> str:
    """Return why a file cannot be decoded; empty if it can."""
    if utf16_without_mark(data):
        return "This file seems to be UTF-16 without its mark."
    if text is not None:
        return ""
    if not example:
        return "The characters of this file cannot be read."
    if encoding == "UTF-8":
        return Message("This file is UTF-8 but for some bytes, the first of them behind {example!r}.", example=example)
    return Message(
        "This file is not UTF-8, and as GB18030 it makes no sense; it may be {encoding} ({example!r}).",
        encoding=encoding,
        example=example,
    )


def csv_reader(lines: Iterable[str], delimiter: str) -> Any:
    """Return a reader of the rows of some lines."""
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def quoting_problem(where: str, message: str) -> Problem:
    """Return the problem behind an error message of the csv module."""
    cure = 'Close it; inside a quoted cell write "" for a quotation mark.'
    if "field larger" in message:
        return Problem(where, "A cell is far too long; a quotation mark may be open.", cure, code="csv")
    return Problem(where, "A quotation mark is not closed, or is inside a cell.", cure, code="csv")


def _first_lines(text: str, delimiter: str, first_line: int, rows: int) -> list[int]:
    """Return the line on which each of the first rows begins, for texts whose cells hold line breaks."""
    reader = csv_reader(io.StringIO(text, newline=""), delimiter)
    ends = [reader.line_num for _ in islice(reader, rows)]
    return [first_line + end for end in (0, *ends[:-1])][:rows]


def _first_rows(text: str) -> list[str]:
    """Return the lines in which the header is searched."""
    return [line for line in text[:SAMPLE].splitlines() if line.strip()][:HEADER_WITHIN]


def _delimiter(text: str, header: Header) -> str:
    """Return the separator that gives the most known columns in one line; if equal, the most cells in the first line."""
    lines = _first_rows(text)

    def score(delimiter: str) -> tuple[int, int]:
        split = [[cell.strip(' "') for cell in line.split(delimiter)] for line in lines] or [[]]
        return max(map(header.hits, split)), len(split[0])

    return max(",;\t", key=score)


def _check_separator(name: str, text: str, header: Header, error: type[PcfError]) -> None:
    """Raise an error if an unsupported separator gives more known columns than the supported ones."""
    lines = _first_rows(text)
    hits = max((header.hits(re.split("[,;\t]", line)) for line in lines), default=0)
    for number, line in enumerate(lines, 1):
        for separator in UNSUPPORTED_SEPARATORS:
            if header.hits(line.split(separator)) > max(hits, 1):
                what = Message("The cells of this file are separated by {separator!r}.", separator=separator)
                cure = "Separate them by a comma, a semicolon or a tab; in Excel: save as CSV UTF-8."
                raise error([Problem(f"{name}:{number}", what, cure, code="separator")])
