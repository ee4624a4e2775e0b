"""Brightway databases as people have them: treatment of waste, product nodes, what cannot be told; and ours through Excel.

One project for all tests; each writes the activities of its background anew.
"""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

import textile_pcf as tp
from paths import ROOT
from textile_pcf.brightway import factors_from_brightway, write_database
from textile_pcf.brightway.packages import package

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
METHOD = ("made up", "warming")


@pytest.fixture(scope="module")
def project(data):
    """A project with two flows and a method that characterises one of them."""
    data.projects.set_current("found")
    flows = {"co2": "Carbon dioxide, fossil", "water": "Water"}
    flow = {"unit": "kilogram", "type": "emission", "categories": ("air",), "exchanges": []}
    data.Database("bio").write({("bio", code): {"name": name, **flow} for code, name in flows.items()})
    method = data.Method(METHOD)
    method.register(unit="kg CO2-Eq")
    method.write([(("bio", "co2"), 1.0)])
    data.projects.set_current("default")
    return "found"


@pytest.fixture
def factors(data, project):
    """Factors from a database of some activities, told as {code: (name, unit, type, {made}, {taken}, kg CO2)}."""

    def read(activities, **options):
        data.projects.set_current(project)
        if "bg" in data.databases:
            del data.databases["bg"]  # that of another test
        data.Database("bg").write({("bg", code): node_of(*told) for code, told in activities.items()})
        data.projects.set_current("default")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            return factors_from_brightway(project, "bg", METHOD, **options)

    return read


def node_of(name, unit, kind, made, taken, emitted=0.0, flow="co2"):
    edges = [{"input": ("bg", code), "amount": amount, "type": "production"} for code, amount in made.items()]
    edges += [{"input": ("bg", code), "amount": amount, "type": "technosphere"} for code, amount in taken.items()]
    edges += [{"input": ("bio", flow), "amount": emitted, "type": "biosphere"}] if emitted else []
    return {"name": name, "unit": unit, "location": "CN", "exchanges": edges} | ({"type": kind} if kind else {})


def values(table):
    rows = table.tables[0]
    return dict(zip(rows.texts["item"], rows.numbers["value"].tolist(), strict=True))


# ---------------------------------------------------------------- treatment of waste


@pytest.mark.parametrize("made, emitted", [(-1, 1.4), (-2, 2.8), (-0.5, 0.7), (1, 1.4), (2, 2.8)])
def test_treating_1_kg_counts_what_treating_1_kg_emits(factors, made, emitted):
    """ecoinvent writes the treatment of 1 kg as a production of -1 kg; others as a service of +1."""
    told = factors({"t": ("treatment of waste", "kilogram", None, {"t": made}, {}, emitted)}, select={"waste": "t"})
    assert values(told) == pytest.approx({"waste": 1.4})
    assert ("takes its product in" in told.tables[0].texts["notes"][0]) == (made < 0)


def test_a_market_of_waste_counts_the_treatments_behind_it(factors):
    """A market of 1 kg of waste (-1) hands 0.75 kg to burning (2 kg CO2 per kg) and 0.25 kg to a landfill (0.4): 1.6."""
    waste = {
        "burn": ("burning", "kilogram", None, {"burn": -1}, {}, 2.0),
        "fill": ("landfill", "kilogram", None, {"fill": -1}, {}, 0.4),
        "market": ("market for waste", "kilogram", None, {"market": -1}, {"burn": -0.75, "fill": -0.25}),
        "yarn": ("yarn", "kilogram", None, {"yarn": 1}, {"market": -0.1}, 3.0),
    }
    told = factors(waste)
    assert values(told) == pytest.approx({"burning": 2.0, "landfill": 0.4, "market_for_waste": 1.6, "yarn": 3.16})


