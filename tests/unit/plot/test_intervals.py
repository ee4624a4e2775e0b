"""Stages with their intervals: what is drawn is what was calculated, and what is not declared is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.plot import stage_intervals
from textile_pcf.plot.figure import chinese_family

RULE = {
    "rule": "mill", "edition": "1", "product": {"unit": "kg"}, "sources": {"s": {"title": "A survey"}},
    "stages": [
        {"id": name, "title": {"en": name.title(), "zh": chinese}, "flows": {
            "electricity": {"unit": "kWh", "factor": "electricity", "optional": True},
            "steam": {"unit": "kg", "factor": "steam", "optional": True}}}
        for name, chinese in (("spinning", "纺纱"), ("weaving", "织造"), ("dyeing", "染色"), ("finishing", "整理"))
    ],
}  # fmt: skip
COMMON = {"region": "CN", "year": 2024, "kind": "life_cycle", "source": "s", "locator": "p. 1"}
FACTORS = [
    {**COMMON, "item": "electricity", "value": 0.5, "unit": "kgCO2e/kWh"},
    {**COMMON, "item": "steam", "value": 0.2, "unit": "kgCO2e/kg", "gsd": 1.1},
]


def row(stage: str, flow: str, amount: str, gsd: Any = "") -> dict[str, Any]:
    return {"product": "P", "stage": stage, "flow": flow, "amount": amount, "region": "CN", "gsd": gsd}


ROWS = [
    row("spinning", "electricity", "2 kWh"),  # neither: 1.0 kg
    row("weaving", "electricity", "4 kWh", 1.2),  # the amount only: 2.0 kg
    row("dyeing", "electricity", "1 kWh", 1.1),  # the amount only: 0.5 kg
    row("dyeing", "steam", "5 kg", 1.1),  # both: 1.0 kg
    row("finishing", "steam", "1 kg"),  # the factor only: 0.2 kg
]


@pytest.fixture(scope="module")
def sure() -> Any:
    return tp.uncertainty(tp.footprint(ROWS, RULE, FACTORS), draws=500)


@pytest.fixture(scope="module")
def picture(sure: Any) -> Any:
    return stage_intervals(sure)


def test_numbers_of_the_picture_are_those_of_the_uncertainty(sure: Any, picture: Any) -> None:
    data = picture.data.set_index("stage")
    assert data["kgCO2e"].tolist() == pytest.approx([1.0, 2.0, 1.5, 0.2, 4.7])
    for name in ("p2_5", "median", "p97_5"):
        assert data.loc["weaving":"finishing", name].tolist() == sure.stages.loc["P"].loc["weaving":, name].tolist()  # type: ignore[misc]
        assert data.loc["total", name] == sure.total.loc["P", name]


def test_what_has_a_declared_spread_adds_up_to_the_bar(picture: Any) -> None:
    data = picture.data.set_index("stage")
    classes = data[["declared", "partly_declared", "undeclared"]]
    assert np.allclose(classes.sum(axis=1), data["kgCO2e"])
    assert classes.loc["spinning"].tolist() == pytest.approx([0, 0, 1.0])
    assert classes.loc["dyeing"].tolist() == pytest.approx([1.0, 0.5, 0])
    assert classes.loc["finishing"].tolist() == pytest.approx([0, 0.2, 0])
    drawn = [bar.get_width() for bar in picture.ax.patches]
    assert np.allclose(drawn, [*classes.iloc[:-1].to_numpy().T.ravel(), 4.7])


def test_whiskers_reach_from_2_5_to_97_5_percent(picture: Any) -> None:
    data = picture.data.dropna(subset=["p2_5"])
    lines = {tuple(line.get_xdata()) for line in picture.ax.lines if len(set(line.get_ydata())) == 1}
    for low, high in zip(data["p2_5"], data["p97_5"], strict=True):
        assert (low, high) in lines


def test_a_stage_that_is_held_fixed_has_no_interval_and_says_so(picture: Any) -> None:
    spinning = picture.data.iloc[0]
    assert spinning[["p2_5", "median", "p97_5"]].isna().all()
    texts = [text.get_text() for text in picture.ax.texts]
    assert texts[0] == "1.000  held fixed, spread not declared" and "[" in texts[1]
    assert any("inputs have no declared spread and are held fixed." in text for text in texts)


def test_a_spread_of_one_is_a_declaration() -> None:
    exact = [{**FACTORS[0], "gsd": 1}, FACTORS[1]]
    picture = stage_intervals(
        tp.uncertainty(tp.footprint([row("spinning", "electricity", "2 kWh", 1), *ROWS[1:]], RULE, exact))
    )
    assert picture.ax.texts[0].get_text() == "1.000  declared without spread"
    assert picture.data["declared"].iloc[0] == pytest.approx(1.0)


def test_a_product_of_the_run_is_declared_only_as_its_own_numbers_are() -> None:
    flows = {
        "electricity": {"unit": "kWh", "factor": "electricity", "optional": True},
        "part": {"unit": "kg", "optional": True},
    }
    rule = {**RULE, "stages": [{"id": "making", "flows": flows}]}
    rows = [
        {"product": "YARN", "stage": "making", "flow": "electricity", "amount": "2 kWh", "region": "CN"},
        {
            "product": "CLOTH",
            "stage": "making",
            "flow": "part",
            "item": "product:YARN",
            "amount": "1 kg",
            "gsd": 1,
            "region": "CN",
        },
    ]
    data = stage_intervals(tp.uncertainty(tp.footprint(rows, rule, FACTORS), draws=20), "CLOTH").data
    assert data[["declared", "partly_declared"]].iloc[0].tolist() == pytest.approx([0, 1.0])


def test_unit_of_the_uncertainty_and_uptake(poplin: Any) -> None:
    sure = tp.uncertainty(poplin, draws=20, unit="m2", assume={"estimated": 1.2})
    picture = stage_intervals(sure)
    assert picture.data["kgCO2e"].iloc[-1] == pytest.approx(poplin.total("m2").iloc[0])
    assert np.allclose(picture.data[["declared", "partly_declared", "undeclared"]].sum(axis=1), picture.data["kgCO2e"])
    assert picture.ax.get_xlabel() == "kg CO₂e per m2" and picture.data["kgCO2e"].min() < 0


@pytest.mark.skipif(chinese_family() is None, reason="no font with Chinese characters")
def test_in_chinese(sure: Any) -> None:
    """matplotlib warns of every character a font lacks, and warnings are errors here."""
    picture = stage_intervals(sure, language="zh")
    assert picture._repr_png_()
    assert picture.data["name"].tolist() == ["纺纱", "织造", "染色", "整理", "合计"]
    assert "未声明离散" in picture.ax.texts[0].get_text()


def test_what_cannot_be_drawn_is_refused(sure: Any, three: Any) -> None:
    for call, words in (
        (lambda: stage_intervals(three), "not an uncertainty"),
        (lambda: stage_intervals(tp.uncertainty(three, draws=1)), "several products"),
        (lambda: stage_intervals(sure, "X"), "no such product"),
        (lambda: stage_intervals(sure, language="fr"), "no such language"),
    ):
        with pytest.raises(tp.UsageError, match=words):
            call()
