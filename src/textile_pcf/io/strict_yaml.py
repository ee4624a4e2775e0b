"""Read YAML 1.2 strictly, with the line of every value.

It differs from PyYAML: `NO`, `yes`, `on` and dates stay texts, and `1e3` is a number. A duplicate key, a tag, an anchor, an
alias, a merge key or a second document is a problem with its line. All problems of a file are collected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf, isinf, nan
from pathlib import Path
from typing import Any

import yaml

from textile_pcf.errors import PcfError, Problem, UsageError

MAX_CHARACTERS, MAX_DEPTH = 5_000_000, 40
"""Limits of a document: number of characters and levels of nesting."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), nan),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,250}|0o[0-7]{1,300}|0x[0-9a-fA-F]{1,250}")  # a longer integer stays a text
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CURES = {
    "mapping values are not allowed": "Put a text that holds ': ' in quotes, and check the indentation.",
    "cannot start any token": "Indent with spaces, not tabs; put a text that starts with @, ` or % in quotes.",
    "control characters": "Save the file as plain UTF-8 text.",
    "expected key": "Check the indentation: entries of one block start in one column.",
    "expected <block end>": "Check the indentation: entries of one block start in one column.",
    "expected '-' indicator": "Check the indentation: entries of one list start in one column.",
    "expected ',' or": "Close the bracket, and put commas between the entries.",
    "expected ':'": "Write key: value, with a space after the colon.",
    "end of stream": "Close the quotation mark or bracket that is opened here.",
    "while scanning a quoted scalar": "Close the quotation mark that is opened here.",
}

DocumentPath = tuple[str | int | float, ...]
"""Keys and indices from the root of a document to a value."""


@dataclass(frozen=True)
class Document:
    """The data of a YAML, JSON or Python document, with the line of every value.

    Attributes
    ----------
    name : str
        Path or name, as shown in messages.
    data : object
        A mapping, or a list where that is allowed.
    lines : dict
        Line of each path, counted from 1; empty for data from memory.
    """

    name: str
    data: Any
    lines: dict[DocumentPath, int] = field(default_factory=dict, repr=False)

    def existing_path(self, path: DocumentPath) -> DocumentPath:
        """Return a path without the parts that are not in the document.

        Parameters
        ----------
        path : tuple
            A path of pydantic, which also holds names of union members.
        """
        if not self.lines:
            return path
        existing: DocumentPath = ()
        for part in path:
            for key in (part, _number(part)):
                if (*existing, key) in self.lines:
                    existing = (*existing, key)
                    break
        return existing

    def line(self, path: DocumentPath) -> int:
        """Return the line of a path, or of the nearest existing value above it.

        Parameters
        ----------
        path : tuple
            Keys and indices.

        Examples
        --------
        >>> document = parse_yaml("stages:\\n- id: weaving\\n  losses: []", "rule.yaml", PcfError)
        >>> document.line(("stages", 0, "losses")), document.line(("stages", 0, "flows"))
        (3, 2)
        """
        return self.lines.get(self.existing_path(path), 1)

    def location(self, path: DocumentPath = ()) -> str:
        """Return `file:line (path.in.document)` for messages.

        Parameters
        ----------
        path : tuple
            Keys and indices; empty for the whole document.
        """
        shown = ".".join(str(part) for part in path)
        line = f":{self.line(path)}" if self.lines else ""
        return f"{self.name}{line}" + (f" ({shown})" if shown else "")


