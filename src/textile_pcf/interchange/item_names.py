"""Ids of items from the names in foreign tables."""

from __future__ import annotations

import re
import unicodedata

_RUNS = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")


def item_id(text: str) -> str:
    """Return a text as an item: small letters without accents; runs of what is neither letter nor digit become `_`.

    Parameters
    ----------
    text : str
        Name of others.

    Examples
    --------
    >>> item_id("Électricité, moyenne (2020)"), item_id("Diesel / kWh")
    ('electricite_moyenne_2020', 'diesel_kwh')
    """
    plain = unicodedata.normalize("NFKD", text)
    return _RUNS.sub("_", "".join(each for each in plain if not unicodedata.combining(each)).casefold()).strip("_")
