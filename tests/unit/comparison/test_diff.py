"""Why a footprint changed: effects worked by hand, sums exact, and brute force over all orders."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.calculation import calculate_run
from textile_pcf.comparison.shapley import shapley_effects
from unit.comparison.mill import factors, rows, rule, run


def effects(change: tp.Diff, product: int = 0) -> dict[str, float]:
    """The effects that are not 0."""
    return {name: float(effect[product]) for name, effect in change.effects.items() if effect[product]}


def test_a_new_grid_is_all_factors(tmp_path):
    """10 kWh/kg, grid 0.6205 → 0.5777: −0.428."""
    mill = rule(tmp_path)
    old, new = (run(rows(electricity=10), mill, factors(tmp_path, grid)) for grid in (0.6205, 0.5777))
    change = tp.diff(old, new)
    assert effects(change) == {"factors": pytest.approx(-0.428)}
    assert change.differing == ("factors",) and change.together == () and change.is_performance


def test_with_two_groups_each_has_half_of_what_both_change(tmp_path):
    """10 → 9 kWh/kg as well: activity −1 × (0.6205 + 0.5777)/2 = −0.5991, factors −0.0428 × 9.5 = −0.4066."""
    mill = rule(tmp_path)
    old, new = (run(rows(electricity=a), mill, factors(tmp_path, f)) for a, f in ((10, 0.6205), (9, 0.5777)))
    change = tp.diff(old, new)
    assert effects(change) == {"activity": pytest.approx(-0.5991), "factors": pytest.approx(-0.4066)}
    assert change.change[0] == pytest.approx(-1.0057)


def test_three_groups(tmp_path):
    """(a·f + 1.5)/(1 − x): a 10 → 9, f 0.6205 → 0.5777, x 0.1 → 0.2; the fibre's flow feels the rule alone."""
    old = run(rows(electricity=10, fibre=1), rule(tmp_path, loss="0.1"), factors(tmp_path, 0.6205))
    new = run(rows(electricity=9, fibre=1), rule(tmp_path, loss="0.2", edition="2"), factors(tmp_path, 0.5777))
    change = tp.diff(old, new)
    assert effects(change) == {
        "activity": pytest.approx(-0.7067754630, abs=1e-10),
        "factors": pytest.approx(-0.4795185185, abs=1e-10),
        "rule": pytest.approx(0.9993078704, abs=1e-10),
    }
    assert change.change[0] == pytest.approx(-0.1869861111, abs=1e-10)
    fibre = next(flow for flow in change.to_dict()["products"][0]["flows"] if flow["flow"] == "fibre")
    assert fibre["effects"] == {"activity": 0.0, "factors": 0.0, "rule": pytest.approx(0.2083333333, abs=1e-10)}
    assert not change.is_performance


def test_effects_turn_with_the_direction_and_add_up(tmp_path):
    old = run(rows(electricity=10, fibre=1), rule(tmp_path, loss="0.1"), factors(tmp_path, 0.6205))
    new = run(rows(electricity=9, steam=3), rule(tmp_path, loss="0.2", edition="2"), factors(tmp_path, 0.5777))
    there, back = tp.diff(old, new), tp.diff(new, old)
    for name, effect in there.effects.items():
        assert effect == pytest.approx(-back.effects[name], abs=1e-12)
    assert sum(there.effects.values()) == pytest.approx(there.change, rel=1e-12)
    assert there.line_effects.sum() == pytest.approx(there.change[0], rel=1e-12)


def test_the_same_run_has_no_effects(tmp_path):
    """Hashes decide which groups play: the same rows from a file of another name, the same table twice."""
    old, new = (run(rows(electricity=10), rule(tmp_path), factors(tmp_path, 0.6, name=name)) for name in ("f", "g"))
    change = tp.diff(old, new)
    assert change.differing == () and effects(change) == {} and change.change[0] == 0
    assert all(effect[0] == 0 for effect in change.effects.values())


def test_a_file_that_was_overwritten_is_another_one(tmp_path):
    mill, table, path = rule(tmp_path), factors(tmp_path, 0.5), tmp_path / "activity.csv"
    results = []
    for amount in (10, 9):
        path.write_text(f"product,stage,flow,amount,unit\nP,making,electricity,{amount},kWh/kg\n", encoding="utf-8")
        results.append(tp.footprint(path, mill, table))
    assert effects(tp.diff(*results)) == {"activity": pytest.approx(-0.5)}


def test_a_supply_table_in_another_folder_is_the_same(tmp_path):
    """What differs is what the site buys, not where the table of it lies or in which row."""
    source, mill, _ = tp.load_example("cotton_poplin")
    head, grid, other = (
        "site,stages,carrier,part,amount\n",
        "S,dyeing,electricity,grid,100 MWh\n",
        "T,use,electricity,grid,1 MWh\n",
    )
    runs = []
    for name, text in (("2024", grid), ("2025", grid), ("moved", other + grid)):
        path = tmp_path / name / "supply.csv"
        path.parent.mkdir()
        path.write_text(head + text, encoding="utf-8")
        runs.append(tp.footprint(source, mill, supply=path))
    assert tp.diff(runs[0], runs[1]).differing == ()
    assert tp.diff(runs[0], runs[2]).differing == ("supply",)


