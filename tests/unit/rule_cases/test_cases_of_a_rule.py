"""What an expert gets wrong in a case, and what `rules test` answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rule_files import CASE, FORMS, changed

from textile_pcf.rule_cases.compare import REDO

# ---------------------------------------------------------------- what an expert gets wrong in a case


def test_a_wrong_expectation_is_told_stage_by_stage(command, begun):
    changed(begun / "denim_cases.yaml", "total: 8.75", "total: 8.8")
    changed(begun / "denim_cases.yaml", "weaving: 3.125}", "weaving: 3.175}")
    changed(begun / "denim_cases.yaml", "output: 1.25}", "outputs: 1.25}")
    code, out, err = command("rules", "test", "denim.yaml")
    assert (code, out) == (4, "")
    assert "'outputs' is not known here. Did you mean 'output'?" in err and err.startswith("denim_cases.yaml:27 (")
    changed(begun / "denim_cases.yaml", "outputs: 1.25}", "output: 1.25}")
    code, out, err = command("rules", "test", "denim.yaml")
    assert code == 3
    assert out.splitlines() == [
        "everything given, worked out by hand: not as worked out",
        "  8 of 10 figures, tolerance 1e-09  worked out  calculated    off by",
        "  total                                    8.8        8.75  -0.568 %",
        "  stages.weaving                         3.175       3.125   -1.57 %",
        "  stages.spinning                        5.625       5.625",
        "what is left out, the mill is asked for: refused, as expected",
    ]
    name = "everything given, worked out by hand"
    assert err.splitlines() == [
        "1 of 2 cases as worked out",
        f"denim_cases.yaml:24 ({name}: expect.total): Worked out 8.8, calculated 8.75. {REDO}",
        f"denim_cases.yaml:25 ({name}: expect.stages.weaving): Worked out 3.175, calculated 3.125. {REDO}",
        "2 problems in the rule",
    ]
    code, out, err = command("rules", "test", "denim.yaml", "--lang", "zh")
    assert code == 3
    assert "与手算不一致" in out and "手算" in out and "偏差" in out
    assert "手算为 8.8，程序计算为 8.75。请复核 `work` 下的算式，再检查规则。" in err


def test_figures_of_several_products_stand_below_their_names(command):
    """Only the first product was compared, so a second one that nobody had worked out passed."""
    rule = {"rule": "mill", "edition": "1", "product": {"unit": "kg"},
            "stages": [{"id": "weaving", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}]}  # fmt: skip
    same = {"stage": "weaving", "flow": "electricity", "unit": "kWh"}
    case = {"name": "two", "rule": rule, "factors": {"electricity": "0.5 kgCO2e/kWh"},
            "rows": [{"product": "A", "amount": 2, **same}, {"产品": "B", "amount": 4, **same}]}  # fmt: skip
    Path("two_cases.yaml").write_text(json.dumps([{**case, "expect": {"total": 1}}]), encoding="utf-8")
    code, _, err = command("rules", "test", "two_cases.yaml")
    assert code == 3 and "Of which product are these figures? Write them below its name: A, B." in err
    Path("two_cases.yaml").write_text(
        json.dumps([{**case, "expect": {"A": {"total": 1}, "B": {"total": 2}}}]), encoding="utf-8"
    )
    assert command("rules", "test", "two_cases.yaml")[0] == 0


def test_terms_of_a_case_that_differs_are_shown_when_asked(command, begun):
    changed(begun / "denim_cases.yaml", "total: 8.75", "total: 8.8")
    code, out, _ = command("rules", "test", "denim.yaml", "--explain")
    assert code == 3
    assert "electricity: 6 kWh/kg × 1 kg output = 6 kWh" in out and "amount: denim_cases.yaml:10" in out


def test_every_figure_is_shown_when_asked(command, begun):
    short = command("rules", "test", "denim.yaml")[1]
    code, out, _ = command("rules", "test", "denim.yaml", "--all")
    assert code == 0 and "masses.spinning.input" in out and "masses.spinning.input" not in short


def test_more_is_allowed_where_the_case_says_so(command, begun):
    changed(begun / "denim_cases.yaml", "total: 8.75", "total: 8.8")
    for told, code in (("1 %", 0), ("0.006", 0), ("0.1 %", 3)):
        text = (begun / "denim_cases.yaml").read_text(encoding="utf-8")
        (begun / "loose_cases.yaml").write_text(
            text.replace("  work: |", f"  rule: denim.yaml\n  tolerance: {told}\n  work: |").replace(
                "  expect_error", "  rule: denim.yaml\n  expect_error"
            ),
            encoding="utf-8",
        )
        assert command("rules", "test", "loose_cases.yaml")[0] == code, told


def test_what_cannot_be_calculated_is_told_at_its_row_of_the_case(command, begun):
    changed(begun / "denim_cases.yaml", "amount: 6, unit: kWh/kg", "amount: 6, unit: kwh/kg")
    changed(begun / "denim_cases.yaml", "value: 0.5", "value: half")
    code, _, err = command("rules", "test", "denim_cases.yaml")
    assert code == 3
    assert "denim_cases.yaml:14 (value): 'half' is not a finite number." in err
    changed(begun / "denim_cases.yaml", "value: half", "value: 0.5")
    code, _, err = command("rules", "test", "denim_cases.yaml")
    assert code == 3
    assert "denim_cases.yaml:10 (weaving.electricity): 'kwh' in 'kwh/kg' is not a known unit." in err
    code, _, err = command("rules", "test", "denim_cases.yaml", "--lang", "zh")
    assert code == 3 and "不是已知的单位" in err


def test_what_is_missing_is_told_at_the_rows(command, begun):
    changed(begun / "denim_cases.yaml", "    - {stage: weaving, flow: electricity, amount: 6, unit: kWh/kg}\n", "")
    code, out, err = command("rules", "test", "denim_cases.yaml")
    assert code == 3 and "denim_cases.yaml:5 (weaving.electricity, product P): Electricity is missing" in err
    assert out.startswith("everything given, worked out by hand: cannot be calculated\n")


def test_several_products(command, begun):
    rows = "".join(
        f"    - {{product: {name}, stage: spinning, flow: fiber, item: x}}\n"
        f"    - {{product: {name}, stage: spinning, flow: spinning_waste, amount: {waste} %}}\n"
        f"    - {{product: {name}, stage: spinning, flow: electricity, amount: 0 kWh/kg}}\n"
        f"    - {{product: {name}, stage: weaving, flow: weaving_waste, amount: 0 %}}\n"
        f"    - {{product: {name}, stage: weaving, flow: electricity, amount: 2 kWh/kg}}\n"
        for name, waste in (("Q", 0), ("R", 50))
    )
    factors = "  factors:\n    - {item: x, value: 1, unit: kgCO2e/kg, category: fibre}\n"
    factors += "    - {item: electricity, value: 1, unit: kgCO2e/kWh}\n"
    text = f"- name: two\n  rows:\n{rows}{factors}  expect: {{Q: {{total: 3}}, R: {{total: 4}}}}\n"
    (begun / "denim_cases.yaml").write_text(text, encoding="utf-8")
    code, out, err = command("rules", "test", "denim.yaml")
    assert code == 0 and "Q.total" in out and "R.total" in out, err
    (begun / "denim_cases.yaml").write_text(text.replace("R: {total: 4}", "R: {total: 5}, S: {total: 1}"), encoding="utf-8")
    code, out, err = command("rules", "test", "denim.yaml")
    assert code == 3 and "R.stages.spinning" in out
    assert "expect.R.total): Worked out 5, calculated 4." in err
    assert "expect.S): The result has no 'S'; there is Q, R." in err


def test_rows_may_be_written_in_chinese(command, begun):
    """As in a mill's table: the Chinese names of the columns."""
    text = (begun / "denim_cases.yaml").read_text(encoding="utf-8")
    for english, chinese in (("stage:", "工序:"), ("flow:", "项目:"), ("amount:", "数量:"), ("unit: k", "单位: k")):
        text = re.sub(rf"(?<=[{{ ]){english}(?=.*}})", chinese, text) if english != "unit: k" else text
    (begun / "denim_cases.yaml").write_text(text, encoding="utf-8")
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 0, err


