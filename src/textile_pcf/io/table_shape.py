"""From rows to columns: interpretation of the header and checks of the shape of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.footers import take_footers
from textile_pcf.io.headers import UNIT_OF
from textile_pcf.io.table import Header, RawTable, Table
from textile_pcf.messages.message import Message

NO_ROWS = "no-rows"
"""Code of the problem that a table has a header only."""


def to_table(raw: RawTable, header: Header, error: type[PcfError]) -> Table:
    """Convert rows to named columns.

    Parameters
    ----------
    raw : RawTable
        Rows of a CSV file or a sheet, with the header in one of the first rows.
    header : Header
        The known columns.
    error : type of PcfError
        Class of the error to raise.

    Returns
    -------
    Table
        If `header.collect_problems` is True, the problems of the shape are in `shape_problems`.

    Raises
    ------
    error
        With every problem of the shape: an empty table, unknown or duplicate columns, rows of another width, cells without a
        header. If `header.collect_problems` is True, only a table without rows raises.
    """
    if not raw.rows:
        cure = "Write a header row and at least one row below it."
        raise error([Problem(raw.name, "This table is empty.", cure, code="empty")])
    top = header.header_row(raw.rows)
    heads, rows = list(raw.rows[top]), raw.rows[top + 1 :]
    if not rows:
        problems = [*raw.shape_problems, *_header_problems(raw, top, without_units(heads, header.units(heads)), header)]
        what = "This table has a header, but no rows."
        raise error([*problems, Problem(raw.location(top), what, "Write at least one row.", code=NO_ROWS)])
    ragged = _ragged_rows(rows, len(heads))
    cells = _transpose(rows, len(heads), strip=raw.source_type == "csv")
    if raw.source_type == "csv" and _lacks_key(heads, cells, header):
        data_rows = take_footers(raw, header, top)
        if data_rows is not raw:
            return to_table(data_rows, header, error)
    notes = (*raw.notes, *header_note(raw, top), *_drop_numbering(raw, heads, cells, header))
    return _named_table(_Columns(raw, top, heads, cells, ragged, notes), header, error)


def shape_problems(raw: RawTable, header: Header, error: type[PcfError]) -> Sequence[Problem]:
    """Return the problems of the shape of rows that end early, so that they are named with what ended them.

    Parameters
    ----------
    raw, header, error
        As for `to_table`.
    """
    if not raw.rows:
        return ()
    collecting = copy(header)
    collecting.collect_problems = True
    try:
        return to_table(raw, collecting, error).shape_problems
    except PcfError as refused:  # only the row that ended the table may have been one with data
        return [problem for problem in refused.problems if problem.code != NO_ROWS]


@dataclass(frozen=True, eq=False)
class _Columns:
    """A raw table column by column, before its headers are checked.

    Attributes
    ----------
    raw : RawTable
        The rows.
    top : int
        Index of the header row.
    heads : list
        Cells of the header row.
    cells : list of list
        Cells of each column below the header.
    ragged : sequence of int
        Indices of the rows that have fewer or more cells than the header.
    notes : tuple of str
        What was passed over.
    """

    raw: RawTable
    top: int
    heads: list[Any]
    cells: list[list[Any]]
    ragged: Sequence[int]
    notes: tuple[str, ...]


def _named_table(source: _Columns, header: Header, error: type[PcfError]) -> Table:
    """Check headers and widths, and return the table with named columns."""
    raw, top, heads, cells = source.raw, source.top, source.heads, source.cells
    ragged, notes = source.ragged, source.notes
    units = header.units(heads)
    heads = without_units(heads, units)
    problems = [*raw.shape_problems, *_header_problems(raw, top, heads, header)]
    problems += [*_width_problems(raw, top, len(heads), ragged), *_headless_cells(raw, heads, cells, top)]
    if problems and not header.collect_problems:
        raise error(problems)
    index_of = column_indices(heads, header, bool(problems))
    columns = {name: cells[index] for name, index in index_of.items()}
    letters = {name: raw.letter(index) for name, index in index_of.items()}
    for index, (column, unit) in units.items():
        columns[UNIT_OF[column]] = ["" if cell == "" else unit for cell in cells[index]]
        letters[UNIT_OF[column]] = raw.letter(index)
    return Table(
        raw.name, columns, len(raw.rows) - top - 1, raw.source_type, raw.lines[top + 1 :], letters, raw.sheet, notes,
        shape_problems=tuple(problems), ragged=ragged,
    )  # fmt: skip


def without_units(heads: Sequence[Any], units: Mapping[int, tuple[str, str]]) -> list[Any]:
    """Return headers; one that names the unit of its cells becomes the name of its column.

    Parameters
    ----------
    heads : sequence
    units : mapping of int to (str, str)
        From `Header.units`.
    """
    return [units[index][0] if index in units else head for index, head in enumerate(heads)]


def _header_problems(raw: RawTable, top: int, heads: Sequence[Any], header: Header) -> list[Problem]:
    return header.problems(heads, lambda column: raw.location(top, column))


def _transpose(rows: Sequence[list[Any]], width: int, strip: bool) -> list[list[Any]]:
    """Return the cells of each column; short rows are padded with empty cells, long ones cut."""
    if set(map(len, rows)) != {width}:
        rows = [[*row[:width], *[""] * (width - len(row))] for row in rows]
    return [list(map(str.strip, cells)) if strip else list(cells) for cells in zip(*rows, strict=True)]


def header_note(raw: RawTable, top: int) -> tuple[str, ...]:
    """Return a note if the header is not in the first row."""
    if not top:
        return ()
    return (
        Message(
            "The header of {table} was found in line {line}; the lines above it were ignored.",
            table=raw.name,
            line=raw.lines[top],
        ),
    )


def numbering_note(head: str, name: str) -> Message:
    """Return the note that a column only numbers the rows of a table."""
    return Message("The column {column!r} of {table} numbers the rows; it was ignored.", column=head, table=name)


def _drop_numbering(raw: RawTable, heads: list[Any], cells: list[list[Any]], header: Header) -> list[str]:
    """Empty the columns that only number the rows, in place, and return a note for each."""
    notes: list[str] = []
    for index in header.numbering_columns(heads, cells):
        notes.append(numbering_note(heads[index], raw.name))
        heads[index], cells[index] = "", [""] * len(cells[index])
    return notes


def column_indices(heads: Sequence[Any], header: Header, has_problems: bool) -> dict[str, int]:
    """Return the index of each column; if there are problems, misspelt headers are taken for the suggested columns."""
    indices: dict[str, int] = {}
    for index, head in enumerate(heads):
        if str(head).strip():
            indices.setdefault(header.name(head), index)
    if has_problems and header.known is not None:
        suggested = {str(header.suggestion(name)): index for name, index in indices.items() if not header.knows(name)}
        indices = {name: index for name, index in (suggested | indices).items() if header.knows(name)}
    return indices


def _lacks_key(heads: list[Any], cells: list[list[Any]], header: Header) -> bool:
    """Return whether a row lacks a cell that every row of data fills in."""
    return any("" in column for head, column in zip(heads, cells, strict=True) if header.name(head) in header.key_columns)


def _ragged_rows(rows: Sequence[Sequence[Any]], width: int) -> list[int]:
    """Return the rows that are shorter than the header, or have content beyond it."""
    if set(map(len, rows)) == {width}:
        return []
    return [k for k, row in enumerate(rows) if len(row) < width or any(str(cell).strip() for cell in row[width:])]


def _width_problems(raw: RawTable, top: int, width: int, ragged: Sequence[int]) -> list[Problem]:
    """Return the problems of rows whose width differs from the header's."""
    problems = []
    for number in ragged:
        row = top + 1 + number
        cure = Message(
            "Write {width} cells, also where they are empty; put a cell that holds the separator in quotes.", width=width
        )
        what = Message("This row has {count} cells, the header has {width}.", count=len(raw.rows[row]), width=width)
        problems.append(Problem(raw.location(row), what, cure, code="ragged"))
    return problems


def _headless_cells(raw: RawTable, heads: list[Any], cells: list[list[Any]], top: int) -> list[Problem]:
    """Return the problem of the first cell with content in each column without a header."""
    problems = []
    for index, (head, column) in enumerate(zip(heads, cells, strict=True)):
        first = next((number for number, cell in enumerate(column) if cell != ""), None)
        if not str(head).strip() and first is not None:
            where = raw.location(top + 1 + first, index)
            what = Message("{cell!r} is in a column without a header.", cell=str(column[first])[:60])
            problems.append(Problem(where, what, "Write a header above it, or clear the column.", code="headless"))
    return problems


def has_no_rows(error: PcfError) -> bool:
    """Return whether nothing but its missing rows is wrong with a table: a header alone, or an empty list.

    Parameters
    ----------
    error : PcfError
        From reading the table.

    Examples
    --------
    >>> from textile_pcf.errors import InputError, Problem
    >>> has_no_rows(InputError([Problem("events.csv:1", "This table has a header, but no rows.", "", code="no-rows")]))
    True
    """
    return all(problem.code == NO_ROWS for problem in error.problems)