def parse_yaml(text: str, name: str, error: type[PcfError], roots: tuple[type, ...] = (dict,)) -> Document:
    """Parse a YAML text.

    Parameters
    ----------
    text : str
        One document.
    name : str
        Path or name, for messages.
    error : type of PcfError
        Class of the error to raise.
    roots : tuple of type
        Allowed types of the root: dict, list or both.

    Returns
    -------
    Document

    Raises
    ------
    error
        With every problem: invalid YAML, a duplicate key, tags, anchors, several documents, excessive length or nesting.

    Examples
    --------
    >>> parse_yaml("stages: [weaving, dyeing]", "rule.yaml", PcfError).data
    {'stages': ['weaving', 'dyeing']}
    """
    reader = _Reader(name)
    if len(text) > MAX_CHARACTERS:
        reader.fault(1, f"This file has {len(text):,} characters.", f"Split it: at most {MAX_CHARACTERS:,} are read.", ())
        raise error(reader.problems)
    try:
        data = reader.document(text)
    except yaml.YAMLError as fault:
        reader.syntax(fault, text)
        raise error(reader.problems) from None
    if not reader.problems and not isinstance(data, roots):
        what = "This file is empty." if data is None else "This file does not hold a list of `key: value` lines."
        reader.fault(1, what, "Start with a key at the beginning of a line, such as `title: ...`.", ())
    if reader.problems:
        raise error(reader.problems)
    return Document(name, data, reader.lines)


def read_yaml(path: str | Path, error: type[PcfError], roots: tuple[type, ...] = (dict,)) -> Document:
    """Read a YAML or JSON file.

    Parameters
    ----------
    path : str or pathlib.Path
        The file, in UTF-8.
    error : type of PcfError
        Class of the error to raise.
    roots : tuple of type
        Allowed types of the root: dict, list or both.

    Returns
    -------
    Document

    Raises
    ------
    error
        See `parse_yaml`; also if the file is not UTF-8.
    UsageError
        The file cannot be opened.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        problem = Problem(f"{path}:{line}", "This is not UTF-8 text.", "Save the file as UTF-8.", code="encoding")
        raise error([problem]) from None
    return parse_yaml(text, str(path), error, roots)


def read_bytes(path: str | Path) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.

    Raises
    ------
    UsageError
        The file cannot be opened.
    """
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as fault:
        reason = "There is no such file." if isinstance(fault, FileNotFoundError) else "This file cannot be opened."
        raise UsageError([Problem(str(path), reason, "Check the path.", code="file")]) from None


