"""Rules that extend others and share pieces: what they become, and every mistake with the place where it stands."""

from __future__ import annotations

import hashlib
import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import textile_pcf as tp
from paths import ROOT
from textile_pcf.errors import RuleError
from textile_pcf.io.strict_yaml import parse_yaml
from textile_pcf.messages.message import Message
from textile_pcf.rule_cases import check, read_cases
from textile_pcf.rules import advice, editions, flat_rule, load_rules, read_document, rule_files, rule_schema
from textile_pcf.rules.flat_text import flat_text

BASE = """
rule: base
edition: "1"
status: interpretation
title: Base
based_on: [{standard: Some standard, access: news}]
sources: {s: {title: Survey}}
pieces:
  road: {parameters: {distance: null}, unit: t*km, value: <distance>, source: s, locator: table <distance>, factor: lorry}
product: {unit: kg}
stages:
  - id: spinning
    losses: [{id: waste, unit: "%", basis: input, value: 10, source: s, locator: p. 1}]
    flows:
      inbound: {use: road, with: {distance: 0.5}}
      electricity: {unit: kWh, factor: electricity, note: Read the meter.}
  - id: weaving
    flows:
      heat: {unit: MJ, factor: steam}
      gas: {unit: m3, factor: natural_gas}
alternatives: [{one_of: [weaving.heat, weaving.gas]}]
"""
OWN = 'rule: own\nedition: "1"\nextends: base.yaml\n'


def written(folder: Path, text: str, name: str = "own.yaml", **files: str) -> Path:
    """Files of rules in a folder; `base.yaml` is always there."""
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    for stem, content in files.items():
        (folder / f"{stem}.yaml").write_text(content, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


# ---------------------------------------------------------------- what a rule becomes


def test_what_is_written_adds_to_and_replaces_the_extended_rule(tmp_path):
    path = written(
        tmp_path,
        OWN
        + """
title: Own
remove: [weaving.gas]
stages:
  - id: spinning
    losses: [{id: waste, value: 20}]
    flows: {electricity: {note: Read both meters.}, inbound: {use: road, with: {distance: 0.8}}}
  - id: dyeing
    after: spinning
    flows: {heat: {unit: MJ, factor: steam}}
""",
    )
    document = load_rules(path).document
    spinning, dyeing, weaving = document.stages
    assert [stage.id for stage in document.stages] == ["spinning", "dyeing", "weaving"]
    assert spinning.losses[0].model_dump(exclude_none=True) == {
        "unit": "%", "value": 20, "source": "s", "locator": "p. 1", "optional": False, "id": "waste", "basis": "input",
    }  # fmt: skip
    assert (spinning.flows["inbound"].value, spinning.flows["inbound"].locator) == (0.8, "table 0.8")
    electricity = spinning.flows["electricity"]
    assert (electricity.unit, electricity.factor, electricity.note.text("en")) == ("kWh", "electricity", "Read both meters.")
    assert list(weaving.flows) == ["heat"]
    assert document.alternatives == []  # one way is left, so there is nothing to choose
    assert dyeing.flows["heat"].factor == "steam"


def test_status_and_standard_are_not_taken_over(tmp_path):
    """A rule that extends an interpretation of a standard is none until its author says so."""
    document = load_rules(written(tmp_path, OWN)).document
    assert (document.rule, document.status, document.based_on, document.title) == ("own", "own", [], None)


def test_a_rule_of_the_same_calculation_has_the_same_result(tmp_path):
    rows = [{"stage": "spinning", "flow": "electricity", "amount": 2, "unit": "kWh/kg"},
            {"stage": "weaving", "flow": "heat", "amount": 1, "unit": "MJ/kg"}]  # fmt: skip
    rows = {"product": "P", "rows": rows}
    factors = tmp_path / "f.csv"
    head = "item,value,unit,region,year,kind,source,locator\n"
    lines = "electricity,0.5,kgCO2e/kWh,GLO,2024,life_cycle,s,p\nsteam,0.1,kgCO2e/MJ,GLO,2024,life_cycle,s,p\n"
    factors.write_text(head + lines + "lorry,0.1,kgCO2e/(t*km),GLO,2024,life_cycle,s,p\n", encoding="utf-8")
    own = written(tmp_path, OWN + "stages: [{id: spinning, losses: [{id: waste, value: 20}]}]\n")
    base, changed = (tp.footprint(rows, path, [factors]) for path in (tmp_path / "base.yaml", own))
    assert base.total()["P"] == pytest.approx(0.5 * 0.1 + 2 * 0.5 + 0.1)
    assert changed.masses["input"].tolist() == [1.25, 1.0]
    assert base.masses["input"].tolist() == pytest.approx([1 / 0.9, 1.0])


def test_a_flow_may_be_called_use(tmp_path):
    path = written(tmp_path, OWN + "stages: [{id: weaving, flows: {use: {unit: kWh, factor: electricity}}}]\n")
    assert list(load_rules(path).document.stages[1].flows) == ["heat", "gas", "use"]


def test_shared_pieces_bring_the_sources_that_they_cite(tmp_path):
    shared = """
shared: mine
edition: "1"
sources: {a: {title: A}, b: {title: B}}
pieces:
  wet: {flows: {water: {unit: m3, value: 1, source: a, locator: p. 1, factor: tap_water}}}
"""
    text = """
rule: r
edition: "1"
shared: mine.yaml
product: {unit: kg}
stages: [{id: dyeing, use: wet}, {id: rinsing, use: [wet], flows: {water: {value: 2}}}]
"""
    path = written(tmp_path, text, mine=shared)
    document = load_rules(path).document
    assert list(document.sources) == ["a"]
    assert [stage.flows["water"].value for stage in document.stages] == [1, 2]
    assert [file.name for file in rule_files(path)] == ["own.yaml", "mine.yaml"]


def test_a_rule_is_identified_by_its_flat_text(tmp_path):
    path = written(tmp_path, OWN)
    before = load_rules(path).sha256
    assert before == hashlib.sha256(flat_rule(path).encode()).hexdigest()
    flat = tmp_path / "flat.yaml"
    flat.write_text(flat_rule(path), encoding="utf-8")
    assert load_rules(flat).sha256 == before
    assert load_rules(flat).document == load_rules(path).document
    (tmp_path / "base.yaml").write_text(BASE.replace("value: 10", "value: 11"), encoding="utf-8")
    assert load_rules(path).sha256 != before


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NAMES = st.text(min_size=1).filter(lambda text: text != "<<")


@given(
    st.dictionaries(NAMES, st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20))
)
def test_flat_text_reads_back_as_the_same_data(data):
    text = flat_text(data)
    if not any("\ud800" <= letter <= "\udfff" for letter in json.dumps(data, ensure_ascii=False)):
        read = parse_yaml(text, "r.yaml", RuleError).data if data else {}
        assert read == data
        assert flat_text(read) == text if data else True


