"""The label of a product as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textile_pcf.cli.width import pad, width
from textile_pcf.messages.catalogue import fixed_text

NOT_SHOWN = ("titles", "warnings")
WORDS = ("boundary", "status", "biogenic", "electricity", "review")
"""Entries whose value is a fixed word of the catalogue."""


def label_table(shown: Mapping[str, Any], language: str = "en") -> str:
    """Return one line per entry of a label: its title and its value.

    In English, titles and values are those of the JSON, but for the interval, which is a sentence. In Chinese,
    each entry has its title, and fixed words are translated.

    Parameters
    ----------
    shown : mapping
        As from `label`.
    language : str, optional
        `en` or `zh`.

    Examples
    --------
    >>> print(label_table({"product": "P", "official_mark": False}), end="")
    product        P
    official_mark  false
    >>> print(label_table({"product": "P", "official_mark": False}, "zh"), end="")
    产品名称    P
    有官方标识  否
    """
    entries = {key: value for key, value in shown.items() if key not in NOT_SHOWN}
    if language == "zh":
        rows = [(fixed_text(f"label_{key}", language), _localized(key, value, language)) for key, value in entries.items()]
    else:
        rows = [(key, _interval(value, language) if key == "interval" else _text(value)) for key, value in entries.items()]
    columns = max(width(title) for title, _ in rows) + 2
    return "".join(f"{pad(title, columns)}{value}".rstrip() + "\n" for title, value in rows)


def _localized(key: str, value: Any, language: str) -> str:
    """Return a value in a language; nothing where it is not known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return fixed_text("yes" if value else "no", language)
    if key == "dqr_level":
        return fixed_text(f"quality_{value.replace(' ', '_')}", language)
    if key == "rounding":
        name = "decimals" if "decimals" in value else "significant"
        return fixed_text(f"label_rounding_{name}", language, count=value[name])
    if key == "interval":
        return _interval(value, language)
    return fixed_text(value, language) if key in WORDS else str(value)


def _interval(interval: Mapping[str, Any], language: str) -> str:
    """Return the ends of an interval, and how much of the figure it covers."""
    low, high = interval["p2_5"], interval["p97_5"]
    if low is None:
        return fixed_text("report_interval_none", language)
    return fixed_text("label_interval_text", language, low=low, high=high, **interval["declared_share"])


def _text(value: Any) -> str:
    """Return a value as text; nothing where it is not known."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {entry}" for key, entry in value.items())
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
