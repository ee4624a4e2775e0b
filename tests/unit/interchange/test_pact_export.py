"""Results as records of PACT: every field, arithmetic on what is printed, the published schema."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pact_mill import calculated, factor_table, refusals, written_rule
from pact_samples import ABOUT, changed

import textile_pcf as tp
from textile_pcf.interchange.decimal_text import decimal_text
from textile_pcf.interchange.pact_levels import usability_level

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
SCHEMAS = os.environ.get("TEXTILE_PCF_PACT_SCHEMAS")


@pytest.fixture(scope="module")
def rule(tmp_path_factory):
    return written_rule(tmp_path_factory.mktemp("rule"))


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
