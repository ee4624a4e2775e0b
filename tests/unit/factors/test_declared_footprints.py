"""Suppliers' declared footprints: what they say of uptake, mass and boundary is used or refused, never passed over."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import textile_pcf as tp

RULE = """rule: lab
edition: "1"
product: {unit: kg}
biogenic: minus_one_plus_one
stages:
  - id: dyeing
    flows:
      dye: {unit: kg, optional: true}
      plant: {unit: kg, factor: plant, optional: true}
      lorry: {unit: t*km, factor: lorry, optional: true}
      ship: {unit: kg*km, factor: lorry, optional: true}
      train: {unit: t*km, factor: lorry, category: transport, optional: true}
  - id: packing
    optional: true
    flows:
      lorry: {unit: t*km, factor: lorry, optional: true}
"""
PLANT = {"item": "plant", "value": 1, "unit": "kgCO2e/kg", "kind": "life_cycle", "co2_uptake": 1.5}
LORRY = {"item": "lorry", "value": 0.1, "unit": "kgCO2e/(t*km)", "kind": "life_cycle"}
READ = (
    "data: declared footprints are read as holding no uptake of CO2: {}. "
    "Write zero_zero or minus_one_plus_one in the column `biogenic`."
)


def table(*rows: dict[str, Any]) -> tp.FactorTable:
    told = {"region": "CN", "year": "2023", "source": "s", "locator": "1"}
    return tp.load_factors(pd.DataFrame([{**told, **row} for row in (PLANT, LORRY, *rows)]))


def declared(item: str = "pcf:A", **told: Any) -> dict[str, Any]:
    return {"item": item, "value": 2, "unit": "kgCO2e/kg", "kind": "cradle_to_gate", **told}


def result(folder: Path, factors: tp.FactorTable, *rows: tuple[str, str, float, str, str], **options: Any) -> tp.Footprint:
    (folder / "lab.yaml").write_text(RULE, encoding="utf-8")
    columns = ["stage", "flow", "amount", "unit", "item"]
    activity = pd.DataFrame(rows, columns=columns).assign(product="P", region="CN", year=2023)
    return tp.footprint(activity, folder / "lab.yaml", factors, **options)


DYE = ("dyeing", "dye", 1.0, "kg", "pcf:A")


def test_one_warning_says_how_a_silent_value_is_read(tmp_path: Path) -> None:
    factors = table(declared(), declared("pcf:B"), declared("pcf:C", biogenic="zero_zero"))
    rows = [DYE, ("dyeing", "dye", 1.0, "kg", "pcf:B"), ("dyeing", "dye", 1.0, "kg", "pcf:C")]
    with pytest.warns(tp.PcfWarning) as seen:
        found = result(tmp_path, factors, *rows)
    assert [str(one.message) for one in seen] == [READ.format("pcf:A, pcf:B")] == found.warnings()
    assert found.totals[0] == 6.0


def test_under_zero_zero_or_with_gases_nothing_is_said(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result(tmp_path, table(declared()), DYE, biogenic="zero_zero")
        result(tmp_path, table(declared(gwp="AR6", co2_fossil=2)), DYE)


def test_the_uptake_of_a_value_that_holds_it_never_counts_as_fossil(tmp_path: Path) -> None:
    factors = table(declared(value=-0.5, biogenic="minus_one_plus_one", co2_uptake=1.5))
    both, neither = (
        result(tmp_path, factors, DYE, biogenic=name).split.iloc[0] for name in ("minus_one_plus_one", "zero_zero")
    )
    assert (both["fossil"], both["uptake"]) == (1.0, -1.5)
    assert (neither["fossil"], neither["uptake"]) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("unit", "mass", "per_kg"),
    [
        ("kgCO2e/L", "0.8 kg", 2.5), ("kgCO2e/L", "800 g/L", 2.5), ("kgCO2e/m3", "800 kg", 0.0025), ("gCO2e/L", "0.8", 0.0025),
        ("kgCO2e/m2", "200 g/m2", 10), ("kgCO2e/piece", "0.25 kg", 8), ("kgCO2e/100 m", "25 kg", 0.08),
        ("kgCO2e/pair", "0.5 kg", 4),        ("kgCO2e per L", "0.8 kg", 2.5), ("kgCO2e/t", "1000 kg", 0.002),
    ],
)  # fmt: skip
def test_mass_per_unit_turns_what_is_declared_into_kg(tmp_path: Path, unit: str, mass: str, per_kg: float) -> None:
    found = result(tmp_path, table(declared(unit=unit, mass_per_unit=mass, biogenic="zero_zero")), DYE)
    assert found.totals[0] == pytest.approx(per_kg, rel=1e-12)
    if "L" in unit and "g" in mass and unit.startswith("k"):
        assert f"({mass} per unit)" in found.explain("P")


def test_without_the_mass_the_cure_says_where_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(tp.InputError, match="mass_per_unit"):
        result(tmp_path, table(declared(unit="kgCO2e/L")), DYE)


@pytest.mark.parametrize(("flow", "unit"), [("lorry", "t*km"), ("ship", "t*km"), ("train", "t*km")])
def test_a_delivered_footprint_is_told_beside_any_transport_of_its_stage(tmp_path: Path, flow: str, unit: str) -> None:
    factors = table(declared(boundary="cradle_to_customer", biogenic="zero_zero"))
    with pytest.warns(tp.PcfWarning, match=rf"dyeing\.{flow}: pcf:A ends at your door already"):
        result(tmp_path, factors, DYE, ("dyeing", flow, 1.0, unit, ""))
    for other in (("dyeing", flow, 0.0, unit, ""), ("packing", "lorry", 1.0, "t*km", "")):
        assert result(tmp_path, factors, DYE, other).warnings() == []
    gate = table(declared(boundary="cradle_to_gate", biogenic="zero_zero"))
    assert result(tmp_path, gate, DYE, ("dyeing", flow, 1.0, unit, "")).warnings() == []


def test_uptake_beside_bought_uptake_is_told_only_where_both_count(tmp_path: Path) -> None:
    holds = table(declared(value=0.5, biogenic="minus_one_plus_one", co2_uptake=1.5))
    plant = ("dyeing", "plant", 1.0, "kg", "")
    with pytest.warns(tp.PcfWarning, match=r"dyeing\.plant: the material of dyeing\.dye includes uptake of CO2 already"):
        result(tmp_path, holds, DYE, plant)
    assert result(tmp_path, holds, DYE, plant, biogenic="zero_zero").warnings() == []
    assert result(tmp_path, holds, DYE).warnings() == []
    assert result(tmp_path, table(declared(biogenic="zero_zero")), DYE, plant).warnings() == []


def test_of_linked_products_only_the_one_that_takes_it_again_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(RULE, encoding="utf-8")
    rows = [
        ("GREIGE", "plant", ""), ("TWICE", "plant", ""), ("TWICE", "dye", "product:GREIGE"), ("ONCE", "dye", "product:GREIGE"),
    ]  # fmt: skip
    activity = pd.DataFrame(rows, columns=["product", "flow", "item"]).assign(
        stage="dyeing", amount=1.0, unit="kg", region="CN"
    )
    found = tp.footprint(activity, tmp_path / "lab.yaml", table())
    assert len(found.warnings("TWICE")) == 1 and found.warnings("ONCE") == found.warnings("GREIGE") == []
    assert found.totals.tolist() == [-0.5, -1.0, -0.5]