def test_an_error_that_does_not_come(command, begun):
    changed(begun / "denim_cases.yaml", "  expect:", "  expect_error: [spinning]\n  unused:")
    assert command("rules", "test", "denim.yaml")[0] == 4
    changed(begun / "denim_cases.yaml", "  unused:", "  tags: []\n#")
    text = (begun / "denim_cases.yaml").read_text(encoding="utf-8")
    (begun / "denim_cases.yaml").write_text(re.sub(r"\n    (total|stages|groups|masses): .*", "", text), encoding="utf-8")
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 3 and "It is calculated without any problem." in err


def test_an_error_with_other_words(command, begun):
    changed(begun / "denim_cases.yaml", "[spinning.electricity,", "[spinning.steam,")
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 3
    assert "expect_error.0): No message contains 'spinning.steam'. The messages are listed below" in err
    assert "Electricity is missing" in err


def test_words_of_messages_may_be_chinese(command, begun):
    changed(begun / "denim_cases.yaml", "[spinning.electricity,", "[缺少“电力”,")
    assert command("rules", "test", "denim.yaml")[0] == 0


@pytest.mark.parametrize("name", FORMS)
def test_a_case_that_is_not_of_the_form(command, begun, name):
    """Exit 4 with the line, nothing on standard output, also in Chinese."""
    text, told = FORMS[name]
    (begun / "denim_cases.yaml").write_text(text, encoding="utf-8")
    code, out, err = command("rules", "test", "denim.yaml")
    assert (code, out) == (4, ""), err
    assert told in err and err.startswith("denim_cases.yaml:")
    code, _, err = command("rules", "test", "denim.yaml", "--lang", "zh")
    assert code == 4
    assert not re.findall(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", re.sub(r"'[^']*'|`[^`]*`|\(.*?\)", "", err)), err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("factors: {electricity: 0.5}", "0.5 is not a value with its unit."),
        ("factors: {electricity: half kgCO2e}", "half"),
        ("factors: [1, 2]", "These are no factors."),
        ("factors: {mine: [], second: []}", "These are no factors."),
        ("factors: [no_such_table]", "There is no such table of emission factors."),
        ("rule: no_such_rule", "There is no such rule."),
        ("rule: other/denim.yaml", "There is no such rule file."),
        ('rule: {rule: x, edition: "1", product: {unit: kg}, stages: []}', "too few entries"),
        ("rows: [{stage: spinnning, flow: fiber}]", "Did you mean 'spinning'?"),
        ("rows: [{stage: spinning, flow: fiber, amuont: 1}]", "Did you mean 'amount'?"),
    ],
)
def test_what_stands_in_a_case_is_told_with_its_line(command, begun, more, told):
    rows = "" if more.startswith("rows") else "  rows: [{stage: spinning, flow: fiber}]\n"
    text = f"- name: x\n{rows}  {more}\n  expect: {{total: 1}}\n"
    (begun / "denim_cases.yaml").write_text(text, encoding="utf-8")
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 3, err
    assert told in err
    assert any(re.match(r"denim_cases\.yaml:\d+ \(", line) for line in err.splitlines()), err


