"""Impact methods as ecoinvent publishes them, and locations of its activities."""

from __future__ import annotations

import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.brightway import factors_from_brightway, scores_of, to_datapackage, write_database

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

FLOWS = {  # code: name, first compartment
    "co2": ("Carbon dioxide, fossil", "air"),
    "from soil": ("Carbon dioxide, from soil or biomass stock", "air"),
    "to soil": ("Carbon dioxide, to soil or biomass stock", "soil"),
    "in air": ("Carbon dioxide, in air", "natural resource"),
    "biogenic": ("Carbon dioxide, non-fossil", "air"),
    "ch4": ("Methane, fossil", "air"),
    "bch4": ("Methane, non-fossil", "air"),
    "ch4 to water": ("Methane, fossil", "water"),
    "n2o": ("Dinitrogen monoxide", "air"),
}
SOIL = {"co2": 1, "from soil": 1, "to soil": -1}
METHODS = {  # as in LCIA_Implementation 3.9 of ecoinvent: unit, factors
    "IPCC 2021": ("kg CO2-Eq", SOIL | {"ch4": 29.8, "bch4": 27, "n2o": 273}),
    "EF v3.1 EN15804": ("kg CO2-Eq", SOIL | {"ch4": 29.8, "bch4": 27, "n2o": 273, "in air": -1, "biogenic": 1}),
    "EF v3.0 EN15804": ("kg CO2-Eq", SOIL | {"ch4": 36.8, "bch4": 34, "n2o": 298, "in air": -1, "biogenic": 1}),
    "TRACI v2.1": ("kg CO2-Eq", SOIL | {"ch4": 25, "bch4": 25, "n2o": 298, "biogenic": 1}),
    "Own method": ("kg CO₂-eq", SOIL | {"ch4": 29.8, "bch4": 27, "n2o": 273}),
    "Ecological Scarcity 2021": ("UBP", {"co2": 1000, "ch4": 29800}),
}
COTTON = {"co2": 1.0, "n2o": 0.005, "from soil": 0.2, "to soil": 0.05, "in air": 1.6, "biogenic": 0.1, "bch4": 0.001}
LOCATIONS = {"row": "RoW", "csg": "CN-CSG", "uk": "UK", "eu": "Europe without Switzerland", "own": "Site 7", "none": None}


def method(name: str) -> tuple[str, str, str]:
    return (name, "climate change", "global warming potential (GWP100)")


@pytest.fixture(scope="module")
def cotton(data):
    """Cotton at 6 locations, and methods with the factors that ecoinvent publishes."""
    data.projects.set_current("methods")
    kinds = {"natural resource": "natural resource"}
    data.Database("flows").write(
        {
            ("flows", code): {"name": name, "categories": (place,), "unit": "kilogram", "type": kinds.get(place, "emission")}
            for code, (name, place) in FLOWS.items()
        }
    )
    for name, (unit, factors) in METHODS.items():
        written = data.Method(method(name))
        written.register(unit=unit)
        written.write([(("flows", code), float(factor)) for code, factor in factors.items()])
    data.Database("cotton").write(
        {
            ("cotton", code): {
                "name": f"cotton {code}", "unit": "kilogram", "location": location, "type": "process",
                "exchanges": [
                    {"input": ("cotton", code), "amount": 1, "type": "production"},
                    *({"input": ("flows", flow), "amount": amount, "type": "biosphere"} for flow, amount in COTTON.items()),
                ],
            }
            for code, location in LOCATIONS.items()
        }
    )  # fmt: skip
    data.projects.set_current("default")


def factor(name: str, **more):
    return factors_from_brightway("methods", "cotton", method(name), {"cotton_lint": "row"}, **more).tables[0]


WITHOUT_BIOGENIC_CO2 = {  # kg CO2e per kg: fossil + soil + methane + nitrous oxide
    "IPCC 2021": 1 + 0.2 - 0.05 + 0.001 * 27 + 0.005 * 273,
    "EF v3.1 EN15804": 1 + 0.2 - 0.05 + 0.001 * 27 + 0.005 * 273,
    "EF v3.0 EN15804": 1 + 0.2 - 0.05 + 0.001 * 34 + 0.005 * 298,
    "TRACI v2.1": 1 + 0.2 - 0.05 + 0.001 * 25 + 0.005 * 298,
}


@pytest.mark.parametrize("name", WITHOUT_BIOGENIC_CO2)
def test_no_method_counts_biogenic_co2_or_uptake_in_the_value(cotton, name):
    assert factor(name).numbers["value"][0] == pytest.approx(WITHOUT_BIOGENIC_CO2[name], rel=1e-6)


