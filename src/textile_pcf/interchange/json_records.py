"""Entries of a JSON file, read one after the other: only a part of the file is in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from json import JSONDecodeError
from pathlib import Path
from typing import IO, Any, NamedTuple

from textile_pcf.errors import FactorError, Problem
from textile_pcf.interchange.json_text import LINES, decode_at, decode_utf8, parse_json
from textile_pcf.io.opened_files import open_binary, open_utf8, read_bytes
from textile_pcf.io.output_files import is_file

PART = 1 << 20
"""Characters that are read at a time, unless an entry is longer."""
OF_NUMBERS = "0123456789+-.eE"
"""Characters that may go on a number."""
_HEAD = re.compile(r'[ \t\r\n]*(?:\[|(?P<data>\{[ \t\r\n]*"data"[ \t\r\n]*:[ \t\r\n]*\[))')
_BLANK = re.compile(r"[ \t\r\n]*")


class Entry(NamedTuple):
    """An entry of a document and where it stands.

    Attributes
    ----------
    place : str
        Such as `[2]` or `data[2]`; empty where the document is one record.
    content : object
        The entry, as JSON gives it.
    """

    place: str
    content: Any


def document_entries(document: Any, prefix: str = "") -> Iterator[Entry]:
    """Yield the entries of a document: a record, a list of records, `{"data": …}`, or an event.

    Examples
    --------
    >>> list(document_entries({"data": [1, {"data": 2}]}))
    [Entry(place='data[0]', content=1), Entry(place='data[1].data', content=2)]
    """
    if isinstance(document, Mapping) and "data" in document:
        document, prefix = document["data"], f"{prefix}.data" if prefix else "data"
        if isinstance(document, Mapping) and "pfs" in document:
            document, prefix = document["pfs"], f"{prefix}.pfs"
    if not isinstance(document, list | tuple):
        yield Entry(prefix, document)
        return
    for number, content in enumerate(document):
        yield from _nested(content, f"{prefix}[{number}]")


def _nested(content: Any, place: str) -> Iterator[Entry]:
    """Yield an entry of a list, or the entries of an event or an answer that stands in the list."""
    if isinstance(content, Mapping) and "data" in content and "pcf" not in content:
        yield from document_entries(content, place)
    else:
        yield Entry(place, content)


def read_entries(path: Path, problems: list[Problem]) -> Iterator[Entry]:
    """Yield the entries of a file.

    A list, the list of `{"data": […]}` and lines are read part by part; other forms, and files with a fault, as a whole.

    Parameters
    ----------
    path : Path
        A file of JSON, or of JSON lines.
    problems : list of Problem
        Receives what is wrong with the file itself.

    Raises
    ------
    UsageError
        The file cannot be opened.
    """
    try:
        if path.suffix.lower() in LINES:
            for number, document in enumerate(_lines(path, problems)):
                yield from _nested(document, f"[{number}]")
        else:
            yield from _whole_or_parts(path)
    except FactorError as error:
        problems += error.problems
    except RecursionError:
        what, cure = "This JSON is nested too deeply.", "Write it again as JSON (RFC 8259)."
        problems.append(Problem(str(path), what, cure, code="json"))


def _lines(path: Path, problems: list[Problem]) -> Iterator[Any]:
    """Yield the document of each line; the faults of all lines are collected."""
    with open_binary(path) as file:
        for number, content in enumerate(file, start=1):
            where = f"{path}:{number}"
            try:
                text = decode_utf8(content, where)
                if text.strip():
                    yield parse_json(text, where)
            except FactorError as error:
                problems += [Problem(where, each.what, each.cure, code=each.code) for each in error.problems]


def _whole_or_parts(path: Path) -> Iterator[Entry]:
    """Yield the entries of one JSON text; what is no plain list, or has a fault, is read as a whole after all."""
    count = 0
    if is_file(path):  # a pipe cannot be read twice
        try:
            with open_utf8(path) as file:
                for number, (prefix, content) in enumerate(_list_entries(file)):
                    for entry in _nested(content, f"{prefix}[{number}]"):
                        yield entry
                        count += 1
            return
        except (ValueError, RecursionError):
            pass
    document = parse_json(decode_utf8(read_bytes(path), str(path), FactorError), str(path), FactorError)
    yield from islice(document_entries(document), count, None)


class _Parts:
    """Text of a file, read part by part; what lies before the position is forgotten."""

    def __init__(self, file: IO[str]) -> None:
        self.file = file
        self.text = self.file.read(PART)
        self.position = 0

    def read_on(self) -> bool:
        """Read at least as much as is there; return False at the end of the file."""
        rest = self.text[self.position :]
        part = self.file.read(max(PART, len(rest)))
        self.text, self.position = rest + part, 0
        return bool(part)

    def after_blanks(self) -> str:
        """Move behind blanks; return the character there, "" at the end of the file."""
        while True:
            self.position = _end_of_blanks(self.text, self.position)
            if self.position < len(self.text) or not self.read_on():
                return self.text[self.position : self.position + 1]

    def entry(self) -> Any:
        """Return the entry at the position and move behind it."""
        while True:
            try:
                content, end = decode_at(self.text, self.position)
            except JSONDecodeError:
                if not self.read_on():
                    raise
                continue
            is_whole = end < len(self.text) and self.text[end] not in OF_NUMBERS  # "1" may be the beginning of 1e+16
            if is_whole or not self.read_on():
                self.position = end
                return content


def _end_of_blanks(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _list_entries(file: IO[str]) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a text that is a list, or `{"data": list}`, with the name of the list.

    Raises
    ------
    ValueError
        The text is no such list, or has a fault.
    """
    parts = _Parts(file)
    head = _HEAD.match(parts.text)
    if head is None:
        raise ValueError("no list")
    parts.position, prefix = head.end(), "data" if head["data"] else ""
    separator = parts.after_blanks()
    while separator != "]":
        yield prefix, parts.entry()
        separator = parts.after_blanks()
        if separator not in ("]", ","):
            raise ValueError("no separator")
        if separator == ",":
            parts.position += 1
            if parts.after_blanks() == "]":
                raise ValueError("a comma without an entry")
    for closing in ("]", "}") if prefix else ("]",):
        if parts.after_blanks() != closing:
            raise ValueError("not closed")
        parts.position += 1
    if parts.after_blanks():
        raise ValueError("text after the list")
