"""What a record of PACT refuses: about files with mistakes, and results that it cannot state."""

from __future__ import annotations

import numpy as np
import pytest
from pact_mill import calculated, factor_table, refusals, rows, written_rule
from pact_samples import ABOUT, changed

import textile_pcf as tp

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")


@pytest.fixture(scope="module")
def rule(tmp_path_factory):
    return written_rule(tmp_path_factory.mktemp("rule"))


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
     ({"pcf_geographyCountry": "UK"}, "'UK' is no country of ISO 3166. Did you mean 'GB'?"),
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
    result = calculated(written_rule(tmp_path, "gate_to_gate"))
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
