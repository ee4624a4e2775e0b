"""A report and a workbook in Chinese say in Chinese what the library writes, as the explanation does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from spread_mill import Words

import textile_pcf as tp
from paths import EXAMPLES
from textile_pcf.factors import load_factors
from textile_pcf.messages.message import localize

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
ENGLISH = re.compile(r"\bmethod \w+ \(|balance of biogenic carbon|of the carbon that leaves|the driver itself|kg (in|out)put")
CODES = ("interpretation", "cradle_to_gate", "minus_one_plus_one", "cradle_to_grave", "zero_zero")
"""Codes that stand in brackets after their word, never alone."""
UNITS = ("piece",)
"""Units are written as in the files."""


@pytest.fixture(scope="module")
def poplin() -> tp.Footprint:
    return tp.footprint(*tp.load_example("cotton_poplin"))


@pytest.fixture(scope="module")
def garment() -> tp.Footprint:
    file = EXAMPLES / "polyester_jacket" / "activity.csv"
    return tp.footprint(file, "apparel@2026.2", ["default", "carbonfact"])


def cells(result: tp.Footprint, file: Path, language: str) -> Iterator[str]:
    """The texts of a workbook, formulas left out."""
    for sheet in load_workbook(result.to_excel(file, language=language)):
        for row in sheet.iter_rows(values_only=True):
            yield from (text for text in row if isinstance(text, str) and not text.startswith("="))


def words(result: tp.Footprint, file: Path, language: str) -> str:
    return Words(result.to_html(file, language=language)).text


@pytest.mark.parametrize("name", ["poplin", "garment"])
def test_nothing_that_the_library_writes_into_a_workbook_stays_english(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    result = request.getfixturevalue(name)
    written = [text for text in cells(result, tmp_path / "zh.xlsx", "zh") if text not in UNITS]
    assert not [text for text in written if ENGLISH.search(text) or text in CODES or localize(text, "zh") != text]


def test_nothing_that_the_library_writes_on_a_page_stays_english(poplin: tp.Footprint, tmp_path: Path) -> None:
    page = words(poplin, tmp_path / "zh.html", "zh")
    assert not ENGLISH.search(page)
    assert not re.findall(r"(?<!\[)\b(?:" + "|".join(CODES) + r")\b", page)


def test_the_method_behind_an_amount_is_named_as_in_the_explanation(poplin: tp.Footprint, tmp_path: Path) -> None:
    product, sheets = poplin.products[0], list(cells(poplin, tmp_path / "zh.xlsx", "zh"))
    page, explained = words(poplin, tmp_path / "zh.html", "zh"), str(poplin.explain(product, language="zh"))
    for text in ("方法 weaving_electricity（", "生物源碳平衡", "44/12"):
        assert text in page and text in explained and any(text in cell for cell in sheets)
    assert "kg 产出" in sheets and "kg 产出" in explained


@pytest.mark.parametrize("write", [cells, lambda *options: [words(*options)]])
def test_the_words_are_english_where_english_is_asked_for(
    write: Callable[[tp.Footprint, Path, str], Iterator[str]], poplin: tp.Footprint, tmp_path: Path
) -> None:
    ending = "xlsx" if write is cells else "html"
    found = "\n".join(write(poplin, tmp_path / f"en.{ending}", "en"))
    assert "method weaving_electricity (Ecobalyse" in found and "balance of biogenic carbon" in found
    assert "interpretation" in found and "[interpretation]" not in found


def test_a_factor_that_stands_in_for_another_is_told_in_chinese(tmp_path: Path) -> None:
    rule = """\
rule: cloth
edition: "1"
title: {en: Cloth, zh: 布}
product: {unit: kg}
stages:
- {id: yarn, title: {en: Yarn, zh: 纱线}, group: raw_material, flows: {yarn: {unit: kg}}}
"""
    table = (
        "item,value,unit,region,year,kind,source,locator,proxy_for\n"
        "cotton_yarn,2,kgCO2e/kg,GLO,2023,life_cycle,grid,table 1,flax_yarn\n"
    )
    files = {
        "rule.yaml": rule,
        "grid.csv": table,
        "mill.csv": "product,stage,flow,amount,unit,item\nP,yarn,yarn,1,kg/kg,flax_yarn\n",
        "grid.yaml": "title: A table\nedition: '1'\nlicence: CC0\nsources: {grid: {title: Grid}}\nredistributable: true\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = tp.footprint(tmp_path / "mill.csv", tmp_path / "rule.yaml", load_factors(tmp_path / "grid.csv"))
    asked = "flax_yarn→cotton_yarn (代用因子)"
    assert asked in words(result, tmp_path / "zh.html", "zh") and asked in str(result.explain("P", language="zh"))
    assert asked in "\n".join(cells(result, tmp_path / "zh.xlsx", "zh"))
    assert "flax_yarn→cotton_yarn (proxy)" in words(result, tmp_path / "en.html", "en")
