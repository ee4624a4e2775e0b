"""`rules lint` tells items, categories, kinds and regions for which no shipped table has a factor."""

from __future__ import annotations

from pathlib import Path

import pytest

from textile_pcf.cli import run
from textile_pcf.rule_cases import items_advice
from textile_pcf.rules import load_rules

RULE = """\
rule: lint_lab
edition: "1"
sources: {{m: {{title: Made up}}}}
product: {{unit: kg}}
stages:
  - id: dyeing
    {stage}
    flows:
      x: {{unit: {unit}, {flow}}}
"""


def told(folder: Path, flow: str, unit: str = "kWh", stage: str = "title: Dyeing") -> list[str]:
    path = folder / "rule.yaml"
    path.write_text(RULE.format(flow=flow, unit=unit, stage=stage), encoding="utf-8")
    return items_advice(load_rules(path))


@pytest.mark.parametrize("name", ["cotton_fabric", "chemical_fiber_fabric", "silk_fabric", "apparel"])
def test_shipped_rules_ask_for_what_is_shipped(name: str) -> None:
    assert items_advice(load_rules(name)) == []


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        ("factor: electricty", "dyeing.x: no shipped table has the item 'electricty'. Did you mean 'electricity'?"),
        ("factor: qqqq", "dyeing.x: no shipped table has the item 'qqqq'. A mill needs a table of its own for it."),
        ("factor: electricity, kind: life_cycel", "has the kind 'life_cycel'. Did you mean 'life_cycle'?"),
        ("factor: electricity, kind: zzzz", "has the kind 'zzzz'. There are: author_boundary, combustion,"),
        (
            "factor: electricity, kind: well_to_wheel",
            "the shipped tables do not answer: There is no emission factor 'electricity' of kind",
        ),
        ("category: chemicals", "has the category 'chemicals'. Did you mean 'chemical'?"),
        ("category: zzzz", "has the category 'zzzz'. There are: agriculture,"),
        ("factor: electricity, category: fuel", "'electricity' is of category 'electricity', but the flow takes 'fuel'."),
    ],
)
def test_what_no_shipped_table_has(tmp_path: Path, flow: str, words: str) -> None:
    (text,) = told(tmp_path, flow)
    assert words in text


def test_a_unit_and_a_region_that_no_row_has(tmp_path: Path) -> None:
    (text,) = told(tmp_path, "factor: electricity", unit="m3")
    assert "but the flow counts m3" in text
    (text,) = told(tmp_path, "factor: electricity, matching: {forbid: [GLO, group]}", stage="region: AQ")
    assert "There is no emission factor 'electricity' for AQ" in text and "there are: " in text


def test_what_is_there_needs_no_advice(tmp_path: Path) -> None:
    assert told(tmp_path, "factor: electricity") == []
    assert told(tmp_path, "category: chemical", unit="kg") == []


def test_the_command_tells_it_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(tmp_path, "factor: electricty, kind: life_cycel, category: chemicals")
    assert run(["rules", "lint", str(tmp_path / "rule.yaml")]) == 0
    out = capsys.readouterr().out
    assert out.count("advice: dyeing.x: no ") == 3
    assert run(["rules", "lint", str(tmp_path / "rule.yaml"), "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "自带因子表中没有 'electricty'" in out and "是否想写 'life_cycle'？" in out
    told(tmp_path, "factor: electricity, kind: well_to_wheel")
    assert run(["rules", "lint", str(tmp_path / "rule.yaml"), "--lang", "zh"]) == 0
    assert "自带因子表没有可用的因子：" in capsys.readouterr().out
