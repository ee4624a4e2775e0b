"""What a rule states beside its stages: clauses that say what they rest on, and the claim to be verified."""

from __future__ import annotations

import json

import pytest

import textile_pcf as tp
from paths import ROOT
from textile_pcf.errors import RuleError
from textile_pcf.io.documents import validate_document
from textile_pcf.io.strict_yaml import parse_yaml
from textile_pcf.messages.message import localize
from textile_pcf.rules import RuleDocument, advice, load_rules
from textile_pcf.rules.clauses import TOPICS
from textile_pcf.rules.compile_rule import compile_rule
from textile_pcf.template import rule_document, status_sentence

RULE = """
rule: r
edition: "1"
status: interpretation
title: {en: Yarn, zh: 纱}
sources:
  law: {title: A standard, access: text}
  talk: {title: News of a standard, access: news}
product: {unit: kg}
stages:
  - id: spinning
    title: {en: Spinning, zh: 纺纱}
    note: {en: Bale to yarn., zh: 清花至络筒。}
    losses: [{id: waste, unit: "%", basis: input}]
    flows: {electricity: {unit: kWh, factor: electricity, title: {en: Electricity, zh: 电力}}}
"""
VERIFIED = f"""
verified: {{sha256: {"ab" * 32}, edition: "2024", reviewer: Ms Li, date: 2026-11-01}}
"""
CLAIM = {"status: interpretation": "status: verified"}


def compiled(extra: str, replace: dict[str, str] | None = None):
    text = RULE + extra
    for old, new in (replace or {}).items():
        text = text.replace(old, new)
    document = parse_yaml(text, "r.yaml", RuleError)
    return compile_rule(validate_document(RuleDocument, document, RuleError), document, None, "0" * 64)


