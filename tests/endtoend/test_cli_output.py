"""What commands print: JSON exactly as formats.md says, tables, CSV, and each of the other commands."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import textile_pcf as tp
from paths import CASES, TESTS
from worked import all_cases, factors_of, rule_of, run, write_table

MISTAKES = TESTS / "mistakes"


RULE, FACTORS, GOOD = (str(MISTAKES / name) for name in ("mill.yaml", "factors.csv", "good.csv"))


OWN = ("--rule", RULE, "--factors", FACTORS)


def broken(folder, line, text):
    lines = Path(GOOD).read_text(encoding="utf-8").splitlines()
    lines[line - 1] = text
    path = folder / "mill.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


# ---------------------------------------------------------------- JSON as formats.md 6


PRODUCT = {"product", "unit", "total", "stages", "groups", "split", "by_component", "masses", "memo", "warnings"}


PRODUCT |= {"default_share", "default_factor_share", "headline", "boundary", "cutoff", "gwp_sets"}


BESIDE = {"aircraft", "allocation", "boundaries", "carbon_content", "beside"}  # told besides; never in place of anything


def test_json_has_exactly_these_keys(command):
    code, out, _ = command("calculate", GOOD, *OWN, "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert set(told) == {"products", "provenance"}
    (product,) = told["products"]
    assert set(product) - BESIDE == PRODUCT
    assert product["product"] == "FABRIC-1"
    assert product["unit"] == "kg"
    assert set(product["stages"]) == {"spinning", "weaving", "dyeing", "coating"}
    assert set(product["split"]) == {"fossil", "biogenic", "uptake", "land_use_change"}
    assert set(product["by_component"]) == {"polyester", "cotton", ""}
    assert set(product["masses"]) == {"spinning", "weaving", "dyeing", "coating"}
    assert all(set(mass) == {"input", "output", "loss"} for mass in product["masses"].values())
    assert product["memo"] == {}
    assert product["warnings"] == []
    numbers = [product["total"], *product["stages"].values(), *product["groups"].values(), *product["split"].values()]
    assert all(isinstance(number, float) for number in numbers)
    assert told["provenance"]["rule"] == "mill@1"


def test_by_component_holds_every_fibre(command, tmp_path):
    """Also a fibre, or the common stages, that nothing is counted for."""
    header = "product,stage,flow,component,amount,unit,item\n"
    shares = "P,product,share,a,60,%,\nP,product,share,b,40,%,\n"
    mill, table = tmp_path / "mill.csv", tmp_path / "hand.csv"
    table.write_text("item,value,unit,region,year,kind,source,locator\nelectricity,1,kgCO2e/kWh,GLO,,life_cycle,hand,hand\n")
    rule = CASES / "rules" / "blend_optional.yaml"
    for row, wanted in (
        ("P,texturing,electricity,a,2,kWh,\n", {"a": 1.2, "b": 0.0, "": 0.0}),
        ("P,weaving,,,,,\n", {"a": 0.0, "b": 0.0, "": 0.0}),
    ):
        loss = "P,texturing,waste,a,0,%,\n" if "texturing" in row else ""
        mill.write_text(header + shares + row + loss, encoding="utf-8")
        code, out, err = command("calculate", mill, "--rule", rule, "--factors", table, "--format", "json")
        assert code == 0, err
        assert json.loads(out)["products"][0]["by_component"] == pytest.approx(wanted)


def test_json_is_what_the_library_says(command):
    _, out, _ = command("calculate", GOOD, *OWN, "--format", "json")
    assert json.loads(out) == json.loads(json.dumps(tp.footprint(GOOD, RULE, FACTORS).to_dict()))


def test_json_keeps_every_digit(command):
    """Numbers survive the way through JSON bit for bit."""
    _, out, _ = command("calculate", GOOD, *OWN, "--format", "json")
    assert json.loads(out)["products"][0]["total"] == float(tp.footprint(GOOD, RULE, FACTORS).totals[0])


SOME = [case for case in all_cases() if case.file in ("stages", "units_of_results", "links", "gases", "blends")]


@pytest.mark.parametrize("case", [case for case in SOME if "expect_error" not in case.data], ids=lambda case: case.id)
def test_own_rules_and_tables_by_path(command, case, tmp_path):
    """A user's rule and tables, given as paths, through the program: what the worked case expects."""
    data = case.data
    rows = write_table([{"product": "P", "stage": "", "flow": "", **row} for row in data["rows"]], tmp_path / "mill.csv")
    options = data.get("options", {})
    arguments = [part for path in factors_of(data, tmp_path) for part in ("--factors", path)]
    arguments += [part for key in ("unit", "gwp", "biogenic") if key in options for part in (f"--{key}", options[key])]
    code, out, err = command("calculate", rows, "--rule", rule_of(data, tmp_path), *arguments, "--format", "json")
    assert code == 0, err
    wanted = run(data, tmp_path).to_dict(options.get("unit"))["products"]
    assert json.loads(out)["products"] == json.loads(json.dumps(wanted))


