"""Pictures: the numbers they are drawn from, the axes they are drawn on, Chinese that is really there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from paths import EXAMPLES
from textile_pcf.plot import figure

CHINESE = figure.chinese_family()


@pytest.mark.parametrize("kind", ["stages", "waterfall", "sankey", "hotspots"])
def test_data_of_every_picture_adds_up_to_the_footprint(poplin: Any, blend: Any, kind: str) -> None:
    for result in (poplin, blend):
        shown = getattr(result.plot, kind)(unit="m2" if result is poplin else None)
        data = shown.data
        if kind == "waterfall":
            data = data.loc[data["stage"] != "total"]
        if kind == "sankey":
            last = data["target"] == "Product carbon footprint"
            assert abs(data.loc[last, "kgCO2e"].sum() - data.loc[~last, "kgCO2e"].sum()) < 1e-9
            data = data.loc[last]
        total = result.total("m2" if result is poplin else None).iloc[0]
        if kind == "stages":  # removals are no stage
            total *= result.headline.excluding[0] / result.totals[0]
        assert abs(data["kgCO2e"].sum() - total) < 1e-9
        assert shown.ax.get_title("left").startswith(result.products[0])


def test_bars_are_as_long_as_the_numbers(poplin: Any) -> None:
    shown = poplin.plot.stages()
    drawn = [bar.get_width() for bar in shown.ax.patches]
    assert np.allclose(drawn, shown.data["kgCO2e"])
    assert [text.get_text() for text in shown.ax.get_yticklabels()] == list(shown.data["name"])
    fall = poplin.plot.waterfall()
    ends = [bar.get_x() + bar.get_width() for bar in fall.ax.patches]
    assert abs(ends[-1] - poplin.totals[0]) < 1e-12 and abs(ends[-2] - ends[-1]) < 1e-9


@pytest.mark.parametrize("kind", ["stages", "waterfall", "sankey", "hotspots"])
def test_a_product_that_emits_nothing_has_a_picture(kind: str) -> None:
    """The waterfall of a product without a stage that emits ended in a traceback."""
    shown = getattr(tp.footprint(rows("P", 0, 0), RULE, FACTORS).plot, kind)()
    assert not shown.data.get("kgCO2e", default=shown.data).to_numpy(dtype=float).any()


def test_several_products_stand_as_stacked_bars(three: Any) -> None:
    shown = three.plot.stages()
    assert list(shown.data.index) == ["府绸-A", "府绸-B", "C"]
    assert np.allclose(shown.data.sum(axis=1), three.headline.excluding)


def test_comparison_tells_the_difference_of_each_stage(three: Any, poplin: Any, blend: Any) -> None:
    shown = three.plot.compare(product="府绸-A", other_product="府绸-B")
    assert abs(shown.data["difference"].sum() - np.diff(three.headline.excluding)[0]) < 1e-9
    across = poplin.plot.compare(blend, names=("cotton", "blend"))
    assert abs(across.data["right"].sum() - blend.headline.excluding[0]) < 1e-9
    assert across.figure.legends[0].get_texts()[0].get_text().startswith("cotton: ")
    assert list(across.data["stage"]) == [info.id for info in poplin.stages if info.id in set(across.data["stage"])]
    alone = poplin.plot.compare(
        tp.footprint(EXAMPLES / "cotton_poplin/activity.csv", "cotton_fabric@2026.1", biogenic="zero_zero")
    )
    assert not (alone.data["difference"].abs() > 1e-12).any()  # stages do not hold removals


def test_stages_outside_the_boundary_are_marked_and_not_in_the_total(tmp_path: Path) -> None:
    rule = tmp_path / "own.yaml"
    rule.write_text(
        "rule: own\nedition: '1'\nstatus: own\nboundary: cradle_to_gate\nproduct: {unit: kg}\nstages:\n"
        "- {id: sewing, group: production, flows: {electricity: {unit: kWh, factor: electricity}}}\n"
        "- {id: use, group: use, boundary: outside, flows: {electricity: {unit: kWh, factor: electricity}}}\n",
        encoding="utf-8",
    )
    rows = pd.DataFrame({
        "product": "P", "stage": ["sewing", "use"], "flow": "electricity", "amount": [1.0, 2.0], "unit": "kWh/kg",
        "region": "CN",
    })  # fmt: skip
    result = tp.footprint(rows, rule)
    shown = result.plot.stages()
    inside = shown.data.loc[~shown.data["memo"], "kgCO2e"].sum()
    assert abs(inside - result.totals[0]) < 1e-12 < shown.data.loc[shown.data["memo"], "kgCO2e"].sum()
    assert [text.get_text() for text in shown.ax.get_yticklabels()] == ["sewing", "use *"]
    assert "use" not in set(result.plot.waterfall().data["stage"]) | set(result.plot.hotspots().data["stage"])


def test_axes_of_yours_are_drawn_on_and_left_alone_otherwise(poplin: Any) -> None:
    from matplotlib.figure import Figure

    mine = Figure()
    left, right = mine.subplots(1, 2)
    right.set_title("mine")
    shown = poplin.plot.waterfall(ax=left)
    assert shown.ax is left and shown.figure is mine
    assert shown._repr_png_() is None  # the notebook shows the figure itself
    assert right.get_title() == "mine" and not right.patches
    assert poplin.plot.stages().figure is not poplin.plot.stages().figure


def test_pictures_are_files_and_shown_in_notebooks(poplin: Any, tmp_path: Path) -> None:
    shown = poplin.plot.hotspots()
    assert shown.save(tmp_path / "hot.svg").read_text(encoding="utf-8").startswith("<?xml")
    png = shown._repr_png_()
    assert png is not None and png.startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_told(poplin: Any, three: Any) -> None:
    for call, words in (
        (lambda: three.plot.waterfall(), "several products"),
        (lambda: three.plot.waterfall("府绸-X"), "There is no such product"),
        (lambda: poplin.plot.stages(language="de"), "There is no such language"),
    ):
        with pytest.raises(tp.UsageError, match=words):
            call()
    with pytest.raises(
        tp.InputError, match=r"cannot be converted to one per piece\. Use a unit that is known of this product: kg, m2"
    ):
        poplin.plot.stages(unit="piece")


def test_chinese_without_a_font_is_an_error_with_a_cure(poplin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure, "chinese_family", lambda: None)
    with pytest.raises(tp.UsageError, match="fonts-noto-cjk"):
        poplin.plot.stages(language="zh")
    assert poplin.plot.stages(language="en").data.shape[0] > 3


def test_a_font_is_taken_only_when_it_has_the_characters() -> None:
    assert not figure._has_characters("DejaVu Sans")
    assert figure._search(frozenset({"DejaVu Sans"})) is None
    if CHINESE is not None:
        assert figure._has_characters(CHINESE)


@pytest.fixture(scope="module")
def font(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A font with Chinese characters: the machine's, or where it has none one made here, whose characters are all squares."""
    if CHINESE is not None:
        yield CHINESE
        return
    from matplotlib import font_manager

    path = tmp_path_factory.mktemp("font") / "squares.ttf"
    _font_of_squares(path, "Noto Sans CJK SC")
    figure._installed.cache_clear()
    font_manager.fontManager.addfont(path)
    yield "Noto Sans CJK SC"
    font_manager.fontManager.ttflist = [found for found in font_manager.fontManager.ttflist if found.fname != str(path)]
    figure._installed.cache_clear()


