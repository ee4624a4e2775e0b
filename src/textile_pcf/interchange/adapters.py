"""Tables of others as emission factors, by adapters: columns mapped in YAML, with a word on their licence."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from textile_pcf.columns import cell_text, is_too_small
from textile_pcf.errors import FactorError, Problem, UsageError, wrong_type
from textile_pcf.factors import FactorTable, TableDocument, check_table
from textile_pcf.factors.table import DECLARED_PARTS, GASES, NUMBERS
from textile_pcf.interchange.adapter_schema import Adapter, AdapterColumn
from textile_pcf.interchange.foreign_table import ForeignTable, Row, read_foreign_table
from textile_pcf.interchange.item_names import item_id
from textile_pcf.io.documents import Source, validate_document
from textile_pcf.io.localized import LocalizedText
from textile_pcf.io.output_files import as_path, is_file
from textile_pcf.io.resources import data_root
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message, TranslatedText, sentences
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.regions import region_of_others

SAME = "same"
PER_UNIT = (*GASES, *DECLARED_PARTS, "low", "high")
"""Columns of ours that are amounts per unit as the value is, so that they are divided with it."""
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@cache
def shipped_adapters() -> dict[str, Path]:
    """Return the files of the shipped adapters by name.

    Examples
    --------
    >>> sorted(shipped_adapters())
    ['base_carbone', 'desnz_flat', 'ecoinvent_lcia', 'oefdb']
    """
    return {path.stem: path for path in sorted(data_root("adapters").glob("*.yaml"))}


def load_adapter(adapter: str | Path) -> Adapter:
    """Read an adapter.

    Parameters
    ----------
    adapter : str or path
        Name of a shipped adapter, or path of a YAML file.

    Raises
    ------
    UsageError
        There is no such adapter; the nearest is named.
    FactorError
        It is invalid; all problems are listed.
    """
    if not isinstance(adapter, str | Path):
        raise wrong_type("adapter", adapter, "an adapter", "Give the name of a shipped adapter or the path of a YAML file.")
    known = shipped_adapters()
    path = known.get(str(adapter), Path(adapter))
    if not is_file(path):
        names = Message("There are: {names}; or give a path.", names=", ".join(known))
        cure = did_you_mean(str(adapter), known, names)
        raise UsageError([Problem(f"adapter {str(adapter)!r}", "There is no such adapter.", cure, code="no-adapter")])
    return validate_document(Adapter, read_yaml(path, FactorError), FactorError)


def import_factors(path: str | Path, adapter: str | Path, **given: Any) -> FactorTable:
    """Read a table of others as emission factors.

    Parameters
    ----------
    path : path
        The table: a text file or a workbook.
    adapter : str or path
        Name of a shipped adapter (`desnz_flat`, `base_carbone`, `oefdb`, `ecoinvent_lcia`), or path of one.
    **given
        What the adapter asks for, such as `year=2024`.

    Returns
    -------
    FactorTable
        One table; its note says how many rows were left out, and why. [kg CO2e per unit of the row]

    Raises
    ------
    UsageError
        There is no such adapter or file, or something asked for is not given.
    FactorError
        The table or the adapter is wrong; all problems are listed.

    Examples
    --------
    >>> import_factors("README.md", "desnz")
    Traceback (most recent call last):
    textile_pcf.errors.UsageError: 1 problem in the request:
      adapter 'desnz': There is no such adapter. Did you mean 'desnz_flat'?
    """
    return read_with_adapter(as_path(path, "path"), load_adapter(adapter), given).table


@dataclass(frozen=True)
class Imported:
    """A table of others that was read.

    Attributes
    ----------
    table : FactorTable
        Its rows.
    left_out : mapping of str to int
        Number of rows that were left out, by reason.
    """

    table: FactorTable
    left_out: Mapping[str, int]


def read_with_adapter(path: Path, adapter: Adapter, given: Mapping[str, Any]) -> Imported:
    """Read a table of others; see `import_factors`."""
    values = _given_values(adapter, given)
    foreign = read_foreign_table(path, adapter.read)
    reader = _Reader(foreign, adapter, values)
    for line, row in foreign.rows:
        if any(cell_text(cell).strip() for cell in row.values()):
            reader.add(line, row)
    problems = [*reader.problems, *foreign.merged_cells(reader.lines, reader.used)]
    if problems:
        raise FactorError(problems)
    if not reader.lines:
        counts = "; ".join(f"{count} rows: {reason}" for reason, count in reader.left_out.most_common(5))
        what = Message("Nothing is left of this table: {counts}.", counts=counts or "no rows")
        raise FactorError([Problem(foreign.name, what, "Check that the adapter is the one of this file.", code="adapter")])
    cells = Table(foreign.name, reader.columns, len(reader.lines), "csv", reader.lines)
    sheet = check_table(item_id(path.stem) or "table", cells, _document(adapter, reader))
    return Imported(FactorTable((sheet,)), dict(reader.left_out.most_common()))


def _given_values(adapter: Adapter, given: Mapping[str, Any]) -> dict[str, str]:
    """Return what was asked for and given, as texts."""
    wanted = {name: column.required_value for name, column in adapter.columns.items() if column.required_value is not None}
    problems = []
    for name, words in wanted.items():
        if name not in given:
            what = Message("The adapter asks for {name}: {words}.", name=name, words=words)
            problems.append(Problem(f"adapter {adapter.adapter}", what, Message("Give --set {name}=…", name=name), code="set"))
    for name in given:
        if name not in wanted:
            known = Message("It asks for {known}.", known=", ".join(wanted) or "nothing")
            problems.append(
                Problem(f"adapter {adapter.adapter}", Message("It does not ask for {name!r}.", name=name), known, code="set")
            )
    if problems:
        raise UsageError(problems)
    return {name: str(given[name]) for name in wanted}


def _document(adapter: Adapter, reader: _Reader) -> TableDocument:
    """Return the description of the table that is written."""
    about = adapter.table
    values = {**reader.from_header, **reader.given}
    source = about.source.model_dump(exclude={"key"}, exclude_none=True)
    source["title"] = re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), source["title"])
    left_out = "; ".join(f"{count} rows: {reason}" for reason, count in reader.left_out.most_common(20))
    counts = Message("Left out: {counts}.", counts=left_out) if left_out else ""
    note = sentences(TranslatedText(about.note.text(), about.note.text("zh")) if about.note else "", counts)
    return TableDocument(
        title=adapter.title,
        licence=about.licence,
        redistributable=about.redistributable,
        attribution=about.attribution,
        note=LocalizedText(en=str(note), zh=note.localized("zh")) if note else None,
        sources={about.source.key: Source(**source)},
    )


class _LeftOutError(Exception):
    """A row that is not taken over, with the reason."""


@dataclass
class _Reader:
    """Rows of ours made of rows of theirs.

    Attributes
    ----------
    foreign : ForeignTable
        The table of others.
    adapter : Adapter
        The mapping.
    given : mapping of str to str
        What was given with `--set`.
    """

    foreign: ForeignTable
    adapter: Adapter
    given: Mapping[str, str]
    left_out: Counter[str] = field(default_factory=Counter)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    from_header: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find every column that the adapter names; all that are missing are reported together."""
        self.places: dict[str, int] = {}
        problems: list[Problem] = []
        value = self.adapter.columns["value"]
        for name in dict.fromkeys(self._named()):
            try:
                self.places[name] = self.foreign.position(name)
            except FactorError as error:
                problems += error.problems
        try:
            if value.header is not None:
                self.value_place, self.from_header = self.foreign.column_like(value.header)
            elif value.under is not None:
                self.value_place = self.foreign.column_under(value.under)
            else:
                self.value_place = self.places.get(value.column or "", -1)
        except FactorError as error:
            problems += error.problems
        if problems:
            raise FactorError(problems)
        self.used = {*self.places.values(), self.value_place}
        self.columns = {name: [] for name in (*self.adapter.columns, "source", "licence", "redistributable")}

    def _named(self) -> list[str]:
        columns = self.adapter.columns.values()
        named = [name for column in columns for name in (column.column, column.per, *(column.join or ())) if name]
        return [*self.adapter.keep, *named]

    def add(self, line: int, row: Row) -> None:
        """Add a row, or count why it is left out; a formula without a stored value is a problem of either."""
        unread = {place: problem for place in sorted(self.used) if (problem := self.foreign.unread.get((line, place)))}
        try:
            cells = self._cells(row)
        except _LeftOutError as reason:
            self.left_out[str(reason)] += 1
            self.problems += [problem for place, problem in unread.items() if place not in row]
            return
        self.problems += unread.values()
        table = self.adapter.table
        cells |= {"source": table.source.key, "licence": table.licence, "redistributable": str(table.redistributable).lower()}
        for name, column in self.columns.items():
            column.append(cells[name])
        self.lines.append(line)

    def _cells(self, row: Row) -> dict[str, Any]:
        for name, values in self.adapter.keep.items():
            text = self._text(row, name)
            if text not in values:
                raise _LeftOutError(f"{name} = {text or 'empty'}")
        unit = self._column("unit", self.adapter.columns["unit"], row)
        cells: dict[str, Any] = {"unit": f"kgCO2e/({unit})" if any(sign in unit for sign in "*/ ^") else f"kgCO2e/{unit}"}
        size = self._size(row)
        cells["value"] = self._number(row.get(self.value_place, "")) / size
        for name, column in self.adapter.columns.items():
            if name not in cells:
                text = self._column(name, column, row)
                cells[name] = self._amount(text, size if name in PER_UNIT else 1) if name in NUMBERS else text
        cells["region"] = region_of_others(cells["region"]) or cells["region"]
        return cells

    def _text(self, row: Row, column: str) -> str:
        return cell_text(row.get(self.places[column], "")).strip()

    def _column(self, name: str, column: AdapterColumn, row: Row) -> str:
        text = self._origin(name, column, row)
        if column.pattern is not None:
            match = re.search(column.pattern, text)
            if match is None:
                raise _LeftOutError(f"{name} = {text or 'empty'}")
            text = (match[1] if match.re.groups else match[0]) or ""
        if column.words is not None and text not in column.words and column.otherwise is None:
            raise _LeftOutError(f"{name} = {text or 'empty'}")
        if column.words is not None or column.otherwise is not None:
            text = (column.words or {}).get(text, text if column.otherwise == SAME else column.otherwise or "")
        text = item_id(text) if column.id else text
        return escape_controls(column.prefix + text) if text or column.text is not None else ""

    def _origin(self, name: str, column: AdapterColumn, row: Row) -> str:
        if column.text is not None:
            return column.text
        if column.required_value is not None:
            return self.given[name]
        if column.from_header is not None:
            return self.from_header.get(column.from_header, "")
        if column.join is not None:
            return column.joined_with.join(text for each in column.join if (text := self._text(row, each)))
        return self._text(row, column.column or "")

    def _size(self, row: Row) -> float:
        """Return by what the amounts of a row are divided."""
        per = self.adapter.columns["value"].per
        if per is None:
            return 1
        size = abs(self._number(row.get(self.places[per], "")))
        if size == 0:
            raise _LeftOutError(f"{per} = 0")
        return size

    def _amount(self, text: str, size: float) -> float | str:
        """Return a number that stands with the value; the check of the table refuses a text that is none, with its place."""
        number = self._parse_number(text)
        if math.isfinite(number):
            return number / size
        if "." in text and self.adapter.read.decimal == ",":  # the check of the table would read the point
            raise _LeftOutError("no number")
        return text

    def _number(self, cell: Any) -> float:
        number = self._parse_number(cell)
        if not math.isfinite(number):
            raise _LeftOutError("no number")
        return number

    def _parse_number(self, cell: Any) -> float:
        """Return the number of a cell by the decimal sign of the table; NaN if it is none."""
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return float(cell)
        text = cell_text(cell).strip()
        if self.adapter.read.decimal == ",":  # a point would be one of thousands, or a slip: nobody knows
            text = "" if "." in text else "".join(text.split()).replace(",", ".")
        number = float(text) if _NUMBER.fullmatch(text) else math.nan
        return math.nan if number == 0 and is_too_small(text) else number
