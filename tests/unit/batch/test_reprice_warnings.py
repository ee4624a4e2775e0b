"""New factors bring the warnings about factors that a batch with them gives."""

from pathlib import Path

import pandas as pd
import pytest

import textile_pcf as tp

RULE = """
rule: steaming
edition: "1"
max_factor_age: {years: 5, note: {en: Made up.}}
product: {unit: kg}
stages: [{id: dyeing, flows: {steam: {unit: kg, factor: steam}}}]
"""
HEAD = "item,value,unit,region,year,kind,gwp,source,locator\n"
ROWS = [
    {"product": "P", "stage": "dyeing", "year": "2024"},
    {"product": "P", "stage": "dyeing", "flow": "steam", "amount": "2", "unit": "kg"},
]


@pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")
@pytest.mark.parametrize(
    ("row", "warning"),
    [
        ("steam,0.4,kgCO2e/kg,GLO,2015,life_cycle,,hand,-", "the factor is of 2015, 9 years from 2024; the rule allows 5."),
        ("steam,0.4,kgCO2e/kg,GLO,2024,life_cycle,unknown,hand,-", "factors that were not made with AR6."),
        ("steam,0.4,kgCO2e/kg,GLO,2030,life_cycle,,hand,-", "the factor is of 2030"),
    ],
)
def test_the_warnings_are_those_of_a_full_batch(tmp_path: Path, row: str, warning: str) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    old.write_text(HEAD + "steam,0.3,kgCO2e/kg,GLO,2009,life_cycle,AR6,hand,-\n")
    new.write_text(f"{HEAD}{row}\n")
    rows, call = pd.DataFrame(ROWS), {"progress": False}
    run = tp.calculate_batch(rows, tmp_path / "rule.yaml", old, out=tmp_path / "run", weights=True, **call)
    assert any("the factor is of 2009" in one for one in run.warnings())
    priced = tp.reprice(run.out, new, out=tmp_path / "new", **call)
    full = tp.calculate_batch(rows, tmp_path / "rule.yaml", [new, old], out=tmp_path / "full", **call)
    assert sorted(priced.warnings()) == sorted(full.warnings())
    assert priced.read()["total"].to_pylist() == pytest.approx([0.8])
    assert any(warning in one for one in priced.warnings()), priced.warnings()
