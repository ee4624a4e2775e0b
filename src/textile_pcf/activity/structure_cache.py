"""Cache of the structures of small tables: the same rows often return with other amounts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.relabelling import UNLABELLED, KnownRows, known_rows, relabel
from textile_pcf.activity.row_labels import LabelCache
from textile_pcf.activity.row_patterns import PATTERN_COLUMNS
from textile_pcf.activity.structure import Structure
from textile_pcf.columns import cell_text
from textile_pcf.factors import LINK
from textile_pcf.io.records import PLAIN_TYPES, RecordColumns
from textile_pcf.io.safe_text import find_controls
from textile_pcf.rules import RuleSet

MAX_ROWS = 1_000  # in larger tables the time goes into rows, not into their structure
MAX_CACHED = 256  # structures per rule
MAX_KNOWN = 64  # of them, structures per rule that others are made from
SIGNED_TEXTS = (*UNLABELLED, *(name for name in PATTERN_COLUMNS if name not in UNLABELLED))
"""Columns of which the cells are signed; those that decide where rows belong first."""
SIGNED = frozenset((*SIGNED_TEXTS, "product", "amount"))
"""Columns that are part of the signature: tables with one signature differ in names of products and amounts only."""


class StructureCache:
    """Structures of small tables of one rule, whose rows are valid and complete, by the signature of their table.

    A product whose rows were seen before takes a seventh of the time, because only its amounts are checked
    (`tests/benchmarks/small.py`, `one_product`). One whose rows differ from others seen before only in units, items, regions
    and years takes their structure with other labels (`relabelling`), a third of the time of one built from nothing.

    Attributes
    ----------
    known : dict
        Rows that others are made from, by their signature without labels.
    """

    def __init__(self, rules: RuleSet) -> None:
        self._labels = LabelCache(rules)
        self._structures: dict[tuple[object, ...], Structure] = {}
        self._complete: set[Structure] = set()  # found by identity, while a signature is hashed cell by cell
        self.known: dict[tuple[object, ...], KnownRows] = {}

    def __len__(self) -> int:
        return len(self._structures)

    def __contains__(self, structure: Structure) -> bool:
        """Whether the structure is cached, so that its rows are known to be complete."""
        return structure in self._complete

    def get(self, signature: tuple[Any, ...] | None, cells: ActivityColumns) -> Structure | None:
        """Return the structure of a table; None if neither it nor one that differs only in labels is cached.

        Parameters
        ----------
        signature : tuple, or None
            See `table_signature`.
        cells : ActivityColumns
            The table.

        Returns
        -------
        Structure or None
        """
        if signature is None:
            return None
        if (structure := self._structures.get(signature)) is not None:
            return structure
        known = self.known.get(_without_labels(signature, cells))
        relabelled = None if known is None else relabel(known, cells, self._labels, signature)
        return None if relabelled is None else self._keep(relabelled)

    def put(self, structure: Structure, cells: ActivityColumns) -> None:
        """Cache a complete structure that has a signature, unless products are linked to one another by name.

        Parameters
        ----------
        structure : Structure
        cells : ActivityColumns
            The table that it was built from.
        """
        if structure.signature is None or any(text.startswith(LINK) for text in cells.texts["item"].categories):
            return
        if (known := known_rows(self._keep(structure), cells, self._labels)) is not None:
            if len(self.known) >= MAX_KNOWN:
                self.known.clear()
            self.known[_without_labels(structure.signature, cells)] = known

    def _keep(self, structure: Structure) -> Structure:
        """Cache a structure; a full cache is emptied first."""
        assert structure.signature is not None
        if len(self._complete) >= MAX_CACHED:
            self._structures.clear()
            self._complete.clear()
        self._structures[structure.signature] = structure
        self._complete.add(structure)
        return structure


@lru_cache(maxsize=32)
def structure_cache(rules: RuleSet) -> StructureCache:
    """Return the cache of structures of a rule, empty at first.

    Parameters
    ----------
    rules : RuleSet

    Returns
    -------
    StructureCache
    """
    return StructureCache(rules)


def table_signature(cells: ActivityColumns) -> tuple[tuple[Any, ...], tuple[str, ...]] | None:
    """Return a signature that tables have in common if they differ only in product names and amounts.

    Parameters
    ----------
    cells : ActivityColumns

    Returns
    -------
    tuple of (tuple, tuple of str), or None
        Signature and product names. None for tables that are not cached: large ones, ones with problems, template workbooks,
        ones with units in their amounts, and ones whose cells are not plain texts and numbers.
    """
    table = cells.table
    if table.rows > MAX_ROWS or cells.problems or table.template_rule or cells.units is not None:
        return None
    columns = table.columns
    product, texts = columns["product"], _text_signature(columns)
    if texts is None or type(product) is not list or not product:
        return None
    one_product = product.count(product[0]) == len(product)  # mostly the same object in all rows, which is seen at once
    products = dict.fromkeys(product[:1] if one_product else product, 0)
    if len(products) > 1:
        for number, name in enumerate(products):
            products[name] = number
    names = tuple(map(cell_text, products))
    if "" in names or len(set(names)) < len(names) or find_controls(names):
        return None
    product_codes = tuple(map(products.__getitem__, product)) if len(names) > 1 else len(product)
    return (product_codes, np.isnan(cells.numbers["amount"]).tobytes(), texts), names


def _without_labels(signature: tuple[Any, ...], cells: ActivityColumns) -> tuple[object, ...]:
    """Return what the signature of a table has in common with those of tables with other labels.

    A row may leave out the key of a label that is empty: rows with and without it belong to the same places.
    """
    product_codes, empty, (_, texts) = signature
    known = cells.table.columns.keys()
    names = tuple([name for name in UNLABELLED if name in known])
    return product_codes, empty, names, texts[: len(names) * cells.rows]


def _text_signature(columns: Mapping[str, Any]) -> tuple[object, tuple[Any, ...]] | None:
    """Return the columns that are there and their cells, one column after the other; None if some cells are not plain."""
    if isinstance(columns, RecordColumns):
        return columns.signature(SIGNED_TEXTS)
    names = tuple(name for name in SIGNED_TEXTS if name in columns)
    if not all(type(columns[name]) is list and set(map(type, columns[name])) <= PLAIN_TYPES for name in names):
        return None
    return names, tuple(chain.from_iterable(columns[name] for name in names))
