"""Structures of small tables that were seen before: a mill sends the same rows again and again, with other amounts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import PATTERN_COLUMNS
from textile_pcf.activity.structure import Structure
from textile_pcf.columns import cell_text
from textile_pcf.io.records import PLAIN, RecordColumns
from textile_pcf.io.safe_text import with_control
from textile_pcf.rules import RuleSet

ROWS = 1_000  # tables of more rows are looked at anew: there the work on rows counts, not that on their structure
KEPT = 256
LINK = "product:"


@lru_cache(maxsize=32)
def structure_cache(rules: RuleSet) -> dict[tuple[Any, ...], Structure]:
    """Structures under a rule by what tells them; only of rows that were found sound and complete."""
    return {}


def table_signature(cells: ActivityColumns) -> tuple[tuple[Any, ...], tuple[str, ...]] | None:
    """What tells tables of the same rows, and the products; None for tables that are large or odd."""
    table = cells.table
    if table.rows > ROWS or cells.problems or table.made_for or cells.units is not None:
        return None
    columns = table.columns
    product, told = columns["product"], _told(columns)
    if told is None or type(product) is not list:
        return None
    products = dict.fromkeys(product, 0)
    if len(products) > 1:
        for number, name in enumerate(products):
            products[name] = number
    names = tuple(map(cell_text, products))
    if "" in names or len(set(names)) < len(names) or with_control(names):
        return None
    of_products = tuple(map(products.__getitem__, product)) if len(names) > 1 else len(product)
    empty = np.isnan(cells.numbers["amount"])
    return (of_products, empty.tobytes() if np.count_nonzero(empty) else b"", told), names


def _told(columns: Mapping[str, Any]) -> tuple[object, ...] | None:
    """What tells the texts of columns from those of other tables."""
    if isinstance(columns, RecordColumns):
        return columns.signature(PATTERN_COLUMNS)
    told = [columns.get(name) for name in PATTERN_COLUMNS]
    if not all(column is None or (type(column) is list and set(map(type, column)) <= PLAIN) for column in told):
        return None
    return tuple(None if column is None else tuple(column) for column in told)


def keep_structure(rules: RuleSet, key: tuple[Any, ...], cells: ActivityColumns, structure: Structure) -> None:
    """Remember a structure for the next table of the same rows; not of products that link to one another by name."""
    if any(text.startswith(LINK) for text in cells.texts["item"].categories):
        return
    known = structure_cache(rules)
    if len(known) >= KEPT:
        known.clear()
    known[key] = structure
