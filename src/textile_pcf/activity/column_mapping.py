"""A mapping of a mill's own form: which of its columns are which of ours, and which are the amounts of a flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from textile_pcf.errors import InputError, Problem, wrong_type
from textile_pcf.io.form_headers import FormHeader, period_of
from textile_pcf.io.headers import key, split
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import first_control
from textile_pcf.io.strict_yaml import Document, DocumentPath, read_yaml
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import UnitError, parse_unit

KEYS = ("columns", "values", "constants", "ignore", "sheet")
TEXT_CELLS = ("stage", "flow", "component", "unit", "item", "region", "year", "per", "data_type", "source", "note")
"""Cells that a column of amounts may have in common."""
MOST, LONGEST = 500, 200
"""Number of own columns, and letters of a text."""
OWN, IGNORED = " form {number}", " ignored {number}"
"""Names of columns of amounts, and of those that are passed over, while the form is read. No header begins with a blank."""


@dataclass(frozen=True)
class ColumnMapping:
    """A checked mapping of columns.

    Attributes
    ----------
    name : str
        Path of the file; `columns` for a mapping in memory.
    columns : mapping
        Our column of each own header, or the cells that the amounts of the own column have in common.
    values : mapping
        Our text of each own text, by column.
    constants : mapping
        Text of every row, by column that the form does not have.
    ignore : tuple of str
        Headers to pass over.
    sheet : str
        Title of the sheet.
    sha256 : str
        Hash of the file; empty for a mapping in memory.
    places : mapping
        Where each own header is written, for messages.
    """

    name: str
    columns: Mapping[str, str | Mapping[str, str]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    sheet: str = "activity"
    sha256: str = ""
    places: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def amounts(self) -> dict[str, Mapping[str, str]]:
        """What the amounts of each own column have in common, by its name while the form is read."""
        described = (target for target in self.columns.values() if not isinstance(target, str))
        return {OWN.format(number=number): target for number, target in enumerate(described, 1)}

    @cached_property
    def own(self) -> dict[str, str]:
        """Name while the form is read of each own header."""
        names = iter(self.amounts)
        found = {head: target if isinstance(target, str) else next(names) for head, target in self.columns.items()}
        return found | dict(zip(self.ignore, self.ignored, strict=True))

    @cached_property
    def ignored(self) -> list[str]:
        """Name while the form is read of each header that is passed over."""
        return [IGNORED.format(number=number) for number in range(1, len(self.ignore) + 1)]

    def header(self, known: tuple[str, ...], aliases: Mapping[str, str], key_columns: tuple[str, ...]) -> FormHeader:
        """Return the header of the form: our columns, and the own ones."""
        more = tuple(name for name in self.own.values() if name not in known)
        return FormHeader((*known, *more), {**aliases, **self.own}, collect_problems=True, key_columns=key_columns)

    def to_document(self) -> dict[str, Any]:
        """Return the mapping as `read_mapping` reads it."""
        return {name: part for name, part in self.to_dict().items() if name not in ("name", "sha256")}

    def to_dict(self) -> dict[str, Any]:
        """Return what a result remembers of it."""
        parts = {"columns": dict(self.columns), "values": {name: dict(words) for name, words in self.values.items()},
                 "constants": dict(self.constants), "ignore": list(self.ignore)}  # fmt: skip
        return {"name": self.name, "sha256": self.sha256, "sheet": self.sheet} | {k: part for k, part in parts.items() if part}


def read_mapping(source: Any, known: tuple[str, ...], aliases: Mapping[str, str]) -> ColumnMapping:
    """Read a mapping of columns.

    Parameters
    ----------
    source : mapping, str, Path or ColumnMapping
        The mapping, or the path of a YAML or JSON file.
    known : tuple of str
        Columns of activity data.
    aliases : mapping
        Column of each further known header.

    Raises
    ------
    InputError
        With everything that is wrong with it: place, what, cure.
    UsageError
        The file does not exist, or `source` is no mapping.

    Examples
    --------
    >>> mapping = read_mapping({"columns": {"车间": "stage"}, "constants": {"per": "period"}}, ("stage", "per"), {})
    >>> mapping.own, mapping.constants
    ({'车间': 'stage'}, {'per': 'period'})
    """
    if isinstance(source, ColumnMapping):
        return source
    if isinstance(source, Mapping):
        document, sha256 = Document("columns", dict(source)), ""
    elif isinstance(source, str | Path):
        document, sha256 = read_yaml(str(source), InputError), sha256_of(source)
    else:
        raise wrong_type("columns", source, "a mapping of columns", "Give the path of a YAML file, or a mapping.")
    checked = _Checked(document, known, {key(name): column for name, column in {**aliases, **{k: k for k in known}}.items()})
    data = document.data
    columns, values, constants = checked.columns(), checked.values(), checked.constants()
    ignore = checked.ignore(columns)
    if checked.problems:
        raise InputError(checked.problems)
    places = {head: document.location(("columns", head)) for head in columns}
    sheet = str(data.get("sheet", "activity"))
    return ColumnMapping(document.name, columns, values, constants, ignore, sheet, sha256, places)


class _Checked:
    """The parts of a mapping, with the problems that were found in them."""

    def __init__(self, document: Document, known: tuple[str, ...], by_key: Mapping[str, str]) -> None:
        self.document, self.known, self.by_key = document, known, by_key
        self.problems: list[Problem] = []
        for name in document.data:
            if name not in KEYS:
                cure = did_you_mean(str(name), KEYS, _one_of(KEYS))
                self._add((name,), Message("A mapping of columns has no key {name!r}.", name=str(name)[:60]), cure)
        if not isinstance(document.data.get("sheet", ""), str):
            self._add(("sheet",), "This is not the title of a sheet.", "Write its title as text.")

    def columns(self) -> dict[str, str | Mapping[str, str]]:
        """Own headers with their columns, or the cells that their amounts have in common."""
        found: dict[str, str | Mapping[str, str]] = {}
        targets: dict[str, str] = {}
        for head, target in self._mapping("columns").items():
            path: DocumentPath = ("columns", head)
            self._own_header(path, head)
            if isinstance(target, Mapping):
                found[str(head)] = dict(self._amounts(path, str(head), target))
                continue
            if target not in self.known:
                self._add(
                    path, Message("{text!r} is not a column of activity data.", text=str(target)[:60]), self._near(target)
                )
            elif target in targets:
                what = Message("{first!r} and {second!r} are both the column {target!r}.", first=targets[str(target)],
                               second=str(head), target=target)  # fmt: skip
                self._add(path, what, "Map one of them; put the other one under `ignore`.")
            targets.setdefault(str(target), str(head))
            found[str(head)] = str(target)
        if "amount" in targets and len(targets) < len(found):
            both = "One column is all amounts, and others are the amounts of a flow."
            self._add(("columns",), both, "Describe the amounts in one of these ways.")
        if len(found) > MOST:
            self._add(("columns",), Message("There are {count} columns.", count=len(found)),
                      Message("Write at most {longest}.", longest=MOST))  # fmt: skip
        return found

    def _own_header(self, path: DocumentPath, head: Any) -> None:
        """Check the header of an own column."""
        text = str(head)
        if not isinstance(head, str | int) or isinstance(head, bool) or not text.strip():
            self._add(path, "This is not the header of a column.", "Write the header as it stands in the form.")
        elif first_control(text) or len(text) > LONGEST:
            self._add(
                path, Message("{text!r} cannot be the header of a column.", text=text[:60]), "Copy the header of the form."
            )
        elif (column := self.by_key.get(key(text))) is not None:
            what = Message("{text!r} is a known header already: of the column {column!r}.", text=text, column=column)
            self._add(path, what, "Leave it out, or give the column of the form another header.")
        elif period_of(text) is not None:
            what = Message("{text!r} is a period, which is read as one.", text=text)
            self._add(path, what, "Leave it out.")

    def _amounts(self, path: DocumentPath, head: str, target: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
        """Yield the cells that the amounts of a column have in common."""
        for name, value in target.items():
            if name not in TEXT_CELLS:
                cure = self._near(name, TEXT_CELLS)
                self._add((*path, name), Message("{text!r} is not a cell of a row of amounts.", text=str(name)[:60]), cure)
            elif (text := self._text((*path, name), value)) is not None:
                yield str(name), text
        if "flow" not in target:
            self._add(path, "It is not said which flow these amounts are of.", "Write {stage: ..., flow: ..., unit: ...}.")
        if "unit" not in target and (inside := split(head)[1]):
            try:
                parse_unit(inside)
            except UnitError:
                return
            yield "unit", inside

    def values(self) -> dict[str, dict[str, str]]:
        """Own texts with ours, by column."""
        found: dict[str, dict[str, str]] = {}
        for column, words in self._mapping("values").items():
            path: DocumentPath = ("values", column)
            if column not in ("product", *TEXT_CELLS):
                self._add(
                    path, Message("{text!r} is not a column of activity data.", text=str(column)[:60]), self._near(column)
                )
            elif not isinstance(words, Mapping):
                self._add(path, "This is not a mapping of texts.", "Write `own text: our text` in each line.")
            else:
                texts = {str(own): self._text((*path, own), ours) for own, ours in words.items()}
                found[str(column)] = {own: text for own, text in texts.items() if text is not None}
        return found

    def constants(self) -> dict[str, str]:
        """Texts of every row, by column."""
        found: dict[str, str] = {}
        for column, value in self._mapping("constants").items():
            if column not in ("product", *TEXT_CELLS):
                what = Message("{text!r} is not a column of activity data.", text=str(column)[:60])
                self._add(("constants", column), what, self._near(column))
            elif (text := self._text(("constants", column), value)) is not None:
                found[str(column)] = text
        return found

    def ignore(self, columns: Mapping[str, Any]) -> tuple[str, ...]:
        """Headers to pass over."""
        heads = self.document.data.get("ignore") or []
        if not isinstance(heads, list) or not all(isinstance(head, str | int) for head in heads):
            self._add(("ignore",), "This is not a list of headers.", "Write - and a header in each line.")
            return ()
        for head in map(str, heads):
            if head in columns or key(head) in self.by_key:
                what = Message("{text!r} is both read and passed over.", text=head)
                self._add(("ignore",), what, "Name it once.")
        return tuple(map(str, heads))

    def _mapping(self, name: str) -> Mapping[Any, Any]:
        part = self.document.data.get(name) or {}
        if isinstance(part, Mapping):
            return part
        self._add((name,), Message("`{name}` is not a mapping.", name=name), "Write one line `own: ours` for each.")
        return {}

    def _text(self, path: DocumentPath, value: Any) -> str | None:
        """Return a value as the text of a cell; None if it is none."""
        text = str(value).strip()
        if isinstance(value, bool) or not isinstance(value, str | int | float) or first_control(text) or len(text) > LONGEST:
            self._add(path, "This is not the text of a cell.", "Write a short text.")
            return None
        return text

    def _near(self, name: Any, known: tuple[str, ...] = ()) -> Message:
        known = known or self.known
        return did_you_mean(str(name), known, _one_of(known))

    def _add(self, path: DocumentPath, what: str, cure: str) -> None:
        self.problems.append(Problem(self.document.location(path), what, cure, code="columns"))


def _one_of(names: tuple[str, ...]) -> Message:
    return Message("Choose from: {choices}.", choices=", ".join(names))
