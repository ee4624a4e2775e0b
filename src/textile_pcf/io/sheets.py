"""The cells of a workbook. Nothing else of it is read, so nothing else can prevent it from being read.

Only cells with content are stored: a distant cell costs no more than any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from textile_pcf.errors import PcfError
from textile_pcf.io.number_formats import builtin_format, format_of_code
from textile_pcf.io.packages import RESAVE, STRICT, Attributes, Package
from textile_pcf.io.sheet_parser import MAX_ROWS, Area, Cell, SharedStringsParser, SheetParser, parse_coordinate
from textile_pcf.messages.message import Message

__all__ = ["Area", "Book", "Cell", "Row", "Sheet"]


class Row:
    """A row with content.

    Parameters
    ----------
    number : int
        Row, counted from 1.
    cells : dict
        Cells with content by column position, counted from 0. Indexing returns an empty cell for every other position.
    """

    def __init__(self, number: int, cells: dict[int, Cell]) -> None:
        self.number, self.cells = number, cells

    def __getitem__(self, position: int) -> Cell:
        return self.cells.get(position) or Cell(self.number, position)

    def __iter__(self) -> Iterator[Cell]:
        return map(self.__getitem__, range(max(self.cells) + 1))


class Sheet:
    """A sheet; its cells are read when they are first used.

    Parameters
    ----------
    book : Book
        The workbook.
    title : str
        Title of the sheet.
    part : str
        Name of its part in the package.
    hidden : bool
        Whether Excel does not show it.
    """

    def __init__(self, book: Book, title: str, part: str, hidden: bool = False) -> None:
        self.title, self.hidden, self._book, self._part = title, hidden, book, part

    @cached_property
    def _content(self) -> SheetParser:
        parser = SheetParser(self._book)
        self._book.package.parse(self._part, parser.start, parser.end, parser.text)
        return parser

    @cached_property
    def rows(self) -> list[Row]:
        """Rows with content, from the top."""
        return [Row(number, cells) for number, cells in sorted(self._content.rows.items())]

    @property
    def merged(self) -> Sequence[Area]:
        """Merged cells."""
        return self._content.merged

    @property
    def linked(self) -> Sequence[Area]:
        """Cells with a link."""
        return self._content.linked

    def hidden_notes(self, name: str, rows: Iterable[int]) -> tuple[str, ...]:
        """Return the notes on what Excel does not show of the rows that were read.

        Parameters
        ----------
        name : str
            Path of the workbook, for messages.
        rows : iterable of int
            The rows with data that were read, counted from 1.
        """
        read = set(rows)
        if self.hidden and read:
            return (
                Message("{name}: The sheet {sheet!r} is hidden; it was read like the others.", name=name, sheet=self.title),
            )
        hidden = sorted(read & self._content.hidden_rows)
        if not hidden:
            return ()
        text = "{name} {sheet}: {count} hidden or filtered rows were read like the others; the first is row {first}."
        return (Message(text, name=name, sheet=self.title, count=len(hidden), first=hidden[0]),)

    def iter_rows(self, min_row: int = 1, max_row: int = MAX_ROWS) -> Iterator[Row]:
        """Yield the rows with content in a range of row numbers, both ends included."""
        return (row for row in self.rows if min_row <= row.number <= max_row)

    def __getitem__(self, coordinate: str) -> Cell:
        row, position = parse_coordinate(coordinate)
        return Row(row, self._content.rows.get(row, {}))[position]


class Book:
    """A workbook.

    Parameters
    ----------
    data : bytes
        Content of the file.
    name : str
        Path, for messages.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        The file is no workbook or cannot be read. A damaged sheet raises it when its cells are first used.
    """

    def __init__(self, data: bytes, name: str, error: type[PcfError]) -> None:
        self.package = Package(data, name, error)
        elements = self.package.elements(self.package.book)
        if any(value.startswith(STRICT) for value in elements[0].attributes.values()):
            raise self.package.refusal("This workbook was saved as 'Strict Open XML'.", "Save it as .xlsx (Excel workbook).")
        related = self.package.related(self.package.book)
        self._part_of_relation = {relation: part for _, relation, part in related}
        self.from_1904 = any(e.name == "workbookPr" and e.attributes.get("date1904") in ("1", "true") for e in elements)
        part_of_id = {ident: part for ident, relation, part in related if relation == "worksheet"}
        sheets = [each.attributes for each in elements if each.name == "sheet" and each.inside == "sheets"]
        parts = [(each.get("name", ""), part_of_id.get(_relation_id(each)), each.get("state", "visible")) for each in sheets]
        self.worksheets = [Sheet(self, title, part, state != "visible") for title, part, state in parts if part is not None]
        if not self.worksheets:
            raise self.package.refusal("This workbook has no sheet that can be read.", RESAVE)

    @property
    def sheetnames(self) -> list[str]:
        """Titles of the sheets."""
        return [sheet.title for sheet in self.worksheets]

    def __getitem__(self, title: str) -> Sheet:
        return next(sheet for sheet in self.worksheets if sheet.title == title)

    @cached_property
    def texts(self) -> list[str]:
        """Shared strings, to which cells refer by number."""
        parser = SharedStringsParser()
        part = self._part_of_relation.get("sharedStrings")
        if part is not None:
            self.package.parse(part, parser.start, parser.end, parser.text)
        return parser.texts

    @cached_property
    def number_formats(self) -> list[str]:
        """How each cell style displays a number, see `textile_pcf.io.number_formats.format_of_code`."""
        part = self._part_of_relation.get("styles")
        if part is None or part not in self.package:
            return [""]
        elements = self.package.elements(part)
        codes = {
            e.attributes.get("numFmtId", ""): e.attributes.get("formatCode", "")
            for e in elements
            if e.name == "numFmt" and e.inside == "numFmts"
        }
        named_styles = [e.attributes for e in elements if e.name == "xf" and e.inside == "cellStyleXfs"]
        styles = [e.attributes for e in elements if e.name == "xf" and e.inside == "cellXfs"]
        return [_number_format(_format_id(style, named_styles), codes) for style in styles] or [""]


def _relation_id(attributes: Attributes) -> str:
    """Return the relation id of a sheet element, whose prefix may differ."""
    return next((value for name, value in attributes.items() if name.endswith(":id")), attributes.get("id", ""))


def _format_id(style: Attributes, named_styles: Sequence[Attributes]) -> str:
    """Return the number of the format of a style: its own, else that of its named style."""
    base = int(style.get("xfId", "0"))
    inherited = named_styles[base].get("numFmtId", "0") if base < len(named_styles) else "0"
    return style.get("numFmtId", inherited)


def _number_format(number: str, codes: dict[str, str]) -> str:
    """Return how a format displays a number; a code in the file overrides the built-in format of the same number."""
    return format_of_code(codes[number]) if codes.get(number) else builtin_format(int(number))