def _font_of_squares(path: Path, family: str) -> None:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap(
        dict.fromkeys([*range(0x20, 0x7F), *range(0x2010, 0x2250), *range(0x3000, 0xA000), *range(0xFF01, 0xFF5F)], "square")
    )
    font.setupGlyf({".notdef": pen.glyph(), "square": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 100)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": family, "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)


def test_a_font_made_of_squares_is_found_and_drawn_with(tmp_path: Path) -> None:
    from matplotlib import font_manager

    _font_of_squares(tmp_path / "own.ttf", "Arial Unicode MS")
    font_manager.fontManager.addfont(tmp_path / "own.ttf")
    try:
        assert figure._search(frozenset({"Arial Unicode MS", "DejaVu Sans"})) == "Arial Unicode MS"
    finally:
        font_manager.fontManager.ttflist = [
            found for found in font_manager.fontManager.ttflist if found.fname != str(tmp_path / "own.ttf")
        ]


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("kind", ["stages", "waterfall", "sankey", "hotspots", "compare"])
def test_chinese_is_really_drawn(blend: Any, three: Any, kind: str) -> None:
    """matplotlib warns of every character a font lacks, and warnings are errors here."""
    shown = three.plot.compare(product="府绸-A", other_product="府绸-B", language="zh") if kind == "compare" else None
    shown = shown or getattr(blend.plot, kind)(language="zh")
    assert shown._repr_png_()
    drawn = " ".join(text.get_text() for text in shown.ax.findobj(lambda artist: hasattr(artist, "get_text")))
    assert "染色" in drawn


