"""Names of products that a reader takes for one, and that are different products."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from textile_pcf.columns import ArrowStrings

UNSEEN = dict.fromkeys(map(ord, " \t\n\r\u00a0\u200b\u200c\u200d\u2060\ufeff"))
"""Spaces, and signs that have no width."""

FIRST_SIGN, FIRST_SMALL = ord("!"), ord("a")


def similar_names(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the names that differ only in capitals, in spaces, or in the width of their letters, as groups.

    Parameters
    ----------
    names : sequence of str
        Different names.

    Returns
    -------
    list of tuple of str
        In the order of the names.

    Examples
    --------
    >>> similar_names(["P-1", "Q", "p-1", "Ｐ-1", "P -1"]), similar_names(["P-1", "P-2"])
    ([('P-1', 'p-1', 'Ｐ-1', 'P -1')], [])
    """
    if len(names) < 2 or _are_plain(names):
        return []
    folded = _comparison_keys(names)
    if len(set(folded)) == len(names):
        return []
    groups: dict[str, list[str]] = {}
    for name, plain in zip(names, folded, strict=True):
        groups.setdefault(plain, []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _are_plain(names: Sequence[str]) -> bool:
    """Return whether names hold no small letter, space or letter beyond ASCII, as SKU codes: different ones look different.

    Texts of a catalogue stay arrow's, whose bytes are looked at.
    """
    if not isinstance(names, ArrowStrings):
        return False
    letters, _ = names.bytes()
    return letters.size > 0 and bool(letters.min() >= FIRST_SIGN and letters.max() < FIRST_SMALL)


def _comparison_keys(names: Sequence[str]) -> list[str]:
    """Return each name as it is compared; all at once, because a catalogue has very many."""
    text = "\0".join(names)
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    folded = text.translate(UNSEEN).casefold().split("\0")
    return folded if len(folded) == len(names) else list(names)  # a name with this character is compared as it is
