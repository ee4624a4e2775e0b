"""Explanations, calculated again with a pocket calculator."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import textile_pcf as tp
from paths import ROOT, TESTS
from worked import all_cases, run

EXAMPLES = {
    "polyester_woven": "chemical_fiber_fabric",
    "cotton_poplin": "cotton_fabric",
    "silk_habotai": "silk_fabric",
    "polyester_cotton_blend": "chemical_fiber_fabric",
}


MISTAKES = TESTS / "mistakes"


RULE, FACTORS, GOOD = MISTAKES / "mill.yaml", MISTAKES / "factors.csv", MISTAKES / "good.csv"


def good():
    return tp.footprint(GOOD, RULE, FACTORS)


def example(name):
    folder = ROOT / "examples" / name
    own = [folder / "factors.csv", "default"] if (folder / "factors.csv").is_file() else None
    return tp.footprint(folder / "activity.csv", EXAMPLES[name], own)


# ---------------------------------------------------------------- explanations, with a pocket calculator


NUMBER = re.compile(r"(-?\d[\d.]*(?:e[-+]?\d+)?) (\S+)")


TERM = re.compile(r"^  (?P<name>[^:]+): (?P<factors>-?\d.* × .*) = (?P<result>-?[\d.e+-]+) (?P<unit>\S.*)$")


EMISSIONS = re.compile(r"^    × (?P<factor>-?[\d.e+-]+) (?P<unit>kgCO2e\S*) = (?P<result>-?[\d.e+-]+) kg CO2e$")


STAGE = re.compile(r"^(?P<title>\S.*) \[(?P<id>\w+)\] (?P<total>-?[\d.e+-]+) kg CO2e/")


MASS = re.compile(r"^  mass.*: (?P<into>[\d.e+-]+) kg in, (?P<out>[\d.e+-]+) kg out, (?P<lost>-?[\d.e+-]+) kg lost$")


SHOWN = 2e-6  # numbers are shown with seven digits; a few of them are multiplied


def calculate_again(text):
    """Redo every line of an explanation from what it prints; what does not come out."""
    wrong = []
    total, stage, told, amount = {}, None, None, None
    for line in text.splitlines():
        if found := STAGE.match(line):
            stage, told = found["id"], float(found["total"])
            total[stage] = (told, [])
        elif found := MASS.match(line):
            into, out, lost = (float(found[name]) for name in ("into", "out", "lost"))
            if abs(into - out - lost) > SHOWN * into:
                wrong.append(line)
        elif found := TERM.match(line):
            said = re.sub(r" \(.*\)$", "", found["factors"])
            parts = [NUMBER.match(part) for part in said.split(" × ")]
            numbers = [float(part[1]) / (100 if part[2] == "%" else 1) for part in parts]
            amount = float(found["result"])
            if not math.isclose(math.prod(numbers), amount, rel_tol=SHOWN, abs_tol=1e-12):
                wrong.append(line)
        elif found := EMISSIONS.match(line):
            result = float(found["result"])
            if not math.isclose(amount * float(found["factor"]), result, rel_tol=SHOWN, abs_tol=1e-12):
                wrong.append(line)
            total[stage][1].append(result)
    for name, (told, terms) in total.items():
        if abs(told - sum(terms)) > SHOWN * sum(map(abs, terms)) + 1e-12:
            wrong.append(f"{name}: {told} is not the sum of {terms}")
    return wrong, total


def explained(result):
    for product in result.products:
        text = result.explain(product)
        wrong, stages = calculate_again(text)
        assert not wrong, "\n".join(wrong)
        lines = result.contributions
        terms = sum(len(numbers) for _, numbers in stages.values())
        assert terms == (lines["product"] == product).sum(), f"{terms} terms told"
        total = float(result.total()[product])
        last = re.search(r"^Total: .* = (-?[\d.e+-]+) kg CO2e per", text, re.MULTILINE)
        assert float(last[1]) == pytest.approx(total, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_explain_themselves(name):
    explained(example(name))


WORKED = [case for case in all_cases() if "expect_error" not in case.data]


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case.id)
def test_worked_cases_explain_themselves(case, tmp_path):
    explained(run(case.data, tmp_path))


def test_explanation_of_a_stage_alone():
    text = good().explain("FABRIC-1", "dyeing")
    assert "steam" in text
    assert "spinning" not in text


def test_explanation_says_factor_source_locator_and_fallback():
    text = good().explain("FABRIC-1", "weaving")
    for words in ("electricity CN 2023", "requested 2024→2023", "printed 0.6 kgCO2e/kWh", "hand", "good.csv:11"):
        assert words in text, words


def test_explanation_shows_how_the_masses_come_about():
    """Issue 2: every digit can be understood. A mass in follows from the loss, its basis and where the loss comes from."""
    text = good().explain("FABRIC-1", "dyeing")
    for words in ("dyeing_loss", "3 %", "good.csv:12"):
        assert words in text, f"{words!r} is not in\n{text}"
    poplin = example("cotton_poplin")
    assert "12 %" in poplin.explain(poplin.products[0], "spinning")


def test_explanation_shows_what_a_method_was_given():
    """3.2 kWh/kg by spinning_electricity: the count, the reference count and the coefficient stand beside it."""
    case = next(case for case in WORKED if case.name.startswith("spinning_electricity"))
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        text = run(case.data, Path(folder)).explain("P")
    for words in ("spinning_electricity", "40 Nm", "50 Nm", "4 kWh/kg"):
        assert words in text, f"{words!r} is not in\n{text}"


def test_explanation_of_a_total_of_a_period_can_be_redone():
    case = next(case for case in WORKED if case.name.startswith("a year's electricity"))
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        text = run(case.data, Path(folder)).explain("P")
    for words in ("2000 MWh", "500000 kg output of the period"):
        assert words in text, f"{words!r} is not in\n{text}"
