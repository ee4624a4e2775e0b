"""A site's year to its products: the worked cases, what stays unallocated, and what always holds."""

from __future__ import annotations

import json
from math import fsum

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from site_tables import PRODUCTION, allocate, rows

import textile_pcf as tp

METERED = """
carrier,process,amount,unit,year,source
electricity,,1200,MWh,2024,bill
electricity,dyeing,700,MWh,,E-2
"""
TWO_DYED = """
product,process,output,unit,machine_hours
A,dyeing,250,t,3000
C,dyeing,150,t,4000
B,printing,100,t,
"""
BY_HOURS = """
carrier,process,driver,weight,reason
electricity,dyeing,machine_hours,,hours run
electricity,printing,output,1,
"""


def amounts(result):
    return {(row["process"], row["product"]): (row["amount"], row["intensity"]) for row in result["allocation"]}


def test_1200_mwh_by_weights_1_and_2():
    """1,200 MWh, 400 t dyed, 100 t printed, weights 1 and 2: 800 and 400 MWh, 2.00 and 4.00 kWh/kg, sum 1,200,000 kWh."""
    result = allocate()
    assert amounts(result) == {("dyeing", "A"): (800_000.0, 2.0), ("printing", "B"): (400_000.0, 4.0)}
    [carrier] = result["carriers"]
    assert carrier == {
        "carrier": "electricity", "unit": "kWh", "production": 1_200_000.0, "domestic": 0.0, "sold": 0.0,
        "metered_by_process": {}, "allocated": 1_200_000.0, "unallocated": 0.0,
    }  # fmt: skip
    first = result["allocation"][0]
    assert (first["step"], first["driver"], first["metered"], first["share"]) == (2, "output", False, pytest.approx(2 / 3))
    assert first["intensity_unit"] == "kWh/kg"
    assert result.warnings == ()


def test_700_mwh_metered_at_dyeing_by_machine_hours():
    """3,000 and 4,000 machine hours: 300 and 400 MWh. The rest, 500 MWh, to 100 t printed: 5 kWh/kg."""
    result = allocate(METERED, TWO_DYED, BY_HOURS)
    assert amounts(result) == {
        ("dyeing", "A"): (pytest.approx(300_000), pytest.approx(1.2)),
        ("dyeing", "C"): (pytest.approx(400_000), pytest.approx(400 / 150)),
        ("printing", "B"): (500_000.0, 5.0),
    }
    assert [row["step"] for row in result["allocation"]] == [2, 2, 2]
    assert [row["reason"] for row in result["allocation"]] == ["hours run", "hours run", None]
    assert result["carriers"][0]["metered_by_process"] == {"dyeing": 700_000.0}
    assert {row["source"] for row in result.activity if row["flow"] == "electricity"} == {"bill; E-2"}


def test_one_product_of_a_metered_process_is_no_allocation():
    result = allocate(METERED, PRODUCTION, "carrier,process,driver,weight\nelectricity,printing,output,1")
    dyed, printed = result["allocation"]
    assert (dyed["amount"], dyed["step"], dyed["driver"], dyed["metered"]) == (700_000.0, 1, None, True)
    assert (printed["amount"], printed["step"], printed["metered"]) == (500_000.0, 2, False)
    types = {(row["stage"], row["flow"]): row["data_type"] for row in result.activity}
    assert types["dyeing", "electricity"] == "measured"
    assert types["printing", "electricity"] == "calculated"


def test_value_is_step_3_and_carries_its_reason():
    production = "product,process,output,unit,value\nA,dyeing,400,t,3000\nB,dyeing,100,t,1000 CNY"
    plan = "carrier,process,driver,weight,reason\nelectricity,dyeing,value,1,no physical relation found"
    result = allocate(production=production, plan=plan)
    assert [(row["amount"], row["step"]) for row in result["allocation"]] == [(900_000.0, 3), (300_000.0, 3)]
    assert {row["reason"] for row in result["allocation"]} == {"no physical relation found"}


