"""The inventory of a site: every refusal with its place and a word of its cure, what always holds, the command."""

from __future__ import annotations

import json
import re
from math import fsum
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from site_tables import PLAN, PRODUCTION, rows

import textile_pcf as tp
from textile_pcf.cli import run

CHINESE = re.compile("[\u4e00-\u9fff]")
FACTORS = tp.load_factors(pd.DataFrame(rows("""
item,value,unit,region,year,kind,gwp,source,locator
electricity,0.4,kgCO2e/kWh,CN,2024,direct,AR6,s,l
natural_gas,2.16,kgCO2e/m3,CN,2024,combustion,AR6,s,l
diesel,5,kgCO2e/kg,CN,2024,life_cycle,AR6,s,l
refrigerant_r134a,1530,kgCO2e/kg,GLO,2021,direct,AR6,s,l
""")))  # fmt: skip
HEAD = "carrier,class,scope,category,use,amount,unit,item,kind,region,year,ncv,carbon,oxidation,purity\n"
WATER = "carrier,class,amount,unit,cod_in,cod_out,removed,mcf,recovered\n"


def inventory(utilities, production=None, plan=None, **options):
    tables = (rows(text) if text else None for text in (utilities, production, plan))
    return tp.factory.inventory(*tables, **{"factors": FACTORS, **options})


