"""Quality of data: every score, mean and share worked by hand on a rule of four flows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.data_quality import Quality
from textile_pcf.data_quality.hot_spots import rank_lines
from textile_pcf.data_quality.ratings import level_of

RULE = """rule: mill
edition: "1"
product: {unit: kg}
sources: {m: {title: Made up}}
stages:
  - id: making
    flows:
      power: {unit: kWh, factor: power, optional: true}
      steam: {unit: kg, factor: steam, optional: true}
      fibre: {unit: kg, per: output, value: 1, factor: fibre, optional: true}
      yarn: {unit: kg, optional: true}
      dye: {unit: kg, value: 0.5, source: m, locator: a, factor: dye, optional: true}
      growth: {unit: kg, per: output, factor: growth, optional: true}
  - id: use
    group: use
    boundary: outside
    flows: {washing: {unit: kWh, value: 50, source: m, locator: d, factor: power}}
"""
HEAD = "item,value,unit,kind,region,year,source,locator,dq_technology,dq_geography,dq_time,dq_precision,primary_data_share\n"
FACTORS = (
    HEAD
    + """power,0.5,kgCO2e/kWh,life_cycle,CN,2023,m,1,2,1,1,3,
power,0.6,kgCO2e/kWh,life_cycle,GLO,2023,m,1,2,1,1,3,
steam,0.4,kgCO2e/kg,life_cycle,GLO,2020,m,2,1,1,1,1,
fibre,2,kgCO2e/kg,life_cycle,RAS,2023,m,3,3,,,3,
dye,1,kgCO2e/kg,life_cycle,CN,2023,m,4,,,,,
pcf:YARN-1,6,kgCO2e/kg,cradle_to_gate,CN,2023,m,5,1,1,1,1,60 %
"""
)


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Paths of the rule and of the table of factors."""
    folder = tmp_path_factory.mktemp("mill")
    (folder / "mill.yaml").write_text(RULE, encoding="utf-8")
    (folder / "own.csv").write_text(FACTORS, encoding="utf-8")
    return str(folder / "mill.yaml"), str(folder / "own.csv")


PLACE = {"stage": "product", "flow": "", "region": "CN", "year": 2023}


def row(flow: str, amount: float | None = None, unit: str = "kg/kg", **more: Any) -> dict[str, Any]:
    return {"stage": "making", "flow": flow, "amount": amount, "unit": unit, "product": "P", **more}


def scores(technology: float, geography: float, time: float, precision: float) -> dict[str, float]:
    return dict(zip(("dq_technology", "dq_geography", "dq_time", "dq_precision"), (technology, geography, time, precision),
                    strict=True))  # fmt: skip


def footprint(rows: list[dict[str, Any]], rule: str, table: str | Path) -> tp.Footprint:
    return tp.footprint(pd.DataFrame(rows), rule, table)


def rated(mill: tuple[str, str], *rows: dict[str, Any]) -> Quality:
    return tp.quality(footprint([{"product": "P"} | PLACE, *rows], *mill))


def test_a_line_is_as_good_as_its_weaker_half(mill):
    """Power: amount 1, 1, 1, 4; factor 2, 1, 1, 3; so 2, 1, 1, 4, and the data quality rating (2 + 1 + 1 + 4)/4 = 2.0."""
    pef = rated(mill, row("power", 10, "kWh/kg", data_type="measured", **scores(1, 1, 1, 4))).to_dict()["products"][0]["dqr"][
        "pef"
    ]
    assert pef == {
        "DQR": 2.0,
        "TeR": 2,
        "GeR": 1,
        "TiR": 1,
        "P": 4,
        "rated_share": 1.0,
        "if_unrated_5": 2.0,
        "level": "very good",
    }