MISTAKES = {
    "an interpretation of nothing": (
        "clauses:\n  unit:\n    - {id: a, text: One kg.}\n",
        "r.yaml:18",
        "This says 'interpreted', but not where it was found.",
    ),
    "no locator": (
        "clauses:\n  unit:\n    - {id: a, text: One kg., source: law}\n",
        "r.yaml:18",
        "Add `source:` and `locator:`, or `status: ours`.",
    ),
    "a source that is not there": (
        "clauses:\n  unit:\n    - {id: a, text: One kg., source: lwa, locator: p. 1}\n",
        "r.yaml:18",
        "There is no source 'lwa'. Did you mean 'law'?",
    ),
    "read in a text that was not read": (
        "clauses:\n  unit:\n    - {id: a, text: One kg., status: read, source: talk, locator: p. 1}\n",
        "r.yaml:18",
        "This says `read`, but the text of 'talk' was not read.",
    ),
    "an id twice": (
        "clauses:\n  unit: [{id: a, text: One kg., status: ours}]\n  data: [{id: a, text: A year., status: ours}]\n",
        "r.yaml:18",
        "'a' is already the id of a clause. Give each its own id.",
    ),
    "a topic that does not exist": ("clauses: {untis: []}\n", "r.yaml:16", "Did you mean 'unit'?"),
    "a flow that does not exist": (
        "data_requirements:\n  primary: [spinning.electrcity]\n  status: ours\n",
        "r.yaml:17",
        "There is no flow or loss 'spinning.electrcity' in this rule. Did you mean 'spinning.electricity'?",
    ),
    "validity without a source": (
        "validity: {months: 24}\n",
        "r.yaml:16",
        "This says 'interpreted', but not where it was found.",
    ),
    "no months": ("validity: {months: 0, status: ours}\n", "r.yaml:16", "Write a number of at least 1"),
    "a rating of six": ("quality: {max_dqr: 6, status: ours}\n", "r.yaml:16", "Write a number of"),
    "a share above 100": ("data_requirements: {primary_mass_share: 120, status: ours}\n", "r.yaml:16", "Write a number of"),
    "verified by nobody": ("", "r.yaml:4", "The status is `verified`, but not what was read, by whom and when."),
    "an interpretation that was verified": (VERIFIED, "r.yaml:17", "`verified` is used in a rule of status 'interpretation'."),
    "a hash that is none": (
        "verified: {sha256: abc, edition: a, reviewer: b, date: 2026-01-01}\n",
        "r.yaml:16",
        "It should match pattern",
    ),
    "a day that is none": (VERIFIED.replace("2026-11-01", "2026-13-01"), "r.yaml:17", "'2026-13-01' is not a date."),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_claim_beyond_what_was_read_is_refused(name):
    extra, place, said = MISTAKES[name]
    with pytest.raises(RuleError) as caught:
        compiled(extra, CLAIM if name == "verified by nobody" else None)
    problems = [problem for problem in caught.value.problems if said in str(problem)]
    assert problems, caught.value
    assert problems[0].where.startswith(place), problems[0]


def test_what_is_ours_needs_no_source():
    rules = compiled(
        "clauses: {unit: [{id: a, text: {en: One kg., zh: 一千克。}, status: ours}]}\nvalidity: {months: 12, status: ours}\n"
    )
    assert rules.document.validity.months == 12
    assert [clause.id for clause in rules.document.clauses.all()] == ["a"]


def test_a_topic_without_a_clause_is_advised():
    rules = compiled("clauses: {unit: [{id: a, text: One kg., status: ours}], data: [{id: b, text: A year., status: ours}]}\n")
    said = [text for text in advice(rules) if text.startswith("clauses")]
    assert said == ["clauses: nothing is stated on: boundary, cutoff, allocation, scenarios, reporting, validity."]


def test_verified_is_shown_as_declared_by_its_authors():
    rules = compiled(VERIFIED, CLAIM)
    sentence = status_sentence(rules, "en")
    for words in ("as its authors declare", "2024", "Ms Li", "2026-11-01", "ab" * 32):
        assert words in sentence
        assert words in rule_document(rules)
    assert "由规则作者声明" in status_sentence(rules, "zh")


def test_results_of_a_verified_rule_say_who_declares_it(tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text((RULE + VERIFIED).replace(*next(iter(CLAIM.items()))), encoding="utf-8")
    factors = tmp_path / "f.csv"
    factors.write_text("item,value,unit,region,year,kind,source,locator\nelectricity,0.5,kgCO2e/kWh,GLO,2024,life_cycle,s,p\n")
    rows = {"product": "P", "rows": [{"stage": "spinning", "flow": "electricity", "amount": 2, "unit": "kWh/kg"},
                                     {"stage": "spinning", "flow": "waste", "amount": 0, "unit": "%"}]}  # fmt: skip
    result = tp.footprint(rows, path, [factors])
    declared = {"sha256": "ab" * 32, "edition": "2024", "reviewer": "Ms Li", "date": "2026-11-01"}
    assert result.provenance["verified"] == declared
    assert json.loads(json.dumps(result.provenance["verified"])) == declared
    assert "as its authors declare" in result.show()._repr_html_()
    report = tmp_path / "report.html"
    result.to_html(report)
    html = report.read_text(encoding="utf-8")
    assert "compared with edition 2024 of the text by Ms Li on 2026-11-01" in html


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ((None, None), ["spinning.electricity: the rule wants this measured; 2 of 2 products take a value of the rule."]),
        ((2, None), ["spinning.electricity: the rule wants this measured; 1 of 2 products take a value of the rule."]),
        ((2, 3), []),
    ],
)
def test_a_warning_says_which_products_take_a_value_where_the_rule_wants_a_measured_one(tmp_path, amounts, said):
    path, factors = tmp_path / "r.yaml", tmp_path / "f.csv"
    flow = "electricity: {unit: kWh, value: 1.5, source: law, locator: p. 1,"
    required = "data_requirements: {primary: [spinning.electricity], status: ours}\n"
    path.write_text((RULE + required).replace("electricity: {unit: kWh,", flow), encoding="utf-8")
    factors.write_text("item,value,unit,region,year,kind,source,locator\nelectricity,0.5,kgCO2e/kWh,GLO,2024,life_cycle,s,p\n")
    rows = [
        {"product": f"P{number}", "rows": [
            {"stage": "spinning", "flow": "waste", "amount": 0, "unit": "%"},
            *([{"stage": "spinning", "flow": "electricity", "amount": amount, "unit": "kWh/kg"}] if amount else []),
        ]}
        for number, amount in enumerate(amounts)
    ]  # fmt: skip
    result = tp.footprint(rows, path, [factors])
    warned = [text for text in result.warnings() if "measured" in text]
    assert warned == said
    assert all("规则要求实测" in localize(text, "zh") for text in warned)


