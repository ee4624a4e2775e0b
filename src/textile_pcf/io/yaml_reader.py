"""Building of data from YAML events, with the line of every value and all problems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf, isinf, nan
from typing import Any, Literal

import yaml

from textile_pcf.columns import is_too_small
from textile_pcf.errors import Problem
from textile_pcf.messages.message import JoinedMessage, Message

MAX_DEPTH = 40
"""Levels of nesting of a document."""
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

Numbers = Literal["all", "values", "none"]
"""Which numbers of a document are read as such."""
DocumentPath = tuple[str | int | float, ...]
"""Keys and indices from the root of a document to a value."""


class YamlReader:
    """Builds data from the events of one document; aliases are refused, so the data cannot be larger than the text.

    `numbers` says which numbers are read as such: of keys and values (`all`), of values only (`values`), or none (`none`). The
    others are the texts that are written: a product `007` or `1E5` is no number.
    """

    def __init__(self, name: str, numbers: Numbers = "all") -> None:
        self.name, self.numbers = name, numbers
        self.lines: dict[DocumentPath, int] = {}
        self.problems: list[Problem] = []

    def fault(self, line: int, what: str, cure: str, path: DocumentPath) -> None:
        """Add a problem."""
        shown = ".".join(map(str, path))
        where = f"{self.name}:{line}" + (f" ({shown})" if shown else "")
        self.problems.append(Problem(where, what, cure, code="yaml"))

    def syntax(self, fault: yaml.YAMLError, text: str) -> None:
        """Add the problem of a text that is not YAML."""
        message = JoinedMessage((getattr(fault, part, None) for part in ("context", "problem", "reason")), " ", "，")
        is_open = "quoted scalar" in message or "flow" in message  # then the line of the opening character is reported
        marks = ("context_mark", "problem_mark") if is_open else ("problem_mark", "context_mark")
        mark = next((mark for name in marks if (mark := getattr(fault, name, None)) is not None), None)
        line = mark.line + 1 if mark else text.encode()[: getattr(fault, "position", 0) or 0].count(b"\n") + 1
        near = "".join(text.split("\n")[line - 1 : line]).strip()[:60] if mark else ""
        cures = (cure for part, cure in _CURES.items() if part in message)
        cure = next(cures, "Check quotes, brackets and indentation here.")
        what = Message("This is not YAML: {message}.", message=message)
        if near:
            what = Message("This is not YAML, near {near!r}: {message}.", near=near, message=message)
        self.fault(line, what, cure, ())

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
                    is_key = bool(stack) and isinstance(stack[-1].data, dict) and not stack[-1].has_key
                    value = _scalar(event, self.numbers == "all" or (self.numbers == "values" and not is_key))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    value = stack.pop().data
                case yaml.AliasEvent():
                    what = Message("An alias (*{anchor}) is used here.", anchor=event.anchor)
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
            self.fault(
                line, Message("This is nested more than {max_depth} levels deep.", max_depth=MAX_DEPTH), "Write it flatter.", ()
            )
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
            shown = (
                Message("A list or mapping")
                if isinstance(key, list | dict)
                else Message("The key {key!r}", key=str(key).lower())
            )
            shown = Message("An empty key") if key is None else shown
            what, cure = Message("{shown} is not a name or number.", shown=shown), "Put the key in quotes."
        elif key == "<<":
            what, cure = "A merge key (<<) is used here.", "Write the entries out."
        elif key in top.data:
            what = Message("The key {key!r} occurs here a second time (first in line {line}).", key=key, line=self.lines[path])
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
            self.fault(line, Message("A tag ({tag}) is used here.", tag=event.tag), cure, self._path(stack, line))
        if event.anchor is not None:
            self.fault(
                line,
                Message("An anchor (&{anchor}) is used here.", anchor=event.anchor),
                "Leave it out.",
                self._path(stack, line),
            )


@dataclass
class _Open:
    """A mapping or list that is being built."""

    data: Any
    path: DocumentPath
    key: Any = None
    has_key: bool = False
    key_refused: bool = False


def _scalar(event: yaml.ScalarEvent, numbers: bool) -> Any:
    """Return the value of a scalar: a text, a number where numbers are read, a boolean or None."""
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block scalar
        return text
    if text in _CONSTANTS and (numbers or not isinstance(_CONSTANTS[text], float)):
        return _CONSTANTS[text]
    return parse_number(text) if numbers and text[0] in "+-.0123456789" else text


def parse_number(text: Any) -> Any:
    """Return a text as a number of the YAML 1.2 core schema if it is one; else unchanged."""
    if not isinstance(text, str):
        return text
    if _INTEGER.fullmatch(text):
        return int(text, {"o": 8, "x": 16}.get(text[1:2], 10) if text[0] == "0" else 10)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return text if isinf(number) or (number == 0 and is_too_small(text)) else number  # too large or small for a float
    return inf if text == "inf" else text
