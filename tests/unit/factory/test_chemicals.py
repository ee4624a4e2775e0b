"""Chemicals: how a factor is found, what remains, every refusal of the contract with its place and a word of its cure."""

from __future__ import annotations

import csv
import json
import re
from math import fsum
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from site_tables import rows

import textile_pcf as tp
from paths import ROOT
from textile_pcf.cli import run
from textile_pcf.factory.cas import is_cas_number

CHINESE = re.compile("[\u4e00-\u9fff]")
STOCK = "chemical,opening,purchased,closing,unit,item\nsalt,10,50,12,kg,sodium_chloride_brine"
RECIPES = "batch,chemical,dose,unit,liquor_ratio\nB1,salt,60,g/L,1:8"
BATCHES = "batch,product,process,input,output,unit\nB1,A,dyeing,100,98,kg"
HEAD = "chemical,opening,purchased,closing,unit,item,cas,active,other\n"
MAP = "chemical,cas,name,item,active,level,reason\n"


DEFAULT = tp.load_factors()


def chemicals(stock=STOCK, recipes=RECIPES, batches=BATCHES, chemical_map=None, **options):
    options = {"factors": DEFAULT, **options}
    return tp.factory.chemicals(
        rows(stock), rows(recipes), rows(batches), rows(chemical_map) if chemical_map else None, **options
    )


def one_chemical(cells: str, chemical_map: str | None = None, **options):
    """The match of a chemical of which 48 kg were used; `cells` are name, item, cas and active."""
    stock = f"chemical,opening,purchased,closing,unit,name,item,cas,active\nsalt,10,50,12,kg,{cells}"
    return chemicals(stock, chemical_map=chemical_map, require="0%", **options)["matches"][0]


# ------------------------------------------------------------------ matching, in this order, never by likeness


@pytest.mark.parametrize(
    ("cells", "chemical_map", "item", "level"),
    [
        ("Glauber's salt,sulfuric_acid,7757-82-6,", MAP + "salt,,,methanol,,exact,", "sulfuric_acid", "given"),
        ("元明粉,,7757-82-6,", MAP + "salt,,,methanol,,exact,", "methanol", "given"),
        ("元明粉,,7757-82-6,", MAP + ",7757-82-6,,methanol,,class,a liquid too", "methanol", "class"),
        ("元明粉,,7757-82-6,", MAP + ",,元明粉,methanol,,替代,见评审", "methanol", "proxy"),
        ("methanol,,7757-82-6,", None, "sodium_sulfate", "cas"),
        ("元明粉,,,", None, "sodium_sulfate", "name"),
        ("Sodium Sulphate,,,", None, "sodium_sulfate", "name"),
        ("SODIUM-SULFATE,,,", None, "sodium_sulfate", "name"),
        ("sodium sulfat,,,", None, None, "none"),
        ("soda ash,,497-19-8,", None, None, "none"),
        ("soda ash,soda_ash,,", None, None, "none"),
        ("元明粉,soda_ash,7757-82-6,", None, None, "none"),
        ("caustic soda,,,", None, None, "none"),
    ],
    ids=[
        "given before all", "map before CAS", "map by CAS", "map by name", "CAS before name", "name in Chinese",
        "name in English", "item itself", "not by likeness", "direct is no life cycle", "direct given",
        "what is given is not replaced", "a name of two items",
    ],
)  # fmt: skip
def test_ways_to_a_factor(cells, chemical_map, item, level):
    match = one_chemical(cells, chemical_map)
    assert (match["item"], match["level"]) == (item, level)


def test_candidates_are_shown_and_not_taken():
    match = one_chemical("caustic soda,,,")
    assert match["item"] is None
    assert "caustic_soda_50" in match["candidates"]


def test_only_the_tables_named_are_asked():
    lye = one_chemical("caustic soda,,1310-73-2,30 %")
    assert (lye["item"], lye["active_ratio"]) == ("caustic_soda", pytest.approx(0.3))
    assert one_chemical("caustic soda,,1310-73-2,", factors="alternatives")["item"] == "caustic_soda_solid"
    assert one_chemical("caustic soda,,1310-73-2,", factors=["default", "alternatives"])["level"] == "none"
    own = [{"item": "soda_ash", "value": 1.1, "unit": "kgCO2e/kg", "region": "CN", "year": 2024, "kind": "life_cycle",
            "source": "supplier", "locator": "letter"},
           {"item": "pcf:DYE", "value": 9, "unit": "kgCO2e/kg", "region": "CN", "year": 2024, "kind": "cradle_to_gate",
            "source": "supplier", "locator": "letter"}]  # fmt: skip
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(own)
    assert one_chemical("soda ash,,497-19-8,", factors=table)["level"] == "cas"
    assert one_chemical("a dye,pcf:DYE,,", factors=table)["level"] == "given"
    assert one_chemical("元明粉,,7757-82-6,", factors=table)["level"] == "none"