def test_potentials_and_convention_of_each_run_count_once(tmp_path):
    """The new edition says AR5 where the old one says AR6: that is `gwp`, and the rule's own effect is 0."""
    table = tmp_path / "gases.csv"
    table.write_text(
        "item,value,unit,kind,region,year,source,locator,gwp,co2_fossil,ch4_fossil,co2_biogenic,co2_uptake\n"
        "electricity,,kgCO2e/kWh,life_cycle,GLO,,s,1,AR6,0.5,0.01,,\nfibre,,kgCO2e/kg,life_cycle,GLO,,s,2,AR6,1,,0.5,0.2\n",
        encoding="utf-8",
    )
    old = run(rows(electricity=10, fibre=1), rule(tmp_path, head="gwp: AR6\n"), table)
    new = run(rows(electricity=10, fibre=1), rule(tmp_path, head="gwp: AR5\nbiogenic: zero_zero\n", edition="2"), table)
    change = tp.diff(old, new)
    assert change.differing == ("rule", "gwp", "biogenic")
    assert set(effects(change)) == {"gwp", "biogenic"}
    assert [entry["field"] for entry in change.differs] == ["edition", "gwp", "biogenic"]


def test_groups_stand_together_where_one_alone_does_not_calculate(tmp_path):
    """The new rows are of a stage that the old rule does not know; the grid still has its own effect."""
    dyeing = "  - id: dyeing\n    optional: true\n    flows: {dye: {unit: kg, factor: fibre}}\n"
    dye = {"product": "P", "stage": "dyeing", "flow": "dye", "amount": 0.1, "unit": "kg/kg"}
    old = run(rows(electricity=10), rule(tmp_path), factors(tmp_path, 0.6))
    new = run([*rows(electricity=10), dye], rule(tmp_path, more=dyeing, edition="2"), factors(tmp_path, 0.5))
    change = tp.diff(old, new)
    assert change.together == ("activity+rule",)
    assert effects(change) == {"activity+rule": pytest.approx(0.15), "factors": pytest.approx(-1.0)}
    stages = change.to_dict()["products"][0]["stages"]
    assert stages["dyeing"] == {"old": 0.0, "new": pytest.approx(0.15),
                                "effects": {"activity+rule": pytest.approx(0.15), "factors": 0.0}}  # fmt: skip


def test_all_stand_together_where_nothing_else_calculates(tmp_path):
    """The new rows name a factor and a stage that only the new table and the new rule have."""
    dyeing = "  - id: dyeing\n    optional: true\n    flows: {dye: {unit: kg, factor: dye}}\n"
    dye = {"product": "P", "stage": "dyeing", "flow": "dye", "amount": 0.1, "unit": "kg/kg"}
    table = factors(tmp_path, 0.5, name="with-dye")
    table.write_text(table.read_text() + "dye,2,kgCO2e/kg,life_cycle,GLO,,s,4\n")
    old = run(rows(electricity=10), rule(tmp_path), factors(tmp_path, 0.6))
    new = run([*rows(electricity=10), dye], rule(tmp_path, more=dyeing, edition="2"), table)
    change = tp.diff(old, new)
    assert change.together == ("activity+factors+rule",)
    assert effects(change) == {"activity+factors+rule": pytest.approx(-0.8)}


def test_products_of_one_run_only_have_no_effects(tmp_path):
    mill, table = rule(tmp_path), factors(tmp_path, 0.5)
    old = run([*rows(electricity=10), *rows("GONE", electricity=4)], mill, table)
    new = run([*rows("FRESH", electricity=6), *rows(electricity=8)], mill, table)
    entries = {entry["product"]: entry for entry in tp.diff(old, new).to_dict()["products"]}
    assert entries["GONE"] == {"product": "GONE", "status": "removed", "old": 2.0, "new": None, "change": None}
    assert entries["FRESH"] == {"product": "FRESH", "status": "new", "old": None, "new": pytest.approx(3.0), "change": None}
    assert entries["P"]["effects"]["activity"] == pytest.approx(-1.0)


def test_what_other_code_gave_is_the_effect_of_the_code(tmp_path):
    """The old report says 5.2 where this code gives 5: of the change of −1.2, activity is −1, code −0.2."""
    mill, table = rule(tmp_path), factors(tmp_path, 0.5)
    old, new = run(rows(electricity=10), mill, table), run(rows(electricity=8), mill, table)
    change = tp.diff(old, new, stored_old={"P": 5.2})
    assert effects(change) == {"activity": pytest.approx(-1.0), "code": pytest.approx(-0.2)}
    assert change.change[0] == pytest.approx(-1.2)
    rounding = tp.diff(old, new, stored_old={"P": 5.0 * (1 + 1e-15)})
    assert rounding.effects["code"][0] == 0
    with pytest.raises(tp.UsageError):
        tp.diff(old, new, stored_old={"Q": 1.0})