MISTAKES = {
    "no class": (HEAD + "oil,,,,,5,kg,,,CN,,,,,", r"row 0 \(class\)", "class of 'oil' is not known", "biomass"),
    "an unknown class": (HEAD + "oil,fule,,,,5,kg,,,CN,,,,,", r"row 0 \(class\)", "'fule' is no value", "mean 'fuel'"),
    "another scope": (
        HEAD + "natural_gas,fuel,2,,,5,m3,,,CN,,,,,", r"row 0 \(scope\)", "fuel is of scope 1, and here is '2'", "Write 1"),
    "scope 3 without scope": (
        HEAD + "paper,other,,1,,5,kg,,,CN,,,,,", r"row 0 \(scope\)", "other is of scope 3", "Write 3"),
    "scope 3 without category": (
        HEAD + "paper,other,3,,,5,kg,,,CN,,,,,", r"row 0 \(category\)", "categories 1 to 15", "number of the category"),
    "category 16": (HEAD + "paper,other,3,16,,5,kg,,,CN,,,,,", r"row 0 \(category\)", "1 to 15", "number"),
    "a category at a fuel": (
        HEAD + "natural_gas,,,4,,5,m3,,,CN,,,,,", r"row 0 \(category\)", "fuel does not use the column", "Leave it empty"),
    "a life-cycle factor for a direct one": (
        HEAD + "natural_gas,,,,,5,m3,,life_cycle,CN,,,,,", r"row 0 \(kind\)", "takes factors of kind 'combustion'", "Leave"),
    "only a life-cycle factor": (
        HEAD + "diesel,,,,,5,kg,,,CN,,,,,", r"row 0 \(item\)", "of kind 'combustion'", "Name an item|No row"),
    "no factor": (
        HEAD + "electricity,,,,,5,kWh,power,,CN,,,,,", r"row 0 \(item\)", "no emission factor 'power'", "Search|mean"),
    "no region": (
        HEAD + "electricity,,,,,5,kWh,,,Atlantis,,,,,", r"row 0 \(region\)", "'Atlantis' is not a region", "ISO 3166"),
    "a fuel sold": (
        HEAD + "natural_gas,,,,sold,5,m3,,,CN,,,,,", r"row 0 \(use\)", "Only electricity and heat", "out of the amount"),
    "a heating value alone": (
        HEAD + "natural_gas,,,,,5,m3,,,CN,,38.931 MJ/m3,,,", r"row 0 \(carbon\)", "ncv is given", "or none of them"),
    "oxidation without the others": (
        HEAD + "natural_gas,,,,,5,m3,,,CN,,,,0.99,", r"row 0 \(ncv\)", "oxidation is given, and 'ncv'", "or none"),
    "a heating value without unit": (
        HEAD + "natural_gas,,,,,5,m3,,,CN,,38.931,15.3,0.99,", r"row 0 \(ncv\)", "'38.931' is no heating value", "MJ/m3"),
    "a heating value per kg": (
        HEAD + "natural_gas,,,,,5,m3,,,CN,,38 MJ/kg,15.3,0.99,", r"row 0 \(ncv\)", "counted in m3", "38.931 MJ/m3"),
    "carbon in t per GJ": (
        HEAD + "natural_gas,,,,,5,m3,,,CN,,38 MJ/m3,0.0153,0.99,", r"row 0 \(carbon\)", "No fuel has 0.0153 kg", "15.3"),
    "kilocalories a thousand times too few": (
        HEAD + "natural_gas,,,,,5,m3,,,CN,,9.3 kcal/m3,15.3,0.99,", r"row 0 \(ncv\)",
        "No fuel has 9.3 kcal/m3 of heat; they have 0.003 – 0.12 GJ/m3", "38.931 MJ/m3"),
    "MJ written for kJ": (
        HEAD + "natural_gas,,,,,5,m3,,,CN,,38931 MJ/m3,15.3,0.99,", r"row 0 \(ncv\)",
        "No fuel has 38931 MJ/m3", "38.931 MJ/m3"),
    "coal in kJ per t": (
        HEAD + "coal,,,,,5,t,,,CN,,23204 kJ/t,26.18,0.93,", r"row 0 \(ncv\)",
        "No fuel has 23204 kJ/t of heat; they have 5 – 60 GJ/t", "23.204 GJ/t"),
    "carbon of a solid": (
        HEAD + "coal,,,,,5,t,,,CN,,23.2 GJ/t,70.8,0.93,", r"row 0 \(carbon\)", "have 10 to 40", "15.3"),
    "oxidation of 99": (
        HEAD + "natural_gas,,,,,5,m3,,,CN,,38 MJ/m3,15.3,99,", r"row 0 \(oxidation\)", "'99' is no part of 1", "99 %"),
    "purity of 150 %": (HEAD + "soda_ash,process,,,,5,kg,,,CN,,,,,150 %", r"row 0 \(purity\)", "no part of 1", "from 0 to 1"),
    "purity at a fuel": (HEAD + "natural_gas,,,,,5,m3,,,CN,,,,,90 %", r"row 0 \(purity\)", "does not use", "correct the class"),
    "no load": (WATER + "wastewater,,5,m3,,100,,0.3,", r"row 0 \(cod_in\)", "needs 'cod_in'", "the class none"),
    "no correction factor": (WATER + "wastewater,,5,m3,500,100,,,", r"row 0 \(mcf\)", "needs 'mcf'", "Fill it in"),
    "less than no methane": (
        WATER + "wastewater,,1000,m3,500,600,,0.3,", r"row 0 \(cod_in\)", "less than none", "less is removed"),
    "more recovered than made": (
        WATER + "wastewater,,1000,m3,500,100,,0.3,31", r"row 0 \(cod_in\)", "-1 kg of methane", "`recovered`"),
    "a negative load": (WATER + "wastewater,,5,m3,-5,100,,0.3,", r"row 0 \(cod_in\)", "below 0", "not smaller"),
    "a load of another kind": (WATER + "wastewater,,5,m3,500 kg,100,,0.3,", r"row 0 \(cod_in\)", "measures mass", "mg/L"),
    "water by mass": (WATER + "effluent,废水处理,5,t,500,100,,0.3,", r"row 0 \(unit\)", "its volume is needed", "in m3"),
    "a load at electricity": (WATER + "electricity,,5,kWh,500,,,,", r"row 0 \(cod_in\)", "does not use", "Leave it empty"),
    "two years": (
        HEAD + "electricity,,,,,5,kWh,,,CN,2024,,,,\nnatural_gas,,,,,5,m3,,,CN,2023,,,,",
        r"row 1 \(year\)", "of 2023", "one year"),
    "no amount": (HEAD + "electricity,,,,,,kWh,,,CN,2024,,,,", r"row 0 \(amount\)", "empty", "Fill it in"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "kilograms"),
    [
        ("blast_furnace_gas,fuel,,,,1000,m3,,,CN,,3.763 MJ/m3,70.8,0.99,", 3.763 * 70.8 * 0.99 * 44 / 12),
        ("diesel,fuel,,,,1000,L,,,CN,,35.8 MJ/L,20.2,0.98,", 35.8 * 20.2 * 0.98 * 44 / 12),
        ("coal,,,,,1,t,,,CN,,5000 kcal/kg,26.18,0.93,", 20.934 * 26.18 * 0.93 * 44 / 12),
    ],
    ids=["a thin gas of much carbon", "a liquid by its volume", "coal in kilocalories"],
)
def test_fuels_of_all_kinds(cells, kilograms):
    """NCV × carbon × oxidation × 44/12; blast furnace gas has 70.8 kg C/GJ, more than solids and liquids."""
    assert inventory(HEAD + cells)["total"] == pytest.approx(kilograms, rel=1e-4)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name):
    utilities, place, what, cure = MISTAKES[name]
    with pytest.raises(tp.InputError) as caught:
        inventory(utilities)
    said = [str(problem) for problem in caught.value.problems]
    pattern = re.compile(f"{place}: .*{what}.*({cure})", re.DOTALL)
    assert any(pattern.search(text) for text in said), said
    for problem in caught.value.problems:
        assert CHINESE.search(problem.localized("zh").partition(": ")[2]), problem


