"""Records of PACT read back: the same totals under both conventions."""

from __future__ import annotations

import numpy as np
import pytest
from pact_mill import calculated, factor_table, written_rule
from pact_samples import ABOUT, changed

import textile_pcf as tp
from textile_pcf.io.resources import examples

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")


@pytest.fixture(scope="module")
def rule(tmp_path_factory):
    return written_rule(tmp_path_factory.mktemp("rule"))


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
