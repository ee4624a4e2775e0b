"""Tornado: bars from the footprint to what it is with a number a tenth smaller or larger."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.plot import tornado
from textile_pcf.plot.figure import chinese_family

RULE = {
    "rule": "mill", "edition": "1", "product": {"unit": "kg"}, "sources": {"s": {"title": "A survey"}},
    "stages": [
        {"id": "weaving", "title": {"en": "Weaving", "zh": "织造"}, "flows": {
            "electricity": {"unit": "kWh", "factor": "electricity", "title": {"en": "Electricity", "zh": "电力"}}}},
        {"id": "dyeing", "title": {"en": "Dyeing", "zh": "染色"},
         "losses": [{"id": "dyeing_loss", "unit": "%", "basis": "input", "title": {"en": "Loss", "zh": "损耗"}}],
         "flows": {"steam": {"unit": "kg", "value": 5, "source": "s", "locator": "p. 1", "factor": "steam"}}},
    ],
}  # fmt: skip
COMMON = {"region": "CN", "year": 2024, "source": "s", "locator": "p. 1"}
FACTORS = [
    {**COMMON, "item": "electricity", "value": 0.5, "unit": "kgCO2e/kWh", "kind": "life_cycle", "gsd": 1.1},
    {**COMMON, "item": "steam", "value": 0.2, "unit": "kgCO2e/kg", "kind": "life_cycle", "name_zh": "蒸汽"},
]


def calculated(loss: float = 20) -> Any:
    return tp.footprint([
        {"product": "P", "stage": "product", "region": "CN"},
        {"product": "P", "stage": "weaving", "flow": "electricity", "amount": "4 kWh", "region": "CN"},
        {"product": "P", "stage": "dyeing", "flow": "dyeing_loss", "amount": loss, "unit": "%", "region": "CN"},
    ], RULE, FACTORS)  # fmt: skip


@pytest.fixture(scope="module")
def picture() -> Any:
    return tornado(calculated())


def test_numbers_by_hand(picture: Any) -> None:
    """1.25 kg of cloth × 4 kWh × 0.5 = 2.5 kg, and 5 kg of steam × 0.2 = 1 kg; a loss of 18 % or 22 % instead of 20 %."""
    data = picture.data.set_index("name")
    assert data.loc["electricity, CN, 2024 · factor", ["low_10", "high_10"]].tolist() == pytest.approx([3.25, 3.75])
    assert data.loc["Weaving, Electricity · activity data", ["low_10", "high_10"]].tolist() == pytest.approx([3.25, 3.75])
    assert data.loc["Dyeing, steam · rule", ["low_10", "high_10"]].tolist() == pytest.approx([3.4, 3.6])
    assert data.loc["Dyeing, Loss · activity data", ["low_10", "high_10"]].tolist() == pytest.approx(
        [1 + 2 / 0.82, 1 + 2 / 0.78]
    )


def test_bars_begin_at_the_footprint_and_end_at_the_totals(picture: Any) -> None:
    count = len(picture.data)
    for side, column in ((picture.ax.patches[:count], "low_10"), (picture.ax.patches[count:], "high_10")):
        assert np.allclose([bar.get_x() + bar.get_width() for bar in side], picture.data[column])
        assert np.allclose([bar.get_x() for bar in side], 3.5)
    effect = (picture.data[["low_10", "high_10"]] - 3.5).abs().max(axis=1)
    assert (np.diff(effect) <= 1e-12).all()


def test_the_same_as_sensitivity(poplin: Any) -> None:
    table = tp.sensitivity(poplin).set_index("source")[["kgCO2e", "low_10", "high_10"]]
    data = tornado(poplin, most=3).data.set_index("source")[["kgCO2e", "low_10", "high_10"]]
    assert np.allclose(data, table.loc[data.index], equal_nan=True) and len(data) == len(table)


def test_numbers_without_a_declared_spread_are_marked(picture: Any) -> None:
    names = [text.get_text() for text in picture.ax.get_yticklabels()]
    assert [name.endswith("°") for name in names] == [not declared for declared in picture.data["declared"]]
    assert picture.data["declared"].sum() == 1
    assert any("4 of 5 numbers have no declared spread" in text.get_text() for text in picture.ax.texts)
    assumed = tornado(tp.uncertainty(calculated(), draws=1, assume={"estimated": 1.1, "none": 1.1}))
    assert assumed.data["declared"].sum() == 4


def test_what_is_no_loss_any_more_is_not_drawn_and_named() -> None:
    picture = tornado(calculated(95))
    loss = picture.data.set_index("name").loc["Dyeing, Loss · activity data"]
    assert np.isnan(loss["high_10"]) and loss["low_10"] == pytest.approx(1 + 2 / 0.145)
    assert any(
        "Dyeing, Loss · activity data: one of the two is no possible loss" in text.get_text() for text in picture.ax.texts
    )


def test_unit_and_smaller_effects(poplin: Any) -> None:
    picture = tornado(poplin, most=4, unit="m2")
    assert len(picture.ax.patches) == 8 and len(picture.data) > 20
    assert f"{len(picture.data) - 4} more numbers" in picture.ax.texts[-1].get_text()
    sure = tp.uncertainty(poplin, draws=1)
    assert np.allclose(picture.data["high_10"], tornado(sure, unit="m2").data["high_10"])


@pytest.mark.skipif(chinese_family() is None, reason="no font with Chinese characters")
def test_in_chinese() -> None:
    picture = tornado(calculated(), language="zh")
    assert picture._repr_png_()
    assert set(picture.data["name"]) == {
        "electricity，CN，2024 · 因子", "蒸汽，CN，2024 · 因子",
        "织造，电力 · 活动数据", "染色，steam · 规则", "染色，损耗 · 活动数据",
    }  # fmt: skip


def test_shares_components_and_periods_have_names(blend: Any) -> None:
    names = tornado(blend).data["name"]
    assert any(name.endswith("· share") for name in names) and not names.str.startswith((",", " ·")).any()
    rows = [
        {"product": "P", "stage": "weaving", "flow": flow, "amount": amount, "per": "period", "region": "CN", "year": 2024}
        for flow, amount in (("electricity", "4000 kWh"), ("output", "1000 kg"))
    ]
    rows += [{"product": "P", "stage": "dyeing", "flow": "dyeing_loss", "amount": "20 %"}, {"product": "P", "stage": "product"}]
    rows = [{**each, "region": "CN"} for each in rows]
    assert "Weaving, output · activity data" in set(tornado(tp.footprint(rows, RULE, FACTORS)).data["name"])


def test_what_cannot_be_drawn_is_refused(three: Any) -> None:
    for call, words in (
        (lambda: tornado(tp.sensitivity(three)), "not a result"),
        (lambda: tornado(three), "several products"),
        (lambda: tornado(calculated(), language="fr"), "no such language"),
    ):
        with pytest.raises(tp.UsageError, match=words):
            call()
    with pytest.raises(tp.InputError, match="m2"):
        tornado(calculated(), unit="m2")
