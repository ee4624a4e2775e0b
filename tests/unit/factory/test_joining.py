"""Tables of several commands put into one."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from site_tables import allocate, rows

import textile_pcf as tp

HEAD = "product,stage,flow,amount,unit,item,year,per\n"
OUTPUT = "A,dyeing,output,400,t,,2024,period\n"
POWER = "A,dyeing,electricity,800,MWh,,2024,period\n"
STEAM = "A,dyeing,steam,1200,t,,2024,period\n"
CHINESE = re.compile("[\u4e00-\u9fff]")


def join(*texts):
    return tp.factory.join(*(rows(HEAD + text) for text in texts))


def cells(result):
    return [(row["flow"], row["amount"], row["unit"]) for row in result.activity]


def test_equal_outputs_fall_together():
    result = join(OUTPUT + POWER, OUTPUT + STEAM)
    assert cells(result) == [("output", 400.0, "t"), ("electricity", 800.0, "MWh"), ("steam", 1200.0, "t")]
    assert result.warnings == ()
    assert list(result.to_dict()) == ["activity", "warnings"]


def test_outputs_are_equal_in_any_unit_of_their_kind():
    assert cells(join(OUTPUT + POWER, "A,dyeing,output,400000,kg,,2024,统计期总量\n" + STEAM))[0] == ("output", 400.0, "t")


def test_one_table_stays_what_it_is():
    assert cells(join(OUTPUT + POWER)) == [("output", 400.0, "t"), ("electricity", 800.0, "MWh")]


def test_results_of_other_functions_are_joined(tmp_path):
    electricity = allocate()
    water = allocate("carrier,amount,unit\nwater,5000,m3", plan="carrier,process,driver,weight\nwater,dyeing,output,1\n"
                     "water,printing,output,1")  # fmt: skip
    joined = tp.factory.join(electricity, water)
    assert [(row["stage"], row["flow"]) for row in joined.activity] == [
        (stage, flow) for stage in ("dyeing", "printing") for flow in ("output", "electricity", "water")
    ]
    (tmp_path / "a.csv").write_text(electricity.to_csv(), encoding="gb18030")
    pd.DataFrame(water.activity).to_parquet(tmp_path / "b.parquet")
    again = tp.factory.join(tmp_path / "a.csv", tmp_path / "b.parquet")
    assert [row["amount"] for row in again.activity] == [row["amount"] for row in joined.activity]


def test_other_columns_and_rows_are_kept():
    mill = [{"product": "A", "stage": "product", "flow": "grammage", "amount": "120 g/m2", "component": "", "gsd": 1.1},
            {"product": "A", "stage": "dyeing", "flow": "", "amount": "", "component": "cotton", "gsd": ""}]  # fmt: skip
    result = tp.factory.join(mill, rows(HEAD + POWER))
    grammage = next(row for row in result.activity if row["flow"] == "grammage")
    assert (grammage["amount"], grammage["unit"], grammage["gsd"]) == (120.0, "g/m2", "1.1")
    assert next(row for row in result.activity if row["component"] == "cotton")["amount"] == ""
    assert result.to_csv().splitlines()[0].endswith(",note,component,gsd")


def test_one_flow_with_different_items_adds_up_and_is_told():
    result = join(OUTPUT + POWER, "A,dyeing,electricity,10,MWh,electricity_pv,2024,period")
    assert len(result.activity) == 3
    assert "adds up" in result.warnings[0]
    assert CHINESE.search(result.localized_warnings("zh")[0])


MISTAKES = {
    "two outputs": (
        (OUTPUT, OUTPUT.replace("400", "401")),
        "row 0",
        "output is 401 t, and in row 0 it is 400 t",
        "same output",
    ),
    "outputs of two kinds": ((OUTPUT, OUTPUT.replace(",t,", ",m,")), "row 0", "is 400 m, and in row 0", "same output"),
    "a flow twice": (
        (OUTPUT + POWER, POWER.replace("800", "700")),
        "row 0",
        "'electricity' .* is already in row 1",
        "Keep it",
    ),
    "a flow twice with the same amount": ((POWER, POWER), "row 0", "is already in", "Keep it in one"),
    "no product": ((POWER, ",dyeing,water,5,m3,,2024,period"), r"row 0 \(product\)", "empty", "Fill it in"),
    "no number": ((POWER, "A,dyeing,water,much,m3,,2024,period"), r"row 0 \(amount\)", "'much'", "Write"),
    "an unknown basis": ((POWER, "A,dyeing,water,5,m3,,2024,year"), r"row 0 \(per\)", "'year' is no value", "period"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name):
    texts, place, what, cure = MISTAKES[name]
    with pytest.raises(tp.InputError) as caught:
        join(*texts)
    [problem] = caught.value.problems
    assert re.search(f"^{place}: .*{what}.*{cure}", str(problem)), str(problem)
    assert CHINESE.search(problem.localized("zh").partition(": ")[2])


def test_problems_of_all_tables_at_once():
    with pytest.raises(tp.InputError) as caught:
        tp.factory.join([{"product": "A"}], rows(HEAD + POWER + POWER), rows(HEAD + OUTPUT + OUTPUT.replace("400", "5")))
    assert len(caught.value.problems) == 3


def test_nothing_to_join():
    with pytest.raises(tp.UsageError, match="no table to join"):
        tp.factory.join()


def test_heads_are_those_of_activity_data():
    from textile_pcf.activity.columns import ALIASES, COLUMNS
    from textile_pcf.factory.vocabulary import columns, table_header

    assert set(COLUMNS) <= set(columns().tables["activity"])
    assert {alias: table_header("activity").name(alias) for alias in ALIASES} == ALIASES


def test_an_output_falls_together_where_one_table_names_no_region():
    """Else it would count twice, and every footprint would be halved."""
    made = {"product": "A", "stage": "dyeing", "flow": "output", "amount": "400 t", "per": "period", "year": 2024}
    power = {**made, "flow": "electricity", "amount": "800 MWh", "region": "CN"}
    salt = {**made, "flow": "chemicals", "amount": "9 t", "item": "sodium_sulfate"}
    for tables in (([{**made, "region": "CN"}, power], [made, salt]), ([made, salt], [{**made, "region": "CN"}, power])):
        assert [row["flow"] for row in tp.factory.join(*tables).activity] == ["output", "chemicals", "electricity"]
    with pytest.raises(tp.InputError, match="have the same output"):
        tp.factory.join([{**made, "region": "CN"}, power], [{**made, "amount": "390 t"}])
    both = tp.factory.join([{**made, "region": "CN"}], [{**made, "region": "IN"}]).activity
    assert [row["region"] for row in both] == ["CN", "IN"]