def test_tables_are_asked_in_the_order_named(command, tmp_path):
    header = "item,value,unit,region,year,kind,source,locator\n"
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(header + "steam,1,kgCO2e/kg,GLO,2024,life_cycle,hand,hand\n", encoding="utf-8")
    second.write_text(header + "steam,2,kgCO2e/kg,CN,2024,life_cycle,hand,hand\n", encoding="utf-8")

    def steam(*tables):
        named = [part for table in tables for part in ("--factors", table)]
        _, out, _ = command("calculate", GOOD, "--rule", RULE, *named, "--format", "csv", "--lines")
        lines = csv.DictReader(io.StringIO(out))
        return next(float(line["kgCO2e"]) for line in lines if line["flow"] == "steam")

    assert steam(first, second, FACTORS) == 8
    assert steam(second, first, FACTORS) == 16
    assert steam(FACTORS, second, first) == pytest.approx(2.4)


# ---------------------------------------------------------------- formats


def test_table(command):
    code, out, _ = command("calculate", GOOD, *OWN)
    assert code == 0
    for words in ("FABRIC-1", "kg CO2e per kg", "mill@1", "GWP set unknown", "spinning", "weaving", "Dyeing", "Total"):
        assert words in out


def test_table_in_chinese(command):
    code, out, _ = command("calculate", GOOD, *OWN, "--lang", "zh")
    assert code == 0
    assert "染色" in out
    assert "合计" in out


