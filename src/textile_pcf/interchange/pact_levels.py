"""Usability levels of a record of PACT: how much of what a reader needs is in it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from textile_pcf.interchange.pact_checks import EXEMPTED

INDICATIVE, CONSISTENT, COMPLETE = 1, 2, 3
_NEEDED = {
    INDICATIVE: ("companyName", "companyIds", "productNameCompany", "productIds", "status", "pcfExcludingBiogenicUptake",
                 "declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit", "referencePeriodStart",
                 "referencePeriodEnd"),
    CONSISTENT: ("pcfIncludingBiogenicUptake", "primaryDataShare", "packagingEmissionsIncluded", "ipccCharacterizationFactors"),
    COMPLETE: ("boundaryProcessesDescription", "fossilGhgEmissions", "fossilCarbonContent", "crossSectoralStandards",
               "exemptedEmissionsPercent", "allocationRulesDescription"),
}  # fmt: skip


def usability_level(record: Mapping[str, Any]) -> tuple[int, tuple[str, ...]]:
    """Return the level that a record reaches, and the fields that it lacks for the next.

    A region that is missing stands for the world, and no secondary source for no secondary factor.

    Parameters
    ----------
    record : mapping
        A record of version 3.

    Returns
    -------
    tuple of int and tuple of str
        1 indicative, 2 consistent, 3 methodologically complete, 0 none of them; and the fields.

    References
    ----------
    PACT, usability of product carbon footprints, March 2026, as secondary sources report it.

    Examples
    --------
    >>> usability_level({"pcf": {}})[0]
    0
    """
    known = {**record.get("pcf", {}), **record}
    for level, fields in _NEEDED.items():
        lacking = [name for name in fields if known.get(name) in (None, "")]
        if level == COMPLETE and _wants_reason(known):
            lacking.append("exemptedEmissionsDescription")
        if lacking:
            return level - 1, tuple(lacking)
    return COMPLETE, ()


def _wants_reason(known: Mapping[str, Any]) -> bool:
    exempted = Decimal(known.get("exemptedEmissionsPercent") or "0")
    return exempted > EXEMPTED and not known.get("exemptedEmissionsDescription")
