"""Records of PACT that come in: the row of each, every refusal, and what is just accepted at its edge."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from pact_samples import RECORD, RECORD_V2, changed

import textile_pcf as tp

NUMBERS = ("value", "declared_fossil", "declared_biogenic", "declared_land_use", "declared_uptake", "declared_aircraft")

PARTS = ("landUseChangeGhgEmissions", "biogenicNonCO2Emissions", "biogenicCO2Uptake", "aircraftGhgEmissions")


def rows(source, **options):
    """The rows of a table as dicts, with the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        (sheet,) = tp.read_pact(source, **options).tables
    texts = [{name: column[row] for name, column in sheet.texts.items()} for row in range(sheet.size)]
    for row, cells in enumerate(texts):
        cells.update({name: float(sheet.numbers[name][row]) for name in NUMBERS})
    return texts, [str(each.message) for each in caught]


def refusals(source, **options):
    with warnings.catch_warnings(), pytest.raises(tp.FactorError) as error:
        warnings.simplefilter("ignore")
        tp.read_pact(source, **options)
    return [str(problem) for problem in error.value.problems]


def test_the_row_of_a_record():
    (row,), notes = rows(RECORD)
    assert row["item"] == "pcf:YARN"
    assert (row["value"], row["unit"]) == (3.25, "kgCO2e/kg")
    assert [row[name] for name in NUMBERS[1:]] == [3.0, 0.15, 0.1, -1.65, 0.025]
    assert (row["region"], row["year"], row["kind"], row["boundary"]) == ("CN", "2024", "cradle_to_gate", "cradle_to_gate")
    assert (row["gwp"], row["mass_per_unit"], row["primary_data_share"]) == ("AR6", "1 kg", "56.12 %")
    assert (row["supplier"], row["source"], row["locator"]) == ("Maker", "Maker", RECORD["id"])
    assert (row["redistributable"], row["biogenic"]) == ("false", "")
    assert notes == []


def test_the_row_of_a_record_of_version_2_is_per_one_unit_already():
    (row,), notes = rows(RECORD_V2)
    assert (row["item"], row["value"], row["unit"]) == ("pcf:DYE", 7.25, "kgCO2e/kg")
    assert np.isnan(row["declared_fossil"])
    assert (row["gwp"], row["biogenic"], row["primary_data_share"]) == ("AR5", "zero_zero", "")
    assert any("Version 2 of PACT was withdrawn on 2025-04-30" in note for note in notes)


@pytest.mark.parametrize(
    ("unit", "written"),
    [("square meter", "kgCO2e/m2"), ("piece", "kgCO2e/piece"), ("liter", "kgCO2e/L"), ("cubic meter", "kgCO2e/m3"),
     ("kilowatt hour", "kgCO2e/kWh"), ("megajoule", "kgCO2e/MJ"), ("ton kilometer", "kgCO2e/(t*km)")],
)  # fmt: skip
def test_units(unit, written):
    (row,), _ = rows(changed(RECORD, pcf_declaredUnitOfMeasurement=unit))
    assert row["unit"] == written
    assert row["mass_per_unit"] == ("1 kg" if unit in ("square meter", "piece", "liter", "cubic meter") else "")


@pytest.mark.parametrize(
    ("geography", "region"),
    [({"pcf_geographyCountry": "VN"}, "VN"),
     ({"pcf_geographyCountry": None, "pcf_geographyCountrySubdivision": "CN-ZJ"}, "CN-ZJ"),
     ({"pcf_geographyCountry": None, "pcf_geographyRegionOrSubregion": "Europe"}, "RER"),
     ({"pcf_geographyCountry": None, "pcf_geographyRegionOrSubregion": "Asia"}, "RAS"),
     ({"pcf_geographyCountry": None, "pcf_geographyRegionOrSubregion": "Eastern Asia"}, "UN-EASTERN-ASIA"),
     ({"pcf_geographyCountry": None}, "GLO")],
)  # fmt: skip
def test_regions(geography, region):
    (row,), _ = rows(changed(RECORD, **geography))
    assert row["region"] == region


