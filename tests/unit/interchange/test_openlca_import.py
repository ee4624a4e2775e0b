"""Results of openLCA that come in: small and strict."""

from __future__ import annotations

import json
import zipfile

import pytest

import textile_pcf as tp

KG = {"@id": "20aadc24-a391-41cf-b340-3e4529f44bde", "name": "kg"}
RESULT = {
    "@type": "Result", "@id": "r1", "name": "Cotton yarn, CN",
    "flowResults": [{"isRefFlow": True, "amount": 2.0, "unit": KG, "flow": {"@id": "f", "name": "yarn"}}],
    "impactResults": [
        {"indicator": {"@id": "gwp", "name": "Climate change"}, "amount": 9.0},
        {"indicator": {"@id": "acid", "name": "Acidification"}, "amount": 0.1},
    ],
    "location": {"@id": "l1", "name": "China"},
}  # fmt: skip
CATEGORIES = [{"@id": "gwp", "refUnit": "kg CO2-Eq"}, {"@id": "acid", "refUnit": "mol H+"}]


def package(tmp_path, result=RESULT, categories=CATEGORIES, **more):
    path = tmp_path / "theirs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"results/{result.get('@id')}.json", json.dumps(result))
        archive.writestr("locations/l1.json", json.dumps({"@id": "l1", "code": "CN", "name": "China"}))
        for each in categories:
            archive.writestr(f"lcia_categories/{each['@id']}.json", json.dumps(each))
        for name, text in more.items():
            archive.writestr(f"processes/{name}.json", text)
    return path


def refusal(call):
    with pytest.raises(tp.FactorError) as error:
        call()
    return str(error.value)


def test_a_result(tmp_path):
    (sheet,) = tp.read_openlca(package(tmp_path), gwp="AR6").tables
    assert {name: sheet.texts[name][0] for name in ("item", "unit", "region", "gwp", "locator", "kind")} == {
        "item": "olca_cotton_yarn_cn", "unit": "kgCO2e/kg", "region": "CN", "gwp": "AR6", "locator": "r1", "kind": "life_cycle",
    }  # fmt: skip
    assert sheet.numbers["value"][0] == 4.5
    assert sheet.document.redistributable is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"impactResults": []}, "The package holds no results."),
     ({"flowResults": []}, "A result has one reference flow"),
     ({"flowResults": [{"isRefFlow": True, "amount": 0, "unit": KG}]}, "is no number, or is 0"),
     ({"flowResults": [{"isRefFlow": True, "amount": 1, "unit": {"@id": "x", "name": "glorp"}}]}, "glorp"),
     ({"name": None}, "The result has no name."),
     ({"location": {"@id": "l2", "name": "Atlantis"}}, "The location 'Atlantis' is not known."),
     ({"@id": 5}, "This is no data set")],
)  # fmt: skip
def test_refused(tmp_path, changes, words):
    assert words in refusal(lambda: tp.read_openlca(package(tmp_path, {**RESULT, **changes})))


def test_the_impact_category(tmp_path):
    path = package(tmp_path, categories=[{**each, "refUnit": "kg CO2e"} for each in CATEGORIES])
    assert "Several impact categories count CO2e." in refusal(lambda: tp.read_openlca(path))
    assert tp.read_openlca(path, indicator="Acidification").tables[0].numbers["value"][0] == 0.05
    assert "Did you mean 'Climate change'?" in refusal(lambda: tp.read_openlca(path, indicator="Climate chnage"))
    assert "is not a GWP set" in refusal(lambda: tp.read_openlca(path, gwp="AR9"))


