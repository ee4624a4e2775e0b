"""Suggestions only where they help: of the dimension asked for, of the right sort, and where the answer belongs."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import textile_pcf as tp
from textile_pcf.units import UnitError, parse_unit

RULE = """\
rule: hint_lab
edition: "1"
sources: {m: {title: Made up}}
product: {unit: kg}
stages:
  - id: dyeing
    title: {en: Dyeing, zh: 染色}
    losses: [{id: waste, unit: "%", basis: input, optional: true}]
    flows:
      steamer: {unit: kWh, factor: power, optional: true, title: {en: Power of the steamer, zh: 蒸化机用电}}
      steam: {unit: kg, factor: steam, optional: true, title: {en: Steam, zh: 蒸汽}}
      gas: {unit: m3, factor: gas, optional: true, title: {en: Natural gas, zh: 天然气}}
      heat: {unit: MJ, factor: heat, optional: true, title: {en: Heat delivered, zh: 外购热力}}
      wash: {unit: kg, optional: true, category: chemical, title: {en: Washing agents, zh: 洗涤剂}}
  - {id: drying, flows: {heat: {unit: MJ, factor: heat, optional: true}, air: {unit: m3, factor: gas, optional: true}}}
alternatives:
  - {one_of: [dyeing.heat, dyeing.gas], note: {en: The carrier of the heat., zh: 热源。}}
