"""Read YAML 1.2 strictly, with the line of every value.

It differs from PyYAML: `NO`, `yes`, `on` and dates stay texts, and `1e3` is a number. A duplicate key, a tag, an anchor, an
alias, a merge key or a second document is a problem with its line. All problems of a file are collected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from textile_pcf._frozen import quick_init
from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.yaml_reader import DocumentPath as DocumentPath
from textile_pcf.io.yaml_reader import Numbers, YamlReader, parse_number
from textile_pcf.messages.message import Message

MAX_CHARACTERS = 5_000_000
"""Number of characters of a document."""


@quick_init
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
    files : dict
        File of each path that stands in another file than `name`.
    """

    name: str
    data: Any
    lines: dict[DocumentPath, int] = field(default_factory=dict, repr=False)
    files: dict[DocumentPath, str] = field(default_factory=dict, repr=False)

    def existing_path(self, path: DocumentPath) -> DocumentPath:
        """Return a path without the parts that are not in the document.

        Parameters
        ----------
        path : tuple
            A path of pydantic, which also holds names of union members.
        """
        existing: DocumentPath = ()
        data = self.data
        for part in path:
            for key in (part, parse_number(part)):
                if (*existing, key) in self.lines if self.lines else _holds(data, key):
                    existing = (*existing, key)
                    data = None if self.lines else data[key]
                    break
        return existing

    def line(self, path: DocumentPath) -> int:
        r"""Return the line of a path, or of the nearest existing value above it.

        Parameters
        ----------
        path : tuple
            Keys and indices.

        Examples
        --------
        >>> document = parse_yaml("stages:\n- id: weaving\n  losses: []", "rule.yaml", PcfError)
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
        return self.place(path) + (f" ({shown})" if shown else "")

    def place(self, path: DocumentPath = ()) -> str:
        """Return `file:line` of a path, or of the nearest existing value above it.

        Parameters
        ----------
        path : tuple
            Keys and indices; empty for the whole document.
        """
        file = self.files.get(self.existing_path(path), self.name) if self.files else self.name
        return f"{file}:{self.line(path)}" if self.lines else file


def _holds(data: Any, key: Any) -> bool:
    """Whether a mapping or a list has a value under a key or index."""
    if isinstance(data, Mapping):
        return key in data
    return isinstance(data, list | tuple) and isinstance(key, int) and 0 <= key < len(data)


def parse_yaml(
    text: str, name: str, error: type[PcfError], roots: tuple[type, ...] = (dict,), numbers: Numbers = "all"
) -> Document:
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
    numbers : str
        Which numbers are read as such: those of keys and values (`all`), of values (`values`), or none (`none`). The others
        are the texts that are written, as in CSV.

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
    reader = YamlReader(name, numbers)
    if len(text) > MAX_CHARACTERS:
        reader.fault(
            1,
            Message("This file has {count:,} characters.", count=len(text)),
            Message("Split it: at most {max_characters:,} are read.", max_characters=MAX_CHARACTERS),
            (),
        )
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


def read_yaml(path: str | Path, error: type[PcfError], roots: tuple[type, ...] = (dict,), numbers: Numbers = "all") -> Document:
    """Read a YAML or JSON file.

    Parameters
    ----------
    path : str or pathlib.Path
        The file, in UTF-8.
    error : type of PcfError
        Class of the error to raise.
    roots : tuple of type
        Allowed types of the root: dict, list or both.
    numbers : str
        See `parse_yaml`.

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
    return parse_yaml(text, str(path), error, roots, numbers)