@pytest.mark.parametrize(("wastes", "taking"), [((None, None), 2), ((4, None), 1), ((4, 0), 0)])
def test_a_loss_may_be_wanted_measured(tmp_path, wastes, taking):
    path, factors = tmp_path / "r.yaml", tmp_path / "f.csv"
    required = "data_requirements: {primary: [spinning.waste], status: ours}\n"
    loss = '{id: waste, unit: "%", basis: input, value: 5, source: law, locator: p. 1}'
    path.write_text((RULE + required).replace('{id: waste, unit: "%", basis: input}', loss), encoding="utf-8")
    factors.write_text("item,value,unit,region,year,kind,source,locator\nelectricity,0.5,kgCO2e/kWh,GLO,2024,life_cycle,s,p\n")
    rows = [
        {"product": f"P{number}", "rows": [
            {"stage": "spinning", "flow": "electricity", "amount": 1, "unit": "kWh/kg"},
            *([] if waste is None else [{"stage": "spinning", "flow": "waste", "amount": waste, "unit": "%"}]),
        ]}
        for number, waste in enumerate(wastes)
    ]  # fmt: skip
    warned = [text for text in tp.footprint(rows, path, [factors]).warnings() if "measured" in text]
    said = f"spinning.waste: the rule wants this measured; {taking} of 2 products take a value of the rule."
    assert warned == [said] * (taking > 0)


# ---------------------------------------------------------------- the document


def test_the_document_shows_each_clause_with_status_and_source():
    text = rule_document(
        compiled("""
clauses:
  unit: [{id: one_kg, text: {en: One kg of yarn., zh: 一千克纱。}, status: read, source: law, locator: clause 4}]
  data: [{id: a_year, text: {en: A whole year., zh: 整年。}, source: talk, locator: third paragraph}]
data_requirements: {primary: [spinning.electricity], primary_mass_share: 95, period_months: 12, status: ours}
quality: {max_dqr: 3, status: ours}
validity: {months: 24, review: yearly, status: ours}
""")
    )
    lines = text.splitlines()
    assert "- **2.1** `one_kg` One kg of yarn. — *read*: A standard (text), clause 4" in lines
    assert "- **6.5** `a_year` A whole year. — *interpreted*: News of a standard (news), third paragraph" in lines
    measured = "must be measured where the stage takes place: Electricity \\[spinning.electricity\\]"
    assert f"- **6.1** `primary` {measured} — *our choice*" in lines
    assert "- **6.4** `quality` The data quality rating is 3 or better (1 best). — *our choice*" in lines
    assert "- **9.1** `validity` 24 months from the day of issue. It is reviewed yearly. — *our choice*" in lines
    assert "| Clauses | our choice 0, interpreted 1, read 1 |" in lines
    assert "| 10.2.1 | waste | waste | % | required |  |  |  |" in lines


@pytest.mark.parametrize("rule", ["apparel", "chemical_fiber_fabric", "cotton_fabric", "silk_fabric"])
def test_shipped_rules_state_every_topic_in_both_languages(rule):
    rules = load_rules(rule)
    for topic in TOPICS:
        assert rules.document.clauses.of(topic), topic
    for clause in rules.document.clauses.all():
        assert clause.text.zh, clause.id
        assert clause.text.en.endswith("."), clause.id
        assert clause.status == "ours" or rules.document.sources[clause.source].access, clause.id
    assert rules.document.quality.max_dqr == 3
    english, chinese = rule_document(rules), rule_document(rules, "zh")
    assert english.count("\n## ") == chinese.count("\n## ") == len(TOPICS) + 4
    assert english.count("\n") == chinese.count("\n")
    for stage in rules.document.stages:
        assert f" `{stage.id}`\n" in english


def test_no_text_says_that_a_standard_is_not_public():
    """What was not read was not read; whether it is public is another thing."""
    pages = [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "rules").rglob("*.yaml"),
        *(ROOT / "examples").rglob("*.md"),
    ]
    for page in pages:
        text = " ".join(page.read_text(encoding="utf-8").split())
        assert "are not public" not in text, page
        assert "正文不公开" not in text, page
