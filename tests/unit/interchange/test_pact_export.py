"""Results as records of PACT: every field, arithmetic on what is printed, every refusal, and back again."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pact_samples import ABOUT, changed

import textile_pcf as tp
from textile_pcf.interchange.decimal_text import decimal_text
from textile_pcf.interchange.pact_levels import usability_level
from textile_pcf.io.resources import examples

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
SCHEMAS = os.environ.get("TEXTILE_PCF_PACT_SCHEMAS")
RULE = """
rule: mill
edition: "1"
status: interpretation
boundary: BOUNDARY
gwp: AR6
biogenic: minus_one_plus_one
product:
  unit: kg
  properties:
    grammage: {unit: kg/m2, optional: true}
    piece_mass: {unit: kg/piece, optional: true}
    fossil_carbon: {unit: kg/kg, optional: true}
    biogenic_carbon: {unit: kg/kg, optional: true}
stages:
  - id: fibre
    title: Fibre
    group: raw_material
    flows:
      cotton: {unit: kg, per: [output], factor: cotton}
      freight: {unit: t*km, per: [output], factor: freight, group: distribution, optional: true}
  - id: weaving
    title: Weaving
    group: production
    losses: [{id: waste, basis: input, unit: "%", optional: true}]
    flows:
      power: {unit: kWh, per: [output], factor: power}
      film: {unit: kg, per: [output], factor: film, optional: true}
  - id: delivery
    title: Delivery
    group: distribution
    flows:
      lorry: {unit: t*km, per: [output], factor: freight, optional: true}
  - id: use
    title: Use
    group: use
    optional: true
    losses: [{id: wear, basis: input, unit: "%", optional: true}]
    flows:
      wash: {unit: kWh, per: [output], factor: power, optional: true}