class _Reader:
    """Builds data from the events of one document; aliases are refused, so the data cannot be larger than the text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[DocumentPath, int] = {}
        self.problems: list[Problem] = []

    def fault(self, line: int, what: str, cure: str, path: DocumentPath) -> None:
        """Add a problem."""
        shown = ".".join(map(str, path))
        where = f"{self.name}:{line}" + (f" ({shown})" if shown else "")
        self.problems.append(Problem(where, what, cure, code="yaml"))

    def syntax(self, fault: yaml.YAMLError, text: str) -> None:
        """Add the problem of a text that is not YAML."""
        message = " ".join(str(getattr(fault, part, None) or "") for part in ("context", "problem", "reason")).strip()
        is_open = "quoted scalar" in message or "flow" in message  # then the line of the opening character is reported
        marks = ("context_mark", "problem_mark") if is_open else ("problem_mark", "context_mark")
        mark = next((mark for name in marks if (mark := getattr(fault, name, None)) is not None), None)
        line = mark.line + 1 if mark else text.encode()[: getattr(fault, "position", 0) or 0].count(b"\n") + 1
        near = "".join(text.split("\n")[line - 1 : line]).strip()[:60] if mark else ""
        cures = (cure for part, cure in _CURES.items() if part in message)
        cure = next(cures, "Check quotes, brackets and indentation here.")
        self.fault(line, f"This is not YAML{f', near {near!r}' if near else ''}: {message}.", cure, ())

    def document(self, text: str) -> Any:
        """Return the data of the only document of a text."""
        loader = _LOADER(text)
        try:
            return self._build(loader)
        finally:
            loader.dispose()

    def _build(self, loader: Any) -> Any:
        """Return the data that the events of a loader describe; building ends where a problem makes the rest useless."""
        root: Any = None
        documents = 0
        stack: list[_Open] = []
        while loader.check_event():
            event = loader.get_event()
            line = event.start_mark.line + 1
            match event:
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    if not self._open(event, line, stack):
                        return None
                    continue
                case yaml.ScalarEvent():
                    self._refuse_tag_and_anchor(event, line, stack)
                    value = _scalar(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    value = stack.pop().data
                case yaml.AliasEvent():
                    what = f"An alias (*{event.anchor}) stands here."
                    self.fault(line, what, "Write the value out.", self._path(stack, line))
                    value = None
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self.fault(line, "A second document (---) starts here.", "Keep one document per file.", ())
                        return root
                    continue
                case _:
                    continue
            if not stack:
                root = value
            else:
                self._add(stack[-1], value, line)
        return root

    def _open(self, event: Any, line: int, stack: list[_Open]) -> bool:
        """Put a new mapping or list on the stack; return False if it is nested too deeply."""
        self._refuse_tag_and_anchor(event, line, stack)
        if len(stack) >= MAX_DEPTH:
            self.fault(line, f"This is nested more than {MAX_DEPTH} levels deep.", "Write it flatter.", ())
            return False
        path = self._path(stack, line)
        stack.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], path))
        return True

    def _path(self, stack: list[_Open], line: int) -> DocumentPath:
        """Return the path of the value that starts now, and store its line."""
        if not stack:
            self.lines[()] = line
            return ()
        top = stack[-1]
        if isinstance(top.data, list):
            path = (*top.path, len(top.data))
            self.lines.setdefault(path, line)
            return path
        return (*top.path, top.key if top.has_key else "key")

    def _add(self, top: _Open, value: Any, line: int) -> None:
        """Add a complete value to the mapping or list that is being built; in a mapping it may be a key."""
        if isinstance(top.data, list):
            self.lines.setdefault((*top.path, len(top.data)), line)
            top.data.append(value)
        elif top.has_key:
            if not top.key_refused:
                top.data[top.key] = value
            top.has_key = top.key_refused = False
        else:
            self._key(top, value, line)

    def _key(self, top: _Open, key: Any, line: int) -> None:
        """Store the key of the next value, or refuse it."""
        top.has_key, top.key = True, key
        path: DocumentPath = (*top.path, key) if isinstance(key, str | int | float) else top.path
        what = cure = ""
        if isinstance(key, bool) or key is None or not isinstance(key, str | int | float) or key != key:
            shown = "A list or mapping" if isinstance(key, list | dict) else f"The key {str(key).lower()!r}"
            shown = "An empty key" if key is None else shown
            what, cure = f"{shown} is not a name or number.", "Put the key in quotes."
        elif key == "<<":
            what, cure = "A merge key (<<) stands here.", "Write the entries out."
        elif key in top.data:
            what = f"The key {key!r} stands here a second time (first in line {self.lines[path]})."
            cure = "Keep one of them."
        if what:
            top.key_refused = True
            self.fault(line, what, cure, top.path)
            if not isinstance(key, str | int | float):
                top.key = "key"
        else:
            self.lines[path] = line

    def _refuse_tag_and_anchor(self, event: Any, line: int, stack: list[_Open]) -> None:
        if event.tag is not None:
            cure = "Leave it out; put text in quotes."
            self.fault(line, f"A tag ({event.tag}) stands here.", cure, self._path(stack, line))
        if event.anchor is not None:
            self.fault(line, f"An anchor (&{event.anchor}) stands here.", "Leave it out.", self._path(stack, line))


@dataclass
class _Open:
    """A mapping or list that is being built."""

    data: Any
    path: DocumentPath
    key: Any = None
    has_key: bool = False
    key_refused: bool = False


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Return the value of a scalar: a text, a number, a boolean or None."""
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block scalar
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return _number(text) if text[0] in "+-.0123456789" else text


def _number(text: Any) -> Any:
    """Return a text as a number of the YAML 1.2 core schema if it is one; else unchanged."""
    if not isinstance(text, str):
        return text
    if _INTEGER.fullmatch(text):
        return int(text, {"o": 8, "x": 16}.get(text[1:2], 10) if text[0] == "0" else 10)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return text if isinf(number) else number  # too large for a float
    return inf if text == "inf" else text
