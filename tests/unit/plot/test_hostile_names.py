"""Ids are shown as they are written, also where matplotlib would read a formula in them."""

from __future__ import annotations

from typing import Any

import pytest

import textile_pcf as tp
from textile_pcf.plot import abatement_steps, effects, stage_intervals, tornado

RULE = {"rule": "mill", "edition": "1", "product": {"unit": "kg"}, "stages": [
    {"id": "weaving", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}
]}  # fmt: skip


@pytest.fixture(scope="module", params=["$\\frac{$", "$x$ & <b>"])
def result(request: pytest.FixtureRequest) -> Any:
    row = {"product": request.param, "stage": "weaving", "flow": "electricity", "amount": 4, "unit": "kWh", "region": "CN"}
    return tp.footprint([row], RULE, {"electricity": "0.5 kgCO2e/kWh"})


def test_names_are_no_formulas(result: Any) -> None:
    less = result.scenario([{"change": "scale", "at": {"stage": "weaving", "flow": "electricity"}, "by": 0.5, "note": "$y$"}])
    pictures = [
        result.plot.stages(), result.plot.waterfall(), result.plot.sankey(), result.plot.hotspots(),
        stage_intervals(tp.uncertainty(result, draws=2)), tornado(result), effects(tp.diff(result, less[0].result)),
        abatement_steps(less),
    ]  # fmt: skip
    for picture in pictures:
        assert picture._repr_png_()
        assert result.products[0] in picture.ax.get_title("left")


def test_pictures_of_nothing(result: Any) -> None:
    nothing = result.scenario([{"change": "scale", "at": {"stage": "weaving", "flow": "electricity"}, "by": 0}])[0].result
    for picture in (
        stage_intervals(tp.uncertainty(nothing, draws=2)),
        tornado(nothing, most=0),
        effects(tp.diff(nothing, nothing)),
    ):
        assert picture._repr_png_()