@pytest.mark.usefixtures("font")
def test_the_chinese_page_holds_the_numbers_of_the_chinese_picture(poplin: Any) -> None:
    pytest.importorskip("plotly")
    live = poplin.plot.sankey(interactive=True, language="zh")
    assert live.data.equals(poplin.plot.sankey(language="zh").data)


def test_hot_spots_are_ranked_bars_of_every_flow(poplin: Any, blend: Any) -> None:
    for result in (poplin, blend):
        picture = result.plot.hotspots(most=5)
        widths = [bar.get_width() for bar in picture.ax.patches]
        emissions = [value for value in picture.data["kgCO2e"] if value > 0]
        uptake = [value for value in picture.data["kgCO2e"] if value < 0]
        assert np.allclose(widths, [*emissions[:5], sum(emissions[5:]), *uptake])
        assert abs(sum(widths) - result.totals[0]) < 1e-9
        names = [text.get_text() for text in picture.ax.get_yticklabels()]
        rows = list(picture.data.itertuples())
        assert names[:6] == [*(f"{row.stage_name} · {row.flow_name}" for row in rows[:5]), "everything else"]
        assert abs(picture.data["share"].clip(lower=0).sum() - 1) < 1e-9  # of what is emitted; uptake is below zero


def test_hot_spots_without_smaller_flows_have_no_bar_for_the_rest(poplin: Any) -> None:
    picture = poplin.plot.hotspots(most=1000)
    assert len(picture.ax.patches) == len(picture.data)
    assert "everything else" not in [text.get_text() for text in picture.ax.get_yticklabels()]


def test_the_library_does_not_need_matplotlib() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import textile_pcf as tp\n"
        "result = tp.footprint(*tp.load_example('cotton_poplin'))\n"
        "assert result._repr_html_()\n"
        "try: result.plot.stages()\n"
        "except tp.UsageError as error: print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": "src"})
    assert 'pip install "textile_pcf[plot]"' in told.stdout


def test_a_notebook_shows_number_boundary_rule_status_stages_and_warnings(poplin: Any) -> None:
    english, chinese = poplin._repr_html_(), poplin.show("zh")._repr_html_()
    for html, words in (
        (
            english,
            ["12.77", "kg CO2e per kg", "cradle to gate", "cotton_fabric@2026.1", "an interpretation", "Weaving", "Warnings"],
        ),
        (chinese, ["12.77", "kg CO2e / kg", "从摇篮到大门", "cotton_fabric@2026.1", "未取得标准原文", "织造", "提示"]),
    ):
        assert [word for word in words if word not in html] == []
        assert html.count("<rect") == (poplin.emissions_by_stage[0] != 0).sum()
        assert "http" not in html and "<script" not in html


