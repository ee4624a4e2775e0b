"""Regions: known codes, names, and the order in which wider regions replace a missing one."""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache

from textile_pcf.io.resources import data_root

WORLD = "GLO"
"""Code of the world."""
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,4}")


@cache
def known_regions() -> dict[str, tuple[str, ...]]:
    """Return the shipped regions: the groups of each code, nearest first.

    Returns
    -------
    dict
        Code of a country or group → codes of the groups that contain it.
    """
    with (data_root("emission_factors") / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["region"]: tuple(filter(None, row["groups"].split(";"))) for row in csv.DictReader(file)}


@cache
def _code_by_name() -> dict[str, str]:
    """Return the code of each region by its casefolded English name, Chinese name and code."""
    with (data_root("emission_factors") / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row[name].casefold(): row["region"] for name in ("name_en", "name_zh", "region") for row in rows}


def region_by_name(text: str) -> str | None:
    """Return the code of a region.

    Parameters
    ----------
    text : str
        Its English or Chinese name, or its code in any case.

    Returns
    -------
    str or None
        None if there is no such region.

    Examples
    --------
    >>> region_by_name("Norway"), region_by_name("浙江"), region_by_name("cn"), region_by_name("Atlantis")
    ('NO', 'CN-ZJ', 'CN', None)
    """
    return _code_by_name().get(text.strip().casefold())


def is_region(code: str) -> bool:
    """Return whether a code is a known region or a subdivision of a known country.

    Parameters
    ----------
    code : str
        ISO 3166-1 or 3166-2 code, a group, or GLO.

    Examples
    --------
    >>> is_region("CN-ZJ"), is_region("NO"), is_region("Norway")
    (True, True, False)
    """
    return code in known_regions() or (_SUBDIVISION.fullmatch(code) is not None and code[:2] in known_regions())


@cache
def _codes_of_others() -> dict[str, str]:
    with (data_root("adapters") / "regions_of_others.csv").open(encoding="utf-8", newline="") as file:
        return {row["theirs"].casefold(): row["region"] for row in csv.DictReader(file)}


def region_of_others(text: str) -> str | None:
    """Return the region code for a region of another database: RoW, UK, EU, names of countries and provinces.

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
    if text.casefold() in _codes_of_others():
        return _codes_of_others()[text.casefold()]
    return (text if is_region(text) else None) or region_by_name(text) or region_by_name(f"{text}, China")


@lru_cache(maxsize=4096)
def fallback_regions(region: str, forbid: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the regions in which a factor is searched, nearest first.

    Parameters
    ----------
    region : str
        ISO 3166-1 or 3166-2 code, a group, or GLO.
    forbid : tuple of str
        Regions, or the levels `country` and `group`, that must not be used.

    Returns
    -------
    tuple of str
        The region itself, its country, the groups of the country, the world.

    Examples
    --------
    >>> fallback_regions("CN-ZJ")
    ('CN-ZJ', 'CN', 'RAS', 'GLO')
    >>> fallback_regions("FR", forbid=("group",))
    ('FR', 'GLO')
    """
    country = region[:2] if _SUBDIVISION.fullmatch(region) else region
    groups = known_regions().get(country, ())
    levels = [(region, ""), (country, "country" if country != region else "")]
    levels += [(group, "group") for group in groups] + [(WORLD, "")]
    allowed = [code for code, level in levels if code not in forbid and (not level or level not in forbid)]
    return tuple(dict.fromkeys(allowed))
