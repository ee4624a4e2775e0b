"""Locks of forms: what the own columns of a mill's form are is locked with the result."""

import json
from pathlib import Path
from typing import Any

import pytest

import textile_pcf as tp

RULE = "rule: one\nedition: '1'\nproduct: {unit: kg}\nstages: [{id: making, flows: {power: {unit: kWh, factor: power}}}]\n"
FACTORS = "item,value,unit,region,year,kind,source,locator\npower,1,kgCO2e/kWh,GLO,2025,life_cycle,s,p. 1\n"
MAPPING = {"columns": {"染色电耗(kWh/kg)": {"stage": "making", "flow": "power"}}}


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """The lock of a form with one own column."""
    for name, text in (("one.yaml", RULE), ("factors.csv", FACTORS), ("form.csv", "款号,染色电耗(kWh/kg)\nP,2\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    inputs = (str(tmp_path / name) for name in ("form.csv", "one.yaml", "factors.csv"))
    return Path(tp.lock(tp.footprint(*inputs, columns=MAPPING), tmp_path / "form.lock.json"))


def test_a_form_is_verified_with_its_own_columns(locked: Path) -> None:
    assert json.loads(locked.read_text(encoding="utf-8"))["options"]["columns"]["columns"] == {
        "染色电耗(kWh/kg)": {"stage": "making", "flow": "power", "unit": "kWh/kg"}
    }
    assert tp.verify(locked).holds


@pytest.mark.parametrize("columns", [{"columns": 3}, {"clumns": {}}, {"columns": {"x": {"stage": "making"}}}])
def test_a_lock_with_wrong_columns_is_not_equal(locked: Path, columns: Any) -> None:
    data = json.loads(locked.read_text(encoding="utf-8"))
    data["options"]["columns"] = columns
    locked.write_text(json.dumps(data), encoding="utf-8")
    assert not tp.verify(locked).holds
