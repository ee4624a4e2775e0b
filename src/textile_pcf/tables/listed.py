"""Rows of one product, or of several, written as mappings: YAML, JSON or plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.strict_yaml import Document
from textile_pcf.tables.shape import Header, Table, plain
from textile_pcf.units import nearest

FORM = "Write {product: ID, rows: [{stage: ..., flow: ..., amount: ...}]}."


def from_document(document: Document, header: Header, error: type[PcfError]) -> Table:
    """Table of `{product: ID, rows: [{...}]}` or a list of such; a row may name its product itself."""
    single = isinstance(document.data, Mapping)
    entries = {(): document.data} if single else {(number,): entry for number, entry in enumerate(document.data)}
    problems: list[Problem] = []
    rows: list[dict[str, Any]] = []
    paths: list[tuple[Any, ...]] = []
    for path, entry in entries.items():
        given = _given(document, path, entry, problems)
        product = {"product": plain(entry["product"])} if given and "product" in entry else {}
        for number, row in enumerate(given):
            here = (*path, "rows", number)
            if wrong := _wrong(document, here, row, header):
                problems += wrong
                continue
            rows.append(product | {header.name(key): plain(value) for key, value in row.items()})
            paths.append(here)
    if not rows and not problems:
        problems.append(Problem(document.place(), "There are no rows.", FORM, code="no-rows"))
    if problems:
        raise error(problems)
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name, "") for row in rows] for name in names}
    lines = [document.line(path) for path in paths] if document.lines else range(len(rows))
    return Table(document.name, columns, len(rows), "yaml", lines, document=document, paths=paths)


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
        if isinstance(value, Mapping | list | tuple | set):
            what = "A list or mapping stands in a cell."
            wrong.append(Problem(document.place((*here, key)), what, "Write a text or a number.", code="cell"))
    return wrong