@pytest.mark.parametrize(("name", "gwp"), [("IPCC 2021", "AR6"), ("EF v3.1 EN15804", "EF3.1"), ("TRACI v2.1", "AR4")])
def test_carbon_that_goes_into_the_soil_is_taken_from_that_of_land_use(cotton, name, gwp):
    """Its factor is -1; the set is recognised all the same, and the row holds the gases."""
    table = factor(name)
    assert table.texts["gwp"] == [gwp]
    gases = {gas: table.numbers[gas][0] for gas in ("co2_fossil", "co2_land_use", "n2o", "co2_biogenic", "co2_uptake")}
    assert gases == pytest.approx(
        {"co2_fossil": 1.0, "co2_land_use": 0.2 - 0.05, "n2o": 0.005, "co2_biogenic": 0.1, "co2_uptake": 1.6}, rel=1e-6
    )


def test_what_a_method_of_other_weights_counts_of_biogenic_co2_is_noted(cotton):
    with pytest.warns(tp.PcfWarning, match=r"1 factors by EF v3\.0 EN15804.* state no gases.*: cotton_lint"):
        table = factor("EF v3.0 EN15804")
    assert table.texts["gwp"] == ["unknown"]
    assert "-1.5 kgCO2e of biogenic CO2 and uptake, which is left out" in table.texts["notes"][0]


def test_a_set_that_the_method_does_not_use_is_refused(cotton):
    assert factor("IPCC 2021", gwp="AR6").texts["gwp"] == ["AR6"]
    with pytest.raises(tp.UsageError, match=r"weighs ch4_fossil with 36\.8, AR5 with 30"):
        factor("EF v3.0 EN15804", gwp="AR5")
    with pytest.raises(tp.UsageError, match="'AR7' is not a GWP set"):
        factor("IPCC 2021", gwp="AR7")


def test_a_method_in_another_unit_is_refused(cotton):
    with pytest.raises(tp.UsageError, match="is in UBP, not in kg CO2e"):
        factor("Ecological Scarcity 2021")
    assert factor("Own method").numbers["value"][0] > 0  # kg CO₂-eq


def test_locations_of_ecoinvent_are_our_regions(cotton):
    """RoW is the world, a grid of China is ours; what is not known stays as it is."""
    table = factors_from_brightway("methods", "cotton", method("IPCC 2021"), {code: code for code in LOCATIONS}).tables[0]
    assert dict(zip(table.texts["item"], table.texts["region"], strict=True)) == {
        "row": "GLO", "csg": "CN-GRID-S", "uk": "GB", "eu": "RER", "own": "Site 7", "none": "GLO",
    }  # fmt: skip
    assert "The location is RoW." in table.texts["notes"][0]


def test_arguments_of_other_types(cotton):
    listed = factors_from_brightway("methods", "cotton", list(method("IPCC 2021")), {"cotton_lint": "row"})
    assert listed.items == ["cotton_lint"]
    one = factors_from_brightway("methods", "cotton", method("IPCC 2021"), "cotton row")  # one name, not its letters
    assert one.items == ["cotton_row"]
    for argument in ({"redistributable": "false"}, {"licence": 3}):
        with pytest.raises(tp.UsageError, match="This is of type"):
            factor("IPCC 2021", **argument)
    with pytest.raises(tp.UsageError, match="not the name of a method"):
        factors_from_brightway("methods", "cotton", "IPCC 2021")


@pytest.mark.parametrize(
    ("options", "words"),
    [({"path": "no such folder/package.zip"}, "There is no such folder."),
     ({"first_id": 1.5}, "This is no id."), ({"first_id": -1}, "This is no id."), ({"first_id": "1"}, "This is no id.")],
)  # fmt: skip
def test_a_package_that_cannot_be_written_is_refused(data, tmp_path, options, words):
    result = tp.footprint(*tp.load_example("jeans"))
    if "path" in options:
        options = {"path": tmp_path / options["path"]}
    with pytest.raises(tp.UsageError, match=words):
        to_datapackage(result, **options)


def test_names_and_results_of_other_types(data):
    result = tp.footprint(*tp.load_example("jeans"))
    for project, database in (("", "fabric"), (7, "fabric"), ("mill", ""), ("mill", 5)):
        with pytest.raises(tp.UsageError, match=r"The name is empty|not a name"):
            write_database(result, project, database)
    for call in (to_datapackage, scores_of, lambda other: write_database(other, "mill", "fabric")):
        with pytest.raises(tp.UsageError, match="not a result"):
            call({"total": 1.0})