def test_a_number_of_the_rule_has_the_scores_that_the_rule_states(tmp_path, mill):
    """The rule rates its 0.5 kg of dye 2, 3, 1, 2; steam states 1 everywhere and is of the world (3), and of 2020 (3)."""
    rated_rule = tmp_path / "rated.yaml"
    text = Path(mill[0]).read_text(encoding="utf-8")
    dye = "dye: {unit: kg, value: 0.5, source: m, locator: a, factor: dye, optional: true}"
    stated = "dq: {technology: 2, geography: 3, time: 1, precision: 2}"
    scored = dye.replace("factor: dye", f"factor: steam, {stated}")
    rated_rule.write_text(text.replace(dye, scored), encoding="utf-8")
    quality = rated((str(rated_rule), mill[1]), row("dye"))
    assert quality.ratings.pef[0].tolist() == pytest.approx([2, 3, 3, 2])


def test_region_and_year_of_a_match_cap_what_a_factor_states(mill):
    """Steam states 1 everywhere, but it is of the world (3), and of 2020 for 2023: three years, 3."""
    quality = rated(mill, row("steam", 10))
    assert quality.ratings.pef[0].tolist() == [1, 3, 3, 1]


@pytest.mark.parametrize(("region", "score"), [("CN", 1), ("CN-ZJ", 1), ("RAS", 2), ("GLO", 3)])
def test_scores_of_the_region(tmp_path, mill, region, score):
    """The mill stands in Zhejiang: its province or country 1, a group that holds it 2, the world 3."""
    table = tmp_path / "own.csv"
    table.write_text(HEAD + f"power,0.5,kgCO2e/kWh,life_cycle,{region},2023,m,1,1,,1,1,\n", encoding="utf-8")
    result = footprint([{"product": "P"} | PLACE | {"region": "CN-ZJ"}, row("power", 1, "kWh/kg")], mill[0], table)
    assert tp.quality(result).ratings.pef[0, 1] == score


@pytest.mark.parametrize(
    ("year", "score"), [(2023, 1), (2022, 2), (2021, 2), (2020, 3), (2019, 3), (2018, 4), (2017, 4), (2016, 5)]
)
def test_scores_of_the_year(tmp_path, mill, year, score):
    table = tmp_path / "own.csv"
    table.write_text(HEAD + f"power,0.5,kgCO2e/kWh,life_cycle,CN,{year},m,1,1,1,,1,\n", encoding="utf-8")
    result = footprint([{"product": "P"} | PLACE, row("power", 1, "kWh/kg")], mill[0], table)
    assert tp.quality(result).ratings.pef[0, 2] == score


def test_nothing_is_derived_where_no_region_and_no_year_are_wanted(mill):
    """Without region the world is searched, but nobody asked for it; where a row asks for it, the factor is right: 1."""
    unasked = tp.quality(footprint([row("steam", 10)], *mill)).lines.factor[0]
    assert unasked.tolist() == [1, 1, 1, 1]
    asked = tp.quality(footprint([row("steam", 10, region="GLO", year=2020)], *mill)).lines.factor[0]
    assert asked.tolist() == [1, 1, 1, 1]
    by_product = [{"product": "P", "stage": "product", "flow": "", "region": "GLO"}, row("fibre", 1)]
    table = Path(mill[1]).parent / "world.csv"
    power = "power,0.6,kgCO2e/kWh,life_cycle,GLO,2023,m,1,2,1,1,3,\n"
    table.write_text(f"{HEAD}{power}fibre,2,kgCO2e/kg,life_cycle,GLO,2023,m,3,,,,,\n", encoding="utf-8")
    assert tp.quality(footprint(by_product, mill[0], table)).lines.factor[0, 1] == 1
    assert np.isnan(tp.quality(footprint([row("fibre", 1)], mill[0], table)).lines.factor[0, 1])


def test_hot_spots_are_as_few_lines_as_reach_80_percent(mill):
    """5 + 2 + 1.2 kg: 5 is 61 %, 7 is 85 %: two hot spots. Washing is outside the boundary."""
    quality = rated(mill, row("power", 10, "kWh/kg"), row("fibre", 1), row("steam", 3))
    assert quality.hot_spots["flow"].tolist() == ["power", "fibre"]
    assert quality.hot_spots["cumulative"].tolist() == pytest.approx([5 / 8.2, 7 / 8.2])


