"""Labels of pictures never overlap, whatever the size of the axes and the length of names; checked by their boxes."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import textile_pcf as tp
from textile_pcf.plot.figure import chinese_family

WORDY = """
rule: wordy
edition: "1"
sources: {s: {title: A survey}}
product: {unit: kg}
stages:
"""
STAGE = """
  - id: s{number}
    title: {{en: "Stage {number} with a name that is longer than any picture has room for, twice over", zh: "第{number}道名称很长很长的工序名称很长很长的工序名称很长"}}
    flows: {{p{number}: {{unit: kWh, factor: power, value: {value}, source: s, locator: p. 1, title: {{en: "Power of stage {number} as its meter says, all of it", zh: 第{number}道工序的电力}}}}}}
"""  # noqa: E501
POWER = "item,value,unit,region,year,kind,source,locator\npower,0.6,kgCO2e/kWh,GLO,2020,life_cycle,s,p. 1\n"


def labels(picture: Any) -> list[Any]:
    """Boxes of the labels in the axes, in pixels; the sentence below the diagram is none."""
    picture.figure.draw_without_rendering()
    return [text.get_window_extent() for text in picture.ax.texts if not text.get_text().startswith(("Not drawn", "未绘出"))]


def overlapping(picture: Any) -> list[tuple[Any, Any]]:
    shrunk = [box.shrunk(0.999, 0.98) for box in labels(picture)]
    return [(one.bounds, other.bounds) for one, other in combinations(shrunk, 2) if one.overlaps(other)]


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("wordy")
    stages = "".join(STAGE.format(number=number, value=1 if number % 3 else 0.001) for number in range(14))
    (folder / "rule.yaml").write_text(WORDY + stages, encoding="utf-8")
    (folder / "factors.csv").write_text(POWER, encoding="utf-8")
    rows = [{"product": "P", "stage": f"s{number}"} for number in range(14)]
    return tp.footprint({"product": "P", "rows": rows}, folder / "rule.yaml", str(folder / "factors.csv"))


@pytest.mark.parametrize(("size", "language"), [(None, "en"), ((9, 5), "en"), ((4, 3), "zh")])
def test_labels_of_a_sankey_diagram_do_not_overlap(poplin: Any, wordy: Any, size: Any, language: str) -> None:
    if language == "zh" and chinese_family() is None:
        pytest.skip("no Chinese font")
    for result in (poplin, wordy):
        axes = None
        if size:
            figure = Figure(figsize=size)
            FigureCanvasAgg(figure)
            axes = figure.add_subplot()
        picture = result.plot.sankey(most=14, language=language, ax=axes)
        assert not overlapping(picture)
        sink = max(box.get_window_extent().x0 for box in picture.ax.patches if isinstance(box, Rectangle))
        inner = [box for box in labels(picture) if box.x0 < sink]
        assert inner and all(box.x1 <= sink for box in inner)  # no name reaches into the last box


def test_labels_of_bars_do_not_overlap(poplin: Any, blend: Any, wordy: Any) -> None:
    for picture in (poplin.plot.hotspots(), wordy.plot.hotspots(), poplin.plot.waterfall(), poplin.plot.compare(blend)):
        assert not overlapping(picture)


def test_comparison_is_sorted_by_the_difference_and_states_each(poplin: Any, blend: Any) -> None:
    picture = poplin.plot.compare(blend)
    sorted_names = picture.data.loc[picture.data["difference"].abs().sort_values(ascending=False, kind="stable").index, "name"]
    assert [text.get_text() for text in picture.ax.get_yticklabels()] == list(sorted_names)
    stated = [text.get_text() for text in picture.ax.texts]
    assert len(stated) == len(picture.data)
    for text, difference in zip(stated, picture.data["difference"].abs().sort_values(ascending=False), strict=True):
        assert abs(float(text.replace("−", "-"))) == pytest.approx(difference, abs=0.005)
    assert all(text[0] in "+−0" for text in stated)  # the sign stands in the text, not only in the colour
