"""Background databases come in with units, gases and sources, as Brightway scores them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.brightway import factors_from_brightway, to_datapackage, write_database
from textile_pcf.brightway.packages import package

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


IPCC = ("IPCC 2021", "climate change", "GWP 100a")


# ---------------------------------------------------------------- in: a background database


FLOWS = {
    "co2": ("Carbon dioxide, fossil", 1.0), "ch4": ("Methane, fossil", 29.8), "bch4": ("Methane, non-fossil", 27.0),
    "n2o": ("Dinitrogen monoxide", 273.0), "luc": ("Carbon dioxide, from soil or biomass stock", 1.0),
    "sf6": ("Sulfur hexafluoride", 25200.0),
    "bco2": ("Carbon dioxide, non-fossil", None), "up": ("Carbon dioxide, in air", None),
}  # fmt: skip


BACKGROUND = {  # code: name, unit, location, amount made, inputs
    "el": ("electricity, high voltage", "kilowatt hour", "CN", 1, {"co2": 0.5, "ch4": 0.001, "el": 0.02}),
    "st": ("heat, steam", "megajoule", "CN", 1, {"co2": 0.06, "el": 0.01, "sf6": 1e-7}),
    "cot": ("cotton, lint", "kilogram", "GLO", 2,
            {"co2": 1, "n2o": 0.005, "up": 1.5, "bco2": 0.1, "luc": 0.2, "el": 0.3, "bch4": 0.001}),
    "truck": ("lorry", "vehicle trip", "GLO", 1, {"co2": 1}),
}  # fmt: skip


@pytest.fixture(scope="module")
def background(data):
    """A small background database and an IPCC method in a project of its own."""
    data.projects.set_current("background")
    flows = {("bio", code): {"name": name, "unit": "kilogram", "type": "emission", "categories": ("air",), "exchanges": []}
             for code, (name, _) in FLOWS.items()}  # fmt: skip
    data.Database("bio").write(flows)
    method = data.Method(IPCC)
    method.register(unit="kg CO2-Eq")
    method.write([(("bio", code), weight) for code, (_, weight) in FLOWS.items() if weight is not None])
    activities = {}
    for code, (name, unit, location, made, inputs) in BACKGROUND.items():
        exchanges = [{"input": ("bg", code), "amount": made, "type": "production"}]
        for other, amount in inputs.items():
            kind = ("bio", "biosphere") if other in FLOWS else ("bg", "technosphere")
            exchanges.append({"input": (kind[0], other), "amount": amount, "type": kind[1]})
        activities["bg", code] = {"name": name, "unit": unit, "location": location, "type": "process", "exchanges": exchanges}
    data.Database("bg").write(activities)
    data.projects.set_current("default")
    return "background", "bg", IPCC


CHOSEN = {"electricity": "el", "steam": "st", "cotton_lint": "cot"}


def test_background_scores_as_brightway_does(data, background):
    table = factors_from_brightway(*background, select=CHOSEN).tables[0]
    assert data.projects.current == "default"
    data.projects.set_current("background")
    for row, code in enumerate(CHOSEN.values()):
        lca = package("bw2calc").LCA({data.get_activity(("bg", code)): 1.0}, IPCC)
        lca.lci()
        lca.lcia()
        assert table.numbers["value"][row] == pytest.approx(lca.score, rel=1e-9)
    data.projects.set_current("default")
    assert [unit.text for unit in table.units] == ["kgCO2e/kWh", "kgCO2e/MJ", "kgCO2e/kg"]
    assert table.texts["region"] == ["CN", "CN", "GLO"]
    assert set(table.texts["gwp"]) == {"AR6"}
    assert "code cot" in table.texts["locator"][2]


def test_background_is_split_by_gas(background):
    numbers = factors_from_brightway(*background, select=CHOSEN).tables[0].numbers
    power = 0.3 / 2 / 0.98
    assert numbers["co2_fossil"][2] == pytest.approx(0.5 + power * 0.5, rel=1e-6)
    assert numbers["co2_uptake"][2] == pytest.approx(0.75, rel=1e-6)
    assert numbers["co2_land_use"][2] == pytest.approx(0.1, rel=1e-6)
    assert numbers["n2o"][2] == pytest.approx(0.0025, rel=1e-6)
    assert numbers["ch4_fossil"][2] == pytest.approx(power * 0.001, rel=1e-6)


def test_background_in_a_footprint(background, tmp_path):
    factors = tp.load_factors(factors_from_brightway(*background, select=CHOSEN, licence="for us alone"))
    rule = tmp_path / "rule.yaml"
    rule.write_text(
        'rule: one\nedition: "1"\nproduct: {unit: kg}\n'
        "stages:\n  - id: spinning\n    flows:\n      electricity: {unit: MJ, factor: electricity}\n"
        "      lint: {unit: kg, value: 1, factor: cotton_lint}\n"
    )
    rows = [{"product": "P", "stage": "spinning", "flow": "electricity", "amount": 7.2, "unit": "MJ", "region": "CN"}]
    result = tp.footprint(pd.DataFrame(rows), rule, factors)
    value = factors.tables[0].numbers["value"]
    assert result.totals[0] == pytest.approx(2 * value[0] + value[2] + 0.05 - 0.75, rel=1e-6)
    assert result.split_totals[0, 2] == pytest.approx(-0.75, rel=1e-6)
    with pytest.raises(tp.UsageError, match="forbids passing its values on"):
        to_datapackage(result, tmp_path / "package")
    with pytest.raises(tp.UsageError, match="forbids passing its values on"):
        write_database(result, "mill", "restricted")
    result.to_datapackage(tmp_path / "package", own_use=True)


def test_an_ef_method_that_counts_biogenic_carbon(data, background):
    """The set is recorded by the method's name, and the value holds neither biogenic CO2 nor uptake."""
    name = ("EF v3.1", "climate change", "global warming potential (GWP100)")
    data.projects.set_current("background")
    method = data.Method(name)
    method.register(unit="kg CO2-Eq")
    weights = {code: weight for code, (_, weight) in FLOWS.items() if weight is not None} | {"bco2": 1.0, "up": -1.0}
    method.write([(("bio", code), weight) for code, weight in weights.items()])
    data.projects.set_current("default")
    table = tp.FactorTable.from_brightway("background", "bg", name, select=CHOSEN).tables[0]
    plain = factors_from_brightway(*background, select=CHOSEN).tables[0]
    assert set(table.texts["gwp"]) == {"EF3.1"}
    assert np.allclose(table.numbers["value"], plain.numbers["value"], rtol=1e-9)
    assert np.allclose(table.numbers["co2_biogenic"], [0, 0, 0.05], atol=1e-9)