def test_csv(command):
    code, out, _ = command("calculate", GOOD, *OWN, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    total = float(tp.footprint(GOOD, RULE, FACTORS).totals[0])
    assert code == 0
    assert row["product"] == "FABRIC-1"
    assert float(row["total"]) == total
    assert sum(float(row[stage]) for stage in ("spinning", "weaving", "dyeing", "coating")) == pytest.approx(total)


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx"])
def test_output_to_a_file(command, tmp_path, ending):
    """The ending says the format; standard output stays empty; nothing is left beside the file."""
    import pandas as pd

    target = tmp_path / f"result.{ending}"
    code, out, err = command("calculate", GOOD, *OWN, "-o", target)
    assert (code, out, err) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    total = float(tp.footprint(GOOD, RULE, FACTORS).totals[0])
    if ending == "json":
        found = json.loads(target.read_text(encoding="utf-8"))["products"][0]["total"]
    elif ending == "xlsx":  # the workbook of `report`: titles above, then a row for each product
        found = pd.read_excel(target, sheet_name="Result", header=7)["kg CO2e per kg"][0]
    else:
        found = {"csv": pd.read_csv, "parquet": pd.read_parquet}[ending](target)["total"][0]
    assert found == pytest.approx(total, rel=1e-15)


def test_a_wrong_input_leaves_the_old_file_alone(command, tmp_path):
    target = tmp_path / "result.csv"
    target.write_text("as before", encoding="utf-8")
    path = broken(tmp_path, 13, "FABRIC-1,dyeing,steam,,8,kWh,,,,,")
    code, _, _ = command("calculate", path, *OWN, "-o", target)
    assert code == 4
    assert target.read_text(encoding="utf-8") == "as before"


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_a_format_that_is_not_for_a_terminal(command, form):
    code, out, err = command("calculate", GOOD, *OWN, "--format", form)
    assert (code, out) == (2, "")
    assert "-o" in err


def test_warnings_go_to_standard_error(command, tmp_path):
    path = broken(tmp_path, 5, "FABRIC-1,spinning,spinning_waste,,0.12,%,,,,,")
    code, out, err = command("calculate", path, *OWN, "--format", "json")
    assert code == 0
    assert "warning: spinning.spinning_waste" in err
    assert any("spinning_waste" in text for text in json.loads(out)["products"][0]["warnings"])


# ---------------------------------------------------------------- the other commands


def test_explain(command):
    code, out, _ = command("explain", GOOD, *OWN, "--product", "FABRIC-1")
    assert code == 0
    assert out.strip() == tp.footprint(GOOD, RULE, FACTORS).explain("FABRIC-1").strip()
    code, out, _ = command("explain", GOOD, *OWN, "--product", "FABRIC-1", "--stage", "dyeing")
    assert code == 0
    assert "steam" in out
    assert "spinning" not in out


def test_check(command):
    code, out, err = command("check", GOOD, "--rule", RULE)
    assert (code, out) == (0, "")
    assert "no problems" in err


def test_check_with_factors_asks_them_too(command, tmp_path):
    path = broken(tmp_path, 15, "FABRIC-1,dyeing,dye,,2,%,reactive_die,,,,")
    assert command("check", path, "--rule", RULE)[0] == 0
    code, _, err = command("check", path, *OWN)
    assert code == 4
    assert "reactive_dye" in err


RULES = ("chemical_fiber_fabric", "cotton_fabric", "silk_fabric")


@pytest.mark.parametrize("rule", [*RULES, RULE])
def test_template_asks_for_what_the_rule_needs(command, tmp_path, rule):
    """Every row of a template is known to the rule: only amounts, words and choices are still to be given."""
    target = tmp_path / "mill.csv"
    code, out, _ = command("template", rule, "-o", target)
    assert (code, out) == (0, "")
    code, out, err = command("check", target, "--rule", rule)
    assert code == 4
    for words in ("not a known column", "has no stage", "has no flow", "not a known unit", "but '", "twice", "already"):
        assert words not in err, err


@pytest.mark.parametrize("rule", RULES)
def test_rules(command, rule):
    code, out, _ = command("rules", "list")
    assert code == 0
    assert f"{rule}@2026.1" in out
    assert "interpretation" in out
    code, out, _ = command("rules", "show", rule)
    assert code == 0
    assert "interpretation" in out
    code, out, err = command("rules", "lint", rule)
    assert code == 0
    assert "valid" in err


def test_rules_lint_a_missing_title_is_advice(command):
    """And names that docs/nomenclature.md knows need none; results show the id."""
    code, out, _ = command("rules", "lint", RULE)
    assert code == 0
    assert "weaving: title missing" in out
    assert "product.grammage: title missing" not in out
    _, out, _ = command("calculate", GOOD, *OWN)
    assert "weaving" in out


def test_template_as_a_workbook(command, tmp_path):
    """The sheet `activity` of a template is read back; what is asked for is what is missing."""
    target = tmp_path / "mill.xlsx"
    code, out, err = command("template", "cotton_fabric", "-o", target)
    assert (code, out) == (0, ""), err
    code, out, err = command("check", target, "--rule", "cotton_fabric")
    assert (code, out) == (4, "")
    assert "has no flow" not in err


def test_factors(command):
    code, out, _ = command("factors", "list")
    assert code == 0
    assert "default" in out
    for words in ("electricity", "电力"):
        code, out, _ = command("factors", "search", words)
        assert code == 0
        assert "electricity" in out
    code, out, _ = command("factors", "show", "electricity")
    assert code == 0
    for words in ("kgCO2e/kWh", "locator", "CN"):
        assert words in out
    code, out, err = command("factors", "lint", FACTORS)
    assert code == 0
    assert "valid" in err


def test_help_of_every_command(command):
    names = ("batch", "calculate", "check", "explain", "report", "template", "rules", "factors")
    for arguments in ((), *((name,) for name in names)):
        code, out, _ = command(*arguments, "--help")
        assert code == 0
        assert "Usage" in out


def test_version(command):
    code, out, _ = command("--version")
    assert code == 0
    assert tp.__version__ in out
