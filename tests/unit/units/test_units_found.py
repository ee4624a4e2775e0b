"""Units as offices write them: a synonym in brackets means the unit once, look-alike signs are known exactly or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import textile_pcf as tp
from textile_pcf.units import UnitError, parse_unit, split_quantity

RULE = """\
rule: unit_lab
edition: "1"
sources: {m: {title: Made up}}
product:
  unit: kg
  properties: {grammage: {unit: g/m2（克/平方米）, optional: true}, width: {unit: m, optional: true}}
stages:
  - id: dyeing
    losses: [{id: waste, unit: "%", basis: input, optional: true}]
    flows:
      power: {unit: kWh（度）, factor: power}
      dye: {unit: kg, factor: dye, optional: true}
      lorry: {unit: t*km（吨公里）, factor: lorry, optional: true}
"""
FACTORS = """\
item,value,unit,region,year,kind,source,locator
power,0.5,kgCO2e/kWh（度）,CN,2023,life_cycle,made up,1
dye,4,千克二氧化碳当量/公斤(kg),CN,2023,life_cycle,made up,2
lorry,0.1,kgCO2e/t·km（吨公里）,CN,2023,life_cycle,made up,3
"""
HEAD = "product,stage,flow,amount,unit,region,year,per\nP,product,,,,CN,2023,\n"


def total(folder: Path, rows: str, unit: str | None = None, factors: str = FACTORS, rule: str = RULE) -> float:
    (folder / "rule.yaml").write_text(rule, encoding="utf-8")
    (folder / "factors.csv").write_text(factors, encoding="utf-8")
    (folder / "mill.csv").write_text(HEAD + rows, encoding="utf-8")
    result = tp.footprint(folder / "mill.csv", folder / "rule.yaml", folder / "factors.csv")
    return float(result.total(unit).iloc[0])


TWICE = [  # the text, the unit it means
    ("kWh（度）", "kWh"),
    ("kWh(度)", "kWh"),
    ("kWh （ 度 ）", "kWh"),
    ("千瓦时（kWh）", "kWh"),
    ("度【kWh】", "kWh"),
    ("kWh[度]", "kWh"),
    ("（度）kWh", "kWh"),
    ("kWh（度）（千瓦时）", "kWh"),
    ("MWh（1000度）", "MWh"),
    ("m（米）", "m"),
    ("m(m)", "m"),
    ("百米（100m）", "100 m"),
    ("100 m（米）", "100 m"),
    ("t（吨）", "t"),
    ("t(1000 公斤)", "t"),
    ("公斤(kg)", "kg"),
    ("件（pcs）", "件"),
    ("m2（平方米）", "m2"),
    ("㎡（平米）", "m2"),
    ("m³（立方米）", "m3"),
    ("kgCO2e/kWh（度）", "kgCO2e/kWh"),
    ("kgCO2e（千克二氧化碳当量）/kWh（度）", "kgCO2e/kWh"),
    ("kWh/kg（度/公斤）", "kWh/kg"),
    ("kWh（度）/kg（公斤）", "kWh/kg"),
    ("kgCO2e/t·km（吨公里）", "kgCO2e/(t*km)"),
    ("t·km（吨公里）", "t*km"),
    ("g/m2（克/平方米）", "g/m2"),
]


@pytest.mark.parametrize(("text", "meant"), TWICE)
def test_a_synonym_in_brackets_means_the_unit_once(text: str, meant: str) -> None:
    assert (parse_unit(text).exact, parse_unit(text).dimensions) == (parse_unit(meant).exact, parse_unit(meant).dimensions)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("kgCO2e/(t*km)", "kgCO2e/tkm"),
        ("kgCO2e/（t·km）", "kgCO2e/tkm"),
        ("MJ/(m2*h)", "MJ/m2/h"),
        ("100 (t*km)", "100 tkm"),
        ("(kWh/kg)*kg", "kWh"),
        ("t*(km)", "tkm"),
        ("%（o.w.f.）", "%"),
    ],
)
def test_brackets_that_group_still_group(text: str, meant: str) -> None:
    assert parse_unit(text).dimensions == parse_unit(meant).dimensions
    assert parse_unit(text).exact == parse_unit(meant).exact


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("万米（m）", "万米", "m"),
        ("MWh（度）", "MWh", "度"),
        ("kWh（kg）", "kWh", "kg"),
        ("t(km)", "t", "km"),
        ("m（码）", "m", "码"),
        ("kgCO2e(千克)/kWh", "kgCO2e", "千克"),
        ("kgCO2e/MWh（度）", "MWh", "度"),
        ("m（米）2", "m", "米"),
        ("m 米", "m", "米"),
        ("kWh 千瓦时", "kWh", "千瓦时"),
        ("kg·公斤", "kg", "公斤"),
        ("m 码", "m", "码"),
        ("kW (h)", "kW", "h"),
    ],
)
def test_two_different_units_are_refused_and_never_multiplied(text: str, one: str, other: str) -> None:
    with pytest.raises(UnitError) as raised:
        parse_unit(text)
    said = f"{raised.value.what} {raised.value.cure}"
    assert "names two units" in said or "cannot be read" in said
    assert "names two units" not in said or ((repr(one) in said or one in said) and other in said)


def test_a_remark_in_brackets_is_no_unit() -> None:
    with pytest.raises(UnitError, match=r"'网电' in 'kWh（网电）' is not a known unit\. Write 'kWh' alone"):
        parse_unit("kWh（网电）")


def test_brackets_wherever_units_are_read(tmp_path: Path) -> None:
    """Rule, factor table, amounts, whole ratios, an amount with its unit, the output of a period and the unit of the result."""
    rows = "P,dyeing,power,2,kWh（度）,,,\nP,dyeing,dye,20,g（克）/kg（公斤）,,,\nP,dyeing,lorry,1,t·km（吨公里）,,,\n"
    assert total(tmp_path, rows) == pytest.approx(2 * 0.5 + 0.02 * 4 + 0.1)
    assert total(tmp_path, rows, "t（吨）") == pytest.approx(1000 * (2 * 0.5 + 0.02 * 4 + 0.1))
    assert total(tmp_path, "P,dyeing,power,2 kWh（度）,,,,\n") == pytest.approx(1.0)
    size = "P,product,grammage,200,g/m2（克/平方米）,,,\nP,product,width,150,cm（厘米）,,,\n"
    period = "P,dyeing,output,10000,m（米）,,,period\nP,dyeing,power,3000,度（kWh）,,,period\n"
    assert total(tmp_path, size + period) == pytest.approx(3000 * 0.5 / (10000 * 1.5 * 0.2))
    with pytest.raises(tp.InputError, match=r"mill\.csv:5 \(dyeing\.output\): '万米（m）' names two units, '万米' and 'm'"):
        total(tmp_path, size + period.replace("m（米）", "万米（m）"))


def test_supply_reads_brackets_too() -> None:
    rows = [
        {"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "100", "unit": "MWh（兆瓦时）"}
    ]
    assert tp.load_supply(rows).sites[0].market[0].multiplier == 1.0
    with pytest.raises(tp.InputError, match="names two units"):
        tp.load_supply([{**rows[0], "unit": "MWh（度）"}])


def test_a_table_with_another_unit_in_brackets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(tp.FactorError, match=r"factors\.csv:2 \(unit\): .* names two units"):
        total(tmp_path, "P,dyeing,power,2,kWh,,,\n", factors=FACTORS.replace("kWh（度）", "MWh（度）"))


@pytest.mark.parametrize(
    "text",
    [
        "kWh^½",
        "½ kWh",
        "½ %",
        "kWh½",
        "m^⅔",
        "kg^¼",
        "kWh^1/2",
        "kWh²/2",
        "kWh¹⁄₂",
        "㏒",
        "㏑",
        "㏏",
        "m②",
        "m₂",
        "m①",
        "㏠",
        "№",
        "kWh…",
        "m㎡",
        "k㎡",
        "m32",
        "cm32",
        "𝐤𝐠",
        "㍿",
        "㎣",
        "Ⅳ",
        "kgⁿ",
    ],
)
def test_look_alike_signs_are_refused(text: str) -> None:
    with pytest.raises(UnitError):
        parse_unit(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("㎏", "kg"),
        ("㎎", "mg"),
        ("㎡", "m2"),
        ("㎥", "m3"),
        ("N㎥", "Nm3"),
        ("㎞", "km"),
        ("t㎞", "t*km"),
        ("㎾h", "kWh"),
        ("㎿h", "MWh"),
        ("㏊", "ha"),
        ("㎖", "mL"),
        ("㎘", "kL"),
        ("㏄", "cm3"),
        ("ℓ", "L"),
        ("㎝", "cm"),
        ("g/㎡", "g/m2"),
        ("万㎡", "万m2"),
        ("㎏CO₂e/㎾h", "kgCO2e/kWh"),
        ("ｋＷｈ", "kWh"),
        ("⽶", "m"),
        ("kg\u00a0CO₂\u2009e", "kgCO2e"),
        ("㎉", "kcal"),
    ],
)
def test_signs_with_one_meaning_are_known_exactly(text: str, meant: str) -> None:
    assert (parse_unit(text).exact, parse_unit(text).dimensions) == (parse_unit(meant).exact, parse_unit(meant).dimensions)


def test_half_an_exponent_is_no_half_unit(tmp_path: Path) -> None:
    with pytest.raises(tp.InputError, match=r"mill\.csv:3 \(dyeing\.power\): The sign '½' in 'kWh\^½'"):
        total(tmp_path, "P,dyeing,power,5,kWh^½,,,\n")
    with pytest.raises(UnitError, match="'2½ %' holds the sign '½'"):
        split_quantity("2½ %")
