"""From a region outwards: subdivision, country, groups, the world."""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache

from textile_pcf.io.resources import data_root

WORLD = "GLO"
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,4}")


@cache
def known_regions() -> dict[str, tuple[str, ...]]:
    """Shipped list of regions: code → groups it belongs to, nearest first."""
    with (data_root("emission_factors") / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["region"]: tuple(filter(None, row["groups"].split(";"))) for row in csv.DictReader(file)}


@cache
def _by_name() -> dict[str, str]:
    with (data_root("emission_factors") / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row[name].casefold(): row["region"] for name in ("name_en", "name_zh", "region") for row in rows}


def region_by_name(text: str) -> str | None:
    """Code of a region told by its name in English or Chinese, or in small letters.

    Examples
    --------
    >>> region_by_name("Norway"), region_named("浙江"), region_named("cn"), region_named("Atlantis")
    ('NO', 'CN-ZJ', 'CN', None)
    """
    return _by_name().get(text.strip().casefold())


def is_region(code: str) -> bool:
    """Whether a code is a known region, or a subdivision of a known country.

    Examples
    --------
    >>> is_region("CN-ZJ"), is_region("NO"), is_region("Norway")
    (True, True, False)
    """
    return code in known_regions() or (_SUBDIVISION.fullmatch(code) is not None and code[:2] in known_regions())


@lru_cache(maxsize=4096)
def fallback_regions(region: str, forbid: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Regions to search, nearest first.

    Parameters
    ----------
    region : str
        ISO 3166-1 or 3166-2 code, a group, or GLO.
    forbid : tuple of str
        Regions, or the steps `country` and `group`, that must not be used.

    Examples
    --------
    >>> fallback_regions("CN-ZJ")
    ('CN-ZJ', 'CN', 'RAS', 'GLO')
    >>> fallback_regions("FR", forbid=("group",))
    ('FR', 'GLO')
    """
    country = region[:2] if _SUBDIVISION.fullmatch(region) else region
    groups = known_regions().get(country, ())
    steps = [(region, ""), (country, "country" if country != region else "")]
    steps += [(group, "group") for group in groups] + [(WORLD, "")]
    allowed = [code for code, step in steps if code not in forbid and (not step or step not in forbid)]
    return tuple(dict.fromkeys(allowed))
