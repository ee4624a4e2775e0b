"""Titles of what a document names in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def entry_title(entry: Mapping[str, Any], language: str = "en") -> str:
    """Return the title of an entry of a document in a language; its id where it has none.

    Parameters
    ----------
    entry : mapping
        With `id`, and perhaps `title` and `title_zh`. In Chinese, `title` stands in for a missing `title_zh`.
    language : str, optional
        `en` or `zh`.

    Returns
    -------
    str

    Examples
    --------
    >>> entry_title({"id": "roof_pv", "title": "Photovoltaics", "title_zh": "屋顶光伏"}, "zh")
    '屋顶光伏'
    >>> entry_title({"id": "motors", "title": ""})
    'motors'
    """
    chinese = entry.get("title_zh") if language == "zh" else ""
    return str(chinese or entry.get("title") or entry["id"])


def titles_with_ids(entries: list[Mapping[str, Any]], language: str = "en") -> list[str]:
    """Return the titles of entries; where two entries have the same one, each is followed by its id.

    Parameters
    ----------
    entries : list of mapping
        See `entry_title`.
    language : str, optional
        `en` or `zh`.

    Returns
    -------
    list of str
        No two are the same, if no two ids are.

    Examples
    --------
    >>> titles_with_ids([{"id": "a", "title": "Motors"}, {"id": "b", "title": "Motors"}, {"id": "c", "title": "Heat"}])
    ['Motors [a]', 'Motors [b]', 'Heat']
    """
    titles = [entry_title(entry, language) for entry in entries]
    return [f"{title} [{entry['id']}]" if titles.count(title) > 1 else title
            for title, entry in zip(titles, entries, strict=True)]  # fmt: skip
