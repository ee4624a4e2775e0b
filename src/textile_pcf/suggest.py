"""Suggest the known name that is most similar to what somebody wrote: every "Did you mean ...?"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST, DEEPEST, HIGHEST_POWER, MOST_ZEROS = 64, 4, 4, 30  # limits of a unit text, so that no text costs much time


def nearest(text: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name most similar to a text.

    A name that differs in capitals only comes first, then the closest spelling.

    Parameters
    ----------
    text : str
        What somebody wrote.
    known : iterable of str
        Names to choose from.
    cutoff : float
        Least similarity, 0 to 1, as of `difflib.get_close_matches`.

    Returns
    -------
    str or None
        None if no name is similar enough.

    Examples
    --------
    >>> nearest("Elektricity", ["steam", "electricity"]), nearest("kwh", ["kW", "kWh"]), nearest("xyz", ["steam"])
    ('electricity', 'kWh', None)
    """
    by_folded: dict[str, str] = {}
    for name in known:
        if name == text:
            return name
        by_folded.setdefault(name.casefold(), name)
    folded = text[:LONGEST].strip().casefold()
    matches = [folded] if folded in by_folded else get_close_matches(folded, by_folded, n=1, cutoff=cutoff)
    return by_folded[matches[0]] if matches else None
