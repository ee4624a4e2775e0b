"""Fuels by whatever the bill says: heating values and densities are cited, and what is not cited is refused."""

import csv

import pandas as pd
import pytest

import textile_pcf as tp
from paths import ROOT
from textile_pcf.factors import Match, Request, load_factors, shipped_tables
from textile_pcf.factors.fuels import ENERGY, MASS, VOLUME, convert_fuel, fuel_of, fuel_properties, sibling_items
from textile_pcf.units import UnitError, parse_unit

FILE = ROOT / "emission_factors/fuels.csv"


def test_every_value_is_cited_and_net():
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["property"] == "reference_enthalpy":
            assert row["value"] == "83.74" and row["source"]
            continue
        assert row["source"] and row["locator"] and row["name_zh"], row
        assert row["basis"] == ("net" if row["property"] == "net_heating_value" else "")
    keys = [(row["fuel"], row["region"], row["property"], row["unit"].split("/")[1]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert "fuels" not in shipped_tables()


def test_every_fuel_has_an_item_in_the_tables():
    items = set(load_factors().items)
    assert [fuel for fuel in fuel_properties() if not items & {fuel, *sibling_items(fuel)}] == []


@pytest.mark.parametrize(
    ("item", "region", "start", "target", "factor"),
    [
        ("natural_gas", "CN", VOLUME, ENERGY, 38.931),  # MJ/m3, NDRC guideline
        ("natural_gas_energy", "CN-JS", ENERGY, VOLUME, 1 / 38.931),
        ("bituminous_coal", "CN", MASS, ENERGY, 23.204),  # GJ/t = MJ/kg
        ("bituminous_coal", "IN", MASS, ENERGY, 25.8),  # IPCC 2006, world
        ("natural_gas", "CN", VOLUME, MASS, 38.931 / 48.0),  # by both values
        ("diesel", "GB", VOLUME, MASS, 830.719),  # kg/m3, two rows of DESNZ 2025
    ],
)
def test_mass_volume_and_energy_answer_one_another(item, region, start, target, factor):
    there, back = convert_fuel(item, region, start, target), convert_fuel(item, region, target, start)
    assert there.factor == pytest.approx(factor, rel=1e-9)
    assert there.factor * back.factor == pytest.approx(1)


def test_a_volume_of_a_liquid_needs_a_cited_density():
    assert convert_fuel("diesel", "CN", VOLUME, ENERGY) is None
    assert convert_fuel("gasoline", "GB", VOLUME, MASS) is None
    assert convert_fuel("electricity", "CN", ENERGY, MASS) is None
    assert fuel_of("electricity") is None


def test_a_factor_of_another_measure_answers_with_its_heating_value():
    factors = load_factors()
    found = factors.match(Request("natural_gas", "life_cycle", "CN", 0, parse_unit("m3")))
    assert isinstance(found, Match)
    assert found.fallback == "natural_gas→natural_gas_energy"
    assert found.conversion.startswith("natural_gas CN: net heating value 38.931 MJ/m3 (National Development")
    assert "低位热值 38.931 MJ/m3" in found.conversion.localized("zh")
    per_m3 = factors.tables[0].numbers["value"][found.row] / found.flow_units
    assert per_m3 == pytest.approx(0.07 * 38.931)


RULE = """
rule: burning
edition: "1"
product: {unit: kg}
stages: [{id: heat, region: CN, flows: {gas: {unit: m3, factor: natural_gas}}}]
"""


def test_explain_shows_the_conversion_and_its_source(tmp_path):
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    rows = [{"product": "P", "stage": "heat", "flow": "gas", "amount": 38.931, "unit": "MJ"}]
    result = tp.footprint(pd.DataFrame(rows), tmp_path / "rule.yaml")
    assert result.totals[0] == pytest.approx(0.07 * 38.931)
    text = result.explain("P")
    assert "38.931 MJ, by natural_gas CN: net heating value 38.931 MJ/m3" in text
    assert "net calorific value 38.931 MJ/Nm3" in text


ANYWHERE = RULE.replace("region: CN, ", "")


def test_a_fuel_of_an_unknown_region_asks_for_it(tmp_path):
    (tmp_path / "rule.yaml").write_text(ANYWHERE, encoding="utf-8")
    burnt = {"product": "P", "stage": "heat", "flow": "gas", "amount": 1, "unit": "t"}
    two = [{"product": "P", "stage": "heat", "region": "CN"}, {"product": "P", "stage": "product", "region": "GB"}]
    for places in ([], two):
        with pytest.raises(tp.InputError) as refusal:
            tp.footprint(pd.DataFrame([*places, burnt]), tmp_path / "rule.yaml")
        assert "no heating value or density is cited for an unknown region" in str(refusal.value)
        assert "name the region of the fuel in the column `region`" in str(refusal.value)


def burnt_in(name, region):
    """1 kWh of gas, whose flow counts m3, in a product of a region; in one without any if that is empty."""
    place = [{"product": name, "stage": "product", "region": region}] if region else []
    return [*place, {"product": name, "stage": "heat", "flow": "gas", "amount": 1, "unit": "kWh"}]


def test_the_region_of_a_fuel_is_that_of_its_own_product(tmp_path):
    """Gas of 38.931 MJ/m3 in China, provinces included, and of 10.196 kWh/m3 in Britain, whoever else is in the catalogue."""
    (tmp_path / "rule.yaml").write_text(ANYWHERE, encoding="utf-8")
    rows = [*burnt_in("P", "CN"), *burnt_in("Q", "GB"), *burnt_in("R", "CN-ZJ"), *burnt_in("S", "")]
    factors = "item,value,unit,region,year,kind,source,locator\nnatural_gas,2,kgCO2e/m3,GLO,,life_cycle,made up,-\n"
    (tmp_path / "factors.csv").write_text(factors, encoding="utf-8")
    wanted = {"P": 2 * 3.6 / 38.931, "Q": 2 / 10.196, "R": 2 * 3.6 / 38.931}
    for size in (1, 100):  # rows of a partition
        done = tp.calculate_batch(
            pd.DataFrame(rows), tmp_path / "rule.yaml", tmp_path / "factors.csv",
            out=tmp_path / f"by_{size}", partition_rows=size, progress=False,
        )  # fmt: skip
        table = done.read()
        assert dict(zip(table["product"].to_pylist(), table["total"].to_pylist(), strict=True)) == pytest.approx(wanted)
        assert [(one["product"], one["code"]) for one in done.problems()] == [("S", "no-heating-value")]
    for again in range(2):  # the second time from the rows that are known
        of_two = pd.DataFrame([*burnt_in("P", "CN"), *burnt_in("Q", "CN" if again else "GB")])
        result = tp.footprint(of_two, tmp_path / "rule.yaml", tmp_path / "factors.csv")
        assert result.totals.tolist() == pytest.approx([wanted["P"], wanted["P" if again else "Q"]])


@pytest.mark.parametrize("text", ["kWh (gross)", "kWh HHV", "MJ 高位热值"])
def test_gross_energy_is_kept_apart(text):
    with pytest.raises(UnitError) as refusal:
        parse_unit(text)
    assert "This is a gross heating value; the cited ones are net." in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("therm", "105.506 MJ in Europe"), ("US gallon", "3.78541 L"), ("imperial gallon", "4.54609 L"),
        ("short ton", "907.185 kg"), ("gross ton", "1016.05 kg"),
    ],
)  # fmt: skip
def test_trade_units_are_exact_or_refused_with_what_they_are(text, words):
    with pytest.raises(UnitError) as refusal:
        parse_unit(text)
    assert words in str(refusal.value)
    assert parse_unit("toe").factor == 41868
    assert parse_unit("MMBtu").factor == 1055.05585262