"""
FACTORS = """\
item,value,unit,region,year,kind,category,source,locator
power,0.5,kgCO2e/kWh,CN,2023,life_cycle,,made up,1
steam,0.3,kgCO2e/kg,CN,2023,life_cycle,heat,made up,2
gas,2,kgCO2e/m3,CN,2023,life_cycle,fuel,made up,3
heat,0.1,kgCO2e/MJ,CN,2023,combustion,heat,made up,4
heat,0.1,kgCO2e/MJ,RER,2023,combustion,heat,made up,5
heat,0.1,kgCO2e/MJ,DE,2023,direct,heat,made up,6
soapy,1,kgCO2e/kg,CN,2023,life_cycle,fuel,made up,7
soap_bar,1,kgCO2e/kg,CN,2023,life_cycle,chemical,made up,8
"""
HEAD = "product,stage,flow,amount,unit,item,region,year,per\nP,product,,,,,CN,2023,\nP,dyeing,gas,1,m3,,,,\n"


def said(folder: Path, row: str, language: str = "en", rule: str = RULE) -> str:
    (folder / "rule.yaml").write_text(rule, encoding="utf-8")
    (folder / "factors.csv").write_text(FACTORS, encoding="utf-8")
    (folder / "mill.csv").write_text(f"{HEAD}{row}\n", encoding="utf-8")
    with pytest.raises(tp.PcfError) as raised:
        tp.footprint(folder / "mill.csv", folder / "rule.yaml", folder / "factors.csv")
    return raised.value.localized(language)


@pytest.mark.parametrize(
    ("flow", "text", "words"),
    [
        ("heat", "kWk", "Did you mean 'kWh'?"),
        ("heat", "KWH/KG", "Did you mean 'kWh/kg'? Capitals matter"),
        ("heat", "MWH", "Did you mean 'MWh'?"),
        ("steam", "KG", "Did you mean 'kg'?"),
        ("steam", "Kg", "Did you mean 'kg'?"),
        ("steam", "kgs", "Did you mean 'kg'?"),
        ("steam", "tonnne", "Did you mean 'tonne'?"),
        ("gas", "M3", "Did you mean 'm3'?"),
    ],
)
def test_a_unit_of_what_is_asked_for_is_offered(tmp_path: Path, flow: str, text: str, words: str) -> None:
    assert words in said(tmp_path, f"P,dyeing,{flow},1,{text},,CN,2022,")


@pytest.mark.parametrize(
    ("flow", "text", "words"),
    [
        ("heat", "therm", "A therm is 105.506 MJ in Europe and 105.480 MJ in the United States. Give it in MJ or MJ/kg."),
        ("heat", "gallon", "A gallon is 3.78541 L in the United States and 4.54609 L in Britain. Give it in MJ"),
        ("heat", "加仑", "A gallon is"),
        ("gas", "scf", "A standard cubic foot of gas is counted at states that differ. Give it in m3"),
        ("heat", "hp·h", "A horsepower is"),
        ("steamer", "ton of refrigeration", "A ton of refrigeration is a power of cold"),
        ("heat", "bbl", "A barrel of oil is 158.987 L"),
        ("heat", "Kg", "Give it in MJ or MJ/kg."),
        ("steam", "KWH", "Give it in kg or kg/kg."),
        ("heat", "mJ", "A small m makes a thousandth"),
        ("steam", "Mg", "Mg is a megagram"),
        ("steam", "short ton", "A short ton is 907.185 kg. Give it in kg"),
        ("steam", "蒸吨", "gives 1 t of steam per hour"),
        ("gas", "lts", "Give it in m3 or m3/kg."),
        ("steam", "gms", "Give it in kg or kg/kg."),
        ("heat", "TC", "Give it in MJ or MJ/kg."),
    ],
)
def test_nothing_of_another_thing_or_size_is_offered(tmp_path: Path, flow: str, text: str, words: str) -> None:
    message = said(tmp_path, f"P,dyeing,{flow},1,{text},,CN,2022,")
    assert words in message and "Did you mean" not in message


@pytest.mark.parametrize(
    ("text", "factor", "same"),
    [
        ("toe", 41868, "MJ"),
        ("Btu", 0.00105505585262, "MJ"),
        ("MMBtu", 1055.05585262, "MJ"),
        ("Mcal", 4.1868, "MJ"),
        ("hL", 0.1, "m3"),
        ("lbCO2e/MWh", 0.45359237 / 3600, "kgCO2e/MJ"),
        ("oz/yd2", 0.028349523125 / 0.83612736, "kg/m2"),
        ("lb", 0.45359237, "kg"),
    ],
)
def test_units_of_one_meaning_are_known_exactly(text: str, factor: float, same: str) -> None:
    assert parse_unit(text).factor == pytest.approx(factor, rel=1e-14)
    assert parse_unit(text).dimensions == parse_unit(same).dimensions


@pytest.mark.parametrize("text", ["tC/TJ", "kgC/kg", "t C/TJ", "gC/MJ", "吨碳/TJ", "tC"])
def test_carbon_is_not_carbon_dioxide(tmp_path: Path, text: str) -> None:
    table = tmp_path / "own.csv"
    table.write_text(
        f"item,value,unit,region,year,kind,source,locator\ncoal,26,{text},CN,2011,combustion,m,1\n", encoding="utf-8"
    )
    with pytest.raises(tp.FactorError, match="This is carbon, not CO2: multiply by 44/12 and write kgCO2e") as raised:
        tp.load_factors(table)
    assert "Did you mean" not in str(raised.value) and "这是碳" in raised.value.localized("zh")


def test_factor_units_are_whole_units(tmp_path: Path) -> None:
    for text, words in (
        ("kgco2e/kwh", "Did you mean 'kgCO2e/kWh'?"),
        ("kgCO2e/KWH", "Did you mean 'kWh'?"),
        ("kWk", "Write a whole unit"),
    ):
        table = tmp_path / "own.csv"
        table.write_text(f"item,value,unit,region,year,kind,source,locator\nx,1,{text},CN,2011,direct,m,1\n", encoding="utf-8")
        with pytest.raises(tp.FactorError) as raised:
            tp.load_factors(table)
        assert words in str(raised.value)


def test_the_unit_of_a_result(tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "factors.csv").write_text(FACTORS, encoding="utf-8")
    (tmp_path / "mill.csv").write_text(HEAD, encoding="utf-8")
    result = tp.footprint(tmp_path / "mill.csv", tmp_path / "rule.yaml", tmp_path / "factors.csv")
    assert result.total("公斤").iloc[0] == result.total("kg").iloc[0]
    for text, words in (("KG", "Did you mean 'kg'?"), ("KWH", "Use kg, m2"), ("gallon", "A gallon is")):
        with pytest.raises(tp.InputError, match=words):
            result.total(text)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("P,dyeing,outptu,5,kg,,,,period", "Did you mean 'output'?"),
        ("P,dyeing,Output,5,kg,,,,period", "Did you mean 'output'?"),
        ("P,product,shrae,5,%,,,,", "Did you mean 'share'?"),
        ("P,dyeing,steme,5,kg,,,,", "Did you mean 'steam'?"),
        ("P,dyeing,steame,5,kWh,,,,", "Did you mean 'steamer'?"),
        ("P,dyeing,steame,5,kg,,,,", "Did you mean 'steam'?"),
        ("P,dyeing,waist,5,%,,,,", "Did you mean 'waste'?"),
        ("P,dying,gas,5,m3,,,,", "Did you mean 'dyeing'?"),
        ("P,dryng,air,5,m3,,,,", "Did you mean 'drying'?"),
        ("P,dying,air,5,m3,,,,", "Did you mean 'drying'?"),
    ],
)
def test_ids_that_the_rest_of_the_row_fits(tmp_path: Path, row: str, words: str) -> None:
    assert words in said(tmp_path, row)


def test_items_of_the_category_asked_for(tmp_path: Path) -> None:
    message = said(tmp_path, "P,dyeing,wash,1,kg,soap,,,")
    assert "Did you mean 'soap_bar'?" in message and "soapy" not in message


def test_the_flow_is_named_in_the_readers_language(tmp_path: Path) -> None:
    row = "P,dyeing,steam,1,kWh,,,,"
    assert "'kWh' is energy, but Steam is measured in kg or kg/kg." in said(tmp_path, row)
    assert "而 蒸汽 的单位应为 kg" in said(tmp_path, row, "zh")
    both = "P,dyeing,heat,1,MJ,,,,"
    assert "(dyeing.heat, product P): Only one of these can be taken: Heat delivered [dyeing.heat], Natural gas" in said(
        tmp_path, both
    )
    assert "以下只能取一个：外购热力 [dyeing.heat]、天然气 [dyeing.gas]。" in said(tmp_path, both, "zh")


def test_no_factor_tells_kinds_and_regions(tmp_path: Path) -> None:
    own = RULE.replace(
        "  - {one_of: [dyeing.heat, dyeing.gas], note: {en: The carrier of the heat., zh: 热源。}}\n", ""
    ).replace("alternatives:\n", "")
    heat = "P,dyeing,heat,1,MJ,,,,"
    message = said(tmp_path, heat, rule=own)
    assert "of kind 'life_cycle' in factors; there are: combustion (CN, RER); direct (DE)." in message
    assert "No row of these tables is of this kind; the rule may use one of: combustion, direct, life_cycle." in said(
        tmp_path, heat, rule=own.replace("unit: MJ, factor: heat,", "unit: MJ, factor: heat, kind: combustoin,", 1)
    )
    abroad = said(tmp_path, "P,dyeing,heat,1,MJ,,IN,,", rule=own.replace("factor: heat,", "factor: heat, kind: combustion,", 1))
    assert "there are: CN, RER. Of other kinds there are: direct (DE)." in abroad


def test_the_place_is_where_the_answer_belongs(tmp_path: Path) -> None:
    """A missing heat carrier is told at the sheet of its stage, not at the first line of the product."""
    book = tmp_path / "mill.xlsx"
    tp.make_template("cotton_fabric", book)
    workbook = openpyxl.load_workbook(book)
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            if any(cell.value == "sizing" for cell in row):
                heads = {
                    cell.value: cell.column for head in sheet.iter_rows(max_row=20) for cell in head if cell.value == "amount"
                }
                if heads:
                    sheet.cell(row[0].row, heads["amount"], "yes")
    workbook.save(book)
    with pytest.raises(tp.InputError) as raised:
        tp.read_activity(book, "cotton_fabric")
    told = {problem.where: problem.what for problem in raised.value.problems if problem.code == "alternatives"}
    where = next(where for where in told if "(sizing.heat," in where)
    assert "Warping and sizing!E" in where and "Product!" not in where and "Heat [sizing.heat]" in told[where]
    assert "热力 [sizing.heat]、" in raised.value.localized("zh")


def test_without_a_dimension_only_sure_names_are_offered() -> None:
    for text in ("kWk", "lts", "TC", "Gcel", "scf", "tonkm"):
        with pytest.raises(UnitError) as raised:
            parse_unit(text)
        assert "Did you mean" not in raised.value.cure, text
