"""Large CSV files in blocks of rows as arrow columns, in bounded memory, with the readings of `delimited`.

pyarrow reads a block that has one meaning for it and for the csv module: no quoted cells, or plainly quoted ones without line
breaks; rows as wide as the header; all key columns filled in. Any other block is read by the csv module.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import compress, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.delimited import csv_reader, opening, quoting_problem
from textile_pcf.io.footers import footer_problem, is_footer_word
from textile_pcf.io.form_headers import TOTAL, is_period
from textile_pcf.io.headers import UNIT_OF
from textile_pcf.io.safe_text import may_hold_guards, unguard_formula
from textile_pcf.io.table import HEADER_WITHIN, Header, RawTable
from textile_pcf.io.table_shape import column_indices, header_note, numbering_note, to_table, without_units
from textile_pcf.io.text_blocks import TextFile

AMOUNT = "amount"
"""The column whose cells stay texts; the distinct texts of all others are coded."""
MAX_PROBLEMS = 10_000
"""Number of problems of the shape after which reading stops."""
MIN_BLOCK, MAX_BLOCK = 1 << 16, 1 << 26
"""Smallest and largest size of a block. [byte]"""
MAX_TAIL = 1 << 16
"""Bytes at the end of a block in which the rows of its last product are searched."""
SLICE = 1 << 20
"""Bytes whose quotation marks are examined at a time."""
QUOTE, NEWLINE, RETURN = ord('"'), ord("\n"), ord("\r")


@dataclass(frozen=True)
class CsvRows:
    """Rows of a CSV file.

    Attributes
    ----------
    columns : mapping
        Arrow array of each column: texts of amounts, dictionaries of all other texts.
    lines : ndarray of int, shape (rows,)
        Line on which each row begins.
    """

    columns: dict[str, Any]
    lines: NDArray[np.int64]


@dataclass(frozen=True)
class Footer:
    """A row with a single text, which is a footer unless this is a product of another row.

    Attributes
    ----------
    text : str
        The text.
    problem : Problem
        The problem of the row if it is a footer.
    others : list of Problem
        Problems of the row if it is none.
    """

    text: str
    problem: Problem
    others: list[Problem] = field(default_factory=list)


@dataclass
class CsvBlocks:
    """A CSV file that is read in blocks of rows.

    Attributes
    ----------
    file : TextFile
    header : Header
        The known columns.
    error : type of PcfError
        Class of the errors to raise.
    block_rows : int
        Rows of a block, approximately.
    problems : list of Problem
        Problems of the shape that were found so far.
    notes : list of str
        Assumptions made during reading.
    footers : dict of Footer
        Rows that are a footer unless their only text is a product of another row, by their location.
    """

    file: TextFile
    header: Header
    error: type[PcfError]
    block_rows: int
    problems: dict[Problem, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    footers: dict[str, Footer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._blocks = self.file.blocks(self._block_size)
        text = next(self._blocks, b"").decode()
        self.delimiter, start, line = opening(self.file.name, text, self.header, self.error)
        rows, begins, ends = self._first_rows(text[start:], line)
        top = self.header.header_row(rows) if rows else 0
        self._top = RawTable(self.file.name, "csv", rows[: top + 1], begins[: top + 1])
        if not rows:
            to_table(self._top, self.header, self.error)
        self.heads = rows[top]
        self.first_line = line + ends[top]
        below = "".join(islice(io.StringIO(text[start:], newline=""), ends[top], None))
        self._first = below.encode()
        self.notes |= dict.fromkeys((*self.file.notes, *header_note(self._top, top)))
        self._whole = copy(self.header)
        self._whole.key_columns = ()  # footers are found here
        self.units = self.header.units(self.heads)
        self.numbering = self.header.numbering_columns(self.heads, [[""]] * len(self.heads))
        heads = without_units(self.heads, self.units)
        heads = ["" if index in self.numbering else head for index, head in enumerate(heads)]
        self.header_problems = self.header.problems(heads, lambda column: self._top.location(top, column))
        self.problems |= dict.fromkeys(self.header_problems)
        self.indices = column_indices(heads, self.header, bool(self.header_problems))

    @property
    def names(self) -> list[str]:
        """Names of the columns, those of row numbers left out."""
        named = [name for name, index in self.indices.items() if index not in self.numbering]
        return list(dict.fromkeys([*named, *(UNIT_OF[column] for column, _ in self.units.values())]))

    @property
    def is_form(self) -> bool:
        """Whether columns are periods, so that a row of the table is several cells of a row of the file."""
        return any(is_period(name) or name == TOTAL for name in map(self.header.name, self.heads))

    def rows(self) -> Iterator[CsvRows]:
        """Yield the rows with content, block by block.

        Raises
        ------
        error
            A quotation mark is not closed, there are no rows, or more than `MAX_PROBLEMS` problems were found.
        """
        line, waiting, is_empty = self.first_line, b"", True
        blocks = self._all_blocks()
        block: bytes | None = next(blocks, None)
        while block is not None:
            following = next(blocks, None)
            plain = None if waiting else self._plain_rows(block, line)
            if plain is not None:
                rows, line = plain, line + len(plain.lines)
            else:
                rows, line, waiting = self._other_rows(waiting + block, line, is_last=following is None)
            if len(rows.lines):
                is_empty = False
                yield rows
            if len(self.problems) > MAX_PROBLEMS:
                raise self.error(self.problems)
            block = following
        if is_empty:
            to_table(self._top, self.header, self.error)

    def _block_size(self, first: bytes) -> int:
        """Return the number of bytes of a block of `block_rows` rows."""
        length = len(first) // max(first.count(b"\n"), 1) + 1
        return min(max(self.block_rows * length, len(first), MIN_BLOCK), MAX_BLOCK)

    def _all_blocks(self) -> Iterator[bytes]:
        """Yield the blocks below the header, each of whole products where their rows are together."""
        rest = self._first
        for block in self._blocks:
            cut = self._last_product(block)
            yield b"".join((rest, memoryview(block)[:cut]))
            rest = block[cut:]
        if rest:
            yield rest

    def _last_product(self, block: bytes) -> int:
        """Return where the rows of the last product begin, if they are few, so that a block ends with a product."""
        end = len(block)
        if (
            self.header.key_columns[0] not in self.indices
            or self.indices[self.header.key_columns[0]]
            or not block.endswith(b"\n")
        ):
            return end
        delimiter, product = self.delimiter.encode(), None
        tail = block[-MAX_TAIL:]
        offset, position = end - len(tail), len(tail)
        while (start := tail.rfind(b"\n", 0, position - 1) + 1) > 0:
            own = tail[start:position].partition(delimiter)[0]
            if product is not None and own != product:
                return offset + position
            product, position = own, start
        return end

    def _first_rows(self, text: str, line: int) -> tuple[list[list[str]], list[int], list[int]]:
        """Return the first rows with content, the line of each, and how many lines there are to its end."""
        rows: list[list[str]] = []
        begins: list[int] = []
        ends: list[int] = []
        before = 0
        reader = csv_reader(io.StringIO(text, newline=""), self.delimiter)
        try:
            for row in reader:
                cells = list(map(unguard_formula, row)) if may_hold_guards(text) else row
                if "".join(cells).strip():
                    rows.append(cells)
                    begins.append(line + before)
                    ends.append(reader.line_num)
                before = reader.line_num
                if len(rows) == HEADER_WITHIN:
                    break
        except csv.Error as fault:
            if not rows:  # otherwise a cell may go on below, and is read with its block
                raise self.error([quoting_problem(f"{self.file.name}:{reader.line_num + line - 1}", str(fault))]) from None
        return rows, begins, ends

    def _plain_rows(self, block: bytes, line: int) -> CsvRows | None:
        """Return the rows of a block by pyarrow; None if it may read any of them in another way than the csv module."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        quoted = b'"' in block
        if (quoted and not all(_is_plainly_quoted(rows, self.delimiter) for rows in _slices(block))) or _may_hold_guards(block):
            return None
        names = [f"{index}" for index in range(len(self.heads))]
        types = dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))
        if AMOUNT in self.indices:
            types[names[self.indices[AMOUNT]]] = pa.string()
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(block),
                arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
                arrow_csv.ParseOptions(delimiter=self.delimiter, quote_char='"' if quoted else False, ignore_empty_lines=False),
                arrow_csv.ConvertOptions(column_types=types, null_values=[], check_utf8=False),
            )
        except pa.ArrowInvalid:  # another number of cells, an empty line
            return None
        cells = [column.chunk(0) for column in table.columns]
        return self._to_columns(cells, line) if self._is_complete(cells) else None

    def _is_complete(self, cells: Sequence[Any]) -> bool:
        """Whether rows fill in all key columns, and have nothing in columns that are left out."""
        for index, (head, column) in enumerate(zip(self.heads, cells, strict=True)):
            if self.header.name(head) in self.header.key_columns:
                if not all(map(str.strip, column.dictionary.to_pylist())):
                    return False
            elif not head.strip() and index not in self.indices.values() and any(map(str.strip, column.dictionary.to_pylist())):
                return False
        texts = [column.dictionary.to_pylist() if index in self.numbering else [""] for index, column in enumerate(cells)]
        return not self.numbering or self.numbering == self.header.numbering_columns(self.heads, texts)

    def _to_columns(self, cells: Sequence[Any], line: int) -> CsvRows:
        """Return the columns of a block of rows, each on a line of its own."""
        self.notes |= dict.fromkeys(numbering_note(self.heads[index], self.file.name) for index in self.numbering)
        columns = {name: cells[index] for name, index in self.indices.items() if index not in self.numbering}
        for index, (_, unit) in self.units.items():
            columns[UNIT_OF[self.units[index][0]]] = _unit_column(cells[index], unit)
        return CsvRows(columns, np.arange(line, line + len(cells[0])))

    def _other_rows(self, block: bytes, line: int, is_last: bool) -> tuple[CsvRows, int, bytes]:
        """Return the rows of a block by the csv module, the line after them, and what follows the last whole row."""
        lines = list(io.StringIO(block.decode(), newline=""))
        reader = csv_reader(iter(lines), self.delimiter)
        rows: list[list[str]] = []
        is_cut, problem = False, None
        try:
            rows.extend(reader)
        except csv.Error as fault:
            is_cut = not is_last and "unexpected end" in str(fault)
            if not is_cut:
                problem = quoting_problem(f"{self.file.name}:{reader.line_num + line - 1}", str(fault))
        again = csv_reader(iter(lines), self.delimiter)
        ends = [again.line_num for _ in islice(again, len(rows))]
        begins = [line + end for end in (0, *ends[:-1])][: len(rows)]
        rest = "".join(lines[ends[-1] if ends else 0 :]).encode() if is_cut else b""
        after = line + (ends[-1] if ends else 0) if is_cut else line + len(lines)
        checked = self._check_rows(rows, begins, may_hold_guards("".join(lines)))
        if problem is not None:
            raise self.error([problem])
        return checked, after, rest

    def _check_rows(self, rows: list[list[str]], begins: list[int], guarded: bool) -> CsvRows:
        """Return rows with content as columns, and keep the problems of their shape."""
        if guarded:
            rows = [list(map(unguard_formula, row)) for row in rows]
        contents = [bool("".join(row).strip()) for row in rows]
        rows, begins = list(compress(rows, contents)), list(compress(begins, contents))
        if not rows:
            return CsvRows({}, np.empty(0, dtype=np.int64))
        rows, begins = self._without_footers(rows, begins)
        if not rows:
            return CsvRows({}, np.empty(0, dtype=np.int64))
        raw = RawTable(self.file.name, "csv", [self.heads, *rows], [self._top.lines[-1], *begins])
        table = to_table(raw, self._whole, self.error)
        for problem in table.shape_problems:
            deferred = self.footers.get(problem.where) if problem.code == "ragged" else None
            if deferred is None:
                self.problems[problem] = None
            else:
                deferred.others.append(problem)
        self.notes |= dict.fromkeys(table.notes)
        return CsvRows({name: _arrow(cells, name) for name, cells in table.columns.items()}, np.asarray(table.lines))

    def _without_footers(self, rows: list[list[str]], begins: list[int]) -> tuple[list[list[str]], list[int]]:
        """Return rows without those that are footers in any case, and keep which others may be one."""
        if not set(self.header.key_columns) <= set(self.indices):
            return rows, begins
        indices = [self.indices[name] for name in self.header.key_columns]
        keys = [[row[index].strip() if index < len(row) else "" for row in rows] for index in indices]
        if not any("" in column for column in keys):
            return rows, begins
        kept = []
        for number, cells in enumerate(zip(*keys, strict=True)):
            contents = [cell for cell in rows[number] if cell.strip()]
            where = f"{self.file.name}:{begins[number]}"
            if not all(cells) and is_footer_word(contents[0]):
                self.problems[footer_problem(where, contents[0])] = None
                continue
            kept.append(number)
            if len(contents) == 1 and not cells[-1]:
                self.footers[where] = Footer(contents[0].strip(), footer_problem(where, contents[0]))
        return [rows[number] for number in kept], [begins[number] for number in kept]