def test_two_items_of_one_name_are_not_guessed():
    pandas = pytest.importorskip("pandas")
    both = [{"item": item, "name_en": "Salt", "value": 1, "unit": "kgCO2e/kg", "region": "CN", "year": 2024,
             "kind": "life_cycle", "source": "s", "locator": "l"} for item in ("sea_salt", "rock_salt")]  # fmt: skip
    match = one_chemical("Salt,,,", factors=pandas.DataFrame(both))
    assert (match["item"], sorted(match["candidates"])) == (None, ["rock_salt", "sea_salt"])


def test_shipped_cas_numbers_have_right_check_digits_and_sources():
    with (ROOT / "emission_factors/cas.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert all(is_cas_number(row["cas"]) and row["source"] and row["cas"] in row["locator"] for row in listed)
    assert len({(row["item"], row["cas"]) for row in listed}) == len(listed)


@pytest.mark.parametrize("text", ["7757-82-6", "7722-84-1", "50-00-0", "1310-73-2"])
def test_a_wrong_check_digit_is_noticed(text):
    assert [digit for digit in "0123456789" if is_cas_number(text[:-1] + digit)] == [text[-1]]
    assert not is_cas_number(text.replace("-", ""))
    assert not is_cas_number(text[::-1])


def test_a_given_item_without_factor_is_said():
    stock = STOCK.replace("sodium_chloride_brine", "soda_ash")
    assert any("'soda_ash' has no factor of kind life_cycle" in text for text in chemicals(stock, require="0%").warnings)


# ------------------------------------------------------------------ what was used


def test_rework_uses_and_gives_no_output():
    batches = BATCHES.replace("unit", "unit,rework") + ",no\nB2,A,dyeing,100,97,kg,yes"
    result = chemicals(STOCK.replace("50", "98"), RECIPES + "\nB2,salt,48,kg,", batches)
    assert (result["products"][0]["kg"], result.activity[0]["amount"]) == (96.0, 98.0)


def test_the_conformance_level_is_carried_and_changes_no_number():
    levels = chemicals(STOCK.replace("unit,item", "unit,item,mrsl_level") + ",Level 3")
    assert levels["balance"][0].pop("mrsl_level") == "Level 3"
    assert list(levels.activity) == list(chemicals().activity)
    assert chemicals()["balance"][0]["mrsl_level"] is None


def test_one_workbook_holds_all_tables_with_chinese_heads(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheets = {
        "stock": [
            ["化学品", "期初库存", "采购", "期末库存", "单位", "因子"],
            ["盐", 10, 50, 12, "kg", "sodium_chloride_brine"],
        ],
        "recipes": [["缸号", "化学品", "用量", "单位", "浴比"], ["B1", "盐", 60, "g/L", "1:8"]],
        "batches": [["缸号", "产品", "工序", "投入", "产出", "单位"], ["B1", "府绸", "dyeing", 100, 98, "kg"]],
    }
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    del book["Sheet"]
    book.save(tmp_path / "mill.xlsx")
    result = tp.factory.chemicals(*[tmp_path / "mill.xlsx"] * 3, factors=DEFAULT)
    assert (result["products"][0]["kg"], result.activity[0]["product"]) == (48.0, "府绸")


def test_other_movements_leave_the_store():
    stock = HEAD + "salt,10,60,12,kg,sodium_chloride_brine,,,10"
    assert chemicals(stock)["balance"][0]["consumption"] == 48


def test_nothing_matched_gives_no_row_and_no_output():
    result = chemicals(STOCK.replace("sodium_chloride_brine", ""), require="0 %")
    assert (list(result.activity), result["coverage"], result["missing"][0]["share"]) == ([], 0.0, 1.0)


def test_an_output_in_metres_has_no_use_per_kg():
    recipes = RECIPES.replace("60,g/L,1:8", "48,kg,")
    result = chemicals(STOCK, recipes, "batch,product,process,output,unit\nB1,A,dyeing,900,m")
    assert (result["products"][0]["kg_per_kg"], result.activity[0]["unit"]) == (None, "m")


def test_flow_of_the_stock_and_year():
    stock = STOCK.replace("unit,item", "unit,item,flow") + ",dyes"
    row = chemicals(stock, year=2024).activity[1]
    assert (row["flow"], row["year"], row["per"]) == ("dyes", "2024", "period")


def test_batches_without_recipe_and_idle_rows_of_the_map_are_said():
    said = chemicals(batches=BATCHES + "\nB2,A,dyeing,50,49,kg", chemical_map=MAP + "starch,,,starch_glue,,exact,").warnings
    assert any("Batches without a recipe: 1 of 2, such as 'B2'." in text for text in said)
    assert any("no chemical of the stock: 1" in text for text in said)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0.001, 1e4)), min_size=1, max_size=12), st.floats(0, 0.9))
