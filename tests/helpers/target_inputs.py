"""Targets and figures that several test files use."""

from __future__ import annotations

HLA = {
    "id": "hla", "entity": "HLA", "metric": "intensity", "scopes": [1, 2], "boundary": "site", "unit": "kgCO2e/set",
    "caps": [{"from": 2025, "to": 2030, "at_most": 4.35}, {"from": 2031, "to": 2035, "at_most": 4.20}], "source": "example",
}  # fmt: skip
BAO = {
    "id": "bao", "entity": "Baoxiniao", "metric": "absolute", "scopes": [1, 2], "boundary": "site", "unit": "tCO2e",
    "base": {"year": 2024, "amount": 10000}, "reduce": {"by": 2035, "percent": 63}, "compare": ["sbti_2020", "sbti_floor"],
    "source": "example",
}  # fmt: skip
LOAN = {
    "id": "loan", "entity": "CLOTH", "metric": "pcf", "boundary": "cradle_to_gate", "unit": "kgCO2e/kg",
    "lower_than": "previous_year", "counts": ["activity"], "at_least": "0 %", "source": "example",
}  # fmt: skip


def figure(entity, year, quantity, amount, unit, scopes="1 2", boundary="site", **more):
    """A row of the series."""
    return {"entity": entity, "year": year, "quantity": quantity, "amount": amount, "unit": unit, "scopes": scopes,
            "boundary": boundary, "gwp": more.get("gwp", ""), "accounting": more.get("accounting", "")}  # fmt: skip


def sets(year, tonnes, output):
    """Emissions and output of HLA in a year."""
    return [figure("HLA", year, "emissions", tonnes, "tCO2e"), figure("HLA", year, "output", output, "set", "", "")]


def tonnes(*figures, entity="Baoxiniao", **more):
    """Emissions of years: (year, t CO2e)."""
    return [figure(entity, year, "emissions", amount, "tCO2e", **more) for year, amount in figures]


def cloth(*figures):
    """Footprints of a product: (year, kg CO2e/kg)."""
    return [figure("CLOTH", year, "intensity", amount, "kgCO2e/kg", "", "cradle_to_gate") for year, amount in figures]


def effects(first, last, **amounts):
    """Rows of an attribution; `activity_rule` is a joint effect."""
    rows = {name.replace("_", "+"): amount for name, amount in amounts.items()}
    return [{"entity": "CLOTH", "from": first, "to": last, "effect": name, "amount": amount, "unit": "kgCO2e/kg"}
            for name, amount in rows.items()]  # fmt: skip
