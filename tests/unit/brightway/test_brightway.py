"""The bridge to Brightway: exports score as ours, databases come in as factors, and nothing is touched that nobody named."""

from __future__ import annotations

import gc
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from oracle.generated import case
from oracle.generated_results import calculated

import textile_pcf as tp
from paths import ROOT
from textile_pcf.brightway import calculate, factors_from_brightway, scores_of, to_datapackage, write_database
from textile_pcf.brightway.packages import package

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

IPCC = ("IPCC 2021", "climate change", "GWP 100a")
BLEND = ROOT / "examples/polyester_cotton_blend/activity.csv"
RULE = "chemical_fiber_fabric"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """`bw2data` with a data directory of its own: what is written here is gone with the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIGHTWAY2_DIR", str(tmp_path_factory.mktemp("brightway")))
        if "bw2data" in sys.modules:
            data = package("bw2data")
            data.projects.change_base_directories(Path(tmp_path_factory.mktemp("brightway")))
        yield package("bw2data")


@pytest.fixture(scope="module")
def blend():
    return tp.footprint(BLEND, RULE)


@pytest.fixture(autouse=True)
def _left_open():
    """Brightway leaves files to the garbage collector: it comes here, where nobody minds."""
    yield
    gc.collect()


def score(package_, demand):
    lca = package("bw2calc").LCA(demand, data_objs=[package_])
    lca.lci()
    lca.lcia()
    return lca.score


# ---------------------------------------------------------------- out: the data package


def test_a_package_scores_as_the_result(blend):
    packed = to_datapackage(blend)
    assert score(packed, {1: 1.0}) == pytest.approx(blend.totals[0], rel=1e-12)
    assert score(to_datapackage(blend, flows_as_activities=False), {1: 1.0}) == pytest.approx(blend.totals[0], rel=1e-12)


@pytest.mark.parametrize("number, part", list(enumerate(("fossil", "biogenic", "uptake"))))
def test_a_package_of_one_part(blend, number, part):
    assert score(to_datapackage(blend, part=part), {1: 1.0}) == pytest.approx(blend.split_totals[0, number], rel=1e-12)


def test_nodes_say_what_each_id_is(blend):
    nodes, _ = to_datapackage(blend, first_id=1001).get_resource("nodes")
    assert nodes.loc[0, ["id", "kind", "product", "unit"]].tolist() == [1001, "product", "TC-65-35", "kg"]
    assert set(nodes["kind"]) == {"product", "stage", "flow", "emission factor"}
    assert nodes["id"].is_unique and not (nodes["name"] == "").any()
    factors = nodes[nodes["kind"] == "emission factor"]
    assert np.allclose(factors["kgCO2e"], factors[["fossil", "biogenic", "uptake", "land_use_change"]].sum(axis=1))
    assert (factors["source"] != "").all()


def test_masses_are_what_brightway_makes(blend):
    nodes, _ = to_datapackage(blend).get_resource("nodes")
    lca = package("bw2calc").LCA({1: 1.0}, data_objs=[to_datapackage(blend)])
    lca.lci()
    made = {row["id"]: lca.supply_array[lca.dicts.activity[row["id"]]] for _, row in nodes[nodes["kind"] == "stage"].iterrows()}
    assert np.allclose(list(made.values()), blend.stage_masses.output, rtol=1e-12)


@pytest.mark.parametrize("name", ["package", "package.zip"])
def test_a_package_on_disk(blend, tmp_path, name):
    to_datapackage(blend, tmp_path / name)
    processing = package("bw_processing")
    make = processing.generic_zipfile_filesystem if name.endswith("zip") else processing.generic_directory_filesystem
    place = {"dirpath": tmp_path, "filename": name, "write": False} if name.endswith("zip") else {"dirpath": tmp_path / name}
    loaded = processing.load_datapackage(make(**place))
    assert score(loaded, {1: 1.0}) == pytest.approx(blend.totals[0], rel=1e-12)
    assert loaded.metadata["textile_pcf"]["rule"] == blend.provenance["rule"]
    assert all("PDDL" not in licence["name"] for licence in loaded.metadata["licenses"])
    with pytest.raises(tp.UsageError, match="exists already"):
        to_datapackage(blend, tmp_path / name)


def test_there_is_no_such_part(blend):
    with pytest.raises(tp.UsageError, match="Choose from: total, fossil"):
        to_datapackage(blend, part="water")


# ---------------------------------------------------------------- the whole catalogue by their engine


def test_scores_by_brightway():
    activity = tp.read_activity(BLEND, tp.load_rules(RULE))
    scores = calculate(activity, gwp="AR5")
    assert scores.deviation < 1e-12
    assert scores.total().index.tolist() == ["TC-65-35"]
    assert scores.per_stage().to_numpy().sum() == pytest.approx(tp.calculate(activity, gwp="AR5").totals[0], rel=1e-12)


def test_generated_systems_by_package(tmp_path):
    worst = 0.0
    for seed in range(40):
        result = calculated(case(seed), tmp_path)
        if result is None:
            continue
        worst = max(worst, scores_of(result).deviation)
        assert worst < 1e-9, f"seed {seed}"
        size = np.abs(result.lines.emissions).sum()
        if size:
            assert abs(score(to_datapackage(result), {1: 1.0}) - result.totals[0]) < 1e-9 * size, f"seed {seed}"


# ---------------------------------------------------------------- out: a database


def test_a_database_scores_as_the_result(blend, data):
    keys = write_database(blend, "mill", "fabric")
    assert data.projects.current == "default"
    data.projects.set_current("mill")
    for part, ours in (("total", blend.totals[0]), ("uptake", blend.split_totals[0, 2])):
        lca = package("bw2calc").LCA({data.get_activity(keys["TC-65-35"]): 1.0}, ("textile_pcf", "fabric", part))
        lca.lci()
        lca.lcia()
        assert lca.score == pytest.approx(ours, rel=1e-6)  # Brightway's databases keep numbers in single precision
    spinning = data.get_activity(("fabric", "TC-65-35 | spinning | cotton"))
    assert spinning["unit"] == "kilogram"
    inputs = {exchange.input["unit"] for exchange in spinning.technosphere()}
    assert {"kilowatt hour", "kilogram"} <= inputs
    assert any("Ecobalyse" in exchange.get("comment", "") for exchange in spinning.technosphere())
    data.projects.set_current("default")


def test_a_database_is_not_overwritten_by_itself(blend, data):
    write_database(blend, "mill", "twice")
    with pytest.raises(tp.UsageError, match="overwrite=True"):
        write_database(blend, "mill", "twice")
    write_database(blend, "mill", "twice", overwrite=True)


def test_uncertainty_is_filled_where_known(data, tmp_path):
    rule = tmp_path / "rule.yaml"
    rule.write_text(
        'rule: one\nedition: "1"\nproduct: {unit: kg}\n'
        "stages:\n  - {id: dyeing, flows: {electricity: {unit: kWh, factor: power}}}\n"
    )
    rows = [{"product": "P", "stage": "dyeing", "flow": "electricity", "amount": 2.0, "unit": "kWh", "gsd": 1.2}]
    table = {"item": ["power"], "value": [0.5], "unit": ["kgCO2e/kWh"], "region": ["GLO"], "year": ["2024"]}
    table |= {"kind": ["life_cycle"], "source": ["hand"], "locator": ["hand"], "low": [0.4], "high": [0.7]}
    activity = tp.read_activity(pd.DataFrame(rows), tp.load_rules(rule))
    factors = tp.load_factors(pd.DataFrame(table))
    write_database(tp.calculate(activity, factors), "mill", "spread", activity=activity, factors=factors)
    data.projects.set_current("mill")
    row = next(exchange for exchange in data.get_activity(("spread", "P | dyeing")).technosphere() if exchange["amount"] == 2.0)
    assert (
        row["uncertainty type"] == 2 and row["scale"] == pytest.approx(np.log(1.2)) and row["loc"] == pytest.approx(np.log(2))
    )
    factor = next(iter(data.get_activity(("spread", "factor 0")).biosphere()))
    assert (factor["minimum"], factor["maximum"]) == pytest.approx((0.4, 0.7))
    data.projects.set_current("default")
    with pytest.raises(tp.UsageError, match="not of this activity"):
        write_database(tp.footprint(BLEND, RULE), "mill", "other", activity=activity)


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


# ---------------------------------------------------------------- nothing is touched


def run(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment
    )


def test_packages_and_scores_touch_no_project(tmp_path):
    code = (
        "import textile_pcf as tp, sys, warnings\nfrom textile_pcf.brightway import scores_of, to_datapackage\n"
        "warnings.simplefilter('ignore', tp.PcfWarning)\n"
        f"r = tp.footprint('{BLEND.relative_to(ROOT)}', '{RULE}')\n"
        "assert 'bw_processing' not in sys.modules\n"
        "assert scores_of(r).deviation < 1e-9\nto_datapackage(r)\nassert 'bw2data' not in sys.modules\n"
    )
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_without_brightway_one_sentence_says_how_to_install_it(tmp_path):
    code = (
        "import sys\nfor name in ('bw_processing', 'bw2calc', 'bw2data'): sys.modules[name] = None\n"
        "import textile_pcf as tp, warnings\nfrom textile_pcf.brightway import to_datapackage\n"
        "warnings.simplefilter('ignore', tp.PcfWarning)\n"
        f"r = tp.footprint('{BLEND.relative_to(ROOT)}', '{RULE}')\n"
        "try: to_datapackage(r)\nexcept tp.UsageError as error: print(error)\n"
    )
    done = run(code, tmp_path)
    assert "pip install 'textile_pcf[brightway]'" in done.stdout, done.stderr


def test_the_notebook_runs(tmp_path):
    """`examples/brightway_bridge.py`: out, the same number there, and background in."""
    (home := tmp_path / "brightway").mkdir()
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", "BRIGHTWAY2_DIR": str(home)}
    script = [sys.executable, "-W", "ignore", "examples/brightway_bridge.py"]
    done = subprocess.run(script, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    assert "bw2calc " in done.stdout
    assert "forbids passing its values on" in done.stdout