# ---------------------------------------------------------------- mistakes

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


# ---------------------------------------------------------------- the shipped rules

HEAD = {"edition", "valid_from", "sources", "clauses", "data_requirements", "quality", "validity", "cutoff"}
PATTERNS = yaml.safe_load((Path(__file__).parent / "edition_2026_2.yaml").read_text(encoding="utf-8"))


def by_id(value):
    """A rule as nested mappings; lists of things that have ids become mappings."""
    if isinstance(value, list) and value and all(isinstance(one, dict) and "id" in one for one in value):
        return {one["id"]: by_id(one) for one in value}
    return {key: by_id(one) for key, one in value.items()} if isinstance(value, dict) else value


def differences(old, new, path=""):
    """Paths at which two rules differ, without their texts."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            if key not in ("note", "title"):
                yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield path


def edition_differences(rule):
    old, new = (by_id(read_document(editions()[rule][edition]).model_dump()) for edition in ("2026.1", "2026.2"))
    return {path for path in differences(old, new) if path.partition(".")[0] not in HEAD}


@pytest.mark.parametrize("rule", sorted(editions()))
def test_edition_2026_2_differs_only_where_it_is_meant_to(rule):
    patterns = [one["path"] for one in PATTERNS]
    assert [path for path in edition_differences(rule) if not any(fnmatch(path, pattern) for pattern in patterns)] == []


def test_each_difference_that_is_meant_is_met():
    found = set().union(*map(edition_differences, editions()))
    assert [one["path"] for one in PATTERNS if not any(fnmatch(path, one["path"]) for path in found)] == []
    assert all(one["why"] for one in PATTERNS)


@pytest.mark.parametrize("rule", sorted(editions()))
def test_stages_of_both_editions_keep_their_order(rule):
    old, new = ([stage.id for stage in read_document(editions()[rule][edition]).stages] for edition in ("2026.1", "2026.2"))
    both = set(old) & set(new)
    assert [stage for stage in old if stage in both] == [stage for stage in new if stage in both]


def test_shipped_rules_have_half_their_lines():
    files = [*(each["2026.2"] for each in editions().values()), ROOT / "rules/shared/textile/2026.2.yaml"]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 7_732 / 2


@pytest.mark.parametrize("rule", sorted(editions()))
def test_the_newest_edition_is_the_default(rule):
    assert load_rules(rule).name == f"{rule}@2026.2"


EXAMPLES = sorted(path for path in (ROOT / "examples/extending_rules").glob("*.yaml") if "_cases" not in path.name)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_short_and_say_what_they_are(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60
    document = load_rules(path).document
    assert document.status == "own"
    assert document.title.zh and document.note.zh
    assert len(document.stages) > 15
    assert advice(load_rules(path)) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_cases_of_examples_hold(path):
    cases = read_cases(path.with_name(f"{path.stem}_cases.yaml"))
    assert len(cases) == 2
    for case in cases:
        assert check(case).holds, case.name


def test_three_examples_extend_shipped_rules():
    assert [path.stem for path in EXAMPLES] == ["cotton_elastane_knit", "denim", "viscose_fabric"]


def test_the_schema_knows_the_keys():
    properties = rule_schema()["properties"]
    assert {"extends", "remove", "shared", "pieces"} <= set(properties)