def test_a_method_of_other_weights_gives_the_value_alone(data, background):
    data.projects.set_current("background")
    method = data.Method(("somebody's", "warming"))
    method.register(unit="kg CO2-Eq")
    method.write([(("bio", "co2"), 1.0), (("bio", "ch4"), 34.0)])
    data.projects.set_current("default")
    table = factors_from_brightway("background", "bg", ("somebody's", "warming"), select=CHOSEN).tables[0]
    assert set(table.texts["gwp"]) == {"unknown"}
    assert np.isnan(table.numbers["co2_fossil"]).all()


def test_units_are_checked(background):
    with pytest.raises(tp.FactorError, match="'vehicle trip' is not known"):
        factors_from_brightway(*background)
    table = factors_from_brightway(*background, units={"vehicle trip": "piece"})
    assert table.items == ["cotton_lint", "electricity_high_voltage", "heat_steam", "lorry"]
    assert factors_from_brightway(*background, select=lambda node: node["unit"] == "megajoule").items == ["heat_steam"]


def test_names_that_are_not_there(background):
    with pytest.raises(tp.UsageError, match="Did you mean 'background'"):
        factors_from_brightway("backgroud", *background[1:])
    with pytest.raises(tp.UsageError, match="no such database"):
        factors_from_brightway("background", "nothing", IPCC)
    with pytest.raises(tp.UsageError, match="no such method"):
        factors_from_brightway("background", "bg", ("IPCC", "none"))
    with pytest.raises(tp.FactorError, match="Did you mean 'heat, steam'"):
        factors_from_brightway(*background, select={"steam": "heat, stem"})


def test_the_database_that_bw2io_ships(data):
    data.projects.set_current("shipped")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package("bw2io").data.add_example_database()
    data.projects.set_current("default")
    shipped = ("shipped", "Mobility example", ("IPCC", "simple"))
    with pytest.raises(tp.FactorError, match="no flow in the life cycle of 'lithium'") as told:  # it has no exchange there
        factors_from_brightway(*shipped, gwp="AR6")
    assert len(told.value.problems) == 1
    table = factors_from_brightway(*shipped, gwp="AR6", burden_free=["lithium"]).tables[0]
    assert table.size > 3
    data.projects.set_current("shipped")
    place = next(place for place, unit in enumerate(table.units) if unit.text == "kgCO2e/kWh")
    node = next(node for node in data.Database("Mobility example") if node["code"] in table.texts["locator"][place])
    lca = package("bw2calc").LCA({node: 1.0}, ("IPCC", "simple"))
    lca.lci()
    lca.lcia()
    data.projects.set_current("default")
    assert table.numbers["value"][place] == pytest.approx(lca.score, rel=1e-9)
