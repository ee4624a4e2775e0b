"""Why a footprint changed, and what measures save one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from paths import EXAMPLES
from textile_pcf.plot import abatement_steps, effects
from textile_pcf.plot.figure import chinese_family

RULE = {"rule": "mill", "edition": "1", "product": {"unit": "kg"}, "stages": [
    {"id": "finishing", "flows": {
        "electricity": {"unit": "kWh", "factor": "electricity"}, "steam": {"unit": "kg", "factor": "steam"}}}
]}  # fmt: skip
COMMON = {"region": "CN", "year": 2024, "kind": "life_cycle", "source": "s", "locator": "p. 1"}


def calculated(electricity: float, grid: float, product: str = "CLOTH") -> Any:
    factors = [
        {**COMMON, "item": "electricity", "value": grid, "unit": "kgCO2e/kWh"},
        {**COMMON, "item": "steam", "value": 0.2, "unit": "kgCO2e/kg"},
    ]
    rows = [
        {"product": product, "stage": "finishing", "flow": "electricity", "amount": electricity, "unit": "kWh", "region": "CN"},
        {"product": product, "stage": "finishing", "flow": "steam", "amount": 2, "unit": "kg", "region": "CN"},
    ]
    return tp.footprint(rows, RULE, factors)


@pytest.fixture(scope="module")
def change() -> Any:
    return tp.diff(calculated(1.5, 0.6), calculated(1.4, 0.5))


@pytest.fixture(scope="module")
def ranking() -> Any:
    """Motors first, then half of the smaller load from the roof: 577.7 t become 462.16 and 251.88 t (docs/improvements.md)."""
    base = {"lifetime": 10, "source": "example"}
    motors = {"id": "motors", **base, "changes": [{"stage": "finishing", "flow": "electricity", "multiply": 0.8}],
              "investment": "0 CNY", "saving": "1 CNY"}  # fmt: skip
    roof = {"id": "roof", **base, "supply": {"carrier": "electricity", "item": "electricity_pv", "share": "50 %"},
            "investment": "2000000 CNY", "saving": "0 CNY"}  # fmt: skip
    folder = EXAMPLES / "targets"
    document = {"discount": "8 %", "improvements": [roof, motors]}
    tables = [folder / name for name in ("power.csv", "mill.yaml", "production.csv")]
    return tp.improvements.rank(tables[0], tables[1], document, tables[2], factors=folder / "factors.csv")


def drawn(picture: Any) -> list[tuple[float, float]]:
    """Begin and end of each bar."""
    return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in picture.ax.patches]


def test_effects_by_hand(change: Any) -> None:
    """−0.1 kWh × the mean factor 0.55 = −0.055; −0.1 kg/kWh × the mean use 1.45 kWh = −0.145; together 1.3 → 1.1 kg."""
    picture = effects(change)
    assert picture.data["effect"].tolist() == ["activity", "factors", "change"]
    assert picture.data["kgCO2e"].tolist() == pytest.approx([-0.055, -0.145, -0.2])
    assert np.allclose(drawn(picture), [(0, -0.055), (-0.055, -0.2), (0, -0.2)])
    assert picture.ax.get_title("left") == "CLOTH: 1.300 → 1.100 kg CO₂e per kg (−15.4%)"
    assert [text.get_text() for text in picture.ax.texts[:3]] == ["−0.055", "−0.145", "−0.200"]


def test_an_effect_upwards_has_its_sign_and_another_colour() -> None:
    picture = effects(tp.diff(calculated(1.4, 0.5), calculated(1.5, 0.4)))
    assert [text.get_text()[0] for text in picture.ax.texts[:3]] == ["+", "−", "−"]
    first, second, _ = (bar.get_facecolor() for bar in picture.ax.patches)
    assert first != second


def test_a_change_under_two_rules_says_what_it_is() -> None:
    editions = [tp.footprint(EXAMPLES / "cotton_poplin/activity.csv", f"cotton_fabric@2026.{number}") for number in (1, 2)]
    picture = effects(tp.diff(*editions))
    assert "this explains a change, and is no performance" in " ".join(text.get_text() for text in picture.ax.texts)
    assert picture.data["kgCO2e"].iloc[:-1].sum() == pytest.approx(picture.data["kgCO2e"].iloc[-1], abs=1e-9)


def test_nothing_changed() -> None:
    picture = effects(tp.diff(calculated(1.4, 0.5), calculated(1.4, 0.5)))
    assert picture.data["effect"].tolist() == ["change"] and picture._repr_png_()


def test_steps_of_ranked_measures(ranking: Any) -> None:
    picture = abatement_steps(ranking)
    assert picture.data["step"].tolist() == ["before", "motors", "roof", "left"]
    assert np.allclose(
        drawn(picture), [(0, 577.7), (577.7, 462.16), (462.16, ranking.steps[-1]["left"]), (0, ranking.steps[-1]["left"])]
    )
    assert picture.data["alone"].tolist()[1:3] == [-ranking[name]["tonnes_per_year"] for name in ("motors", "roof")]
    names = [text.get_text() for text in picture.ax.get_yticklabels()]
    assert names[1] == "motors  (saves money)" and "CNY/t" in names[2]
    texts = [text.get_text() for text in picture.ax.texts]
    assert texts[0] == "577.7" and texts[-1] == "Together they save less than each alone adds up to, by 52.6 t CO₂e per year."


def test_measures_that_save_nothing_are_named(ranking: Any) -> None:
    from dataclasses import replace

    idle = {**ranking.measures[0], "id": "paint", "group": "none"}
    picture = abatement_steps(replace(ranking, measures=(*ranking.measures, idle)))
    assert "Not drawn, because they save no CO2e: paint." in picture.ax.texts[-1].get_text()


def test_steps_of_a_scenario() -> None:
    """Electricity 1.5 kWh × 0.6 = 0.9 kg; a tenth less, then half of the steam, then a tenth more electricity."""
    at = {"at": {"stage": "finishing", "flow": "electricity"}, "change": "scale"}
    steam = {"change": "scale", "at": {"stage": "finishing", "flow": "steam"}, "by": 0.5, "note": "recovered"}
    scenarios = calculated(1.5, 0.6).scenario([{"name": "plan", "changes": [{**at, "by": 0.9}, steam, {**at, "by": 1.1}]}])
    picture = abatement_steps(scenarios)
    assert picture.data["amount"].tolist() == pytest.approx([1.3, -0.09, -0.2, 0.081, 1.091])
    assert np.allclose(drawn(picture), [(0, 1.3), (1.3, 1.21), (1.21, 1.01), (1.01, 1.091), (0, 1.091)])
    assert picture.data["name"].tolist()[1:3] == ["scale finishing.electricity 0.9", "recovered"]
    assert picture.data["alone"].tolist()[1:4] == pytest.approx([-0.09, -0.2, 0.09])
    assert picture.ax.texts[3].get_text() == "+0.081"


@pytest.mark.skipif(chinese_family() is None, reason="no font with Chinese characters")
def test_in_chinese(change: Any, ranking: Any) -> None:
    """matplotlib warns of every character a font lacks, and warnings are errors here."""
    why, steps = effects(change, language="zh"), abatement_steps(ranking, language="zh")
    assert why._repr_png_() and steps._repr_png_()
    assert why.data["name"].tolist() == ["活动数据", "排放因子", "变化"]
    assert steps.data["name"].tolist()[:2] == ["实施前", "motors（省钱）"]


def test_labels_do_not_overlap(change: Any, ranking: Any) -> None:
    for picture in (effects(change), abatement_steps(ranking)):
        picture.figure.draw_without_rendering()
        boxes = [text.get_window_extent() for text in picture.ax.texts if text.get_text()]
        assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])


def test_what_cannot_be_drawn_is_refused(change: Any, ranking: Any) -> None:
    two = calculated(1.5, 0.6).scenario([{"name": name, "changes": [
        {"change": "scale", "at": {"stage": "finishing", "flow": "steam"}, "by": 0.5}]} for name in ("a", "b")])  # fmt: skip
    other = tp.diff(calculated(1.5, 0.6), calculated(1.5, 0.6, "TWILL"))
    for call, words in (
        (lambda: effects(ranking), "not a diff"),
        (lambda: effects(change, "X"), "no such product in common"),
        (lambda: effects(other), "have no product in common"),
        (lambda: abatement_steps(pd.DataFrame()), "not a ranking or scenarios"),
        (lambda: abatement_steps(two), "2 scenarios, and the picture is of one"),
        (lambda: abatement_steps(two, "c"), "no such scenario"),
        (lambda: abatement_steps(ranking, language="fr"), "no such language"),
    ):
        with pytest.raises(tp.UsageError, match=words):
            call()
