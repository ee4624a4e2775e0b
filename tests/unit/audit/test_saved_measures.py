"""Saved results keep the part that is sold, and the inputs of composed factors."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_mill import calculate

import textile_pcf as tp

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")


def test_a_saved_result_can_be_shown_per_piece_sold(mill: Path) -> None:
    rule = (
        (mill / "rule.yaml")
        .read_text()
        .replace(
            "product: {unit: kg}",
            """\
product:
  unit: piece
  properties:
    mass: {unit: kg/piece}
    sold: {unit: sold/piece}""",
        )
    )
    (mill / "rule.yaml").write_text(rule)
    (mill / "mill.csv").write_text(
        "product,stage,flow,amount,unit,region,year\nP,product,mass,1,kg/piece,,\nP,product,sold,0.8,sold/piece,,\n"
        "P,making,electricity,10,kWh/kg,CN,2023\n"
    )
    result = calculate(mill)
    again = tp.load_result(result.save(mill / "result.json"))
    per_sold = again.to_dict("sold")["products"][0]["total"]
    assert per_sold == result.to_dict("sold")["products"][0]["total"] == pytest.approx(6.205 / 0.8)  # 20 % unsold


def test_a_saved_result_explains_composed_factors(mill: Path) -> None:
    rule = (
        (mill / "rule.yaml").read_text().replace("factor: electricity, unit: kWh", "factor: polyester_filament_yarn, unit: kg")
    )
    (mill / "rule.yaml").write_text(rule)
    (mill / "mill.csv").write_text("product,stage,flow,amount,unit,region,year\nP,making,electricity,1,kg/kg,CN,2023\n")
    result = tp.footprint(mill / "mill.csv", mill / "rule.yaml", "default@2026.2")
    again = tp.load_result(result.save(mill / "result.json"))
    for language in ("en", "zh"):
        assert "pet_granulate" in again.explain("P", language=language)
        assert again.explain("P", language=language) == result.explain("P", language=language)
    assert again.save(mill / "b.json").read_bytes() == (mill / "result.json").read_bytes()
