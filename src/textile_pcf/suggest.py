"""The known name most like what somebody wrote: every "Did you mean ...?"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST, DEEPEST, HIGHEST_POWER, MOST_ZEROS = 64, 4, 4, 30  # limits of a text that is a unit and not an attack


def nearest(text: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name most like a text: the same but for capitals first, then the closest spelling; None if none is.

    Examples
    --------
    >>> nearest("Elektricity", ["steam", "electricity"]), nearest("kwh", ["kW", "kWh"]), nearest("xyz", ["steam"])
    ('electricity', 'kWh', None)
    """
    lowered: dict[str, str] = {}
    for name in known:
        if name == text:
            return name
        lowered.setdefault(name.casefold(), name)
    wanted = text[:LONGEST].strip().casefold()
    found = [wanted] if wanted in lowered else get_close_matches(wanted, lowered, n=1, cutoff=cutoff)
    return lowered[found[0]] if found else None