def test_without_weights_the_rest_stays_and_is_told():
    result = allocate(METERED, TWO_DYED, BY_HOURS.replace("electricity,printing,output,1,\n", ""))
    assert result["carriers"][0]["unallocated"] == 500_000.0
    assert result.warnings == ("500000 kWh of electricity stay unallocated, because no process has a weight in the plan.",)
    assert "未分摊" in result.localized_warnings("zh")[0]
    assert not [row for row in result.activity if row["stage"] == "printing"]


def test_domestic_and_sold_come_on_top():
    more = "carrier,process,amount,unit,use\nelectricity,,1200,MWh,\n电,,100,MWh,生活\n外购电,,50000,kWh,sold"
    [carrier] = allocate(more)["carriers"]
    assert (carrier["production"], carrier["domestic"], carrier["sold"]) == (1_200_000.0, 100_000.0, 50_000.0)
    assert carrier["allocated"] == 1_200_000.0


def test_without_a_row_of_the_site_the_total_is_the_sum_of_its_processes():
    utilities = "carrier,process,amount,unit\nelectricity,dyeing,700,MWh\nelectricity,printing,500,MWh"
    result = allocate(utilities, PRODUCTION, "carrier,process,driver,reason\nelectricity,dyeing,output,")
    assert result["carriers"][0]["production"] == 1_200_000.0
    assert [row["step"] for row in result["allocation"]] == [1, 1]


def test_processes_above_the_site_within_the_tolerance_are_told_and_not_shared():
    utilities = "carrier,process,amount,unit\nelectricity,,1000,kWh\nelectricity,dyeing,1010,kWh"
    result = allocate(utilities, PRODUCTION, "carrier,process,driver,weight\nelectricity,printing,output,1", tolerance="2%")
    assert result["carriers"][0]["unallocated"] == -10.0
    assert amounts(result)["printing", "B"] == (0.0, 0.0)
    assert "10 kWh of electricity more than the site" in result.warnings[0]


def test_rounding_of_a_sum_is_no_amount():
    utilities = "carrier,process,amount,unit\nwater,,0.3,m3\nwater,dyeing,0.1,m3\nwater,printing,0.2,m3"
    result = allocate(utilities, PRODUCTION, "carrier,process,driver,weight\nwater,dyeing,output,")
    assert result["carriers"][0]["unallocated"] == 0.0
    assert result.warnings == ()


def test_intensities_are_weights_in_any_unit_of_their_kind():
    plan = "carrier,process,driver,weight\nelectricity,dyeing,output,1.8 kWh/kg\nelectricity,printing,output,12.96 MJ/kg"
    assert amounts(allocate(plan=plan)) == amounts(allocate())


def test_outputs_that_are_no_mass_have_intensities_per_their_unit():
    production = "product,process,output,unit,input\nA,dyeing,400,万米,1000\nB,printing,100,t,1000"
    plan = "carrier,process,driver,weight\nelectricity,dyeing,input,1\nelectricity,printing,input,1"
    first, second = allocate(production=production, plan=plan)["allocation"]
    assert (first["intensity"], first["intensity_unit"]) == (1500.0, "kWh/万米")
    assert (second["intensity"], second["intensity_unit"]) == (6.0, "kWh/kg")


def test_steam_with_its_enthalpy_is_heat_and_adds_up_with_heat():
    """10 t steam at 2783.74 kJ/kg = 27 GJ; with 3 GJ of heat 30 GJ in one row."""
    utilities = "carrier,process,amount,unit,enthalpy\nsteam,dyeing,10,t,2783.74\nheat,dyeing,3,GJ,"
    result = allocate(utilities, PRODUCTION, "carrier,process,driver\nsteam,dyeing,output")
    [heat] = [row for row in result.activity if row["flow"] == "heat"]
    assert (heat["amount"], heat["unit"], heat["data_type"]) == (pytest.approx(30.0), "GJ", "measured")


