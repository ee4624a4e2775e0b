"""A batch whose products are all rejected has a file of results with the columns of any other, and no row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

import textile_pcf as tp

RULE = {
    "rule": "mill",
    "edition": "1",
    "product": {"unit": "kg"},
    "stages": [
        {"id": "weaving", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}},
        {"id": "use", "boundary": "outside", "flows": {"washing": {"unit": "kWh", "factor": "electricity", "optional": True}}},
    ],
}
FACTORS = {"item": "electricity", "value": 0.5, "unit": "kgCO2e/kWh", "region": "GLO", "year": 2024, "kind": "life_cycle",
           "source": "meter", "locator": "p. 1"}  # fmt: skip
SITE = [{"site": "S", "stages": "weaving", "carrier": "electricity", "part": "grid", "amount": "100 MWh"}]
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "units": {"units": ["t", "m2"]},
    "contributions": {"results": "contributions"},
    "lines of scenarios": {"results": "contributions", "scenarios": {"other": {"gwp": "AR5"}}},
    "scenarios": {"scenarios": {"dearer": {"factors": "dearer.csv"}, "other": {"gwp": "AR5"}}},
    "quality": {"quality": True},
    "closed form": {"uncertainty": "closed", "scenarios": {"other": {"gwp": "AR5"}}},
    "draws": {"uncertainty": {"draws": 10}, "quality": True},
    "supply": {"supply": tp.load_supply(SITE)},
}


@pytest.fixture(autouse=True)
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    row = {"product": "P", "stage": "weaving", "flow": "electricity", "amount": 2, "unit": "kWh"}
    pd.DataFrame([row]).to_csv("good.csv", index=False)
    pd.DataFrame([{**row, "unit": "kg"}]).to_csv("bad.csv", index=False)
    pd.DataFrame([FACTORS]).to_csv("factors.csv", index=False)
    pd.DataFrame([{**FACTORS, "value": 0.8}]).to_csv("dearer.csv", index=False)
    Path("mill.yaml").write_text(yaml.safe_dump(RULE, sort_keys=False), encoding="utf-8")


def batch(name: str, **options: Any) -> tp.batch.BatchResult:
    return tp.calculate_batch(f"{name}.csv", "mill.yaml", "factors.csv", out=name, progress=False, **options)


@pytest.mark.parametrize("name", OPTIONS)
def test_columns_are_those_of_a_result(name: str) -> None:
    good, bad = batch("good", **OPTIONS[name]), batch("bad", **OPTIONS[name])
    assert (bad.products, bad.rejected, bad.read().num_rows) == (0, 1, 0)
    assert bad.read().schema.equals(good.read().schema, check_metadata=True)


def test_others_read_it_and_it_is_known_again() -> None:
    done = batch("bad")
    assert duckdb.sql("select count(*), sum(total) from 'bad/results/*.parquet'").fetchall() == [(0, None)]
    [file] = done.files
    before = file.read_bytes()
    file.unlink()
    [again] = batch("bad").files
    assert again.read_bytes() == before


def test_reprice_has_them_too() -> None:
    results = {
        name: tp.reprice(batch(name, weights=True, units=["t"]).out, "dearer.csv", out=f"new_{name}")
        for name in ("good", "bad")
    }
    assert results["bad"].read().num_rows == 0
    assert results["bad"].read().schema.equals(results["good"].read().schema)
    assert results["good"].read()["total"].to_pylist() == [pytest.approx(1.6)]