def test_eighty_percent_exactly_is_reached():
    ranking = rank_lines(np.zeros(4, dtype=int), np.array([0.2, 0.4, -0.4, 0.0]), np.arange(4), 1)
    assert (ranking.order.tolist(), ranking.hot.tolist()) == ([1, 2, 0], [True, True, False])


def test_what_is_not_known_does_not_count_as_known(mill):
    """Power, 5 kg, is rated 2.0. Of dye, 3 kg, only the match says something: technology and precision are not known."""
    quality = rated(mill, row("power", 10, "kWh/kg", **scores(1, 1, 1, 4)), row("dye", 3))
    ratings = quality.ratings
    assert quality.dqr[0] == 2.0
    assert ratings.rated_share[0] == pytest.approx(5 / 8)
    # dye with 5 for what is not known: (5 + 1 + 1 + 5)/4 = 3
    assert ratings.if_unrated_5[0] == pytest.approx((5 * 2.0 + 3 * 3.0) / 8)


def test_nothing_rated_is_null_and_never_3(mill):
    entry = rated(mill, row("dye", 3)).to_dict()["products"][0]
    assert entry["dqr"]["pef"]["DQR"] is None and entry["dqr"]["pef"]["level"] is None
    assert entry["hot_spots"][0]["dqr"] is None


def test_pact_rates_factors_not_amounts(mill):
    """Power 5 kg: 2, 1, 1. Dye 3 kg: no technology, 1, 1. Technology is the mean of what has it; coverage 5/8."""
    pact = rated(mill, row("power", 10, "kWh/kg", **scores(5, 5, 5, 5)), row("dye", 3)).to_dict()["products"][0]["dqr"]["pact"]
    assert pact == {"technologicalDQR": 2.0, "geographicalDQR": 1.0, "temporalDQR": 1.0, "coverage": pytest.approx(5 / 8)}


def test_primary_data_share_needs_amount_and_factor(mill):
    """Yarn 6 kg of a supplier's footprint with 60 % primary data, power 5 kg measured, dye 0.5 kg by the rule.

    Strictly 6 × 0.6 / 11.5; of the amounts alone (6 + 5)/11.5. An estimated amount of yarn has neither.
    """
    power, dye = row("power", 10, "kWh/kg", data_type="measured"), row("dye")
    yarn = row("yarn", 1, item="pcf:YARN-1", data_type="supplier")
    quality = rated(mill, power, dye, yarn)
    assert quality.primary_data_share[0] == pytest.approx(3.6 / 11.5)
    assert quality.primary_activity_share[0] == pytest.approx(11 / 11.5)
    assert quality.default_share[0] == pytest.approx(0.5 / 11.5)
    assert {name: part[0] for name, part in quality.by_data_type.items()} == pytest.approx(
        {"supplier": 6 / 11.5, "measured": 5 / 11.5, "estimated": 0.5 / 11.5}
    )
    estimated = rated(mill, power, dye, yarn | {"data_type": "estimated"})
    assert estimated.primary_data_share[0] == 0 and estimated.primary_activity_share[0] == pytest.approx(5 / 11.5)


def test_the_driver_itself_is_primary(mill):
    quality = rated(mill, row("fibre"))
    assert quality.by_data_type["driver"][0] == 1 and quality.primary_activity_share[0] == 1


def test_a_type_that_is_not_stated_has_no_name(mill):
    assert {name: float(part[0]) for name, part in rated(mill, row("power", 1, "kWh/kg")).by_data_type.items()} == {"": 1.0}