def _arrow(cells: Sequence[str], name: str) -> Any:
    """Return cells as an arrow array: texts of amounts, dictionaries of other texts."""
    import pyarrow as pa

    texts = pa.array(cells, pa.string())
    return texts if name == AMOUNT else texts.dictionary_encode()


def _unit_column(amounts: Any, unit: str) -> Any:
    """Return the unit of each amount, as a dictionary; "" where there is no amount."""
    import pyarrow as pa
    from pyarrow import compute

    is_given = compute.not_equal(compute.utf8_trim_whitespace(amounts), "")
    return pa.DictionaryArray.from_arrays(is_given.cast(pa.int8()).cast(pa.int32()), pa.array(["", unit]))


def _may_hold_guards(block: bytes) -> bool:
    """Whether a block may contain cells that `guard_formula` changed."""
    return b"'" in block and may_hold_guards(block.decode())


def _slices(block: bytes) -> Iterator[memoryview]:
    """Yield a block in slices of whole lines."""
    view, start = memoryview(block), 0
    while start < len(block):
        end = block.find(b"\n", start + SLICE) + 1 or len(block)
        yield view[start:end]
        start = end


def _is_plainly_quoted(block: bytes | memoryview, delimiter: str) -> bool:
    r"""Whether quotation marks stand at both ends of cells only, or twice inside, and no line breaks are between them.

    Examples
    --------
    >>> [_is_plainly_quoted(block, ",") for block in (b'"a","b ""c"" d"\n', b'a, "b"\n', b'"a\n"')]
    [True, False, False]
    """
    data = np.frombuffer(block, dtype=np.uint8)
    marks = np.flatnonzero(data == QUOTE)
    if len(marks) % 2:
        return False
    around = np.zeros(256, dtype=bool)
    around[[QUOTE, NEWLINE, ord("\r"), ord(delimiter)]] = True
    opened, closed = marks[::2], marks[1::2]
    before, after = data[opened - 1], data[np.minimum(closed + 1, len(data) - 1)]
    if not around[before[opened > 0]].all() or not around[after].all():
        return False
    lines = np.flatnonzero(data == NEWLINE)
    returns = np.flatnonzero(data == RETURN)
    return not (np.searchsorted(marks, lines) % 2).any() and bool(
        (data[np.minimum(returns + 1, len(data) - 1)] == NEWLINE).all()
    )
