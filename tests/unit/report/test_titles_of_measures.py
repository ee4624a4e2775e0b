"""Reports, pictures and scenarios name measures by their titles, and by ids where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from spread_mill import Words, calculate, command, write_mill

import textile_pcf as tp
from textile_pcf.cli import run
from textile_pcf.plot import abatement_steps
from textile_pcf.plot.figure import chinese_family

OUTPUT = [{"product": "P", "process": "drying", "output": "1000 t"}]


def measure(name: str, stage: str, flow: str, **more: str) -> dict[str, Any]:
    """A measure that costs 1,000 CNY and takes a tenth less of a flow."""
    changes = [{"stage": stage, "flow": flow, "multiply": 0.9}]
    return {
        "id": name,
        "changes": changes,
        "investment": "1000 CNY",
        "lifetime": 10,
        "saving": "0 CNY",
        "source": "made up",
        **more,
    }


HOODS = measure("hoods", "drying", "steam", title="Hoods on the cylinders", title_zh="烘筒加罩")
MOTORS = measure("motors", "making", "electricity", title="电机更新")
LIGHTS = measure("lights", "making", "electricity")


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mill(tmp_path_factory.mktemp("mill") / "now")


def ranked(mill: Path, *measures: dict[str, Any]) -> Any:
    document = {"discount": "8 %", "improvements": list(measures)}
    return tp.improvements.rank(mill / "mill.csv", mill / "rule.yaml", document, OUTPUT, factors=mill / "grid.csv")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_report_names_measures_in_its_language(mill: Path, tmp_path: Path, as_json: bool) -> None:
    ranking = ranked(mill, HOODS, MOTORS, LIGHTS)
    measures = ranking.to_dict() if as_json else ranking
    english = Words(calculate(mill).to_html(tmp_path / "en.html", measures=measures))
    chinese = Words(calculate(mill).to_html(tmp_path / "zh.html", language="zh", measures=measures))
    assert english.text.count("Hoods on the cylinders") == 3  # ranked, step by step, by product
    assert chinese.text.count("烘筒加罩") == 3 and "Hoods" not in chinese
    for words in (english, chinese):
        assert "hoods" not in words  # the id
        assert words.text.count("电机更新") == 3  # the only title stands in both languages
        assert words.text.count("lights") == 3  # no title, so the id


def test_the_workbook_names_measures_in_its_language(mill: Path, tmp_path: Path) -> None:
    path = calculate(mill).to_excel(tmp_path / "zh.xlsx", language="zh", measures=ranked(mill, HOODS, LIGHTS))
    texts = [cell for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert texts.count("烘筒加罩") == 2 and texts.count("lights") == 2
    assert "hoods" not in texts


def test_measures_with_the_same_title_keep_their_ids(mill: Path, tmp_path: Path) -> None:
    ranking = ranked(mill, {**HOODS, "title_zh": "改造"}, {**LIGHTS, "title_zh": "改造"})
    words = Words(calculate(mill).to_html(tmp_path / "zh.html", language="zh", measures=ranking))
    assert "改造 [hoods]" in words and "改造 [lights]" in words


def test_a_ranking_saved_before_there_were_titles_shows_ids(mill: Path, tmp_path: Path) -> None:
    saved = ranked(mill, HOODS).to_dict()
    saved["measures"] = [{key: one[key] for key in one if key not in ("title", "title_zh")} for one in saved["measures"]]
    assert "hoods" in Words(calculate(mill).to_html(tmp_path / "zh.html", language="zh", measures=saved))


def test_the_command_says_the_title(mill: Path) -> None:
    ranking = ranked(mill, HOODS, LIGHTS)
    assert "烘筒加罩 [hoods]" in ranking.show("zh") and " lights:" in ranking.show()
    assert "Hoods on the cylinders [hoods]: saves" in ranking.show()


@pytest.mark.skipif(chinese_family() is None, reason="no font with Chinese characters")
def test_the_picture_says_the_title(mill: Path) -> None:
    shown = abatement_steps(ranked(mill, HOODS, LIGHTS), language="zh").data.to_csv()
    assert "烘筒加罩" in shown and "lights" in shown


def test_buttons_of_a_live_report_bear_the_titles(mill: Path, tmp_path: Path) -> None:
    import json

    document = {"discount": "8 %", "improvements": [HOODS, LIGHTS]}
    result = calculate(mill)
    assert [one["name"] for one in tp.improvements.measure_scenarios(result, document)] == ["hoods", "lights"]
    assert [one["name"] for one in tp.improvements.measure_scenarios(result, document, "zh")] == ["烘筒加罩", "lights"]
    (mill / "m.yaml").write_text(json.dumps(document), encoding="utf-8")
    out = tmp_path / "live.html"
    assert run(command(mill, "-o", str(out), "--live", "--improvements", f"{mill}/m.yaml", "--lang", "zh")) == 0
    assert "烘筒加罩" in out.read_text(encoding="utf-8")
