"""What is left out is named by the titles of the rule, whichever way the row names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from spread_mill import RULE, Words, calculate, write_mill

import textile_pcf as tp
from textile_pcf.activity.cutoff import left_out_title
from textile_pcf.rules import load_rules

HEAD = "product,stage,flow,amount,unit,item,note\nP,making,electricity,10,kWh/kg,,\n"


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = "P,drying,cutoff,0.5,%,steam,未计量\nP,product,cutoff,0.2,%,labels,too few\n"
    folder = write_mill(tmp_path_factory.mktemp("mill") / "now", HEAD + rows)
    rule = RULE.replace("factor: steam, unit: kg", "factor: steam, unit: kg, optional: true")
    (folder / "rule.yaml").write_text(rule, encoding="utf-8")
    return folder


@pytest.mark.parametrize("stage", ["packaging", "product"])
@pytest.mark.parametrize("item", ["packaging", "Packaging", "包装"])
def test_a_stage_is_named_by_its_title(stage: str, item: str) -> None:
    rules = load_rules("cotton_fabric@2026.2")
    assert [left_out_title(rules, stage, item, language) for language in ("en", "zh")] == ["Packaging", "包装"]


@pytest.mark.parametrize("item", ["sizing.water", "water"])
def test_a_flow_of_the_stage_of_the_row_is_named_without_its_stage(item: str) -> None:
    assert left_out_title(load_rules("cotton_fabric@2026.2"), "sizing", item, "zh") == "新鲜水"


def test_a_flow_of_another_stage_comes_with_its_stage() -> None:
    assert left_out_title(load_rules("cotton_fabric@2026.2"), "product", "sizing.water", "zh") == "整经浆纱，新鲜水"


def test_words_stay_as_they_are_written() -> None:
    assert left_out_title(load_rules("cotton_fabric@2026.2"), "product", "sewing thread", "zh") == "sewing thread"


def test_the_report_names_them_in_its_language(mill: Path, tmp_path: Path) -> None:
    english = Words(calculate(mill).to_html(tmp_path / "en.html"))
    chinese = Words(calculate(mill).to_html(tmp_path / "zh.html", language="zh"))
    assert "Drying Steam 0.5 %" in english and "Drying, Steam: 0.5 %" in english
    assert "烘干 蒸汽 0.5 %" in chinese and "烘干，蒸汽：0.5 %" in chinese
    assert "产品 labels 0.2 %" in chinese


def test_the_workbook_and_the_texts_name_them_too(mill: Path, tmp_path: Path) -> None:
    result = calculate(mill)
    sheets = load_workbook(result.to_excel(tmp_path / "zh.xlsx", language="zh"))
    rows = [row[:4] for sheet in sheets for row in sheet.iter_rows(values_only=True)]
    assert ("P", "烘干", "蒸汽", 0.005) in rows
    assert "蒸汽 0.5 % (未计量)" in str(tp.quality(result).show("zh"))


def test_the_json_keeps_the_item_as_written(mill: Path) -> None:
    record = calculate(mill).to_dict()["products"][0]["cutoff"]
    assert [row["item"] for row in record["left_out"]] == ["steam", "labels"]


def test_a_stage_that_leaves_itself_out_is_named_once() -> None:
    shown = tp.footprint(*tp.load_example("cotton_poplin")).explain("COTTON-POPLIN", language="zh")
    assert "包装，包装" not in str(shown)
