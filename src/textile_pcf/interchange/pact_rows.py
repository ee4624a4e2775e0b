"""The row of emission factors of a checked record of PACT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from textile_pcf.factors import DECLARED
from textile_pcf.factors.table import DECLARED_PARTS
from textile_pcf.interchange.decimal_text import exact_sum, plain, quotient
from textile_pcf.interchange.field_values import REMEMBERED
from textile_pcf.interchange.pact_checks import FOSSIL_TERMS, CheckedRecord
from textile_pcf.interchange.pact_fields import REGIONS, UNITS, UNITS_V2
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.regions import WORLD

COLUMNS = (
    "item", "value", "unit", "region", "year", "kind", "name_en", "gwp", "boundary", "biogenic", "period_start", "period_end",
    "primary_data_share", "supplier", "mass_per_unit", *DECLARED_PARTS, "source", "locator", "licence", "redistributable",
    "notes",
)  # fmt: skip
"""Columns of the table, in the order in which they are written."""
GWP_SETS = ("AR4", "AR5", "AR6")
WEIGHED = ("kg", "m2", "piece", "L", "m3")
"""Units of goods that have a mass."""
LICENCE = "supplier's record; not to be passed on"


def row_of(record: Mapping[str, Any], checked: CheckedRecord) -> dict[str, Any]:
    """Return the row of a checked record, by column.

    Parameters
    ----------
    record : mapping
        A record without errors.
    checked : CheckedRecord
        What `check_record` returned for it.
    """
    first, last, year = _period(checked.pcf("referencePeriodStart"), checked.pcf("referencePeriodEnd"))
    company = escape_controls(record["companyName"].strip())
    third = record["specVersion"].startswith("3.")
    share = checked.pcf("primaryDataShare")
    return {
        "item": DECLARED + escape_controls(record["productIds"][0].rpartition(":")[2]),
        "region": _region(record["pcf"]),
        "year": year,
        "kind": "cradle_to_gate",
        "boundary": "cradle_to_gate",
        "name_en": escape_controls(record["productNameCompany"].strip()),
        "gwp": _gwp(record["pcf"]),
        "period_start": first,
        "period_end": last,
        "primary_data_share": "" if share is None else f"{plain(share)} %",
        "supplier": company,
        "source": company,
        "locator": record["id"],
        "licence": LICENCE,
        "redistributable": "false",
        "notes": _notes(checked),
        **(_numbers(checked) if third else _numbers_v2(checked)),
    }


@lru_cache(REMEMBERED)
def _period(start: datetime, end: datetime) -> tuple[str, str, str]:
    """Return the first day, the last day and the year of a period whose end is exclusive, in UTC."""
    last = max(end - timedelta(seconds=1), start).astimezone(UTC)
    return start.date().isoformat(), last.date().isoformat(), str(last.year)


def _numbers(checked: CheckedRecord) -> dict[str, Any]:
    """Return value, unit, mass and parts of a record of version 3, per one declared unit."""
    amount, unit = checked.pcf("declaredUnitAmount"), UNITS[checked.pcf("declaredUnitOfMeasurement")]
    parts = {
        "declared_fossil": [*_terms(checked, *FOSSIL_TERMS), checked.gap],
        "declared_biogenic": _terms(checked, "biogenicNonCO2Emissions"),
        "declared_land_use": _terms(checked, "landUseChangeGhgEmissions", "landManagementBiogenicCO2Emissions",
                                    "landManagementBiogenicCO2Removals"),
        "declared_uptake": _terms(checked, "biogenicCO2Uptake"),
        "declared_aircraft": _terms(checked, "aircraftGhgEmissions"),
    }  # fmt: skip
    return {
        "value": quotient(checked.pcf("pcfExcludingBiogenicUptake"), amount),
        "unit": f"kgCO2e/{unit}",
        "mass_per_unit": _mass(quotient(checked.pcf("productMassPerDeclaredUnit"), amount), unit),
        **{name: quotient(exact_sum(terms), amount) if terms else "" for name, terms in parts.items()},
    }


def _terms(checked: CheckedRecord, *names: str) -> list[Decimal]:
    return [value for name in names if (value := checked.pcf(name)) is not None]


def _numbers_v2(checked: CheckedRecord) -> dict[str, Any]:
    """Return value, unit and mass of a record of version 2, whose numbers are per one declared unit already."""
    unit, mass = UNITS_V2[checked.pcf("declaredUnit")], checked.pcf("productMassPerDeclaredUnit")
    return {
        "value": float(checked.pcf("pCfExcludingBiogenic")),
        "unit": f"kgCO2e/{unit}",
        "mass_per_unit": "" if mass is None or unit == "kg" else _mass(float(mass), unit),
        "biogenic": "zero_zero",
    }


def _mass(kilograms: float, unit: str) -> str:
    return f"{plain(Decimal(repr(kilograms)))} kg" if unit in WEIGHED and kilograms > 0 else ""


def _region(pcf: Mapping[str, Any]) -> str:
    place = pcf.get("geographyCountrySubdivision") or pcf.get("geographyCountry")
    return place or REGIONS.get(pcf.get("geographyRegionOrSubregion") or "", WORLD)


def _gwp(pcf: Mapping[str, Any]) -> str:
    sets = pcf.get("ipccCharacterizationFactors") or pcf.get("ipccCharacterizationFactorsSources")
    sets = sets or [pcf.get("characterizationFactors")]
    return sets[0] if len(sets) == 1 and sets[0] in GWP_SETS else "unknown"


_NOTED = ("outboundLogisticsGhgEmissions", "packagingGhgEmissions", "landManagementFossilGhgEmissions")


def _notes(checked: CheckedRecord) -> str:
    """Return what stands beside or inside the value, per declared amount."""
    noted: Iterable[tuple[str, Decimal | None]] = ((name, checked.pcf(name)) for name in _NOTED)
    return "; ".join(f"{name} {plain(value)} kgCO2e per declared amount" for name, value in noted if value)
