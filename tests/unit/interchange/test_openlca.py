"""Packages of openLCA: complete, the same number by own algebra and by Brightway, and nothing that must not be passed on."""

from __future__ import annotations

import json
import warnings
import zipfile

import numpy as np
import openlca_solver
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf import rule_cases
from textile_pcf.io.resources import examples
from textile_pcf.results.contributions import SPLIT
from worked import CASES, LOADED

NAMES = [f"Greenhouse effect, {part.replace('_', ' ')}" for part in SPLIT]
pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")


def calculated(name, **options):
    return tp.footprint(*tp.load_example(name), **options)


def assert_same(package, result, rtol=1e-9):
    found = package.results()
    for number, product in enumerate(result.products):
        parts = [found[product][name] for name in NAMES]
        np.testing.assert_allclose(parts, result.split_totals[number], rtol=rtol, atol=1e-12 * abs(result.totals[number]))
        assert sum(parts) == pytest.approx(result.totals[number], rel=rtol)


@pytest.mark.parametrize("name", examples())
@pytest.mark.parametrize("biogenic", ["minus_one_plus_one", "zero_zero"])
def test_examples_solved_by_own_algebra(name, biogenic, tmp_path):
    result = calculated(name, biogenic=biogenic)
    package = openlca_solver.PackageFile(result.to_openlca(tmp_path / "out.zip"))
    assert package.schema == {"version": 2}
    assert package.names[0] == "olca-schema.json"
    assert package.missing_references() == []
    names = [each["name"] for each in package.folders["processes"].values()]
    assert len(set(names)) == len(names)
    assert_same(package, result)


def test_the_same_bytes_again(tmp_path):
    result = calculated("jeans")
    one, other = (result.to_openlca(tmp_path / name).read_bytes() for name in ("a.zip", "b.zip"))
    assert one == other


RULE = """
rule: mill
edition: "1"
status: own
product: {unit: kg}
stages:
  - id: making
    title: Making
    flows:
      electricity: {unit: kWh, factor: electricity}
      dye: {unit: kg, factor: dye}
"""


def yarn(tmp_path, electricity, factor):
    """Yarn whose amount of electricity and factor of it are given; names, region and year stay the same."""
    (tmp_path / "mill.yaml").write_text(RULE)
    common = {"region": "CN", "year": 2024}
    rows = [{"product": "YARN", "stage": "making", "flow": "electricity", "amount": electricity, "unit": "kWh", **common},
            {"product": "YARN", "stage": "making", "flow": "dye", "amount": 0.1, "unit": "kg", **common}]  # fmt: skip
    source = {"kind": "life_cycle", "gwp": "AR6", "source": "made up", "locator": "made up", **common}
    factors = [{"item": "electricity", "value": factor, "unit": "kgCO2e/kWh", **source},
               {"item": "dye", "value": 5, "unit": "kgCO2e/kg", **source}]  # fmt: skip
    result = tp.footprint(pd.DataFrame(rows), tmp_path / "mill.yaml", [factors])
    return openlca_solver.PackageFile(result.to_openlca(tmp_path / "out.zip")), result


@pytest.mark.parametrize(("electricity", "factor"), [(4, 0.6), (3, 0.5)], ids=["more electricity", "another factor"])
def test_a_later_package_arrives_in_a_database_that_has_an_earlier_one(tmp_path, electricity, factor):
    """openLCA keeps the data sets it has, by their ids, when it imports: the later number must come out all the same."""
    database, before = yarn(tmp_path, 3, 0.6)
    later, result = yarn(tmp_path, electricity, factor)
    assert before.totals[0] != result.totals[0]
    (system,) = later.folders["product_systems"].values()
    for folder, data_sets in later.folders.items():
        database.folders[folder] = {**data_sets, **database.folders.get(folder, {})}
    assert database.missing_references() == []
    database.folders["product_systems"] = {system["@id"]: database.folders["product_systems"][system["@id"]]}
    assert_same(database, result)
    dye = [process for process in database.folders["processes"].values() if process["name"].startswith("dye")]
    assert len(dye) == 1  # what is the same is one data set


def test_a_product_brings_what_it_takes(tmp_path):
    result = calculated("polyester_jacket")
    package = openlca_solver.PackageFile(result.to_openlca(tmp_path / "out.zip", products=["JACKET"]))
    assert set(package.results()) == {"JACKET"}
    assert sum(package.results()["JACKET"].values()) == pytest.approx(result.total()["JACKET"], rel=1e-9)


@pytest.mark.parametrize(
    "file",
    ["loops.yaml", "own_units.yaml", "blends.yaml", "links.yaml", "two_periods.yaml", "allocation.yaml", "carbon_balance.yaml"],
)
def test_worked_cases_solved_by_own_algebra(file, tmp_path):
    """Loops, own units, blends, links and periods of the worked cases; those that are refused give no result."""
    results = [each for case in rule_cases.cases_at(CASES / file) if (each := calculated_case(case)) is not None]
    for number, result in enumerate(results):
        assert_same(openlca_solver.PackageFile(result.to_openlca(tmp_path / f"{number}.zip", own_use=True)), result)
    assert results


