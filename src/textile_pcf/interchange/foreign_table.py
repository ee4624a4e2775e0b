"""Tables of others as rows of cells, with their header row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textile_pcf.columns import cell_text
from textile_pcf.errors import FactorError, Problem
from textile_pcf.interchange.adapter_schema import Reading
from textile_pcf.io.excel import cell_value
from textile_pcf.io.number_formats import DATE, DURATION
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.sheets import Area, Book, Sheet
from textile_pcf.messages.message import Message
from textile_pcf.suggest import nearest

HEADER_WITHIN = 20
"""Rows in which the header row is looked for."""
Row = Mapping[int, Any]


@dataclass(frozen=True)
class ForeignTable:
    """A table of others.

    Attributes
    ----------
    name : str
        The file.
    names : dict of str to tuple of int
        Positions of the columns of each name.
    above : list of mapping
        Rows above the header row.
    rows : list of (int, mapping)
        Line and cells of each row below it.
    unread : mapping of (int, int) to Problem
        Cells, by line and position, that show something else than they hold, such as a formula without a stored value.
    merged : sequence of Area
        Merged cells.
    """

    name: str
    names: dict[str, tuple[int, ...]]
    above: list[Row]
    rows: list[tuple[int, Row]]
    unread: Mapping[tuple[int, int], Problem] = field(default_factory=dict)
    merged: Sequence[Area] = ()

    def merged_cells(self, lines: Iterable[int], positions: Iterable[int]) -> Iterator[Problem]:
        """Yield a problem for the merged cells that hold what is taken over; only the first of them holds a value.

        Parameters
        ----------
        lines, positions : iterable of int
            Rows and columns that are taken over.
        """
        taken, columns = set(lines), set(positions)
        for area in self.merged:
            across = range(area.first_position, area.last_position + 1)
            if not taken.isdisjoint(range(area.first_row, area.max_row + 1)) and not columns.isdisjoint(across):
                cure = "Unmerge them, and write the value into every row it holds for."
                yield Problem(f"{self.name} {area.coord}", "These cells are merged.", cure, code="merged")

    def position(self, column: str) -> int:
        """Return the position of a column.

        Raises
        ------
        FactorError
            There is none, and the nearest is named; or there are two, and nobody knows which is meant.
        """
        places = self.names.get(column, ())
        if len(places) == 1:
            return places[0]
        if places:
            what = Message("The column {name!r} occurs twice.", name=column)
            raise FactorError([Problem(self.name, what, "Give each a name of its own.", code="adapter")])
        close = nearest(column, self.names)
        cure = (
            Message("The nearest is {close!r}.", close=close) if close else Message("There are: {known}.", known=self._known())
        )
        what = Message("There is no column {column!r}.", column=column)
        raise FactorError([Problem(self.name, what, cure, code="adapter")])

    def column_like(self, pattern: str) -> tuple[int, dict[str, str]]:
        """Return the position of the one column whose name an expression matches, and its named groups."""
        matches = [
            (place, match) for name, places in self.names.items() if (match := re.fullmatch(pattern, name)) for place in places
        ]
        if len(matches) == 1:
            return matches[0][0], {key: value or "" for key, value in matches[0][1].groupdict().items()}
        what = Message("{count} columns have a name like {pattern!r}, not one.", count=len(matches), pattern=pattern)
        raise FactorError([Problem(self.name, what, Message("There are: {known}.", known=self._known()), code="adapter")])

    def column_under(self, texts: list[str]) -> int:
        """Return the position of the one column that has all texts above the header row."""
        cells: dict[int, set[str]] = {}
        for row in self.above:
            for place, cell in row.items():
                cells.setdefault(place, set()).add(cell_text(cell).strip())
        found = [place for place, above in cells.items() if above.issuperset(texts)]
        if len(found) == 1:
            return found[0]
        what = Message("{count} columns stand under {texts}, not one.", count=len(found), texts=", ".join(texts))
        raise FactorError([Problem(self.name, what, "Compare the rows above the header row with the adapter.", code="adapter")])

    def _known(self) -> str:
        return ", ".join(list(self.names)[:15])


def read_foreign_table(path: str | Path, reading: Reading) -> ForeignTable:
    """Read a table of others.

    Parameters
    ----------
    path : path
        A text file, or a workbook (.xlsx, .xlsm).
    reading : Reading
        How it is read.

    Raises
    ------
    FactorError
        It cannot be read, or its header row is not found.
    UsageError
        There is no such file.
    """
    name = escape_controls(str(path))
    page = _page(path, name, reading) if Path(path).suffix.lower() in (".xlsx", ".xlsm") else None
    rows, unread = ([*_text_rows(path, name, reading)], {}) if page is None else _sheet_rows(page, name)
    top = _header_row(name, rows, reading)
    names: dict[str, tuple[int, ...]] = {}
    for place, cell in rows[top][1].items():
        name_of_column = cell_text(cell).strip()
        names[name_of_column] = (*names.get(name_of_column, ()), place)
    names.pop("", None)
    merged = [] if page is None else page.merged
    return ForeignTable(name, names, [row for _, row in rows[:top]], rows[top + 1 :], unread, merged)


def _text_rows(path: str | Path, name: str, reading: Reading) -> Iterator[tuple[int, Row]]:
    data = read_bytes(path)
    for encoding in reading.encoding:
        try:
            text = data.decode("utf-8-sig" if encoding.lower().replace("_", "-") == "utf-8" else encoding)
            break
        except UnicodeError:
            continue
    else:
        what = Message("The bytes are of none of the encodings {encodings}.", encodings=", ".join(reading.encoding))
        raise FactorError(
            [Problem(name, what, "Name the encoding in `read.encoding`, or save the file as UTF-8.", code="encoding")]
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=reading.separator)
    try:
        for row in reader:
            yield reader.line_num, dict(enumerate(row))
    except csv.Error as error:
        what = Message("This is no table of cells: {reason}.", reason=Message(str(error)))
        raise FactorError(
            [Problem(f"{name}:{reader.line_num}", what, "Correct the file, or the separator.", code="adapter")]
        ) from None


def _page(path: str | Path, name: str, reading: Reading) -> Sheet:
    """Return the sheet of a workbook that is read."""
    pages = {page.title: page for page in Book(read_bytes(path), name, FactorError).worksheets}
    title = reading.sheet if reading.sheet is not None else next(iter(pages), "")
    if title not in pages:
        close = nearest(title, pages)
        cure = (
            Message("The nearest is {close!r}.", close=close)
            if close
            else Message("There are: {known}.", known=", ".join(pages))
        )
        raise FactorError([Problem(name, Message("This workbook has no sheet {sheet!r}.", sheet=title), cure, code="sheet")])
    return pages[title]


def _sheet_rows(page: Sheet, name: str) -> tuple[list[tuple[int, Row]], dict[tuple[int, int], Problem]]:
    """Return the rows of a sheet, and a problem for each cell that shows something else than it holds.

    A date stays one: in a text, such as the day of an update, a pattern may find its year.
    """
    rows, unread = list[tuple[int, Row]](), dict[tuple[int, int], Problem]()
    for row in page.rows:
        cells: dict[int, Any] = {}
        for place, cell in row.cells.items():
            value, problem = (cell.value, None) if cell.number_format in (DATE, DURATION) else cell_value(cell)
            if problem is not None:
                unread[row.number, place] = Problem(f"{name} {page.title}!{cell.coordinate}", *problem, code="cell")
            if cell.value is not None:
                cells[place] = cell.value if problem is not None else value
        rows.append((row.number, cells))
    return rows, unread


def _header_row(name: str, rows: list[tuple[int, Row]], reading: Reading) -> int:
    """Return the index of the header row; of the nearest one, say which columns it lacks."""
    wanted, best, lacking = set(reading.header), 0, set(reading.header)
    for index, (_, row) in enumerate(rows[:HEADER_WITHIN]):
        missing = wanted - {cell_text(cell).strip() for cell in row.values()}
        if not missing:
            return index
        if len(missing) < len(lacking):
            best, lacking = index, missing
    known = [cell_text(cell).strip() for cell in rows[best][1].values()] if rows else []
    near = {column: nearest(column, known) for column in sorted(lacking)}
    what = Message("The header row is not found in the first {count} rows: {lacking} is missing.", count=HEADER_WITHIN,
                   lacking=", ".join(sorted(lacking)))  # fmt: skip
    found = ", ".join(f"{column} → {close}" for column, close in near.items() if close)
    cure = (
        Message("The nearest are: {near}.", near=found) if found else Message("Check that the file is the one of the adapter.")
    )
    raise FactorError([Problem(name, what, cure, code="adapter")])