def test_a_notebook_shows_many_products_as_a_table_and_texts_as_texts(three: Any) -> None:
    rows = pd.read_csv(EXAMPLES / "cotton_poplin/activity.csv", dtype=str, keep_default_na=False)
    many = pd.concat([rows.assign(product=f"<b>{number}") for number in range(25)])
    html = tp.footprint(many, "cotton_fabric@2026.1").show("zh")._repr_html_()
    assert "另有 5 个产品" in html and "<b>3" not in html and "&lt;b&gt;3" in html
    assert three._repr_html_().count("<svg") == 3


def test_examples_are_listed_and_calculate() -> None:
    from textile_pcf.io.resources import examples

    folders = {path.parent.name for path in EXAMPLES.glob("*/activity.*")}
    assert set(examples()) == folders, "examples/examples.csv lists every example"
    for name in examples():
        assert tp.footprint(*tp.load_example(name)).totals.min() > 0
    with pytest.raises(tp.UsageError, match="cotton_poplin"):
        tp.load_example("cotton_popln")


def test_a_flow_has_no_larger_share_than_its_stage(poplin: Any) -> None:
    """Both pictures count shares of what the stages emit, 14.274 kg: electricity is 25.7 % and weaving 26.5 % of it."""
    flows, stages = poplin.plot.hotspots(), poplin.plot.stages()
    weaving = stages.data.set_index("stage").loc["weaving", "kgCO2e"]
    assert (flows.data["flow"].iloc[0], flows.data["share"].iloc[0]) == (
        "electricity",
        pytest.approx(3.673109 / 14.2740, abs=1e-5),
    )
    assert flows.data["share"].iloc[0] < weaving / poplin.headline.excluding[0]
    written = [text.get_text() for picture in (flows, stages) for text in picture.ax.texts]
    assert "3.67  26%" in written and "3.75  26%" in written


def test_a_product_that_emits_nothing_has_every_picture() -> None:
    """The waterfall of a footprint of zero was a TypeError; a credit is below zero, and takes up no CO2."""
    rule = {
        "rule": "one", "edition": "1", "product": {"unit": "kg"},
        "stages": [{"id": "dyeing", "flows": {
            "power": {"unit": "kWh", "factor": "power"}, "credit": {"unit": "kg", "factor": "credit", "optional": True}}}],
    }  # fmt: skip
    rows = [("ZERO", "power", "0 kWh/kg"), ("CREDIT", "power", "2 kWh/kg"), ("CREDIT", "credit", "1 kg/kg")]
    listed = [{"product": product, "stage": "dyeing", "flow": flow, "amount": amount} for product, flow, amount in rows]
    result = tp.footprint(listed, rule, {"power": "0.5 kgCO2e/kWh", "credit": "-0.2 kgCO2e/kg"})
    for kind in ("stages", "waterfall", "sankey", "hotspots"):
        assert getattr(result.plot, kind)("ZERO")._repr_png_()
    assert result.plot.waterfall("ZERO").data[["name", "kgCO2e"]].values.tolist() == [["Total", 0.0]]
    assert "Not drawn, because it is below zero: credit −0.200" in [
        text.get_text() for text in result.plot.sankey("CREDIT").ax.texts
    ]


def test_a_comparison_of_two_boundaries_names_them(poplin: Any) -> None:
    """A fabric at the gate beside a shirt with its use: 81 % more is no answer without saying so."""
    shirt = tp.footprint(EXAMPLES / "t_shirt" / "activity.csv", "apparel", ["default", "carbonfact"])
    legend = [text.get_text() for text in poplin.plot.compare(shirt).figure.legends[0].get_texts()]
    assert [text.split(":")[0] for text in legend] == ["COTTON-POPLIN (cradle to gate)", "T-SHIRT (cradle to grave)"]
    same = [text.get_text() for text in poplin.plot.compare(poplin).figure.legends[0].get_texts()]
    assert same[0].startswith("COTTON-POPLIN: ")