def calculated_case(case):
    try:
        return rule_cases.run(case, LOADED)
    except tp.PcfError:
        return None


def test_olca_schema_reads_everything(tmp_path):
    lca = pytest.importorskip("olca_schema", reason="absent witness: olca-schema")
    classes = {
        "processes": lca.Process, "flows": lca.Flow, "unit_groups": lca.UnitGroup, "flow_properties": lca.FlowProperty,
        "product_systems": lca.ProductSystem, "lcia_categories": lca.ImpactCategory, "lcia_methods": lca.ImpactMethod,
        "sources": lca.Source, "locations": lca.Location,
    }  # fmt: skip
    package = openlca_solver.PackageFile(calculated("t_shirt").to_openlca(tmp_path / "out.zip"))
    assert set(package.folders) == set(classes)
    for folder, data_sets in package.folders.items():
        for data_set in data_sets.values():
            again = classes[folder].from_dict(data_set).to_dict()
            assert set(leaves(data_set)) <= set(leaves(again)), folder


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from leaves(each, (*path, number))
    else:
        yield path, value


def test_brightway_gives_the_same_number(tmp_path, brightway):
    """Brightway's importer reads the package, and bw2calc solves it in single precision."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bw2calc
        from bw2io.importers.json_ld import JSONLDImporter

        result = calculated("polyester_jacket")
        with zipfile.ZipFile(result.to_openlca(tmp_path / "out.zip")) as archive:
            archive.extractall(tmp_path / "package")
        brightway.projects.set_current("openlca-package")
        try:
            importer = JSONLDImporter(str(tmp_path / "package"), "package")
            importer.apply_strategies(no_warning=True)
            importer.merge_biosphere_flows()
            assert list(importer.unlinked) == []
            importer.write_database()
            database = brightway.Database("package")
            scores = {flow.key: 1.0 for flow in database if flow["name"] in NAMES}
            brightway.Method(("greenhouse",)).register()
            brightway.Method(("greenhouse",)).write(list(scores.items()))
            for product, total in result.total().items():
                (activity,) = [each for each in database if each["name"] == product and each.get("type") == "product"]
                lca = bw2calc.LCA({activity: 1.0}, ("greenhouse",))
                lca.lci()
                lca.lcia()
                assert lca.score == pytest.approx(total, rel=1e-5)
        finally:
            brightway.projects.set_current("default")


# -- licences -------------------------------------------------------------------------------------------------------


@pytest.fixture
def restricted(tmp_path):
    """The T-shirt with electricity of a table that must not be passed on."""
    rows = {
        "item": ["electricity"], "value": [0.737373], "unit": ["kgCO2e/kWh"], "region": ["CN"], "year": [2024],
        "kind": ["life_cycle"], "source": ["OWN"], "locator": ["row 1"], "gwp": ["AR6"],
    }  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "own.csv", index=False)
    (tmp_path / "own.yaml").write_text("licence: own\nredistributable: false\n", encoding="utf-8")
    activity, rule, factors = tp.load_example("t_shirt")
    return tp.footprint(activity, rule, [tmp_path / "own.csv", *factors])


def test_restricted_values_do_not_leave(restricted, tmp_path):
    assert any("own" in line for line in restricted.lines.factor_table.categories)
    with pytest.raises(tp.UsageError, match="forbids passing its values on"):
        restricted.to_openlca(tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


def test_own_use_writes_them_and_a_sum_holds_none(restricted, tmp_path):
    everything = zipfile.ZipFile(restricted.to_openlca(tmp_path / "own_use.zip", own_use=True))
    assert any(b"0.737373" in everything.read(name) for name in everything.namelist())
    path = restricted.to_openlca(tmp_path / "sum.zip", aggregated=True)
    summed = zipfile.ZipFile(path)
    assert not any(b"0.737373" in summed.read(name) for name in summed.namelist())
    package = openlca_solver.PackageFile(path)
    (process,) = package.folders["processes"].values()
    assert process["processType"] == "LCI_RESULT"
    given_off = sum(each["amount"] for each in process["exchanges"] if not each.get("isQuantitativeReference"))
    assert given_off == pytest.approx(restricted.totals[0], rel=1e-12)


def test_no_product_makes_no_package(tmp_path):
    with pytest.raises(tp.UsageError, match="No product is named"):
        calculated("jeans").to_openlca(tmp_path / "out.zip", products=[])


def test_the_ending_is_zip(tmp_path):
    with pytest.raises(tp.UsageError, match=r"End its name in \.zip"):
        calculated("jeans").to_openlca(tmp_path / "out.json")


def test_documents_name_source_and_licence(tmp_path):
    package = openlca_solver.PackageFile(calculated("jeans").to_openlca(tmp_path / "out.zip"))
    assert all("Licence: " in source["description"] for source in package.folders["sources"].values())
    json.dumps(package.folders)
