"""Factors as the definition finds them: tables in order, region outwards, then year."""

from __future__ import annotations

import re
from math import isnan
from typing import Any

from oracle.system import Label, Row
from oracle.tables import Table, read_table
from oracle.units import Dimensions, product_of, unit

from paths import ROOT


class Matcher:
    """Factor of an item: tables in order, region outwards, then year."""

    def __init__(self, tables: list[Table], gwp: str, biogenic: str) -> None:
        self.tables, self.biogenic = tables, biogenic
        self.removals: dict[Label, float] = {}
        column = {"AR4": "ar4", "AR5": "ar5"}.get(gwp, "ar6")
        self.gwp = {
            row["gas"]: float(row[column]) for row in read_table(ROOT / "emission_factors/gwp100.csv").rows if row[column]
        }
        regions = read_table(ROOT / "emission_factors/regions.csv").rows
        self.groups = {row["region"]: [group for group in row["groups"].split(";") if group] for row in regions}

    def find(self, item: str, kind: str, region: str, year: int, forbid: list[str], counted: Dimensions) -> tuple[Label, float]:
        declared = item.startswith("pcf:")
        for number, table in enumerate(self.tables):
            rows = [row for row in table.rows if row["item"] == item and (declared or row["kind"] == kind)]
            steps = self.ladder(region, forbid)
            places = {row["region"] for row in rows}
            for place in [*steps, *(places if declared and len(places) == 1 else ())]:
                here = [row for row in rows if row["region"] == place]
                if not here:
                    continue
                before = [row for row in here if not year or int(row["year"] or 0) <= year]
                best = max(before, key=_year) if before else min(here, key=_year)
                weighed = counted == {"kg": 1} and bool(best.get("mass_per_unit"))
                label = (number, item, best["kind"], place, best["year"], weighed)
                mass = _unit_mass(best) if weighed else 1.0
                uptake, given_off = (float(best.get(gas) or 0) for gas in ("co2_uptake", "co2_biogenic"))
                self.removals[label] = (uptake - given_off) * unit(best["unit"])[0] / mass
                return label, self.value(best) / mass
        for table in self.tables:  # nothing of that name: a row that stands in for it
            for row in table.rows:
                if item in (row.get("proxy_for") or "").split(";") and row["kind"] == kind:
                    return self.find(row["item"], kind, region, year, forbid, counted)
        raise AssertionError(f"no factor for {item} {kind} {region} {year}")

    def ladder(self, region: str, forbid: list[str]) -> list[str]:
        country = region[:2] if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,4}", region) else region
        steps = [(region, ""), (country, "country" if country != region else "")]
        steps += [(group, "group") for group in self.groups.get(country, [])] + [("GLO", "")]
        return [code for code, step in steps if code not in forbid and step not in forbid]

    def value_of_input(self, given: dict[str, Any], row: Row) -> float:
        """amount / (1 − loss) × factor [kg CO2e per written unit of the composed factor]"""
        factor, counted = unit(given["unit"])
        place, year = given.get("region", row["region"]), int(row["year"] or 0)
        _, value = self.find(given["item"], given.get("kind", "life_cycle"), place, year, [], counted)
        return float(given["amount"]) / (1 - given.get("loss", 0)) * factor * value

    def value(self, row: Row) -> float:
        """[kg CO2e per canonical unit]"""
        if row.get("inputs"):
            return unit(row["unit"])[0] * sum(self.value_of_input(given, row) for given in row["inputs"])
        gas = {name: float(row.get(name) or "nan") for name in (
            "co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o", "co2_biogenic", "co2_uptake")}  # fmt: skip
        counted = ("co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o")
        told = {name: 0.0 if isnan(amount) else amount for name, amount in gas.items()}
        if all(isnan(gas[name]) for name in counted):
            total = float(row["value"]) + told["co2_land_use"]
            if row.get("biogenic") == "minus_one_plus_one":  # the printed value holds both; they count by the run
                total += told["co2_uptake"] - told["co2_biogenic"]
        else:
            total = sum(told[name] * (1.0 if name.startswith("co2") else self.gwp[name]) for name in counted)
        if self.biogenic == "minus_one_plus_one":
            total += told["co2_biogenic"] - told["co2_uptake"]
        return total * unit(row["unit"])[0]


def _unit_mass(row: Row) -> float:
    """Mass of one canonical unit of what a factor is stated per. [kg]"""
    declared = unit(row["unit"].split("/", 1)[1])
    number, _, text = row["mass_per_unit"].partition(" ")
    factor, dimensions = unit(text or "kg")
    if dimensions == {"kg": 1}:  # of one declared unit
        return 1.0 if declared[1] == {"kg": 1} else float(number) * factor / declared[0]
    assert dimensions == product_of(unit("kg"), over=declared)[1], row  # a density
    return float(number) * factor


def _year(row: Row) -> int:
    return int(row["year"] or 0)
