"""The shape of a table: its header, rows of one width, and the place of every cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.footers import take_footers
from textile_pcf.io.headers import UNIT_OF, column_of, key, near, numbers_rows, unit_of
from textile_pcf.io.safe_text import holdable
from textile_pcf.io.strict_yaml import Document
from textile_pcf.units.quantities import is_quantity, quantity_text

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
    source_type: str
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
    target_cells: Mapping[tuple[str, ...], str] = field(default_factory=dict, repr=False)
    """Where things are to be filled in, of such a workbook: stage and flow, and product where it has several, to place."""
    made_for: str = ""
    """The rule that such a workbook was made for."""
    faults: tuple[Problem, ...] = field(default=(), repr=False)
    """Faults of the shape, where they were to be kept instead of raised: unknown columns are left out, short rows filled up."""
    ragged: Sequence[int] = field(default=(), repr=False)
    """Rows of another width than the header, of such a table."""
    stages_declined: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Stages that such a workbook says do not take place, with where it says so."""
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    """What is wrong with such a workbook beyond single cells."""

    @property
    def first_line(self) -> int:
        """Line of the first row."""
        return self.lines[0]

    def location(self, row: int, column: str | None = None) -> str:
        """Where a row (and cell) stands.

        `mill.csv:14`, `mill.xlsx activity!C14`, `one.yaml:12`; `row 3` of a DataFrame is its `.iloc[3]`.
        """
        line, name = self.lines[row], holdable(self.name)
        if self.pages:
            page = self.pages[row]
            return f"{name} {page.title}!{page.letters.get(column or '', 'row ')}{line}"
        if self.source_type == "xlsx":
            return f"{name} {self.sheet}!{self.letters.get(column or '', 'row ')}{line}"
        if self.document is not None and self.document.lines:
            return f"{name}:{self.document.line((*self.paths[row], column or ''))}"
        if self.source_type == "csv":
            return f"{name}:{line}"
        return f"{name} row {line}" if self.source_type == "parquet" else f"row {line}"


@dataclass(frozen=True)
class RawTable:
    """Rows as they stand, before the header is understood; rows without content are left out."""

    name: str
    source_type: str
    rows: list[list[Any]]
    lines: Sequence[int]
    sheet: str = ""
    notes: tuple[str, ...] = ()
    columns: Sequence[int] = ()
    """Where each column stands, of a workbook: columns without content are left out."""
    faults: tuple[Problem, ...] = ()
    """What was told of rows that are left out."""

    def location(self, row: int, column: int | None = None) -> str:
        """Where a row or cell stands."""
        if self.source_type == "xlsx":
            return f"{self.name} {self.sheet}!{'row ' if column is None else self.letter(column)}{self.lines[row]}"
        return f"{self.name}:{self.lines[row]}"

    def letter(self, column: int) -> str:
        """Letter of a column in the workbook."""
        return letter(self.columns[column] if self.columns else column)


class Header:
    """Which columns there may be, and by which headers they are known."""

    def __init__(self, known: tuple[str, ...] | None, aliases: dict[str, str], lenient: bool = False,
                 naming: tuple[str, ...] = ()) -> None:  # fmt: skip
        self.known = known
        self.lenient = lenient
        self.naming = naming
        """Columns that every row of data fills in; a row that lacks one may be a total or a signature."""
        self.by_key = {key(alias): name for alias, name in aliases.items()}
        self.by_key |= {key(name): name for name in known or ()}
        self._titles: dict[str, str] = {}
        for alias, name in aliases.items():
            self._titles.setdefault(name, alias)
        self._exact = {name: name for name in known or ()}

    def name(self, cell: Any) -> str:
        """Column a header stands for; itself when it is not known."""
        if cell in self._exact:
            return self._exact[cell]
        text = (cell if isinstance(cell, str) else str(cell)).strip()
        return column_of(text, self.by_key) or text

    def hits(self, cells: Iterable[Any]) -> int:
        """How many cells are headers of known columns."""
        return sum(bool(column_of(str(cell), self.by_key) or unit_of(str(cell), self.by_key)) for cell in cells)

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
                problems.append(Problem(place(position), *self._unknown(text), code="unknown-column"))
            if text:
                seen.setdefault(name, text)
        return problems

    def _unknown(self, text: str) -> tuple[str, str]:
        """What is wrong with a header that is not known, and the cure."""
        what = f"{text[:60]!r} is not a known column."
        if (meant := self.meant(text)) is not None:
            return what, f"Did you mean {meant!r}?"
        if (measured := unit_of(text, self.by_key)) is not None:
            column, unit = measured
            what = f"The header {text[:60]!r} names a unit."
            return what, f"Write {column!r} as the header, and {unit!r} into the column {UNIT_OF[column]!r} of each row."
        titles = self._titles if not text.isascii() else {}
        known = [f"{name} ({titles[name]})" if name in titles else name for name in self.known or ()]
        return what, f"Known columns: {', '.join(known)}."

    def meant(self, text: str) -> str | None:
        """Known column that an unknown header is a misspelling of."""
        found = near(text, [*(self.known or ()), *self.by_key])
        return self.by_key.get(key(found), found) if found else None

    def passed_over(self, heads: Sequence[Any], columns: Sequence[Any]) -> list[int]:
        """Columns that only number the rows."""
        pairs = enumerate(zip(heads, columns, strict=True))
        return [place for place, (head, cells) in pairs if self.known and numbers_rows(str(head), cells, self.by_key)]

    def measured(self, heads: Sequence[Any]) -> dict[int, tuple[str, str]]:
        """The column of numbers whose header names the unit of all of them, where there is no column of units."""
        found = {place: unit for place, head in enumerate(heads) if (unit := unit_of(str(head), self.by_key)) is not None}
        taken = {self.name(head) for head in heads}
        clear = len(found) == 1 and not any({column, UNIT_OF[column]} & taken for column, _ in found.values())
        return found if clear else {}

    def row(self, rows: Sequence[Sequence[Any]]) -> int:
        """Number of the header row: the first, unless titles stand above it."""
        hits = [self.hits(row) for row in rows[:HEADER_WITHIN]]
        best = hits.index(max(hits))
        return best if hits[best] >= 2 and hits[0] < 2 else 0


