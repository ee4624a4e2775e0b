"""Shipped rules and examples that extend others: what differs between editions, and that examples are short."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from paths import ROOT
from textile_pcf.rule_cases import check, read_cases
from textile_pcf.rules import advice, editions, load_rules, read_document, rule_schema

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