"""
FACTORS = [
    {"item": "cotton", "unit": "kgCO2e/kg", "co2_fossil": 1.0, "n2o": 0.002, "ch4_biogenic": 0.01, "co2_land_use": 0.3,
     "co2_uptake": 1.6},
    {"item": "power", "unit": "kgCO2e/kWh", "co2_fossil": 0.6},
    {"item": "freight", "unit": "kgCO2e/(t*km)", "co2_fossil": 0.5, "co2_aircraft": 0.5},
    {"item": "film", "unit": "kgCO2e/kg", "co2_fossil": 2.0},
    {"item": "printed", "unit": "kgCO2e/kg", "value": 3.0, "gwp": "AR5"},
]  # fmt: skip


def factor_table(**changes):
    rows = [{"region": "GLO", "year": "2024", "kind": "life_cycle", "source": "S", "locator": "1", "gwp": "AR6", **row}
            for row in FACTORS]  # fmt: skip
    return pd.DataFrame([{**row, **changes.get(row["item"], {})} for row in rows])


@pytest.fixture(scope="module")
def rule(tmp_path_factory):
    path = tmp_path_factory.mktemp("rule") / "mill.yaml"
    path.write_text(RULE.replace("BOUNDARY", "cradle_to_gate"), encoding="utf-8")
    return tp.load_rules(path)


def rows(*more, product="SHEET", **amounts):
    """Activity data of one product; amounts are `stage_flow`."""
    amounts = {"fibre_cotton": "1.2 kg", "weaving_power": "5 kWh", **amounts}
    lines = [{"stage": name.split("_")[0], "flow": name.split("_", 1)[1], "amount": value} for name, value in amounts.items()]
    own = {"grammage": "0.15 kg/m2", "piece_mass": "0.3 kg/piece", "fossil_carbon": "0.1 kg/kg", "biogenic_carbon": "0.3 kg/kg"}
    lines += [{"stage": "product", "flow": name, "amount": value} for name, value in own.items() if name not in more]
    return {"product": product, "rows": lines}


def calculated(rule, *more, factors=None, biogenic=None, **amounts):
    return tp.footprint(rows(*more, **amounts), rule, factors if factors is not None else factor_table(), biogenic=biogenic)


def refusals(call):
    with pytest.raises((tp.InputError, tp.UsageError)) as error:
        call()
    return [str(problem) for problem in error.value.problems]


# -- worked by hand -----------------------------------------------------------------------------------------------


def test_every_field_worked_by_hand(rule):
    """Per kg: 1.2 kg cotton, 5 kWh power, 2 t*km inbound air freight, 0.1 kg film, 0.4 t*km delivery, 3 kWh in use.

    fossil 1.2 × (1.0 + 0.002 × 273) + 5 × 0.6 + 2 × 0.5 + 0.1 × 2 = 1.8552 + 3 + 1 + 0.2 = 6.0552
    biogenic 1.2 × 0.01 × 27 = 0.324; land use change 1.2 × 0.3 = 0.36; total 6.7392
    uptake −44/12 × 0.3 = −1.1; including 5.6392; aircraft 2 × 0.5 = 1; outbound 0.4 × 0.5 = 0.2; packaging 0.2
    """
    result = calculated(rule, fibre_freight="2 t*km", weaving_film="0.1 kg", delivery_lorry="0.4 t*km", use_wash="3 kWh")
    about = {**ABOUT, "packagingFlows": ["weaving.film"], "comment": "Ours."}
    (record,) = result.to_pact(about)
    pcf = record["pcf"]
    assert {name: pcf[name] for name in pcf if name not in ABOUT["pcf"]} == {
        "declaredUnitOfMeasurement": "kilogram",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": "1",
        "fossilGhgEmissions": "6.0552",
        "landUseChangeGhgEmissions": "0.36",
        "biogenicNonCO2Emissions": "0.324",
        "fossilCarbonContent": "0.1",
        "biogenicCarbonContent": "0.3",
        "biogenicCO2Uptake": "-1.1",
        "pcfExcludingBiogenicUptake": "6.7392",
        "pcfIncludingBiogenicUptake": "5.6392",
        "aircraftGhgEmissions": "1",
        "packagingGhgEmissions": "0.2",
        "outboundLogisticsGhgEmissions": "0.2",
        "ipccCharacterizationFactors": ["AR6"],
        "productOrSectorSpecificRules": [
            {"operator": "Other", "otherOperatorName": "textile_pcf", "ruleNames": ["mill@1 (interpretation)"]}
        ],
        "boundaryProcessesDescription": "Fibre; Weaving",
        "primaryDataShare": "0",
        "secondaryEmissionFactorSources": [{"name": "data", "version": result.run.factors.tables[0].sha256[:12]}],
    }
    assert {name: pcf[name] for name in ABOUT["pcf"]} == {**ABOUT["pcf"], "exemptedEmissionsPercent": "0"}
    assert (record["specVersion"], record["status"], record["created"]) == ("3.0.3", "Active", ABOUT["created"])
    assert record["productIds"] == ["urn:pact:demo-mill.example:product-id:SHEET"]
    assert "not in this record: Delivery; Use." in record["comment"]
    assert record["comment"].endswith("Ours.")
    assert "(interpretation) (SHA-256 " in record["comment"]


@pytest.mark.parametrize(
    ("unit", "word", "amount", "mass", "fossil"),
    [("kg", "kilogram", "1", "1", "4.8552"), ("100 g", "kilogram", "0.1", "0.1", "0.48552"),
     ("t", "kilogram", "1000", "1000", "4855.2"), ("m2", "square meter", "1", "0.15", "0.72828"),
     ("100 m2", "square meter", "100", "15", "72.828")],
)  # fmt: skip
def test_units_worked_by_hand(rule, unit, word, amount, mass, fossil):
    """Fossil per kg 1.8552 + 3 = 4.8552; a square metre weighs 0.15 kg."""
    (record,) = calculated(rule).to_pact(ABOUT, unit=unit)
    pcf = record["pcf"]
    assert (pcf["declaredUnitOfMeasurement"], pcf["declaredUnitAmount"]) == (word, amount)
    assert (pcf["productMassPerDeclaredUnit"], pcf["fossilGhgEmissions"]) == (mass, fossil)


def test_both_conventions_give_the_same_record(rule):
    one, other = (calculated(rule, biogenic=each).to_pact(ABOUT) for each in ("minus_one_plus_one", "zero_zero"))
    assert one == other


def test_parts_that_are_not_known_are_left_out(rule):
    """A factor without gases does not say its land use change: unknown is not zero."""
    table = factor_table(cotton={"item": "cotton_with_gases"}, printed={"item": "cotton"})
    (record,) = calculated(rule, factors=table).to_pact(ABOUT)
    assert record["pcf"]["fossilGhgEmissions"] == "6.6"
    assert {"landUseChangeGhgEmissions", "biogenicNonCO2Emissions"}.isdisjoint(record["pcf"])
    assert record["pcf"]["ipccCharacterizationFactors"] == ["AR5", "AR6"]
    assert "54.5% of the fossil emissions rest on factors without gases." in record["comment"]


def test_outbound_of_others_is_left_out(rule):
    (record,) = calculated(rule, delivery_lorry="0.4 t*km").to_pact({**ABOUT, "outboundResponsible": False})
    assert "outboundLogisticsGhgEmissions" not in record["pcf"]


def test_carbon_of_the_about_file(rule):
    result = calculated(rule, "fossil_carbon", "biogenic_carbon")
    assert any("The fossil carbon content is not known" in each for each in refusals(lambda: result.to_pact(ABOUT)))
    (record,) = result.to_pact(changed(ABOUT, pcf_fossilCarbonContent=0, pcf_biogenicCarbonContent="0.42"))
    assert (record["pcf"]["biogenicCarbonContent"], record["pcf"]["biogenicCO2Uptake"]) == ("0.42", "-1.54")
    (record,) = result.to_pact(changed(ABOUT, pcf_fossilCarbonContent=0))
    assert {"biogenicCarbonContent", "biogenicCO2Uptake"}.isdisjoint(record["pcf"])


def test_the_id_follows_from_the_content(rule):
    result = calculated(rule)
    ids = [result.to_pact({**ABOUT, "created": day})[0]["id"] for day in ("2025-02-01T08:00:00Z", "2026-02-01T08:00:00Z")]
    assert ids[0] == ids[1] != result.to_pact({**ABOUT, "comment": "x"})[0]["id"]


# -- about file ---------------------------------------------------------------------------------------------------


def test_all_mistakes_of_an_about_file_at_once(rule, tmp_path):
    path = tmp_path / "about.yaml"
    path.write_text(
        "companyName: Mill\ncompanyIds: [mill]\nproductNameCompany: X\nproductDescription: X\nspecVersion: 3.0.0\n"
        "pcf:\n  geographyCuontry: CN\n  referencePeriodStart: yesterday\n  fossilGhgEmissions: 3\n"
        "  exemptedEmissionsPercent: 0\n  companyName: Mill\n",
        encoding="utf-8",
    )
    problems = refusals(lambda: calculated(rule).to_pact(path))
    expected = [
        f"{path}:2 (companyIds.0): 'mill' is no URN.",
        f"{path}:5 (specVersion): This field is calculated. Leave it out.",
        f"{path}:7 (pcf.geographyCuontry): 'geographyCuontry' is no field of an about file. Did you mean 'geographyCountry'?",
        f"{path}:8 (pcf.referencePeriodStart): 'yesterday' is no time with a zone.",
        f"{path}:9 (pcf.fossilGhgEmissions): This field is calculated. Leave it out.",
        f"{path}:11 (pcf.companyName): 'companyName' is no field of an about file. It belongs at the top",
        f"{path} (productIds): This field is missing.",
        f"{path} (pcf.referencePeriodEnd): This field is missing.",
        f"{path} (pcf): No geography is given.",
    ]
    for words in expected:
        assert any(problem.startswith(words) for problem in problems), words


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"pcf_geographyGlobal": True}, "More than one geography is given"),
     ({"pcf_geographyCountry": None, "pcf_geographyGlobal": False}, "`geographyGlobal` is false"),
     ({"packagingFlows": ["weaving.flim"]}, "The rule has no flow 'weaving.flim'"),
     ({"packagingFlows": ["weaving.film"], "pcf_packagingEmissionsIncluded": False}, "is false"),
     ({"pcf_fossilCarbonContent": 0}, "The result knows this carbon content"),
     ({"validityPeriodStart": "2024-06-01T00:00:00Z"}, "starts before the reference period ends"),
     ({"validityPeriodEnd": "2028-06-01T00:00:00Z"}, "more than 3 years"),
     ({"pcf_exemptedEmissionsPercent": "lots"}, "'lots' is not a decimal"),
     ({"products": {"SHEETS": {}}, "productIds": None}, "'SHEETS' is named there")],
)  # fmt: skip
def test_refused_about_files(rule, changes, words):
    assert any(words in problem for problem in refusals(lambda: calculated(rule).to_pact(changed(ABOUT, **changes))))


def test_two_products_with_one_id(rule):
    both = [rows(product="A"), rows(product="B")]
    result = tp.footprint(both, rule, factor_table())
    one_id = {**ABOUT, "productIds": ["urn:pact:demo-mill.example:product-id:X"]}
    assert any("B has the id of A" in each for each in refusals(lambda: result.to_pact(one_id)))
    assert len(result.to_pact(ABOUT)) == 2


def test_a_product_may_say_anything_itself(rule):
    own = {"productNameCompany": "Poplin", "pcf": {"geographyGlobal": True, "exemptedEmissionsPercent": 1.5}}
    (record,) = calculated(rule).to_pact({**ABOUT, "products": {"SHEET": own}})
    assert (record["productNameCompany"], record["pcf"]["exemptedEmissionsPercent"]) == ("Poplin", "1.5")
    assert not any(name.startswith("geography") for name in record["pcf"])


def test_messages_in_chinese(rule):
    with pytest.raises(tp.InputError) as error:
        calculated(rule).to_pact(changed(ABOUT, companyName=None, pcf_fossilGhgEmissions="3", nonsense=1))
    assert not any("This field" in problem.localized("zh") for problem in error.value.problems)


# -- refused results ----------------------------------------------------------------------------------------------


def test_units_that_pact_lacks(rule):
    problems = refusals(lambda: calculated(rule).to_pact(ABOUT, unit="m"))
    assert problems == ["unit 'm': PACT has no declared unit such as m. Ask for kg, m2."]
    assert any(
        "cannot be stated per m2" in each for each in refusals(lambda: calculated(rule, "grammage").to_pact(ABOUT, unit="m2"))
    )


def test_mass_lost_after_the_gate(rule):
    result = calculated(rule, use_wash="1 kWh", use_wear="10 %")
    assert any("use loses mass after the gate" in each for each in refusals(lambda: result.to_pact(ABOUT)))


def test_negative_emissions(rule):
    table = factor_table(power={"co2_fossil": np.nan, "value": -3.0})
    assert any(
        "fossilGhgEmissions is below 0" in each for each in refusals(lambda: calculated(rule, factors=table).to_pact(ABOUT))
    )


def test_gate_to_gate(tmp_path):
    path = tmp_path / "mill.yaml"
    path.write_text(RULE.replace("BOUNDARY", "gate_to_gate"), encoding="utf-8")
    result = calculated(tp.load_rules(path))
    assert any("The boundary of the rule is gate to gate" in each for each in refusals(lambda: result.to_pact(ABOUT)))


@pytest.mark.parametrize("digits", [0, 18, True, "12"])
def test_digits(rule, digits):
    assert refusals(lambda: calculated(rule).to_pact(ABOUT, digits=digits))


def test_a_restricted_factor_is_not_given_away(rule):
    table = factor_table()
    table["redistributable"] = "false"
    alone = calculated(rule, factors=table, fibre_cotton="0 kg")
    problems = refusals(lambda: alone.to_pact(ABOUT))
    assert problems[0].startswith("product SHEET: All emissions at the gate come from one factor that must not be passed on")
    assert alone.to_pact(ABOUT, own_use=True)
    assert calculated(rule, factors=table).to_pact(ABOUT)


# -- decimals and identities --------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cotton=st.sampled_from([0.0, 1e-13, 1.0, 1e9]) | st.floats(0, 1e6),
    power=st.floats(1e-13, 1e9),
    digits=st.integers(1, 17),
    unit=st.sampled_from(["kg", "g", "m2", "t"]),
)
def test_identities_hold_on_the_printed_digits(rule, cotton, power, digits, unit):
    table = factor_table(cotton={"co2_fossil": cotton}, power={"co2_fossil": power})
    (record,) = calculated(rule, factors=table).to_pact(ABOUT, unit=unit, digits=digits)
    pcf = {name: value for name, value in record["pcf"].items() if isinstance(value, str)}
    assert not any(sign in json.dumps(record["pcf"]["fossilGhgEmissions"]) for sign in "eE+")
    parts = ("fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicNonCO2Emissions")
    excluding = sum(Decimal(pcf[name]) for name in parts if name in pcf)
    assert Decimal(pcf["pcfExcludingBiogenicUptake"]) == excluding
    assert Decimal(pcf["pcfIncludingBiogenicUptake"]) == excluding + Decimal(pcf["biogenicCO2Uptake"])


@given(value=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30), digits=st.integers(1, 17))
def test_decimal_text(value, digits):
    text = decimal_text(value, digits)
    assert set(text) <= set("-.0123456789")
    assert text.count(".") <= 1
    assert not text.startswith("-0") or "." in text
    assert abs(float(text) - value) <= abs(value) * 10.0 ** (1 - digits)
    assert decimal_text(value, 17) == decimal_text(float(decimal_text(value, 17)), 17)


# -- round trip ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", examples())
@pytest.mark.parametrize("unit", ["kg", "m2", "piece"])
def test_round_trip_of_examples(name, unit):
    """What is read is what was written, and a result that takes it has both totals, within 1e-15."""
    result = tp.footprint(*tp.load_example(name))
    content = result.carbon_content
    unknown = [content is None or np.isnan(content[:, column]).all() for column in range(2)]
    given = {"pcf_fossilCarbonContent": "0.1", "pcf_biogenicCarbonContent": "0.3"}
    about = changed(ABOUT, **{name: value for (name, value), needed in zip(given.items(), unknown, strict=True) if needed})
    try:
        records = result.to_pact(about, unit=unit)
    except tp.InputError as error:
        assert all("cannot be stated per" in problem.what for problem in error.problems)
        return
    (sheet,) = tp.read_pact(records).tables
    for row, record in enumerate(records):
        pcf = record["pcf"]
        amount = float(pcf["declaredUnitAmount"])
        assert sheet.numbers["value"][row] * amount == pytest.approx(float(pcf["pcfExcludingBiogenicUptake"]), rel=1e-15)
        parts = {"declared_fossil": "fossilGhgEmissions", "declared_uptake": "biogenicCO2Uptake"}
        for column, field in parts.items():
            if field in pcf:
                assert sheet.numbers[column][row] * amount == pytest.approx(float(pcf[field]), rel=1e-15)


def test_a_result_takes_the_row_under_both_conventions(rule):
    (record,) = calculated(rule).to_pact(ABOUT)
    table = tp.read_pact(record)
    buyer = {"product": "GARMENT", "rows": [
        {"stage": "fibre", "flow": "cotton", "amount": "1 kg", "item": "pcf:SHEET"},
        {"stage": "weaving", "flow": "power", "amount": "0 kWh"},
    ]}  # fmt: skip
    for biogenic, field in (("zero_zero", "pcfExcludingBiogenicUptake"), ("minus_one_plus_one", "pcfIncludingBiogenicUptake")):
        result = tp.footprint(buyer, rule, [table, factor_table()], biogenic=biogenic)
        assert result.totals[0] == pytest.approx(float(record["pcf"][field]), rel=1e-15)


@pytest.mark.parametrize("biogenic", ["zero_zero", "minus_one_plus_one"])
def test_both_totals_are_the_headline(rule, biogenic):
    """Cradle to gate without distribution, and uptake as in the product: both printed totals are the headline figures."""
    table = factor_table(cotton={"co2_uptake": 1.1 / 1.2})
    result = calculated(rule, factors=table, biogenic=biogenic)
    (record,) = result.to_pact(ABOUT, digits=17)
    assert float(record["pcf"]["pcfExcludingBiogenicUptake"]) == pytest.approx(result.headline.excluding[0], rel=1e-14)
    assert float(record["pcf"]["pcfIncludingBiogenicUptake"]) == pytest.approx(result.headline.including[0], rel=1e-14)


def test_declared_uptake_is_a_removal_of_the_headline(rule):
    (record,) = calculated(rule).to_pact(ABOUT)
    buyer = {"product": "GARMENT", "rows": [
        {"stage": "fibre", "flow": "cotton", "amount": "1 kg", "item": "pcf:SHEET"},
        {"stage": "weaving", "flow": "power", "amount": "0 kWh"},
    ]}  # fmt: skip
    for biogenic in ("zero_zero", "minus_one_plus_one"):
        result = tp.footprint(buyer, rule, [tp.read_pact(record), factor_table()], biogenic=biogenic)
        assert result.headline.excluding[0] == pytest.approx(float(record["pcf"]["pcfExcludingBiogenicUptake"]), rel=1e-14)
        assert result.headline.including[0] == pytest.approx(float(record["pcf"]["pcfIncludingBiogenicUptake"]), rel=1e-14)


# -- witnesses, levels --------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SCHEMAS, reason="absent witness: TEXTILE_PCF_PACT_SCHEMAS names no folder")
def test_the_published_schema_accepts_our_records(rule):
    import jsonschema

    schema = json.loads((Path(SCHEMAS or "") / "productfootprint_v3_0_4.schema.json").read_text(encoding="utf-8"))
    result = calculated(rule, fibre_freight="2 t*km", weaving_film="0.1 kg", delivery_lorry="0.4 t*km")
    (record,) = result.to_pact({**ABOUT, "packagingFlows": ["weaving.film"]})
    jsonschema.validate(record, schema, format_checker=jsonschema.FormatChecker())
    for name in ("t_shirt", "jeans", "wool_suit"):
        for each in tp.footprint(*tp.load_example(name)).to_pact(ABOUT):
            jsonschema.validate(each, schema, format_checker=jsonschema.FormatChecker())


def test_levels_of_usability(rule):
    result = calculated(rule)
    assert usability_level(result.to_pact(ABOUT)[0]) == (2, ("allocationRulesDescription",))
    (record,) = result.to_pact(changed(ABOUT, pcf_primaryDataShare="40"))
    assert usability_level(record) == (2, ("allocationRulesDescription",))
    (record,) = result.to_pact(changed(ABOUT, pcf_primaryDataShare="40", pcf_allocationRulesDescription="By mass"))
    assert usability_level(record) == (3, ())
    exempted = changed(
        ABOUT, pcf_primaryDataShare="40", pcf_allocationRulesDescription="By mass", pcf_exemptedEmissionsPercent=4
    )
    assert usability_level(result.to_pact(exempted)[0]) == (2, ("exemptedEmissionsDescription",))
