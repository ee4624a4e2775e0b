"""The shape of a table: its header, rows of one width, and the place of every cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.strict_yaml import Document
from textile_pcf.units import nearest
from textile_pcf.written import holdable

HEADER_WITHIN = 10  # rows in which the header is looked for


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook that has several: its title and the letters of its columns."""

    title: str
    letters: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A table that was read: columns of equal length, and the place of every cell."""

    name: str
    """Path; `DataFrame` or `input` for what came from memory."""
    columns: Mapping[str, Any]
    """Cells of each column, a list or numpy array: stripped texts, "" (NaN in a float array) where empty."""
    rows: int
    """Number of rows; rows without any content do not count."""
    kind: str
    """csv, xlsx, parquet, frame or yaml."""
    lines: Sequence[int] = ()
    """Line of each row in the file; position of each row, counted from 0, for what is no text."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Column letters of a workbook."""
    sheet: str = ""
    """Sheet of a workbook."""
    notes: tuple[str, ...] = ()
    """What was taken for granted while reading (encoding, sheet, header line): sentences for a warning."""
    document: Document | None = field(default=None, repr=False)
    """The document of a YAML or JSON table, and the path of each row in it."""
    paths: Sequence[tuple[Any, ...]] = field(default=(), repr=False)
    pages: Sequence[Page] = field(default=(), repr=False)
    """The sheet of each row, of a workbook made by our template."""
    homes: Mapping[tuple[str, ...], str] = field(default_factory=dict, repr=False)
    """Where things are to be filled in, of such a workbook: stage and flow, and product where it has several, to place."""
    made_for: str = ""
    """The rule that such a workbook was made for."""
    faults: tuple[Problem, ...] = field(default=(), repr=False)
    """Faults of the shape, where they were to be kept instead of raised: unknown columns are left out, short rows filled up."""
    ragged: Sequence[int] = field(default=(), repr=False)
    """Rows of another width than the header, of such a table."""
    refused: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Stages that such a workbook says do not take place, with where it says so."""
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    """What is wrong with such a workbook beyond single cells."""

    @property
    def first_line(self) -> int:
        """Line of the first row."""
        return self.lines[0]

    def place(self, row: int, column: str | None = None) -> str:
        """Where a row (and cell) stands.

        `mill.csv:14`, `mill.xlsx activity!C14`, `one.yaml:12`; `row 3` of a DataFrame is its `.iloc[3]`.
        """
        line, name = self.lines[row], holdable(self.name)
        if self.pages:
            page = self.pages[row]
            return f"{name} {page.title}!{page.letters.get(column or '', 'row ')}{line}"
        if self.kind == "xlsx":
            return f"{name} {self.sheet}!{self.letters.get(column or '', 'row ')}{line}"
        if self.document is not None and self.document.lines:
            return f"{name}:{self.document.line((*self.paths[row], column or ''))}"
        if self.kind == "csv":
            return f"{name}:{line}"
        return f"{name} row {line}" if self.kind == "parquet" else f"row {line}"


@dataclass(frozen=True)
class Raw:
    """Rows as they stand, before the header is understood; rows without content are left out."""

    name: str
    kind: str
    rows: list[list[Any]]
    lines: Sequence[int]
    sheet: str = ""
    notes: tuple[str, ...] = ()

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row or cell stands."""
        if self.kind == "xlsx":
            return f"{self.name} {self.sheet}!{'row ' if column is None else letter(column)}{self.lines[row]}"
        return f"{self.name}:{self.lines[row]}"


class Header:
    """Which columns there may be, and by which headers they are known."""

    def __init__(self, known: tuple[str, ...] | None, aliases: dict[str, str], lenient: bool = False) -> None:
        self.known = known
        self.lenient = lenient
        self.by_key = {_key(alias): name for alias, name in aliases.items()}
        self.by_key |= {_key(name): name for name in known or ()}
        self._exact = {name: name for name in known or ()}

    def name(self, cell: Any) -> str:
        """Column a header stands for; itself when it is not known."""
        if cell in self._exact:
            return self._exact[cell]
        text = (cell if isinstance(cell, str) else str(cell)).strip()
        return self.by_key.get(_key(text), text)

    def hits(self, cells: Iterable[Any]) -> int:
        """How many cells are headers of known columns."""
        return sum(_key(str(cell)) in self.by_key for cell in cells)

    def problems(self, cells: Iterable[Any], place: Callable[[int], str]) -> list[Problem]:
        """Unknown columns and columns given twice."""
        problems: list[Problem] = []
        seen: dict[str, str] = {}
        for position, cell in enumerate(cells):
            name, text = self.name(cell), str(cell).strip()
            if name in seen:
                both = "." if seen[name] == text else f", as {seen[name]!r} and {text!r}."
                what = f"The column {name!r} stands here twice{both}"
                problems.append(Problem(place(position), what, "Keep one of them.", code="column-twice"))
            elif text and self.known is not None and name not in self.known:
                near = self.meant(text)
                cure = f"Did you mean {near!r}?" if near else f"Known columns: {', '.join(self.known)}."
                what = f"{text[:60]!r} is not a known column."
                problems.append(Problem(place(position), what, cure, code="unknown-column"))
            if text:
                seen.setdefault(name, text)
        return problems

    def meant(self, text: str) -> str | None:
        """Known column that an unknown header comes nearest to."""
        near = nearest(text, [*(self.known or ()), *self.by_key])
        return self.by_key.get(_key(near), near) if near else None

    def row(self, rows: Sequence[Sequence[Any]]) -> int:
        """Number of the header row: the first, unless titles stand above it."""
        hits = [self.hits(row) for row in rows[:HEADER_WITHIN]]
        best = hits.index(max(hits))
        return best if hits[best] >= 2 and hits[0] < 2 else 0


