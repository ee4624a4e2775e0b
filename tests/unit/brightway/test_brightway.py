"""Exports to Brightway: data packages and databases score as our results, and nothing else is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from oracle.generated import case
from oracle.generated_results import calculated

import textile_pcf as tp
from paths import ROOT
from textile_pcf.brightway import calculate, scores_of, to_datapackage, write_database
from textile_pcf.brightway.packages import package

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

IPCC = ("IPCC 2021", "climate change", "GWP 100a")
BLEND = ROOT / "examples/polyester_cotton_blend/activity.csv"
RULE = "chemical_fiber_fabric"


@pytest.fixture(scope="module")
def blend():
    return tp.footprint(BLEND, RULE)


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
