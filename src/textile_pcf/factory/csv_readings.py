"""CSV files of readings as a stream of arrow columns, and the line of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from textile_pcf.errors import InputError, Problem
from textile_pcf.factory.vocabulary import table_header
from textile_pcf.io.encodings import decode_text
from textile_pcf.io.table import HEADER_WITHIN
from textile_pcf.messages.message import Message

SAMPLE = 1 << 20
"""Bytes from which the encoding and the header are found."""
SHOWN = 200
NO_ROWS = ("Empty CSV", "Could not skip initial")
"""What pyarrow says of a file without rows below its header: with a line end behind it, and without."""
COLUMNS = ("meter", "time", "value")


class CsvReadings:
    """A CSV file of readings: comma, semicolon or tab; UTF-8, UTF-16 or GB 18030; titles above the header are passed over.

    Parameters
    ----------
    name : str
        Path of the file.
    positions : callable
        Checks the heads, and returns the position of each column.

    Attributes
    ----------
    invalid : list of int
        Number of each row of a wrong width, counted over rows with content from the top of the file.

    Raises
    ------
    InputError
        The encoding is not known, or the header is wrong.
    """

    def __init__(self, name: str, positions: Callable[[str, Sequence[str]], Mapping[str, int]]) -> None:
        self.name = name
        self.invalid: list[tuple[int, int]] = []
        self._encoding, lines = self._head()
        header = table_header("readings")
        rows = [(number, line) for number, line in enumerate(lines) if line.strip()][:HEADER_WITHIN]
        if not rows:
            raise InputError(
                [Problem(name, Message("This table is empty."), Message("Give at least one row."), code="readings")]
            )
        score = {sign: max(header.hits(self._split(line, sign)) for _, line in rows) for sign in ",;\t"}
        self._sign = max(score, key=lambda sign: score[sign])
        hits = [header.hits(self._split(line, self._sign)) for _, line in rows]
        best = hits.index(max(hits)) if max(hits) >= 2 else 0
        self._top, self._above = rows[best][0], best
        self._heads = self._split(rows[best][1], self._sign)
        self._positions = positions(name, self._heads)

    def _head(self) -> tuple[str, list[str]]:
        """Return the encoding, and the first lines."""
        with open(self.name, "rb") as file:  # noqa: PTH123 - the name is a text
            data = file.read(SAMPLE)
        if len(data) == SAMPLE:
            data = data[: data.rfind(b"\n") + 1] or data
        text, encoding, _ = decode_text(data)
        if text is None or "\0" in text:
            what, cure = "The characters of this file cannot be read.", "Save it as UTF-8 (in Excel: CSV UTF-8)."
            raise InputError([Problem(self.name, what, cure, code="encoding")])
        names = {"GB18030": "gb18030", "UTF-16": "utf-16"}
        return names.get(encoding, "gb18030" if not _is_utf8(data) else "utf8"), text.splitlines()

    @staticmethod
    def _split(line: str, sign: str) -> list[str]:
        return [cell.strip().strip('"').strip() for cell in line.split(sign)]

    def batches(self, block_bytes: int) -> Iterator[list[Any]]:
        """Yield meter, time and value as arrow arrays, each of a block of the file of a number of bytes.

        Times and values are read as such while all of them have the usual form, which is faster, and as texts from the first
        block on that has another.

        Raises
        ------
        InputError
            The bytes cannot be decoded, or quotation marks are open.
        """
        import pyarrow as pa

        count = 0
        try:
            try:
                for batch in self._open(block_bytes, is_typed=True):
                    yield batch.columns
                    count += 1
            except pa.ArrowInvalid:
                self.invalid.clear()
                yield from (
                    batch.columns for number, batch in enumerate(self._open(block_bytes, is_typed=False)) if number >= count
                )
        except (pa.ArrowInvalid, UnicodeDecodeError) as fault:
            if any(text in str(fault) for text in NO_ROWS):
                raise InputError(
                    [self._problem("There are no readings.", "Give at least two readings of each register.")]
                ) from None
            what = "This file cannot be read as CSV ({fault})."
            cure = "Save it as CSV UTF-8, without line breaks inside cells."
            raise InputError([self._problem(what, cure, fault=str(fault)[:200])]) from None

    def _open(self, block_bytes: int, is_typed: bool) -> Any:
        """Return a reader of record batches; blocks are the same whatever the types."""
        import pyarrow as pa
        from pyarrow import csv

        names = [f"column {number}" for number in range(len(self._heads))]
        chosen = [names[self._positions[column]] for column in COLUMNS]
        time, value = (pa.timestamp("us"), pa.float64()) if is_typed else (pa.string(), pa.string())
        types = {chosen[0]: pa.dictionary(pa.int32(), pa.string()), chosen[1]: time, chosen[2]: value}
        return csv.open_csv(
            self.name,
            read_options=csv.ReadOptions(
                column_names=names, skip_rows=self._top + 1, block_size=block_bytes, use_threads=False, encoding=self._encoding
            ),
            parse_options=csv.ParseOptions(delimiter=self._sign, invalid_row_handler=self._invalid),
            convert_options=csv.ConvertOptions(
                column_types=types, include_columns=chosen, strings_can_be_null=False, null_values=[""]
            ),
        )

    def _problem(self, what: str, cure: str, **values: Any) -> Problem:
        return Problem(self.name, Message(what, **values), Message(cure), code="readings")

    def _invalid(self, row: Any) -> str:
        self.invalid.append((row.number, row.actual_columns))
        return "skip"

    def width_problems(self) -> list[Problem]:
        """Return the problems of rows of a wrong width."""
        lines = self._lines([number for number, _ in self.invalid[:SHOWN]])
        what = "This row has {count} cells, the header has {width}."
        cure = Message("Write {width} cells in every row, also where they are empty.", width=len(self._heads))
        return [
            Problem(f"{self.name}:{line}", Message(what, count=count, width=len(self._heads)), cure, code="readings")
            for line, (_, count) in zip(lines, self.invalid, strict=False)
        ]

    def lines_of(self, rows: Sequence[int]) -> list[int]:
        """Return the line of each row, counted from 0 over rows of the right width."""
        numbers, wrong = [], sorted(number for number, _ in self.invalid)
        for row in rows:
            number = row + self._above + 2
            for each in wrong:
                number += each <= number
            numbers.append(number)
        return self._lines(numbers)

    def _lines(self, numbers: Sequence[int]) -> list[int]:
        """Return the line of each number, counted from 1 over lines with content."""
        wanted, found, count = set(numbers), dict[int, int](), 0
        with open(self.name, encoding=self._encoding.replace("utf8", "utf-8"), errors="replace", newline=None) as file:  # noqa: PTH123
            for line, text in enumerate(file, 1):
                count += bool(text.strip("\r\n"))
                if count in wanted:
                    found.setdefault(count, line)
                if len(found) == len(wanted):
                    break
        return [found.get(number, number) for number in numbers]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
