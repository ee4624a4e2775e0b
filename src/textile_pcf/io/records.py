"""Rows of one product, or of several, written as mappings: YAML, JSON or plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from operator import itemgetter, methodcaller
from typing import Any

import numpy as np

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.strict_yaml import Document
from textile_pcf.io.table import Header, Table, clean_cell
from textile_pcf.suggest import nearest

MAPPING = (dict, Mapping)  # the common one first: it is looked for much faster
NO_CELL = (Mapping, list, tuple, set)
PLAIN = {str, float, int, type(None)}  # kinds of cells of which equal ones are the same text
SMALL, KEPT = 1_000, 32  # forms that are remembered: of tables of so many rows, and how many
FORM = "Write {product: ID, rows: [{stage: ..., flow: ..., amount: ...}]}."


def from_document(document: Document, header: Header, error: type[PcfError]) -> Table:
    """Table of `{product: ID, rows: [{...}]}` or a list of such; a row may name its product itself."""
    single = isinstance(document.data, MAPPING)
    entries = {(): document.data} if single else {(number,): entry for number, entry in enumerate(document.data)}
    problems: list[Problem] = []
    rows: list[Any] = []
    products: list[Any] = []
    named = False
    homes: list[tuple[tuple[Any, ...], int]] = []
    for path, entry in entries.items():
        given = _given(document, path, entry, problems)
        rows += given
        named |= bool(given) and "product" in entry
        products += [clean_cell(entry.get("product", ""))] * len(given) if given else []
        homes += [(path, len(given))]
    columns = _columns(rows, products if named else [], header)
    paths = (
        [(*path, "rows", number) for path, count in homes for number in range(count)] if document.lines or not columns else []
    )
    if not columns:
        problems += (wrong for path, row in zip(paths, rows, strict=True) for wrong in _wrong(document, path, row, header))
    if not rows and not problems:
        problems.append(Problem(document.place(), "There are no rows.", FORM, code="no-rows"))
    if problems:
        raise error(problems)
    lines = [document.line(path) for path in paths] if document.lines else range(len(rows))
    return Table(document.name, columns, len(rows), "yaml", lines, document=document, paths=paths)


def _columns(rows: list[Any], products: list[Any], header: Header) -> Mapping[str, list[Any]]:
    """Cells of each column, "" where a row does not have it; nothing where a row is none, or a column or a cell is wrong."""
    values: Any = dict.values
    if (types := set(map(type, rows))) != {dict}:
        if not all(issubclass(kind, Mapping) for kind in types):
            return {}
        values = methodcaller("values")
    keys, widths = tuple(chain.from_iterable(rows)), tuple(map(len, rows))
    told = list(chain.from_iterable(map(values, rows)))
    kinds = set(map(type, told))
    find = record_layout if len(rows) <= SMALL else record_layout.__wrapped__  # what is remembered stays small
    form = find(keys, widths, bool(products), header)
    if form is None or not (kinds <= PLAIN or not any(issubclass(kind, NO_CELL) for kind in kinds)):
        return {}
    told += products
    told.append("")
    columns = RecordColumns(form, told, kinds, {"product": products} if form.products_once else {})
    if products and not kinds.issuperset(map(type, products)) and any(isinstance(cell, NO_CELL) for cell in columns["product"]):
        return {}
    return columns


@dataclass(frozen=True, eq=False)
class RecordLayout:
    """What rows of the same keys have in common: which of all their cells, one row after the other, stand in each column.

    Behind the cells stand the products of the rows, where they are told once for several, and an empty cell.
    """

    positions: Mapping[str, list[int]]
    products_once: bool
    """No row names its product itself."""

    @cached_property
    def getters(self) -> dict[tuple[str, ...], itemgetter[Any]]:
        """What takes all that is told in several columns out of the cells."""
        return {}

    def signature(self, names: tuple[str, ...], cells: list[Any]) -> tuple[Any, ...]:
        """All that is told in several columns. Where nothing is told depends on the form alone."""
        take = self.getters.get(names)
        if take is None:
            wanted = (place for name in names for place in self.positions.get(name, ()) if place < len(cells) - 1)
            take = self.getters[names] = itemgetter(*wanted, -1, -1)  # never of one place: that would be no tuple
        return tuple(take(cells))


@lru_cache(maxsize=KEPT)
def record_layout(keys: tuple[Any, ...], widths: tuple[int, ...], products: bool, header: Header) -> RecordLayout | None:
    """Where rows of these keys, so many in each row, have their cells; None where a column is unknown or told twice in a row.

    Rows of the same keys in the same order are looked at once.
    """
    names = {key: header.name(key) for key in dict.fromkeys(keys)}
    kinds: dict[tuple[Any, ...], int] = {}
    ends = np.cumsum(widths)
    start = ends - widths
    number = [kinds.setdefault(keys[a:b], len(kinds)) for a, b in zip(start.tolist(), ends.tolist(), strict=True)]
    if any(len({names[key] for key in kind}) < len(kind) for kind in kinds):
        return None
    nothing = len(keys) + len(widths) * products
    places = {"product": np.arange(len(keys), nothing)} if products else {}
    for key, name in names.items():  # a column may be known by another key in other rows, or be told of the whole product
        within = np.array([kind.index(key) if key in kind else -1 for kind in kinds])[number]
        places[name] = np.where(within >= 0, start + within, places.get(name, nothing))
    if header.known is not None and not places.keys() <= set(header.known):
        return None
    return RecordLayout(
        {name: column.tolist() for name, column in places.items()}, products and "product" not in names.values()
    )


class RecordColumns(Mapping[str, list[Any]]):
    """Columns of rows that were told as mappings; a column is cut out of the cells when it is first asked for."""

    def __init__(self, form: RecordLayout, cells: list[Any], kinds: set[type], cut: dict[str, list[Any]]) -> None:
        self.form, self._cells, self._kinds, self._cut = form, cells, kinds, cut

    def __getitem__(self, name: str) -> list[Any]:
        if name not in self._cut:
            self._cut[name] = _cells([*map(self._cells.__getitem__, self.form.positions[name])])
        return self._cut[name]

    def __contains__(self, name: object) -> bool:
        return name in self.form.positions

    def __iter__(self) -> Iterator[str]:
        return iter(self.form.positions)

    def __len__(self) -> int:
        return len(self.form.positions)

    def signature(self, names: tuple[str, ...]) -> tuple[object, ...] | None:
        """What tells several columns apart from those of other rows, without cutting them out.

        None where cells of these columns may be equal and yet mean something else, such as 1 and True.
        """
        told = self.form.signature(names, self._cells)
        return (self.form, told) if self._kinds <= PLAIN or set(map(type, told)) <= PLAIN else None


def _cells(cells: list[Any]) -> list[Any]:
    """Cells as they are kept; columns of one kind are common."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return list(map(str.strip, cells))
    if kinds <= {float, int}:
        return cells
    if kinds <= {str, float, int}:
        return [cell.strip() if type(cell) is str else cell for cell in cells]
    return list(map(clean_cell, cells))


