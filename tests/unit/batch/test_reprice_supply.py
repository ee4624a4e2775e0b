"""New factors for mills with a supply table: both accountings of electricity and heat follow, part by part."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from repriced import assert_equal, contents

import textile_pcf as tp
from textile_pcf.batch import calculate_batch, reprice

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")

RULE = """\
rule: mill
edition: "1"
electricity: {declared: DECLARED}
sources: {s: {title: a choice}}
product: {unit: kg, properties: {grammage: {unit: g/m2, optional: true}}}
stages:
  - id: dyeing
    flows:
      electricity: {unit: kWh, factor: electricity, category: energy, value: 2, source: s, locator: l}
      steam: {unit: MJ, factor: steam}
      dye: {unit: kg, factor: dye, optional: true}
  - id: finishing
    flows:
      electricity: {unit: kWh, factor: electricity}
  - id: use
    boundary: outside
    flows:
      electricity: {unit: kWh, factor: electricity}
"""
HEAD = "item,value,unit,region,year,kind,category,source,locator\n"
VALUES = {
    "electricity": 0.5, "electricity_wind": 0.02, "electricity_pv": 0.05, "electricity_hydro": 0.03, "steam": 0.09,
    "natural_gas": 0.07, "dye": 4.0,
}  # fmt: skip
UNITS = {"steam": "MJ", "natural_gas": "MJ", "dye": "kg"}
SITE = "site,stages,carrier,part,amount,unit,item,region,year,id,period_start,period_end,attributes_sold,boundary,efficiency\n"
POWER = """\
mill,dyeing,electricity,grid,100,MWh,,CN,2023,,,,,,
mill,,electricity,contract,60,MWh,electricity_wind,CN,2023,GEC-1,2023-01-01,2023-12-31,,,
"""
HEAT = """\
mill,dyeing,electricity,on_site,30,MWh,electricity_pv,CN,2023,,,,,,
heat,dyeing,heat,purchased,400,GJ,steam,CN,2023,,,,,delivered,
heat,,heat,boiler,100,GJ,natural_gas,CN,2023,,,,,fuel,0.8
heat,,heat,recovered,50,GJ,,,,,,,,delivered,
heat,,heat,fan_power,2,GJ,,CN,2023,,,,,,
"""

LINKS = ((0, 1), (1, 2), (2, 3), (4, 5), (5, 4))  # user and supplier
Mill = Callable[..., tp.BatchResult]


def factors(path: Path, **values: float) -> Path:
    """A table of some items; the category energy for electricity, which parts of the supply do not ask for."""
    lines = []
    for item, value in values.items():
        unit, category = UNITS.get(item, "kWh"), "energy" if item == "electricity" else ""
        lines.append(f"{item},{value},kgCO2e/{unit},CN,2023,life_cycle,{category},hand,x\n")
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    """The batch of a mill with a supply table; with weights, or with tables that are asked before the others."""
    factors(tmp_path / "factors.csv", **VALUES)
    (tmp_path / "supply.csv").write_text(SITE + POWER + HEAT, encoding="utf-8")

    def run(out: str, *tables: Path, declared: str = "location_based", **options: Any) -> tp.BatchResult:
        (tmp_path / "rule.yaml").write_text(RULE.replace("DECLARED", declared), encoding="utf-8")
        if not (tmp_path / "mill.parquet").exists():
            pd.DataFrame(rows()).to_parquet(tmp_path / "mill.parquet", index=False, row_group_size=28)
        call = {"progress": False, "partition_rows": 28, "supply": tmp_path / "supply.csv", "weights": not tables, **options}
        names = [*tables, tmp_path / "factors.csv"]
        return calculate_batch(tmp_path / "mill.parquet", tmp_path / "rule.yaml", names, out=tmp_path / out, **call)

    return run


def row(
    product: str, stage: str, flow: str = "", amount: float | None = None, unit: str = "", item: str = ""
) -> dict[str, Any]:
    place = {"region": "CN", "year": "2023"} if stage == "product" and not flow else {"region": "", "year": ""}
    return {"product": product, "stage": stage, "flow": flow, "amount": amount, "unit": unit, "item": item, **place}


def rows(products: int = 20) -> list[dict[str, Any]]:
    """Products of which some buy hydro power of their own, some take the amount of the rule, and some are dyed."""
    found = []
    for number in range(products):
        name = f"P{number:02}"
        found += [
            row(name, "product"),
            row(name, "dyeing", "steam", 5 + number, "MJ/kg"),
            row(name, "use", "electricity", 1, "kWh"),
        ]
        found += [row(name, "finishing", "electricity", 1 + number / 10, "kWh")]
        if number % 3:
            item = "electricity_hydro" if number % 3 == 1 else ""
            found.append(row(name, "dyeing", "electricity", 3 + number / 7, "kWh/kg", item))
        if number % 4 == 0:
            found += [row(name, "dyeing", "dye", 0.02, "kg/kg"), row(name, "product", "grammage", 120 + number, "g/m2")]
    return found


@pytest.mark.parametrize("declared", ["location_based", "market_based"])
def test_a_contract_worked_by_hand(tmp_path: Path, mill: Mill, declared: str) -> None:
    """10 kWh of a grid of 0.5, 60 % of it under a contract for wind of 0.02 kg CO2e/kWh.

    By location 10 × 0.5 = 5; by market 6 × 0.02 + 4 × 0.5 = 2.12. Wind at 0.01 changes the market alone, to 2.06; the grid
    at 0.4 gives 4 by location and 0.12 + 1.6 = 1.72 by market.
    """
    (tmp_path / "supply.csv").write_text(SITE + POWER, encoding="utf-8")
    rows = [row("P", "product"), row("P", "dyeing", "electricity", 10, "kWh/kg"), row("P", "dyeing", "steam", 0, "MJ")]
    rows += [row("P", "finishing", "electricity", 0, "kWh"), row("P", "use", "electricity", 1, "kWh")]
    pd.DataFrame(rows).to_parquet(tmp_path / "mill.parquet", index=False)
    old = mill("old", declared=declared)
    for name, value, wanted in (("electricity_wind", 0.01, (5.0, 2.06)), ("electricity", 0.4, (4.0, 1.72))):
        new = reprice(old.out, factors(tmp_path / "new.csv", **{name: value}), out=tmp_path / name, progress=False)
        (one,) = new.read().to_pylist()
        assert (one["total location_based"], one["total market_based"]) == pytest.approx(wanted, rel=1e-12)
        assert one["total"] == one[f"total {declared}"]
        assert one["total_before"] == pytest.approx(5.0 if declared == "location_based" else 2.12, rel=1e-12)


@pytest.mark.parametrize("declared", ["location_based", "market_based"])
@pytest.mark.parametrize("items", [("electricity",), ("electricity_wind", "natural_gas"), tuple(VALUES)])
def test_reprice_gives_the_numbers_of_a_full_batch(tmp_path: Path, mill: Mill, declared: str, items: tuple[str, ...]) -> None:
    """Grid, contract, own generation, purchased heat, boiler and fans; products with an item of their own; both accountings."""
    old = mill("old", declared=declared, units=["m2"])
    table = factors(tmp_path / "new.csv", **{item: VALUES[item] * 1.3 for item in items})
    new = reprice(old.out, table, out=tmp_path / "new", progress=False)
    full = mill("full", table, declared=declared, units=["m2"])
    assert len(new.files) > 3 and "total market_based" in new.read().column_names
    assert_equal(new, full, old)


def test_rows_that_a_supply_divides_must_be_answered_too(tmp_path: Path, mill: Mill) -> None:
    """A flow asks for electricity of the category energy, the grid of the site for any: a batch rejects what has another."""
    old, table = mill("old"), tmp_path / "new.csv"
    table.write_text(f"{HEAD}electricity,0.4,kgCO2e/kWh,CN,2023,life_cycle,other,hand,x\n", encoding="utf-8")
    assert mill("full", table).rejected == 13  # those without hydro power of their own
    with pytest.raises(tp.InputError, match=r"dyeing\.electricity: electricity"):
        reprice(old.out, table, out=tmp_path / "new", progress=False)


@pytest.mark.parametrize("item", ["electricity_wind", "electricity"])
def test_a_part_whose_factor_is_zero_is_refused_as_in_a_batch(tmp_path: Path, mill: Mill, item: str) -> None:
    """Also of the grid, of which the supply table names no item."""
    table = factors(tmp_path / "new.csv", **{item: 0.0})
    with pytest.raises(tp.InputError, match=f"'{item}' is zero"):
        mill("full", table)
    with pytest.raises(tp.InputError, match=f"'{item}' is zero"):
        reprice(mill("old").out, table, out=tmp_path / "new", progress=False)


def test_a_supply_table_that_changed_is_refused(tmp_path: Path, mill: Mill) -> None:
    old, table = mill("old"), factors(tmp_path / "new.csv", electricity=0.4)
    (tmp_path / "supply.csv").write_text(SITE + POWER.replace(",60,", ",50,") + HEAT, encoding="utf-8")
    with pytest.raises(tp.InputError, match="The input supply has changed"):
        reprice(old.out, table, out=tmp_path / "new", progress=False)


def test_weights_are_the_same_bytes_whoever_calculates(tmp_path: Path, mill: Mill) -> None:
    mill("old")
    for number, options in enumerate(({"workers": 1}, {"workers": 2, "threads": True})):
        mill(str(number), **options)
        assert contents(tmp_path / str(number) / "weights") == contents(tmp_path / "old" / "weights")
    requests = (tmp_path / "old/weights/part-00000.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    assert {one["item"] for one in map(json.loads, requests) if one.get("supply")} == {
        "electricity", "electricity_wind", "electricity_pv", "steam", "natural_gas",
    }  # fmt: skip


@pytest.mark.parametrize("declared", ["location_based", "market_based"])
@pytest.mark.parametrize("items", [("electricity_wind",), tuple(VALUES)])
def test_what_is_taken_carries_the_supply_of_its_maker(
    tmp_path: Path, mill: Mill, declared: str, items: tuple[str, ...]
) -> None:
    """Products that take one another, in a chain and in a loop: both accountings follow through the links."""
    linked = [line for line in rows(8) if line["flow"] != "dye"]
    linked += [row(f"P0{user}", "dyeing", "dye", 0.2, "kg/kg", f"product:P0{other}") for user, other in LINKS]
    pd.DataFrame(linked).to_parquet(tmp_path / "mill.parquet", index=False)
    old = mill("old", declared=declared)
    table = factors(tmp_path / "new.csv", **{item: VALUES[item] * 1.3 for item in items})
    new = reprice(old.out, table, out=tmp_path / "new", progress=False)
    assert_equal(new, mill("full", table, declared=declared), old)
    moved = new.read()["total market_based"].to_numpy() - old.read()["total market_based"].to_numpy()
    assert (moved > 0).sum() >= 5