def test_files_that_are_no_packages(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 broken")
    assert "This is no zip file." in refusal(lambda: tp.read_openlca(tmp_path / "x.zip"))
    assert "This is no JSON" in refusal(lambda: tp.read_openlca(package(tmp_path, p1="{")))
    with pytest.raises(tp.UsageError):
        tp.read_openlca(tmp_path / "none.zip")


@pytest.mark.parametrize(
    ("unit", "indicator"), [("mol H+", None), ("mol H+", "Climate change"), ("g CO2-Eq", "Climate change")]
)
def test_another_unit_than_kg_co2e_is_no_footprint(unit, indicator, tmp_path):
    result = {**RESULT, "impactResults": RESULT["impactResults"][:1]}
    path = package(tmp_path, result, [{"@id": "gwp", "refUnit": unit}])
    words = f"The impact category 'Climate change' is in {unit}, not in kg CO2e."
    assert words in refusal(lambda: tp.read_openlca(path, indicator=indicator))


def test_two_results_of_one_name_and_two_data_sets_of_one_id(tmp_path):
    """openLCA names each calculation of a system alike: which of them counts is for a person to say."""
    path = package(tmp_path)
    for file, identifier, words in (
        ("r2", "r2", "results/r2: olca_cotton_yarn_cn of CN is already in"),
        ("copy", "r1", "results/copy.json: The id 'r1' is in the package twice."),
    ):
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(f"results/{file}.json", json.dumps({**RESULT, "@id": identifier}))
        assert words in refusal(lambda: tp.read_openlca(path))


def test_the_indicator_is_a_text(tmp_path):
    with pytest.raises(tp.UsageError, match="not an impact category"):
        tp.read_openlca(package(tmp_path), indicator=5)


def stated(category, unit):
    """A result whose impact category is not in the package; openLCA names its unit in the reference all the same."""
    impact = {"indicator": {"@type": "ImpactCategory", "@id": "x", "name": category, "refUnit": unit}, "amount": 9.0}
    return {**RESULT, "impactResults": [impact]}


def test_the_unit_of_a_category_that_is_not_in_the_package(tmp_path):
    path = package(tmp_path, stated("Acidification", "mol H+ eq"), categories=[])
    assert "'Acidification' is in mol H+ eq, not in kg CO2e" in refusal(lambda: tp.read_openlca(path))
    assert "not in kg CO2e" in refusal(lambda: tp.read_openlca(path, indicator="Acidification"))
    both = stated("Acidification", "mol H+ eq")["impactResults"] + [
        {"indicator": {"@id": "y", "name": "Climate change", "refUnit": "kg CO2 eq"}, "amount": 3.0}
    ]
    path = package(tmp_path, {**RESULT, "impactResults": both}, categories=[])
    assert tp.read_openlca(path).tables[0].numbers["value"][0] == 1.5


def test_categories_of_one_name_are_told_apart_by_id(tmp_path):
    impacts = [{"indicator": {"@id": each, "name": "Climate change", "refUnit": "kg CO2 eq"}, "amount": 2.0} for each in "ab"]
    path = package(tmp_path, {**RESULT, "impactResults": impacts}, categories=[])
    assert "Name one as indicator: a, b." in refusal(lambda: tp.read_openlca(path, indicator="Climate change"))
    assert tp.read_openlca(path, indicator="b").tables[0].numbers["value"][0] == 1.0


@pytest.mark.parametrize(
    "flow",
    [{"location": {"@id": "l1", "name": "China"}}, {"flow": {"@id": "f", "location": "CN"}}],
    ids=["of the result's flow", "of the flow"],
)
def test_a_result_has_its_location_in_the_reference_flow(tmp_path, flow):
    """Data sets `Result` of openLCA have no location of their own."""
    result = {name: value for name, value in RESULT.items() if name != "location"}
    result["flowResults"] = [{**RESULT["flowResults"][0], **flow}]
    assert tp.read_openlca(package(tmp_path, result)).tables[0].texts["region"] == ["CN"]


def test_pieces_of_another_unit_group(tmp_path):
    flows = [{**RESULT["flowResults"][0], "unit": {"@id": "own", "name": "Item(s)"}}]
    assert tp.read_openlca(package(tmp_path, {**RESULT, "flowResults": flows})).tables[0].units[0].text == "kgCO2e/piece"


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA], ids=["deflate", "lzma"])
def test_a_damaged_package_is_said_to_be_one(tmp_path, compression):
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("results/r1.json", json.dumps([RESULT] * 5))
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(each ^ 0xFF for each in content[60:90])
    path.write_bytes(content)
    assert "This zip file cannot be read." in refusal(lambda: tp.read_openlca(path))


def test_files_of_file_managers_are_passed_over(tmp_path):
    path = package(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("results/.DS_Store", b"\0\1")
        archive.writestr("results/._r1.json", b"\0\1")
    assert tp.read_openlca(path).items == ["olca_cotton_yarn_cn"]
