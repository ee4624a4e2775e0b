"""Rows of one product, or of several, written as mappings: YAML, JSON or plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.strict_yaml import Document
from textile_pcf.tables.shape import Header, Table, plain
from textile_pcf.units import nearest

NO_CELL = (Mapping, list, tuple, set)
FORM = "Write {product: ID, rows: [{stage: ..., flow: ..., amount: ...}]}."


def from_document(document: Document, header: Header, error: type[PcfError]) -> Table:
    """Table of `{product: ID, rows: [{...}]}` or a list of such; a row may name its product itself."""
    single = isinstance(document.data, Mapping)
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
        products += [entry.get("product", "")] * len(given) if given else []
        homes += [(path, len(given))]
    columns = _columns(rows, products if named else [], header) if _mappings(rows) else {}
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


def _mappings(rows: list[Any]) -> bool:
    """Whether all rows are mappings; those of one type are looked at once."""
    return all(issubclass(kind, Mapping) for kind in set(map(type, rows)))


def _columns(rows: list[Mapping[Any, Any]], products: list[Any], header: Header) -> dict[str, list[Any]]:
    """Cells of each column, "" where a row does not have it; nothing where a column or a cell is wrong.

    Rows of the same keys are looked at once.
    """
    forms = dict.fromkeys(map(tuple, rows))
    names = {key: header.name(key) for keys in forms for key in keys}
    if any(len({names[key] for key in keys}) < len(keys) for keys in forms):
        return {}
    columns: dict[str, list[Any]] = {"product": products} if products else {}
    for key, name in names.items():
        if name in columns:  # by another key in other rows, or of the whole product
            columns[name] = [row.get(key, cell) for row, cell in zip(rows, columns[name], strict=True)]
        else:
            columns[name] = [row.get(key, "") for row in rows]
    if header.known is not None and not columns.keys() <= set(header.known):
        return {}
    kinds = [set(map(type, cells)) for cells in columns.values()]
    if any(issubclass(kind, NO_CELL) for kind in set().union(*kinds)):
        return {}
    return {name: _cells(cells, kind) for (name, cells), kind in zip(columns.items(), kinds, strict=True)}


def _cells(cells: list[Any], kinds: set[type]) -> list[Any]:
    """Cells as they are kept; columns of one kind are common."""
    if kinds == {str}:
        return list(map(str.strip, cells))
    if kinds <= {str, float, int}:
        return [cell.strip() if type(cell) is str else cell for cell in cells]
    return list(map(plain, cells))


def _given(document: Document, path: tuple[Any, ...], entry: Any, problems: list[Problem]) -> list[Any]:
    """The rows of one entry."""
    if not isinstance(entry, Mapping):
        problems.append(Problem(document.place(path), "This is not a product with rows.", FORM, code="row"))
        return []
    for key in entry:
        if key not in ("product", "rows"):
            near = nearest(str(key), ("product", "rows"))
            cure = f"Did you mean {near!r}?" if near else FORM
            what = f"{key!r} is not known here."
            problems.append(Problem(document.place((*path, key)), what, cure, code="unknown-column"))
    if "product" in entry and (plain(entry["product"]) == "" or isinstance(entry["product"], Mapping | list | tuple)):
        problems.append(Problem(document.place((*path, "product")), "The product has no id.", FORM, code="row"))
    given = entry.get("rows")
    if not isinstance(given, list | tuple) or not given:
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