def test_other_units_are_refused(tmp_path):
    mill, table = rule(tmp_path), factors(tmp_path, 0.5)
    other = tmp_path / "piece.yaml"
    other.write_text(mill.read_text().replace("{unit: kg}", "{unit: t}", 1))
    data = rows(electricity=10)
    with pytest.raises(tp.InputError) as error:
        tp.diff(run(data, mill, table), run(data, other, table))
    assert [problem.code for problem in error.value.problems] == ["not-comparable"]


def test_the_table_for_a_target(tmp_path):
    """One row per effect; they add up. Another rule explains a change and is no performance."""
    mill = rule(tmp_path)
    old, new = (run(rows(electricity=a), mill, factors(tmp_path, f)) for a, f in ((10, 0.6205), (9, 0.5777)))
    table = tp.diff(old, new).attribution("mill 1", 2024, 2025)
    assert table.to_dict("list") == {
        "entity": ["mill 1"] * 2, "from": ["2024"] * 2, "to": ["2025"] * 2, "effect": ["activity", "factors"],
        "amount": pytest.approx([-0.5991, -0.4066]), "unit": ["kgCO2e/kg"] * 2,
    }  # fmt: skip
    other = tp.diff(old, run(rows(electricity=9), rule(tmp_path, edition="2", loss="0.1"), factors(tmp_path, 0.5777)))
    with pytest.raises(tp.InputError):
        other.attribution("mill 1", 2024, 2025)
    assert other.attribution("mill 1", 2024, 2025, other_rule=True)["amount"].sum() == pytest.approx(other.change[0])
    with pytest.raises(tp.UsageError):
        other.attribution("mill 1", 2024, 2025, "Q", other_rule=True)


def test_it_is_shown_in_both_languages(tmp_path):
    mill = rule(tmp_path)
    change = tp.diff(*(run(rows(electricity=a), mill, factors(tmp_path, 0.5)) for a in (10, 9)))
    assert "activity data" in str(change.show()) and "活动数据" in str(change.show("zh"))
    assert "活动数据" in change.show("zh")._repr_html_() and "http" not in change._repr_html_()
    assert change.to_csv().splitlines()[0].startswith("product,status,old,new,change,activity,factors,rule")


@pytest.mark.parametrize("name", ["polyester_cotton_blend", "polyester_jacket", "t_shirt"])
def test_lines_add_up_to_totals_and_stages_of_whole_products(name):
    """Blends, products that take products, stages outside the boundary; the potentials alone differ."""
    old = tp.footprint(*tp.load_example(name))
    new = calculate_run(replace(old.run, gwp="AR5", biogenic="zero_zero"))
    change = tp.diff(old, new)
    assert sum(change.effects.values()) == pytest.approx(change.change, rel=1e-12, abs=1e-12)
    for values, result in ((change.lines.values[0], old), (change.lines.values[-1], new)):
        sums = np.bincount(change.lines.product, weights=values, minlength=len(old.products))
        assert sums == pytest.approx(result.totals, rel=1e-12)
    for entry in change.to_dict()["products"]:
        assert sum(stage["new"] for stage in entry["stages"].values()) == pytest.approx(entry["new"], rel=1e-12)
        for name, effect in entry["effects"].items():
            if effect:
                assert sum(stage["effects"][name] for stage in entry["stages"].values()) == pytest.approx(effect, abs=1e-12)
                assert sum(flow["effects"][name] for flow in entry["flows"]) == pytest.approx(effect, abs=1e-12)


def test_products_of_one_run_only_are_named_so(tmp_path):
    mill, table = rule(tmp_path), factors(tmp_path, 0.5)
    change = tp.diff(run(rows("GONE", electricity=1), mill, table), run(rows("FRESH", electricity=2), mill, table))
    assert repr(change) == "<Diff [kg CO2e/kg] GONE removed, FRESH new>"
    with pytest.raises(tp.UsageError, match="no product in common"):
        change.attribution("mill", 2024, 2025)


@pytest.mark.parametrize("total", ["0.5", None, float("nan"), float("inf")])
def test_a_stored_total_is_a_finite_number(total, tmp_path):
    result = run(rows("A", electricity=1), rule(tmp_path), factors(tmp_path, 0.5))
    with pytest.raises(tp.UsageError, match="The stored total of A is no finite number"):
        tp.diff(result, result, stored_old={"A": total})


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4).flatmap(lambda k: st.lists(st.floats(-1e6, 1e6), min_size=2**k, max_size=2**k)))
def test_brute_force_over_all_orders_agrees(results):
    """The mean of what a group changes when it is exchanged, over all orders of exchanging groups one by one."""
    values = np.array(results)[:, None]
    groups = (len(results) - 1).bit_length()
    brute = np.zeros(groups)
    for order in permutations(range(groups)):
        mask = 0
        for group in order:
            brute[group] += results[mask | 1 << group] - results[mask]
            mask |= 1 << group
    brute /= len(list(permutations(range(groups))))
    found = shapley_effects(values)[:, 0]
    np.testing.assert_allclose(found, brute, rtol=1e-9, atol=1e-6)
    assert found.sum() == pytest.approx(results[-1] - results[0], rel=1e-9, abs=1e-6)
