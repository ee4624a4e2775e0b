"""Every worked line of the contract on targets, with the arithmetic beside it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from target_inputs import BAO, HLA, LOAN, cloth, effects, figure, sets, tonnes

import textile_pcf as tp

check, path = tp.targets.check, tp.targets.path


def statuses(result, name):
    return {year["year"]: year["status"] for year in result[name]["years"]}


# -- caps -------------------------------------------------------------------------------------------------------------


def test_a_cap_is_kept_in_2030_and_missed_in_2031_by_150_tonnes():
    # 4,350 t / 10^6 sets = 4.35 kg per set: a tie in 2030; 4.35 − 4.20 = 0.15 kg per set × 10^6 = 150 t in 2031
    result = check([HLA], [*sets(2030, 4350, 1e6), *sets(2031, 4350, 1e6)])
    assert statuses(result, "hla") == {2030: "met", 2031: "missed"}
    year = result["hla"]["years"][1]
    assert year["gap"] == pytest.approx(0.15)
    assert year["gap_absolute"] == pytest.approx(150_000)
    assert result.missed


def test_intensity_falls_while_absolute_emissions_rise():
    # 4,620 t / 1.1 × 10^6 sets = 4.2 kg per set; 4,620 / 4,350 = + 6.2 %
    result = check([HLA], [*sets(2030, 4350, 1e6), *sets(2031, 4620, 1.1e6)])
    assert statuses(result, "hla") == {2030: "met", 2031: "met"}
    (cross,) = result["hla"]["cross_check"]
    assert cross["absolute_change"] == pytest.approx(0.0620689655)
    assert cross["intensity_change"] == pytest.approx(4.2 / 4.35 - 1)
    assert "absolute emissions by +6.2%" in result.warnings[0]
    assert "绝对排放量" in result.localized_warnings("zh")[0]


def test_a_rise_from_zero_is_no_part_of_zero():
    # a given intensity falls from 5 to 4 kg per set, and emissions rise from 0 to 4,350 t: no part of 0
    given = [figure("HLA", year, "intensity", amount, "kgCO2e/set") for year, amount in ((2030, 5), (2031, 4))]
    result = check([HLA], [*given, *tonnes((2030, 0), (2031, 4350), entity="HLA")])
    (cross,) = result["hla"]["cross_check"]
    assert (cross["absolute_change"], cross["intensity_change"]) == (None, pytest.approx(-0.2))
    assert "absolute emissions rise from zero" in result.warnings[0] and "从零上升" in result.localized_warnings("zh")[0]
    json.dumps(result.to_dict(), allow_nan=False)


def test_a_tie_is_kept_and_a_billionth_more_is_not():
    over = [figure("HLA", 2030, "intensity", 4.35 * (1 + 2e-9), "kgCO2e/set")]
    assert statuses(check([HLA], over), "hla") == {2030: "missed"}
    assert statuses(check([HLA], [figure("HLA", 2030, "intensity", 4.35 * (1 + 5e-10), "kgCO2e/set")]), "hla") == {2030: "met"}


def test_years_without_a_cap_are_not_due():
    result = check([HLA], [*sets(2024, 9000, 1e6), *sets(2036, 9000, 1e6)])
    assert statuses(result, "hla") == {2024: "not_due", 2036: "not_due"}
    assert not result.missed


# -- paths ------------------------------------------------------------------------------------------------------------


def test_a_linear_path_of_63_percent():
    # 10,000 × (1 − 0.63 × 6/11) = 6,563.6; 10,000 × 0.37 = 3,700
    years = {year["year"]: year["allowed"] for year in path([BAO])["bao"]["years"]}
    assert years[2024] == 10_000
    assert years[2030] == pytest.approx(6563.636363636)
    assert years[2035] == pytest.approx(3700)
    assert list(years) == list(range(2024, 2036))


def test_criteria_of_2020_ask_exactly_63_and_the_floor_46_point_2():
    # 4.2 × (2035 − 2020) = 63 exactly; 4.2 × (2035 − 2024) = 46.2
    minimum = path([BAO])["bao"]["minimum"]
    assert minimum["sbti_2020"]["required"] == pytest.approx(0.63)
    assert minimum["sbti_2020"]["status"] == "met"
    assert minimum["sbti_floor"]["required"] == pytest.approx(0.462)
    less = {**BAO, "reduce": {"by": 2035, "percent": 62.9}}
    assert path([less])["bao"]["minimum"]["sbti_2020"]["status"] == "missed"


def test_base_years_before_2020_count_from_the_base():
    early = {**BAO, "base": 2018, "reduce": {"by": 2030, "percent": 50}}
    # 4.2 × (2030 − 2018) = 50.4
    assert path([early])["bao"]["minimum"]["sbti_2020"] == {
        "reduction": 0.5,
        "required": pytest.approx(0.504),
        "status": "missed",
    }


def test_a_contraction_is_in_points_of_the_base():
    # 1 − 10 × 4.2 % = 58.0 %, never 0.958^10 = 65.1 %
    target = {**BAO, "base": {"year": 2020, "amount": 100}, "contraction": {"rate": "4.2 %", "until": 2030}}
    del target["reduce"]
    year = path([target])["bao"]["years"][-1]
    assert year["allowed"] == pytest.approx(58.0)
    assert statuses(check([target], tonnes((2020, 100), (2030, 58.0), (2031, 58.1))), "bao") == {
        2020: "met", 2030: "met", 2031: "missed"}  # fmt: skip


def test_after_the_end_the_reduction_holds_and_without_a_path_only_from_it():
    result = check([{**BAO, "base": 2024}], tonnes((2023, 1), (2024, 10_000), (2030, 6564), (2036, 3700)))
    assert statuses(result, "bao") == {2023: "not_due", 2024: "met", 2030: "missed", 2036: "met"}
    result = check([{**BAO, "path": "none"}], tonnes((2030, 9999), (2035, 3701)))
    assert statuses(result, "bao") == {2030: "not_due", 2035: "missed"}


def test_needed_per_year_is_part_of_the_base():
    # (8,000 − 3,700) / 10,000 / (2035 − 2030) = 0.086
    assert check([BAO], tonnes((2030, 8000)))["bao"]["needed_per_year"] == pytest.approx(0.086)
    assert check([BAO], tonnes((2035, 8000)))["bao"]["needed_per_year"] is None


def test_a_base_without_amount_is_shown_as_parts():
    result = path([{**BAO, "base": 2024}])
    year = result["bao"]["years"][-1]
    assert (year["allowed"], year["part"]) == (None, pytest.approx(0.37))
    assert "no amount" in result.warnings[0]


# -- base year restated -----------------------------------------------------------------------------------------------

RATIO = {"id": "r", "entity": "E", "metric": "intensity", "scopes": [1, 2], "boundary": "site", "unit": "kgCO2e/set",
         "base": 2022, "reduce": {"by": 2030, "percent": 30}, "source": "example"}  # fmt: skip
SERIES = [figure("E", 2022, "intensity", 1.025, "kgCO2e/set"), figure("E", 2023, "intensity", 0.897, "kgCO2e/set")]
RESTATED = [
    {"entity": "E", "year": 2022, "scopes": "1 2", "old": 1.025, "new": 0.889, "unit": "kgCO2e/set", "reason": "method"}
]


def test_both_changes_are_reported_after_a_restatement():
    # 0.897 / 0.889 = + 0.9 %; 0.897 / 1.025 = − 12.5 %
    target = check([RATIO], SERIES, recalculations=RESTATED)["r"]
    assert target["base"]["used"] == pytest.approx(0.889)
    assert target["base"]["applied"]
    assert round(target["years"][1]["change"], 3) == 0.009
    assert round(target["years"][1]["change_as_reported"], 3) == -0.125
    assert target["years"][0]["actual"] == pytest.approx(0.889)


def test_changes_add_up_and_below_the_threshold_they_warn():
    small = [{**RESTATED[0], "new": 1.0}, {**RESTATED[0], "scopes": "2", "old": 0.5, "new": 0.48}]
    result = check([RATIO], SERIES, recalculations=small)  # −0.025 − 0.020 = −4.4 %
    assert result["r"]["base"]["change"] == pytest.approx(-0.045)
    assert not result["r"]["base"]["applied"]
    assert "below 5 %" in result.warnings[0]
    assert check([RATIO], SERIES, recalculations=small, threshold="4%")["r"]["base"]["applied"]


@pytest.mark.parametrize("amount", [-0.05, 0.05])
def test_from_the_threshold_on_the_base_moves(amount):
    exact = [{**RESTATED[0], "old": 1.0, "new": 1.0 + amount * 1.025}]
    assert check([RATIO], SERIES, recalculations=exact)["r"]["base"]["applied"]


@pytest.mark.parametrize(("old", "new", "warned"), [
    ([2.05], [2.1], True), ([1.025], [1.1], False), ([1.025, 1.1], [1.1, 1.2], False), ([0.5, 1.1], [0.4, 1.0], True),
])  # fmt: skip
def test_a_recalculation_of_another_figure_than_the_base_is_named(old, new, warned):
    # the base is 1.025 kg per set: nothing of it was 2.05, and 1.1 only after a row that raised it to 1.1
    rows = [{**RESTATED[0], "old": before, "new": after} for before, after in zip(old, new, strict=True)]
    result = check([RATIO], SERIES, recalculations=rows)
    found = [text for text in result.warnings if f"is 1.025, and a recalculation starts from {old[-1]:g}" in text]
    assert bool(found) == warned == any("原值" in text for text in result.localized_warnings("zh"))


# -- peak -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "status"), [([], "open"), ([(2036, 100)], "met"), ([(2036, 90), (2037, 100.1)], "missed")]
)  # fmt: skip
def test_a_peak_is_open_until_a_later_year(later, status):
    target = {**BAO, "peak": {"by": 2035}}
    found = check([target], tonnes((2030, 100), (2034, 95), *later))["bao"]["peak"]
    assert found == {"year": 2030, "by": 2035, "status": status}


def test_the_peak_of_an_intensity_is_of_absolute_emissions():
    target = {**HLA, "peak": {"by": 2031}}
    result = check([target], [*sets(2031, 4200, 1e6), *sets(2032, 4300, 1.1e6)])
    assert statuses(result, "hla") == {2031: "met", 2032: "met"}
    assert result["hla"]["peak"]["status"] == "missed"


# -- the clause of a loan ---------------------------------------------------------------------------------------------


def test_a_fall_that_is_all_factor_misses_the_clause():
    # 6.205 → 5.777: the grid became cleaner, the mill did nothing
    result = check([LOAN], cloth((2023, 6.205), (2024, 5.777)), attribution=effects(2023, 2024, factors=-0.428))
    (clause,) = result["loan"]["clause"]
    assert (clause["counted"], clause["status"]) == (0.0, "missed")
    assert clause["effects"] == {"factor": pytest.approx(-0.428)}
    assert statuses(result, "loan") == {2023: "not_due", 2024: "missed"}


def test_what_the_mill_did_meets_the_clause_though_the_grid_rose():
    result = check([LOAN], cloth((2023, 6.0), (2024, 6.3)), attribution=effects(2023, 2024, activity=-0.2, factors=0.5))
    assert result["loan"]["clause"][0]["status"] == "met"
    assert result["loan"]["clause"][0]["total_change"] == pytest.approx(0.3)


@pytest.mark.parametrize(("counts", "status"), [(["activity"], "missed"), (["activity", "rule"], "met")])
def test_a_joint_effect_counts_only_if_all_its_groups_do(counts, status):
    rows = effects(2023, 2024, activity_rule=-0.2)
    result = check([{**LOAN, "counts": counts}], cloth((2023, 6.0), (2024, 5.8)), attribution=rows)
    assert result["loan"]["clause"][0]["status"] == status


@pytest.mark.parametrize(("fall", "status"), [(0.11, "missed"), (0.12, "met"), (0.0, "missed")])
def test_at_least_is_a_part_of_the_figure_before(fall, status):
    rows = effects(2023, 2024, activity=-fall, factors=0.0)  # 2 % of 6.0 = 0.12
    result = check([{**LOAN, "at_least": "2 %"}], cloth((2023, 6.0), (2024, 6.0 - fall)), attribution=rows)
    assert result["loan"]["clause"][0]["status"] == status


def test_the_table_of_a_diff_is_taken_as_it_is():
    old = tp.footprint(*tp.load_example("cotton_poplin"))
    from textile_pcf.calculation import calculate_run

    new = calculate_run(replace(old.run, gwp="AR5"))
    frame = tp.diff(old, new).attribution("CLOTH", 2023, 2024)
    series = cloth((2023, float(old.totals[0])), (2024, float(new.totals[0])))
    clause = check([LOAN], series, attribution=frame)["loan"]["clause"][0]
    assert list(clause["effects"]) == ["gwp"]
    assert clause["status"] == "missed"


# -- neutrality, offsets ----------------------------------------------------------------------------------------------


def test_neutrality_is_reported_gross_with_offsets_next_to_it():
    target = {**BAO, "id": "n", "metric": "neutrality"}
    for name in ("base", "reduce", "compare"):
        del target[name]
    rows = [*tonnes((2024, 100)), figure("Baoxiniao", 2024, "offsets", 100, "tCO2e", "", "")]
    found = check([target], rows)["n"]
    assert (found["years"][0]["actual"], found["years"][0]["status"]) == (100, "reported")
    assert found["offsets"] == [{"year": 2024, "amount": 100, "unit": "tCO2e"}]
    assert not check([target], rows).missed


def test_offsets_lower_no_figure():
    rows = [*tonnes((2035, 3701)), figure("Baoxiniao", 2035, "offsets", 1000, "tCO2e", "", "")]
    assert statuses(check([BAO], rows), "bao") == {2035: "missed"}


# -- several targets, forms -------------------------------------------------------------------------------------------


def test_each_figure_goes_to_the_target_it_is_of():
    suit = {**LOAN, "id": "suit", "entity": "HLA", "boundary": "cradle_to_grave", "unit": "kgCO2e/set",
            "caps": [{"from": 2024, "to": 2030, "at_most": 40}]}  # fmt: skip
    for name in ("lower_than", "counts"):
        del suit[name]
    rows = [*sets(2030, 4350, 1e6), figure("HLA", 2030, "intensity", 35.88, "kgCO2e/set", "", "cradle_to_grave")]
    result = check([HLA, suit], rows)
    assert [result[name]["years"][0]["actual"] for name in ("hla", "suit")] == [4.35, 35.88]


def test_figures_of_scopes_that_no_target_counts_are_passed_over():
    result = check([BAO], [*tonnes((2035, 3700)), *tonnes((2035, 99_000), scopes="3", boundary="value_chain")])
    assert statuses(result, "bao") == {2035: "met"}
    assert "no target counts: 1" in result.warnings[0]


def test_scope_1_alone_needs_no_accounting():
    target = {**BAO, "scopes": [1], "accounting": "market_based"}
    assert statuses(check([target], tonnes((2035, 3700), scopes="1")), "bao") == {2035: "met"}


def test_chinese_tables(tmp_path):
    file = tmp_path / "series.csv"
    file.write_text(
        "企业,年份,指标,数量,单位,范围,边界\nHLA,2030,排放量,4350,tCO2e,1、2,site\nHLA,2030,产量,1000000,set,,\n",
        encoding="gb18030",
    )
    assert statuses(check([HLA], file), "hla") == {2030: "met"}


def test_a_target_that_does_not_exist_is_named():
    with pytest.raises(tp.UsageError, match="Did you mean 'hla'"):
        check([HLA], sets(2031, 4350, 1e6))["hal"]


def test_results_are_json_csv_and_text():
    result = check([HLA], sets(2031, 4350, 1e6))
    assert json.loads(result.to_json())["targets"][0]["target"] == "hla"
    assert result.to_csv().splitlines()[1].startswith("hla,intensity,kgCO2e/set,2031,4.35,4.2,")
    assert "2031: 4.35, allowed 4.2, missed" in result.show()
    assert "未达标" in result.show("zh")
    assert list(result.frame()["status"]) == ["missed"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=8), st.floats(1, 99), st.randoms(use_true_random=False))
def test_order_and_unit_change_nothing(amounts, percent, random):
    target = {**BAO, "reduce": {"by": 2035, "percent": percent}}
    rows = tonnes(*((2025 + k, amount) for k, amount in enumerate(amounts)))
    kilograms = [{**row, "amount": row["amount"] * 1000, "unit": "kgCO2e"} for row in rows]
    random.shuffle(kilograms)
    first, second = (check([target], each)["bao"]["years"] for each in (rows, kilograms))
    for one, other in zip(first, second, strict=True):
        assert one["year"] == other["year"]
        assert one["actual"] == pytest.approx(other["actual"], rel=1e-12)
        assert one["allowed"] == pytest.approx(10_000 * (1 - percent / 100 * (one["year"] - 2024) / 11), rel=1e-9)
        assert (one["status"] == "met") == (one["actual"] <= one["allowed"] * (1 + 1e-9))


def test_a_contraction_that_takes_the_whole_base_allows_nothing_more():
    """30 % of 10,000 t each year: 7,000, 4,000, 1,000, then nothing, although it is stated until 2030."""
    steep = {**BAO, "contraction": {"rate": "30 %", "until": 2030}}
    del steep["reduce"], steep["compare"]
    allowed = [year["allowed"] for year in path([steep])["bao"]["years"]]
    assert allowed == pytest.approx([10000, 7000, 4000, 1000, 0, 0, 0])