def test_every_form_gives_the_same(tmp_path):
    other = changed(RECORD, productIds=["urn:pact:maker.example:product-id:OTHER"])
    event = {"type": "event", "id": "1", "data": {"pfs": [RECORD, other]}}
    forms = [[RECORD, other], {"data": [RECORD, other]}, event, [{"data": RECORD}, {"data": [other]}]]
    lines = tmp_path / "records.jsonl"
    lines.write_text("".join(json.dumps(each) + "\n" for each in (RECORD, other)), encoding="utf-8")
    files = []
    for number, form in enumerate(forms):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(form), encoding="utf-8")
        files.append(path)
    expected = rows([RECORD, other])[0]
    for source in (*forms, *files, lines):
        assert rows(source)[0] == expected
    assert [row["item"] for row in rows({"data": RECORD})[0]] == ["pcf:YARN"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pcf_fossilGhgEmissions": None}, "pcf.fossilGhgEmissions: This field is missing."),
        ({"id": "1"}, "id: '1' is no UUID."),
        ({"companyIds": ["maker"]}, "companyIds[0]: 'maker' is no URN."),
        ({"companyIds": []}, "companyIds: This list is empty."),
        ({"created": "2025-02-30T00:00:00Z"}, "created: '2025-02-30T00:00:00Z' is no time that exists."),
        ({"created": "2025-02-01T00:00:00"}, "is no time with a zone."),
        ({"pcf_declaredUnitAmount": "1 kg"}, "pcf.declaredUnitAmount: '1 kg' is not a decimal."),
        ({"pcf_declaredUnitAmount": "1,5"}, "'1,5' is not a decimal."),
        ({"pcf_declaredUnitAmount": "1e3"}, "'1e3' is not a decimal."),
        ({"pcf_declaredUnitAmount": "１"}, "'１' is not a decimal."),
        ({"pcf_declaredUnitAmount": 10}, "A decimal is a text here."),
        ({"pcf_declaredUnitAmount": "0"}, "This is not above 0."),
        ({"pcf_fossilGhgEmissions": "-1"}, "This is negative."),
        ({"pcf_biogenicCO2Uptake": "10"}, "This is above 0."),
        ({"pcf_primaryDataShare": "101"}, "101 is outside 0 to 100."),
        ({"pcf_geographyCountrySubdivision": "CN-ZJ"}, "More than one geography is given"),
        ({"pcf_geographyCountry": "UK"}, "pcf.geographyCountry: 'UK' is no country of ISO 3166. Did you mean 'GB'?"),
        ({"pcf_geographyCountry": "ZZ"}, "'ZZ' is no country of ISO 3166. Write it like CN."),
        ({"pcf_geographyCountry": None, "pcf_geographyCountrySubdivision": "UK-ENG"}, "is no country of ISO 3166."),
        ({"pcf_pcfExcludingBiogenicUptake": "32.53"}, "32.53 is not the sum of its parts: 32.5."),
        ({"pcf_pcfIncludingBiogenicUptake": "16.02"}, "16.02 is not the total without uptake plus the uptake: 16."),
        ({"pcf_productMassPerDeclaredUnit": "9"}, "The mass 9 is not the declared amount 10."),
        ({"pcf_declaredUnitOfMeasurement": "piece", "pcf_productMassPerDeclaredUnit": "0"}, "The mass of goods is 0."),
        ({"pcf_declaredUnitOfMeasurement": "hour"}, "This is the unit of a service, not of goods."),
        ({"pcf_packagingEmissionsIncluded": False, "pcf_packagingGhgEmissions": "1"}, "`packagingEmissionsIncluded` is false."),
        ({"pcf_referencePeriodEnd": "2024-01-01T00:00:00Z"}, "The reference period does not end after its start."),
        ({"validityPeriodStart": "2026-01-01T00:00:00Z", "validityPeriodEnd": "2025-06-01T00:00:00Z"},
         "The validity does not end after"),
        ({"status": "Deprecated"}, "Ask the supplier for its successor."),
        ({"specVersion": "1.0.0"}, "This record is not of version 2 or 3 of PACT."),
        ({"productIds": ["urn:pact:maker.example:product-id:"]}, "productIds[0]: Nothing stands behind the last colon"),
        ({"pcf_aircraftGhgEmissions": "31"}, "pcf.aircraftGhgEmissions: The aircraft's emissions are more than all fossil"),
        ({"pcf_referencePeriodStart": "0800-01-01T00:00:00Z", "pcf_referencePeriodEnd": "0801-01-01T00:00:00Z"},
         "pcf.referencePeriodStart: The reference period is in the year 800."),
        ({"pcf_referencePeriodStart": "0001-01-01T00:00:00Z", "pcf_referencePeriodEnd": "0001-01-01T00:00:00.5Z"},
         "pcf.referencePeriodEnd: The reference period is in the year 1."),
        ({"specVersion": None}, "`specVersion` is missing."),
    ],
)  # fmt: skip
def test_refused(changes, words):
    assert any(words in problem for problem in refusals(changed(RECORD, **changes)))