def test_products_and_remainder_are_the_consumption(doses, left):
    total = fsum(dose for _, dose in doses) / (1 - left)
    stock = [{"chemical": "salt", "opening": 0, "purchased": total, "closing": 0, "unit": "kg", "item": "sodium_sulfate"}]
    made = [{"batch": name, "product": name, "process": "dyeing", "output": 1, "unit": "kg"} for name in "ABC"]
    recipes = [{"batch": name, "chemical": "salt", "dose": dose, "unit": "kg"} for name, dose in doses]
    for options in ({}, {"spread": "recipe"}):
        result = tp.factory.chemicals(stock, recipes, made, factors=DEFAULT, **options)
        [balance] = result["balance"]
        assert fsum(row["kg"] for row in result["products"]) + balance["remainder"] == pytest.approx(total, rel=1e-9)
        backwards = tp.factory.chemicals(stock, recipes[::-1], made[::-1], factors=DEFAULT, **options)
        assert backwards["products"] == result["products"]


def test_the_activity_goes_into_a_footprint(tmp_path):
    rule = tmp_path / "dyed.yaml"
    rule.write_text(
        'rule: dyed\nedition: "1"\nboundary: gate_to_gate\nproduct: {unit: kg}\nstages:\n'
        "- {id: dyeing, flows: {chemicals: {unit: kg}}}\n", encoding="utf-8")  # fmt: skip
    table = chemicals(STOCK.replace("unit,item", "unit,item,region") + ",FR").frame()
    assert tp.footprint(table, rule, DEFAULT).totals == pytest.approx([48 / 98 * 0.169])


# ------------------------------------------------------------------ refusals

STOCK_MISTAKES = {
    "consumption below zero": (
        HEAD + "salt,10,50,70,kg,,,,0", r"row 0 \(closing\)", "below zero: -10 kg", "opening \\+ purchased"),
    "empty is not zero": (HEAD + "salt,,50,2,kg,,,,0", r"row 0 \(opening\)", "empty is not zero", "0 where there was nothing"),
    "other empty": (HEAD + "salt,10,50,12,kg,,,,", r"row 0 \(other\)", "empty is not zero", "0 where"),
    "a chemical twice": (
        HEAD + "salt,10,50,12,kg,,,,0\nsalt,0,1,0,kg,,,,0", r"row 1 \(chemical\)", "already in row 0", "add up"),
    "a volume": (HEAD + "salt,10,50,12,L,,,,0", r"row 0 \(opening\)", "measures volume", "density"),
    "no unit": (HEAD + "salt,10,50,12,,,,,0", r"row 0 \(unit\)", "unit is missing", "kg"),
    "no number": (HEAD + "salt,many,50,12,kg,,,,0", r"row 0 \(opening\)", "'many'", "number"),
    "infinite": (HEAD + "salt,1,inf,12,kg,,,,0", r"row 0 \(purchased\)", "inf", "number"),
    "negative": (HEAD + "salt,-1,50,1,kg,,,,0", r"row 0 \(opening\)", "below 0", "not smaller"),
    "a formula": (HEAD + "salt,=A1,50,1,kg,,,,0", r"row 0 \(opening\)", "=A1", "Write"),
    "a total among the rows": (
        HEAD + "salt,10,50,12,kg,,,,0\n合计,10,50,12,kg,,,,0", r"row 1 \(chemical\)", "no data", "Clear this row"),
    "a wrong check digit": (
        HEAD + "salt,10,50,12,kg,,7757-82-5,,0", r"row 0 \(cas\)", "'7757-82-5' is no CAS number", "safety data sheet"),
    "active content as 50": (HEAD + "salt,10,50,12,kg,methanol,,50,0", r"row 0 \(active\)", "'50' is no active", "50 %"),
    "active content without that of the factor": (
        HEAD + "salt,10,50,12,kg,methanol,,50 %,0", r"row 0 \(active\)", "'methanol' is per is not stated", "in the map"),
    "more used than there was": (
        HEAD + "salt,10,47,12,kg,methanol,,,0", r"row 0 \(closing\)", "take 48 kg of 'salt', and 45 kg", "tolerance"),
    "no factor": (
        HEAD + "salt,10,50,12,kg,,,,0", r"row 0 \(item\)", "'salt' has no factor: 48 kg, 100.0%", "Add it to the map"),
}  # fmt: skip
STOCK_MISTAKES["the factor is per active content"] = (
    HEAD + "lye,10,50,12,kg,,1310-73-2,,0\nsalt,10,50,12,kg,lime,,,0",
    r"row 0 \(active\)", "'caustic_soda' is per active content, and that of 'lye' is not stated", "such as 50 %")  # fmt: skip