def test_a_treatment_in_a_footprint_is_no_credit(factors, tmp_path):
    """10 % of what goes in is lost: 1 / 0.9 - 1 = 0.1111 kg of waste, of 1.4 each: 0.15556."""
    rule = tmp_path / "rule.yaml"
    rule.write_text(
        'rule: one\nedition: "1"\nproduct: {unit: kg}\nsources: {m: {title: Made up}}\nstages:\n  - id: weaving\n'
        '    losses: [{id: waste, unit: "%", basis: input, value: 10, source: m, locator: a}]\n'
        "    flows: {off_cuts: {unit: kg, per: loss, value: 1, factor: off_cuts}}\n"
    )
    table = factors({"t": ("treatment", "kilogram", None, {"t": -1}, {}, 1.4)}, select={"off_cuts": "t"})
    result = tp.footprint({"product": "A", "rows": [{"stage": "product", "region": "CN"}, {"stage": "weaving"}]}, rule, table)
    assert result.totals[0] == pytest.approx(1.4 / 9, rel=1e-6)
    assert not any("negative" in text for text in result.warnings("A"))


def test_a_credit_stays_a_credit(factors):
    """What makes 1 kg and saves 2 kg CO2 elsewhere is below nothing, and no treatment."""
    told = factors({"y": ("recycled yarn", "kilogram", None, {"y": 1}, {}, -2.0)})
    assert values(told) == pytest.approx({"recycled_yarn": -2.0})


# ---------------------------------------------------------------- product nodes

TWO_KINDS = {
    "spin": ("spinning", "kilogram", "process", {"yarn": 1}, {"power": 3}, 0.5),
    "yarn": ("yarn", "kilogram", "product", {}, {}),
    "plant": ("power plant", "", "process", {"power": 2}, {}, 1.2),
    "power": ("electricity", "kilowatt hour", "product", {}, {}),
    "burn": ("burning", "kilogram", "process", {"rags": -1}, {}, 2.0),
    "rags": ("rags", "kilogram", "product", {}, {}),
}


@pytest.mark.parametrize("select", [
    {"y": "spin", "e": "plant", "w": "burn"},
    {"y": "yarn", "e": "power", "w": "rags"},
    {"y": "spinning", "e": "electricity", "w": "rags"},
])  # fmt: skip
def test_nodes_of_products_are_followed(factors, select):
    """Power: 1.2 / 2 = 0.6 per kWh; yarn: 0.5 + 3 x 0.6 = 2.3; rags are treated: 2."""
    told = factors(TWO_KINDS, select=select)
    assert values(told) == pytest.approx({"y": 2.3, "e": 0.6, "w": 2.0})
    assert [unit.text for unit in told.tables[0].units] == ["kgCO2e/kg", "kgCO2e/kWh", "kgCO2e/kg"]


def test_all_activities_of_a_database_with_product_nodes(factors):
    assert values(factors(TWO_KINDS)) == pytest.approx({"spinning": 2.3, "power_plant": 0.6, "burning": 2.0})


def test_an_activity_without_a_production_exchange_makes_one_of_itself(factors):
    """As Brightway reads it."""
    assert values(factors({"y": ("yarn", "kilogram", None, {}, {}, 2.0)})) == pytest.approx({"yarn": 2.0})


# ---------------------------------------------------------------- what cannot be told