def test_all_problems_of_all_records_with_their_places(tmp_path):
    path = tmp_path / "maker.json"
    bad = changed(RECORD, id="1", pcf_declaredUnitAmount="1 kg")
    path.write_text(json.dumps({"data": [RECORD, bad, changed(bad, pcf_fossilGhgEmissions="-1"), 7]}), encoding="utf-8")
    problems = refusals(path)
    assert f"{path}: data[2].pcf.fossilGhgEmissions: This is negative. It is 0 or more." in problems
    assert f"{path}: data[3]: This is no record. Give a ProductFootprint as a JSON object." in problems
    assert sum("is no UUID" in problem for problem in problems) == 2


def test_a_difference_of_half_a_unit_of_every_number_is_accepted():
    """Four numbers with two decimals explain 0.02; 32.50 may be printed as 32.52, and 32.521 needs a half more."""
    assert rows(changed(RECORD, pcf_pcfExcludingBiogenicUptake="32.52", pcf_pcfIncludingBiogenicUptake="16.02"))[0]
    assert refusals(changed(RECORD, pcf_pcfExcludingBiogenicUptake="32.521", pcf_pcfIncludingBiogenicUptake="16.02"))


def test_aircraft_may_be_a_term_of_its_own():
    record = changed(RECORD, pcf_pcfExcludingBiogenicUptake="32.75", pcf_pcfIncludingBiogenicUptake="16.25")
    (row,), notes = rows(record)
    assert row["declared_fossil"] == pytest.approx(3.025)
    assert any("The total holds with aircraft as a term of its own" in note for note in notes)


def test_a_total_of_few_digits_is_taken():
    """2.6 may be printed as 3: the digits explain it, and 3 counts."""
    record = changed(RECORD, **{f"pcf_{name}": None for name in PARTS}, pcf_fossilGhgEmissions="2.6",
                     pcf_pcfExcludingBiogenicUptake="3", pcf_pcfIncludingBiogenicUptake="3")  # fmt: skip
    (row,), notes = rows(record)
    assert (row["value"], row["declared_fossil"]) == (0.3, 0.3)
    assert any("3 is not the sum of its parts: 2.6. The total is taken" in note for note in notes)


def test_removals_may_exceed_the_fossil_emissions():
    """2 emitted and 3 stored by technology are −1, of 10 kg."""
    record = changed(RECORD, **{f"pcf_{name}": None for name in PARTS}, pcf_fossilGhgEmissions="2",
                     pcf_technologicalCO2Removals="-3", pcf_pcfExcludingBiogenicUptake="-1",
                     pcf_pcfIncludingBiogenicUptake="-1")  # fmt: skip
    (row,), _ = rows(record)
    assert (row["value"], row["declared_fossil"]) == (-0.1, -0.1)


def test_a_period_of_less_than_a_second_ends_when_it_starts():
    record = changed(RECORD, pcf_referencePeriodEnd="2024-01-01T00:00:00.5Z")
    (row,), _ = rows(record)
    assert (row["year"], row["period_start"], row["period_end"]) == ("2024", "2024-01-01", "2024-01-01")


def test_a_mismatch_may_be_taken_as_declared():
    record = changed(RECORD, pcf_pcfExcludingBiogenicUptake="40.00")
    (row,), notes = rows(record, on_mismatch="declared")
    assert row["value"] == 4.0
    assert row["declared_fossil"] == pytest.approx(3.75)
    assert any("40 is not the sum of its parts" in note for note in notes)


@pytest.mark.parametrize(("end", "warned"), [("2028-01-01T00:00:00Z", False), ("2028-01-01T00:00:01Z", True)])
def test_validity_of_exactly_three_years(end, warned):
    record = changed(RECORD, validityPeriodEnd=end)
    _, notes = rows(record)
    assert any("more than 3 years" in note for note in notes) == warned
    if warned:
        assert any("more than 3 years" in problem for problem in refusals(record, strict=True))
    else:
        assert rows(record, strict=True)[0]


def test_the_end_of_february():
    record = changed(RECORD, pcf_referencePeriodEnd="2024-02-29T00:00:00Z", validityPeriodEnd="2027-02-28T00:00:00Z")
    (row,), notes = rows(record)
    assert (row["year"], notes) == ("2024", [])


@pytest.mark.parametrize(("day", "valid"), [("2027-12-31", True), ("2028-01-01", False)])
def test_a_day_on_which_it_must_be_valid(day, valid):
    if valid:
        assert rows(RECORD, on=day)[0]
    else:
        assert any("valid until 2028-01-01 only" in problem for problem in refusals(RECORD, on=day))


