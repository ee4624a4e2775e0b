"""Items that are products of the run: `product:ID`. A catalogue may have as many as products, so they stay arrow's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from textile_pcf.arrays import BoolArray
from textile_pcf.columns import ArrowStrings
from textile_pcf.factors import LINK


def find_links(items: Sequence[str]) -> BoolArray:
    """Return which items are products of the run, shape (items,)."""
    if isinstance(items, ArrowStrings):
        return items.starting_with(LINK)
    return np.array([text.startswith(LINK) for text in items], dtype=bool)


def has_links(items: Sequence[str]) -> bool:
    """Return whether any item is a product of the run; mostly none is, which is seen of all texts at once."""
    if not isinstance(items, ArrowStrings) and LINK not in "\n".join(items):
        return False
    return bool(find_links(items).any())


def linked_names(items: Sequence[str], is_link: BoolArray) -> tuple[str, ...] | ArrowStrings:
    """Return the names of the products that some items are, in their order.

    Parameters
    ----------
    items : sequence of str or ArrowStrings
    is_link : ndarray of bool, shape (items,)
        Which of them are products of the run.
    """
    chosen = np.flatnonzero(is_link)
    if isinstance(items, ArrowStrings):
        return items.take(chosen).without_prefix(len(LINK))
    return tuple(items[index].removeprefix(LINK) for index in chosen.tolist())
