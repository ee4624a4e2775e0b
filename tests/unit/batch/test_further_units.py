"""Totals in further units: those that a rule defines itself, the same unit twice, and where results are lines."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import textile_pcf as tp
from textile_pcf.cli import run

RULE = """
rule: spinning
edition: "1"
units: {bale: 200 kg}
product: {unit: kg}
stages: [{id: spinning, flows: {electricity: {unit: kWh, factor: electricity}, yarn: {unit: kg, optional: true}}}]
"""
TABLE = "item,value,unit,region,year,kind,source,locator\nelectricity,{},kgCO2e/kWh,GLO,,life_cycle,made up,-\n"
ROWS = [
    {"product": "YARN", "stage": "spinning", "flow": "electricity", "amount": 2, "unit": "kWh"},
    {"product": "PLIED", "stage": "spinning", "flow": "electricity", "amount": 100, "unit": "kWh/bale"},
]
LINK = {"product": "PLIED", "stage": "spinning", "flow": "yarn", "item": "product:YARN", "amount": 1, "unit": "kg"}


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    for name, value in (("old", 1), ("new", 3)):
        (tmp_path / f"{name}.csv").write_text(TABLE.format(value))
    pd.DataFrame(ROWS).to_csv(tmp_path / "rows.csv", index=False)
    pd.DataFrame([*ROWS, LINK]).to_csv(tmp_path / "linked.csv", index=False)
    return tmp_path


@pytest.mark.parametrize(("rows", "plied"), [("rows", 0.5), ("linked", 2.5)])
def test_a_unit_of_the_rule_itself(mill: Path, rows: str, plied: float) -> None:
    """A bale is 200 kg: 2 kg CO2e/kg are 400 per bale, and three times as much with the new table."""
    call = {"units": ["bale", "kg", "bale"], "partition_rows": 1, "progress": False}
    done = tp.calculate_batch(
        mill / f"{rows}.csv", mill / "rule.yaml", mill / "old.csv", out=mill / "out", weights=True, **call
    )
    found = done.read()
    assert found["total"].to_pylist() == pytest.approx([2, plied])
    assert found["total per bale"].to_pylist() == pytest.approx([400, 200 * plied])
    assert [name for name in found.column_names if name.startswith("total per")] == ["total per bale", "total per kg"]
    priced = tp.reprice(done.out, mill / "new.csv", out=mill / "priced", progress=False)
    assert priced.read()["total per bale"].to_pylist() == pytest.approx([1200, 600 * plied])


def test_on_the_command_line(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = ["--rule", str(mill / "rule.yaml"), "--factors", str(mill / "old.csv")]
    call = ["batch", str(mill / "rows.csv"), "-o", str(mill / "out"), *tables]
    assert run([*call, "--unit", "bale", "--unit", "bale"]) == 0
    assert pq.read_table(mill / "out" / "results")["total per bale"].to_pylist() == pytest.approx([400, 100])
    capsys.readouterr()
    assert run(["batch", str(mill / "rows.csv"), "-o", str(mill / "none"), *tables, "--unit", "sack", "--unit", "kg"]) == 2
    lines = ["batch", str(mill / "rows.csv"), "-o", str(mill / "lines"), *tables, "--results", "contributions"]
    assert run([*lines, "--unit", "kg"]) == 2
    assert "Totals in further units are columns of products, not of lines." in capsys.readouterr().err
    assert run(lines) == 0
