"""Documents that nobody writes by hand: long numbers, long chains, many mistakes. They are refused, or read, in time."""

from __future__ import annotations

import json
import time

import pytest

import textile_pcf as tp
from paths import MISTAKES
from textile_pcf.rules.lint import advice

HERE = MISTAKES
MILL = (HERE / "mill.yaml").read_text(encoding="utf-8")
RULE, FACTORS = HERE / "mill.yaml", HERE / "factors.csv"


def rule(tmp_path, text):
    path = tmp_path / "rule.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(tmp_path, text):
    with pytest.raises(tp.RuleError) as caught:
        tp.load_rules(rule(tmp_path, text))
    return caught.value.problems


@pytest.mark.parametrize(
    "number", ["0x" + "f" * 3999, "0o" + "7" * 3999, "9" * 4000, "1e400", "0x" + "f" * 400, "-" + "9" * 400]
)
def test_a_number_that_cannot_be_counted(tmp_path, number):
    problem = refused(tmp_path, MILL.replace("plausible: [2, 55]", f"plausible: [2, {number}]"))[0]
    assert "plausible" in problem.where and len(str(problem)) < 500


@pytest.mark.parametrize("number", ["0x10", "0o20", "16", "1.6e1"])
def test_a_number_in_another_form(tmp_path, number):
    rules = tp.load_rules(rule(tmp_path, MILL.replace("plausible: [2, 55]", f"plausible: [2, {number}]")))
    assert rules.losses[0].plausible == (0.02, 0.16)


def chain(count, wrong=""):
    """A rule in which every property is the next one's value, the last first."""
    links = [f"    p{k}: {{unit: m, value: p{k + 1}{wrong}}}" for k in range(count)]
    return MILL.replace("    width:", "\n".join([*links, f"    p{count}: {{unit: m, optional: true}}", "    width:"]), 1)


def test_a_chain_of_3000_properties(tmp_path):
    start = time.process_time()
    rules = tp.load_rules(rule(tmp_path, chain(3000)))
    assert len(advice(rules)) > 3000
    assert time.process_time() - start < 20  # far more than it needs; over 40 s when each round asked all again
    order = [spec.id for spec in rules.properties]
    assert order.index("p3000") < order.index("p2999") < order.index("p0")


def test_properties_are_laid_in_rounds_and_as_written(tmp_path):
    own = ["b: {unit: m, value: a}", "c: {unit: m, value: width}", "a: {unit: m, optional: true}", "d: {unit: m, value: b}"]
    text = MILL.replace("    width:", "".join(f"    {line}\n" for line in own) + "    width:", 1)
    assert [spec.id for spec in tp.load_rules(rule(tmp_path, text)).properties][:7] == [
        "grammage", "a", "width", "loom", "b", "c", "d"]  # fmt: skip


def test_a_circle_of_3000_properties_is_told_shortly(tmp_path):
    problems = refused(tmp_path, chain(3000).replace("p3000: {unit: m, optional: true}", "p3000: {unit: m, value: p0}"))
    assert len(problems) == 1 and "circle" in problems[0].what and len(problems[0].what) < 400


def test_many_mistakes_take_no_more_time_each(tmp_path):
    """Names that may be meant are looked for as long as anybody reads of them."""
    texts = {
        "keys": MILL + "".join(f"editoin_{k}: 1\n" for k in range(20_000)),
        "flows of another form": MILL + "".join(f"      f{k}: 5\n" for k in range(5_000)),
        "units that are mappings": MILL + "".join(f"      f{k}: {{unit: {{a: 1}}}}\n" for k in range(5_000)),
        "properties that are not": chain(1_000, wrong="x"),
    }
    for name, text in texts.items():
        start = time.process_time()
        assert len(refused(tmp_path, text)) >= 1_000, name
        assert time.process_time() - start < 20, name


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{b: " * 100_000, "- " * 100_000, "? " * 1000 + "a"])
def test_nested_without_end(tmp_path, text):
    assert len(refused(tmp_path, text)) == 1
    path = tmp_path / "mill.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(tp.InputError):
        tp.footprint(path, RULE, FACTORS)


HUGE = {
    "digits": {"amount": "9" * 1_000_000 + ","},
    "a whole number": {"amount": 10**4000},
    "a text": {"amount": "kWh" * 300_000},
    "a year": {"year": "1" * 300_000, "amount": "5 kg"},
    "NUL": {"amount": "5\0", "unit": "kg"},
}


@pytest.mark.parametrize("cells", HUGE.values(), ids=HUGE)
def test_cells_without_end(tmp_path, cells):
    path = tmp_path / "mill.json"
    path.write_text(json.dumps({"product": "P", "rows": [{"stage": "dyeing", "flow": "steam", **cells}]}), encoding="utf-8")
    with pytest.raises(tp.InputError) as caught:
        tp.footprint(path, RULE, FACTORS)
    assert any("dyeing.steam" in problem.where for problem in caught.value.problems)
