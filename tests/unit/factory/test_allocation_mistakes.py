"""Every sentence of the contract that says *error*: place, what is wrong, cure; in English and Chinese."""

from __future__ import annotations

import re

import pytest
from site_tables import PLAN, PRODUCTION, UTILITIES, allocate, rows

import textile_pcf as tp

CHINESE = re.compile("[\u4e00-\u9fff]")
UTILITY = "carrier,process,amount,unit,use,year,flow\n"
MADE = "product,process,output,unit,input,machine_hours,value,final\n"
SHARED = "carrier,process,driver,weight,reason\n"
TWO = MADE + "A,dyeing,400,t,1,,,\nB,dyeing,100,t,2,,,\n"

MISTAKES = {
    # utilities
    "processes above the site": (
        UTILITY + "electricity,,100,kWh,,,\nelectricity,dyeing,90,kWh,,,\nelectricity,printing,20,kWh,,,",
        PRODUCTION, SHARED + "electricity,dyeing,output,,",
        r"row 0 \(amount\)", "take 110 kWh of electricity, and the site 100 kWh", "tolerance"),
    "a unit of another kind": (
        UTILITY + "electricity,,100,m3,,,", PRODUCTION, PLAN,
        r"row 0 \(unit\)", "cannot be measured in 'm3'", "Give it in kWh"),
    "two kinds of unit of one carrier": (
        UTILITY + "thermal oil,,100,kg,,,\nthermal oil,,100,kWh,,,", PRODUCTION, SHARED + "thermal oil,dyeing,output,1,\n"
        "thermal oil,printing,output,1,", r"row 1 \(unit\)", "reported in kWh here and in kg", "one kind of unit"),
    "no amount": (UTILITY + "electricity,,,kWh,,,", PRODUCTION, PLAN, r"row 0 \(amount\)", "empty", "Fill it in"),
    "no unit": (UTILITY + "electricity,,5,,,,", PRODUCTION, PLAN, r"row 0 \(unit\)", "empty", "Fill it in"),
    "a negative amount": (UTILITY + "electricity,,-5,kWh,,,", PRODUCTION, PLAN,
        r"row 0 \(amount\)", "below 0", "not smaller"),
    "an infinite amount": (UTILITY + "electricity,,inf,kWh,,,", PRODUCTION, PLAN, r"row 0 \(amount\)", "not", "number"),
    "an amount beyond counting": (
        UTILITY + "electricity,,1e300,kWh,,,", PRODUCTION, PLAN,
        r"row 0 \(amount\)", "too large to calculate", "Check"),
    "a formula": (UTILITY + "electricity,,=A1*2,kWh,,,", PRODUCTION, PLAN, r"row 0 \(amount\)", "'=A1\\*2'", "Write"),
    "two units in one row": (UTILITY + "electricity,,5 MWh,kWh,,,", PRODUCTION, PLAN,
        r"row 0 \(amount\)", "'MWh'", "unit once"),
    "domestic use at a process": (
        UTILITY + "electricity,,100,kWh,,,\nelectricity,dyeing,10,kWh,domestic,,", PRODUCTION, PLAN,
        r"row 1 \(process\)", "domestic use names the process 'dyeing'", "Leave the process empty"),
    "an unknown use": (
        UTILITY + "electricity,,100,kWh,office,,", PRODUCTION, PLAN,
        r"row 0 \(use\)", "'office' is no value", "production"),
    "two years": (
        UTILITY + "electricity,,100,kWh,,2024,\nwater,,10,m3,,2023,", PRODUCTION, PLAN,
        r"row 1 \(year\)", "of 2023, and row 0",
        "one year"),
    "no year": (UTILITY + "electricity,,100,kWh,,24,", PRODUCTION, PLAN,
        r"row 0 \(year\)", "'24' is not a year", "four digits"),
    "a total among the rows": (
        UTILITY + "electricity,,100,kWh,,,\n合计,,100,kWh,,,", PRODUCTION, PLAN,
        r"row 1 \(carrier\)", "no data", "Clear this row"),
    "a process that no product went through": (
        UTILITY + "electricity,,100,kWh,,,\nelectricity,dying,10,kWh,,,", PRODUCTION, PLAN,
        r"row 1 \(process\)", "went through 'dying'", "Did you mean 'dyeing'"),
    "several products and no plan": (
        UTILITY + "electricity,dyeing,10,kWh,,,", TWO, SHARED + "electricity,dyeing,none,,runs on gas",
        r"row 0 \(driver\)", "none of electricity, and an amount was metered there", "Name a driver"),
    "several products and no row of the plan": (
        UTILITY + "electricity,dyeing,10,kWh,,,\nwater,,1,m3,,,", TWO, SHARED + "water,dyeing,input,1,",
        r"row 0 \(process\)", "shared by 2 products", "Add to the plan the row electricity,dyeing"),
    "one flow in two kinds of unit": (
        UTILITY + "coal,dyeing,10,t,,,\ndiesel,dyeing,10,L,,,coal", PRODUCTION, SHARED + "coal,dyeing,output,,",
        r"row 1 \(flow\)", "diesel in L and coal in t are the same flow 'coal'", "a flow or an item of its own"),
    # production
    "no output": (UTILITIES, MADE + "A,dyeing,,t,,,,", PLAN, r"row 0 \(output\)", "empty", "Fill it in"),
    "an output of 0": (UTILITIES, MADE + "A,dyeing,0,t,,,,", PLAN,
        r"row 0 \(output\)", "An output of 0 is none", "delete the row"),
    "an output of energy": (
        UTILITIES, MADE + "A,dyeing,5,kWh,,,,", PLAN,
        r"row 0 \(unit\)", "'kWh' measures energy", "kg, t, m, m2 or piece"),
    "a product twice at a process": (
        UTILITIES, MADE + "A,dyeing,5,t,,,,\nB,printing,5,t,,,,\nA,dyeing,6,t,,,,", PLAN, r"row 2 \(process\)",
        "'A' at 'dyeing' is already in row 0", "one row for each"),
    "two final outputs": (
        UTILITIES, MADE + "A,dyeing,5,t,,,,是\nA,printing,5,t,,,,yes", PLAN,
        r"row 1 \(final\)", "final already", "yes once"),
    "a negative driver": (
        UTILITIES, MADE + "A,dyeing,5,t,-3,,,\nB,printing,5,t,,,,", PLAN, r"row 0 \(input\)", "below 0", "not smaller"),
    "a driver of another kind": (
        UTILITIES, MADE + "A,dyeing,5,t,3 m,,,\nB,printing,5,t,,,,", PLAN,
        r"row 0 \(input\)", "measures length", "Give it in kg"),
    # plan
    "a carrier that the site does not use": (
        UTILITIES, PRODUCTION, SHARED + "elektricity,dyeing,output,1,",
        r"row 0 \(carrier\)", "no carrier of the table utilities",
        "Did you mean 'electricity'"),
    "a process that is not there": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dying,output,1,",
        r"row 0 \(process\)", "no process of the table production",
        "Did you mean 'dyeing'"),
    "an unknown driver": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,hours,1,",
        r"row 0 \(driver\)", "'hours' is no value", "machine_hours"),
    "the same row twice": (
        UTILITIES, PRODUCTION, PLAN + "电,dyeing,output,3", r"row 2 \(process\)", "are already in row 0", "Keep one"),
    "a driver missing for a product": (
        UTILITIES, TWO, SHARED + "electricity,dyeing,machine_hours,1,", r"row 0 \(machine_hours\)",
        "'machine_hours' of 'A' is missing, by which row 0", "Fill it in, or name another driver"),
    "drivers that are all 0": (
        UTILITIES, MADE + "A,dyeing,5,t,0,,,\nB,dyeing,5,t,0,,,", SHARED + "electricity,dyeing,input,1,",
        r"row 0 \(driver\)", "have 0 of the driver 'input'", "Correct the drivers"),
    "value without a reason": (
        UTILITIES, MADE + "A,dyeing,5,t,,,9,\nB,dyeing,5,t,,,9,", SHARED + "electricity,dyeing,value,1,",
        r"row 0 \(reason\)", "value needs a reason", "reason"),
    "none without a reason": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,output,1,\nelectricity,printing,none,,",
        r"row 1 \(reason\)", "none needs a reason", "reason"),
    "none with a weight": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,output,1,\nelectricity,printing,none,2,idle",
        r"row 1 \(weight\)", "takes nothing, and here is the weight 2", "Leave the weight empty"),
    "a weight of 0": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,output,1,\nelectricity,printing,output,0,",
        r"row 1 \(weight\)", "A weight of 0 takes nothing", "above zero"),
    "a weight that is no number": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,output,1,\nelectricity,printing,output,much,",
        r"row 1 \(weight\)", "'much'", "Write"),
    "weights of two drivers": (
        UTILITIES, PRODUCTION.replace("unit", "unit,input").replace(",t", ",t,5"),
        SHARED + "electricity,dyeing,output,1,\nelectricity,printing,input,2,", r"row 1 \(driver\)",
        "by 'input' here and by 'output' in row 0", "with one driver"),
    "weights of two kinds": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,output,1,\nelectricity,printing,output,2 kWh/kg,",
        r"row 1 \(weight\)", "This weight is energy per mass, and that in row 0", "one kind"),
    "an intensity of another carrier": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,output,1 m3/kg,\nelectricity,printing,output,2 m3/kg,",
        r"row 0 \(weight\)", "measures volume per mass", "such as 1.8 kWh/kg"),
    "a process neither metered nor named": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,output,1,", r"row 1 \(process\)",
        "'printing' is neither metered nor named in the plan for electricity", "the driver none with a reason"),
    "a row without weight where nothing is metered": (
        UTILITIES, PRODUCTION, SHARED + "electricity,dyeing,output,1,\nelectricity,printing,output,,",
        r"row 1 \(weight\)", "'printing' has no weight, and no electricity was metered there", "Give a weight"),
    "outputs of two kinds": (
        UTILITIES, MADE + "A,dyeing,5,t,,,,\nB,printing,5,m,,,,", PLAN,
        r"row 0 \(driver\)", "measure mass and length", "such as input"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(name):
    utilities, production, plan, place, what, cure = MISTAKES[name]
    with pytest.raises(tp.InputError) as caught:
        allocate(utilities, production, plan)
    said = [str(problem) for problem in caught.value.problems]
    pattern = re.compile(f"{place}: .*{what}.*{cure}", re.DOTALL)
    assert any(pattern.search(text) for text in said), said
    for problem in caught.value.problems:
        assert CHINESE.search(problem.localized("zh").partition(": ")[2]), problem


def test_all_problems_of_all_tables_at_once():
    with pytest.raises(tp.InputError) as caught:
        allocate(
            UTILITY + "electricity,,-5,kWh,,,\nwater,,1,kg,,,", MADE + "A,dyeing,0,t,,,,", SHARED + "steam,dyeing,output,0,"
        )
    places = {problem.where for problem in caught.value.problems}
    assert {"row 0 (amount)", "row 1 (unit)", "row 0 (output)", "row 0 (carrier)", "row 0 (weight)"} <= places


def test_places_of_files(tmp_path):
    for name, text in (("utilities", UTILITIES), ("production", PRODUCTION), ("plan", PLAN.replace("output,2", "output,-2"))):
        (tmp_path / f"{name}.csv").write_text(text.strip(), encoding="utf-8")
    with pytest.raises(tp.InputError) as caught:
        tp.factory.allocate(*(tmp_path / f"{name}.csv" for name in ("utilities", "production", "plan")))
    [problem] = caught.value.problems
    assert problem.where.endswith("plan.csv:3 (weight)")


@pytest.mark.parametrize("tolerance", ["-1%", "x", "5 kg", "nan", 1.0, "0.02", "5"])
def test_a_tolerance_that_is_none(tolerance):
    with pytest.raises(tp.UsageError, match="is no tolerance"):
        allocate(tolerance=tolerance)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"carrier,amount\n",
        b"\xff\xfe\x00",
        b"carrier;process;amount;unit\n",
        b"PK\x03\x04 no workbook",
        b"a\x00b,c\n1,2\n",
    ],
)
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "json"])
def test_hostile_files_are_refused(tmp_path, content, ending):
    path = tmp_path / f"utilities.{ending}"
    path.write_bytes(content)
    with pytest.raises(tp.PcfError) as caught:
        tp.factory.allocate(path, rows(PRODUCTION), rows(PLAN))
    assert all("utilities" in problem.where for problem in caught.value.problems)


@pytest.mark.parametrize("wrong", [None, 5, "missing.csv", [], [[]], [5], {"rows": []}, object()])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(tp.PcfError):
        tp.factory.allocate(wrong, rows(PRODUCTION), rows(PLAN))