RECIPE_MISTAKES = {
    "an unknown batch": ("B9,salt,60,kg,,", r"row 0 \(batch\)", "'B9' is not in the table batches", "Add it there"),
    "an unknown chemical": ("B1,salz,60,g/L,8,", r"row 0 \(chemical\)", "'salz' is not in the table stock", "mean 'salt'"),
    "a dose in litres": ("B1,salt,2,L,8,", r"row 0 \(unit\)", "in 'L' measures volume", "in kg, in %"),
    "a dose in mL per litre": ("B1,salt,2,mL/L,8,", r"row 0 \(unit\)", "'mL/L' is no part of the input", "in kg, in %"),
    "a dose without unit": ("B1,salt,2,,8,", r"row 0 \(unit\)", "unit is missing", "g/L"),
    "no dose": ("B1,salt,,kg,8,", r"row 0 \(dose\)", "empty", "Fill it in"),
    "g/L without liquor": ("B1,salt,60,g/L,,", r"row 0 \(liquor_ratio\)", "needs the liquor", "such as 1:8"),
    "liquor twice": ("B1,salt,60,g/L,1:8,800 L", r"row 0 \(liquor\)", "a liquor and a liquor ratio", "Keep one"),
    "a ratio the other way round": ("B1,salt,60,g/L,8:1,", r"row 0 \(liquor_ratio\)", "'8:1' is no liquor ratio", "1:8"),
    "a ratio no bath has": ("B1,salt,60,g/L,1e308,", r"row 0 \(liquor_ratio\)", "too large to calculate", "Check the number"),
    "a ratio of too many digits": (f"B1,salt,60,g/L,1:{'9' * 400},", r"row 0 \(liquor_ratio\)", "no liquor ratio", "1:8"),
    "a ratio made a time": ("B1,salt,60,g/L,01:08:00,", r"row 0 \(liquor_ratio\)", "no liquor ratio", "Excel"),
    "no liquor": ("B1,salt,60,g/L,,0 L", r"row 0 \(liquor\)", "0 or less", "bath held"),
    "no input": ("B2,salt,2,%,,", r"row 0 \(batch\)", "input of batch 'B2' is not known", "Fill in the column `input`"),
    "no input for the ratio": ("B2,salt,2,g/L,8,", r"row 0 \(batch\)", "input of batch 'B2' is not known", "liquor in L"),
    "a batch of two processes": ("B3,salt,2,kg,,", r"row 0 \(batch\)", "has several rows, also row 3", "of its own"),
    "no output": ("B4,salt,48,kg,,", r"row 4 \(output\)", "uses chemicals at 'dyeing' and has no output", "first-quality"),
}  # fmt: skip
MAP_MISTAKES = {
    "class without a reason": ("salt,,,methanol,,class,", r"row 0 \(reason\)", "class needs a reason", "Say why"),
    "proxy without a reason": ("salt,,,methanol,,proxy,", r"row 0 \(reason\)", "proxy needs a reason", "Say why"),
    "no subject": (",,,methanol,,exact,", r"row 0 \(chemical\)", "here are 0", "one of the three"),
    "two subjects": ("salt,,Salt,methanol,,exact,", r"row 0 \(chemical\)", "here are 2", "one of the three"),
    "the same twice": (
        "salt,,,methanol,,exact,\nSALT,,,lime,,exact,", r"row 1 \(chemical\)", "already in row 0", "Keep one"),
    "an unknown level": ("salt,,,methanol,,similar,x", r"row 0 \(level\)", "'similar' is no value", "exact, class, proxy"),
    "no item": ("salt,,,,,exact,", r"row 0 \(item\)", "empty", "Fill it in"),
    "a wrong CAS number": (",7757-82-0,,methanol,,exact,", r"row 0 \(cas\)", "no CAS number", "Correct"),
    "active content of the factor alone": (
        "salt,,,methanol,100 %,exact,", r"row 0 \(active\)", "'methanol' is per active content", "such as 50 %"),
}  # fmt: skip


