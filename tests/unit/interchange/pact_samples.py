"""Records of PACT and about files, small and made up, for tests."""

from __future__ import annotations

import copy
from typing import Any

RECORD: dict[str, Any] = {
    "id": "00000000-0000-4000-8000-000000000001",
    "specVersion": "3.0.3",
    "created": "2025-02-01T00:00:00Z",
    "status": "Active",
    "companyName": "Maker",
    "companyIds": ["urn:pact:maker.example:supplier-id:1"],
    "productDescription": "Combed cotton yarn",
    "productIds": ["urn:pact:maker.example:product-id:YARN"],
    "productNameCompany": "Yarn Ne 40",
    "pcf": {
        "declaredUnitOfMeasurement": "kilogram",
        "declaredUnitAmount": "10",
        "productMassPerDeclaredUnit": "10",
        "referencePeriodStart": "2024-01-01T00:00:00Z",
        "referencePeriodEnd": "2025-01-01T00:00:00Z",
        "geographyCountry": "CN",
        "pcfExcludingBiogenicUptake": "32.50",
        "pcfIncludingBiogenicUptake": "16.00",
        "fossilGhgEmissions": "30.00",
        "landUseChangeGhgEmissions": "1.00",
        "biogenicNonCO2Emissions": "1.50",
        "biogenicCO2Uptake": "-16.50",
        "aircraftGhgEmissions": "0.25",
        "fossilCarbonContent": "0",
        "biogenicCarbonContent": "4.50",
        "ipccCharacterizationFactors": ["AR6"],
        "crossSectoralStandards": ["ISO14067"],
        "exemptedEmissionsPercent": "0",
        "primaryDataShare": "56.12",
        "packagingEmissionsIncluded": True,
    },
}
RECORD_V2: dict[str, Any] = {
    **{name: RECORD[name] for name in ("id", "created", "status", "companyName", "companyIds", "productDescription")},
    "specVersion": "2.3.0",
    "version": 0,
    "comment": "",
    "productIds": ["urn:pact:maker.example:product-id:DYE"],
    "productNameCompany": "Dye",
    "productCategoryCpc": "34510",
    "pcf": {
        "declaredUnit": "kilogram",
        "unitaryProductAmount": "12",
        "referencePeriodStart": "2024-01-01T00:00:00Z",
        "referencePeriodEnd": "2025-01-01T00:00:00Z",
        "geographyCountry": "DE",
        "pCfExcludingBiogenic": "7.25",
        "fossilGhgEmissions": "7.00",
        "fossilCarbonContent": "0.6",
        "biogenicCarbonContent": "0.01",
        "characterizationFactors": "AR5",
        "ipccCharacterizationFactorsSources": ["AR5"],
        "crossSectoralStandardsUsed": ["ISO Standard 14067"],
        "boundaryProcessesDescription": "Cradle to gate",
        "exemptedEmissionsPercent": 0,
        "exemptedEmissionsDescription": "",
        "packagingEmissionsIncluded": True,
    },
}
ABOUT: dict[str, Any] = {
    "companyName": "Demo Mill",
    "companyIds": ["urn:pact:demo-mill.example:supplier-id:1"],
    "created": "2025-02-01T08:00:00Z",
    "productIds": ["urn:pact:demo-mill.example:product-id:{product}"],
    "productNameCompany": "{product}",
    "productDescription": "Made up {product}",
    "pcf": {
        "referencePeriodStart": "2024-01-01T00:00:00Z",
        "referencePeriodEnd": "2025-01-01T00:00:00Z",
        "geographyCountry": "CN",
        "crossSectoralStandards": ["ISO14067"],
        "exemptedEmissionsPercent": 0,
        "packagingEmissionsIncluded": True,
    },
}


def changed(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a copy with some fields changed; `pcf_NAME` is a field of `pcf`; None removes a field."""
    copied = copy.deepcopy(document)
    for name, value in changes.items():
        owner = copied["pcf"] if name.startswith("pcf_") else copied
        key = name.removeprefix("pcf_")
        if value is None:
            owner.pop(key, None)
        else:
            owner[key] = value
    return copied
