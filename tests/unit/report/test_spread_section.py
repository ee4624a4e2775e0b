"""How sure a figure is, how good its data are, what to measure next and what is left out, in the report."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from spread_mill import ROWS, TABLE, Words, calculate, command, write_mill

import textile_pcf as tp
from textile_pcf.cli import run
from textile_pcf.inventory.draw_sources import ActivityRow
from textile_pcf.report.assessment import Requests, assess
from textile_pcf.uncertainty_analysis.source_titles import source_title

SIGMA = math.log(1.2)
STEAM = 0.6  # 2 kg at 0.3 kg CO2e/kg, held fixed
MEAN = 6.2 * math.exp(SIGMA**2 / 2) + STEAM
SD = 6.2 * math.exp(SIGMA**2 / 2) * math.sqrt(math.exp(SIGMA**2) - 1)
WIDTH = math.sqrt(math.log(1 + (SD / MEAN) ** 2))
LOW, HIGH = (MEAN * math.exp(-(WIDTH**2) / 2 + sign * 1.959964 * WIDTH) for sign in (-1, 1))


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mill(tmp_path_factory.mktemp("mill"))


def test_the_interval_is_that_of_the_closed_form_by_hand(mill: Path) -> None:
    interval = assess(calculate(mill), None, Requests()).interval(0)
    assert (interval.low, interval.high) == pytest.approx((LOW, HIGH), rel=1e-12)
    assert (interval.stated, interval.numbers, interval.declared) == (pytest.approx(6.8), 4, 1)
    assert interval.shares == {"amounts": 0.0, "factors": pytest.approx(6.2 / 6.8)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_says_how_sure_the_figure_is(mill: Path, language: str, tmp_path: Path) -> None:
    words = Words(calculate(mill).to_html(tmp_path / "report.html", language=language))
    wanted = {
        "en": ["95 % interval", "Closed form", "1 of 4 numbers have a declared spread", "91.2 %", "The other 3 are held fixed",
               "not rated", "Quality by hot spot", "What to measure next", "electricity GLO 2023", "gsd 1.2", "± 1.",
               "Making: Electricity", "Cut-off record", "lubricant", "not metered", "at most 1.0 % for one item",
               "Saves at the low end of its band", "3.720", "all three known for 0.0 % of the emissions"],
        "zh": ["95 % 区间", "解析式", "4 个数字中有 1 个声明了离散度", "91.2 %", "其余 3 个按固定值处理", "未评级",
               "热点数据质量", "下一步应测量什么",
               "织造：电力", "取舍记录", "lubricant", "单项不超过 1.0 %", "3.720"],
    }[language]  # fmt: skip
    missing = [text for text in [f"{LOW:.3f} – {HIGH:.3f}", *wanted] if text not in words]
    assert not missing
    anchors = set(re.findall(r'href="#([^"]+)"', words.page))
    assert {"spread-0", "quality-0", "next-0", "cutoff-0"} <= anchors <= set(re.findall(r'id="([^"]+)"', words.page))


def test_a_result_without_spreads_says_so_instead_of_zero(tmp_path: Path) -> None:
    result = calculate(write_mill(tmp_path / "mill", table=TABLE.replace(",1.2\n", ",\n")))
    words = Words(result.to_html(tmp_path / "report.html"))
    assert "none of the 4 numbers behind the figure has a declared spread" in words
    assert "95 % interval not stated" in words and "± 0" not in words
    assert not assess(result, None, Requests()).interval(0).is_known
    assert "未说明：该数值所依据的 4 个数字" in Words(result.to_html(tmp_path / "report.html", language="zh"))


def test_draws_and_assumptions_are_said_and_drawn_on_the_stages(mill: Path, tmp_path: Path) -> None:
    result = calculate(mill)
    asked = {"draws": 400, "seed": 7, "assume": {"none": 1.3}}
    words = Words(result.to_html(tmp_path / "report.html", uncertainty=asked))
    drawn = tp.uncertainty(result, **asked)
    low, high = drawn.total.loc["P", ["p2_5", "p97_5"]]
    assert f"{low:.3f} – {high:.3f}" in words or f"{low:.3f} – {high:.2f}" in words
    assert "400 draws, seed 7" in words and "not stated 1.3" in words and "assumed" in words
    assert words.page.count("<i style=") == 2  # a whisker for each stage
    assert "<i style=" not in Words(result.to_html(tmp_path / "report.html")).page


def test_figures_of_another_unit_have_an_interval_of_that_unit(mill: Path, tmp_path: Path) -> None:
    words = Words(calculate(mill).to_html(tmp_path / "report.html", unit="t"))
    assert f"{LOW * 1000:,.0f} – {HIGH * 1000:,.0f} kg CO₂e per t" in words


def test_several_products_have_their_interval_in_the_list(tmp_path: Path) -> None:
    rows = ROWS + "Q,making,electricity,20,kWh/kg,,\nQ,drying,steam,2,kg/kg,,\n"
    result = calculate(write_mill(tmp_path / "mill", rows))
    words = Words(result.to_html(tmp_path / "report.html"))
    assert words.text.count(f"{LOW:.3f} – {HIGH:.3f}") >= 3  # list, headline, part
    assert words.page.count("<i style=") == 2 and {"spread-0", "spread-1"} <= set(re.findall(r'id="([^"]+)"', words.page))


def test_a_list_without_intervals_says_nothing_of_them(tmp_path: Path) -> None:
    many = ROWS + "".join(f"P-{n},making,electricity,{n},kWh/kg,,\nP-{n},drying,steam,2,kg/kg,,\n" for n in range(1, 21))
    result = calculate(write_mill(tmp_path / "mill", many))
    words = Words(result.to_html(tmp_path / "report.html"))
    assert len(result.products) == 21 and "An interval speaks for the numbers" not in words


def test_a_saved_result_says_what_needs_its_lock(mill: Path, tmp_path: Path) -> None:
    result = calculate(mill)
    again = tp.load_result(result.save(tmp_path / "result.json"))
    words = Words(again.to_html(tmp_path / "report.html"))
    assert "need its lock" in words and "Cut-off record" in words and "95 % interval" not in words
    assert "锁定文件" in Words(again.to_html(tmp_path / "report.html", language="zh"))


def test_a_wrong_request_is_refused(mill: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = calculate(mill)
    for wrong in ("simulated", {"draw": 3}, 4):
        with pytest.raises(tp.UsageError, match="how sure"):
            result.to_html(tmp_path / "report.html", uncertainty=wrong)
    out = f"{tmp_path}/report.html"
    for more in (["--uncertainty", "often"], ["--uncertainty", "0"], ["--assume", "estimated=0.5"], ["--pedigree", "x"],
                 ["--prices", "p.csv"], ["--improvements", "i.yaml"],
                 ["--improvements", "i.yaml", "--production", "o.csv", "--gwp", "AR5"], ["--previous", "no.lock"],
                 ["--changes", "no.yaml"]):  # fmt: skip
        assert run(command(mill, "-o", out, *more)) == 2, more
        assert not Path(out).exists() and "Traceback" not in capsys.readouterr().err


def test_the_command_takes_the_options(mill: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert run(command(mill, "-o", str(out), "--uncertainty", "300", "--seed", "5", "--assume", "none=1.4")) == 0
    assert "300 draws, seed 5" in Words(out)
    assert run(command(mill, "-o", str(out), "--uncertainty", "none", "--lang", "zh")) == 0
    assert "95 % 区间" not in Words(out) and "取舍记录" in Words(out)


def test_a_figure_outside_its_interval_says_so_beside_it(mill: Path, tmp_path: Path) -> None:
    """Of the poplin, ranges of the rule that reach further up move the mean: 11.81 beside 11.93 - 12.37."""
    poplin = tp.footprint(*tp.load_example("cotton_poplin"))
    said = "(closed form, 6 of 56 numbers have a spread); the figure lies outside, see below"
    assert said in Words(poplin.to_html(tmp_path / "poplin.html"))
    assert "数值在区间之外，见下文" in Words(poplin.to_html(tmp_path / "poplin.html", language="zh"))
    assert "lies outside" not in Words(calculate(mill).to_html(tmp_path / "mill.html"))


def test_hot_spots_by_absolute_emissions_say_what_their_share_is_of(tmp_path: Path) -> None:
    """3.6731 kg of 13.3154 emitted and 1.5010 taken up are 24.8 %; of gross emissions it would be 27.6 %."""
    poplin = tp.footprint(*tp.load_example("cotton_poplin"))
    words = Words(poplin.to_html(tmp_path / "poplin.html"))
    assert "share of emissions and uptake Cumulative" in words and "Electricity 24.8 % 24.8 %" in words


def test_outputs_and_fibres_of_a_blend_have_titles(tmp_path: Path) -> None:
    rows = (
        "product,stage,flow,amount,unit,per,item,note\nP,making,electricity,10000,kWh,period,,\nP,making,output,1000,kg,period,,\n"
        "P,drying,steam,2,kg/kg,,,\n"
    )
    result = calculate(write_mill(tmp_path / "mill", rows))
    assert "Making: Output activity data" in Words(result.to_html(tmp_path / "report.html"))
    assert "织造：产出 活动数据" in Words(result.to_html(tmp_path / "report.html", language="zh"))
    blend = tp.footprint(*tp.load_example("polyester_cotton_blend"))
    page = Words(blend.to_html(tmp_path / "blend.html", language="zh"))
    assert "全国电力平均碳足迹因子（2024年） CN 2024 排放因子" in page  # the name in the table, as in the picture of effects
    titles = {source_title(blend, ActivityRow(row)) for row in range(len(blend.run.activity.rows.pattern))}
    assert {"The product: Fibres of a blend (cotton)", "The product: Fibres of a blend (polyester)"} <= titles