def refused(place, what, cure, *tables, **options):
    with pytest.raises(tp.InputError) as caught:
        chemicals(*tables, **options)
    said = [str(problem) for problem in caught.value.problems]
    pattern = re.compile(f"{place}: .*{what}.*{cure}", re.DOTALL)
    assert any(pattern.search(text) for text in said), said
    for problem in caught.value.problems:
        assert CHINESE.search(problem.localized("zh").partition(": ")[2]), problem


@pytest.mark.parametrize("name", STOCK_MISTAKES)
def test_mistake_of_the_stock(name):
    stock, *answer = STOCK_MISTAKES[name]
    refused(*answer, stock)


@pytest.mark.parametrize("name", RECIPE_MISTAKES)
def test_mistake_of_a_recipe(name):
    line, *answer = RECIPE_MISTAKES[name]
    batches = "batch,product,process,input,output,unit\nB1,A,dyeing,100,98,kg\nB2,A,dyeing,,98,kg\n"
    batches += "B3,A,dyeing,1,1,kg\nB3,A,finishing,1,1,kg\nB4,Z,dyeing,9,0,kg"
    refused(*answer, STOCK, "batch,chemical,dose,unit,liquor_ratio,liquor\n" + line, batches)


@pytest.mark.parametrize("name", MAP_MISTAKES)
def test_mistake_of_the_map(name):
    lines, *answer = MAP_MISTAKES[name]
    refused(*answer, STOCK.replace("sodium_chloride_brine", ""), RECIPES, BATCHES, MAP + lines)


def test_coverage_below_what_is_required_names_every_chemical():
    stock = STOCK + "\nwax,0,2,0,kg,\noil,0,3,0,kg,"
    with pytest.raises(tp.InputError) as caught:
        chemicals(stock, RECIPES + "\nB1,wax,2,kg,\nB1,oil,3,kg,", require="95%")
    said = [problem.what for problem in caught.value.problems]
    assert said[0] == "Factors cover 90.566038 % of the consumption by mass, and 95 % are required."
    assert [text.partition(",")[0] for text in said[1:]] == ["'oil' has no factor: 3 kg", "'wax' has no factor: 2 kg"]


@pytest.mark.parametrize("options", [{"require": "101%"}, {"require": "0.9"}, {"tolerance": "-1%"}, {"spread": "mass"},
                                     {"year": 24}, {"factors": "defualt"}])  # fmt: skip
def test_wrong_options_are_usage_errors(options):
    with pytest.raises(tp.UsageError):
        chemicals(**options)


@pytest.mark.parametrize("wrong", [None, 5, "missing.csv", [], [[]], {"rows": []}, object()])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(tp.PcfError):
        tp.factory.chemicals(wrong, rows(RECIPES), rows(BATCHES))


# ------------------------------------------------------------------ the command


@pytest.fixture
def mill(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("stock", STOCK), ("recipes", RECIPES), ("batches", BATCHES)):
        Path(f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    return ["factory", "chemicals", "stock.csv", "--recipes", "recipes.csv", "--batches", "batches.csv"]


def test_command_json_and_csv(mill, capsys):
    assert run(mill) == 0
    keys = ["balance", "products", "matches", "levels", "coverage", "missing", "activity", "warnings"]
    assert list(json.loads(capsys.readouterr().out)) == keys
    assert run([*mill, "--format", "csv", "--year", "2024"]) == 0
    assert "A,dyeing,chemicals,48.0,kg,sodium_chloride_brine,,2024,period,measured" in capsys.readouterr().out


@pytest.mark.parametrize(("lang", "word"), [("en", "'salt' has no factor: 48 kg"), ("zh", "'salt' 没有因子：48 kg")])
def test_refusal_is_4_and_prints_nothing(mill, capsys, lang, word):
    Path("stock.csv").write_text(STOCK.replace("sodium_chloride_brine", "") + "\n", encoding="utf-8")
    assert run([*mill, "--lang", lang]) == 4
    out, err = capsys.readouterr()
    assert (out, word in err) == ("", True)


@pytest.mark.parametrize("more", [["--require", "2"], ["--factors", "nope"], ["--spread", "mass"], ["-o", "stock.csv"]])
def test_usage_is_2(mill, capsys, more):
    assert run([*mill, *more]) == 2
    assert capsys.readouterr().out == ""


def test_a_wrong_table_of_factors_is_3(mill, capsys):
    Path("factors.csv").write_text("item,value\nsalt,x\n", encoding="utf-8")
    assert run([*mill, "--factors", "factors.csv"]) == 3
    assert capsys.readouterr().out == ""