def test_paths_without_cases(command, begun):
    (begun / "denim_cases.yaml").unlink()
    (begun / "empty").mkdir()
    for path in ("denim.yaml", "empty"):
        code, _, err = command("rules", "test", path)
        assert code == 2 and "There are no worked cases here." in err
    code, _, err = command("rules", "test", "nowhere.yaml")
    assert code == 2 and "There is no such file or folder." in err
    (begun / "alone_cases.yaml").write_text(f"{CASE}  expect: {{total: 1}}\n", encoding="utf-8")
    code, _, err = command("rules", "test", "alone_cases.yaml")
    assert code == 3 and "This case names no rule, and there is none in its folder." in err
    assert command("rules", "test", "denim.yaml", "--format", "xml")[0] == 2


def test_lines_masses_and_warnings_that_are_not_so(command, begun):
    changed(
        begun / "denim_cases.yaml",
        "  expect:",
        "  expect_lines: [{flow: inbound, kgCO2e: 0.5}, {flow: nothing, kgCO2e: 1}, {flow: inbound, colour: blue}]\n"
        "  expect_masses: [{stage: spinning, input: 1}, {stage: x, input: 1}]\n"
        "  expect_warnings: [too much]\n  expect:",
    )
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 3
    for told in (
        "expect_lines.0.kgCO2e): Worked out 0.5, calculated 0.125.",
        "expect_lines.1): 0 lines of the sum are named so; name one.",
        "expect_lines.2.colour): The result has no 'colour'; there is ",
        "expect_masses.0.input): Worked out 1, calculated 1.5625.",
        "expect_masses.1): 0 masses are named so; name one.",
        "expect_warnings.0): No warning contains 'too much'.",
    ):
        assert told in err, err


def test_a_line_is_expected_by_the_factor_that_it_takes(command, begun):
    """Which factor a flow takes is worked out too; a line named by its flow and item alone is there or is not."""
    path = begun / "lines.yaml"
    head = (
        "- name: the lorry of the rule\n"
        "  rule: {rule: hauling, edition: '1', product: {unit: kg},\n"
        "         stages: [{id: haul, flows: {way: {unit: t*km, factor: lorry}}}]}\n"
        "  rows: [{stage: haul, flow: way, amount: 2, unit: t*km/kg}]\n"
        "  factors: [{item: lorry, region: GLO, value: 0.5, unit: kgCO2e/(t*km)}]\n"
    )
    path.write_text(head + "  expect_lines: [{stage: haul, flow: way, item: lorry}]\n", encoding="utf-8")
    code, out, err = command("rules", "test", "lines.yaml")
    assert (code, out.splitlines()[0]) == (0, "the lorry of the rule: as worked out"), err
    path.write_text(head + "  expect_lines: [{stage: haul, flow: way, item: train}]\n", encoding="utf-8")
    code, _, err = command("rules", "test", "lines.yaml")
    assert code == 3 and "0 lines of the sum are named so; name one." in err
