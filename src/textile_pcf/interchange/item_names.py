"""Names of items of others as ids of ours, and their regions as our codes."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache

from textile_pcf.io.resources import data_root
from textile_pcf.regions import is_region, region_by_name

REGION_TABLE = "regions_of_others.csv"
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


@cache
def _codes() -> dict[str, str]:
    with (data_root("adapters") / REGION_TABLE).open(encoding="utf-8", newline="") as file:
        return {row["theirs"].casefold(): row["region"] for row in csv.DictReader(file)}


def region_of_others(text: str) -> str | None:
    """Return the code of ours for a region of others: RoW, UK, EU, names of countries and provinces.

    Parameters
    ----------
    text : str
        Code or name, as another table writes it.

    Returns
    -------
    str or None
        None if nothing of the kind is known.

    Examples
    --------
    >>> region_of_others("RoW"), region_of_others("UK"), region_of_others("EU-27"), region_of_others("Zhejiang")
    ('GLO', 'GB', 'RER', 'CN-ZJ')
    >>> region_of_others("CN-ZJ"), region_of_others("Atlantis")
    ('CN-ZJ', None)
    """
    text = text.strip()
    if text.casefold() in _codes():
        return _codes()[text.casefold()]
    return (text if is_region(text) else None) or region_by_name(text) or region_by_name(f"{text}, China")
