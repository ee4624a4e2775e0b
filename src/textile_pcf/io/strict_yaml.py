"""Read YAML 1.2 strictly, with the line of everything.

Stricter and plainer than PyYAML: `NO`, `yes`, `on` and dates stay text, `1e3` is a number; a key given twice, a tag, an
anchor, an alias, a merge key or a second document is a problem with its line. All problems of a file are collected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf, isinf, nan
from pathlib import Path
from typing import Any

import yaml

from textile_pcf.errors import PcfError, Problem, UsageError

LONGEST, DEEPEST = 5_000_000, 40  # characters and levels of a document that is written by people
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), nan),
}
_INTEGER = re.compile(
    r"[-+]?[0-9]{1,250}|0o[0-7]{1,300}|0x[0-9a-fA-F]{1,250}"
)  # longer ones are no numbers that can be counted
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

Path_ = tuple[str | int | float, ...]


@dataclass(frozen=True)
class Document:
    """A document that was read: its data, and where each part of it stands."""

    name: str
    """Path or name, as shown in messages."""
    data: Any
    """What it holds: a mapping, unless a list was allowed."""
    lines: dict[Path_, int] = field(default_factory=dict, repr=False)
    """Line of each path, counted from 1."""

    def known(self, path: Path_) -> Path_:
        """The part of a path that stands in the document: other words in it (names of union members) are left out."""
        if not self.lines:
            return path
        found: Path_ = ()
        for part in path:
            for each in (part, _number(part)):
                if (*found, each) in self.lines:
                    found = (*found, each)
                    break
        return found

    def line(self, path: Path_) -> int:
        """Line of the part of the document nearest to a path.

        Examples
        --------
        >>> document = parse_yaml("stages:\\n- id: weaving\\n  losses: []", "rule.yaml", PcfError)
        >>> document.line(("stages", 0, "losses")), document.line(("stages", 0, "flows"))
        (3, 2)
        """
        return self.lines.get(self.known(path), 1)

    def place(self, path: Path_ = ()) -> str:
        """`file:line (path.in.document)`, for messages."""
        shown = ".".join(str(part) for part in path)
        line = f":{self.line(path)}" if self.lines else ""
        return f"{self.name}{line}" + (f" ({shown})" if shown else "")


def parse_yaml(text: str, name: str, error: type[PcfError], roots: tuple[type, ...] = (dict,)) -> Document:
    """The document a YAML text holds.

    Raises
    ------
    error
        With every problem: not YAML, a key twice, tags, anchors, several documents, too long or too deep.
    """
    reader = _Reader(name)
    if len(text) > LONGEST:
        reader.fault(1, f"This file has {len(text):,} characters.", f"Split it: at most {LONGEST:,} are read.", ())
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
    """The document a YAML (or JSON) file holds; `UsageError` when there is no such file."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        wrong = Problem(f"{path}:{line}", "This is not UTF-8 text.", "Save the file as UTF-8.", code="encoding")
        raise error([wrong]) from None
    return parse_yaml(text, str(path), error, roots)


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a file; `UsageError` when it cannot be opened."""
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as fault:
        reason = "There is no such file." if isinstance(fault, FileNotFoundError) else "This file cannot be opened."
        raise UsageError([Problem(str(path), reason, "Check the path.", code="file")]) from None


class _Reader:
    """Builds data from the events of one document; never follows an alias, so nothing can explode."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path_, int] = {}
        self.problems: list[Problem] = []

    def fault(self, line: int, what: str, cure: str, path: Path_, code: str = "yaml") -> None:
        shown = ".".join(map(str, path))
        self.problems.append(Problem(f"{self.name}:{line}" + (f" ({shown})" if shown else ""), what, cure, code=code))

    def syntax(self, fault: yaml.YAMLError, text: str) -> None:
        said = " ".join(str(getattr(fault, part, None) or "") for part in ("context", "problem", "reason")).strip()
        opened = "quoted scalar" in said or "flow" in said  # what is left open is shown where it was opened
        marks = ("context_mark", "problem_mark") if opened else ("problem_mark", "context_mark")
        mark = next((mark for name in marks if (mark := getattr(fault, name, None)) is not None), None)
        line = mark.line + 1 if mark else text.encode()[: getattr(fault, "position", 0) or 0].count(b"\n") + 1
        near = "".join(text.split("\n")[line - 1 : line]).strip()[:60] if mark else ""
        cures = (cure for words, cure in _CURES.items() if words in said)
        cure = next(cures, "Check quotes, brackets and indentation here.")
        self.fault(line, f"This is not YAML{f', near {near!r}' if near else ''}: {said}.", cure, ())

    def document(self, text: str) -> Any:
        """Data of the one document in a text."""
        loader = _LOADER(text)
        try:
            return self._events(loader)
        finally:
            loader.dispose()

    def _events(self, loader: Any) -> Any:
        root: Any = None
        documents = 0
        open_: list[_Open] = []
        while loader.check_event():
            event = loader.get_event()
            line = event.start_mark.line + 1
            match event:
                case yaml.ScalarEvent():
                    self._marked(event, line, open_)
                    value = _scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._marked(event, line, open_)
                    if len(open_) >= DEEPEST:
                        self.fault(line, f"This is nested more than {DEEPEST} levels deep.", "Write it flatter.", ())
                        return None
                    mapping = isinstance(event, yaml.MappingStartEvent)
                    path = self._path(open_, line)
                    open_.append(_Open({} if mapping else [], path))
                    continue
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    value = open_.pop().data
                case yaml.AliasEvent():
                    what = f"An alias (*{event.anchor}) stands here."
                    self.fault(line, what, "Write the value out.", self._path(open_, line))
                    value = None
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self.fault(line, "A second document (---) starts here.", "Keep one document per file.", ())
                        return root
                    continue
                case _:
                    continue
            if not open_:
                root = value
            else:
                self._add(open_[-1], value, line)
        return root

    def _path(self, open_: list[_Open], line: int) -> Path_:
        """Path of the value that starts now; its line is noted."""
        if not open_:
            self.lines[()] = line
            return ()
        top = open_[-1]
        if isinstance(top.data, list):
            path = (*top.path, len(top.data))
            self.lines.setdefault(path, line)
            return path
        return (*top.path, top.key if top.has_key else "key")

    def _add(self, top: _Open, value: Any, line: int) -> None:
        if isinstance(top.data, list):
            self.lines.setdefault((*top.path, len(top.data)), line)
            top.data.append(value)
        elif top.has_key:
            if not top.refused:
                top.data[top.key] = value
            top.has_key = top.refused = False
        else:
            self._key(top, value, line)

    def _key(self, top: _Open, key: Any, line: int) -> None:
        top.has_key, top.key = True, key
        path: Path_ = (*top.path, key) if isinstance(key, str | int | float) else top.path
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
            top.refused = True
            self.fault(line, what, cure, top.path)
            if not isinstance(key, str | int | float):
                top.key = "key"
        else:
            self.lines[path] = line

    def _marked(self, event: Any, line: int, open_: list[_Open]) -> None:
        """Tags and anchors are refused."""
        if event.tag is not None:
            cure = "Leave it out; put text in quotes."
            self.fault(line, f"A tag ({event.tag}) stands here.", cure, self._path(open_, line))
        if event.anchor is not None:
            self.fault(line, f"An anchor (&{event.anchor}) stands here.", "Leave it out.", self._path(open_, line))


@dataclass
class _Open:
    """A mapping or list that is being read."""

    data: Any
    path: Path_
    key: Any = None
    has_key: bool = False
    refused: bool = False


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if not event.implicit[0]:  # quoted or a block of text
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in "+-.0123456789" else text


def _number(text: Any) -> Any:
    """The number of the YAML 1.2 core schema a text stands for; else the text."""
    if not isinstance(text, str):
        return text
    if _INTEGER.fullmatch(text):
        return int(text, {"o": 8, "x": 16}.get(text[1:2], 10) if text[0] == "0" else 10)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return text if isinf(number) else number  # more than any number that can be counted
    return inf if text == "inf" else text