def to_table(raw: RawTable, header: Header, error: type[PcfError]) -> Table:
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
    heads, rows, lines = list(raw.rows[top]), raw.rows[top + 1 :], raw.lines[top + 1 :]
    if not rows:
        what = "This table has a header, but no rows."
        problems = [*raw.faults, *header.problems(heads, lambda column: raw.location(top, column))]
        raise error([*problems, Problem(raw.location(top), what, "Write at least one row.", code="no-rows")])
    width = len(heads)
    ragged = _other_width(rows, width)
    rows = [[*row[:width], *[""] * (width - len(row))] for row in rows] if set(map(len, rows)) != {width} else rows
    table = [list(map(str.strip, cells)) if raw.source_type == "csv" else list(cells) for cells in zip(*rows, strict=True)]
    if raw.source_type == "csv" and _nameless(heads, table, header):
        data = take_footers(raw, header, top)
        if data is not raw:
            return to_table(data, header, error)
    for place in header.passed_over(heads, table):
        notes = (*notes, f"The column {heads[place]!r} of {raw.name} numbers the rows; it was passed over.")
        heads[place], table[place] = "", [""] * len(rows)
    measured = header.measured(heads)
    heads = [measured[place][0] if place in measured else head for place, head in enumerate(heads)]
    problems = [*raw.faults, *header.problems(heads, lambda column: raw.location(top, column))]
    problems += [*_wrong_width(raw, top, width, ragged), *_headless(raw, heads, table, top)]
    if problems and not header.lenient:
        raise error(problems)
    named = _named(heads, header, bool(problems))
    columns = {name: table[place] for name, place in named.items()}
    letters = {name: raw.letter(place) for name, place in named.items()}
    for place, (column, unit) in measured.items():
        columns[UNIT_OF[column]] = ["" if cell == "" else unit for cell in table[place]]
        letters[UNIT_OF[column]] = raw.letter(place)
    return Table(
        raw.name, columns, len(rows), raw.source_type, lines, letters, raw.sheet, notes, faults=tuple(problems), ragged=ragged
    )


def _named(heads: Sequence[Any], header: Header, wrong: bool) -> dict[str, int]:
    """Place of each column; where headers are wrong, misspelt ones are read as what they seem to mean."""
    named: dict[str, int] = {}
    for place, head in enumerate(heads):
        if str(head).strip():
            named.setdefault(header.name(head), place)
    if wrong and header.known is not None:
        meant = {str(header.meant(name)): place for name, place in named.items() if name not in header.known}
        named = {name: place for name, place in (meant | named).items() if name in header.known}
    return named


def _nameless(heads: list[Any], table: list[list[Any]], header: Header) -> bool:
    """Whether some row lacks a cell that every row of data fills in."""
    return any("" in cells for head, cells in zip(heads, table, strict=True) if header.name(head) in header.naming)


def _other_width(rows: Sequence[Sequence[Any]], width: int) -> list[int]:
    """Rows that are shorter than the header, or hold something beyond it; separators alone at the end do no harm."""
    if set(map(len, rows)) == {width}:
        return []
    return [k for k, row in enumerate(rows) if len(row) < width or any(str(cell).strip() for cell in row[width:])]


def _wrong_width(raw: RawTable, top: int, width: int, ragged: Sequence[int]) -> list[Problem]:
    problems = []
    for number in ragged:
        place = top + 1 + number
        cure = f"Write {width} cells, also where they are empty; put a cell that holds the separator in quotes."
        what = f"This row has {len(raw.rows[place])} cells, the header has {width}."
        problems.append(Problem(raw.location(place), what, cure, code="ragged"))
    return problems


def _headless(raw: RawTable, heads: list[Any], table: list[list[Any]], top: int) -> list[Problem]:
    problems = []
    for position, (head, cells) in enumerate(zip(heads, table, strict=True)):
        first = next((number for number, cell in enumerate(cells) if cell != ""), None)
        if not str(head).strip() and first is not None:
            where = raw.location(top + 1 + first, position)
            what = f"{str(cells[first])[:60]!r} stands in a column without a header."
            problems.append(Problem(where, what, "Write a header above it, or clear the column.", code="headless"))
    return problems


def clean_cell(value: Any) -> Any:
    """A cell as it is kept: stripped text, "" for nothing, TRUE and FALSE and pint quantities as text, numbers as they are."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return quantity_text(value) if is_quantity(value) else value


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
