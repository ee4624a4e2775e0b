"""Fields of a ProductFootprint of PACT, version 3 and version 2: names and kinds only.

Implements the PACT Technical Specifications of the World Business Council for Sustainable Development; derived from them, not
part of them.
"""

from __future__ import annotations

from textile_pcf.interchange.field_values import (
    ListOf,
    ObjectOf,
    above_zero,
    any_text,
    boolean,
    country,
    decimal,
    number_between,
    one_of,
    pattern,
    text,
    time,
    uri,
    urn,
    uuid,
)

SPEC_VERSION = "3.0.3"
"""Version of the specification that records are written in."""
REGIONS = {
    "Africa": "UN-AFRICA", "Americas": "UN-AMERICAS", "Asia": "RAS", "Europe": "RER", "Oceania": "UN-OCEANIA",
    "Australia and New Zealand": "UN-AUSTRALIA-AND-NEW-ZEALAND", "Central Asia": "UN-CENTRAL-ASIA",
    "Eastern Asia": "UN-EASTERN-ASIA", "Eastern Europe": "UN-EASTERN-EUROPE",
    "Latin America and the Caribbean": "UN-LATIN-AMERICA-AND-THE-CARIBBEAN", "Melanesia": "UN-MELANESIA",
    "Micronesia": "UN-MICRONESIA", "Northern Africa": "UN-NORTHERN-AFRICA", "Northern America": "UN-NORTHERN-AMERICA",
    "Northern Europe": "UN-NORTHERN-EUROPE", "Polynesia": "UN-POLYNESIA", "South-eastern Asia": "UN-SOUTH-EASTERN-ASIA",
    "Southern Asia": "UN-SOUTHERN-ASIA", "Southern Europe": "UN-SOUTHERN-EUROPE", "Sub-Saharan Africa": "UN-SUB-SAHARAN-AFRICA",
    "Western Asia": "UN-WESTERN-ASIA", "Western Europe": "UN-WESTERN-EUROPE",
}  # fmt: skip
"""Regions of PACT, and the code that a row of emission factors has for each."""
UNITS_V2 = {
    "liter": "L", "kilogram": "kg", "cubic meter": "m3", "kilowatt hour": "kWh", "megajoule": "MJ", "ton kilometer": "(t*km)",
    "square meter": "m2",
}  # fmt: skip
UNITS = {**UNITS_V2, "piece": "piece"}
"""Declared units that goods have, and how a factor is written per each."""
NO_GOODS = ("hour", "megabit second")
GEOGRAPHY = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
TERMS = (
    "fossilGhgEmissions", "landUseChangeGhgEmissions", "landManagementBiogenicCO2Emissions",
    "landManagementBiogenicCO2Removals", "technologicalCO2Removals", "ccsTechnologicalCO2Capture", "biogenicNonCO2Emissions",
)  # fmt: skip
"""Terms of the total that excludes biogenic uptake."""
_VERSION = pattern(r"\d+\.\d+\.\d+(-\d{8})?", "3.0.3")
_ARS = ListOf(pattern(r"AR\d+", "AR6"))
_COUNTRY, _SUBDIVISION = country(r"[A-Z]{2}", "CN"), country(r"[A-Z]{2}-[A-Z0-9]{1,3}", "CN-ZJ")
_NOT_NEGATIVE, _NOT_POSITIVE, _PERCENT, _RATING = decimal(1), decimal(-1), decimal(1, 100), decimal(0, 5, 1)
_RULES = ListOf(
    ObjectOf(
        ("operator", "ruleNames"),
        operator=one_of("PEF", "EPD International", "Other"),
        ruleNames=ListOf(text),
        otherOperatorName=text,
    )
)
_SOURCES = ListOf(ObjectOf(("name", "version"), name=text, version=text))
_EXTENSIONS = ListOf(ObjectOf(("specVersion", "dataSchema", "data"), specVersion=any_text, dataSchema=uri, documentation=uri))
_HEAD = {
    "id": uuid,
    "specVersion": _VERSION,
    "precedingPfIds": ListOf(uuid),
    "created": time,
    "status": one_of("Active", "Deprecated"),
    "validityPeriodStart": time,
    "validityPeriodEnd": time,
    "companyName": text,
    "companyIds": ListOf(urn),
    "productDescription": any_text,
    "productIds": ListOf(urn),
    "productClassifications": ListOf(urn),
    "productNameCompany": text,
    "comment": any_text,
    "extensions": _EXTENSIONS,
}
_PERIOD = {
    "referencePeriodStart": time,
    "referencePeriodEnd": time,
    "geographyRegionOrSubregion": one_of(*REGIONS),
    "geographyCountry": _COUNTRY,
    "geographyCountrySubdivision": _SUBDIVISION,
    "boundaryProcessesDescription": any_text,
    "productOrSectorSpecificRules": _RULES,
    "secondaryEmissionFactorSources": _SOURCES,
    "exemptedEmissionsDescription": any_text,
    "allocationRulesDescription": any_text,
    "packagingEmissionsIncluded": boolean,
    "packagingGhgEmissions": _NOT_NEGATIVE,
    "aircraftGhgEmissions": _NOT_NEGATIVE,
    "fossilGhgEmissions": _NOT_NEGATIVE,
    "fossilCarbonContent": _NOT_NEGATIVE,
    "biogenicCarbonContent": _NOT_NEGATIVE,
    "productMassPerDeclaredUnit": _NOT_NEGATIVE,
}
PCF = {
    **_PERIOD,
    "declaredUnitOfMeasurement": one_of(*UNITS, *NO_GOODS),
    "declaredUnitAmount": above_zero,
    "pcfExcludingBiogenicUptake": decimal(),
    "pcfIncludingBiogenicUptake": decimal(),
    "recycledCarbonContent": _NOT_NEGATIVE,
    "landUseChangeGhgEmissions": _NOT_NEGATIVE,
    "landCarbonLeakage": _NOT_NEGATIVE,
    "landManagementFossilGhgEmissions": _NOT_NEGATIVE,
    "landManagementBiogenicCO2Emissions": _NOT_NEGATIVE,
    "landManagementBiogenicCO2Removals": _NOT_POSITIVE,
    "biogenicCO2Uptake": _NOT_POSITIVE,
    "biogenicNonCO2Emissions": _NOT_NEGATIVE,
    "landAreaOccupation": _NOT_NEGATIVE,
    "packagingBiogenicCarbonContent": _NOT_NEGATIVE,
    "outboundLogisticsGhgEmissions": _NOT_NEGATIVE,
    "ccsTechnologicalCO2CaptureIncluded": boolean,
    "ccsTechnologicalCO2Capture": _NOT_POSITIVE,
    "technologicalCO2CaptureOrigin": any_text,
    "technologicalCO2Removals": _NOT_POSITIVE,
    "ccuCarbonContent": _NOT_NEGATIVE,
    "ccuCalculationApproach": one_of("Cut-off", "Credit"),
    "ccuCreditCertification": uri,
    "ipccCharacterizationFactors": _ARS,
    "crossSectoralStandards": ListOf(text),
    "exemptedEmissionsPercent": _PERCENT,
    "primaryDataShare": _PERCENT,
    "dqi": ObjectOf(
        ("technologicalDQR", "geographicalDQR", "temporalDQR"),
        technologicalDQR=_RATING,
        geographicalDQR=_RATING,
        temporalDQR=_RATING,
    ),
    "verification": ObjectOf(
        (),
        coverage=one_of("PCF calculation model", "PCF program", "product level"),
        providerName=any_text,
        completedAt=time,
        standardName=any_text,
        comments=any_text,
    ),
}
RECORD = ObjectOf(
    ("id", "specVersion", "created", "status", "companyName", "companyIds", "productDescription", "productIds",
     "productNameCompany", "pcf"),
    **_HEAD,
    pcf=ObjectOf(
        ("declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit", "referencePeriodStart",
         "referencePeriodEnd", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions",
         "fossilCarbonContent", "ipccCharacterizationFactors", "crossSectoralStandards", "exemptedEmissionsPercent"),
        **PCF,
    ),
)  # fmt: skip
_RATING_V2 = number_between(1, 3)
RECORD_V2 = ObjectOf(
    ("id", "specVersion", "version", "created", "status", "companyName", "companyIds", "productDescription", "productIds",
     "productCategoryCpc", "productNameCompany", "pcf"),
    **_HEAD,
    version=number_between(0, 2**31),
    updated=time,
    statusComment=any_text,
    productCategoryCpc=text,
    pcf=ObjectOf(
        ("declaredUnit", "unitaryProductAmount", "referencePeriodStart", "referencePeriodEnd", "pCfExcludingBiogenic",
         "fossilGhgEmissions", "fossilCarbonContent", "biogenicCarbonContent", "boundaryProcessesDescription",
         "exemptedEmissionsPercent", "exemptedEmissionsDescription", "packagingEmissionsIncluded"),
        **_PERIOD,
        declaredUnit=one_of(*UNITS_V2),
        unitaryProductAmount=above_zero,
        pCfExcludingBiogenic=decimal(),
        pCfIncludingBiogenic=decimal(),
        dLucGhgEmissions=_NOT_NEGATIVE,
        landManagementGhgEmissions=decimal(),
        otherBiogenicGhgEmissions=_NOT_NEGATIVE,
        iLucGhgEmissions=_NOT_NEGATIVE,
        biogenicCarbonWithdrawal=_NOT_POSITIVE,
        characterizationFactors=one_of("AR6", "AR5"),
        ipccCharacterizationFactorsSources=_ARS,
        crossSectoralStandardsUsed=ListOf(
            one_of("GHG Protocol Product standard", "ISO Standard 14067", "ISO Standard 14044")
        ),
        crossSectoralStandards=ListOf(
            one_of("ISO14067", "ISO14083", "ISO14040-44", "GHGP-Product", "PEF", "PACT-1.0", "PACT-2.0", "PACT-3.0")
        ),
        biogenicAccountingMethodology=one_of("PEF", "ISO", "GHGP", "Quantis"),
        exemptedEmissionsPercent=number_between(0, 100),
        primaryDataShare=number_between(0, 100),
        uncertaintyAssessmentDescription=any_text,
        dqi=ObjectOf(
            (),
            coveragePercent=number_between(0, 100),
            technologicalDQR=_RATING_V2,
            temporalDQR=_RATING_V2,
            geographicalDQR=_RATING_V2,
            completenessDQR=_RATING_V2,
            reliabilityDQR=_RATING_V2,
        ),
    ),
)  # fmt: skip