ONE = ("one", "kilogram", "process", {"a": 1}, {}, 1.0)
TWO = ("two", "kilogram", "process", {"a": 1}, {}, 1.0)
TWINS = {"a": ("flax", "kilogram", "product", {}, {}), "b": ("tow", "kilogram", "product", {}, {})}
REFUSED = {
    "several products": (
        {"y": ("scutching", "kilogram", "process", {"a": 1, "b": 2}, {}, 1.0), **TWINS},
        "makes several products: 'flax', 'tow'",
    ),
    "several products, not allocated": (
        {"y": ("scutching", "kilogram", "multifunctional", {"a": 1, "b": 2}, {}, 1.0), **TWINS},
        "makes several products: 'flax', 'tow'",
    ),
    "a product of which there are two makers": (
        {"y": ONE, "z": TWO, **TWINS},
        "Brightway cannot solve the database",
    ),
    "a product that nobody makes": (
        {"y": ("yarn", "kilogram", "process", {"y": 1}, {"a": 1}, 1.0), **TWINS},
        "Brightway cannot solve the database",
    ),
    "nothing made": ({"y": ("yarn", "kilogram", None, {"y": 0}, {}, 1.0)}, "makes 0 of its product"),
    "more used than made": ({"y": ("yarn", "kilogram", None, {"y": 1}, {"y": 1.5}, 1.0)}, "uses all or more of what it makes"),
    "two activities that take all of each other": (
        {"y": ("y", "kilogram", None, {"y": 1}, {"z": 1}, 1.0), "z": ("z", "kilogram", None, {"z": 1}, {"y": 1}, 1.0)},
        "Brightway cannot solve the database",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_told_is_refused(factors, case):
    activities, words = REFUSED[case]
    with pytest.raises(tp.FactorError, match=words):
        factors(activities, select={"it": "y"})


@pytest.mark.parametrize(
    "product, words", [("a", "Several activities make this product: 'one', 'two'"), ("b", "No activity makes")]
)
def test_a_product_without_one_maker_is_refused(factors, product, words):
    with pytest.raises(tp.FactorError, match=words):
        factors({"y": ONE, "z": TWO, **TWINS}, select={"it": product})


# ---------------------------------------------------------------- nothing characterised

YARN = {
    "yarn": ("yarn", "kilogram", None, {"yarn": 1}, {"mill": 1}),
    "mill": ("mill", "kilogram", None, {"mill": 1}, {}),
    "wet": ("wet", "kilogram", None, {"wet": 1}, {}, 5.0, "water"),
    "dyed": ("dyed", "kilogram", None, {"dyed": 1}, {"mill": 1, "steam": 2}),
    "steam": ("steam", "kilogram", None, {"steam": 1}, {}, 0.3),
}


@pytest.mark.parametrize("item", ["yarn", "mill", "wet"])
def test_a_factor_of_nothing_is_refused(factors, item):
    with pytest.raises(tp.FactorError, match=f"characterises no flow in the life cycle of '{item}': the factor would be 0"):
        factors(YARN, select=[item, "dyed"])


def test_every_factor_of_nothing_is_told_at_once(factors):
    with pytest.raises(tp.FactorError) as caught:
        factors(YARN)
    assert sorted(problem.where for problem in caught.value.problems) == ["bg (mill)", "bg (wet)", "bg (yarn)"]


def test_an_activity_without_flows_of_its_own_has_those_of_its_suppliers(factors):
    assert values(factors(YARN, select=["dyed"])) == pytest.approx({"dyed": 0.6})


def test_what_comes_free_of_burdens_may_be_nothing(factors):
    assert values(factors(YARN, select={"rags": "mill", "dyed": "dyed"}, burden_free=["rags"])) == pytest.approx(
        {"rags": 0.0, "dyed": 0.6}
    )


def test_what_cancels_out_is_characterised(factors):
    """1 kg of CO2 out and 1 kg saved: 0, and no error."""
    activities = {"a": ("a", "kilogram", None, {"a": 1}, {"b": 1}, 1.0), "b": ("b", "kilogram", None, {"b": 1}, {}, -1.0)}
    assert values(factors(activities, select=["a"])) == pytest.approx({"a": 0.0})


# ---------------------------------------------------------------- out, and through Excel

RULE = """
rule: two
edition: "1"
product: {unit: kg}
stages:
  - id: spinning
    flows:
      electricity: {unit: kWh, factor: power}
      lint: {unit: kg, factor: lint, optional: true}
  - id: dyeing
    flows:
      electricity: {unit: kWh, factor: power}
      heat: {unit: MJ, factor: power, optional: true}
"""


def factor_table(*rows):
    columns = ("item", "value", "unit", "region", "year")
    rows = [dict(zip(columns, row, strict=True)) | {"kind": "life_cycle", "source": "hand", "locator": "1"} for row in rows]
    return tp.load_factors(pd.DataFrame(rows).astype({"year": str}))


def through_excel(data, result, name):
    """What does not link after a round trip, and how many activities have one name, unit and location."""
    io = package("bw2io")
    from bw2io.export.excel import write_lci_excel

    write_database(result, name, "fabric")
    data.projects.set_current(name)
    try:
        keys = [(node["name"].lower(), node.get("unit"), node.get("location")) for node in data.Database("fabric")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = io.ExcelImporter(str(write_lci_excel("fabric")))
            read.apply_strategies(verbose=False)
            read.match_database(fields=("name", "unit", "location"))
        return [edge["name"] for edge in read.unlinked if edge["type"] != "biosphere"], len(keys) - len(set(keys))
    finally:
        data.projects.set_current("default")


def rows_of(*products):
    return pd.DataFrame([
        {"product": product, "stage": stage, "flow": flow, "amount": amount, "unit": unit, "region": "CN", "item": item}
        for product in products
        for stage, flow, amount, unit, item in (
            ("spinning", "electricity", 2.0, "kWh", ""), ("dyeing", "electricity", 1.0, "kWh", ""),
            ("dyeing", "heat", 3.6, "MJ", ""),
            ("spinning", "lint", 1.0, "kg", "lint"))
    ])  # fmt: skip


@pytest.mark.parametrize("products", [("A",), ("fabric", "FABRIC"), ("power 2023", "A", "A: spinning", "lint 2023")])
def test_a_database_survives_the_way_through_excel(data, tmp_path, products, request):
    (tmp_path / "rule.yaml").write_text(RULE)
    table = factor_table(("power", 0.6, "kgCO2e/kWh", "CN", 2023), ("lint", 2.0, "kgCO2e/kg", "GLO", 2023))
    result = tp.footprint(rows_of(*products), tmp_path / "rule.yaml", table)
    assert through_excel(data, result, request.node.name[-50:]) == ([], 0)


def test_each_factor_stands_once(data, tmp_path):
    """Power is taken by two stages in kWh and by one in MJ: two activities, for Brightway converts nothing."""
    (tmp_path / "rule.yaml").write_text(RULE)
    table = factor_table(("power", 0.6, "kgCO2e/kWh", "CN", 2023), ("lint", 2.0, "kgCO2e/kg", "GLO", 2023))
    result = tp.footprint(rows_of("A", "B"), tmp_path / "rule.yaml", table)
    write_database(result, "once", "fabric")
    data.projects.set_current("once")
    told = sorted((node["name"], node["unit"]) for node in data.Database("fabric") if node["code"].startswith("factor"))
    data.projects.set_current("default")
    assert told == [("lint 2023", "kilogram"), ("power 2023", "kilowatt hour"), ("power 2023", "megajoule")]


def test_factors_of_one_name_in_two_tables_are_told_apart(data, tmp_path, request):
    (tmp_path / "rule.yaml").write_text(RULE)
    mine, theirs = tmp_path / "mine.csv", tmp_path / "theirs.csv"
    head = "item,value,unit,region,year,kind,source,locator\n"
    mine.write_text(head + "power,0.6,kgCO2e/kWh,CN,2023,life_cycle,hand,1\nlint,2,kgCO2e/kg,GLO,2023,life_cycle,hand,1\n")
    theirs.write_text(head + "Power,0.5,kgCO2e/kWh,CN,2023,life_cycle,hand,1\n")
    rows = rows_of("A")
    rows.loc[1, "item"] = "Power"
    result = tp.footprint(rows, tmp_path / "rule.yaml", [tp.load_factors(mine), tp.load_factors(theirs)])
    assert through_excel(data, result, request.node.name[-50:]) == ([], 0)


@pytest.mark.parametrize("name", ["polyester_cotton_blend", "cotton_poplin"])
def test_shipped_examples_survive_the_way_through_excel(data, name):
    folder = ROOT / "examples" / name
    rule = "chemical_fiber_fabric" if name.endswith("blend") else "cotton_fabric"
    assert through_excel(data, tp.footprint(folder / "activity.csv", rule), name) == ([], 0)
