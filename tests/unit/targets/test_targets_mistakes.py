"""Every sentence of the contract on targets that refuses something: place, what is wrong, cure; in English and Chinese."""

from __future__ import annotations

import re

import pytest
from target_inputs import BAO, HLA, LOAN, cloth, effects, figure, sets, tonnes

import textile_pcf as tp

CHINESE = re.compile("[\u4e00-\u9fff]")
GWP = {**BAO, "gwp": "AR6", "accounting": "location_based"}
RECALCULATION = {
    "entity": "Baoxiniao",
    "year": 2024,
    "scopes": "1 2",
    "old": 10000,
    "new": 9000,
    "unit": "tCO2e",
    "reason": "method",
}
YEARS = cloth((2023, 6.0), (2024, 5.5))


def without(target, *names, **more):
    return {name: value for name, value in {**target, **more}.items() if name not in names}


DOCUMENTS = {
    "an unknown key": ({**BAO, "reduces": 1}, r"targets\.0\.reduces", "not known here", "reduce"),
    "a missing key": (without(BAO, "source"), r"targets\.0\.source", "missing", "Add"),
    "an unknown metric": ({**BAO, "metric": "relative"}, r"targets\.0\.metric", "relative", "absolute"),
    "overlapping caps": ({**HLA, "caps": [*HLA["caps"], {"from": 2030, "to": 2031, "at_most": 4}]},
        r"caps\.2", "Two caps hold in 2030", "one cap for each year"),
    "a cap that ends before it begins": ({**HLA, "caps": [{"from": 2030, "to": 2029, "at_most": 4}]},
        r"caps\.0", "ends in 2029", "Exchange"),
    "reduce without base": (without(BAO, "base", "compare"), r"reduce", "needs a base year", "Add `base`"),
    "contraction without base": (without(BAO, "base", "reduce", "compare", contraction={"rate": "4 %", "until": 2030}),
        r"contraction", "needs a base year", "Add `base`"),
    "two paths": ({**BAO, "contraction": {"rate": "4 %", "until": 2030}}, r"contraction", "one path", "target of its own"),
    "a path that ends before its base": ({**BAO, "reduce": {"by": 2024, "percent": 5}}, r"reduce", "ends in 2024", "Correct"),
    "a rate without percent": (without(BAO, "reduce", contraction={"rate": "0.042", "until": 2030}),
        r"contraction\.rate", "no rate", "4.2 %"),
    "nothing to compare": (without(HLA, compare=["sbti_floor"]), r"compare", "no reduction", "leave `compare` out"),
    "no scopes": (without(BAO, "scopes"), r"scopes", "names its scopes", r"\[1, 2\]"),
    "a scope twice": ({**BAO, "scopes": [1, 1]}, r"scopes", "twice", "once"),
    "scopes of a footprint": ({**LOAN, "scopes": [1]}, r"scopes", "no scopes", "Leave"),
    "an intensity in tonnes": ({**HLA, "unit": "tCO2e"}, r"unit", "greenhouse effect", "per unit of output"),
    "an absolute target per set": ({**BAO, "unit": "kgCO2e/set"}, r"unit", "per set", "Write tCO2e"),
    "a unit that is none": ({**BAO, "unit": "tonnes of air"}, r"unit", "is not a unit", "tCO2e"),
    "a clause on a site": ({**BAO, "lower_than": "previous_year", "counts": ["activity"]},
        r"lower_than", "footprint of a product", "pcf"),
    "a clause without counts": (without(LOAN, "counts"), r"lower_than", "does not name the effects", "Add `counts`"),
    "counts without a clause": ({**BAO, "counts": ["activity"]}, r"counts", "belongs to a clause", "Add `lower_than"),
    "an unknown effect": ({**LOAN, "counts": ["weather"]}, r"counts\.0", "no effect 'weather'", "activity, factor"),
    "at least without percent": ({**LOAN, "at_least": "0.02"}, r"at_least", "no part of", "2 %"),
    "nothing that can be kept": (without(HLA, "caps"), r"targets\.0\.id", "states nothing", "Add `caps`"),
    "neutrality that is judged": (without(BAO, "compare", metric="neutrality"), r"reduce", "not judged", "target of its own"),
    "a peak of a footprint": ({**LOAN, "peak": {"by": 2030}}, r"peak", "absolute emissions", "metric absolute"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_wrong_document_is_refused_with_place_and_cure(name):
    target, place, what, cure = DOCUMENTS[name]
    with pytest.raises(tp.RuleError) as caught:
        tp.targets.path([target])
    problem = caught.value.problems[0]
    assert re.search(place, problem.where)
    assert re.search(what, problem.what)
    assert re.search(cure, problem.cure)
    assert {problem.code for problem in caught.value.problems} == {"targets"}
    assert CHINESE.search(problem.localized("zh"))


def test_all_faults_of_a_document_come_at_once_with_their_lines(tmp_path):
    file = tmp_path / "targets.yaml"
    file.write_text(
        "targets:\n"
        "- {id: a, entity: E, metric: absolute, scopes: [1], boundary: b, unit: tCO2e, source: s, "
        "reduce: {by: 2030, percent: 5}}\n"
        "- {id: a, entity: E, metric: absolute, scopes: [1], boundary: site, unit: kg, source: s, peak: {by: 2030}}\n",
        encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(tp.RuleError) as caught:
        tp.targets.path(file)
    assert [problem.where.removeprefix(str(file)) for problem in caught.value.problems] == [
        ":2 (targets.0.reduce)", ":3 (targets.1.unit)", ":3 (targets.1.id)"]  # fmt: skip
    assert caught.value.summary == "3 problems in the targets"


INPUTS = {
    "another boundary": (HLA, [figure("HLA", 2024, "intensity", 35.88, "kgCO2e/set", "1 2", "cradle_to_grave")], {},
        r"row 0 \(boundary\)", "'cradle_to_grave' cannot be held against target 'hla', whose boundary is 'site'",
        "same boundary"),
    "no boundary": (HLA, [figure("HLA", 2024, "intensity", 4, "kgCO2e/set", "1 2", "")], {},
        r"\(boundary\)", "has no boundary", "same boundary"),
    "an output of another boundary": (HLA, [*sets(2030, 4350, 1e6)[:1], figure("HLA", 2030, "output", 1, "set", "", "group")],
        {}, r"row 1 \(boundary\)", "'group' cannot", "same boundary"),
    "another gwp": (GWP, tonnes((2025, 1), gwp="AR5", accounting="location_based"), {}, r"\(gwp\)", "'AR5' cannot", "same gwp"),
    "no gwp": (GWP, tonnes((2025, 1), accounting="location_based"), {}, r"\(gwp\)", "has no gwp", "same gwp"),
    "another accounting": (GWP, tonnes((2025, 1), gwp="AR6", accounting="market_based"), {},
        r"\(accounting\)", "'market_based' cannot", "same accounting"),
    "no accounting": (GWP, tonnes((2025, 1), gwp="AR6"), {}, r"\(accounting\)", "has no accounting", "same accounting"),
    "scopes beyond": (BAO, tonnes((2025, 1), scopes="1 2 3"), {}, r"\(scopes\)", "Scopes 1 2 3 cannot", "same scopes"),
    "scopes short": (BAO, tonnes((2025, 1), scopes="1"), {}, r"\(scopes\)", "which counts 1 2", "same scopes"),
    "no scopes": (BAO, tonnes((2025, 1), scopes=""), {}, r"\(scopes\)", "names no scopes", "same scopes"),
    "scopes that are none": (BAO, tonnes((2025, 1), scopes="one"), {}, r"\(scopes\)", "'one' names no scopes", "1, 2 or 3"),
    "another kind of unit": (HLA, [figure("HLA", 2025, "intensity", 4, "kgCO2e/piece")], {},
        r"\(unit\)", "per piece", "same kind"),
    "an output of another kind": (HLA, [*sets(2030, 4350, 1)[:1], figure("HLA", 2030, "output", 1, "piece", "", "")], {},
        r"row 1 \(unit\)", "needs sets", "same kind"),
    "no output": (HLA, sets(2030, 4350, 1)[:1], {}, r"row 0 \(quantity\)", "no output of 'HLA' in 2030", "Add the output"),
    "an output of nothing": (HLA, sets(2030, 4350, 0), {}, r"row 1 \(amount\)", "output of 0 is none", "Give what was made"),
    "negative emissions": (BAO, tonnes((2025, -1)), {}, r"\(amount\)", "below 0", "gross figures"),
    "an infinite figure": (BAO, tonnes((2025, "inf")), {}, r"\(amount\)", "not a finite number", "finite number"),
    "a formula": (BAO, tonnes((2025, "=A1")), {}, r"\(amount\)", "=A1", "number"),
    "an empty figure": (BAO, tonnes((2025, "")), {}, r"\(amount\)", "is empty", "number"),
    "no year": (BAO, tonnes(("24", 5)), {}, r"\(year\)", "'24' is not a year", "four digits"),
    "an unknown quantity": (BAO, [figure("Baoxiniao", 2024, "emission", 1, "tCO2e")], {},
        r"\(quantity\)", "no value", "'emissions'"),
    "a figure twice": (BAO, tonnes((2025, 1), (2025, 2)), {}, r"row 1 \(year\)", "already in row 0", "once"),
    "no figure of the entity": (BAO, tonnes((2025, 1), entity="Baoxinao"), {},
        r"entity", "no figure of 'Baoxiniao'", "Baoxinao"),
    "no figure of the base year": ({**BAO, "base": 2024}, tonnes((2025, 1)), {}, r"base", "base year 2024", "with its amount"),
    "a base year that took up more than it emitted": (  # −2 to −1.5 would be a fall by a quarter, and −2 itself not kept
        {**without(LOAN, "lower_than", "counts", "at_least"), "base": 2023, "reduce": {"by": 2030, "percent": 50}},
        cloth((2023, -2.0), (2024, -1.5)), {}, r"base", "no figure above zero of the base year 2023", "with its amount"),
    "growth as a reason": (BAO, tonnes((2025, 1)), {"recalculations": [{**RECALCULATION, "reason": "growth"}]},
        r"\(reason\)", "'growth' is no value", "structural, method, error, outsourcing. Growth of production"),
    "recalculated scopes that do not count": (BAO, tonnes((2025, 1)), {"recalculations": [{**RECALCULATION, "scopes": "1 3"}]},
        r"\(scopes\)", "not all counted", "scopes that the target counts"),
    "a recalculation in another kind of unit": (BAO, tonnes((2025, 1)), {"recalculations": [{**RECALCULATION, "unit": "t"}]},
        r"\(unit\)", "measures mass", "same kind"),
    "a recalculation in two units": (BAO, tonnes((2025, 1)),
        {"recalculations": [{**RECALCULATION, "unit": "", "old": "10000 tCO2e", "new": "9000 kgCO2e"}]},
        r"\(unit\)", "different units", "one unit"),
    "a clause without effects": (LOAN, YEARS, {}, r"lower_than", "no effects are given", "--attribution"),
    "effects that do not add up": (LOAN, YEARS, {"attribution": effects(2023, 2024, activity=-0.4)},
        r"row 0 \(amount\)", "add up to -0.4, and the figures differ by -0.5", "all effects"),
    "effects of some years only": (LOAN, cloth((2023, 6.0), (2024, 5.5), (2025, 5)),
        {"attribution": effects(2023, 2024, activity=-0.5)}, r"input", "from 2024 to 2025", "rows of that diff"),
    "an effect twice": (LOAN, YEARS, {"attribution": [*effects(2023, 2024, activity=-0.25)] * 2},
        r"row 1 \(effect\)", "already in row 0", "once"),
    "an effect that does not exist": (LOAN, YEARS, {"attribution": effects(2023, 2024, weather=-0.5)},
        r"\(effect\)", "no effect 'weather'", "activity, factor"),
    "effects over two years": (LOAN, YEARS, {"attribution": effects(2022, 2024, activity=-0.5)},
        r"\(to\)", "From 2022 to 2024", "year before"),
    "effects of years without figures": (LOAN, YEARS, {"attribution": effects(2024, 2025, activity=-0.5)},
        r"\(to\)", "both 2024 and 2025", "both years"),
    "effects in another unit": (LOAN, YEARS, {"attribution": [{**effects(2023, 2024, activity=-0.5)[0], "unit": "kgCO2e/m"}]},
        r"\(unit\)", "per length", "same kind"),
    "a year left out": (LOAN, cloth((2022, 6), (2024, 5)), {"attribution": effects(2023, 2024, activity=-1)},
        r"lower_than", "no figure of 2023", "Give the figure of 2023"),
}  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_what_cannot_be_compared_is_refused_with_place_and_cure(name):
    target, series, more, place, what, cure = INPUTS[name]
    with pytest.raises(tp.InputError) as caught:
        tp.targets.check([target], series, **more)
    problems = caught.value.problems
    found = [
        each for each in problems if re.search(place, each.where) and re.search(what, each.what) and re.search(cure, each.cure)
    ]
    assert found, "\n".join(map(str, problems))
    assert {each.code for each in problems} == {"series"}
    assert all(CHINESE.search(each.localized("zh")) for each in problems)


@pytest.mark.parametrize("threshold", ["5", "many", "-5%"])
def test_a_threshold_is_written_in_percent(threshold):
    with pytest.raises(tp.UsageError, match="5%"):
        tp.targets.check([BAO], tonnes((2025, 1)), threshold=threshold)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"submitted": 2026}, "until April 2026 only"),
        ({"submitted": 2031}, "ends 4 years after"),
        ({"submitted": 2024}, "ends 11 years after"),
        ({"scopes": [1, 2, 3]}, "scopes 1 and 2"),
    ],
)
def test_what_to_know_of_criteria_is_a_warning(more, words):
    result = tp.targets.path([{**BAO, **more}])
    assert any(words in text for text in result.warnings)
    assert all(CHINESE.search(text) for text in result.localized_warnings("zh"))