def test_all_problems_at_once():
    with pytest.raises(tp.InputError) as caught:
        inventory(
            HEAD + "oil,,,,,5,kg,,,CN,,,,,\nelectricity,,1,,,5,kWh,,,CN,24,,,,\nnatural_gas,,,,,-5,m3,,,CN,,,,2,",
            PRODUCTION,
            PLAN,
        )
    places = {problem.where for problem in caught.value.problems}
    assert {"row 0 (class)", "row 1 (scope)", "row 1 (year)", "row 2 (amount)", "row 2 (oxidation)", "row 2 (ncv)"} <= places


@pytest.mark.parametrize("options", [{"gwp": "AR7"}, {"profile": "iso"}, {"tolerance": "2"}, {"factors": "defualt"}])
def test_wrong_options_are_usage_errors(options):
    with pytest.raises(tp.UsageError):
        inventory(HEAD + "electricity,,,,,5,kWh,,,CN,,,,,", **options)


@pytest.mark.parametrize("wrong", [None, 5, "missing.csv", [], [[]], {"rows": []}, object()])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(tp.PcfError):
        tp.factory.inventory(wrong)


def test_the_default_factor_is_that_of_the_formula():
    """The row natural_gas CN was made of 38.931 MJ/m3, 15.3 t C/TJ and 99 %."""
    default = tp.load_factors()
    [by_factor] = inventory(HEAD + "natural_gas,,,,,1000,m3,,,CN,2024,,,,", factors=default)["lines"]
    by_formula = inventory(HEAD + "natural_gas,,,,,1000,m3,,,CN,2024,38.931 MJ/m3,15.3,0.99,")["total"]
    assert by_factor["kgCO2e"] == pytest.approx(by_formula, rel=1e-5)
    assert "natural_gas CN" in by_factor["formula"]


def test_heat_is_matched_with_steam_and_water_gives_nothing_off():
    result = inventory(HEAD + "heat,,,,,10,GJ,,,CN,2024,,,,\nwater,,,,,9,m3,,,CN,2024,,,,", factors=None)
    [line] = result["lines"]
    assert (line["class"], line["scope"], line["kgCO2e"]) == ("heat", 2, pytest.approx(1100))


def test_what_the_output_says_of_itself():
    row = HEAD + "R-134a,,,,,1,kg,,,,2024,,,,"
    for profile in ("ghg_protocol", "gbt32151"):
        assert any(f"profile {profile} is an interpretation" in text for text in inventory(row, profile=profile).warnings)
    said = inventory(row, gwp="AR5").warnings
    assert any("without a region" in text for text in said)
    assert any("not under AR5: refrigerant_r134a" in text for text in said)


def test_an_output_that_is_final_is_the_declared_one():
    made = "product,process,output,unit,final\nA,dyeing,400,t,\nA,printing,390,t,yes\nB,dyeing,1,t,\nB,printing,2,t,"
    power = HEAD + "electricity,,,,,1,MWh,,,CN,2024,,,,"
    first, second = inventory(power, made, PLAN)["products"]
    assert (first["output"], first["intensity"]) == (390.0, first["kgCO2e"] / 390)
    assert (second["output"], second["unit"], second["intensity"]) == (None, None, None)


