"""Tables: the columns, the location of every cell, and the known headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from textile_pcf._frozen import quick_init
from textile_pcf.errors import Problem
from textile_pcf.io.file_lines import FileLines
from textile_pcf.io.headers import UNIT_OF, column_of, key, near, numbers_rows, unit_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.strict_yaml import Document
from textile_pcf.messages.message import Message
from textile_pcf.units.quantities import is_quantity, quantity_text

HEADER_WITHIN = 10
"""Number of rows in which the header is searched."""
PANDAS_INDEX = "__index_level_"
"""How pandas names a column of Parquet that holds the row labels of a DataFrame."""


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook with several sheets.

    Attributes
    ----------
    title : str
        Its title.
    letters : mapping
        Letter of each column.
    """

    title: str
    letters: Mapping[str, str]


@quick_init
@dataclass(frozen=True)
class Table:
    """A table: columns of equal length and the location of every cell.

    Attributes
    ----------
    name : str
        Path; `DataFrame` or `input` for data from memory.
    columns : mapping
        Cells of each column, shape (rows,): a list, an array or a `Categorical`. Texts are stripped; empty cells are "", in
        arrays of floats NaN.
    rows : int
        Number of rows with content.
    source_type : str
        csv, xlsx, parquet, frame or yaml.
    lines : sequence of int
        Line of each row in a text file or workbook; otherwise its position, counted from 0.
    letters : mapping
        Letter of each column of a workbook.
    sheet : str
        Sheet of a workbook.
    notes : tuple of str
        Assumptions made during reading (encoding, sheet, header line), to be shown as warnings.
    document : Document, optional
        The document of a YAML or JSON table.
    paths : sequence of tuple
        Path of each row in the document.
    pages : sequence of Page
        Sheet of each row of a workbook made by our template.
    target_cells : mapping
        Location of the cell to fill in, by stage and flow (or stage, flow and product), in such a workbook.
    template_rule : str
        The rule for which such a workbook was made.
    shape_problems : tuple of Problem
        Problems of the shape that were kept instead of raised: unknown columns are left out, short rows are padded.
    ragged : sequence of int
        Rows whose width differs from the header's, of such a table.
    stages_declined : mapping
        Stages that a workbook made by our template says do not take place, with the location of that answer.
    template_problems : tuple of Problem
        Contradictions between lines of such a workbook.
    mapping : ColumnMapping, optional
        What the own columns of the form are, of which the table was made.
    files : FileLines, optional
        Files of the rows, if they are of several; `lines` then count through all of them.
    """

    name: str
    columns: Mapping[str, Any]
    rows: int
    source_type: str
    lines: Sequence[int] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    notes: tuple[str, ...] = ()
    document: Document | None = field(default=None, repr=False)
    paths: Sequence[tuple[Any, ...]] = field(default=(), repr=False)
    pages: Sequence[Page] = field(default=(), repr=False)
    target_cells: Mapping[tuple[str, ...], str] = field(default_factory=dict, repr=False)
    template_rule: str = ""
    shape_problems: tuple[Problem, ...] = field(default=(), repr=False)
    ragged: Sequence[int] = field(default=(), repr=False)
    stages_declined: Mapping[str, str] = field(default_factory=dict, repr=False)
    template_problems: tuple[Problem, ...] = field(default=(), repr=False)
    mapping: Any = field(default=None, repr=False)
    files: FileLines | None = field(default=None, repr=False)

    @property
    def first_line(self) -> int:
        """Line of the first row."""
        return self.lines[0]

    def location(self, row: int, column: str | None = None) -> str:
        """Return the location of a row or cell for messages.

        Parameters
        ----------
        row : int
            Index of the row.
        column : str, optional
            Name of the column.

        Returns
        -------
        str
            Such as `mill.csv:14`, `mill.xlsx activity!C14` or `one.yaml:12`; `row 3` of a DataFrame is its `.iloc[3]`.
        """
        line, name = self.lines[row], escape_controls(self.name)
        if self.files is not None:
            name, line = self.files.locate(int(line))
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
    """Rows with content as they were read, before the header is interpreted.

    Attributes
    ----------
    name : str
        Path of the file.
    source_type : str
        csv or xlsx.
    rows : list of list
        Cells of each row.
    lines : sequence of int
        Line of each row.
    sheet : str
        Sheet of a workbook.
    notes : tuple of str
        Assumptions made during reading.
    columns : sequence of int
        Position of each column in a workbook; columns without content are left out.
    shape_problems : tuple of Problem
        Problems of rows that are left out.
    """

    name: str
    source_type: str
    rows: list[list[Any]]
    lines: Sequence[int]
    sheet: str = ""
    notes: tuple[str, ...] = ()
    columns: Sequence[int] = ()
    shape_problems: tuple[Problem, ...] = ()

    def location(self, row: int, column: int | None = None) -> str:
        """Return the location of a row or cell for messages.

        Parameters
        ----------
        row, column : int
            Index of the row and, optionally, of the column.
        """
        if self.source_type == "xlsx":
            return f"{self.name} {self.sheet}!{'row ' if column is None else self.letter(column)}{self.lines[row]}"
        return f"{self.name}:{self.lines[row]}"

    def letter(self, column: int) -> str:
        """Return the letter of a column in the workbook."""
        return column_letter(self.columns[column] if self.columns else column)