def _given(document: Document, path: tuple[Any, ...], entry: Any, problems: list[Problem]) -> list[Any]:
    """The rows of one entry."""
    if not isinstance(entry, MAPPING):
        problems.append(Problem(document.place(path), "This is not a product with rows.", FORM, code="row"))
        return []
    for key in entry:
        if key not in ("product", "rows"):
            near = nearest(str(key), ("product", "rows"))
            cure = f"Did you mean {near!r}?" if near else FORM
            what = f"{key!r} is not known here."
            problems.append(Problem(document.place((*path, key)), what, cure, code="unknown-column"))
    product = entry.get("product", "P")
    if clean_cell(product) == "" or (type(product) is not str and isinstance(product, Mapping | list | tuple)):
        problems.append(Problem(document.place((*path, "product")), "The product has no id.", FORM, code="row"))
    given = entry.get("rows")
    if not isinstance(given, (list, tuple)) or not given:
        problems.append(Problem(document.place((*path, "rows")), "There are no rows.", FORM, code="no-rows"))
        return []
    return list(given)


def _wrong(document: Document, here: tuple[Any, ...], row: Any, header: Header) -> list[Problem]:
    """What is wrong with the shape of one row."""
    if not isinstance(row, Mapping):
        cure = "Write {stage: ..., flow: ..., amount: ...}."
        return [Problem(document.place(here), "This is not a row.", cure, code="row")]
    keys = list(row)
    if header.known is None or not set(keys) <= set(header.known):
        wrong = header.problems(keys, lambda column: document.place((*here, keys[column])))
    else:
        wrong = []
    for key, value in row.items():
        if isinstance(value, NO_CELL):
            what = "A list or mapping stands in a cell."
            wrong.append(Problem(document.place((*here, key)), what, "Write a text or a number.", code="cell"))
    return wrong
