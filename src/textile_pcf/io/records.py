"""Rows of one or several products, written as mappings in YAML, JSON or Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from numbers import Number
from operator import itemgetter, methodcaller
from typing import Any, NamedTuple

import numpy as np

from textile_pcf._frozen import cached_property
from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.strict_yaml import Document, DocumentPath
from textile_pcf.io.table import Header, Table, clean_cell
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean

MAPPING_TYPES = (dict, Mapping)
"""`isinstance` is much faster for dict, which comes first."""
NOT_A_CELL = (Mapping, list, tuple, set)
PLAIN_TYPES = {str, float, int, type(None)}
"""Types of cells that mean the same text if they are equal; `True == 1` is not such a case."""
MAX_CACHED_ROWS, MAX_CACHED_LAYOUTS = 1_000, 32
"""Layouts are cached for tables of up to so many rows; number of cached layouts."""
EXPECTED = "Write {product: ID, rows: [{stage: ..., flow: ..., amount: ...}]}."


class _Entry(NamedTuple):
    """One `{product:, rows:}` mapping, or a list of rows, with the path of its rows in the document."""

    path: DocumentPath
    rows: Sequence[Any]
    product: Any
    names_product: bool


def from_document(document: Document, header: Header, error: type[PcfError]) -> Table:
    """Convert a document of rows.

    Parameters
    ----------
    document : Document
        `{product: ID, rows: [{...}]}`, a list of such mappings, or a list of rows. A row may name its product itself.
    header : Header
        The known columns.
    error : type of PcfError
        Class of the error to raise.

    Returns
    -------
    Table
        Its columns are cut out of the cells when they are first used, see `RecordColumns`.

    Raises
    ------
    error
        With every entry, row or cell of a wrong type and every unknown or duplicated column.
    """
    problems: list[Problem] = []
    entries = _entries(document, header, problems)
    rows: list[Any] = []
    products: list[Any] = []
    names_products = False
    for entry in entries:
        rows += entry.rows
        products += [entry.product] * len(entry.rows)
        names_products = names_products or entry.names_product
    columns = _columns(rows, products if names_products else [], header)
    paths: list[DocumentPath] = []
    if document.lines or columns is None:
        paths = [(*entry.path, number) for entry in entries for number in range(len(entry.rows))]
    if columns is None:
        columns = {}
        problems += chain.from_iterable(
            _row_problems(document, path, row, header) for path, row in zip(paths, rows, strict=True)
        )
    if not rows and not problems:
        problems.append(Problem(document.location(), "There are no rows.", "Give at least one row.", code="no-rows"))
    if problems:
        raise error(problems)
    lines = [document.line(path) for path in paths] if document.lines else range(len(rows))
    return Table(document.name, columns, len(rows), "yaml", lines, document=document, paths=paths)


def _entries(document: Document, header: Header, problems: list[Problem]) -> list[_Entry]:
    """Return all entries of a document; problems are appended."""
    if isinstance(document.data, MAPPING_TYPES):
        return [_entry(document, (), document.data, problems)]
    if document.data and all(_is_row(entry, header) for entry in document.data):
        return [_Entry((), list(document.data), "", names_product=False)]
    return [_entry(document, (number,), entry, problems) for number, entry in enumerate(document.data)]


def _is_row(entry: Any, header: Header) -> bool:
    """Whether an entry of a list is a row itself: it has no `rows`, and another known column than `product`."""
    if not isinstance(entry, MAPPING_TYPES) or "rows" in entry or header.known is None:
        return False
    return any(isinstance(key, str) and key != "product" and header.name(key) in header.known for key in entry)


def _entry(document: Document, path: DocumentPath, entry: Any, problems: list[Problem]) -> _Entry:
    """Return one entry, without rows if it has none; problems are appended."""
    if not isinstance(entry, MAPPING_TYPES):
        problems.append(Problem(document.location(path), "This is not a product with rows.", EXPECTED, code="row"))
        return _Entry(path, [], "", names_product=False)
    for key in entry:
        if key not in ("product", "rows"):
            cure = did_you_mean(str(key), ("product", "rows"), EXPECTED)
            what = Message("{key!r} is not known here.", key=key)
            problems.append(Problem(document.location((*path, key)), what, cure, code="unknown-column"))
    names_product, written = "product" in entry, entry.get("product", "")
    is_cell = type(written) is str or _is_cell_type(type(written))
    product = clean_cell(written) if is_cell else ""
    if not is_cell or (names_product and product == ""):
        where = document.location((*path, "product"))
        problems.append(Problem(where, "The product has no id.", EXPECTED, code="row"))
    rows = entry.get("rows")
    if not isinstance(rows, (list, tuple)) or not rows:
        is_table = isinstance(rows, list | tuple) and not names_product
        cure = "Give at least one row." if is_table else EXPECTED
        problems.append(Problem(document.location((*path, "rows")), "There are no rows.", cure, code="no-rows"))
        return _Entry(path, [], "", names_product=False)
    return _Entry((*path, "rows"), rows, product, names_product)


def _is_cell_type(kind: type) -> bool:
    """Whether a type can be that of a cell: no collection, no array or column, nothing that cannot be a key.

    Other numbers than those of tables, such as complex ones, are none: they equal floats, and would be taken for them.
    """
    if issubclass(kind, np.generic) or hasattr(kind, "unit_items"):  # a number of numpy, a quantity of pint
        return not issubclass(kind, np.complexfloating)
    if issubclass(kind, Number):
        return issubclass(kind, int | float | Decimal)
    return not issubclass(kind, NOT_A_CELL) and not hasattr(kind, "__array__") and kind.__hash__ is not None


def _columns(rows: list[Any], products: list[Any], header: Header) -> Mapping[str, list[Any]] | None:
    """Return the columns, or None if a row, column or cell is wrong.

    `products` holds the product of each row as its entry names it; it is empty if no entry does.
    """
    values: Any = dict.values
    if (row_types := set(map(type, rows))) != {dict}:
        if not all(issubclass(row_type, Mapping) for row_type in row_types):
            return None
        values = methodcaller("values")
    keys, widths = tuple(chain.from_iterable(rows)), tuple(map(len, rows))
    cells = list(chain.from_iterable(map(values, rows)))
    types = set(map(type, cells))
    find_layout = record_layout if len(rows) <= MAX_CACHED_ROWS else record_layout.__wrapped__
    layout = find_layout(keys, widths, bool(products), header)
    if layout is None or not (types <= PLAIN_TYPES or all(map(_is_cell_type, types))):
        return None
    cells += products
    cells.append("")
    return RecordColumns(layout, cells, types, {"product": products} if layout.products_from_entries else {})


@dataclass(frozen=True, eq=False)
class RecordLayout:
    """Where the cells of each column are, for all tables whose rows have the same keys.

    The cells are those of all rows, one row after the other, then the product of each row as its entry names it (if any does),
    then one empty cell.

    Attributes
    ----------
    positions : mapping
        Index of each column's cell in every row, lists of shape (rows,).
    products_from_entries : bool
        No row names its product itself.
    """

    positions: Mapping[str, list[int]]
    products_from_entries: bool

    @cached_property
    def getters(self) -> dict[tuple[str, ...], itemgetter[Any]]:
        """Item getters for the given columns, cached by column names."""
        return {}

    def new_getter(self, names: tuple[str, ...]) -> itemgetter[Any]:
        """Return the item getter of all cells of the given columns that are there, one column after the other."""
        indices = (index for name in names for index in self.positions.get(name, ()))
        getter = self.getters[names] = itemgetter(*indices, -1, -1)  # itemgetter of one index would return no tuple
        return getter


@lru_cache(maxsize=MAX_CACHED_LAYOUTS)
def record_layout(keys: tuple[Any, ...], widths: tuple[int, ...], products: bool, header: Header) -> RecordLayout | None:
    """Map each column to the positions of its cells.

    Parameters
    ----------
    keys : tuple
        Keys of all rows, one row after the other.
    widths : tuple of int
        Number of keys of each row, shape (rows,).
    products : bool
        Whether the entries name products.
    header : Header
        The known columns.

    Returns
    -------
    RecordLayout or None
        None if a key is unknown or a column occurs twice in one row.
    """
    names = {key: header.name(key) for key in dict.fromkeys(keys)}
    patterns: dict[tuple[Any, ...], int] = {}  # distinct sequences of keys in a row
    ends = np.cumsum(widths)
    starts = ends - widths
    pattern = [patterns.setdefault(keys[a:b], len(patterns)) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    if any(len({names[key] for key in row_keys}) < len(row_keys) for row_keys in patterns):
        return None
    empty = len(keys) + len(widths) * products
    positions = {"product": np.arange(len(keys), empty)} if products else {}
    for key, name in names.items():  # other rows may have another key for the column, or the product of their entry
        in_row = np.array([row_keys.index(key) if key in row_keys else -1 for row_keys in patterns])[pattern]
        positions[name] = np.where(in_row >= 0, starts + in_row, positions.get(name, empty))
    if header.known is not None and not positions.keys() <= set(header.known):
        return None
    from_entries = products and "product" not in names.values()
    return RecordLayout({name: column.tolist() for name, column in positions.items()}, from_entries)


class RecordColumns(Mapping[str, list[Any]]):
    """Columns of rows that were written as mappings; each is cut out of the cells when it is first used.

    Parameters
    ----------
    layout : RecordLayout
        Positions of the cells of each column.
    cells : list
        All cells in the order of `RecordLayout`.
    types : set of type
        Types of the cells of the rows.
    columns : dict
        Columns that are known already.
    """

    def __init__(self, layout: RecordLayout, cells: list[Any], types: set[type], columns: dict[str, list[Any]]) -> None:
        self.layout, self._cells, self._types, self._columns = layout, cells, types, columns

    def __getitem__(self, name: str) -> list[Any]:
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = _clean_column([*map(self._cells.__getitem__, self.layout.positions[name])])
        return column

    def __contains__(self, name: object) -> bool:
        return name in self.layout.positions

    def __iter__(self) -> Iterator[str]:
        return iter(self.layout.positions)

    def __len__(self) -> int:
        return len(self.layout.positions)

    def keys(self) -> KeysView[str]:
        """Return the names of the columns, which are compared without a call of Python for each."""
        return self.layout.positions.keys()

    def plain(self, name: str) -> list[Any]:
        """Return the cells of a column as they were written if they are plain texts and numbers, else as `Table` has them."""
        if self._types <= PLAIN_TYPES:
            return [*map(self._cells.__getitem__, self.layout.positions[name])]
        return self[name]

    def signature(self, names: tuple[str, ...]) -> tuple[object, tuple[Any, ...]] | None:
        """Return a key that is equal for equal contents of the given columns, without cutting them out.

        Parameters
        ----------
        names : tuple of str
            Names of the columns.

        Returns
        -------
        tuple or None
            None if equal cells may mean different things, such as 1 and True.
        """
        getter = self.layout.getters.get(names) or self.layout.new_getter(names)
        cells = getter(self._cells)
        return (self.layout, cells) if self._types <= PLAIN_TYPES or set(map(type, cells)) <= PLAIN_TYPES else None


def plain_cells(columns: Mapping[str, Any], name: str) -> Any:
    """Return the cells of a column; of rows that were written as mappings without cleaning them, for who reads their texts."""
    return columns.plain(name) if isinstance(columns, RecordColumns) else columns[name]


def _clean_column(cells: list[Any]) -> list[Any]:
    """Return cells like `clean_cell`, faster for the common types."""
    types = set(map(type, cells))
    if types == {str}:
        return list(map(str.strip, cells))
    if types <= {float, int}:
        return cells
    if types <= {str, float, int}:
        return [cell.strip() if type(cell) is str else cell for cell in cells]
    return list(map(clean_cell, cells))


def _row_problems(document: Document, path: DocumentPath, row: Any, header: Header) -> Iterable[Problem]:
    """Return the problems of the shape of one row."""
    if not isinstance(row, Mapping):
        cure = "Write {stage: ..., flow: ..., amount: ...}."
        return [Problem(document.location(path), "This is not a row.", cure, code="row")]
    keys = list(row)
    problems: list[Problem] = []
    if header.known is None or not set(keys) <= set(header.known):
        problems = header.problems(keys, lambda column: document.location((*path, keys[column])))
    for key, value in row.items():
        if not _is_cell_type(type(value)):
            problems.append(Problem(document.location((*path, key)), *_no_cell(key, value), code="cell"))
    return problems


def _no_cell(column: Any, value: Any) -> tuple[str, str]:
    """Return what is wrong with a value that can be no cell, and the cure."""
    if isinstance(value, Number | np.complexfloating):
        kind = "{value!r} in column {column!r} is a {type_name}."
        return Message(kind, value=str(value)[:60], column=column, type_name=type(value).__name__), "Give a text or a number."
    return "A cell contains a list or mapping.", "Write a text or a number."
