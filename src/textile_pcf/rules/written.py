"""What is written in rule files as a tree that knows file and line of every value, so that several files become one rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textile_pcf.io.strict_yaml import Document, DocumentPath
from textile_pcf.rules.clauses import TOPICS

ENTRY: Mapping[str, str] = {}
"""Parts of a flow, property or loss that are merged key by key: none; each key is replaced as a whole."""
COMPUTES = ("method", "inputs")
"""Keys by which a property is computed; a value that is written over it takes their place."""
PARTS: Mapping[str, Mapping[str, str]] = {
    "rule": {
        "product": "product",
        "stages": "list of stage",
        "alternatives": "list of entry",
        "sources": "map of entry",
        "units": "map of entry",
        "clauses": "clauses",
    },
    "product": {"properties": "map of entry"},
    "stage": {"properties": "map of entry", "losses": "list of entry", "flows": "map of entry"},
    "clauses": dict.fromkeys(TOPICS, "list of entry"),
    "entry": ENTRY,
}
"""Parts of a rule that are merged key by key or id by id, and what they hold. All other keys are replaced as a whole."""


@dataclass(frozen=True, slots=True)
class Written:
    """A value of a document with the place where it stands.

    Attributes
    ----------
    value : object
        A mapping or list of `Written`, or a text, number, boolean or None.
    file : str
        Name of the document.
    line : int
        Line in it, counted from 1; 0 for data from memory.
    """

    value: Any
    file: str
    line: int

    @property
    def place(self) -> str:
        """Place for messages, `file:line`."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def get(self, key: str) -> Written | None:
        """Return the value of a key; None if there is none or this is no mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def is_given(self, key: str) -> bool:
        """Whether there is a key with a value that is not empty."""
        inner = self.get(key)
        return inner is not None and inner.value is not None

    def text(self, key: str) -> str | None:
        """Return the text of a key; None if there is none."""
        inner = self.get(key)
        return inner.value if inner is not None and isinstance(inner.value, str) else None

    def with_value(self, value: Any) -> Written:
        """Return another value at the same place."""
        return Written(value, self.file, self.line)

    def without(self, *keys: str) -> Written:
        """Return this mapping without some keys."""
        return self.with_value({key: inner for key, inner in self.value.items() if key not in keys})

    @classmethod
    def of(cls, document: Document, data: Any = None, path: DocumentPath = ()) -> Written:
        """Return the tree of a document.

        Parameters
        ----------
        document : Document
            The document.
        data : object, optional
            The part of it at `path`; the whole document by default.
        path : tuple, optional
            Keys and indices of that part.
        """
        data = document.data if data is None and not path else data
        if isinstance(data, dict):
            data = {key: cls.of(document, inner, (*path, key)) for key, inner in data.items()}
        elif isinstance(data, list):
            data = [cls.of(document, inner, (*path, number)) for number, inner in enumerate(data)]
        return cls(data, document.name, document.lines.get(path, 0))

    def plain(self) -> Any:
        """Return the data without places."""
        if isinstance(self.value, dict):
            return {key: inner.plain() for key, inner in self.value.items()}
        return [inner.plain() for inner in self.value] if isinstance(self.value, list) else self.value

    def document(self, name: str) -> Document:
        """Return the tree as a document whose messages name the file in which each value stands."""
        places = list(self._places(()))
        lines = {path: node.line for path, node in places if node.line}
        files = {path: node.file for path, node in places if node.file != name}
        return Document(name, self.plain(), lines, files)

    def _places(self, path: DocumentPath) -> Iterator[tuple[DocumentPath, Written]]:
        yield path, self
        if isinstance(self.value, dict):
            for key, inner in self.value.items():
                yield from inner._places((*path, key))
        elif isinstance(self.value, list):
            for number, inner in enumerate(self.value):
                yield from inner._places((*path, number))


def merge(base: Written, change: Written, kind: str = "rule") -> Written:
    """Return a mapping with the changes of another: its parts are merged, all other keys replaced as a whole.

    Parameters
    ----------
    base, change : Written
        Two mappings of one kind.
    kind : str, optional
        `rule`, `product`, `stage` or `entry` (a flow, property, loss or source).
    """
    if not isinstance(base.value, dict) or not isinstance(change.value, dict):
        return change
    parts, result = PARTS[kind], dict(base.value)
    if kind == "entry" and change.is_given("value") and not change.is_given("method"):
        result = {key: inner for key, inner in result.items() if key not in COMPUTES}
    for key, inner in change.value.items():
        old = result.get(key)
        result[key] = inner if old is None or key not in parts else _merged_part(old, inner, parts[key])
    return change.with_value(result)


def _merged_part(base: Written, change: Written, kind: str) -> Written:
    form, _, inner = kind.rpartition(" of ")
    if form == "map" and isinstance(base.value, dict) and isinstance(change.value, dict):
        result = dict(base.value)
        for name, entry in change.value.items():
            result[name] = merge(result[name], entry, inner) if name in result else entry
        return change.with_value(result)
    if form == "list" and isinstance(base.value, list) and isinstance(change.value, list):
        return change.with_value(_merged_list(base.value, change.value, inner))
    return merge(base, change, inner) if not form else change


def _merged_list(base: list[Written], change: list[Written], kind: str) -> list[Written]:
    """Return a list of stages or losses with changes by id; new ones stand `after` or `before` another, else at the end.

    Alternatives have no id: they are added.
    """
    result, left = list(base), list(change)
    while left:  # the place of a new one may be another new one, wherever that is written
        entry = next((each for each in left if _has_place(result, each)), left[0])
        left = [each for each in left if each is not entry]
        index, place = index_of(result, entry.text("id")), _insertion(result, entry)
        written = entry if not isinstance(entry.value, dict) else entry.without("after", "before")
        if index is not None:
            result[index] = merge(result[index], written, kind)
        else:
            result.insert(len(result) if place is None else place, written)
    return result


def _has_place(entries: list[Written], entry: Written) -> bool:
    """Return whether an entry changes one that is there, or stands at one that is there, or at the end."""
    is_placed = entry.get("after") is None and entry.get("before") is None
    return is_placed or index_of(entries, entry.text("id")) is not None or _insertion(entries, entry) is not None


def _insertion(entries: list[Written], entry: Written) -> int | None:
    """Return the index at which a new entry stands; None if it names no place among the entries."""
    after, before = (index_of(entries, entry.text(key)) for key in ("after", "before"))
    return before if before is not None else None if after is None else after + 1


def index_of(entries: list[Written], name: str | None) -> int | None:
    """Return the index of the stage or loss with an id; None if there is none."""
    return next((number for number, entry in enumerate(entries) if name is not None and entry.text("id") == name), None)
