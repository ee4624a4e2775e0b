"""Every mistake of a rule that extends another, with the place where it stands."""

from __future__ import annotations

import re

import pytest
from extended_rules import OWN, written

from textile_pcf.errors import RuleError
from textile_pcf.messages.message import Message
from textile_pcf.rules import load_rules

MISTAKES = {
    "a rule that is not there": (
        "extends: bsae.yaml",
        "own.yaml:3",
        "There is no file 'bsae.yaml'. Write NAME@EDITION (apparel@2026.1",
    ),
    "a shipped rule without edition": (
        "extends: cotton_fabric",
        "own.yaml:3",
        "There is no file 'cotton_fabric'. Write NAME@EDITION",
    ),
    "an edition that is not there": (
        "extends: cotton_fabric@1999",
        "own.yaml:3",
        "There is no file 'cotton_fabric@1999'.",
    ),
    "itself": (
        "extends: own.yaml",
        "own.yaml:3",
        "These rules extend one another: own.yaml → own.yaml.",
    ),
    "one another": (
        "extends: other.yaml",
        "other.yaml:3",
        "These rules extend one another: own.yaml → other.yaml → own.yaml.",
    ),
    "an unknown stage": (
        "extends: base.yaml\nstages:\n  - id: weving",
        "own.yaml:5",
        "There is no stage 'weving' in the rule that is extended. Did you mean 'weaving'?",
    ),
    "a new stage without a place": (
        "extends: base.yaml\nstages:\n  - id: coating",
        "own.yaml:5",
        "A new stage needs a place",
    ),
    "a place that is not there": (
        "extends: base.yaml\nstages:\n  - id: dyeing\n    after: weving",
        "own.yaml:6",
        "There is no stage 'weving' to stand beside. Did you mean 'weaving'?",
    ),
    "a place for a stage that has one": (
        "extends: base.yaml\nstages:\n  - id: weaving\n    before: spinning",
        "own.yaml:6",
        "'weaving' is in the rule that is extended, and has its place there. Leave the place out; or name it under `remove`",
    ),
    "two places": (
        "extends: base.yaml\nstages:\n  - {id: dyeing, after: spinning, before: weaving, flows: {}}",
        "own.yaml:5",
        "It stands after one and before another. Write one of `after` and `before`.",
    ),
    "a place at itself": (
        "extends: base.yaml\nstages:\n  - {id: dyeing, after: dyeing, flows: {}}",
        "own.yaml:5",
        "'dyeing' gets its place from itself. Name one that has a place.",
    ),
    "two stages after one": (
        "extends: base.yaml\nstages:\n"
        "  - {id: dyeing, after: weaving, flows: {}}\n"
        "  - {id: coating, after: weaving, flows: {}}",
        "own.yaml:6",
        "'dyeing' and 'coating' both stand after 'weaving'. Write `after: dyeing`.",
    ),
    "a place of a loss that is not there": (
        "extends: base.yaml\nstages: [{id: spinning, losses: [{id: dust, after: wate, unit: '%', basis: input, value: 1}]}]",
        "own.yaml:4",
        "There is no loss 'wate' to stand beside.",
    ),
    "an unknown flow": (
        "extends: base.yaml\nstages:\n  - id: spinning\n    flows:\n      electrcity: {value: 2}",
        "own.yaml:7",
        "There is no 'electrcity' in this stage of the rule that is extended. Did you mean 'electricity'?",
    ),
    "a new loss without a unit": (
        "extends: base.yaml\nstages:\n  - id: weaving\n    losses: [{id: shrinkage, value: 2}]",
        "own.yaml:6",
        "A new flow, property or loss needs a unit.",
    ),
    "removal of nothing": (
        "extends: base.yaml\nremove: [spinning.wast]",
        "own.yaml:4",
        "There is no 'spinning.wast' in the rule that is extended. Did you mean 'spinning.waste'?",
    ),
    "removal of no text": (
        "extends: base.yaml\nremove: [{a: 1}]",
        "own.yaml:4",
        "Write a stage, stage.flow, or stage.flow.key of it.",
    ),
    "removal without a rule": (
        "remove: [a]\nproduct: {unit: kg}\nstages: [{id: a}]",
        "own.yaml:3",
        "`remove` is used in a rule that extends none. Add `extends:`.",
    ),
    "an unknown piece": (
        "extends: base.yaml\nstages: [{id: weaving, flows: {road: {use: raod}}}]",
        "own.yaml:4",
        "There is no piece 'raod' here. Did you mean 'road'?",
    ),
    "a piece where there is none": (
        "product: {unit: kg}\nstages: [{id: a, use: wet}]",
        "own.yaml:4",
        "There is no piece 'wet' here. Write it under `pieces`, or name its file in `shared`.",
    ),
    "a piece of no name": (
        "extends: base.yaml\nstages: [{id: weaving, use: []}]",
        "own.yaml:4",
        "`use` names no piece.",
    ),
    "a parameter that is not declared": (
        "extends: base.yaml\nstages: [{id: weaving, flows: {road: {use: road, with: {distanc: 2, distance: 1}}}}]",
        "own.yaml:4",
        "The piece 'road' has no parameter 'distanc'. Did you mean 'distance'?",
    ),
    "a parameter that is missing": (
        "extends: base.yaml\nstages: [{id: weaving, flows: {road: {use: road}}}]",
        "own.yaml:4",
        "The piece 'road' needs the parameter 'distance'. Write it under `with`.",
    ),
    "parameters that are none": (
        "extends: base.yaml\nstages: [{id: weaving, flows: {road: {use: road, with: 3}}}]",
        "own.yaml:4",
        "`with` holds no parameters.",
    ),
    "a place in a piece that nothing fills": (
        "extends: base.yaml\npieces:\n  far: {unit: t*km, value: <km>}\nstages: [{id: weaving, flows: {far: {use: far}}}]",
        "own.yaml:5",
        "The piece has no parameter 'km'. Declare it in `parameters` of the piece.",
    ),
    "pieces that use one another": (
        "extends: base.yaml\npieces:\n  a: {use: b}\n  b: {use: a}\nstages: [{id: weaving, use: a}]",
        "own.yaml:6",
        "These pieces use one another: a → b → a.",
    ),
    "a piece that is a text": (
        "extends: base.yaml\npieces: {a: kg}\nstages: [{id: weaving, use: a}]",
        "own.yaml:4",
        "This piece holds no `key: value` lines.",
    ),
    "pieces that are none": (
        "extends: base.yaml\npieces: 3",
        "own.yaml:4",
        "This piece holds no `key: value` lines.",
    ),
    "a shared file that is not there": (
        "extends: base.yaml\nshared: [textile@1999]",
        "own.yaml:4",
        "There is no file 'textile@1999'. Write NAME@EDITION (textile@2026.2)",
    ),
    "a mistake in the extended rule": (
        "extends: broken.yaml",
        "broken.yaml:4",
        "'kgg'",
    ),
    "a mistake in a piece": (
        "extends: base.yaml\n"
        "pieces:\n"
        "  wet: {unit: m33, factor: tap_water}\n"
        "stages: [{id: weaving, flows: {water: {use: wet}}}]",
        "own.yaml:5",
        "'m33'",
    ),
    "an unknown key in a piece": (
        "extends: base.yaml\n"
        "pieces:\n"
        "  wet: {unit: m3, facotr: tap_water}\n"
        "stages: [{id: weaving, flows: {water: {use: wet}}}]",
        "own.yaml:5",
        "'facotr' is not known here. Did you mean 'factor'?",
    ),
    "a stage written twice": (
        "extends: base.yaml\nstages:\n"
        "  - {id: weaving, flows: {heat: {value: 2, source: s, locator: p. 2}}}\n"
        "  - {id: weaving, flows: {heat: {value: 9, source: s, locator: p. 3}}}",
        "own.yaml:6",
        "'weaving' is written twice. Write all of it in one place.",
    ),
    "a loss written twice": (
        "extends: base.yaml\nstages:\n  - id: spinning\n    losses:\n"
        "      - {id: waste, value: 9, source: s, locator: p. 2}\n      - {id: waste, value: 20, source: s, locator: p. 3}",
        "own.yaml:8",
        "'waste' is written twice.",
    ),
    "another unit of the same number": (
        "extends: base.yaml\nstages:\n  - id: spinning\n    flows: {inbound: {unit: kg*km}}",
        "own.yaml:6",
        "This becomes 'kg*km', but 'value' is a number of 't*km'. Write 'value' anew too, or leave 'unit' out.",
    ),
    "another basis of the same loss": (
        "extends: base.yaml\nstages:\n  - id: spinning\n    losses: [{id: waste, basis: output}]",
        "own.yaml:6",
        "This becomes 'output', but 'value' is a number of 'input'.",
    ),
    "another unit of the number of a piece": (
        "extends: base.yaml\nstages: [{id: weaving, flows: {road: {use: road, with: {distance: 2}, unit: kg*km}}}]",
        "own.yaml:4",
        "This becomes 'kg*km', but 'value' is a number of 't*km'.",
    ),
    "a place outside an extending rule": (
        "product: {unit: kg}\nstages: [{id: a}, {id: b, after: a}]",
        "own.yaml:4",
        "'after' is not known here.",
    ),
}
OTHERS = {
    "other": 'rule: other\nedition: "1"\nextends: own.yaml\n',
    "broken": 'rule: broken\nedition: "1"\nproduct:\n  unit: kgg\nstages: [{id: a}]\n',
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_where_it_stands(tmp_path, name):
    text, place, said = MISTAKES[name]
    path = written(tmp_path, f'rule: own\nedition: "1"\n{text}\n', **OTHERS)
    with pytest.raises(RuleError) as caught:
        load_rules(path)
    problems = [problem for problem in caught.value.problems if said in str(problem)]
    assert problems, caught.value
    assert problems[0].where.startswith(f"{tmp_path / place}"), problems[0]
    if isinstance(problems[0].what, Message):
        assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", problems[0].localized("zh").partition(": ")[2])


def test_a_long_chain_is_refused(tmp_path):
    chain = {f"r{number}": f'rule: r{number}\nedition: "1"\nextends: r{number + 1}.yaml\n' for number in range(12)}
    path = written(tmp_path, OWN.replace("base.yaml", "r0.yaml"), **chain)
    with pytest.raises(RuleError, match="More than 8 rules extend one another"):
        load_rules(path)


def test_pieces_that_multiply_one_another_are_refused_at_once(tmp_path):
    """Nine lines asked for 9^9 pieces, and the rule was never read to its end."""
    pieces = "".join(f"  a{n}: {{use: [{', '.join([f'a{n - 1}'] * 9)}]}}\n" for n in range(1, 10))
    path = written(tmp_path, f"{OWN}pieces:\n  a0: {{note: Dry.}}\n{pieces}stages: [{{id: weaving, use: a9}}]\n")
    with pytest.raises(RuleError, match="Pieces are used more than 10,000 times") as caught:
        load_rules(path)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("change", ["unit: kWh", "unit: 度", "{unit: MJ, value: 9, source: s, locator: p. 2}"])
def test_a_unit_may_be_written_again_with_its_number_or_in_other_letters(tmp_path, change):
    base = "rule: r\nedition: '1'\nsources: {s: {title: S}}\nproduct: {unit: kg}\nstages:\n  - id: dyeing\n"
    base += "    flows: {electricity: {unit: kWh, value: 2.5, source: s, locator: p. 1, factor: electricity}}\n"
    change = change if change.startswith("{") else f"{{{change}}}"
    text = f"rule: own\nedition: '1'\nextends: r.yaml\nstages: [{{id: dyeing, flows: {{electricity: {change}}}}}]\n"
    rules = load_rules(written(tmp_path, text, r=base))
    assert rules.flows[0].default.values.tolist() == [9.0]  # 2.5 kWh/kg, in MJ/kg


def test_all_mistakes_are_told_at_once(tmp_path):
    text = OWN + "remove: [a, b]\nstages: [{id: weving}, {id: spinning, use: wet}]\n"
    with pytest.raises(RuleError) as caught:
        load_rules(written(tmp_path, text))
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    "data",
    [
        "stages: 3",
        "stages: [3]",
        "product: 3",
        "stages: {a: 1}",
        "sources: 3",
        "alternatives: 3",
        "units: 3",
        "product: {properties: [1]}",
        "stages: [{id: spinning, flows: 3}]",
        "stages: [{id: spinning, losses: {a: 1}}]",
        "stages: [{id: 3}]",
        "remove: {a: 1}",
        "shared: {a: 1}",
        "stages: [{id: spinning, use: {a: 1}}]",
        "stages: [{id: spinning, flows: {inbound: 3}}]",
        "extends: [1]",
        "stages: [{use: 3, id: spinning}]",
        "stages: [{id: dyeing, after: [1]}]",
        "pieces: {a: {parameters: 3}}\nstages: [{id: weaving, use: a}]",
    ],
)
def test_what_has_another_form_is_refused_and_does_not_fail(tmp_path, data):
    text = OWN.replace("extends: base.yaml\n", "") if data.startswith("extends") else OWN
    path = written(tmp_path, f"{text}{data}\n")
    try:
        load_rules(path)
    except RuleError as error:
        assert all(problem.what and problem.where for problem in error.problems)
    else:
        assert data.startswith("pieces"), "accepted"
