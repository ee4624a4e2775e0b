"""The table of a label in Chinese: each entry has its title, and no fixed word stays English."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from paths import EXAMPLES
from textile_pcf.cli import run
from textile_pcf.cli.label_table import label_table

WORD = re.compile(r"[A-Za-z][A-Za-z_]*")
NAMES = {"kg", "kgCO", "e", "CO", "GWP", "AR", "piece"}
"""Units, formulas, and the names of sets of global warming potentials."""
CASES = {
    "COTTON-POPLIN": ["cotton_poplin", "cotton_fabric@2026.2", "--issued", "2026-03-01"],
    "JACKET": ["polyester_jacket", "apparel@2026.2", "--factors", "default", "--factors", "carbonfact"],
}


def command(product: str, *more: str) -> list[str]:
    example, rule, *options = CASES[product]
    file = str(EXAMPLES / example / "activity.csv")
    return ["label", file, "--rule", rule, *options, "--product", product, "--interval", *more]


@pytest.mark.parametrize("product", CASES)
def test_no_word_of_the_table_is_english(product: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(product, "--format", "json", "-o", str(tmp_path / "label.json"))) == 0
    capsys.readouterr()
    assert run(command(product, "--lang", "zh")) == 0
    table, warned = capsys.readouterr()
    shown = json.loads((tmp_path / "label.json").read_text(encoding="utf-8"))
    assert len(table.splitlines()) == len(shown) - 1, "the warnings have no line"
    left = set(WORD.findall(table.replace(product, "").replace(shown["rule"], "")))
    assert left <= NAMES
    assert "其状态为 '解读'" in warned


def test_the_table_of_a_garment_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command("JACKET", "--lang", "zh", "--significant", "3")) == 0
    lines = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[-1] for line in capsys.readouterr().out.splitlines()}
    assert lines["产品碳足迹"] == "20.3"
    assert lines["系统边界"] == "从摇篮到坟墓"
    assert lines["生物源碳约定"] == "生物源 CO2 0/0"
    assert lines["用电核算口径"] == "基于市场"
    assert lines["修约"] == "3 位有效数字，四舍六入五成双"
    assert lines["有官方标识"] == "否"


@pytest.mark.parametrize("low", ["4.10", None])
def test_the_interval_of_the_english_table_is_a_sentence(low: str | None) -> None:
    interval = {"p2_5": low, "p97_5": low, "method": "closed_form", "declared_share": {"amounts": "83.3", "factors": "100.0"}}
    table = label_table({"value": "6.00", "interval": interval})
    assert "{" not in table and "None" not in table
    assert ("83.3" in table and "4.10" in table) == (low is not None)


@pytest.mark.parametrize(("level", "word"), [
    ("excellent", "优秀"), ("very good", "很好"), ("good", "良好"), ("fair", "一般"), ("poor", "差"),
])  # fmt: skip
def test_the_level_of_the_quality_is_a_word(level: str, word: str) -> None:
    assert label_table({"dqr": "2.5", "dqr_level": level}, "zh").split() == ["数据质量评级", "2.5", "数据质量等级", word]


def test_an_interval_that_rests_on_nothing_is_not_stated() -> None:
    interval = {"p2_5": None, "p97_5": None, "method": "closed_form", "declared_share": {"amounts": "0.0", "factors": "0.0"}}
    assert label_table({"interval": interval}, "zh").split() == ["95", "%", "区间", "未说明"]


def test_a_yearly_review_is_a_word() -> None:
    assert label_table({"review": "yearly", "status": "verified", "electricity": "market_based"}, "zh").split() == [
        "复核", "每年", "规则状态", "规则作者声明已与标准原文核对", "用电核算口径", "基于市场",
    ]  # fmt: skip


def test_the_english_table_keeps_keys_and_values() -> None:
    shown = {"boundary": "cradle_to_gate", "dqr": None, "rounding": {"decimals": 2, "method": "half_even"}, "warnings": []}
    assert label_table(shown) == "boundary  cradle_to_gate\ndqr\nrounding  decimals 2, method half_even\n"