def test_two_records_of_one_product_region_and_year(tmp_path):
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(RECORD), encoding="utf-8")
    problems = refusals([tmp_path / "a.json", tmp_path / "b.json"])
    assert any("is already in" in problem and "a.json" in problem for problem in problems)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"pcf_characterizationFactors": None, "pcf_ipccCharacterizationFactorsSources": None}, "stands for it too"),
     ({"pcf_exemptedEmissionsPercent": "0"}, "This is no number."),
     ({"pcf_declaredUnit": "piece"}, "is no word of this field"),
     ({"productCategoryCpc": None}, "productCategoryCpc: This field is missing.")],
)  # fmt: skip
def test_refused_of_version_2(changes, words):
    assert any(words in problem for problem in refusals(changed(RECORD_V2, **changes)))


def test_outdated_records_of_version_2():
    record = changed(RECORD_V2, pcf_biogenicCarbonContent="0.06", pcf_exemptedEmissionsPercent=6)
    _, notes = rows(record)
    assert any("6 % of the emissions are left out" in note for note in notes)
    assert any("6.0% of the mass is biogenic carbon" in problem for problem in refusals(record, strict=True))
    assert rows(RECORD_V2, strict=True)[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [('{"a": 1, "a": 2}', "The key 'a' appears twice"), ('{"a": NaN}', "NaN is no number of JSON"), ("{", "This is no JSON"),
     ("[" * 100_000, "nested too deeply"), ('["\\ud800"]', "half of a character"), ("1e999", "too large to calculate")],
)  # fmt: skip
def test_json_is_read_strictly(text, words, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    assert words in refusals(path)[0]


def test_bytes_that_are_not_utf8(tmp_path):
    path = tmp_path / "bad.json"
    path.write_bytes(b'{"a": "\xff"}')
    assert "This is not UTF-8 text" in refusals(path)[0]


@pytest.mark.parametrize(
    "name", ["1e3", "x" * 300, "yes", "a: b # c", "=1+1", "!tag", '"', "a\nb", "? q", "公司" * 100, "\u2028x"]
)
def test_any_company_is_written_and_read_again(name, tmp_path):
    from textile_pcf.interchange.table_files import write_table

    (sheet,) = tp.read_pact(changed(RECORD, companyName=name, productIds=["urn:a:b:=x"])).tables
    write_table(sheet, tmp_path / "theirs.csv", "-o")
    (again,) = tp.load_factors(tmp_path / "theirs.csv").tables
    assert again.texts == sheet.texts
    assert again.document == sheet.document


def test_declared_parts_count_as_declared():
    """Under 0/0 no uptake, under −1/+1 the declared one; aircraft is reported."""
    table = tp.read_pact(RECORD)
    np.testing.assert_allclose(table.parts("AR6", "zero_zero")[0], [[3.0, 0.15, 0, 0.1, 0.025]])
    np.testing.assert_allclose(table.parts("AR6", "minus_one_plus_one")[0], [[3.0, 0.15, -1.65, 0.1, 0.025]])


BASE = {"item": "pcf:A", "value": 2.0, "unit": "kgCO2e/kg", "region": "CN", "year": "2024", "kind": "cradle_to_gate",
        "source": "S", "locator": "1", "declared_fossil": 1.5, "declared_biogenic": 0.5}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"item": "cotton"}, "Only a declared footprint has parts"),
     ({"co2_fossil": 1.0}, "The row gives gases and declared parts"),
     ({"declared_uptake": 1.0}, "The declared uptake is above 0"), ({"value": 2.1}, "is not the sum of its declared parts: 2"),
     ({"declared_aircraft": 2.0}, "more than all fossil emissions"), ({"biogenic": "zero_zero"}, "says so again")],
)  # fmt: skip
def test_wrong_parts_of_a_table(changes, words):
    import pandas as pd

    with pytest.raises(tp.FactorError, match=words):
        tp.load_factors(pd.DataFrame([{**BASE, **changes}]))
    assert tp.load_factors(pd.DataFrame([{**BASE, "value": 2.009}])).tables[0].size == 1


def test_products_of_two_companies_under_one_item_are_named():
    """Both spinners end their id in YARN: a row of fabric would take the yarn of the one whose region and year fit."""
    ids = ["urn:pact:other.example:product-id:YARN"]
    table, notes = rows([RECORD, changed(RECORD, companyName="Other", productIds=ids, pcf_geographyCountry="IN")])
    assert [row["supplier"] for row in table] == ["Maker", "Other"]
    (note,) = [note for note in notes if "pcf:YARN is a product of Maker, too" in note]
    assert "Read the records of each company into a table of its own." in note
    assert not rows([RECORD, changed(RECORD, companyName="MAKER", pcf_geographyCountry="IN")])[1]