def test_a_link_has_the_scores_and_the_share_of_the_other_product(mill):
    """Yarn product: power 5 kg (2, 1, 1, 4) and supplier 6 kg at 60 %. Fabric takes 1 kg of it and 5 kg of power of its own."""
    power = row("power", 10, "kWh/kg", data_type="measured", **scores(1, 1, 1, 4))
    yarn = [row("yarn", 1, item="pcf:YARN-1", data_type="supplier", **scores(1, 1, 1, 1)), power]
    fabric = [
        power | {"product": "F"},
        row("yarn", 1, item="product:P", data_type="measured", product="F", **scores(1, 1, 1, 2)),
    ]
    quality = rated(mill, *yarn, {"product": "F"} | PLACE, *fabric)
    own = quality.ratings.pef[0]
    assert own.tolist() == pytest.approx([(6 + 10) / 11, 1, 1, (6 + 20) / 11])
    # the link weighs 11 kg, its P is the worse of 2 and 26/11; power weighs 5 kg
    assert quality.ratings.pef[1].tolist() == pytest.approx([(11 * own[0] + 5 * 2) / 16, 1, 1, (11 * own[3] + 5 * 4) / 16])
    assert quality.primary_data_share.tolist() == pytest.approx([3.6 / 11, 3.6 / 16])


def test_products_that_take_one_another_are_rated(mill):
    """P takes 0.5 kg of F, F takes 0.5 kg of P; both spend 5 kg on power: x = 5 + 0.5 x = 10, so both are alike."""
    power = row("power", 10, "kWh/kg", data_type="measured", **scores(1, 1, 1, 4))
    link = row("yarn", 0.5, item="product:F", data_type="measured")
    rows = [power, link, {"product": "F"} | PLACE, power | {"product": "F"}, link | {"product": "F", "item": "product:P"}]
    assert rated(mill, *rows).ratings.pef.tolist() == [pytest.approx([2, 1, 1, 4])] * 2


@pytest.mark.parametrize(
    ("dqr", "level"),
    [(1.0, "excellent"), (1.5, "excellent"), (2.0, "very good"), (3.0, "good"), (4.0, "fair"), (4.01, "poor"), (np.nan, None)],
)
def test_levels(dqr, level):
    assert level_of(dqr) == level


@pytest.mark.parametrize("text", ["60", "-0.1", "1.2", "120 %", "most", "nan"])
def test_a_share_that_is_neither_part_nor_percentage_is_refused(tmp_path, text):
    table = tmp_path / "own.csv"
    table.write_text(HEAD + f"pcf:Y,6,kgCO2e/kg,cradle_to_gate,CN,2023,m,5,1,1,1,1,{text}\n", encoding="utf-8")
    with pytest.raises(tp.FactorError) as error:
        tp.load_factors(table)
    assert [problem.code for problem in error.value.problems] == ["pds"]


def test_only_a_result_can_be_rated():
    with pytest.raises(tp.UsageError):
        tp.quality("activity.csv")


AMOUNTS = st.lists(st.tuples(st.sampled_from(["power", "steam", "dye"]), st.sampled_from([1.0, 2.0, 4.0]),
                             st.integers(1, 5)), min_size=1, max_size=6)  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(AMOUNTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(mill, amounts, random):
    rows = [
        row(flow, amount, "kWh/kg" if flow == "power" else "kg/kg", year=2023 + number, **scores(*[score] * 4))
        for number, (flow, amount, score) in enumerate(amounts)
    ]
    shuffled = rows.copy()
    random.shuffle(shuffled)
    first, second = rated(mill, *rows), rated(mill, *shuffled)
    np.testing.assert_allclose(first.ratings.pef, second.ratings.pef, rtol=1e-12)
    np.testing.assert_allclose(first.ratings.pact, second.ratings.pact, rtol=1e-12)
    assert first.primary_data_share == pytest.approx(second.primary_data_share)
    lines = first.ratings.lines.mean(axis=1)
    assert lines.min() - 1e-12 <= first.dqr[0] <= lines.max() + 1e-12  # between the best and the worst line


def test_names_of_products_are_shown_as_they_are(mill: tuple[str, str]) -> None:
    """No number is shown as "not rated", and no part of a name."""
    rows = [PLACE | {"product": "banana"}, row("dye", 1.0, product="banana"), PLACE | {"product": "nankeen"},
            row("fibre", 1.0, product="nankeen", **scores(1, 1, 1, 1))]  # fmt: skip
    shown = repr(tp.quality(footprint(rows, *mill)))
    assert shown.startswith("<Quality [DQR] banana not rated, nankeen ") and "nankeen not" not in shown