class Header:
    """The columns that a table may have, and the headers by which they are recognised.

    Parameters
    ----------
    known : tuple of str or None
        Names of the columns; None allows any.
    aliases : dict
        Column of each other header, such as Chinese ones.
    collect_problems : bool
        Whether `to_table` keeps problems of the shape instead of raising them.
    key_columns : tuple of str
        Columns that every row of data fills in; a row that lacks one may be a footer.
    time_columns : tuple of str
        Columns in which a date cell of a workbook, DataFrame or Parquet file is read as a text such as `2024-03-04T08:00:00`.
    """

    takes_periods = False
    """Whether a date may be a header, because columns may be periods."""

    def __init__(self, known: tuple[str, ...] | None, aliases: dict[str, str], collect_problems: bool = False,
                 key_columns: tuple[str, ...] = (), time_columns: tuple[str, ...] = ()) -> None:  # fmt: skip
        self.known = known
        self.time_columns = time_columns
        self.collect_problems = collect_problems
        self.key_columns = key_columns
        self.by_key = {key(alias): name for alias, name in aliases.items()}
        self.by_key |= {key(name): name for name in known or ()}
        self._titles: dict[str, str] = {}
        for alias, name in aliases.items():
            self._titles.setdefault(name, alias)
        self._exact = {name: name for name in known or ()}

    def name(self, cell: Any) -> str:
        """Return the column that a header names, or the header itself if it is unknown."""
        if cell in self._exact:
            return self._exact[cell]
        text = (cell if isinstance(cell, str) else str(cell)).strip()
        return column_of(text, self.by_key) or text

    def hits(self, cells: Iterable[Any]) -> int:
        """Return how many cells are headers of known columns."""
        return sum(bool(column_of(str(cell), self.by_key) or unit_of(str(cell), self.by_key)) for cell in cells)

    def problems(self, cells: Iterable[Any], location: Callable[[int], str]) -> list[Problem]:
        """Return a problem for every unknown and every duplicate column.

        Parameters
        ----------
        cells : iterable
            The header row.
        location : callable
            Returns the location of a cell by its index.
        """
        problems: list[Problem] = []
        texts: dict[str, str] = {}
        for index, cell in enumerate(cells):
            name, text = self.name(cell), str(cell).strip()
            if name in texts:
                what = Message("The column {name!r} occurs twice.", name=name)
                if texts[name] != text:
                    twice = "The column {name!r} occurs twice, as {first!r} and {second!r}."
                    what = Message(twice, name=name, first=texts[name], second=text)
                problems.append(Problem(location(index), what, "Keep one of them.", code="column-twice"))
            elif text and not self.knows(name):
                problems.append(self.unknown(text, location(index)))
            if text:
                texts.setdefault(name, text)
        return problems

    def knows(self, name: str) -> bool:
        """Return whether a name is that of a known column."""
        return self.known is None or name in self.known

    def unknown(self, head: Any, where: str) -> Problem:
        """Return the problem of a header that is not known."""
        return Problem(where, *self._unknown_column(str(head).strip()), code="unknown-column")

    def _unknown_column(self, text: str) -> tuple[str, str]:
        """Return what is wrong with an unknown header, and the cure."""
        what = Message("{text!r} is not a known column.", text=text[:60])
        if text.startswith(PANDAS_INDEX):
            return what, "It holds the row labels of pandas. Write the file with index=False."
        if (suggestion := self.suggestion(text)) is not None:
            return what, Message("Did you mean {close!r}?", close=suggestion)
        if (column_unit := unit_of(text, self.by_key)) is not None:
            column, unit = column_unit
            what = Message("The header {text!r} names a unit.", text=text[:60])
            return what, Message(
                "Write {column!r} as the header, and {unit!r} into the column {unit_of!r} of each row.",
                column=column,
                unit=unit,
                unit_of=UNIT_OF[column],
            )
        titles = self._titles if not text.isascii() else {}
        known = [f"{name} ({titles[name]})" if name in titles else name for name in self.known or ()]
        return what, Message("Known columns: {known}.", known=", ".join(known))

    def suggestion(self, text: str) -> str | None:
        """Return the known column that an unknown header misspells, or None."""
        match = near(text, [*(self.known or ()), *self.by_key])
        return self.by_key.get(key(match), match) if match else None

    def numbering_columns(self, heads: Sequence[Any], columns: Sequence[Any]) -> list[int]:
        """Return the indices of columns that only number the rows."""
        pairs = enumerate(zip(heads, columns, strict=True))
        return [index for index, (head, cells) in pairs if self.known and numbers_rows(str(head), cells, self.by_key)]

    def units(self, heads: Sequence[Any]) -> dict[int, tuple[str, str]]:
        """Return column and unit of the header that names the unit of all its cells, by its index.

        The result is empty if several headers do, or if there is a column of units.
        """
        units = {index: unit for index, head in enumerate(heads) if (unit := unit_of(str(head), self.by_key)) is not None}
        names = {self.name(head) for head in heads}
        is_clear = len(units) == 1 and not any({column, UNIT_OF[column]} & names for column, _ in units.values())
        return units if is_clear else {}

    def header_row(self, rows: Sequence[Sequence[Any]]) -> int:
        """Return the index of the header row: the first, unless it is a title above the header."""
        hits = [self.hits(row) for row in rows[:HEADER_WITHIN]]
        best = hits.index(max(hits))
        return best if hits[best] >= 2 and hits[0] < 2 else 0


def clean_cell(value: Any) -> Any:
    """Return a cell as `Table.columns` holds it: a stripped text, "" for None and pandas.NA, `TRUE` or `FALSE`, or a number.

    Examples
    --------
    >>> clean_cell(" steam "), clean_cell(None), clean_cell(True), clean_cell(2.5)
    ('steam', '', 'TRUE', 2.5)
    """
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(value).upper()
    if isinstance(value, int | float | np.generic):
        return value
    if type(value).__name__ == "NAType":  # pandas.NA has no truth value
        return ""
    if isinstance(value, Decimal) and value.is_snan():  # it cannot be compared or hashed
        return str(value)
    return quantity_text(value) if is_quantity(value) else value


def column_letter(position: int) -> str:
    """Return the letter of a column of a workbook.

    Parameters
    ----------
    position : int
        Counted from 0.

    Examples
    --------
    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(701), column_letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    letters, remaining = "", position + 1
    while remaining:
        remaining, rest = divmod(remaining - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