def shaped(raw: Raw, header: Header, error: type[PcfError]) -> Table:
    """Columns of the rows below the header.

    Raises
    ------
    error
        With every fault of the shape: empty, unknown or double columns, rows of another width, cells without a header.
    """
    if not raw.rows:
        cure = "Write a header row and at least one row below it."
        raise error([Problem(raw.name, "This table is empty.", cure, code="empty")])
    top, notes = header.row(raw.rows), raw.notes
    if top:
        found = f"The header of {raw.name} was found in line {raw.lines[top]}; what stands above it was passed over."
        notes = (*notes, found)
    heads, rows, lines = raw.rows[top], raw.rows[top + 1 :], raw.lines[top + 1 :]
    problems = header.problems(heads, lambda column: raw.place(top, column))
    if not rows:
        what = "This table has a header, but no rows."
        raise error([*problems, Problem(raw.place(top), what, "Write at least one row.", code="no-rows")])
    width = len(heads)
    if set(map(len, rows)) != {width}:
        problems += _ragged(raw, top, width)
        rows = [[*row[:width], *[""] * (width - len(row))] for row in rows]
    table = [list(map(str.strip, cells)) if raw.kind == "csv" else list(cells) for cells in zip(*rows, strict=True)]
    problems += _headless(raw, heads, table, top)
    if problems and not header.lenient:
        raise error(problems)
    named: dict[str, int] = {}
    for place, head in enumerate(heads):
        if str(head).strip():
            named.setdefault(header.name(head), place)
    if problems and header.known is not None:  # misspelt columns are read as what they seem to mean
        meant = {str(header.meant(name)): place for name, place in named.items() if name not in header.known}
        named = {name: place for name, place in (meant | named).items() if name in header.known}
    ragged = _other_width(raw.rows[top + 1 :], width)
    columns = {name: table[place] for name, place in named.items()}
    letters = {name: letter(place) for name, place in named.items()}
    return Table(
        raw.name, columns, len(rows), raw.kind, lines, letters, raw.sheet, notes, faults=tuple(problems), ragged=ragged
    )


def _other_width(rows: Sequence[Sequence[Any]], width: int) -> list[int]:
    """Rows that are shorter than the header, or hold something beyond it; separators alone at the end do no harm."""
    if set(map(len, rows)) == {width}:
        return []
    return [k for k, row in enumerate(rows) if len(row) < width or any(str(cell).strip() for cell in row[width:])]


def _ragged(raw: Raw, top: int, width: int) -> list[Problem]:
    problems = []
    for number in _other_width(raw.rows[top + 1 :], width):
        place = top + 1 + number
        cure = f"Write {width} cells, also where they are empty; put a cell that holds the separator in quotes."
        what = f"This row has {len(raw.rows[place])} cells, the header has {width}."
        problems.append(Problem(raw.place(place), what, cure, code="ragged"))
    return problems


def _headless(raw: Raw, heads: list[Any], table: list[list[Any]], top: int) -> list[Problem]:
    problems = []
    for position, (head, cells) in enumerate(zip(heads, table, strict=True)):
        first = next((number for number, cell in enumerate(cells) if cell != ""), None)
        if not str(head).strip() and first is not None:
            where = raw.place(top + 1 + first, position)
            what = f"{str(cells[first])[:60]!r} stands in a column without a header."
            problems.append(Problem(where, what, "Write a header above it, or clear the column.", code="headless"))
    return problems


def plain(value: Any) -> Any:
    """A cell as it is kept: stripped text, "" for nothing, TRUE and FALSE as text, numbers as they are."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    return str(value).upper() if isinstance(value, bool) else value


def letter(position: int) -> str:
    """Letter of a workbook's column, counted from 0.

    Examples
    --------
    >>> letter(0), letter(25), letter(26), letter(701), letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    letters, left = "", position + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.strip().casefold())
