"""The shipped tables of edition 2026.2: cited row by row, kept apart by licence, with the rows of 2026.1 as they were."""

import csv
import re
from collections import Counter

import pytest
import yaml

from paths import ROOT
from textile_pcf.factors import is_region, load_factors
from textile_pcf.units import parse_unit

OLD, NEW = ROOT / "emission_factors/2026.1", ROOT / "emission_factors/2026.2"
TABLES = ("default", "alternatives", "carbonfact")
KEY = ("item", "kind", "region", "year")
DEFAULT_KINDS = {
    *("life_cycle", "direct", "combustion", "well_to_tank", "transmission"),
    *("tank_to_wheel", "well_to_wheel", "end_of_life"),
}


def rows_of(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document_of(table):
    return yaml.safe_load((NEW / f"{table}.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=TABLES)
def table(request):
    return request.param, rows_of(NEW, request.param), document_of(request.param)


def test_every_row_is_cited(table):
    _, rows, document = table
    for row in rows:
        assert row["source"] in document["sources"], row["item"]
        for column in ("locator", "licence", "name_en", "name_zh", "category"):
            assert row[column], (row["item"], column)
        assert row["confidence"] in {"high", "medium", "low"}
        assert row["redistributable"] == "true"
        assert row["licence"] == document["sources"][row["source"]]["licence"], row["item"]


def test_every_source_is_used_and_described(table):
    _, rows, document = table
    assert set(document["sources"]) == {row["source"] for row in rows}
    for key, source in document["sources"].items():
        assert source["title"] and source["licence"] and source["note"].startswith("Read in: "), key


def test_item_kind_region_year_are_unique_and_ordered(table):
    _, rows, _ = table
    assert [key for key, count in Counter(tuple(row[name] for name in KEY) for row in rows).items() if count > 1] == []
    keys = [(row["category"], row["item"], row["region"], row["year"], row["kind"]) for row in rows]
    assert keys == sorted(keys)


def test_items_regions_and_units_are_written_in_one_way(table):
    _, rows, _ = table
    for row in rows:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", row["item"])
        assert is_region(row["region"]) and re.fullmatch(r"(\d{4})?", row["year"])
        assert row["unit"].startswith("kgCO2e/") and parse_unit(row["unit"])


def test_one_item_has_one_category():
    categories = {}
    for name in TABLES:
        sheet = load_factors(name).tables[0]
        for item, category in zip(sheet.texts["item"], sheet.texts["category"], strict=True):
            categories.setdefault(item, set()).add(category)
    assert [item for item, found in categories.items() if len(found) > 1] == []


def test_every_value_of_2026_1_stays(table):
    """All rows of the first edition are there with their values; one that was misnamed has its right name."""
    name, rows, _ = table
    renamed = {"melt_spinning_polyamide": "melt_spinning_polyamide_fdy"}
    values = {tuple(row[column] for column in KEY): (row["value"], row["unit"], row["source"]) for row in rows}
    for row in rows_of(OLD, name):
        key = (renamed.get(row["item"], row["item"]), *(row[column] for column in KEY[1:]))
        assert values[key] == (row["value"], row["unit"], row["source"]), key


def test_polyamide_poy_has_its_own_value():
    """Carbonfact v1.1.0, spinning: POY 0.967581, FDY/DTY 1.36017; edition 2026.1 did not tell the second from the first."""
    values = {row["item"]: row["value"] for row in rows_of(NEW, "carbonfact")}
    assert (values["melt_spinning_polyamide_poy"], values["melt_spinning_polyamide_fdy"]) == ("0.967581", "1.36017")
    assert "melt_spinning_polyamide" not in values


def test_doubtful_rows_reach_default_only_with_a_spread():
    for row in rows_of(NEW, "default"):
        assert row["kind"] in DEFAULT_KINDS
        assert row["confidence"] != "low" or (row["low"] and row["high"]), row["item"]
        assert "BY-SA" not in row["licence"] and float(row["value"]) >= 0


def test_values_lie_inside_their_spread():
    for name in TABLES:
        sheet = load_factors(name).tables[0]
        value, low, high = (sheet.numbers[column] for column in ("value", "low", "high"))
        assert not (value < low).any() and not (value > high).any()


def test_share_alike_rows_stand_apart():
    for name in TABLES:
        sheet = load_factors(name).tables[0]
        assert {"BY-SA" in licence for licence in sheet.texts["licence"]} == {name == "carbonfact"}


def test_other_tables_never_stand_in_for_a_default():
    keys = {name: set(load_factors(name).tables[0].by_item_and_kind) for name in TABLES}
    for name in ("alternatives", "carbonfact"):
        assert {key for key in keys["default"] & keys[name] if key[1]} == set()


# item kind region year value unit, copied by hand from the sources
PUBLISHED = """
default natural_gas_energy well_to_tank CN 2016 0.0217 kgCO2e/MJ GAN-2020
default natural_gas_energy life_cycle CN 2010 0.07 kgCO2e/MJ LI-OU-2013
default diesel_energy life_cycle CN 2010 0.1016 kgCO2e/MJ LI-OU-2013
default gasoline_energy life_cycle CN 2010 0.0917 kgCO2e/MJ LI-OU-2013
default fuel_oil_energy life_cycle CN 2010 0.0935 kgCO2e/MJ LI-OU-2013
default coal_energy life_cycle CN 2010 0.0993 kgCO2e/MJ LI-OU-2013
default coal_energy well_to_tank CN - 0.0185 kgCO2e/MJ COALMINES-CN
default lyocell_fibre life_cycle AT 2010 2.5 kgCO2e/kg SHEN-PATEL-CW2024
default viscose_fibre life_cycle RAS 2010 5.25 kgCO2e/kg SHEN-PATEL-CW2024
default recycled_cotton_fibre life_cycle GLO 2016 0.381 kgCO2e/kg MILJOGIRAFF-75
default enzymes life_cycle DK - 3.2 kgCO2e/kg NIELSEN-ENZYMES
default surfactant_aos life_cycle TW 2023 1.4 kgCO2e/kg TW-MOENV-CFP
default natural_gas life_cycle TW 2023 2.63 kgCO2e/m3 TW-MOENV-CFP
"""


@pytest.mark.parametrize("line", PUBLISHED.strip().splitlines())
def test_values_are_the_published_ones(line):
    name, item, kind, region, year, value, unit, source = line.split()
    wanted = (item, kind, region, "" if year == "-" else year)
    found = [row for row in rows_of(NEW, name) if tuple(row[column] for column in KEY) == wanted]
    assert [(float(row["value"]), row["unit"], row["source"]) for row in found] == [(float(value), unit, source)]


def test_the_original_publication_is_named_first():
    sources = document_of("default")["sources"]
    for key, original in {
        "SHEN-PATEL-CW2024": "Shen & Patel, Lenzinger Berichte 88",
        "TW-MOENV-CFP": "Taiwan Ministry",
    }.items():
        assert sources[key]["title"].startswith(original)
    for row in rows_of(NEW, "default"):
        if row["source"] in ("SHEN-PATEL-CW2024", "TW-MOENV-CFP", "MWOOL-2022"):
            assert "; read in " in row["locator"], row["item"]


def test_synonyms_name_items_and_proxies():
    sheets = [load_factors(name).tables[0] for name in (*TABLES, "ember")]
    with (NEW / "unavailable.csv").open(encoding="utf-8", newline="") as file:
        unavailable = {row["item"] for row in csv.DictReader(file)}
    items = {item for sheet in sheets for item in sheet.index}
    assert unavailable & items == set(), "a factor was found for them"
    with (NEW / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["item"] for row in rows} <= items | unavailable
    assert len({(row["item"], row["term"]) for row in rows}) == len(rows)
    assert {row["language"] for row in rows} == {"en", "zh"}