def test_what_no_plan_names_remains():
    sources = HEAD + "electricity,,,,,1,MWh,,,CN,2024,,,,\nnatural_gas,,,,,100,m3,,,CN,2024,,,,"
    result = inventory(sources, PRODUCTION, PLAN)
    assert (result["allocated"], result["remainder"]) == (pytest.approx(400), pytest.approx(216))
    alone = inventory(sources)
    assert (alone["products"], alone["allocated"], alone["remainder"]) == ([], 0.0, result["total"])


AMOUNT = st.floats(0.001, 1e6)


@settings(max_examples=25, deadline=None)
@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT, st.floats(0, 1), st.sampled_from(["ghg_protocol", "gbt32151"]))
@example(site=20477.0, canteen=4.0, sold=20481.0, weight=1.0, part=0.0, profile="gbt32151")  # sells what it buys
def test_products_and_remainder_are_the_site(site, canteen, sold, weight, part, profile):
    base = {"carrier": "electricity", "unit": "kWh", "region": "CN", "year": 2024}
    used = [
        {**base, "amount": site},
        {**base, "amount": canteen, "use": "domestic"},
        {**base, "amount": sold, "use": "sold"},
        {**base, "amount": site * part, "process": "dyeing"},
        {**base, "carrier": "R134a", "unit": "kg", "amount": weight},
    ]
    made = [{"product": name, "process": name, "output": 1, "unit": "t"} for name in ("dyeing", "printing", "finishing")]
    plan = [
        {"carrier": "electricity", "process": name, "driver": "output", "weight": weight} for name in ("dyeing", "printing")
    ]
    plan.append({"carrier": "electricity", "process": "finishing", "driver": "none", "reason": "by hand"})
    result = tp.factory.inventory(used, made, plan, factors=FACTORS, profile=profile)
    products = fsum(row["kgCO2e"] for row in result["products"])
    assert products + result["remainder"] == pytest.approx(result["total"], rel=1e-9, abs=1e-9)
    assert fsum(row["kgCO2e"] for row in result["lines"]) == pytest.approx(result["total"], rel=1e-9, abs=1e-9)
    assert fsum(result["scopes"].values()) == pytest.approx(result["total"], rel=1e-9, abs=1e-9)
    doubled = [{**row, "amount": 2 * row["amount"]} for row in used]
    twice = tp.factory.inventory(doubled, made, plan[::-1], factors=FACTORS, profile=profile)
    assert twice["total"] == pytest.approx(2 * result["total"], rel=1e-9, abs=1e-9)


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("utilities.csv").write_text(HEAD + "electricity,,,,,1200,MWh,,,CN,2024,,,,\n", encoding="utf-8")
    for name, text in (("production", PRODUCTION), ("plan", PLAN)):
        Path(f"{name}.csv").write_text(text.strip() + "\n", encoding="utf-8")
    return ["factory", "inventory", "utilities.csv"]


def test_command_json_and_csv(site, capsys):
    assert run([*site, "--production", "production.csv", "--plan", "plan.csv"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [*result][:11] == ["profile", "gwp", "unit", "total", "scopes", "classes", "lines", "memo", "products", "allocated",
                              "remainder"]  # fmt: skip
    assert run([*site, "--format", "csv", "--profile", "gbt32151"]) == 0
    assert capsys.readouterr().out.startswith(
        "carrier,class,scope,category,use,process,amount,unit,kgCO2e,formula\nelectricity,"
    )


@pytest.mark.parametrize(("lang", "word"), [("en", "The class of 'oil' is not known."), ("zh", "'oil' 的类别未知")])
def test_refusal_is_4_and_prints_nothing(site, capsys, lang, word):
    Path("utilities.csv").write_text(HEAD + "oil,,,,,5,kg,,,CN,,,,,\n", encoding="utf-8")
    assert run([*site, "--lang", lang]) == 4
    out, err = capsys.readouterr()
    assert (out, word in err) == ("", True)


@pytest.mark.parametrize("more", [["--plan", "plan.csv"], ["--gwp", "AR9"], ["--profile", "iso"], ["-o", "utilities.csv"]])
def test_usage_is_2(site, capsys, more):
    assert run([*site, *more]) == 2
    assert capsys.readouterr().out == ""


def test_a_fault_is_5(site, capsys, monkeypatch):
    from textile_pcf.factory import site_inventory

    monkeypatch.setattr(site_inventory, "fsum", lambda numbers: 1.0)
    assert run([*site, "--production", "production.csv", "--plan", "plan.csv"]) == 5
    assert capsys.readouterr().out == ""
