"""Typical values: statistics, refusals with place and cure, that no plant is named, and the row as a table of factors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from site_tables import rows

import textile_pcf as tp
from textile_pcf.cli import run

CHINESE = re.compile("[\u4e00-\u9fff]")
HEAD = "plant,group,value,unit,output,output_unit,year,boundary,gwp,rule,region\n"
THREE = HEAD + "".join(
    f"{name},fabric,{value},kgCO2e/kg,{output},t,2024,cradle_to_gate,AR6,r@1,CN\n"
    for name, value, output in (("Xinxing", 2.0, 100), ("Yihua", 2.5, 300), ("Zhongfang", 4.0, 100))
)


def typical(text=THREE, **options):
    return tp.factory.typical(rows(text), **options)


def changed(plant: int, column: str, cell: str) -> str:
    """The three plants with another cell."""
    head, *lines = THREE.strip().splitlines()
    cells = lines[plant].split(",")
    cells[head.split(",").index(column)] = cell
    lines[plant] = ",".join(cells)
    return "\n".join([head, *lines])


def test_gsd_is_weighted():
    """ln 2, ln 2.5, ln 4 with weights 0.2, 0.6, 0.2: exp of their standard deviation 0.2274."""
    assert typical()["groups"][0]["gsd"] == pytest.approx(1.2553, rel=1e-4)


def test_no_plant_is_named_anywhere():
    result = typical()
    for text in (result.to_json(), result.to_csv(), repr(result), *result.warnings, *result.localized_warnings("zh")):
        assert not re.search("xinxing|yihua|zhongfang", text, re.IGNORECASE)


def test_one_plant_of_nearly_all_output_is_said():
    assert any("one plant makes 90.9% of the output" in text for text in typical(changed(1, "output", "2000")).warnings)
    assert not any("one plant makes" in text for text in typical().warnings)


def test_nine_plants_are_enough_and_three_are_few():
    nine = HEAD + "".join(f"P{k},fabric,{k + 1},kgCO2e/kg,5,t,2024,cradle_to_gate,AR6,r@1,CN\n" for k in range(9))
    assert typical(nine).warnings == ()
    assert any("of 3 plants, fewer than 9" in text for text in typical().warnings)


def test_groups_stand_apart_and_are_items():
    other = THREE.replace(HEAD, "").replace("fabric", "yarn").replace(",2.0,", ",1.0,")
    first, second = typical(THREE + other)["groups"]
    assert (first["factor"]["item"], second["factor"]["item"], second["min"]) == ("fabric", "yarn", 1.0)
    with pytest.raises(tp.UsageError, match="One item is given for 2 groups"):
        typical(THREE + other, item="cloth")


def test_the_row_is_a_table_of_factors(tmp_path):
    path = tmp_path / "typical.csv"
    path.write_text(typical(item="typical_fabric").to_csv(), encoding="utf-8")
    table = tp.load_factors(path).tables[0]
    assert table.numbers["value"].tolist() == pytest.approx([2.7])
    assert (table.texts["item"], table.texts["kind"], table.texts["gwp"]) == (["typical_fabric"], ["life_cycle"], ["AR6"])
    assert table.texts["locator"][0].startswith("n = 3; output 500 t; largest share 0.6; years 2024; boundary cradle_to_gate")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 30), st.floats(0.01, 1e6)), min_size=3, max_size=12))
def test_the_mean_lies_between_and_order_does_not_matter(pairs):
    base = {"group": "g", "unit": "kgCO2e/kg", "output_unit": "t", "boundary": "cradle_to_gate", "region": "CN"}
    plants = [{**base, "plant": f"P{k}", "value": value, "output": output} for k, (value, output) in enumerate(pairs)]
    [group], [backwards] = tp.factory.typical(plants)["groups"], tp.factory.typical(plants[::-1])["groups"]
    assert group["min"] * (1 - 1e-12) <= group["weighted_mean"] <= group["max"] * (1 + 1e-12)
    assert group["gsd"] >= 1
    assert group["weighted_mean"] == pytest.approx(backwards["weighted_mean"], rel=1e-12)
    alike = tp.factory.typical([{**plant, "value": 3.0} for plant in plants])["groups"][0]
    assert (alike["gsd"], alike["weighted_mean"]) == (pytest.approx(1), pytest.approx(3))


MISTAKES = {
    "another boundary": (
        changed(2, "boundary", "gate_to_gate"), r"row 2 \(boundary\)", "'gate_to_gate' here and", "use groups"),
    "another gwp": (changed(1, "gwp", "AR5"), r"row 1 \(gwp\)", "gwp is 'AR5' here and 'AR6' in row 0", "use groups"),
    "another rule": (changed(1, "rule", "s@1"), r"row 1 \(rule\)", "rule is 's@1' here", "one boundary, gwp and rule"),
    "a plant twice": (changed(2, "plant", "xinxing"), r"row 2 \(plant\)", "already in row 0", "once in a group"),
    "two plants": ("\n".join(THREE.splitlines()[:3]), r"row 0 \(group\)", "has 2 of the 3 plants", "Add plants"),
    "another kind of unit": (changed(1, "unit", "kgCO2e/m"), r"row 1 \(value\)", "of the same group is", "one kind of unit"),
    "outputs of two kinds": (changed(1, "output_unit", "m"), r"row 1 \(output\)", "of the same group is mass", "one kind"),
    "a value that is no emission": (changed(0, "unit", "kWh/kg"), r"row 0 \(unit\)", "no emission per 't'", "in kgCO2e/t"),
    "a value of 0": (changed(0, "value", "0"), r"row 0 \(value\)", "The value cannot be 0", "above zero"),
    "a value in another unit": (
        changed(0, "value", "0.0001").replace("Zhongfang,fabric,4.0", "Zhongfang,fabric,4000"),
        r"row 0 \(value\)", "differ too much", "gsd is at most 20"),
    "an output below 0": (changed(0, "output", "-5"), r"row 0 \(output\)", "cannot be -5", "above"),
    "no number": (changed(0, "value", "two"), r"row 0 \(value\)", "'two'", "Write"),
    "no output": (changed(0, "output", ""), r"row 0 \(output\)", "empty", "Fill it in"),
    "no unit": (changed(0, "unit", ""), r"row 0 \(unit\)", "unit is missing", "Fill it in"),
    "two units of the output": (changed(0, "output", "5 kg"), r"row 0 \(output\)", "`output_unit` says 't'", "unit once"),
    "no year": (changed(0, "year", "24"), r"row 0 \(year\)", "'24' is not a year", "four digits"),
    "several regions": (changed(0, "region", "IN"), r"row 0 \(region\)", "no common region", "--region"),
    "no kind": (THREE.replace("cradle_to_gate", "gate_to_gate"), r"row 0 \(boundary\)", "'gate_to_gate'", "--kind"),
    "no item": (THREE.replace("fabric", ""), r"row 0 \(group\)", "no item", "--item"),
    "a group named like a plant": (THREE.replace("fabric", "Yihua"), r"row 1 \(plant\)", "would be named", "of their own"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name):
    text, place, what, cure = MISTAKES[name]
    with pytest.raises(tp.InputError) as caught:
        typical(text)
    said = [str(problem) for problem in caught.value.problems]
    pattern = re.compile(f"{place}: .*({what}).*{cure}", re.DOTALL)
    assert any(pattern.search(text) for text in said), said
    for problem in caught.value.problems:
        assert CHINESE.search(problem.localized("zh").partition(": ")[2]), problem


@pytest.mark.parametrize("wrong", [None, 5, "missing.csv", [], [[]], {"rows": []}, object()])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(tp.PcfError):
        tp.factory.typical(wrong)


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("plants.csv").write_text(THREE, encoding="utf-8")
    assert run(["factory", "typical", "plants.csv", "--item", "cloth"]) == 0
    assert json.loads(capsys.readouterr().out)["groups"][0]["factor"]["item"] == "cloth"
    assert run(["factory", "typical", "plants.csv", "-o", "factors.csv"]) == 0
    assert run(["factors", "lint", "factors.csv"]) == 0
    assert run(["factory", "typical", "plants.csv", "-o", "plants.csv"]) == 2
    Path("plants.csv").write_text(changed(1, "gwp", "AR5"), encoding="utf-8")
    capsys.readouterr()
    assert run(["factory", "typical", "plants.csv", "--lang", "zh"]) == 4
    out, err = capsys.readouterr()
    assert (out, "只比较边界" in err) == ("", True)
