"""Share of primary data and ratings of records: of the lines at the gate, unless the about file gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pact_samples import ABOUT, changed

import textile_pcf as tp
from textile_pcf.interchange.pact_levels import usability_level

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
RULE = """
rule: mill
edition: "1"
status: own
gwp: AR6
product:
  unit: kg
  properties: {fossil_carbon: {unit: kg/kg, optional: true}}
stages:
  - id: material
    group: raw_material
    flows:
      yarn: {unit: kg, optional: true}
      fibre: {unit: kg, factor: fibre, optional: true}
  - id: making
    group: production
    flows:
      power: {unit: kWh, factor: power, optional: true}
  - id: use
    group: use
    flows:
      washing: {unit: kWh, factor: power, optional: true}
"""
FACTORS = """item,value,unit,kind,gwp,region,year,source,locator,dq_technology,dq_geography,dq_time,primary_data_share
power,0.5,kgCO2e/kWh,life_cycle,AR6,CN,2023,m,1,2,1,1,
fibre,2,kgCO2e/kg,life_cycle,AR6,GLO,2020,m,2,4,,,
dye,1,kgCO2e/kg,life_cycle,AR6,CN,2023,m,3,,,,
pcf:YARN,6,kgCO2e/kg,cradle_to_gate,AR6,CN,2023,m,4,1,1,1,60 %
"""
PRODUCT = (
    {"stage": "product", "flow": "", "region": "CN", "year": 2023},
    {"stage": "product", "flow": "fossil_carbon", "amount": 0.1, "unit": "kg/kg"},
)
YARN = {"stage": "material", "flow": "yarn", "item": "pcf:YARN", "amount": 1, "unit": "kg/kg", "data_type": "supplier"}
POWER = {"stage": "making", "flow": "power", "amount": 10, "unit": "kWh/kg", "data_type": "measured"}
WASHING = {"stage": "use", "flow": "washing", "amount": 50, "unit": "kWh/kg", "data_type": "measured"}
FIBRE = {"stage": "material", "flow": "fibre", "amount": 2, "unit": "kg/kg", "data_type": "measured"}
DQI = ("technologicalDQR", "geographicalDQR", "temporalDQR")


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Paths of the rule and of the table of factors."""
    folder = tmp_path_factory.mktemp("mill")
    (folder / "mill.yaml").write_text(RULE, encoding="utf-8")
    (folder / "own.csv").write_text(FACTORS, encoding="utf-8")
    return folder / "mill.yaml", folder / "own.csv"


def calculated(mill: tuple[Path, Path], *rows: dict[str, Any], product: str = "P") -> tp.Footprint:
    lines = [{"product": product, **row} for row in (*PRODUCT, *rows)]
    return tp.footprint(pd.DataFrame(lines), *mill)


def quality_of(result: tp.Footprint, about: dict[str, Any] = ABOUT, digits: int = 12) -> tuple[Any, Any]:
    pcf = result.to_pact(about, digits=digits)[0]["pcf"]
    return pcf.get("primaryDataShare"), pcf.get("dqi")


def test_share_and_ratings_worked_by_hand(mill):
    """Yarn 6 kg CO2e at 60 %, of scores 1, 1, 1; power 10 × 0.5 = 5 kg, of scores 2, 1, 1.

    share 6 × 60 / 11 = 32.7272…; technology (6 × 1 + 5 × 2) / 11 = 1.4545…; geography and time 1
    """
    share, dqi = quality_of(calculated(mill, YARN, POWER), digits=6)
    assert share == "32.7273"
    assert dqi == dict(zip(DQI, ("1.45455", "1", "1"), strict=True))


def test_where_all_stages_are_at_the_gate_they_are_those_of_the_quality(mill):
    result = calculated(mill, YARN, POWER, FIBRE)
    quality = tp.quality(result)
    share, dqi = quality_of(result, digits=17)
    assert float(share) == pytest.approx(100 * quality.primary_data_share[0], rel=1e-15)
    assert [float(dqi[name]) for name in DQI] == pytest.approx(quality.ratings.pact[0].tolist(), rel=1e-15)


