"""The shipped tables of edition 2026.1: cited row by row, kept apart by licence, equal to the published numbers."""

import csv
import math
import re
from collections import Counter

import pytest
import yaml

from paths import ROOT
from textile_pcf.factors import Request, is_region, load_factors
from textile_pcf.units import parse_unit

SHARED = ROOT / "emission_factors"
ROOT = SHARED / "2026.1"
TABLES = ("default", "alternatives", "carbonfact", "ember")
SHARE_ALIKE = {"carbonfact", "ember"}
FIT_FOR_DEFAULTS = {
    *("life_cycle", "direct", "combustion", "well_to_tank", "transmission"),
    *("tank_to_wheel", "well_to_wheel", "end_of_life"),
}
DOUBTFUL = {"TRJ-2021-QIAN", "ICE-2.0", "UNFCCC-IFI-CO2JS", "CN-SILK-GREIGE", "DEFRA-2011-AMEE", "IPCC-2006-V3"}
GASES = ("co2_fossil", "ch4_fossil", "ch4_biogenic", "n2o")
GWP = {"AR4": (1, 25, 25, 298), "AR5": (1, 30, 28, 265), "AR6": (1, 29.8, 27.0, 273)}  # in the order of GASES


def rows_of(table):
    with (ROOT / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document_of(table):
    return yaml.safe_load((ROOT / f"{table}.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=TABLES)
def table(request):
    return request.param, rows_of(request.param), document_of(request.param)


def one(table, **wanted):
    found = [row for row in rows_of(table) if all(row[key] == value for key, value in wanted.items())]
    assert len(found) == 1, (wanted, len(found))
    return found[0]


def test_loader_takes_every_table(table):
    name, rows, _ = table
    assert load_factors(f"{name}@2026.1").tables[0].size == len(rows)


def test_every_row_is_cited(table):
    _, rows, document = table
    for row in rows:
        assert row["source"] in document["sources"], row["item"]
        for column in ("locator", "licence", "name_en", "name_zh", "notes", "category"):
            assert row[column] or (column == "notes" and row["category"] == "direct_emission"), (row["item"], column)
        assert row["confidence"] in {"high", "medium", "low"}
        assert row["redistributable"] == "true"
        assert row["licence"] == document["sources"][row["source"]]["licence"]


def test_every_source_is_used_and_described(table):
    _, rows, document = table
    assert set(document["sources"]) == {row["source"] for row in rows}
    for key, source in document["sources"].items():
        assert source["title"] and source["licence"] and source["note"].startswith("Read in: "), key
    assert document["title"]["en"] and document["title"]["zh"]
    assert document["edition"] and document["licence"] and document["redistributable"] is True


def test_item_kind_region_year_are_unique(table):
    _, rows, _ = table
    keys = Counter((row["item"], row["kind"], row["region"], row["year"]) for row in rows)
    assert [key for key, count in keys.items() if count > 1] == []


def test_rows_stand_in_a_stable_order(table):
    _, rows, _ = table
    keys = [(row["category"], row["item"], row["region"], row["year"], row["kind"]) for row in rows]
    assert keys == sorted(keys)


def test_items_regions_units_are_written_in_one_way(table):
    _, rows, _ = table
    for row in rows:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", row["item"])
        assert is_region(row["region"]), row["region"]
        assert re.fullmatch(r"(\d{4})?", row["year"])
        assert row["unit"].startswith("kgCO2e/")
        assert parse_unit(row["unit"])


def test_one_item_has_one_category_and_one_dimension():
    categories, dimensions = {}, {}
    for row in (row for table in TABLES for row in rows_of(table)):
        categories.setdefault(row["item"], set()).add(row["category"])
        dimensions.setdefault(row["item"], set()).add(parse_unit(row["unit"]).dimensions)
    assert [item for item, found in categories.items() if len(found) > 1] == []
    assert [item for item, found in dimensions.items() if len(found) > 1] == []


def test_gases_give_the_printed_value(table):
    _, rows, _ = table
    for row in rows:
        masses = [float(row.get(gas) or 0) for gas in GASES]
        if not any(masses):
            continue
        value = float(row["value"])
        if row["gwp"] == "unknown":  # CO2 only: the GWP set does not matter
            assert masses[1:] == [0, 0, 0] and masses[0] == value, row["item"]
        else:
            computed = sum(mass * gwp for mass, gwp in zip(masses, GWP[row["gwp"]], strict=True))
            assert math.isclose(computed, value, rel_tol=0.005), (row["item"], computed, value)


def test_default_reaches_nothing_doubtful():
    for row in rows_of("default"):
        assert row["kind"] in FIT_FOR_DEFAULTS
        assert row["confidence"] != "low"
        assert row["source"] not in DOUBTFUL
        assert "BY-SA" not in row["licence"]
        assert float(row["value"]) >= 0


def test_other_tables_never_stand_in_for_a_default():
    default = {(row["item"], row["kind"]) for row in rows_of("default")}
    for table in ("alternatives", "carbonfact"):
        assert default & {(row["item"], row["kind"]) for row in rows_of(table)} == set()
    ember = {(row["item"], row["kind"], row["region"]) for row in rows_of("ember")}
    assert ember & {(row["item"], row["kind"], row["region"]) for row in rows_of("default")} == set()


def test_share_alike_rows_stand_apart():
    for table in TABLES:
        licences = {row["licence"] for row in rows_of(table)}
        if table in SHARE_ALIKE:
            assert licences == {"CC BY-SA 4.0"}
            assert document_of(table)["licence"] == "CC BY-SA 4.0"
            assert "CC BY-SA 4.0" in document_of(table)["attribution"]
        else:
            assert not any("BY-SA" in licence for licence in licences)
    assert not any("GREET" in row["source"] for table in TABLES for row in rows_of(table))  # its terms are not cleared


# table item kind region year value unit source, copied by hand from the sources; a life-cycle fuel and a well-to-wheel
# transport are sums: 0.20270 + 0.03347 and 0.01612 + 0.00365
PUBLISHED = """
default electricity life_cycle CN 2024 0.5777 kgCO2e/kWh CN-MEE-2025-CF24
default electricity life_cycle CN 2023 0.6205 kgCO2e/kWh CN-MEE-2025-3
default electricity_pv life_cycle CN 2024 0.0520 kgCO2e/kWh CN-MEE-2025-CF24
default electricity direct CN 2023 0.5306 kgCO2e/kWh CN-MEE-2025-47
default electricity direct CN 2022 0.5366 kgCO2e/kWh CN-MEE-2024-33
default electricity direct CN-BJ 2021 0.5688 kgCO2e/kWh CN-MEE-2024-12
default electricity direct CN-GRID-SW 2021 0.2113 kgCO2e/kWh CN-MEE-2024-12
default electricity life_cycle VN 2023 0.475449 kgCO2e/kWh OWID-ENERGY
default natural_gas combustion CN 2015 2.16219 kgCO2e/m3 CN-NDRC-GUIDE
default natural_gas_energy combustion CN 2019 0.05554 kgCO2e/MJ CN-GBT51366
default natural_gas_energy life_cycle GB 2025 0.23617 kgCO2e/kWh DESNZ-2025
default steam combustion CN 2015 0.11 kgCO2e/MJ CN-NDRC-GUIDE
default tap_water life_cycle CN 2019 0.168 kgCO2e/m3 CN-GBT51366
default cod_anaerobic_reactor direct GLO 2019 5.4 kgCO2e/kg IPCC-2019-BONSAI
default disperse_dye_blue_79 life_cycle CN 2023 8.28 kgCO2e/kg AATCC-2023-DYES
default caustic_soda_50 life_cycle FR 2014 0.587 kgCO2e/kg ADEME-BC236
default pta life_cycle CN 2026 1.6009 kgCO2e/kg CLEANTECH-2026-PTA
default cotton_lint life_cycle GLO 2020 1.9 kgCO2e/kg YU-YANG-2025
default lorry_diesel_18t tank_to_wheel CN 2019 0.129 kgCO2e/(t*km) CN-GBT51366
default container_ship well_to_wheel GLO 2025 0.01977 kgCO2e/(t*km) DESNZ-2025
default polyester_incineration end_of_life GLO 2021 2.29011 kgCO2e/kg STOICH
default field_n2o_synthetic_wet direct GLO 2019 6.864 kgCO2e/kg IPCC-2019-BONSAI
default nitrogen_fertiliser life_cycle CN 2015 7.75867 kgCO2e/kg CN-CHEN-2015
default refrigerant_r410a direct GLO 2021 2255.5 kgCO2e/kg IPCC-AR6-WG1
alternatives electricity_residual direct CN 2023 0.6096 kgCO2e/kWh CN-MEE-2025-47
alternatives silk_greige_fabric_fresh_cocoons gate_to_gate CN - 24.93 kgCO2e/kg CN-SILK-GREIGE
carbonfact weaving_water_jet gate_to_gate GLO 2025 3.64468 kgCO2e/kg CARBONFACT-OPEN
ember electricity life_cycle GLO - 0.47294 kgCO2e/kWh EMBER-CO2JS
ember electricity marginal CN 2021 0.899 kgCO2e/kWh UNFCCC-IFI-CO2JS
"""


@pytest.mark.parametrize("line", PUBLISHED.strip().splitlines())
def test_values_are_the_published_ones(line):
    name, item, kind, region, year, value, unit, source = line.split()
    row = one(name, item=item, kind=kind, region=region, year="" if year == "-" else year)
    assert float(row["value"]) == float(value)
    assert (row["unit"], row["source"]) == (unit, source)


def asked(item, kind="life_cycle", region="CN-ZJ", year=0, unit="kWh"):
    factors = load_factors("default@2026.1")
    found = factors.match(Request(item=item, kind=kind, region=region, year=year, unit=parse_unit(unit)))
    return factors.tables[0].numbers["value"][found.row] if hasattr(found, "row") else None


def test_a_mill_in_zhejiang_finds_the_right_electricity():
    assert asked("electricity") == 0.5777
    assert asked("electricity", year=2023) == 0.6205
    assert asked("electricity", kind="direct", year=2023) == 0.4974
    assert asked("electricity", kind="direct", region="CN-XZ", year=2023) == 0.5306  # no value for Tibet


def test_regional_grids_stand_off_the_ladder():
    assert asked("electricity", kind="direct", region="CN-GRID-E", year=2021) == 0.5992
    assert asked("electricity", kind="direct", region="CN-JS", year=2021) != 0.5992
    assert asked("electricity", region="CN-GRID-E") is None


def test_no_default_falls_back_to_another_country():
    assert asked("caustic_soda_50", unit="kg") is None
    assert asked("caustic_soda_50", region="FR", unit="kg") == 0.587
    assert asked("electricity", region="RU") is None


def test_gwp_table():
    with (SHARED / "gwp100.csv").open(encoding="utf-8", newline="") as file:
        gases = {row["gas"]: row for row in csv.DictReader(file)}
    told = {"ch4_fossil": "25 30 29.8", "ch4_biogenic": "25 28 27", "n2o": "298 265 273", "hfc32": "675 677 771"}
    for gas, values in told.items():
        assert [gases[gas][column] for column in ("ar4", "ar5", "ar6")] == values.split()
    assert all(row["source"] and row["locator"] for row in gases.values())
    assert "recalled, table not opened" in gases["ch4_biogenic"]["locator"]
    for code, gas in (("r32", "hfc32"), ("r134a", "hfc134a"), ("r22", "hcfc22")):
        assert float(one("default", item=f"refrigerant_{code}")["value"]) == float(gases[gas]["ar6"])


def test_regions():
    with (SHARED / "regions.csv").open(encoding="utf-8", newline="") as file:
        regions = {row["region"]: row for row in csv.DictReader(file)}
    assert sum(len(code) == 2 for code in regions) == 249
    assert sum(code.startswith("CN-") and len(code) == 5 for code in regions) == 34
    assert [regions[code]["groups"] for code in ("CN", "DE", "US", "NO", "TR")] == ["RAS", "RER", "", "RER", "RAS"]
    assert all(row["name_en"] and row["name_zh"] for row in regions.values())
    assert {row["region"] for table in TABLES for row in rows_of(table)} <= set(regions)


def test_synonyms_name_items_and_speak_both_languages():
    with (ROOT / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = {row["item"] for table in TABLES for row in rows_of(table)}
    assert {row["item"] for row in rows} <= items
    assert {row["language"] for row in rows} == {"en", "zh"}
    terms = {(row["item"], row["term"]) for row in rows}
    assert len(terms) == len(rows)
    assert {("natural_gas", "天然气"), ("caustic_soda_50", "液碱"), ("soda_ash", "纯碱"), ("steam", "蒸汽")} <= terms
