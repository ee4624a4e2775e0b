"""English and Chinese texts: fixed texts by key, and messages by their English template.

Both are in one catalogue, `catalogue.csv`. Code writes its messages in English, as a `Message` with a template and values; the
template is the key of the Chinese one. Codes, locations and ids are the same in all languages.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")
FOREIGN = "*"
"""Key of fixed texts that other libraries or the system write, such as those of the YAML parser."""


def fixed_text(key: str, language: str = "en", **values: object) -> str:
    """Return a fixed text.

    Parameters
    ----------
    key : str
        Its key in the catalogue.
    language : str
        `en` or `zh`.
    **values
        Values of its fields.

    Raises
    ------
    KeyError
        The catalogue has no such key.

    Examples
    --------
    >>> fixed_text("total", "zh"), fixed_text("per", "en", unit="m2")
    ('合计', 'kg CO2e per m2')
    """
    text = _fixed_texts()[key][language == "zh"]
    return text.format(**values) if values else text


@cache
def _fixed_texts() -> Mapping[str, tuple[str, str]]:
    """Return English and Chinese of each fixed text by its key."""
    return {key: (english, chinese) for key, english, chinese in rows() if key not in ("", FOREIGN)}


@cache
def _chinese_templates() -> Mapping[str, str]:
    """Return the Chinese template of each English one."""
    return {english: chinese for key, english, chinese in rows() if key in ("", FOREIGN)}


def chinese_template(english: str) -> str | None:
    """Return the Chinese template of a `Message`, or None if the catalogue has none.

    Parameters
    ----------
    english : str
        The template as it stands in the source.
    """
    return _chinese_templates().get(english)


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield the rows of the catalogue: key (empty for messages, `*` for texts of other libraries), English, Chinese."""
    with Path(__file__).with_name("catalogue.csv").open(encoding="utf-8", newline="") as file:
        table = csv.reader(file, strict=True)
        next(table)  # key, en, zh
        yield from ((key, english, chinese) for key, english, chinese in table)