def test_a_target_submitted_in_time_has_no_warning():
    assert tp.targets.path([{**BAO, "submitted": 2025}]).warnings == ()


def test_figures_that_do_not_agree_are_a_warning():
    rows = [*sets(2030, 4350, 1e6), figure("HLA", 2030, "intensity", 4.3, "kgCO2e/set")]
    assert "given as 4.3, and emissions per output are 4.35" in tp.targets.check([HLA], rows).warnings[0]
    rows = tonnes((2024, 9000), (2025, 9000))
    assert "which states 10000" in tp.targets.check([BAO], rows).warnings[0]
    rows = [*tonnes((2025, 9000), gwp="AR5"), *tonnes((2026, 9000), gwp="AR6")]
    assert "differ in gwp: AR5, AR6" in tp.targets.check([BAO], rows).warnings[0]


@pytest.mark.parametrize("text", ["", "entity,year,quantity,amount\n", "a,b\n1,2\n", "\x00\x01"])
def test_hostile_tables_are_refused(tmp_path, text):
    file = tmp_path / "series.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(tp.InputError):
        tp.targets.check([BAO], file)


@pytest.mark.parametrize("name", ["another boundary", "another gwp", "another accounting", "no output"])
def test_fields_are_named_in_chinese(name):
    target, series, more, *_ = INPUTS[name]
    with pytest.raises(tp.InputError) as caught:
        tp.targets.check([target], series, **more)
    text = caught.value.problems[0].localized("zh").partition(": ")[2]
    assert not re.search(r"\b(boundary|accounting|output|emissions)\b", text)


def test_a_recalculated_base_is_above_zero():
    """10,000 − 10,000 t leave no base that a path or a change could refer to."""
    gone = [{**RECALCULATION, "new": 0}]
    with pytest.raises(tp.InputError, match="The recalculated base of target 'bao' is 0, not above zero"):
        tp.targets.check([BAO], tonnes((2025, 9000)), recalculations=gone)


def test_a_wrong_base_is_named_by_its_own_path():
    with pytest.raises(tp.RuleError) as caught:
        tp.targets.path([{**BAO, "base": {"year": 2024, "amount": 0}}])
    assert [problem.where for problem in caught.value.problems] == ["targets (targets.0.base.amount)"]