def test_ratings_of_the_match_count(mill):
    """Fibre 2 × 2 = 4 kg: technology 4; world for China 3; 2020 for 2023: three years, 3. Power 5 kg: 2, 1, 1.

    technology (4 × 4 + 5 × 2) / 9 = 2.8889; geography and time (4 × 3 + 5 × 1) / 9 = 1.8889
    """
    share, dqi = quality_of(calculated(mill, FIBRE, POWER), digits=5)
    assert (share, dqi) == ("0", dict(zip(DQI, ("2.8889", "1.8889", "1.8889"), strict=True)))


def test_use_is_not_in_the_record_and_not_in_its_quality(mill):
    """Washing, 25 kg CO2e after the gate, would press the share to 6 × 60 / 36 = 10 %."""
    with_use = calculated(mill, YARN, POWER, WASHING)
    assert tp.quality(with_use).primary_data_share[0] == pytest.approx(0.1)
    assert quality_of(with_use) == quality_of(calculated(mill, YARN, POWER))


def test_what_the_about_file_gives_is_written_as_given(mill):
    result = calculated(mill, YARN, POWER)
    dqi = dict(zip(DQI, ("3", "2.5", "1"), strict=True))
    assert quality_of(result, changed(ABOUT, pcf_primaryDataShare="50.0")) == ("50.0", quality_of(result)[1])
    assert quality_of(result, changed(ABOUT, pcf_dqi=dqi)) == (quality_of(result)[0], dqi)


def test_what_is_not_known_is_left_out(mill):
    """Dye has no score of technology, and PACT wants all three; without emissions there is no share."""
    dye = {**FIBRE, "item": "dye"}
    assert quality_of(calculated(mill, dye)) == ("0", None)
    assert quality_of(calculated(mill, {**FIBRE, "amount": 0})) == (None, None)


def test_a_product_that_is_taken_brings_its_share_and_ratings(mill):
    """F takes 1 kg of P (11 kg CO2e, share 36/110, technology 16/11) and 10 kWh of power (5 kg, share 0, technology 2).

    share 11 × 36/110 / 16 = 22.5 %; technology (16 + 10) / 16 = 1.625
    """
    rows = [{"product": "P", **row} for row in (*PRODUCT, YARN, POWER)]
    taken = {"stage": "material", "flow": "yarn", "item": "product:P", "amount": 1, "unit": "kg/kg", "data_type": "measured"}
    rows += [{"product": "F", **row} for row in (*PRODUCT, taken, POWER)]
    record = tp.footprint(pd.DataFrame(rows), *mill).to_pact(ABOUT)[1]
    assert (record["productNameCompany"], record["pcf"]["primaryDataShare"]) == ("F", "22.5")
    assert record["pcf"]["dqi"] == dict(zip(DQI, ("1.625", "1", "1"), strict=True))


def test_the_next_company_reads_the_share(mill):
    (record,) = calculated(mill, YARN, POWER, product="P").to_pact(ABOUT, digits=6)
    (sheet,) = tp.read_pact(record).tables
    assert list(sheet.texts["primary_data_share"]) == ["32.7273 %"]
    taken = {**YARN, "item": "pcf:P"}
    lines = [{"product": "F", **row} for row in (*PRODUCT, taken, POWER)]
    rule, factors = mill
    result = tp.footprint(pd.DataFrame(lines), rule, [tp.read_pact(record), factors])
    assert tp.quality(result).primary_data_share[0] == pytest.approx(11 * 0.327273 / 16)


def test_the_share_raises_the_level(mill):
    (record,) = calculated(mill, YARN, POWER).to_pact(ABOUT)
    assert usability_level(record) == (2, ("allocationRulesDescription",))
    assert usability_level(changed(record, pcf_primaryDataShare=None)) == (1, ("primaryDataShare",))