EF_FLOWS = {  # name, compartment, factor of EF 3.1, kg per kg of cotton
    "co2": ("carbon dioxide (fossil)", "Emissions to air", 1, 1.0),
    "luc": ("carbon dioxide (land use change)", "Emissions to air", 1, 0.2),
    "stock": ("carbon dioxide (land use change)", "Resources from air", -1, 0.05),
    "ch4": ("methane (fossil)", "Emissions to air", 29.8, 0.002),
    "bch4": ("methane (biogenic)", "Emissions to air", 27, 0.001),
    "n2o": ("nitrous oxide", "Emissions to air", 273, 0.005),
    "no": ("nitrogen monoxide", "Emissions to air", None, 0.3),  # NO is no greenhouse gas
    "bio": ("carbon dioxide (biogenic)", "Emissions to air", None, 0.1),
    "up": ("carbon dioxide (biogenic)", "Resources from air", None, 1.6),
}


def test_flows_of_ef_and_ilcd_are_recognised_by_their_names_and_compartments(data):
    """What is taken from the air is a resource of the same name as what is given off."""
    data.projects.set_current("ef")
    data.Database("ef").write(
        {
            ("ef", code): {"name": name, "categories": (place,), "unit": "kilogram", "type": "emission"}
            for code, (name, place, *_) in EF_FLOWS.items()
        }
    )
    written = data.Method(method("EF 3.1"))
    written.register(unit="kg CO2 eq")
    written.write([(("ef", code), float(factor)) for code, (_, _, factor, _) in EF_FLOWS.items() if factor])
    exchanges = [{"input": ("ef", code), "amount": amount, "type": "biosphere"} for code, (*_, amount) in EF_FLOWS.items()]
    exchanges.append({"input": ("lint", "lint"), "amount": 1, "type": "production"})
    data.Database("lint").write(
        {("lint", "lint"): {"name": "lint", "unit": "kilogram", "location": "CN", "exchanges": exchanges}}
    )
    data.projects.set_current("default")
    numbers = factors_from_brightway("ef", "lint", method("EF 3.1")).tables[0].numbers
    gases = ("co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o", "co2_biogenic", "co2_uptake")
    assert [numbers[gas][0] for gas in gases] == pytest.approx([1.0, 0.15, 0.002, 0.001, 0.005, 0.1, 1.6], rel=1e-6)


def test_methane_alone_has_its_gas(data, cotton):
    """Factors of a method are kept in single precision; what that leaves is neither another gas nor negative CO2."""
    data.projects.set_current("methods")
    exchanges = [{"input": ("flows", "ch4"), "amount": 0.01, "type": "biosphere"}]
    exchanges.append({"input": ("paddy", "paddy"), "amount": 1, "type": "production"})
    data.Database("paddy").write({("paddy", "paddy"): {"name": "paddy", "unit": "kilogram", "exchanges": exchanges}})
    data.projects.set_current("default")
    table = factors_from_brightway("methods", "paddy", method("IPCC 2021")).tables[0]
    assert table.numbers["ch4_fossil"][0] == pytest.approx(0.01, rel=1e-6)
    assert table.numbers["co2_fossil"][0] == pytest.approx(0, abs=1e-12)
    assert table.texts["notes"] == [""]


def test_carbon_that_the_soil_takes_up_does_not_cost_the_uptake_of_the_fibre(data, cotton, tmp_path):
    """Land use change is -0.05 kg CO2e: a mass below zero, for which all gases and with them the uptake were dropped."""
    data.projects.set_current("methods")
    taken = {"co2": 1.0, "to soil": 0.05, "in air": 1.6, "ch4": 0.01}
    exchanges = [{"input": ("flows", flow), "amount": amount, "type": "biosphere"} for flow, amount in taken.items()]
    exchanges.append({"input": ("hemp", "hemp"), "amount": 1, "type": "production"})
    data.Database("hemp").write(
        {("hemp", "hemp"): {"name": "hemp", "unit": "kilogram", "location": "CN", "exchanges": exchanges}}
    )
    data.projects.set_current("default")
    table = factors_from_brightway("methods", "hemp", method("IPCC 2021"))
    assert table.tables[0].numbers["co2_uptake"][0] == pytest.approx(1.6, rel=1e-6)
    assert "-0.05 kgCO2e and included in co2_fossil" in table.tables[0].texts["notes"][0]
    rule = tmp_path / "rule.yaml"
    rule.write_text(
        'rule: one\nedition: "1"\nbiogenic: minus_one_plus_one\nproduct: {unit: kg}\n'
        "stages:\n  - id: spinning\n    flows:\n      fibre: {unit: kg, factor: hemp}\n"
    )
    rows = [{"product": "P", "stage": "spinning", "flow": "fibre", "amount": 1, "unit": "kg", "region": "CN", "year": 2024}]
    result = tp.footprint(pd.DataFrame(rows), rule, table)
    assert result.totals[0] == pytest.approx(1 - 0.05 + 0.01 * 29.8 - 1.6, rel=1e-6)
