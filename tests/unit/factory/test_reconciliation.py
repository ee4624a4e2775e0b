"""Two tables of one period beside each other."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_tables import allocate, rows

import textile_pcf as tp

HEAD = "product,stage,flow,amount,unit,item,year,per\n"
TOP = (
    HEAD + "A,dyeing,output,400,t,,2024,period\nA,dyeing,electricity,800,MWh,,2024,period\nA,dyeing,water,100,m3,,2024,period\n"
)
CHINESE = re.compile("[\u4e00-\u9fff]")


def reconcile(top_down, bottom_up, **options):
    return tp.factory.reconcile(rows(top_down), rows(bottom_up), **options)


def test_bottom_up_minus_top_down_in_the_unit_of_the_site():
    """700,000 kWh metered beside 800 MWh of the site: 100 MWh less, 12.5 %."""
    result = reconcile(TOP, TOP.replace("800,MWh", "700000,kWh"))
    assert [row["flow"] for row in result["rows"]] == ["electricity", "output", "water"]
    power = result["rows"][0]
    assert power == {
        "product": "A", "stage": "dyeing", "flow": "electricity", "unit": "MWh", "top_down": 800.0, "bottom_up": 700.0,
        "difference": -100.0, "relative": -0.125, "flagged": True,
    }  # fmt: skip
    assert [row["flagged"] for row in result["rows"]] == [True, False, False]
    assert result.warnings == ()
    assert list(result.to_dict()) == ["rows", "totals", "activity", "warnings"]


@pytest.mark.parametrize(("tolerance", "flagged"), [("12.5%", False), ("12.4 %", True), (None, True), ("20%", False)])
def test_a_difference_of_the_tolerance_is_not_flagged(tolerance, flagged):
    assert reconcile(TOP, TOP.replace("800,MWh", "700,MWh"), tolerance=tolerance)["rows"][0]["flagged"] is flagged


def test_what_one_side_does_not_have_is_flagged_and_not_zero():
    result = reconcile(TOP, TOP.replace("A,dyeing,water,100,m3,,2024,period\n", "B,dyeing,water,7,m3,,2024,period\n"))
    sides = {(row["product"], row["flow"]): (row["top_down"], row["bottom_up"], row["difference"]) for row in result["rows"]}
    assert sides["A", "water"] == (100.0, None, None)
    assert sides["B", "water"] == (None, 7.0, None)
    assert [row["flagged"] for row in result["rows"] if row["flow"] == "water"] == [True, True]
    [water] = [row for row in result["totals"] if row["flow"] == "water"]
    assert (water["top_down"], water["bottom_up"], water["difference"]) == (100.0, 7.0, -93.0)


def test_more_than_the_site_warns():
    result = reconcile(TOP, TOP.replace("800,MWh", "900,MWh"))
    assert result.warnings == ("Bottom-up, the products take 100 MWh of 'electricity' more than the site (12.5%).",)
    assert CHINESE.search(result.localized_warnings("zh")[0])


def test_rows_that_are_not_compared_and_years_are_told():
    other = TOP.replace("2024", "2023") + "A,product,grammage,120,g/m2,,,\n"
    warnings = reconcile(TOP, other).warnings
    assert "Rows of input that are no totals of a period are not compared: 1" in warnings[0]
    assert "top-down 2024, bottom-up 2023" in warnings[1]


def test_items_and_years_of_a_flow_add_up():
    parts = "A,dyeing,electricity,300,MWh,electricity_pv,2024,period\nA,dyeing,electricity,500,MWh,,2024,period\n"
    result = reconcile(TOP, TOP.replace("A,dyeing,electricity,800,MWh,,2024,period\n", parts))
    assert not any(row["flagged"] for row in result["rows"])


def test_results_are_compared():
    assert not any(row["flagged"] for row in tp.factory.reconcile(allocate(), allocate().frame())["rows"])


def test_csv_holds_the_rows():
    lines = reconcile(TOP, TOP).to_csv().splitlines()
    assert lines[0] == "product,stage,flow,unit,top_down,bottom_up,difference,relative,flagged"
    assert len(lines) == 4


MISTAKES = {
    "two kinds of unit": (TOP.replace("MWh", "kg"), r"row 1 \(unit\)", "measures mass, and that in row 1 energy", "one kind"),
    "no amount": (TOP.replace("800", ""), r"row 1 \(amount\)", "has no amount", "Fill in"),
    "no unit": (TOP.replace("MWh", ""), r"row 1 \(unit\)", "has no unit", "Fill in"),
    "an unknown unit": (TOP.replace("MWh", "Mwh"), r"row 1 \(unit\)", "'Mwh' is not a known unit", "Did you mean"),
    "no flow": (TOP.replace("electricity", ""), r"row 1 \(flow\)", "names no flow", "Fill in"),
    "nothing to compare": (TOP.replace("period", "product"), "input", "No row of input is a total of a period", "per: period"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name):
    text, place, what, cure = MISTAKES[name]
    with pytest.raises(tp.InputError) as caught:
        reconcile(TOP, text)
    [problem] = caught.value.problems
    assert re.search(f"^{place}: .*{what}.*{cure}", str(problem)), str(problem)
    assert CHINESE.search(problem.localized("zh").partition(": ")[2])


flows = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["dyeing", "printing"]), st.sampled_from(["water", "electricity"]),
              st.floats(0.01, 1e6)), min_size=1, max_size=12,
)  # fmt: skip


@given(flows, flows, st.randoms())
def test_both_ways_and_in_any_order(first, second, random):
    def table(amounts):
        return [{"product": p, "stage": s, "flow": f, "amount": a, "unit": "m3" if f == "water" else "kWh", "per": "period"}
                for p, s, f, a in amounts]  # fmt: skip

    forth = tp.factory.reconcile(table(first), table(second))
    random.shuffle(first)
    back = tp.factory.reconcile(table(second), table(first))
    for row, other in zip(forth["rows"], back["rows"], strict=True):
        assert (row["top_down"], row["bottom_up"]) == (other["bottom_up"], other["top_down"])
    for row in forth["totals"]:
        parts = [each for each in forth["rows"] if each["flow"] == row["flow"]]
        for side in ("top_down", "bottom_up"):
            assert (row[side] or 0) == pytest.approx(sum(each[side] or 0 for each in parts))