FACTORS = """item,value,unit,region,year,kind,source,locator
electricity,0.4,kgCO2e/kWh,GLO,2024,life_cycle,hand,hand
"""
RULE = """
rule: dyehouse
edition: "1"
product: {unit: kg}
stages:
  - {id: dyeing, optional: true, flows: {electricity: {unit: kWh, factor: electricity}}}
  - {id: printing, optional: true, flows: {electricity: {unit: kWh, factor: electricity}}}
"""


def test_activity_goes_through_the_engine(tmp_path):
    """2.00 and 4.00 kWh/kg x 0.4 kg CO2e/kWh are 0.8 and 1.6 kg CO2e/kg; x 400 t and 100 t they are 320 t and 160 t."""
    (tmp_path / "dyehouse.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "factors.csv").write_text(FACTORS, encoding="utf-8")
    activity = allocate("carrier,process,amount,unit,year\nelectricity,,1200,MWh,2024")
    (tmp_path / "activity.csv").write_text(activity.to_csv(), encoding="utf-8")
    for source in (activity.frame(), str(tmp_path / "activity.csv")):
        result = tp.footprint(source, str(tmp_path / "dyehouse.yaml"), [str(tmp_path / "factors.csv")])
        assert dict(zip(result.products, result.totals, strict=True)) == {"A": pytest.approx(0.8), "B": pytest.approx(1.6)}


def test_every_form_of_table_gives_the_same(tmp_path):
    expected = allocate(METERED, TWO_DYED, BY_HOURS).to_dict()
    texts = {"utilities": METERED, "production": TWO_DYED, "plan": BY_HOURS}
    frames = {name: pd.DataFrame(rows(text)) for name, text in texts.items()}
    chinese = {"carrier": "介质", "process": "工序", "amount": "数量", "unit": "单位", "year": "年份", "source": "来源",
               "product": "产品", "output": "产量", "machine_hours": "机时", "driver": "依据", "weight": "权重",
               "reason": "理由"}  # fmt: skip
    with pd.ExcelWriter(tmp_path / "site.xlsx") as writer:
        for name, frame in frames.items():
            frame.to_excel(writer, sheet_name=name, index=False)
            frame.to_parquet(tmp_path / f"{name}.parquet")
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
            translated = frame.replace({"electricity": "外购电", "machine_hours": "机时"}).rename(columns=chinese)
            translated.to_csv(tmp_path / f"{name}.zh.csv", index=False, encoding="gb18030")
    given = [
        [str(tmp_path / "site.xlsx")] * 3,
        *([str(tmp_path / f"{name}{ending}") for name in texts] for ending in (".parquet", ".csv", ".zh.csv")),
        list(frames.values()),
    ]
    for sources in given:
        found = tp.factory.allocate(*sources).to_dict()
        assert found["allocation"] == expected["allocation"]
        assert found["carriers"] == expected["carriers"]
        assert [row["amount"] for row in found["activity"]] == [row["amount"] for row in expected["activity"]]


def test_json_has_the_keys_of_the_contract():
    result = json.loads(allocate(METERED, TWO_DYED, BY_HOURS).to_json())
    assert list(result) == ["carriers", "allocation", "activity", "warnings"]
    assert list(result["allocation"][0]) == [
        "carrier", "process", "product", "amount", "unit", "driver", "step", "share", "metered", "reason", "intensity",
        "intensity_unit", "flow",
    ]  # fmt: skip


def test_cells_of_later_rows_that_differ_are_told():
    utilities = "carrier,process,amount,unit,item\nelectricity,,900,MWh,electricity\nelectricity,,300,MWh,electricity_pv"
    result = allocate(utilities)
    assert "differ in item: electricity, electricity_pv" in result.warnings[0]
    assert {row["item"] for row in result.activity if row["flow"] == "electricity"} == {"electricity"}


PROCESSES = ("dyeing", "printing", "finishing")
numbers = st.floats(1e-3, 1e6, allow_nan=False)


@st.composite
def sites(draw):
    """Tables of a random site: products of three processes, metered or not, with weights, `none`, or nothing at all."""
    production = [
        {"product": f"P{k}", "process": process, "output": draw(numbers), "unit": draw(st.sampled_from(["kg", "t"])),
         "input": draw(numbers)}
        for process in PROCESSES for k in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    carrier, plan = {"carrier": "electricity", "unit": "kWh"}, []
    metered = {process: draw(numbers) for process in PROCESSES if draw(st.booleans())}
    total = fsum(metered.values()) + draw(numbers)
    utilities = [{**carrier, "process": "", "amount": total}]
    utilities += [{**carrier, "process": process, "amount": amount} for process, amount in metered.items()]
    weighted = draw(st.booleans())
    for process in PROCESSES:
        row = {"carrier": "electricity", "process": process, "driver": "input", "weight": "", "reason": ""}
        if weighted and draw(st.booleans()):
            row["weight"] = draw(numbers)
        elif process not in metered:
            row |= {"driver": "none", "reason": "does not run on it"}
        plan.append(row)
    return utilities, production, plan


@settings(max_examples=60, deadline=None)
@given(sites())
def test_products_and_remainder_are_the_site(tables):
    result = tp.factory.allocate(*tables)
    [carrier] = result["carriers"]
    assert carrier["allocated"] + carrier["unallocated"] == pytest.approx(tables[0][0]["amount"], rel=1e-9)
    assert fsum(row["amount"] for row in result["allocation"]) == pytest.approx(carrier["allocated"], rel=1e-9)
    left = carrier["unallocated"] / carrier["production"]
    assert fsum(row["share"] for row in result["allocation"]) + left == pytest.approx(1, rel=1e-9)
    assert fsum(row["amount"] for row in result.activity if row["flow"] == "electricity") == pytest.approx(carrier["allocated"])
    for process, amount in carrier["metered_by_process"].items():
        lines = [row["amount"] for row in result["allocation"] if row["metered"] and row["process"] == process]
        assert fsum(lines) == pytest.approx(amount, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(sites())
def test_nothing_is_shared_that_the_plan_does_not_name(tables):
    plan = tables[2]
    result = tp.factory.allocate(*tables)
    weighted = {row["process"] for row in plan if row["weight"] != ""}
    assert {row["process"] for row in result["allocation"] if not row["metered"]} == weighted
    assert (result["carriers"][0]["unallocated"] > 0) == (not weighted)


@settings(max_examples=40, deadline=None)
@given(sites(), st.randoms())
def test_the_order_of_rows_changes_no_bit(tables, random):
    expected = tp.factory.allocate(*tables)
    for table in tables:
        random.shuffle(table)
    found = tp.factory.allocate(*tables)

    def ordered(result):
        lines = sorted(result["allocation"], key=lambda row: (row["process"], row["product"], row["metered"]))
        return lines, result["carriers"][0] | {
            "metered_by_process": dict(sorted(result["carriers"][0]["metered_by_process"].items()))
        }

    assert ordered(found) == ordered(expected)
    assert [(row["product"], row["stage"], row["amount"]) for row in found.activity] == [
        (row["product"], row["stage"], row["amount"]) for row in expected.activity
    ]


@settings(max_examples=30, deadline=None)
@given(sites())
def test_twice_the_bill_is_twice_every_amount(tables):
    utilities, production, plan = tables
    doubled = [{**row, "amount": 2 * row["amount"]} for row in utilities]
    single, double = (tp.factory.allocate(each, production, plan)["allocation"] for each in (utilities, doubled))
    assert [row["amount"] for row in double] == [2 * row["amount"] for row in single]


def test_the_hundred_lines_of_the_documentation_are_still_one_sum():
    production = [{"product": f"P{k}", "process": "dyeing", "output": 0.1 * (k + 1), "unit": "kg"} for k in range(1000)]
    plan = [{"carrier": "water", "process": "dyeing", "driver": "output", "weight": 1}]
    result = tp.factory.allocate([{"carrier": "water", "amount": 0.3, "unit": "m3"}], production, plan)
    assert fsum(row["amount"] for row in result["allocation"]) == pytest.approx(0.3, rel=1e-12)
